from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.const import OPEN_STATUSES
from ..lib.orders import parse_order

STATUSES = [
    ('awaiting_dispatch', "Awaiting Dispatch"),
    ('partially_dispatched', "Partially Dispatched"),
    ('dispatched', "Dispatched"),
    ('complete', "Complete"),
    ('cancelled', "Cancelled"),
    ('cancelled_by_seller', "Cancelled By Seller"),
    ('cancelled_by_buyer', "Cancelled By Buyer"),
    ('partially_refunded', "Partially Refunded"),
    ('refunded', "Refunded"),
    ('unknown', "Unknown"),
]
CANCELLED_STATUSES = ('cancelled', 'cancelled_by_seller', 'cancelled_by_buyer')


class OnbuyOrder(models.Model):
    """OnBuy's own order as received (the inbox), and the sales order made from it.

    An order that cannot be applied stays here with its reason and is tried again.
    """

    _name = 'onbuy.order'
    _description = "OnBuy Order"
    _inherit = ['mail.activity.mixin', 'onbuy.sync.mixin']
    _order = 'date_order desc, id desc'
    _check_company_auto = True
    _user_fields = frozenset({'to_import'})

    name = fields.Char(string="OnBuy Order", required=True, readonly=True, index='trigram')
    store_id = fields.Many2one('onbuy.store', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='store_id.company_id', store=True, index=True)
    currency_id = fields.Many2one(related='store_id.currency_id', store=True)  # stored, so that amounts can be analysed
    status = fields.Selection(STATUSES, string="Status Key", readonly=True, index=True)
    status_label = fields.Char(string="Status on OnBuy", readonly=True, help="OnBuy's own word.")
    date_order = fields.Datetime(string="Ordered", readonly=True)
    remote_date = fields.Datetime(string="Changed on OnBuy", readonly=True)
    shipped_date = fields.Datetime(string="Dispatched on OnBuy", readonly=True)
    cancelled_date = fields.Datetime(string="Cancelled on OnBuy", readonly=True)
    dispatch_by = fields.Datetime(readonly=True, help="The earliest expected dispatch date of its lines.")
    delivery_until = fields.Datetime(string="Expected Delivery", readonly=True)
    buyer_name = fields.Char(string="Buyer", readonly=True)
    buyer_email = fields.Char(
        string="Buyer's Alias", readonly=True, help="OnBuy's alias of this order; it reaches the buyer through OnBuy.")
    buyer_phone = fields.Char(string="Phone", readonly=True)
    delivery_text = fields.Text(string="Delivery Address", readonly=True)
    delivery_service = fields.Char(readonly=True)
    amount_subtotal = fields.Monetary(string="Goods", readonly=True)
    amount_delivery = fields.Monetary(string="Delivery", readonly=True)
    amount_discount = fields.Monetary(string="Discount", readonly=True)
    amount_total = fields.Monetary(string="Total", readonly=True)
    fee_category = fields.Monetary(string="Category Fee", readonly=True)
    fee_boost = fields.Monetary(string="Boost Fee", readonly=True)
    fee_vat = fields.Monetary(string="VAT on Fees", readonly=True)
    fee_total = fields.Monetary(string="Fees excl. VAT", readonly=True)
    payload = fields.Json(
        readonly=True, groups='onbuy_connector.group_onbuy_manager', copy=False, prefetch=False)
    digest = fields.Char(readonly=True)
    to_import = fields.Boolean(
        string="Import", help="Becomes a sales order. Preselected for open orders; take the tick away if the order is "
                              "handled elsewhere.")
    told = fields.Json(readonly=True, help="What was dealt with already: refunds of OnBuy, activities.", default=list)
    line_ids = fields.One2many('onbuy.order.line', 'order_id', string="Lines", readonly=True)
    action_ids = fields.One2many('onbuy.order.action', 'order_id', string="Sent to OnBuy", readonly=True)
    sale_order_ids = fields.One2many('sale.order', 'onbuy_order_id', readonly=True)
    sale_order_id = fields.Many2one(
        'sale.order', string="Sales Order", compute='_compute_sale_order_id', compute_sudo=True,
        search='_search_sale_order_id')

    _store_name_unique = models.UniqueIndex('(store_id, name)', "This OnBuy order is here already.")

    # === COMPUTE METHODS === #

    @api.depends('sale_order_ids')
    def _compute_sale_order_id(self):
        for order in self:
            order.sale_order_id = order.sale_order_ids[:1]

    def _search_sale_order_id(self, operator, value):
        return [('sale_order_ids', operator, value)]

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_sale_order(self):
        if self.sale_order_ids:
            raise UserError(self.env._("An OnBuy order with a sales order cannot be deleted."))

    def unlink(self):
        """Override of the ORM to take the actions along, which have no foreign key."""
        self.action_ids.unlink()
        return super().unlink()

    def write(self, vals):
        """Override of the ORM to look again at the stock of orders that are to be imported, or no longer."""
        result = super().write(vals)
        if 'to_import' in vals:
            self._note_stock()
        return result

    def _note_stock(self):
        """Have the stock of what was ordered compared with OnBuy."""
        self.env['onbuy.listing'].sudo().search([
            ('store_id', 'in', self.store_id.ids), ('sku', 'in', self.line_ids.mapped('sku'))])._note_stock()

    def _is_unpromised(self):
        """Return whether no goods are promised to the order here: it has no sales order, or a quotation.

        :rtype: bool
        """
        return all(order.state in ('draft', 'sent') for order in self.sale_order_ids)

    # === ACTION METHODS === #

    def action_retry(self):
        """Try again now what failed: apply the order, and send what OnBuy refused.

        :return: None
        """
        self.check_access('write')
        orders = self.sudo()
        failed = orders.action_ids.filtered(lambda action: action.sync_state in ('error', 'uncertain'))
        failed._retry()
        waiting = orders.filtered(lambda order: order.sync_state != 'synced')
        waiting._reset_sync()
        for store, of_store in waiting.filtered(lambda order: order.store_id.state == 'live').grouped('store_id').items():
            of_store.with_company(store.company_id)._apply_batch()

    def action_import(self):
        """Make a sales order of each order, also of one that was placed before the cut-over."""
        self.check_access('write')
        self.to_import = True
        self.sudo().filtered(lambda order: not order.sale_order_ids)._reset_sync()
        self.action_retry()

    def action_refresh(self):
        """Read these orders from OnBuy now."""
        result = None
        for store, orders in self.grouped('store_id').items():
            result = store._run_now('orders_by_id', orders.mapped('name'))
        return result

    def action_view_sale_order(self):
        """Open the sales order."""
        self.ensure_one()
        return {'type': 'ir.actions.act_window', 'res_model': 'sale.order', 'view_mode': 'form',
                'res_id': self.sale_order_id.id}

    # === BUSINESS METHODS === #

    def _is_open(self):
        """Return whether OnBuy still waits for goods."""
        return self.status in OPEN_STATUSES

    def _is_cancelled(self):
        """Return whether OnBuy cancelled the order, in whatever way."""
        return self.status in CANCELLED_STATUSES

    def _parse(self):
        """Return what OnBuy sent, understood.

        :rtype: ~..lib.orders.Order
        :raise UserError: when it cannot be understood, or was anonymised
        """
        self.ensure_one()
        payload = self.sudo().payload
        if not payload:
            raise UserError(self.env._(
                "What OnBuy sent of order %(order)s was erased after the days that are set for buyers' data. Press "
                "Read from OnBuy to have it again.", order=self.name))
        try:
            return parse_order(payload)
        except ValueError as error:
            raise UserError(self.env._(
                "OnBuy's order %(order)s cannot be understood: %(reason)s", order=self.name, reason=error,
            )) from error

    def _tell_once(self, key, record, summary, note, user=None):
        """Give someone an activity, once per order and key.

        :param str key: what this is about
        :param record: on which the activity is shown
        :param str summary: translated
        :param str note: translated
        :param user: default: the order's salesperson, else the store's responsible
        """
        self.ensure_one()
        if self._is_told(key):
            return
        self._remember(key)
        user = user or self.sale_order_id.user_id or self.store_id._get_responsible()
        self.store_id._give_activity(record, user, summary, note)

    def _is_told(self, key):
        """Return whether something was dealt with already."""
        return key in (self.told or [])

    def _remember(self, key):
        """Note that something was dealt with."""
        self.told = [*(self.told or []), key]


class OnbuyOrderLine(models.Model):
    """One line of an OnBuy order."""

    _name = 'onbuy.order.line'
    _description = "OnBuy Order Line"
    _order = 'order_id, id'
    _rec_name = 'sku'

    order_id = fields.Many2one('onbuy.order', required=True, readonly=True, index=True, ondelete='cascade')
    store_id = fields.Many2one(related='order_id.store_id', store=True, index=True)
    company_id = fields.Many2one(related='order_id.company_id', store=True)
    currency_id = fields.Many2one(related='order_id.currency_id')
    reference = fields.Char(string="OnBuy Reference", readonly=True)
    sku = fields.Char(string="SKU", readonly=True, index=True)
    opc = fields.Char(string="OPC", readonly=True)
    name = fields.Char(readonly=True)
    quantity = fields.Integer(readonly=True)
    quantity_dispatched = fields.Integer(string="Dispatched on OnBuy", readonly=True)
    quantity_before = fields.Integer(
        string="Dispatched before", readonly=True, help="Dispatched before the order came to Odoo.")
    price_unit = fields.Monetary(string="Unit Price", readonly=True)
    amount_total = fields.Monetary(string="Total", readonly=True)
    fee_total = fields.Monetary(string="Fees excl. VAT", readonly=True)
    template_id = fields.Char(string="Delivery Template", readonly=True)
    dispatch_by = fields.Datetime(readonly=True)
    sale_line_ids = fields.One2many('sale.order.line', 'onbuy_line_id', string="Sales Order Lines")

    def _get_quantity_wanted(self):
        """Return how many pieces should be dispatched on OnBuy by now: what Odoo delivered, at most what was ordered.

        A dispatch is a state, not a move: lots, kits, packs, returns and merged moves are in ``qty_delivered``. Where
        the store counts an earlier step, what went through that.

        :rtype: int
        """
        self.ensure_one()
        delivered = int(sum(line._onbuy_get_ready_quantity() for line in self.sale_line_ids) + 1e-6)
        return max(0, min(self.quantity, self.quantity_before + delivered))

    def _get_quantity_to_send(self):
        """Return how many pieces OnBuy has not been told of.

        :rtype: int
        """
        return max(0, self._get_quantity_wanted() - self.quantity_dispatched)
