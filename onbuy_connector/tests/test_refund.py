from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..models.onbuy_order_refund import to_pence
from .aftersales_common import AftersalesCommon


@tagged('post_install', '-at_install')
class TestRefundOut(AftersalesCommon):
    """Refund on OnBuy, asked for in Odoo."""

    def test_all_that_was_paid_is_proposed_and_sent_as_a_full_refund(self):
        self.sandbox.control('DELETE', '/requests')
        order = self.receive(2, 1, price_delivery=3.49)
        self.ship(order)
        action = self.ask_refund(order, customer_note="Sorry!", seller_note="Lost", reason='2')
        self.send()
        self.assertEqual(action.sync_state, 'synced')
        self.assertEqual(order.status, 'refunded')
        self.assertEqual(order.refund_state, 'full')
        sent = self.calls('/orders/refund')[0]['orders'][0]
        self.assertNotIn('items', sent)
        self.assertNotIn('delivery', sent)
        refund = self.sandbox.order(order.name)['refunds'][0]
        self.assertEqual(Decimal(refund['refund_total']), to_pence(order.amount_total))
        self.assertEqual(refund['customer_note'], "Sorry!")
        self.assertEqual(refund['order_refund_reason_id'], 2)

    def test_amounts_per_line_and_delivery_are_sent_as_they_are(self):
        order = self.receive(2, 1, price_delivery=3.49)
        self.ship(order)
        self.ask_refund(order, amounts=[1.25, 0.10], delivery=1)
        self.send()
        refund = self.sandbox.order(order.name)['refunds'][0]
        self.assertEqual([item['amount'] for item in refund['items']], ['1.25', '0.10'])
        self.assertEqual(refund['delivery'], '1.00')
        self.assertEqual(order.status, 'partially_refunded')

    def test_the_delivery_alone_is_refunded_with_a_line_of_nothing(self):
        order = self.receive(1, price_delivery=3.49)
        self.ship(order)
        self.ask_refund(order, amounts=[0], delivery=3.49)
        self.send()
        refund = self.sandbox.order(order.name)['refunds'][0]
        self.assertEqual(refund['refund_total'], '3.49')
        self.assertEqual(order.status, 'partially_refunded')

    def test_the_rest_is_proposed_after_a_part_was_refunded(self):
        order = self.receive(2, 1, price_delivery=3.49)
        self.ship(order)
        self.ask_refund(order, amounts=[1, 0], delivery=0)
        self.send()
        form = self.open_form(order.sale_order_id.action_onbuy_refund())
        self.assertAlmostEqual(form.amount_total, order.amount_total - 1)
        form.save().action_refund()
        self.send()
        self.assertEqual(order.status, 'refunded')

    def test_with_a_discount_no_more_than_the_buyer_paid_is_proposed(self):
        order = self.receive(2, 1, price_delivery=3.49, price_discount=5)
        self.ship(order)
        form = self.open_form(order.sale_order_id.action_onbuy_refund())
        self.assertAlmostEqual(form.amount_total, order.amount_total)
        self.ask_refund(order, amounts=[0, float(order._get_paid().lines[order.line_ids[1].reference])], delivery=0)
        self.send()
        self.ask_refund(order)
        self.send()
        refunds = self.sandbox.order(order.name)['refunds']
        self.assertEqual(sum(Decimal(one['refund_total']) for one in refunds), to_pence(order.amount_total))

    def test_more_than_was_paid_is_refused_before_sending(self):
        order = self.receive(2, 1, price_delivery=3.49)
        self.ship(order)
        with self.assertRaisesRegex(UserError, order.line_ids[0].sku):
            self.ask_refund(order, amounts=[float(self.prices(order)[0]) + 0.01, 0], delivery=0)
        with self.assertRaisesRegex(UserError, "the delivery"):
            self.ask_refund(order, amounts=[0, 0], delivery=3.50)
        with self.assertRaisesRegex(UserError, "Enter an amount"):
            self.ask_refund(order, amounts=[0, 0], delivery=0)
        with self.assertRaisesRegex(UserError, "Enter an amount"):
            self.ask_refund(order, amounts=[-1, 5], delivery=0)
        self.assertFalse(order.action_ids.filtered(lambda action: action.kind == 'refund'))

    def test_refunds_on_their_way_count(self):
        order = self.receive(1)
        self.ship(order)
        self.ask_refund(order)
        with self.assertRaisesRegex(UserError, "0.00"):
            self.ask_refund(order, amounts=[1], delivery=0)

    def test_an_accepted_refund_counts_though_the_order_could_not_be_read_again(self):
        order = self.receive(1)
        self.ship(order)
        action = self.ask_refund(order)
        self.fault('status', '/orders', method='GET', status=500)
        self.send()
        self.assertEqual(action.sync_state, 'synced')
        self.assertEqual(order.status, 'dispatched')
        with self.assertRaisesRegex(UserError, "0.00"):
            self.ask_refund(order, amounts=[1], delivery=0)

    def test_what_was_refunded_on_onbuy_since_it_was_asked_for_is_not_refunded_twice(self):
        self.sandbox.control('DELETE', '/requests')
        order = self.receive(1)
        self.ship(order)
        action = self.ask_refund(order)
        self.tell(order, '/refund', items=[{'onbuy_internal_reference': order.line_ids.reference, 'amount': 1}])
        self.send()
        self.assertEqual(action.sync_state, 'error')
        self.assertIn("cannot be refunded", order.sale_order_id.onbuy_action_error)
        self.assertFalse(self.calls('/orders/refund'))

    def test_an_undispatched_order_is_to_be_cancelled_instead(self):
        order = self.receive()
        with self.assertRaisesRegex(UserError, "Cancel it on OnBuy instead"):
            order.sale_order_id.action_onbuy_refund()

    def test_a_refunded_or_cancelled_order_takes_no_refund(self):
        refunded, cancelled = self.receive(), self.receive()
        self.ship(refunded)
        self.tell(refunded, '/refund')
        self.tell(cancelled, '/cancel')
        for order in refunded, cancelled:
            with self.assertRaisesRegex(UserError, "takes no refund"):
                order.action_refund_on_onbuy()

    def test_a_partly_dispatched_order_can_be_refunded(self):
        order = self.receive(2)
        self.ship(order, {order.line_ids.sale_line_ids.product_id: 1})
        self.assertEqual(order.status, 'partially_dispatched')
        action = self.ask_refund(order, amounts=[1], delivery=0)
        self.send()
        self.assertEqual(action.sync_state, 'synced')

    # === CREDIT NOTES === #

    def test_a_draft_credit_note_of_the_same_sum_is_made_when_an_invoice_is_posted(self):
        order = self.receive(2, 1, price_delivery=3.49, price_discount=2)
        invoice = self.invoice(order)
        self.ship(order)
        self.ask_refund(order)
        note = self.notes(order)
        self.assertEqual(note.state, 'draft')
        self.assertEqual(note.amount_total, invoice.amount_total)
        self.assertEqual(note.amount_tax, invoice.amount_tax)
        self.assertEqual(note.onbuy_state, 'waiting')
        self.send()
        self.assertEqual(note.onbuy_state, 'sent')
        self.assertTrue(note.onbuy_refund_id)
        self.assertEqual(self.notes(order), note)

    def test_odd_amounts_are_credited_to_the_penny_with_both_rounding_methods(self):
        for method in ('round_per_line', 'round_globally'):
            self.company.tax_calculation_rounding_method = method
            order = self.receive(3, 7, 1, price_delivery=2.99)
            self.invoice(order)
            self.ship(order)
            self.ask_refund(order, amounts=[1.01, 2.03, 0.07], delivery=0.55)
            self.assertEqual(to_pence(self.notes(order).amount_total), Decimal('3.66'))
            self.assertEqual(self.notes(order).line_ids.tax_ids, order._get_invoices().line_ids.tax_ids)

    def test_no_credit_note_is_made_without_an_invoice_or_against_the_users_will(self):
        order = self.receive(2)
        self.ship(order)
        self.ask_refund(order, amounts=[1], delivery=0)
        self.assertFalse(self.notes(order))
        self.invoice(order)
        self.ask_refund(order, amounts=[1], delivery=0, with_credit_note=False)
        self.assertFalse(self.notes(order))

    def test_a_credit_note_made_by_hand_fills_the_refund(self):
        order = self.receive(2, 1, price_delivery=3.49, price_discount=2)
        invoice = self.invoice(order)
        self.ship(order)
        note = invoice._reverse_moves()
        self.assertEqual(note.onbuy_state, 'open')
        form = self.open_form(note.action_onbuy_refund())
        self.assertAlmostEqual(form.amount_total, note.amount_total)
        form.save().action_refund()
        self.send()
        self.assertEqual(order.status, 'refunded')
        self.assertEqual(note.onbuy_state, 'sent')
        self.assertEqual(self.notes(order), note)

    def test_a_credit_note_of_another_sum_than_the_refund_is_refused(self):
        order = self.receive(2)
        note = self.invoice(order)._reverse_moves()
        self.ship(order)
        form = self.open_form(note.action_onbuy_refund()).save()
        note.invoice_line_ids[0].price_unit -= 1
        with self.assertRaisesRegex(UserError, "Make them equal"):
            form.action_refund()

    def test_a_credit_note_of_something_else_is_not_guessed_at(self):
        order = self.receive(2)
        note = self.invoice(order)._reverse_moves()
        self.ship(order)
        note.invoice_line_ids.write({'sale_line_ids': [(5,)], 'product_id': False})
        with self.assertRaisesRegex(UserError, "cannot be told"):
            note.action_onbuy_refund()

    def test_a_refusal_shows_onbuys_words_on_order_and_credit_note_and_can_be_retried(self):
        order = self.receive(2)
        self.invoice(order)
        self.ship(order)
        self.ask_refund(order, amounts=[1], delivery=0)
        self.answer_with('/orders/refund', {'success': True, 'results': [
            {'success': False, 'message': "The order is not in a refundable status.", 'data': 'null',
             'order_id': order.name}]})
        self.send()
        note = self.notes(order)
        self.assertIn("not in a refundable status", order.sale_order_id.onbuy_action_error)
        self.assertIn("not in a refundable status", note.onbuy_error)
        self.assertEqual(note.onbuy_state, 'refused')
        note.action_onbuy_retry()
        self.send()
        self.assertEqual(note.onbuy_state, 'sent')
        self.assertFalse(order.sale_order_id.onbuy_action_error)

    def test_accountants_and_sales_people_without_onbuy_rights_see_it_but_cannot_refund(self):
        order = self.receive(2)
        self.invoice(order)
        self.ship(order)
        self.ask_refund(order, amounts=[1], delivery=0)
        self.fault('status', '/orders/refund', status=400, message="Nothing doing")
        self.send()
        note = self.notes(order)
        accountant = self.new_user('account.group_account_invoice')
        salesman = self.new_user('sales_team.group_sale_salesman_all_leads')
        self.assertEqual(Form(note.with_user(accountant)).onbuy_state, 'refused')
        self.assertIn("Nothing doing", Form(order.sale_order_id.with_user(salesman)).onbuy_action_error)
        with self.assertRaises(AccessError):
            note.with_user(accountant).action_onbuy_retry()
        with self.assertRaises(AccessError):
            order.sale_order_id.with_user(salesman).action_onbuy_refund()

    def test_an_onbuy_user_without_accounting_rights_refunds_with_a_credit_note(self):
        order = self.receive(2)
        self.invoice(order)
        self.ship(order)
        clerk = self.new_user('onbuy_connector.group_onbuy_user')
        form = self.open_form(order.with_user(clerk).action_refund_on_onbuy(), clerk)
        form.save().action_refund()
        self.send()
        self.assertEqual(order.status, 'refunded')
        self.assertEqual(self.notes(order).onbuy_state, 'sent')

    # === RETURNS === #

    def test_a_validated_return_proposes_the_refund_of_what_came_back_and_sends_nothing(self):
        order = self.receive(4, 1, price_delivery=3.49)
        self.invoice(order)
        picking = self.ship(order)
        self.bring_back(picking, 1)
        self.env.invalidate_all()
        self.assertTrue(order.sale_order_id.onbuy_refund_due)
        self.assertEqual(self.activities(order), ["Refund the buyer on OnBuy?"])
        self.assertFalse(order.action_ids.filtered(lambda action: action.kind == 'refund'))
        form = self.open_form(order.sale_order_id.action_onbuy_refund())
        prices = self.prices(order)
        self.assertEqual([to_pence(line['amount']) for line in form.line_ids._records], [prices[0] / 4, prices[1]])
        self.assertFalse(form.amount_delivery)
        form.save().action_refund()
        self.send()
        self.env.invalidate_all()
        self.assertFalse(order.sale_order_id.onbuy_refund_due)
        self.assertEqual(self.notes(order).invoice_line_ids.mapped('quantity'), [1, 1])
        self.assertTrue(self.notes(order).invoice_line_ids.product_id)

    def test_a_whole_return_proposes_the_delivery_charge_too(self):
        order = self.receive(2, price_delivery=3.49)
        self.bring_back(self.ship(order))
        form = self.open_form(order.sale_order_id.action_onbuy_refund())
        self.assertAlmostEqual(form.amount_total, order.amount_total)

    def test_a_return_in_invoicing_by_delivery_leaves_nothing_to_invoice(self):
        self.env['product.product'].search([]).invoice_policy = 'delivery'
        order = self.receive(2)
        picking = self.ship(order)
        self.invoice(order)
        self.bring_back(picking, 1)
        self.ask_refund(order)
        self.send()
        self.assertEqual(order.line_ids.sale_line_ids.qty_invoiced, 1)
        self.assertEqual(order.line_ids.sale_line_ids.qty_to_invoice, 0)

    def test_money_given_back_without_goods_does_not_lower_what_is_invoiced(self):
        self.store.workflow = 'invoiced'
        order = self.receive(2)
        self.ship(order)
        self.ask_refund(order)
        self.send()
        self.reread(order)
        self.assertEqual(order.line_ids.sale_line_ids.qty_invoiced, 2)
        self.assertEqual(len(order._get_invoices()), 1)

    def test_a_return_before_onbuy_was_told_of_the_dispatch_proposes_nothing(self):
        order = self.receive(2)
        self.bring_back(self.deliver(order))
        self.assertFalse(order.sale_order_id.onbuy_refund_due)
        self.assertFalse(self.activities(order))

    # === BAD DAYS === #

    def lose_answer(self, **values):
        """Ask for a refund of a pound that gets lost on its way; return the order and the action."""
        order = self.receive(2)
        self.ship(order)
        action = self.ask_refund(order, amounts=[1], delivery=0)
        self.fault('timeout_before', '/orders/refund', **values)
        self.send()
        return order, action

    def test_a_time_out_before_the_effect_is_repeated_once(self):
        order, action = self.lose_answer()
        for _look in range(2):
            self.assertEqual((action.sync_state, self.sandbox.order(order.name).get('refunds')), ('uncertain', None))
            self.ask_again(action)
        self.assertEqual(action.sync_state, 'synced')
        self.assertEqual(len(self.sandbox.order(order.name)['refunds']), 1)

    def test_a_refund_that_onbuy_books_late_is_not_repeated(self):
        order, action = self.lose_answer()
        self.ask_again(action)
        self.assertGreater(action.next_attempt, fields.Datetime.now() + timedelta(minutes=30))
        self.sandbox.control('POST', f'/orders/{order.name}/refund', {
            'items': [{'onbuy_internal_reference': order.line_ids.reference, 'amount': 1}]})
        self.ask_again(action)
        self.assertEqual((action.sync_state, len(self.sandbox.order(order.name)['refunds'])), ('synced', 1))

    def test_a_refund_whose_answer_is_lost_twice_is_left_to_a_person(self):
        self.sandbox.control('DELETE', '/requests')
        order, action = self.lose_answer(count=None)
        for _look in range(4):
            self.ask_again(action)
        self.assertEqual((action.sync_state, action.next_attempt), ('uncertain', False))
        self.assertIn("Seller Control Panel", action.sync_error)
        self.assertEqual(len(self.calls('/orders/refund')), 2)

    def test_a_time_out_after_the_effect_is_recognised_and_not_repeated(self):
        self.sandbox.control('DELETE', '/requests')
        order = self.receive(2)
        self.invoice(order)
        self.ship(order)
        action = self.ask_refund(order, amounts=[1], delivery=0)
        self.fault('timeout_after', '/orders/refund')
        self.send()
        self.ask_again(action)
        self.assertEqual(action.sync_state, 'synced')
        self.assertEqual(len(self.calls('/orders/refund')), 1)
        self.reread(order)
        self.assertEqual(len(self.notes(order)), 1)
        self.assertEqual(self.notes(order).onbuy_state, 'sent')

    def test_an_order_read_before_the_lost_answer_is_looked_up_does_not_double_the_credit_note(self):
        order = self.receive(2)
        self.invoice(order)
        self.ship(order)
        action = self.ask_refund(order, amounts=[1], delivery=0)
        self.fault('drop_after', '/orders/refund')
        self.send()
        self.assertEqual(action.sync_state, 'uncertain')
        self.reread(order)
        self.assertEqual(action.sync_state, 'synced')
        self.assertEqual(len(self.notes(order)), 1)

    def test_a_person_decides_when_the_order_changed_in_another_way(self):
        order, action = self.lose_answer()
        self.sandbox.control('POST', f'/orders/{order.name}/refund', {
            'items': [{'onbuy_internal_reference': order.line_ids.reference, 'amount': 2}]})
        self.ask_again(action)
        self.assertEqual(action.sync_state, 'error')
        self.assertIn("Seller Control Panel", action.sync_error)
        self.assertFalse(action.next_attempt)
        self.send()
        self.assertEqual(len(self.sandbox.order(order.name)['refunds']), 1)
        order.sale_order_id.action_onbuy_retry()
        self.send()
        self.assertEqual(len(self.sandbox.order(order.name)['refunds']), 2)

    def test_a_missing_item_is_looked_up_and_the_other_container_understood(self):
        order = self.receive(2)
        self.ship(order)
        action = self.ask_refund(order, amounts=[1], delivery=0)
        self.answer_with('/orders/refund', {'success': True, 'results': []})
        self.send()
        self.assertEqual(action.sync_state, 'uncertain')
        action._reset_sync()
        self.answer_with('/orders/refund', {'success': True, 'result': [
            {'success': False, 'message': "In the other box", 'order_id': order.name}]})
        self.send()
        self.assertEqual(action.sync_error, "In the other box")

    def test_one_of_two_refunds_is_refused_and_the_other_made(self):
        refused, made = self.receive(2), self.receive(2)
        self.ship(refused)
        self.ship(made)
        actions = self.ask_refund(refused, amounts=[1], delivery=0) | self.ask_refund(made, amounts=[1], delivery=0)
        self.sandbox.control('PATCH', f'/orders/{refused.name}', {'status': "Cancelled By Seller"})
        self.send()
        self.assertEqual(actions.mapped('sync_state'), ['error', 'synced'])
        self.assertRegex(actions[0].sync_error, "^The order is not in a refundable status.\n.*cancel it instead")

    def test_an_answer_with_another_sum_or_without_id_is_noted(self):
        order = self.receive(2)
        self.invoice(order)
        self.ship(order)
        self.ask_refund(order, amounts=[1], delivery=0)
        self.answer_with('/orders/refund', {'success': True, 'results': [
            {'success': True, 'refund_total': 2, 'order_id': order.name}]})
        self.send()
        self.assertEqual(self.activities(order), ["OnBuy's refund differs"])
        self.tell(order, '/refund', items=[{'onbuy_internal_reference': order.line_ids.reference, 'amount': 1}])
        self.assertEqual(len(self.notes(order)), 1)
