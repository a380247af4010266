from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..models.onbuy_store_api import StoreBusyError
from .common import OnbuyCommon

TASKS = 'odoo.addons.onbuy_connector.models.onbuy_store_tasks'


@tagged('post_install', '-at_install')
class TestConnection(CronMixinCase, OnbuyCommon):
    """What a person is told when OnBuy cannot be used, and how it comes right again."""

    def setUp(self):
        super().setUp()
        self.sandbox.control('DELETE', '/requests')

    def assert_connect_says(self, text):
        """Connect and check the sentence of the refusal; nothing of the store changes."""
        with self.assertRaisesRegex(UserError, text) as caught:
            self.store.action_connect()
        self.assertEqual(self.store.state, 'draft')
        for secret in filter(None, (self.store.consumer_key, self.store.secret_key)):
            self.assertNotIn(secret, str(caught.exception))

    # === CONNECT === #

    def test_connecting_makes_the_store_read_only_and_writes_nothing_to_onbuy(self):
        self.store.action_connect()
        self.assertEqual((self.store.state, self.store.is_copied), ('readonly', False))
        self.assertEqual({one['path'] for one in self.sandbox.requests() if one['method'] != 'GET'},
                         {'/v2/auth/request-token'})

    def test_wrong_keys_are_told(self):
        self.store.secret_key = 'sk_live_0000'
        self.assert_connect_says("does not accept these keys")

    def test_missing_keys_are_told(self):
        self.store.secret_key = False
        self.assert_connect_says("has no keys")

    def test_an_account_without_permission_is_told(self):
        self.fault('status', status=403, path='/sites*')
        self.assert_connect_says("does not allow this account to use the API")

    def test_no_network_is_told(self):
        self.env['ir.config_parameter'].set_param('onbuy_connector.api_url', 'http://127.0.0.1:9/v2')
        self.assert_connect_says("could not be reached. Check this server's internet connection")

    def test_a_web_page_instead_of_json_is_told_as_onbuys_fault(self):
        self.fault('non_json', status=200)
        self.assert_connect_says("its answer was no use")

    def test_a_server_error_is_told_as_onbuys_fault(self):
        self.fault('status', status=500)
        self.assert_connect_says("its answer was no use")

    def test_too_many_calls_are_told(self):
        self.fault('status', status=429)
        self.assert_connect_says("limit of calls is used up")

    def test_an_address_without_encryption_gets_no_keys(self):
        self.env['ir.config_parameter'].set_param('onbuy_connector.api_url', 'http://api.example.com/v2')
        self.assert_connect_says("must begin with https")

    def test_changed_keys_are_proved_and_not_the_token_of_the_old_ones(self):
        self.store.action_connect()
        self.store.secret_key = 'sk_live_0000'
        with self.assertRaisesRegex(UserError, "does not accept these keys"):
            self.store.action_connect()

    def test_connecting_proves_keys_that_onbuy_has_withdrawn_since(self):
        self.store.action_connect()
        self.fault('status', status=401, path='/auth/*')
        with self.assertRaisesRegex(UserError, "does not accept these keys"):
            self.store.action_connect()

    def test_blanks_around_pasted_keys_do_no_harm(self):
        self.store.write({'consumer_key': f' {self.store.consumer_key}\n', 'secret_key': f'{self.store.secret_key} '})
        self.store.action_connect()
        self.assertEqual(self.store.state, 'readonly')

    # === TOKEN === #

    def get_tokens(self):
        """Return how many tokens were asked for, and how many calls were refused for their token."""
        calls = self.sandbox.requests()
        return (sum('request-token' in one['path'] for one in calls), sum(one['status'] == 401 for one in calls))

    def test_one_token_serves_all_tasks(self):
        self.store.action_connect()
        for task in ('orders', 'listings', 'orders'):
            self.store._run_now(task)
        self.assertEqual(self.get_tokens(), (1, 0))

    def test_a_token_that_was_killed_elsewhere_is_renewed_once(self):
        self.store.action_connect()
        self.fault('superseded_token', count=1, path='/orders*')
        self.store.action_sync_orders()
        self.assertEqual(self.get_tokens(), (2, 1))

    def test_a_token_that_ended_by_onbuys_clock_is_renewed(self):
        self.store.action_connect()
        self.sandbox.control('POST', '/clock', {'advance': 901})
        self.store.action_sync_orders()
        self.assertEqual(self.get_tokens(), (2, 1))

    def test_a_token_refused_in_the_middle_of_a_dispatch_does_not_lose_or_double_it(self):
        self.go_live()
        self.stock_up()
        order = self.receive_order((self.skus()[0], 1))
        self.deliver(order)
        self.fault('superseded_token', count=1, path='/orders/dispatch')
        self.run_cron('send_actions')
        self.assertEqual(len(self.sandbox.order(order.name)['dispatches']), 1)
        self.assertEqual(order.action_ids.sync_state, 'synced')

    def test_a_token_that_is_refused_twice_is_a_failure_and_no_endless_loop(self):
        self.store.action_connect()
        self.fault('status', status=401, path='/orders*')
        with self.assertRaisesRegex(UserError, "refused a new access token"):
            self.store.action_sync_orders()
        self.assertEqual(len(self.sandbox.requests('/orders')), 2)

    # === CRONS === #

    def get_failures(self, store=None):
        """Return the failed runs of a store."""
        return self.env['onbuy.sync.run'].search([
            ('store_id', '=', (store or self.store).id), ('state', '=', 'failed')])

    def assert_cron_fails_then_recovers(self, text, kind, **values):
        """Run the orders cron on a bad day and on the day after."""
        self.go_live()
        self.fault(kind, **values)
        self.run_cron('sync_orders')
        self.assertIn(text, self.get_failures().message)
        self.assertIn(text, self.store.connection_error)
        self.sandbox.control('DELETE', '/faults')
        placed = self.sandbox.place_order()
        self.run_cron('sync_orders')
        self.assertTrue(self.env['onbuy.order'].search([('name', '=', placed['order_id'])]).sale_order_id)
        self.assertFalse(self.store.connection_error)

    def test_a_cron_survives_a_web_page_instead_of_json(self):
        self.assert_cron_fails_then_recovers("answer cannot be read", 'non_json', status=200, path='/orders*')

    def test_a_cron_survives_a_server_error(self):
        self.assert_cron_fails_then_recovers("problem of its own", 'status', status=503, path='/orders*')

    def test_a_cron_survives_a_refused_permission(self):
        self.assert_cron_fails_then_recovers("does not permit", 'status', status=403, path='/orders*')

    def test_a_cron_survives_a_cut_connection(self):
        self.assert_cron_fails_then_recovers("broke before its answer", 'drop_before', path='/orders*')

    def test_a_cron_survives_refused_tokens(self):
        self.assert_cron_fails_then_recovers("refused a new access token", 'status', status=401, path='/orders*')

    def test_the_same_failure_again_is_one_line_of_the_log(self):
        self.go_live()
        self.fault('status', status=503, path='/orders*')
        for _time in range(3):
            self.run_cron('sync_orders')
        self.assertEqual(len(self.get_failures()), 1)

    def test_a_defect_of_the_module_fails_the_run_of_its_store_only(self):
        self.go_live()
        self.patch(type(self.store), '_store_orders_page', lambda *args, **values: 1 / 0)
        self.sandbox.place_order()
        with mute_logger(TASKS):
            self.run_cron('sync_orders')
        self.assertIn("division by zero", self.get_failures().message)

    def test_one_bad_store_of_three_does_not_stop_the_others_also_of_another_company(self):
        self.go_live()
        elsewhere = self._make_british(self.env['res.company'].create({
            'name': "Elsewhere", 'country_id': self.env.ref('base.uk').id}))
        second = self._create_store(
            name="Second", company_id=elsewhere.id, consumer_key=self.sandbox.keys['ck_test_'],
            secret_key=self.sandbox.keys['sk_test_'])
        second.action_connect()
        bad = self._create_store(name="Bad", consumer_key='ck_live_unknown', secret_key='sk_live_unknown')
        bad.write({'state': 'live', 'database_fingerprint': bad._get_database_fingerprint()})
        mine = self.sandbox.place_order()
        other = self.sandbox.place_order(account='test')
        self.run_cron('sync_orders')
        orders = self.env['onbuy.order'].search([('name', 'in', (mine['order_id'], other['order_id']))])
        self.assertEqual(orders.store_id, self.store | second)
        self.assertEqual(orders.company_id, self.company | elsewhere)
        self.assertIn("refused the keys", self.get_failures(bad).message)
        self.assertFalse(self.get_failures(self.store) | self.get_failures(second))

    # === WHO MAY, AND FROM WHERE === #

    def test_the_same_account_twice_is_refused(self):
        with self.assertRaisesRegex(Exception, "key_hash_unique"), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self._create_store(name="Twin")

    def test_a_paused_store_talks_to_nobody_until_it_is_resumed(self):
        self.go_live()
        self.store.action_pause()
        self.sandbox.control('DELETE', '/requests')
        self.sandbox.place_order()
        for name in ('sync_orders', 'sync_order_statuses', 'sync_listings', 'send_actions'):
            self.run_cron(name)
        with self.assertRaisesRegex(UserError, "is paused"):
            self.store.action_sync_orders()
        self.assertFalse(self.sandbox.requests())
        self.store.action_resume()
        self.assertEqual(self.store.state, 'live')

    def test_a_pause_in_the_middle_of_a_run_ends_it_after_the_unit(self):
        self.go_live()
        page = type(self.store)._store_orders_page

        def pause(store, *args, **values):
            store.state = 'paused'
            return page(store, *args, **values)

        self.patch(type(self.store), '_store_orders_page', pause)
        placed = self.sandbox.place_order()
        self.run_cron('sync_orders')
        order = self.env['onbuy.order'].search([('name', '=', placed['order_id'])])
        self.assertEqual((order.sync_state, order.sale_order_id.ids), ('pending', []))

    def test_whoever_finds_the_store_busy_leaves_and_comes_back(self):
        self.go_live()
        with self.store._connect():
            with self.assertRaises(StoreBusyError), self.store._connect():
                pass
            with self.capture_triggers('onbuy_connector.ir_cron_sync_orders') as triggers:
                self.run_cron('sync_orders')
            self.assertEqual(len(triggers.records), 1)
            self.assertEqual(self.store.action_sync_orders()['params']['message'][:14], "A sync of this")
        self.assertFalse(self.get_failures())

    def test_in_a_copy_of_the_database_nothing_is_sent_and_the_store_says_why(self):
        self.go_live()
        self.store.database_fingerprint = 'of the original'
        self.sandbox.control('DELETE', '/requests')
        for name in ('sync_orders', 'sync_order_statuses', 'sync_listings', 'send_actions'):
            self.run_cron(name)
        with self.assertRaisesRegex(UserError, "This database is a copy"):
            self.store.action_sync_orders()
        with self.assertRaisesRegex(UserError, "This database is a copy"):
            self.store.action_connect()
        self.assertFalse(self.sandbox.requests())
        self.assertTrue(self.store.is_copied)
        self.assertIn("This database is a copy", self.get_failures()[:1].message)

    def test_only_a_system_administrator_makes_a_copy_the_live_one(self):
        self.go_live()
        self.store.database_fingerprint = 'of the original'
        manager = new_test_user(self.env, 'manager', 'onbuy_connector.group_onbuy_manager')
        with self.assertRaises(AccessError):
            self.store.with_user(manager).action_confirm_database()
        with self.assertRaises(AccessError):
            self.store.with_user(manager).database_fingerprint = self.store._get_database_fingerprint()
        self.store.with_user(self.env.ref('base.user_admin')).action_confirm_database()
        placed = self.sandbox.place_order()
        self.run_cron('sync_orders')
        self.assertTrue(self.env['onbuy.order'].search([('name', '=', placed['order_id'])]).sale_order_id)
