from odoo import models

DISPATCHED_STATUSES = ('partially_dispatched', 'dispatched', 'complete', 'partially_refunded', 'refunded')
WHOLE_DISPATCHED_STATUSES = ('dispatched', 'complete')


class OnbuyOrder(models.Model):
    """What becomes of a sales order when OnBuy's order changes. Nothing shipped is ever undone silently."""

    _inherit = 'onbuy.order'

    def _follow(self, order):
        """Bring the sales order in step with OnBuy's order.

        :param order: :class:`~..lib.orders.Order`
        """
        self.ensure_one()
        self._follow_address()
        if self._is_cancelled():
            self._follow_cancellation()
        elif self.status in DISPATCHED_STATUSES:
            self._follow_dispatch(order)
        self._follow_refunds(order)
        self._tell_cancelled_here()
        if self.status != 'unknown' and self.sale_order_id.state == 'sale':
            self._follow_invoicing()

    def _follow_invoicing(self):
        """Invoice what is due. Not where money went back: what is due then is for a person to see."""
        if self._is_cancelled():
            return
        if not self.refund_state and 'out_refund' not in self.sale_order_id.invoice_ids.mapped('move_type'):
            self._invoice(self.sale_order_id)
        elif self.store_id.workflow in ('invoiced', 'paid') and self._has_uninvoiced_goods():
            self._tell_once('invoice-rest', self.sale_order_id, self.env._("Invoice the rest by hand"), self.env._(
                "Goods of this order left that are on no invoice. Because something was refunded already, the order is "
                "no longer invoiced by itself."))

    def _has_uninvoiced_goods(self):
        """Return whether more was delivered than ever was on an invoice, whatever was credited since."""
        lines = self.line_ids.sale_line_ids
        return any(
            line.qty_delivered > sum(line.invoice_lines.filtered(
                lambda invoiced: invoiced.move_id.move_type == 'out_invoice' and invoiced.parent_state != 'cancel',
            ).mapped('quantity')) for line in lines)

    # === DISPATCHED === #

    def _follow_dispatch(self, order):
        """Read the tracking back where the channel ships; point out goods that never left this warehouse.

        :param order: :class:`~..lib.orders.Order`
        """
        if self.store_id.shipping_mode == 'channel':
            self._read_tracking_back(order)
        if self.store_id.stock_elsewhere:
            return
        if self.sale_order_id.state == 'cancel':
            self._tell_once('dispatched-cancelled', self.sale_order_id, self.env._(
                "Dispatched on OnBuy, cancelled here"), self.env._(
                "OnBuy says that this order was dispatched, but it is cancelled here. If the goods left, set it to "
                "quotation, confirm it and validate the delivery; OnBuy is not told again."))
        elif self._must_not_ship() and (self._get_open_pickings() or self.sale_order_id.state != 'sale'):
            summary = self.env._("Refunded on OnBuy – do not ship")
            self._tell_once('refunded-open', self.sale_order_id, summary, self.env._(
                "OnBuy refunded this order in full, but its delivery is not validated here. If the goods did not "
                "leave, cancel the order here; if they left, validate the delivery, OnBuy is not told again."))
        elif self._is_dispatched_elsewhere():
            self._tell_dispatched_elsewhere()

    def _tell_dispatched_elsewhere(self):
        """Tell that goods were dispatched on OnBuy that did not leave this warehouse."""
        if any(line.quantity_dispatched < line.quantity for line in self.line_ids):
            self._tell_once('part-dispatched', self.sale_order_id, self.env._("Partly dispatched on OnBuy"), self.env._(
                "OnBuy says that a part of this order was dispatched that did not leave here. If it left, validate "
                "that part of the delivery; OnBuy is not told again."))
            return
        self._tell_once('dispatched-elsewhere', self.sale_order_id, self.env._("Dispatched on OnBuy"), self.env._(
            "OnBuy says that this order was dispatched, but its delivery is not validated here. If the goods left, "
            "validate the delivery; OnBuy is not told again."))

    def _is_dispatched_elsewhere(self):
        """Return whether OnBuy knows of dispatched goods that are still to be delivered here.

        :rtype: bool
        """
        if self.sale_order_id.state == 'sale' and not self._get_open_pickings():
            return False
        if self.status in WHOLE_DISPATCHED_STATUSES:
            return any(line._get_quantity_wanted() < line.quantity for line in self.line_ids)
        return any(line._get_quantity_wanted() < line.quantity_dispatched for line in self.line_ids)

    def _get_open_pickings(self):
        """Return the deliveries, with their earlier steps, that are not done; no returns."""
        return self.sale_order_id.picking_ids.filtered(
            lambda picking: picking.state not in ('done', 'cancel') and picking.picking_type_code != 'incoming')

    # === CANCELLED === #

    def _must_not_ship(self):
        """Return whether OnBuy gave the buyer all the money back, so that nothing may leave any more.

        :rtype: bool
        """
        return self._is_cancelled() or self.status == 'refunded'

    def _follow_cancellation(self):
        """Cancel the sales order if nothing is picked yet, or if the seller asked for it here; else say it where the
        goods are handled.
        """
        sale_order = self.sale_order_id
        if sale_order.state == 'cancel':
            return
        asked_here = self._is_cancellation_asked() and not self._is_delivered()
        if asked_here or not self._is_picked():
            self._cancel_sale_order()
        else:
            self._warn_of_cancellation()

    def _is_picked(self):
        """Return whether the warehouse has begun with this order."""
        return bool(self.sale_order_id) and self.sale_order_id._onbuy_is_picked()

    def _is_delivered(self):
        """Return whether goods of this order left this warehouse and did not come back."""
        return any(line.qty_delivered > 0 for line in self.line_ids.sale_line_ids)

    def _cancel_sale_order(self):
        """Cancel the sales order with its deliveries and draft invoices; posted ones get a draft credit note."""
        sale_order = self.sale_order_id
        if sale_order.locked:
            sale_order.action_unlock()
        sale_order._action_cancel()
        sale_order.message_post(body=self.env._("Cancelled on OnBuy: %(status)s.", status=self.status_label))

    def _warn_of_cancellation(self):
        """Tell the people concerned, once, that a picked or shipped order was cancelled on OnBuy."""
        if self._get_warning() == 'shipped':
            summary = self.env._("Cancelled on OnBuy after it was shipped")
            note = self.env._("Make a return if the goods come back, and credit what was invoiced.")
        else:
            summary = self.env._("Cancelled on OnBuy – do not ship")
            note = self.env._("The warehouse has begun with it: put the goods back and cancel the order here. What "
                              "has left already needs a return.")
        self._tell_once('cancelled', self.sale_order_id, summary, note)

    def _tell_cancelled_here(self):
        """Tell that OnBuy still waits for an order that was cancelled here, unless OnBuy is just being told; take that
        word back once OnBuy waits no longer.
        """
        summary = self.env._("Cancelled here, open on OnBuy")
        if not self._is_open():
            self.sale_order_id.activity_ids.filtered(
                lambda activity: activity.automated and activity.summary == summary).unlink()
        elif self.sale_order_id.state == 'cancel' and not self._is_cancellation_asked():
            self._tell_once('cancelled-here', self.sale_order_id, summary, self.env._(
                "OnBuy still waits for this order. Cancel it there too (Cancel on OnBuy), or set it to quotation "
                "again."))
