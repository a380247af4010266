import json

from odoo.tests import tagged

from ..lib.client import OnBuyClient
from ..lib.errors import UncertainError
from .shipping_common import ShippingCommon


@tagged('post_install', '-at_install')
class TestDispatchBadDays(ShippingCommon):
    """Time-outs, refusals and nonsense."""

    def ship(self, *quantities, number='BAD1'):
        """Deliver an order and return it; nothing is sent yet."""
        order = self.receive(*quantities or (1,))
        picking = self.pickings(order)
        picking.carrier_tracking_ref = number
        self.validate(picking)
        return order

    def check_sent_once(self, kind, **values):
        """Have the call go wrong; after a while exactly one dispatch is on OnBuy."""
        order = self.ship(2)
        self.go_wrong(kind, **values)
        self.send()
        self.later(minutes=2)
        self.later(minutes=2)
        self.assertEqual(self.dispatches(order), [('BAD1', [2])])
        self.assertEqual(order.action_ids.sync_state, 'synced')
        self.assertEqual(order.sale_order_id.picking_ids.onbuy_state, 'sent')

    def test_a_time_out_after_the_effect_dispatches_once(self):
        self.check_sent_once('timeout_after')

    def test_a_time_out_before_the_effect_dispatches_once(self):
        self.check_sent_once('timeout_before')

    def test_a_connection_cut_after_the_effect_dispatches_once(self):
        self.check_sent_once('drop_after')

    def test_a_connection_cut_before_the_effect_dispatches_once(self):
        self.check_sent_once('drop_before')

    def test_a_server_error_dispatches_once(self):
        self.check_sent_once('status', status=500)

    def test_html_instead_of_json_dispatches_once(self):
        self.check_sent_once('non_json')

    def test_json_cut_off_after_the_effect_dispatches_once(self):
        self.check_sent_once('malformed_json')

    def test_too_many_requests_are_sent_later(self):
        order = self.ship()
        self.go_wrong('status', status=429, retry_after=1)
        self.run_cron('send_actions')
        self.assertEqual(order.action_ids.sync_state, 'pending')
        self.assertEqual(order.sale_order_id.picking_ids.onbuy_state, 'waiting')

    def test_an_uncertain_dispatch_shows_as_waiting_with_its_reason(self):
        order = self.ship()
        self.go_wrong('timeout_after')
        self.send()
        picking = order.sale_order_id.picking_ids
        self.assertEqual((order.action_ids.sync_state, picking.onbuy_state), ('uncertain', 'waiting'))
        self.assertTrue(picking.onbuy_error)

    def test_the_order_is_read_before_an_uncertain_dispatch_is_sent_again(self):
        self.ship()
        self.go_wrong('timeout_before')
        self.send()
        seen = len(self.sandbox.requests())
        self.later(minutes=2)
        calls = [(one['method'], one['path']) for one in self.sandbox.requests()[seen:]]
        methods = [method for method, path in calls if '/orders' in path]
        self.assertEqual(methods[:2], ['GET', 'PUT'], calls)

    def test_an_order_dispatched_on_onbuy_meanwhile_counts_as_done(self):
        order = self.ship()
        self.sandbox.control('POST', f'/orders/{order.name}/dispatch', {})
        self.send()
        self.assertEqual(order.action_ids.sync_state, 'synced')
        self.assertEqual(order.status, 'dispatched')
        self.assertEqual(order.sale_order_id.picking_ids.onbuy_state, 'sent')

    def test_an_order_cancelled_on_onbuy_meanwhile_is_refused_with_onbuys_words(self):
        order = self.ship()
        self.sandbox.control('POST', f'/orders/{order.name}/cancel', {})
        self.send()
        picking = order.sale_order_id.picking_ids
        self.assertEqual(picking.onbuy_state, 'refused')
        for text in (picking.onbuy_error, order.action_ids.sync_error):
            self.assertRegex(text, "could not be marked as dispatched.*\n.*stop the parcel")

    def answer(self, answer, path='/orders/dispatch'):
        """Have OnBuy answer the next call with this JSON, without any effect."""
        self.go_wrong('non_json', path=path, status=200, body=json.dumps(answer))

    def test_a_refused_dispatch_is_shown_on_the_delivery_and_the_sales_order_and_sent_by_retry(self):
        order = self.ship()
        self.answer({'success': True, 'results': {order.name: {
            'success': False, 'errorcode': 'InvalidTracking', 'message': "That number is not valid"}}})
        self.send()
        picking = order.sale_order_id.picking_ids
        self.assertEqual(picking.onbuy_error, "That number is not valid")
        self.assertIn(picking, self.env['stock.picking'].search([('onbuy_action_ids.sync_state', '=', 'error')]))
        self.assertIn("That number is not valid", order.sale_order_id.onbuy_action_error)
        order.sale_order_id.action_onbuy_retry()
        self.send()
        self.assertEqual(order.status, 'dispatched')
        self.assertEqual((picking.onbuy_state, order.sale_order_id.onbuy_action_error), ('sent', False))

    def test_one_refusal_of_two_in_a_call_leaves_the_other_dispatched(self):
        orders = self.ship() + self.ship()
        self.sandbox.control('POST', f'/orders/{orders[0].name}/cancel', {})
        before = self.calls()
        self.send()
        self.assertEqual(self.calls(), before + 1)
        self.assertEqual([order.action_ids.sync_state for order in orders], ['error', 'synced'])

    def test_a_dispatch_whose_order_cannot_be_read_back_is_done_and_the_store_says_what_is_missing(self):
        for kind in ('empty_page', 'drop_before'):
            with self.subTest(kind=kind):
                order = self.ship()
                self.sandbox.control('POST', '/faults', {'kind': kind, 'path': '/orders'})
                self.send()
                self.sandbox.control('DELETE', '/faults')
                self.assertEqual((order.action_ids.sync_state, order.status), ('synced', 'awaiting_dispatch'))
                self.assertTrue(self.env['onbuy.sync.run'].search([('state', '=', 'failed')], limit=1).message)
                self.run_cron('sync_order_statuses')
                self.assertEqual(order.status, 'dispatched')
                self.assertFalse(self.store.connection_error)

    def test_an_answer_in_a_list_under_result_is_understood(self):
        order = self.ship()
        self.answer({'success': True, 'result': [{
            'order_id': order.name, 'success': False, 'errorcode': 'InvalidProduct', 'message': "No such product"}]})
        self.send()
        self.assertEqual(order.action_ids.sync_error, "No such product")

    def test_an_answer_that_leaves_the_order_out_is_uncertain(self):
        order = self.ship()
        self.answer({'success': True, 'results': {}})
        self.send()
        self.assertEqual(order.action_ids.sync_state, 'uncertain')
        self.later(minutes=2)
        self.assertEqual(order.status, 'dispatched')

    def test_a_call_refused_as_a_whole_is_tried_one_by_one(self):
        orders = self.ship() + self.ship()
        self.go_wrong('status', status=400, message="One of the orders is bad")
        self.send()
        self.assertEqual(orders.mapped('status'), ['dispatched', 'dispatched'])

    def test_one_over_which_onbuy_stumbles_holds_up_no_other(self):
        poison, *others = [self.ship() for _number in range(3)]
        call = OnBuyClient.dispatch

        def dispatch(client, documents):
            if any(document.order_id == poison.name for document in documents):
                raise UncertainError("OnBuy has a problem of its own (HTTP 500).", status=500)
            return call(client, documents)

        self.patch(OnBuyClient, 'dispatch', dispatch)
        self.send()
        for _time in range(3):
            self.later(minutes=2)
        self.assertEqual([order.status for order in others], ['dispatched', 'dispatched'])
        self.assertEqual(poison.action_ids.sync_state, 'uncertain')
        self.assertGreaterEqual(poison.action_ids.sync_attempts, 3)

    def test_nothing_is_sent_while_the_switch_is_off(self):
        order = self.ship()
        self.store.sync_actions = False
        self.send()
        self.assertEqual(self.status(order), 'Awaiting Dispatch')
        self.store.sync_actions = True
        self.send()
        self.assertEqual(order.status, 'dispatched')
