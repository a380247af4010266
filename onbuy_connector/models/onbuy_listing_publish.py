from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.queues import get_wait
from .onbuy_listing_terms import NEW

DRAFTS = ('draft', 'refused')  # a person is to see to them
UNDER_WAY = ('waiting', 'creating', 'offering', 'checking', 'deleting')
LISTED = {'publish_state': False, 'publish_error': False, 'publish_attempts': 0, 'publish_next': False, 'to_mend': False,
          'page_code': False, 'existing_opc': False}
ASK_AGAIN = timedelta(minutes=1)  # a call is over by then
SECONDS_AHEAD = 3  # for preparing, of the ten that a run has; then a call must follow


class OnbuyListing(models.Model):
    """A listing that is not on OnBuy yet, on its way there, or that was deleted there.

    Every step can be repeated: *waiting* asks OnBuy whether it has the product, *creating* waits for its queue, *offering*
    sends price and stock for the page, *checking* reads the listing back. Then ``publish_state`` is empty: what is on OnBuy
    is an ordinary listing.
    """

    _inherit = 'onbuy.listing'

    publish_state = fields.Selection(
        selection=[('draft', "Draft"), ('waiting', "Waiting"), ('creating', "Being created"),
                   ('offering', "To be put on sale"), ('checking', "Being checked"), ('refused', "Refused"),
                   ('deleting', "Being deleted"), ('deleted', "Deleted by you")],
        string="Listing Status", readonly=True, index='btree_not_null', copy=False)
    publish_error = fields.Text(string="Not Listed Because", readonly=True, copy=False)
    publish_attempts = fields.Integer(readonly=True, copy=False)
    publish_next = fields.Datetime(string="Next Step", readonly=True, copy=False)
    to_mend = fields.Text(
        readonly=True, copy=False, help="What the last check found to be in the way of listing it.")
    page_note = fields.Text(
        string="Pages Found", readonly=True, copy=False, help="Where OnBuy has several pages with this product code.")
    page_code = fields.Char(readonly=True, copy=False)  # the product code by which the page was found
    existing_opc = fields.Char(
        string="Existing Page", readonly=True, copy=False,
        help="OnBuy says that this page has the product code already.")
    family_opc = fields.Char(string="Family", readonly=True, copy=False, help="OnBuy's code of the family's page.")

    status_text = fields.Char(string="Status", compute='_compute_status_text')
    trouble_text = fields.Text(string="To Look At", compute='_compute_status_text')

    @api.depends('publish_state', 'is_on_onbuy', 'is_stopped', 'publish_error', 'sync_error', 'to_mend', 'content_error')
    def _compute_status_text(self):
        steps = dict(self._fields['publish_state']._description_selection(self.env))
        for listing in self:
            shown = self.env._("Stopped") if listing.is_stopped else self.env._("On OnBuy")
            listing.status_text = steps.get(listing.publish_state) or (
                shown if listing.is_on_onbuy else self.env._("Suspended or removed"))
            listing.trouble_text = '\n'.join(filter(None, (
                listing.publish_error, listing.to_mend, listing.sync_error, listing.content_error))) or False

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of the ORM to keep a page that a person chose: the search does not replace it."""
        if 'opc' in vals and 'page_code' not in vals:
            vals = {**vals, 'page_code': False}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_under_way(self):
        if busy := self.filtered(lambda listing: listing.publish_state in UNDER_WAY):
            raise UserError(self.env._(
                "%(sku)s is on its way to OnBuy. Wait until it is there, then delete it there.", sku=busy[0].sku))

    # === ACTION METHODS === #

    def action_list_now(self):
        """Check these drafts again, and list those that nothing is in the way of.

        :return: a client action that tells what came of it
        :raise UserError: when there is no draft among them
        """
        self.check_access('write')
        drafts = self._filter_drafts().sudo()
        if not drafts:
            raise UserError(self.env._("There is nothing to list: none of these is a draft."))
        drafts._check_drafts()
        ready = drafts.filtered(lambda listing: not listing.to_mend)
        ready._send_to_onbuy()
        return self.env['onbuy.store']._notify(
            self.env._("%(ready)s are being listed; %(left)s must be mended first.", ready=len(ready),
                       left=len(drafts - ready)), kind='success' if ready == drafts else 'warning')

    def action_list_on_existing(self):
        """List on the page that OnBuy says has the product code already.

        :return: a client action that tells what came of it
        :raise UserError: when OnBuy named none
        """
        self.check_access('write')
        listings = self._filter_drafts().filtered('existing_opc').sudo()
        if not listings:
            raise UserError(self.env._("OnBuy named no existing page for these."))
        for listing in listings:
            listing.write({'opc': listing.existing_opc, 'existing_opc': False, 'page_note': False})
        return listings.sudo(False).action_list_now()

    def action_discard_draft(self):
        """Delete these drafts here; OnBuy has nothing of them."""
        self.check_access('write')
        self._filter_drafts().filtered(lambda listing: not listing.remote_id).sudo().unlink()

    # === WHAT ONBUY SHOWS MEANWHILE === #

    def _is_left_to_publish(self, listing):
        """Override: what is on its way is looked after by its steps, and so is what OnBuy has other than it should be."""
        if self.publish_state == 'refused':
            return bool(self.opc or self.remote_id) and (self.opc != listing.opc or not listing.price)
        return self.publish_state in UNDER_WAY and self.publish_state != 'waiting'

    def _set_received(self, values):
        """Override: a draft that OnBuy has all the same is an ordinary listing."""
        return super()._set_received({**values, **LISTED} if self.publish_state else values)

    # === BUSINESS METHODS === #

    def _filter_drafts(self):
        """Return those that a person can still work on before they are listed."""
        return self.filtered(lambda listing: listing.publish_state in DRAFTS)

    @api.model
    def _make_drafts(self, store, products, **values):
        """Return the drafts of products, made where they are missing.

        A product that has a listing in this condition, on OnBuy or on its way there, gets no second one.

        :param store: one ``onbuy.store``
        :param products: ``product.product``
        :param values: of the drafts that are made, instead of the store's terms
        """
        store.check_access('read')
        self.check_access('write')
        values = {**store._prepare_new_terms(), **values}
        known = self.search([('store_id', '=', store.id), ('product_id', 'in', products.ids)]).filtered(
            lambda one: one._get_condition() == values['condition'] and one.uom_id == one.product_id.uom_id)
        gone = known.filtered(lambda listing: not listing.is_on_onbuy and listing.publish_state in (False, 'deleted'))
        gone.sudo()._become_draft()
        taken = set(self.search([('store_id', '=', store.id)]).mapped('sku'))
        made = self.sudo().create([
            self._prepare_draft_values(store, product, values, taken) for product in products - known.product_id])
        return (known._filter_drafts() | made.sudo(False)).sorted('sku')

    @api.model
    def _prepare_draft_values(self, store, product, values, taken):
        """Return the values of a new draft; a hook for other modules.

        :param store: one ``onbuy.store``
        :param product: one ``product.product``
        :param dict values: its terms
        :param set taken: SKUs that may not be used; grows
        :rtype: dict
        """
        product = product.sudo()
        family = product.product_tmpl_id if product.product_variant_count > 1 else self.env['product.template']
        return {
            'store_id': store.id, 'product_id': product.id, 'uom_id': product.uom_id.id, 'match_state': 'matched',
            'is_on_onbuy': False, 'publish_state': 'draft', 'name': product._get_onbuy_title(),
            'sku': self._get_free_sku(product, values.get('condition', NEW), taken),
            'group_sku': f'GROUP-{family.id}' if family else False, 'delivery_weight': product._get_onbuy_weight(),
            **values,
        }

    @api.model
    def _get_free_sku(self, product, condition, taken):
        """Return a SKU for a product that no listing of the store has: its reference, if it can be.

        :param product: one ``product.product``
        :param str condition: OnBuy's code
        :param set taken: SKUs that may not be used; grows
        :rtype: str
        """
        base = (product.default_code or product.barcode or f'ODOO-{product.id}').strip()
        base += '' if condition == NEW else f'-{condition[:3].upper()}'
        sku, number = base, 2
        while sku in taken:
            sku, number = f'{base}-{number}', number + 1
        taken.add(sku)
        return sku

    def _become_draft(self):
        """Make drafts of listings that OnBuy does not have any more."""
        self.write({'publish_state': 'draft', 'publish_error': False, 'publish_attempts': 0, 'publish_next': False,
                    'to_mend': False, 'sync_state': 'pending', 'sync_error': False, 'next_attempt': False,
                    'is_stopped': False, 'price': 0, 'sale_price': 0, 'stock': 0, 'remote_id': False, 'digest': False})

    def _send_to_onbuy(self):
        """Have these drafts listed, from the step that is known to be left."""
        for listing in self:
            listing._move_to('offering' if listing.opc else 'waiting')
        if self:
            self.store_id._trigger_task('publish')

    def _move_to(self, state, at=False, **values):
        """Go on with a step, as if it were the first attempt.

        :param str state: of the field ``publish_state``
        :param datetime at: not before (UTC)
        :param values: further field values
        """
        self.write({'publish_state': state, 'publish_error': False, 'publish_attempts': 0, 'publish_next': at,
                    'to_mend': False, **values})

    def _wait_publish(self, message, state=None, **values):
        """Do the step of each of these again after a growing while.

        :param str message: why it has to wait
        :param str state: of the field ``publish_state``, if another step comes next
        :param values: further field values
        """
        now = fields.Datetime.now()
        for listing in self:
            listing.write({
                'publish_state': state or listing.publish_state, 'publish_error': message,
                'publish_attempts': listing.publish_attempts + 1,
                'publish_next': now + get_wait(listing.publish_attempts), **values})

    def _refuse(self, message, **values):
        """Leave these to a person, with the reason.

        :param str message: OnBuy's words, or ours
        :param values: further field values
        """
        self.write({'publish_state': 'refused', 'publish_error': message, 'publish_next': False, **values})

    def _get_gtin(self):
        """Return the product code of what one piece of this listing is: the product's barcode, or its packaging's.

        :rtype: str
        """
        self.ensure_one()
        product = self.product_id.sudo()
        if self.uom_id in (product.uom_id, self.env['uom.uom']):
            return product.barcode or ''
        packs = self.env['product.uom'].sudo().search([
            ('product_id', '=', product.id), ('uom_id', '=', self.uom_id.id)], limit=1)
        return packs.barcode or ''


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def _get_onbuy_weight(self):
        """Return the weight of one piece in kilograms."""
        unit = self.product_tmpl_id._get_weight_uom_id_from_ir_config_parameter()
        return unit._compute_quantity(self.weight, self.env.ref('uom.product_uom_kgm'), round=False)
