from datetime import timedelta

from odoo import api, fields, models

FULFILMENT_STATES = [
    ('new', "New"),
    ('partial', "Partial"),
    ('packing', "Ready for packing"),
    ('ready', "Ready to ship"),
    ('transit', "In transit"),
    ('complete', "Complete"),
    ('cancelling', "Cancelling"),
    ('cancelled', "Cancelled"),
    ('cancelled_by_seller', "Cancelled by seller"),
]
REFUND_STATES = [('partial', "Partially refunded"), ('full', "Refunded")]
BY_STATUS = {
    'complete': 'complete',
    'cancelled': 'cancelling',
    'cancelled_by_buyer': 'cancelled',
    'cancelled_by_seller': 'cancelled_by_seller',
}


class OnbuyOrder(models.Model):
    """The status that a person sees: OnBuy's status and Odoo's stock together."""

    _inherit = 'onbuy.order'

    fulfilment_state = fields.Selection(
        FULFILMENT_STATES, string="Fulfilment", compute='_compute_fulfilment_state', store=True, index=True)
    refund_state = fields.Selection(REFUND_STATES, string="Refund", compute='_compute_refund_state', store=True)
    is_assumed = fields.Boolean(
        string="Assumed", compute='_compute_fulfilment_state', store=True,
        help="OnBuy did not say that the order is complete; it should have arrived long ago.")

    @api.depends('status')
    def _compute_refund_state(self):
        states = {'partially_refunded': 'partial', 'refunded': 'full'}
        for order in self:
            order.refund_state = states.get(order.status, False)

    @api.depends(
        'status', 'delivery_until', 'shipped_date', 'line_ids.quantity_dispatched', 'sale_order_ids.picking_ids.state',
        'sale_order_ids.picking_ids.printed', 'sale_order_ids.picking_ids.move_ids.state',
        'sale_order_ids.picking_ids.move_ids.picked',
    )
    def _compute_fulfilment_state(self):
        for order in self:
            state = BY_STATUS.get(order.status)
            if not state:
                state = 'transit' if order._is_dispatched() else order._get_warehouse_state()
            assumed = state == 'transit' and order._is_long_delivered()
            state = 'complete' if assumed else state
            # Reading what is there first lets the ORM leave out writes that change nothing.
            if order.is_assumed != assumed or order.fulfilment_state != state:
                order.is_assumed, order.fulfilment_state = assumed, state

    def _is_dispatched(self):
        """Return whether OnBuy knows the order as dispatched, also where its status speaks of a refund instead."""
        if self.status == 'partially_refunded':
            return bool(self.shipped_date) or all(line.quantity_dispatched >= line.quantity for line in self.line_ids)
        return self.status in ('dispatched', 'refunded')

    def _is_long_delivered(self):
        """Return whether a dispatched order should have arrived so long ago that nobody waits for OnBuy's word."""
        expected = self.delivery_until or self.shipped_date
        return bool(expected) and expected + timedelta(days=self.store_id.complete_days) < fields.Datetime.now()

    def _get_warehouse_state(self):
        """Return how far the warehouse is with an order that OnBuy waits for.

        Core makes a transfer of a later step only when the earlier one is done, so the open ones tell.

        :return: ``new``, ``partial``, ``packing`` or ``ready``
        :rtype: str
        """
        self.ensure_one()
        pickings = self.sale_order_ids.picking_ids.filtered(
            lambda picking: picking.state != 'cancel' and picking.picking_type_code != 'incoming')
        open_pickings = pickings.filtered(lambda picking: picking.state != 'done')
        if pickings and not open_pickings:
            return 'ready'  # All left the warehouse; OnBuy is about to be told.
        moves = open_pickings.move_ids.filtered(lambda move: move.state not in ('done', 'cancel'))
        first = moves.filtered(lambda move: all(origin.state in ('done', 'cancel') for origin in move.move_orig_ids))
        if any(move._onbuy_waits_for_stock() for move in first):
            return 'partial'
        if self._is_packed(moves):
            return 'ready'
        started = any(moves.mapped('picked')) or any(open_pickings.mapped('printed')) or any(
            origin.state == 'done' for origin in moves.move_orig_ids)
        return 'packing' if started else 'new'

    @api.model
    def _is_packed(self, moves):
        """Return whether only the last step is left, after others, or its goods are all marked as picked.

        :param moves: that are still open
        """
        if not moves or any(move.picking_id.picking_type_code != 'outgoing' for move in moves):
            return False
        return all(moves.mapped('picked')) or all(move.move_orig_ids for move in moves)

    @api.model
    def _get_domains_by_time(self, store):
        """Return the domains of the orders whose state changes without anything being written: completion is assumed as
        time goes by, and goods arrive for moves that reserve later.

        :param store: one ``onbuy.store``
        :rtype: tuple
        """
        arrived = fields.Datetime.now() - timedelta(days=store.complete_days)
        return [
            ('store_id', '=', store.id), ('fulfilment_state', '=', 'transit'),
            '|', ('delivery_until', '<', arrived), '&', ('delivery_until', '=', False), ('shipped_date', '<', arrived),
        ], [
            ('store_id', '=', store.id), ('fulfilment_state', 'in', ('new', 'partial')),
            ('sale_order_ids.picking_ids.move_ids.state', 'in', ('confirmed', 'partially_available')),
        ]

    @api.model
    def _recompute_by_time(self, store):
        """Look again at orders whose state changes without anything being written.

        :param store: one ``onbuy.store``
        """
        orders = self.union(*map(self.search, self._get_domains_by_time(store)))
        for name in ('fulfilment_state', 'is_assumed'):
            self.env.add_to_compute(self._fields[name], orders)
        orders.mapped('fulfilment_state')


class StockMove(models.Model):
    _inherit = 'stock.move'

    def _onbuy_waits_for_stock(self):
        """Return whether goods are missing for this move; right also where the operation type reserves later.

        :rtype: bool
        """
        self.ensure_one()
        if self.state in ('done', 'cancel', 'assigned', 'draft'):
            return False
        if self.picking_type_id.reservation_method == 'at_confirm' or self.move_orig_ids:
            return True
        return self.product_id.uom_id.compare(self._onbuy_get_free_quantity(), self.product_qty) < 0

    def _onbuy_get_free_quantity(self):
        """Return what could be reserved for this move now, in the product's unit."""
        product = self.product_id.with_context(location=self.location_id.id)
        return product.free_qty + self.product_uom._compute_quantity(self.quantity, self.product_id.uom_id)
