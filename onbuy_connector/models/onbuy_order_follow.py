from odoo import models


class OnbuyOrder(models.Model):
    """What becomes of a sales order when OnBuy's order changes. Nothing shipped is ever undone silently."""

    _inherit = 'onbuy.order'

    def _follow(self, order):
        """Bring the sales order in step with OnBuy's order.

        :param order: :class:`~..lib.orders.Order`
        """
        self.ensure_one()
        if self._is_cancelled():
            self._follow_cancellation()
        elif self.status in ('dispatched', 'complete'):
            self._follow_dispatch(order)
        elif self._is_open() and self.sale_order_id.state == 'cancel':
            self._tell_once('cancelled-here', self.sale_order_id, self.env._("Cancelled here, open on OnBuy"), self.env._(
                "OnBuy still waits for this order. Cancel it there too (Cancel on OnBuy), or set it to quotation again."))
        if self.status != 'unknown' and self.sale_order_id.state == 'sale':
            self._invoice(self.sale_order_id)

    # === DISPATCHED === #

    def _follow_dispatch(self, order):
        """Read the tracking back where the channel ships; point out goods that never left this warehouse.

        :param order: :class:`~..lib.orders.Order`
        """
        if self.store_id.shipping_mode == 'channel':
            self._read_tracking_back(order)
        if self.sale_order_id.state == 'cancel' or self.store_id.stock_elsewhere:
            return
        undelivered = self.sale_order_id.picking_ids.filtered(lambda picking: picking.state not in ('done', 'cancel'))
        if undelivered and any(line._get_quantity_wanted() < line.quantity for line in self.line_ids):
            self._tell_once('dispatched-elsewhere', self.sale_order_id, self.env._("Dispatched on OnBuy"), self.env._(
                "OnBuy says that this order was dispatched, but its delivery is not validated here. If the goods left, "
                "validate the delivery; OnBuy is not told again."))

    def _read_tracking_back(self, order):
        """Write the tracking numbers that OnBuy knows on the delivery, unless one is there.

        :param order: :class:`~..lib.orders.Order`
        """
        parcels = [info.tracking for info in order.dispatches if info.tracking] or [
            tracking for tracking in [order.tracking, *(line.tracking for line in order.lines)] if tracking]
        numbers = list(dict.fromkeys(parcel.number for parcel in parcels if parcel.number))
        picking = self.sale_order_id.picking_ids.filtered(
            lambda picking: picking.picking_type_code == 'outgoing' and picking.state != 'cancel')[-1:]
        if numbers and picking and not picking.carrier_tracking_ref:
            picking.with_context(onbuy_read_back=True).carrier_tracking_ref = ','.join(numbers)

    # === CANCELLED === #

    def _follow_cancellation(self):
        """Cancel the sales order if nothing is picked yet; else say it where the goods are handled."""
        sale_order = self.sale_order_id
        if sale_order.state == 'cancel':
            return
        if sale_order._onbuy_is_picked():
            self._warn_of_cancellation()
        else:
            self._cancel_sale_order()

    def _cancel_sale_order(self):
        """Cancel the sales order with its deliveries; posted invoices get a draft credit note."""
        sale_order = self.sale_order_id
        if sale_order.locked:
            sale_order.action_unlock()
        self._reverse_invoices()
        sale_order._action_cancel()
        sale_order.message_post(body=self.env._("Cancelled on OnBuy: %(status)s.", status=self.status_label))

    def _reverse_invoices(self):
        """Draft a credit note for each posted invoice of the sales order that has none yet."""
        posted = self.sale_order_id.invoice_ids.filtered(
            lambda move: move.move_type == 'out_invoice' and move.state == 'posted' and not move.reversal_move_ids)
        if posted:
            posted._reverse_moves([
                {'ref': self.env._("OnBuy cancelled %(order)s", order=self.name), 'invoice_date': False}
                for _move in posted])

    def _warn_of_cancellation(self):
        """Tell the people concerned, once, that a picked or shipped order was cancelled on OnBuy."""
        shipped = any(line.qty_delivered for line in self.sale_order_id.order_line if line.onbuy_line_id)
        note = self.env._(
            "The goods have left: make a return if they come back.") if shipped else self.env._(
            "Do not ship it: the goods were picked, put them back and cancel the order here.")
        self._tell_once('cancelled', self.sale_order_id, self.env._("Cancelled on OnBuy – do not ship"), note)
