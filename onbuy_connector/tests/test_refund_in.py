from decimal import Decimal

from odoo.tests import tagged

from ..models.onbuy_order_refund import to_pence
from .aftersales_common import AftersalesCommon

REFUNDED = "Refunded on OnBuy"


@tagged('post_install', '-at_install')
class TestRefundIn(AftersalesCommon):
    """Refunds that were made on OnBuy come in, once."""

    def refund(self, order, *amounts, delivery=0, **values):
        """Refund amounts of the order's lines in OnBuy's panel, or all."""
        items = [{'onbuy_internal_reference': line.reference, 'amount': amount}
                 for line, amount in zip(order.line_ids, amounts, strict=False)]
        body = {'items': items, 'delivery': delivery} if items else {}
        self.tell(order, '/refund', **body, **values)

    def test_a_refund_of_amounts_becomes_one_draft_credit_note(self):
        order = self.receive(2, 1, price_delivery=3.49)
        self.invoice(order)
        self.ship(order)
        self.refund(order, 1.23, 4.56, delivery=0.99)
        note = self.notes(order)
        self.assertEqual(note.state, 'draft')
        self.assertEqual(to_pence(note.amount_total), Decimal('6.78'))
        self.assertTrue(note.onbuy_refund_id)
        self.assertEqual(order.refund_state, 'partial')
        self.tell(order, method='PATCH', price_note="changed")
        self.assertEqual(self.notes(order), note)
        self.assertFalse(self.activities(order))

    def test_a_full_refund_becomes_a_credit_note_of_the_invoices_sum(self):
        order = self.receive(2, 1, price_delivery=3.49, price_discount=5)
        invoice = self.invoice(order)
        self.ship(order)
        self.refund(order)
        self.assertEqual(self.notes(order).amount_total, invoice.amount_total)
        self.assertEqual(self.notes(order).amount_tax, invoice.amount_tax)

    def test_two_refunds_become_two_credit_notes_the_second_of_the_rest(self):
        order = self.receive(2, 1, price_delivery=3.49)
        invoice = self.invoice(order)
        self.ship(order)
        self.refund(order, 1)
        self.refund(order)
        self.assertEqual(len(self.notes(order)), 2)
        self.assertEqual(
            sum(to_pence(note.amount_total) for note in self.notes(order)), to_pence(invoice.amount_total))

    def test_goods_that_came_back_are_credited_by_pieces(self):
        order = self.receive(2)
        self.invoice(order)
        self.bring_back(self.ship(order), 1)
        self.refund(order, float(self.prices(order)[0] / 2))
        line = self.notes(order).invoice_line_ids
        self.assertEqual(line.quantity, 1)
        self.assertTrue(line.product_id)

    def test_without_an_invoice_someone_is_told_the_amount_once(self):
        order = self.receive(2)
        self.ship(order)
        self.refund(order, 1.23)
        self.reread(order)
        self.assertEqual(self.activities(order), [REFUNDED])
        self.assertIn("£1.23", order.sale_order_id.activity_ids.note)

    def test_a_refund_that_names_no_lines_is_told_with_its_amount(self):
        order = self.receive(2)
        self.invoice(order)
        self.ship(order)
        self.tell(order, method='PATCH', status="Partially Refunded", refunds=[
            {'order_refund_id': 'r-1', 'refund_total': '1.23'}])
        self.assertFalse(self.notes(order))
        self.assertEqual(self.activities(order), [REFUNDED])
        self.assertIn("£1.23", order.sale_order_id.activity_ids.note)

    def test_a_refund_whose_items_do_not_add_up_is_told(self):
        order = self.receive(2)
        self.invoice(order)
        self.ship(order)
        self.tell(order, method='PATCH', status="Partially Refunded", refunds=[
            {'order_refund_id': 'r-1', 'refund_total': '1.23', 'items': [
                {'onbuy_internal_reference': order.line_ids.reference, 'amount': '1.00'}]}])
        self.assertEqual(self.activities(order), [REFUNDED])

    def test_a_refund_without_any_amount_is_told(self):
        order = self.receive(2)
        self.invoice(order)
        self.ship(order)
        self.tell(order, method='PATCH', status="Partially Refunded", refunds={'date': '2026-01-01 10:00:00'})
        self.assertEqual(self.activities(order), [REFUNDED])
        self.assertIn("cannot be read", order.sale_order_id.activity_ids.note)

    def test_a_refunded_status_without_details_is_told_once(self):
        order = self.receive(2)
        self.invoice(order)
        self.ship(order)
        self.tell(order, method='PATCH', status="Refunded")
        self.tell(order, method='PATCH', price_note="changed")
        self.assertEqual(self.activities(order), ["Refunded"])
        self.assertFalse(self.notes(order))

    def test_a_refund_made_here_does_not_come_back_as_a_new_one(self):
        order = self.receive(2)
        self.invoice(order)
        self.ship(order)
        self.ask_refund(order, amounts=[1], delivery=0)
        self.send()
        self.reread(order)
        self.assertEqual(len(self.notes(order)), 1)
        self.assertFalse(self.activities(order))

    def test_a_credit_note_that_someone_made_already_is_linked_not_doubled(self):
        order = self.receive(2)
        note = self.invoice(order)._reverse_moves()
        self.ship(order)
        self.refund(order)
        self.assertEqual(self.notes(order), note)
        self.assertEqual(note.onbuy_state, 'sent')

    def test_an_invoiced_order_with_a_refund_is_not_invoiced_again(self):
        self.store.workflow = 'invoiced'
        order = self.receive(2)
        self.bring_back(self.ship(order))
        self.refund(order)
        self.tell(order, method='PATCH', price_note="changed")
        self.assertEqual(len(order._get_invoices()), 1)

    def test_goods_shipped_after_a_refund_are_invoiced_by_hand(self):
        self.store.workflow = 'invoiced'
        self.env['product.product'].search([]).invoice_policy = 'delivery'
        order = self.receive(2)
        self.ship(order, {order.line_ids.sale_line_ids.product_id: 1})
        self.refund(order, 1)
        self.ship(order)
        self.tell(order, method='PATCH', price_note="changed")
        self.assertEqual(len(order._get_invoices()), 1)
        self.assertIn("Invoice the rest by hand", self.activities(order))

    def test_an_order_refunded_before_it_was_shipped_here_is_not_to_be_shipped(self):
        order = self.receive(2)
        self.sandbox.control('POST', f'/orders/{order.name}/dispatch', {})
        self.refund(order)
        picking = order.sale_order_id.picking_ids
        self.assertEqual(picking.onbuy_warning, 'refunded')
        self.assertIn("Refunded on OnBuy – do not ship", self.activities(order))
        self.assertEqual(picking.button_validate()['res_model'], 'onbuy.delivery.confirm')
