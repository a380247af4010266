from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .aftersales_common import AftersalesCommon

DO_NOT_SHIP = "Cancelled on OnBuy – do not ship"


@tagged('post_install', '-at_install')
class TestCancelByBuyer(AftersalesCommon):
    """OnBuy cancelled the order: the buyer, the seller in the panel, or OnBuy itself."""

    def test_an_order_that_nobody_picked_is_cancelled_with_its_delivery_and_frees_the_stock(self):
        order = self.receive(4)
        product = order.line_ids.sale_line_ids.product_id
        reserved = product.with_context(warehouse_id=self.warehouse.id).free_qty
        self.tell(order, '/cancel')
        self.assertEqual(order.sale_order_id.state, 'cancel')
        self.assertEqual(order.sale_order_id.picking_ids.mapped('state'), ['cancel'])
        self.assertEqual(product.with_context(warehouse_id=self.warehouse.id).free_qty, reserved + 4)
        self.assertEqual(order.fulfilment_state, 'cancelled')
        self.assertFalse(order.sale_order_id.onbuy_warning)

    def test_a_quotation_is_cancelled(self):
        self.store.workflow = 'quotation'
        order = self.receive()
        self.tell(order, '/cancel')
        self.assertEqual(order.sale_order_id.state, 'cancel')

    def test_a_locked_order_is_unlocked_first(self):
        order = self.receive()
        order.sale_order_id.action_lock()
        self.tell(order, '/cancel')
        self.assertEqual(order.sale_order_id.state, 'cancel')

    def test_a_draft_invoice_is_cancelled(self):
        order = self.receive()
        invoice = order.sale_order_id._create_invoices()
        self.tell(order, '/cancel')
        self.assertEqual(invoice.state, 'cancel')
        self.assertFalse(self.notes(order))

    def test_a_posted_invoice_gets_one_draft_credit_note_of_the_same_sum(self):
        order = self.receive(2, 1)
        invoice = self.invoice(order)
        self.tell(order, '/cancel', refund='pending')
        self.tell(order, '/complete')
        note = self.notes(order)
        self.assertEqual(note.state, 'draft')
        self.assertEqual(note.amount_total, invoice.amount_total)
        self.assertEqual(note.reversed_entry_id, invoice)

    def test_a_cancellation_whose_refund_is_open_is_shown_as_cancelling_and_then_final(self):
        order = self.receive()
        self.tell(order, '/cancel', refund='pending')
        self.assertEqual(order.fulfilment_state, 'cancelling')
        messages = order.sale_order_id.message_ids
        self.tell(order, '/complete')
        self.assertEqual(order.fulfilment_state, 'cancelled')
        self.assertEqual(order.sale_order_id.message_ids, messages)

    def test_a_picked_order_stays_and_its_people_are_warned_once(self):
        order = self.receive()
        picking = order.sale_order_id.picking_ids
        picking.move_ids.picked = True
        self.tell(order, '/cancel', refund='pending')
        self.tell(order, '/complete')
        self.assertEqual(order.sale_order_id.state, 'sale')
        self.assertEqual(picking.state, 'assigned')
        self.assertEqual(self.activities(order), [DO_NOT_SHIP])
        self.assertEqual(order.sale_order_id.onbuy_warning, 'cancelled')
        self.assertEqual(picking.onbuy_warning, 'cancelled')

    def test_a_finished_pick_step_counts_as_picked(self):
        self.warehouse.delivery_steps = 'pick_ship'
        order = self.receive()
        self.deliver(order)
        self.tell(order, '/cancel')
        self.assertEqual(order.sale_order_id.state, 'sale')
        waiting = order.sale_order_id.picking_ids.filtered(lambda picking: picking.state != 'done')
        self.assertEqual(waiting.mapped('onbuy_warning'), ['cancelled'])

    def test_a_printed_label_counts_as_picked(self):
        order = self.receive()
        order.sale_order_id.picking_ids.printed = True
        self.tell(order, '/cancel')
        self.assertEqual(self.activities(order), [DO_NOT_SHIP])

    def test_validating_a_cancelled_delivery_is_asked_about_and_possible(self):
        order = self.receive()
        picking = order.sale_order_id.picking_ids
        picking.move_ids.picked = True
        self.tell(order, '/cancel')
        asked = picking.button_validate()
        self.assertEqual(asked['res_model'], 'onbuy.delivery.confirm')
        self.assertEqual(picking.state, 'assigned')
        form = self.env['onbuy.delivery.confirm'].with_context(**asked['context']).create({})
        self.assertEqual(form.picking_ids, picking)
        form.action_validate()
        self.assertEqual(picking.state, 'done')

    def test_the_others_of_several_deliveries_can_be_validated_without_the_cancelled_one(self):
        cancelled, other = self.receive(), self.receive()
        pickings = (cancelled | other).sale_order_ids.picking_ids
        pickings.move_ids.picked = True
        self.tell(cancelled, '/cancel')
        asked = pickings.button_validate()
        self.assertTrue(asked['context']['default_has_others'])
        self.env['onbuy.delivery.confirm'].with_context(**asked['context']).create({}).action_leave_out()
        self.assertEqual(cancelled.sale_order_id.picking_ids.state, 'assigned')
        self.assertEqual(other.sale_order_id.picking_ids.state, 'done')

    def test_a_warehouse_worker_without_onbuy_rights_gets_the_question(self):
        order = self.receive()
        order.sale_order_id.picking_ids.printed = True
        self.tell(order, '/cancel')
        worker = self.new_user('stock.group_stock_user')
        picking = order.sale_order_id.picking_ids.with_user(worker)
        self.assertEqual(Form(picking).onbuy_warning, 'cancelled')
        asked = picking.button_validate()
        self.env['onbuy.delivery.confirm'].with_user(worker).with_context(
            **asked['context']).create({}).action_validate()
        self.assertEqual(picking.state, 'done')

    def test_a_shipped_order_offers_a_return(self):
        order = self.receive()
        picking = self.deliver(order)  # OnBuy is not told yet, so it may still be cancelled there.
        self.tell(order, '/cancel')
        self.assertEqual(order.sale_order_id.state, 'sale')
        self.assertEqual(picking.onbuy_warning, 'shipped')
        self.assertEqual(order.sale_order_id.onbuy_warning, 'shipped')
        action = order.sale_order_id.action_onbuy_create_return()
        self.assertEqual(action['res_model'], 'stock.return.picking')
        self.assertEqual(action['context']['active_id'], picking.id)
        self.bring_back(picking)
        self.env.invalidate_all()
        self.assertFalse(picking.onbuy_warning)

    def test_a_picked_order_is_credited_when_it_is_cancelled_by_hand(self):
        order = self.receive()
        invoice = self.invoice(order)
        order.sale_order_id.picking_ids.printed = True
        self.tell(order, '/cancel')
        self.assertFalse(self.notes(order))
        order.sale_order_id.action_cancel()
        self.assertEqual(self.notes(order).amount_total, invoice.amount_total)
        self.assertEqual(self.notes(order).state, 'draft')

    def test_an_invoice_that_was_credited_in_part_is_left_to_a_person(self):
        order = self.receive(2)
        note = self.invoice(order)._reverse_moves()
        note.invoice_line_ids[0].price_unit -= 1
        note.action_post()
        self.tell(order, '/cancel')
        self.assertEqual(order.sale_order_id.state, 'cancel')
        self.assertEqual(self.activities(order), ["Credit the rest by hand"])

    def test_an_order_cancelled_here_alone_is_pointed_out_at_once(self):
        order = self.receive()
        order.sale_order_id.action_cancel()
        self.assertEqual(self.activities(order), ["Cancelled here, open on OnBuy"])
        self.reread(order)
        self.assertEqual(self.activities(order), ["Cancelled here, open on OnBuy"])


@tagged('post_install', '-at_install')
class TestCancelBySeller(AftersalesCommon):
    """Cancel on OnBuy, asked for in Odoo."""

    def test_the_sales_order_is_cancelled_when_onbuy_has_accepted_not_before(self):
        order = self.receive()
        action = self.ask_cancel(order, reason='4', info="Typo in the price")
        self.assertEqual(order.sale_order_id.state, 'sale')
        self.send()
        self.assertEqual(action.sync_state, 'synced')
        self.assertEqual(order.status, 'cancelled_by_seller')
        self.assertEqual(order.sale_order_id.state, 'cancel')
        told = self.sandbox.order(order.name)['cancellation']
        self.assertEqual(told['order_cancellation_reason_id'], 4)
        self.assertEqual(told['cancel_order_additional_info'], "Typo in the price")

    def test_a_quotation_and_an_order_without_sales_order_can_be_cancelled_on_onbuy(self):
        self.store.write({'workflow': 'quotation'})
        order = self.receive()
        self.ask_cancel(order)
        self.send()
        self.assertEqual(order.sale_order_id.state, 'cancel')
        self.store.cutover_date = '2999-01-01'
        history = self.receive()
        self.assertFalse(history.sale_order_id)
        self.open_form(history.action_cancel_on_onbuy()).save().action_cancel_order()
        self.send()
        self.assertEqual(history.status, 'cancelled_by_seller')

    def test_an_order_cancelled_here_can_be_cancelled_on_onbuy_too(self):
        order = self.receive()
        order.sale_order_id.action_cancel()
        self.ask_cancel(order)
        self.send()
        self.assertEqual(order.status, 'cancelled_by_seller')

    def test_once_picked_it_is_refused_without_a_confirmation(self):
        order = self.receive()
        order.sale_order_id.picking_ids.move_ids.picked = True
        with self.assertRaisesRegex(UserError, "warehouse has begun"):
            self.ask_cancel(order)
        self.assertFalse(order.action_ids)

    def test_a_confirmed_cancellation_of_a_picked_order_undoes_the_delivery_first(self):
        order = self.receive()
        picking = order.sale_order_id.picking_ids
        picking.move_ids.picked = True
        self.ask_cancel(order, is_confirmed=True)
        self.assertEqual(picking.state, 'cancel')
        self.assertEqual(order.sale_order_id.state, 'sale')
        self.send()
        self.assertEqual(order.sale_order_id.state, 'cancel')
        self.assertFalse(self.activities(order))

    def test_after_a_done_pick_step_someone_is_asked_to_put_the_goods_back(self):
        self.warehouse.delivery_steps = 'pick_ship'
        order = self.receive()
        picked = self.deliver(order)
        self.ask_cancel(order, is_confirmed=True)
        self.assertEqual(picked.state, 'done')
        self.assertEqual(set((order.sale_order_id.picking_ids - picked).mapped('state')), {'cancel'})
        self.assertEqual(self.activities(order), ["Put the goods back"])
        self.send()
        self.assertEqual(order.sale_order_id.state, 'cancel')
        self.assertEqual(self.activities(order), ["Put the goods back"])

    def test_after_the_dispatch_a_refund_is_offered_instead(self):
        order = self.receive()
        self.deliver(order)
        with self.assertRaisesRegex(UserError, "have left.*Refund on OnBuy"):
            order.sale_order_id.action_onbuy_cancel()
        self.send()
        with self.assertRaisesRegex(UserError, "Dispatched on OnBuy.*Refund on OnBuy"):
            order.sale_order_id.action_onbuy_cancel()

    def test_it_is_asked_for_only_once(self):
        order = self.receive()
        self.ask_cancel(order)
        with self.assertRaisesRegex(UserError, "already"):
            order.sale_order_id.action_onbuy_cancel()

    def test_a_refusal_shows_onbuys_words_and_a_retry_that_works(self):
        order = self.receive()
        action = self.ask_cancel(order)
        words = {'success': False, 'message': "Nope, not today", 'order_id': order.name}
        self.answer_with('/orders/cancel', {'success': True, 'result': [words]})
        self.send()
        self.assertEqual(action.sync_state, 'error')
        self.assertIn("Nope, not today", order.sale_order_id.onbuy_action_error)
        self.assertEqual(order.sale_order_id.state, 'sale')
        order.sale_order_id.action_onbuy_retry()
        self.send()
        self.assertEqual(order.sale_order_id.state, 'cancel')
        self.assertFalse(order.sale_order_id.onbuy_action_error)

    def test_an_answer_in_the_other_container_is_understood(self):
        order = self.receive()
        action = self.ask_cancel(order)
        self.answer_with('/orders/cancel', {'success': True, 'results': [
            {'success': False, 'message': "In the other box", 'order_id': order.name}]})
        self.send()
        self.assertEqual(action.sync_error, "In the other box")

    def test_an_answer_that_does_not_mention_the_order_is_looked_up(self):
        order = self.receive()
        action = self.ask_cancel(order)
        self.answer_with('/orders/cancel', {'success': True, 'result': []})
        self.send()
        self.assertEqual(action.sync_state, 'uncertain')
        self.ask_again(action)
        self.assertEqual(action.sync_state, 'synced')
        self.assertEqual(order.status, 'cancelled_by_seller')

    def test_a_time_out_after_the_effect_is_not_repeated(self):
        self.sandbox.control('DELETE', '/requests')
        order = self.receive()
        action = self.ask_cancel(order)
        self.fault('timeout_after', '/orders/cancel')
        self.send()
        self.assertEqual(action.sync_state, 'uncertain')
        self.ask_again(action)
        self.assertEqual(action.sync_state, 'synced')
        self.assertEqual(len(self.calls('/orders/cancel')), 1)
        self.assertEqual(order.sale_order_id.state, 'cancel', "The same look at the order lets the sales order follow.")

    def test_a_time_out_before_the_effect_is_repeated(self):
        order = self.receive()
        action = self.ask_cancel(order)
        self.fault('timeout_before', '/orders/cancel')
        self.send()
        self.ask_again(action)
        self.assertEqual(action.sync_state, 'synced')
        self.assertEqual(order.status, 'cancelled_by_seller')

    def test_a_cancellation_that_onbuy_made_meanwhile_is_not_asked_for(self):
        self.sandbox.control('DELETE', '/requests')
        order = self.receive()
        action = self.ask_cancel(order)
        self.tell(order, '/cancel')
        self.send()
        self.assertEqual(action.sync_state, 'synced')
        self.assertFalse(self.calls('/orders/cancel'))

    def test_one_of_two_is_refused_and_the_other_cancelled(self):
        refused, done = self.receive(), self.receive()
        actions = self.ask_cancel(refused) | self.ask_cancel(done)
        self.sandbox.control('POST', f'/orders/{refused.name}/dispatch', {})
        self.send()
        self.assertEqual(actions.mapped('sync_state'), ['error', 'synced'])
        self.assertIn("Dispatched", actions[0].sync_error)
        self.assertEqual(done.sale_order_id.state, 'cancel')

    def test_other_users_cannot_cancel(self):
        order = self.receive()
        salesman = self.new_user('sales_team.group_sale_salesman_all_leads')
        with self.assertRaises(AccessError):
            order.sale_order_id.with_user(salesman).action_onbuy_cancel()
