from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import OnbuyCommon


@tagged('post_install', '-at_install')
class TestGovernorUse(CronMixinCase, OnbuyCommon):
    """The allowance: kept, shared by all workers, with room left for orders and dispatch."""

    def spend(self, method, calls):
        """Note calls as made by earlier workers, an hour's worth of them long ago enough to pace nothing."""
        state = self.env['onbuy.store.state']
        known = state._load_committed(self.store, 'api')
        now = int(fields.Datetime.now().timestamp())
        known['usage']['hour'][method] = [[now // 60 - 5, calls]]
        state._save_committed(self.store, 'api', known)

    def count(self, path, method=None):
        """Return how many calls the sandbox got since the last look."""
        calls = self.sandbox.requests(path, method)
        self.sandbox.control('DELETE', '/requests')
        return len(calls)

    def get_used(self):
        """Return how many GET calls OnBuy counts for the account in this hour."""
        return self.sandbox.control('GET', '/state')['accounts']['live']['usage']['GET']['hour']

    def sync_refused(self):
        """Sync orders by the button and return why that was refused; what was stored meanwhile stays."""
        try:
            self.store.action_sync_orders()
        except UserError as error:
            return str(error)

    def get_trigger_times(self, triggers):
        """Return when captured triggers are due."""
        return triggers.records.mapped('call_at')

    def test_every_call_is_counted_also_those_of_other_workers(self):
        before = self.get_used()
        self.store.action_connect()
        self.store.action_sync_orders()
        self.run_cron('sync_listings')
        self.assertEqual(self.store._get_usage()['GET']['hour'], self.get_used() - before)
        self.assertGreater(self.get_used() - before, 2)

    def test_the_limits_of_the_store_are_kept_and_the_rest_goes_on_later(self):
        self.store.write({'limit_get': 10, 'limit_share': 50})
        self.store.action_connect()
        self.spend('GET', 5)
        self.count('/orders')
        with self.capture_triggers('onbuy_connector.ir_cron_sync_orders') as triggers:
            self.run_cron('sync_orders')
        self.assertEqual(self.count('/orders'), 0)
        later = self.get_trigger_times(triggers)
        self.assertTrue(later and min(later) > fields.Datetime.now() + timedelta(minutes=30), later)
        self.assertFalse(self.env['onbuy.sync.run'].search(
            [('store_id', '=', self.store.id), ('state', '=', 'failed')]))

    def test_when_listings_used_up_their_part_orders_still_come_in_and_dispatches_go_out(self):
        self.go_live()
        self.stock_up()
        self.spend('GET', 600 * 80 // 100 * 75 // 100)
        self.count('')
        self.run_cron('sync_listings')
        self.assertEqual(self.count('/listings'), 0)
        placed = self.sandbox.place_order((self.skus()[0], 1))
        self.run_cron('sync_orders')
        order = self.env['onbuy.order'].search([('name', '=', placed['order_id'])])
        self.deliver(order)
        self.run_cron('send_actions')
        self.assertEqual(self.sandbox.order(order.name)['status'], 'Dispatched')

    def test_a_dispatch_goes_out_when_no_reading_is_left(self):
        self.go_live()
        self.stock_up()
        order = self.receive_order((self.skus()[0], 1))
        doubtful = self.receive_order((self.skus()[1], 1))
        self.deliver(doubtful)
        doubtful.action_ids.write({'sync_state': 'sending', 'next_attempt': fields.Datetime.now()})
        self.deliver(order)
        self.spend('GET', 480)
        self.run_cron('send_actions')
        self.assertEqual(self.sandbox.order(order.name)['status'], 'Dispatched')
        self.assertEqual(order.action_ids.sync_state, 'synced')
        self.assertEqual(doubtful.action_ids.sync_state, 'sending', "it was not asked for, so it is not sent again")

    def test_after_a_429_the_method_rests_and_other_stores_go_on(self):
        self.go_live()
        second = self._create_store(
            name="Second", consumer_key=self.sandbox.keys['ck_test_'], secret_key=self.sandbox.keys['sk_test_'])
        second.action_connect()
        self.fault('status', status=429, count=1, path='/orders*')
        self.assertIn("limit of calls is reached", self.sync_refused())
        mine, other = self.sandbox.place_order(), self.sandbox.place_order(account='test')
        with self.capture_triggers('onbuy_connector.ir_cron_sync_orders') as triggers:
            self.run_cron('sync_orders')
        found = self.env['onbuy.order'].search([('name', 'in', (mine['order_id'], other['order_id']))])
        self.assertEqual(found.store_id, second)
        self.assertEqual(self.get_trigger_times(triggers), [self.store._get_usage()['GET']['paused_until']])

    def test_the_seconds_that_onbuy_asks_for_are_waited(self):
        self.go_live()
        self.fault('status', status=429, count=1, path='/orders*', retry_after=700)
        self.sync_refused()
        paused = self.store._get_usage()['GET']['paused_until']
        self.assertGreater(paused, fields.Datetime.now() + timedelta(seconds=600))

    def test_a_429_on_a_dispatch_changes_nothing_and_sends_it_later(self):
        self.go_live()
        self.stock_up()
        order = self.receive_order((self.skus()[0], 1))
        self.deliver(order)
        self.fault('status', status=429, count=1, path='/orders/dispatch')
        self.run_cron('send_actions')
        self.assertEqual(order.action_ids.sync_state, 'pending')
        self.assertGreater(order.action_ids.next_attempt, fields.Datetime.now())
        self.assertFalse(self.sandbox.order(order.name).get('dispatches'))

    def test_the_usage_on_the_store_is_what_onbuy_counts(self):
        before = self.get_used()
        self.store.action_connect()
        self.assertIn(f'GET {self.get_used() - before}/600', self.store.usage_text)
