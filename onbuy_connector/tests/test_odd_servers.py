from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OnbuyCommon

SEND = 'odoo.addons.onbuy_connector.models.onbuy_order_action_send'


@tagged('post_install', '-at_install')
class TestLostAnswers(OnbuyCommon):
    """A dispatch whose answer is lost is looked up before anything is sent again; one bad action stops no other."""

    def setUp(self):
        super().setUp()
        self.go_live()
        self.stock_up()

    def ship(self, quantity=1):
        """Have an order delivered here and not yet dispatched on OnBuy."""
        order = self.receive_order((self.skus()[0], quantity))
        self.deliver(order)
        return order

    def look_again(self):
        """Run the outgoing cron a minute later."""
        self.env['onbuy.order.action'].search([('next_attempt', '!=', False)]).next_attempt = fields.Datetime.now()
        self.run_cron('send_actions')

    def count_calls(self):
        """Return how many dispatches were sent since the last look."""
        calls = self.sandbox.requests('/orders/dispatch')
        self.sandbox.control('DELETE', '/requests')
        return len(calls)

    def assert_one_dispatch(self, order, kind, calls, **values):
        """Lose the answer of a dispatch and check that it has effect once."""
        self.count_calls()
        self.fault(kind, path='/orders/dispatch', count=1, **values)
        self.run_cron('send_actions')
        self.assertEqual(order.action_ids.sync_state, 'uncertain')
        self.run_cron('send_actions')
        self.assertEqual(self.count_calls(), 1, "not sent again before OnBuy was asked")
        self.look_again()
        self.look_again()
        self.assertEqual(order.action_ids.sync_state, 'synced')
        self.assertEqual(len(self.sandbox.order(order.name)['dispatches']), 1)
        self.assertEqual(self.count_calls() + 1, calls)
        self.assertTrue(order.action_ids.remote_id, "the dispatch's id is known all the same")

    def test_the_connection_is_cut_after_the_effect(self):
        self.assert_one_dispatch(self.ship(), 'drop_after', 1)

    def test_the_connection_is_cut_before_the_effect(self):
        self.assert_one_dispatch(self.ship(), 'drop_before', 2)

    def test_the_answer_is_cut_off_after_the_effect(self):
        self.assert_one_dispatch(self.ship(), 'malformed_json', 1)

    def test_the_answer_is_a_web_page_and_nothing_happened(self):
        self.assert_one_dispatch(self.ship(), 'non_json', 2, status=200)

    def test_the_answer_is_a_server_error_and_nothing_happened(self):
        self.assert_one_dispatch(self.ship(), 'status', 2, status=502)

    def test_a_later_action_of_the_same_order_waits_for_the_uncertain_one(self):
        order = self.ship()
        self.fault('drop_after', path='/orders/dispatch', count=1)
        self.run_cron('send_actions')
        later = self.env['onbuy.order.action']._ask(order, 'dispatch', values={'all': True})
        self.count_calls()
        self.run_cron('send_actions')
        self.assertEqual((later.sync_state, self.count_calls()), ('pending', 0))
        self.look_again()
        self.look_again()
        self.assertEqual(later.sync_state, 'synced')
        self.assertEqual(len(self.sandbox.order(order.name)['dispatches']), 1)

    def test_a_row_that_is_being_sent_is_left_alone_until_its_call_is_over(self):
        order = self.ship()
        order.action_ids._set_sending()
        self.count_calls()
        self.sandbox.control('DELETE', '/requests')
        self.run_cron('send_actions')
        self.assertEqual(order.action_ids.sync_state, 'sending')
        self.assertFalse(self.sandbox.requests())

    def test_one_action_that_cannot_be_prepared_shows_why_and_stops_no_other(self):
        bad, good = self.ship(), self.ship()
        prepare = type(bad.action_ids)._prepare_dispatch

        def fail(action):
            if action.order_id == bad:
                raise KeyError("tariff")
            return prepare(action)

        self.patch(type(bad.action_ids), '_prepare_dispatch', fail)
        with mute_logger(SEND):
            self.run_cron('send_actions')
        self.assertEqual((bad.action_ids.sync_state, bad.action_ids.sync_error), ('error', "'tariff'"))
        self.assertEqual(self.sandbox.order(good.name)['status'], 'Dispatched')

    def test_an_order_whose_payload_is_gone_stops_no_dispatch(self):
        bad, good = self.ship(), self.ship()
        bad.payload = False
        self.run_cron('send_actions')
        self.assertEqual(self.sandbox.order(good.name)['status'], 'Dispatched')
        self.assertEqual(self.sandbox.order(bad.name)['status'], 'Dispatched')

    def test_an_action_that_a_person_discards_is_not_sent(self):
        order = self.ship()
        order.action_ids.action_discard()
        self.count_calls()
        self.run_cron('send_actions')
        self.assertEqual(self.count_calls(), 0)

    def test_when_onbuy_is_down_the_outbox_is_tried_again_later_and_not_without_pause(self):
        self.ship().action_ids.write({'sync_state': 'uncertain', 'next_attempt': fields.Datetime.now()})
        self.fault('status', status=503)
        cron = self.env.ref('onbuy_connector.ir_cron_send_actions')
        self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]).unlink()
        now = fields.Datetime.now()
        self.run_cron('send_actions')
        triggers = self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)])
        self.assertTrue(triggers)
        self.assertGreater(min(triggers.mapped('call_at')), now)

    def test_deleting_a_store_takes_its_outbox_and_its_token_along(self):
        store = self._create_store(
            name="Second", consumer_key=self.sandbox.keys['ck_test_'], secret_key=self.sandbox.keys['sk_test_'])
        store.action_connect()
        order = self.env['onbuy.order'].create({'store_id': store.id, 'name': 'TQ4M7XA'})
        action = self.env['onbuy.order.action']._ask(order, 'dispatch')
        store.unlink()
        self.assertFalse(action.exists())
        self.assertFalse(self.env['onbuy.store.state'].search([('store_id', '=', store.id)]))
