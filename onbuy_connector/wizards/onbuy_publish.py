import contextlib

from odoo import api, fields, models
from odoo.exceptions import UserError

TERMS = ('handling_time', 'return_time', 'free_returns', 'warranty', 'boost')


class OnbuyPublish(models.TransientModel):
    """List products on OnBuy: fill in what they have in common, look at what is in the way, list what is ready.

    The drafts are ordinary records: who leaves this page finds them again under Listings.
    """

    _name = 'onbuy.publish'
    _description = "List on OnBuy"

    step = fields.Selection([('fill', "Fill in"), ('check', "Check and list")], default='fill', required=True)
    store_id = fields.Many2one(
        'onbuy.store', required=True, domain=[('state', 'in', ('readonly', 'live'))],
        default=lambda self: self.env['onbuy.store'].search([('state', 'in', ('readonly', 'live'))], limit=2)[:1])
    currency_id = fields.Many2one(related='store_id.currency_id')
    product_ids = fields.Many2many('product.product', string="Products")
    product_count = fields.Integer(string="Number of Products", compute='_compute_product_count')

    # Filled in where the products have none.
    category_id = fields.Many2one('onbuy.category', string="OnBuy Category", domain=[('can_list_in', '=', True)])
    category_read_date = fields.Datetime(related='category_id.read_date')
    option_ids = fields.Many2many(
        'onbuy.feature.option', string="Features", domain="[('feature_id.category_id', '=', category_id)]")
    brand_id = fields.Many2one('onbuy.brand', string="OnBuy Brand")
    brand_name = fields.Char(help="For a brand that OnBuy does not have.")

    # Of the new listings.
    condition_id = fields.Many2one('onbuy.condition', compute='_compute_terms', store=True, readonly=False)
    template_id = fields.Many2one(
        'onbuy.delivery.template', string="Delivery Template", compute='_compute_terms', store=True, readonly=False,
        domain="[('store_id', '=', store_id)]")
    handling_time = fields.Integer(string="Handling (days)", compute='_compute_terms', store=True, readonly=False)
    return_time = fields.Integer(string="Returns (days)", compute='_compute_terms', store=True, readonly=False)
    free_returns = fields.Boolean(compute='_compute_terms', store=True, readonly=False)
    warranty = fields.Integer(string="Warranty (months)", compute='_compute_terms', store=True, readonly=False)
    boost = fields.Float(string="Boost (%)", compute='_compute_terms', store=True, readonly=False)

    listing_ids = fields.Many2many('onbuy.listing', string="Drafts")
    finding_ids = fields.One2many('onbuy.publish.finding', 'publish_id', string="Checklist")
    summary = fields.Char(compute='_compute_summary')
    note = fields.Text(readonly=True)

    @api.depends('step')
    def _compute_display_name(self):
        self.display_name = self.env._("List on OnBuy")

    @api.depends('product_ids')
    def _compute_product_count(self):
        for wizard in self:
            wizard.product_count = len(wizard.product_ids)

    @api.depends('store_id')
    def _compute_terms(self):
        for wizard in self:
            store = wizard.store_id
            wizard.condition_id, wizard.template_id = store.new_condition_id, store.new_template_id
            for name in TERMS:
                wizard[name] = store[f'new_{name}']

    @api.depends('listing_ids.to_mend', 'listing_ids.publish_state', 'step')
    def _compute_summary(self):
        for wizard in self:
            drafts = wizard.listing_ids._filter_drafts()
            ready = drafts.filtered(lambda listing: not listing.to_mend)
            wizard.summary = self.env._("%(ready)s of %(count)s drafts are ready to be listed.", ready=len(ready),
                                        count=len(drafts)) if drafts else self.env._("There is no draft left here.")

    # === ACTIONS === #

    def action_check(self):
        """Fill in what is missing, make the drafts, and look at everything."""
        self.ensure_one()
        self._fill_products()
        values = {'condition': self.condition_id.code or 'new', 'template_id': self.template_id.code,
                  **{name: self[name] for name in TERMS}}
        drafts = self.env['onbuy.listing']._make_drafts(self.store_id, self.product_ids, **values)
        skipped = self.product_ids - (self.listing_ids | drafts).product_id
        self.write({'step': 'check', 'listing_ids': [fields.Command.link(draft.id) for draft in drafts],
                    'note': bool(skipped) and self.env._(
                        "On OnBuy already, or on their way: %(products)s.",
                        products=", ".join(skipped[:20].mapped('display_name')))})
        self._look()

    def action_list_now(self):
        """List the drafts that nothing is in the way of; the others stay here.

        :return: a client action that tells what came of it
        """
        self.ensure_one()
        result = self.listing_ids.action_list_now()
        self._store_findings(self._get_open_drafts().sudo()._find_all(), '')
        return result

    def action_back(self):
        """Go back to what the products have in common."""
        self.step = 'fill'

    def action_read_features(self):
        """Read the features of the category now.

        :return: a client action that tells what came of it
        """
        self.ensure_one()
        return self.category_id.action_read_features()

    # === BUSINESS METHODS === #

    def _fill_products(self):
        """Fill in what the products have in common, where they have none: fields of OnBuy, so whoever lists may do it."""
        self.product_ids.check_access('read')
        products = self.product_ids.sudo()
        templates = products.product_tmpl_id
        if self.category_id:
            templates.filtered(lambda template: not template.onbuy_category_id).onbuy_category_id = self.category_id
        unbranded = templates.filtered(lambda template: not template.onbuy_brand_id and not template.onbuy_brand_name)
        if self.brand_id:
            unbranded.onbuy_brand_id = self.brand_id
        elif self.brand_name:
            unbranded.onbuy_brand_name = self.brand_name
        for product in products if self.option_ids else ():
            product.onbuy_option_ids |= self.option_ids.filtered(
                lambda option, product=product: option.feature_id not in product.onbuy_option_ids.feature_id
                and option.feature_id.category_id == product.onbuy_category_id)

    def _get_open_drafts(self):
        """Return the drafts that were not listed yet."""
        return self.listing_ids._filter_drafts()

    def _look(self):
        """Look at the drafts; features that their categories demand are read first, as far as time allows."""
        unread = self._get_open_drafts().product_id.onbuy_category_id.filtered(lambda category: not category.read_date)
        if unread:
            with contextlib.suppress(UserError):  # They are read in the background then, and the checklist says so.
                unread.action_read_features()
        self._store_findings(*self._get_open_drafts().sudo()._check_drafts())

    def _store_findings(self, found, trouble):
        """Show what was found.

        :param dict found: draft → list of :class:`~..models.onbuy_publish_checks.Finding`
        :param str trouble: why OnBuy could not be asked, '' if it could
        """
        self.finding_ids.unlink()
        drafts = {}  # by finding: what concerns a whole product is told once
        for draft, findings in found.items():
            for finding in findings:
                drafts.setdefault((finding.blocks, finding.text, finding.record), []).append(draft.sku)
        rows = [{'publish_id': self.id, 'kind': 'block' if blocks else 'know', 'text': text, 'skus': ", ".join(skus),
                 'res_model': record._name, 'res_id': record.id} for (blocks, text, record), skus in drafts.items()]
        if trouble:
            rows.append({'publish_id': self.id, 'kind': 'know', 'text': self.env._(
                "OnBuy could not be asked which of these products it has; it will be before anything is listed. %(why)s",
                why=trouble)})
        self.env['onbuy.publish.finding'].create(rows)

    def _show(self):
        """Return the window action of this page."""
        action = self.env['ir.actions.act_window']._for_xml_id('onbuy_connector.onbuy_publish_action')
        return {**action, 'res_id': self.id}


class OnbuyPublishFinding(models.TransientModel):
    """A line of the checklist, which leads to where it is mended."""

    _name = 'onbuy.publish.finding'
    _description = "List on OnBuy: Checklist"
    _order = 'kind, skus, id'
    _rec_name = 'text'

    publish_id = fields.Many2one('onbuy.publish', required=True, ondelete='cascade')
    skus = fields.Char(string="Drafts", readonly=True)
    kind = fields.Selection([('block', "To mend"), ('know', "To know")], readonly=True)
    text = fields.Text(string="Finding", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field='res_model', readonly=True)
    place = fields.Char(string="Where", compute='_compute_place')

    @api.depends('res_model', 'res_id')
    def _compute_place(self):
        places = {
            'product.template': self.env._("Product"), 'product.product': self.env._("Product variant"),
            'onbuy.listing': self.env._("Draft"), 'onbuy.store': self.env._("Store"),
            'onbuy.category': self.env._("Category"),
        }
        for finding in self:
            finding.place = places.get(finding.res_model)

    def action_open(self):
        """Open where this is mended.

        :return: a window action
        """
        self.ensure_one()
        return {'type': 'ir.actions.act_window', 'res_model': self.res_model, 'res_id': self.res_id, 'view_mode': 'form',
                'views': [(False, 'form')]}


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    def action_open_checklist(self):
        """Show what is in the way of listing these drafts.

        :return: a window action
        :raise UserError: when there is no draft among them, or they are of several stores
        """
        self.check_access('write')
        drafts = self._filter_drafts()
        if not drafts or len(drafts.store_id) > 1:
            raise UserError(self.env._("Choose drafts of one store."))
        wizard = self.env['onbuy.publish'].create({
            'store_id': drafts.store_id.id, 'product_ids': [fields.Command.set(drafts.product_id.ids)],
            'listing_ids': [fields.Command.set(drafts.ids)], 'step': 'check'})
        wizard._look()
        return wizard._show()

    def _find_all(self):
        """Return what is to be looked at of these drafts; see :meth:`_find_obstacles`."""
        found = {}
        for store, drafts in self.grouped('store_id').items():
            found |= drafts._find_obstacles(store)
        return found


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    def action_list_on_onbuy(self):
        """List these products on OnBuy, with all their variants.

        :return: a window action
        """
        return self.product_variant_ids.action_list_on_onbuy()


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def action_list_on_onbuy(self):
        """List these products on OnBuy.

        :return: a window action
        :raise UserError: when no store is connected, or nothing of them is goods
        """
        self.env['onbuy.listing'].check_access('write')
        goods = self.filtered(lambda product: product.type == 'consu')
        if not goods:
            raise UserError(self.env._("Only goods can be listed on OnBuy."))
        self.env['onbuy.store']._get_reader()
        wizard = self.env['onbuy.publish'].create({'product_ids': [fields.Command.set(goods.ids)]})
        return wizard._show()
