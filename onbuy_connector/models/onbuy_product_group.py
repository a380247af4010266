from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

USES = (  # models whose records show that somebody has worked with a product; those that are installed count
    'stock.move', 'stock.quant', 'stock.warehouse.orderpoint', 'sale.order.line', 'purchase.order.line',
    'account.move.line', 'mrp.bom.line',
)

class OnbuyProductGroup(models.Model):
    """Listings that could be, or have become, the variants of one product."""

    _name = 'onbuy.product.group'
    _description = "OnBuy Product Group"
    _inherit = ['onbuy.guard.mixin']
    _order = 'name, id'
    _check_company_auto = True
    _user_fields = frozenset({'active', 'name', 'attribute1', 'attribute2', 'line_ids'})

    store_id = fields.Many2one('onbuy.store', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='store_id.company_id', store=True, index=True)
    active = fields.Boolean(default=True, help="A group that is archived is not proposed again.")
    name = fields.Char(string="Common Name", required=True)
    source = fields.Selection(
        selection=[('sku', "Group SKU"), ('name', "Names"), ('hand', "By hand")], string="Found By", required=True,
        readonly=True,
    )
    group_sku = fields.Char(string="Group SKU", readonly=True)
    attribute1 = fields.Char(string="Attribute")
    attribute2 = fields.Char(string="Second Attribute", help="Empty: the variants differ by one attribute.")
    line_ids = fields.One2many('onbuy.product.group.line', 'group_id', string="Listings")
    listing_count = fields.Integer(string="Number of Listings", compute='_compute_listing_count')
    state = fields.Selection(
        selection=[('draft', "Proposed"), ('waiting', "Waiting"), ('done', "One product")],
        string="Status", default='draft', required=True, readonly=True, copy=False, index=True,
    )
    problem = fields.Text(string="To Look At", compute='_compute_problem')
    error = fields.Text(string="Why Not", readonly=True, copy=False)
    price_note = fields.Text(readonly=True, copy=False)
    product_tmpl_id = fields.Many2one('product.template', string="Product", readonly=True, copy=False, ondelete='set null')

    # === COMPUTE METHODS === #

    @api.depends('line_ids')
    def _compute_listing_count(self):
        for group in self:
            group.listing_count = len(group.line_ids)

    @api.depends('name', 'attribute1', 'state', 'error', 'line_ids.note')
    def _compute_problem(self):
        for group in self:
            problems = [group.error, *group._get_problems()] if group.state != 'done' else [group.price_note]
            group.problem = '\n'.join(filter(None, problems)) or False

    def _get_problems(self):
        """Give sentences about what must be seen to before this becomes one product, and what stays separate."""
        if not self.attribute1:
            yield self.env._("Give the attribute a name, e.g. Colour, and each listing its value.")
        if len(self._get_merged_lines()) < 2:
            yield self.env._("Fewer than two listings can become variants.")
        for line in self.line_ids.filtered('note'):
            yield f'{line.sku}: {line.note}'

    # === ACTION METHODS === #

    def action_confirm(self):
        """Make one product of each of these groups.

        :return: a client action that tells what came of it
        :raise UserError: when none of them is a proposal
        """
        self.check_access('write')
        groups = self.filtered(lambda group: group.state == 'draft' and group.active)
        if not groups:
            raise UserError(self.env._("There is nothing to confirm: these groups are products, or archived."))
        groups.sudo().write({'state': 'waiting', 'error': False})
        result = None
        for store in groups.store_id:
            result = store._run_now('products')
        return result

    def action_open_product(self):
        """Open the product that was made."""
        self.ensure_one()
        return {'type': 'ir.actions.act_window', 'res_model': 'product.template', 'res_id': self.product_tmpl_id.id,
                'view_mode': 'form'}

    # === BUSINESS METHODS === #

    def _get_merged_lines(self):
        """Return the lines whose listings become variants."""
        return self.line_ids.filtered(lambda line: line.is_included and not line.kept_reason)

    def _get_attribute_names(self):
        """Return the names of one attribute or two, none where the first is missing."""
        return [name.strip() for name in (self.attribute1, self.attribute1 and self.attribute2) if (name or '').strip()]


class OnbuyProductGroupLine(models.Model):
    _name = 'onbuy.product.group.line'
    _description = "OnBuy Product Group: Listing"
    _inherit = ['onbuy.guard.mixin']
    _order = 'group_id, value1, value2, id'
    _rec_name = 'sku'
    _user_fields = frozenset({'value1', 'value2', 'is_included'})

    group_id = fields.Many2one('onbuy.product.group', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='group_id.company_id', store=True)
    listing_id = fields.Many2one('onbuy.listing', required=True, readonly=True, index=True, ondelete='cascade')
    currency_id = fields.Many2one(related='listing_id.currency_id')
    sku = fields.Char(related='listing_id.sku')
    name = fields.Char(related='listing_id.name')
    price = fields.Monetary(related='listing_id.price', string="Price on OnBuy")
    product_id = fields.Many2one(related='listing_id.product_id')
    value1 = fields.Char(string="Value")
    value2 = fields.Char(string="Second Value")
    is_included = fields.Boolean(string="Take", default=True)
    kept_reason = fields.Char(compute='_compute_kept_reason', compute_sudo=True)
    note = fields.Char(string="To Look At", compute='_compute_note')

    _listing_unique = models.UniqueIndex('(listing_id)', "A listing belongs to one product group.")

    # === COMPUTE METHODS === #

    @api.depends('listing_id.product_id', 'listing_id.uom_id', 'group_id.state')
    def _compute_kept_reason(self):
        proposed = self.filtered(lambda line: line.group_id.state != 'done')
        used = proposed.product_id._onbuy_filter_used()
        (self - proposed).kept_reason = False
        for line in proposed:
            line.kept_reason = line._get_kept_reason(used)

    def _get_kept_reason(self, used):
        """Return why the product of this listing stays as it is, only linked to the group; False if it need not.

        :param used: products with a history
        """
        product = self.product_id
        if product in used:
            return self.env._("The product has stock or orders: it stays separate and linked.")
        if len(product.product_tmpl_id.product_variant_ids) > 1:
            return self.env._("The product is a variant of %(name)s already.", name=product.product_tmpl_id.name)
        if len(product.onbuy_listing_ids) > 1 or (self.listing_id.uom_id or product.uom_id) != product.uom_id:
            return self.env._("The product has several listings or is sold in packs: it stays separate and linked.")
        return False

    @api.depends('value1', 'value2', 'is_included', 'kept_reason', 'group_id.attribute2', 'group_id.line_ids.value1',
                 'group_id.line_ids.value2', 'group_id.line_ids.is_included')
    def _compute_note(self):
        for group, lines in self.grouped('group_id').items():
            counts = Counter(line._get_values(fold=True) for line in group._get_merged_lines())
            for line in lines:
                is_open = group.state != 'done' and line.is_included
                line.note = line.kept_reason or (is_open and line._check_values(counts))

    def _check_values(self, counts):
        """Return what is wrong with the values of this listing, or False.

        :param Counter counts: how many listings of the group have which values
        """
        if not all(self._get_values()):
            return self.env._("A value is missing.")
        if counts[self._get_values(fold=True)] > 1:
            return self.env._("Another listing has the same values.")
        return False

    # === BUSINESS METHODS === #

    def _get_values(self, fold=False):
        """Return the values, one for each attribute of the group; '' where one is missing.

        :param bool fold: for comparison, without regard to case
        :rtype: tuple
        """
        values = (self.value1, self.value2) if self.group_id.attribute2 else (self.value1,)
        return tuple((value or '').strip().casefold() if fold else (value or '').strip() for value in values)


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    group_line_ids = fields.One2many('onbuy.product.group.line', 'listing_id')
    product_group_id = fields.Many2one(related='group_line_ids.group_id', string="Product Group")


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def _onbuy_filter_used(self):
        """Return the products that somebody has worked with, so that they must stay; a hook for other modules."""
        used = self.browse()
        for model in USES:
            if model in self.env:
                found = self.env[model].sudo()._read_group([('product_id', 'in', self.ids)], [], ['product_id:recordset'])
                used |= self & self.browse(found[0][0].ids)
        return used
