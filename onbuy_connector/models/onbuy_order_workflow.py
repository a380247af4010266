from odoo import models


class OnbuyOrder(models.Model):
    """How far a new sales order is taken by itself: confirmed, invoiced, paid."""

    _inherit = 'onbuy.order'

    def _run_workflow(self, sale_order):
        """Take the sales order as far as the store wants.

        :param sale_order: as created
        """
        if self.store_id.workflow == 'quotation':
            return
        sale_order.action_confirm()
        sale_order.date_order = self.date_order
        self._take_off_dispatched(sale_order)
        self._invoice(sale_order)

    def _take_off_dispatched(self, sale_order):
        """Lower the deliveries by what OnBuy had dispatched before the order came here."""
        for line in self.line_ids.filtered('quantity_before'):
            left = line.quantity_before
            for move in line.sale_line_ids.move_ids.filtered(lambda move: move.state not in ('done', 'cancel')):
                taken = min(left, move.product_uom_qty)
                move.product_uom_qty -= taken
                left -= taken
        moves = sale_order.picking_ids.move_ids.filtered(lambda move: move.state not in ('done', 'cancel'))
        moves.filtered(lambda move: not move.product_uom_qty)._action_cancel()
        # Core takes back the reservation of a move that is lowered.
        lowered = moves.filtered(lambda move: move.state == 'confirmed')
        lowered.filtered(lambda move: move.picking_type_id.reservation_method == 'at_confirm')._action_assign()

    def _invoice(self, sale_order):
        """Invoice, post and settle what is due, as far as the store wants.

        :param sale_order: confirmed
        """
        workflow = self.store_id.workflow
        if workflow not in ('invoiced', 'paid') or sale_order.invoice_status != 'to invoice':
            return
        due = sum(line.price_unit * line.qty_to_invoice for line in sale_order._get_invoiceable_lines())
        if sale_order.currency_id.compare_amounts(due, 0) < 0:
            return  # The discount of the whole order is more than the goods delivered so far: later, with the rest.
        invoices = sale_order._create_invoices()
        invoices.action_post()
        if workflow == 'paid':
            self._settle(invoices)

    def _settle(self, invoices):
        """Register the payment that OnBuy collected, in the clearing journal.

        :param invoices: posted
        """
        journal = self.store_id._get_clearing_journal()
        for invoice in invoices.filtered(lambda move: move.payment_state not in ('paid', 'in_payment')):
            self.env['account.payment.register'].with_context(
                active_model='account.move', active_ids=invoice.ids,
            ).create({'journal_id': journal.id, 'communication': self.name})._create_payments()
