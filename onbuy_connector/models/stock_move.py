from odoo import models


class StockMove(models.Model):
    _inherit = 'stock.move'

    def _action_done(self, cancel_backorder=False):
        """Override of `stock` to tell OnBuy, once committed, what left the warehouse for its buyers."""
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        moves.filtered(lambda move: move.state == 'done')._onbuy_ask_dispatch()
        return moves

    def _onbuy_ask_dispatch(self):
        """Put a dispatch in the outbox for each delivery of an OnBuy order that is ready to ship with these moves."""
        told = self.filtered(lambda move: move.sale_line_id.order_id.onbuy_order_id and move._onbuy_is_trigger())
        for picking, moves in told.grouped('picking_id').items():
            for order in moves.sale_line_id.order_id.onbuy_order_id:
                picking._onbuy_ask_dispatch(order.sudo())

    def _onbuy_is_trigger(self):
        """Return whether this move makes its order ready to ship: it went to the customer, or the step was done that
        the store counts as such.

        :rtype: bool
        """
        self.ensure_one()
        if self.location_dest_id.usage == 'customer':
            return True
        store = self.sale_line_id.order_id.onbuy_order_id.sudo().store_id
        return self._onbuy_is_step(store.dispatch_trigger)

    def _onbuy_is_step(self, trigger):
        """Return whether this move belongs to the pick or pack step of its warehouse.

        :param str trigger: a value of ``onbuy.store.dispatch_trigger``
        :rtype: bool
        """
        if trigger not in ('pick', 'pack'):
            return False
        warehouse = self.picking_type_id.warehouse_id
        return self.picking_type_id == warehouse[f'{trigger}_type_id']
