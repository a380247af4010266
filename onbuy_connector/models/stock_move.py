from odoo import models


class StockMove(models.Model):
    """Moves that finish what an OnBuy order waits for."""

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
        return not self.origin_returned_move_id and self._onbuy_is_step(store.dispatch_trigger)

    def _onbuy_is_step(self, trigger):
        """Return whether this move belongs to the pick or pack step of its warehouse.

        :param str trigger: a value of ``onbuy.store.dispatch_trigger``
        :rtype: bool
        """
        if trigger not in ('pick', 'pack'):
            return False
        picking_type = self.picking_type_id
        return bool(picking_type) and picking_type == picking_type.warehouse_id[f'{trigger}_type_id']

    def _onbuy_is_back(self, trigger):
        """Return whether this move took goods back that were ready to ship: from the buyer or from the step.

        :param str trigger: a value of ``onbuy.store.dispatch_trigger``
        :rtype: bool
        """
        origin = self.origin_returned_move_id
        return bool(origin) and (origin._onbuy_is_step(trigger) or self.location_id.usage == 'customer' and self.to_refund)

    def _onbuy_get_done_quantity(self):
        """Return what these moves really moved, in the unit of their sales order lines.

        :rtype: float
        """
        return sum(
            move.product_uom._compute_quantity(move.quantity, move.sale_line_id.product_uom_id, rounding_method='HALF-UP')
            for move in self if move.state == 'done'
        )


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def _onbuy_get_ready_quantity(self):
        """Return how much of this line is ready to ship, in its unit: what was delivered, or what went through the
        step that the store counts (``qty_delivered`` is 0 then), whichever is more.

        :rtype: float
        """
        self.ensure_one()
        trigger = self.order_id.onbuy_order_id.store_id.dispatch_trigger
        return max(self.qty_delivered, self._onbuy_get_step_quantity(trigger) if trigger != 'last' else 0)

    def _onbuy_get_step_quantity(self, trigger):
        """Return how much of this line went through a step and did not come back.

        The moves of a kit are its components', so a kit counts when all of them went through.

        :param str trigger: ``pick`` or ``pack``
        :rtype: float
        """
        moves = self.move_ids.filtered(lambda move: move.state != 'cancel')
        back = moves.filtered(lambda move: move._onbuy_is_back(trigger))
        steps = (moves - back).filtered(lambda move: move._onbuy_is_step(trigger))
        if moves.product_id - self.product_id:
            complete = steps and not back and set(steps.mapped('state')) == {'done'}
            return self.product_uom_qty if complete else 0
        return steps._onbuy_get_done_quantity() - back._onbuy_get_done_quantity()
