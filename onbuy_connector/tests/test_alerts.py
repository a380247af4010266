from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from ..models import onbuy_store_tasks
from .push_common import PushCommon

TASKS = 'odoo.addons.onbuy_connector.models.onbuy_store_tasks'


@tagged('post_install', '-at_install')
class TestAlerts(PushCommon):
    """What is wrong is told once per cause, is kept up to date, and goes away with its cause."""

    def setUp(self):
        super().setUp()
        self.boss = new_test_user(
            self.env, 'boss', groups='onbuy_connector.group_onbuy_manager', email='boss@example.com')
        self.store.responsible_id = self.boss

    def activities(self):
        """Return the titles of the store's activities and whose they are."""
        self.assertFalse(self.store.activity_ids.user_id - self.boss)
        return self.store.activity_ids.mapped('summary')

    def keys(self):
        """Return the causes that the store knows of."""
        return [alert['key'] for alert in self.store._get_alerts()]

    def run_orders(self):
        """Run the orders cron."""
        with mute_logger(TASKS):
            self.run_cron('sync_orders')

    def later(self, **age):
        """Let it be later."""
        return freeze_time(fields.Datetime.now() + timedelta(**age))

    # === NOTHING === #

    def test_a_store_that_runs_well_has_no_alert_and_no_activity(self):
        self.run_orders()
        self.assertEqual((self.keys(), self.activities(), self.store.health_html), ([], [], False))

    def test_looking_costs_few_queries_and_writes_nothing_while_nothing_changes(self):
        self.run_orders()
        self.env.invalidate_all()
        with self.assertQueryCount(18):
            self.store._update_alerts()
        self.env.cr.execute("SELECT xmin FROM onbuy_store_state WHERE topic = 'alerts'")
        before = self.env.cr.fetchall()
        self.run_orders()
        self.env.cr.execute("SELECT xmin FROM onbuy_store_state WHERE topic = 'alerts'")
        self.assertEqual(self.env.cr.fetchall(), before)

    # === EACH CAUSE === #

    def test_refused_keys_are_told_at_once_and_forgotten_when_they_work_again(self):
        self.fault('status', status=401, path='/orders*')
        self.run_orders()
        self.assertEqual(self.activities(), ["OnBuy: OnBuy refuses the keys"])
        self.assertIn("Orders: OnBuy refused a new access token", self.store.activity_ids.note)
        self.assertIn("OnBuy refuses the keys", self.store.health_html)
        self.sandbox.control('DELETE', '/faults')
        self.run_orders()
        self.assertEqual((self.activities(), self.store.health_html), ([], False))

    def test_onbuy_that_cannot_be_reached_is_told_after_an_hour_and_not_before(self):
        self.fault('status', status=503, path='/orders*')
        self.run_orders()
        self.assertFalse(self.activities())
        with self.later(minutes=61):
            self.run_orders()
            self.assertEqual(self.activities(), ["OnBuy: OnBuy cannot be reached"])

    def test_one_success_in_between_starts_the_hour_anew(self):
        self.fault('status', status=503, path='/orders*')
        self.run_orders()
        self.sandbox.control('DELETE', '/faults')
        self.run_orders()
        self.fault('status', status=503, path='/orders*')
        with self.later(minutes=61):
            self.run_orders()
            self.assertFalse(self.activities())

    def test_several_tasks_that_fail_for_one_reason_are_one_activity(self):
        self.fault('status', status=401, path='/*')
        with mute_logger(TASKS):
            self.run_cron('sync_orders')
            self.run_cron('sync_listings')
        self.assertEqual(len(self.activities()), 1)
        self.assertIn("Orders, Listings: ", self.store.activity_ids.note)

    def test_a_task_that_nobody_wants_any_more_is_no_trouble(self):
        self.fault('status', status=403, path='/listings*')
        with mute_logger(TASKS):
            self.run_cron('sync_listings')
        self.assertEqual(self.keys(), ['keys'])
        self.store.sync_listings = False
        self.run_orders()
        self.assertFalse(self.activities())

    def test_a_defect_here_is_told_with_its_words(self):
        self.patch(type(self.store), '_store_orders_page', lambda *args, **values: 1 / 0)
        self.sandbox.place_order((self.skus()[0], 1))
        self.run_orders()
        self.assertEqual(self.activities(), ["OnBuy: A sync does not go through"])
        self.assertIn("division by zero", self.store.activity_ids.note)

    def test_records_to_fix_are_one_activity_that_counts(self):
        orders = self.receive_order((self.skus()[0], 1)) | self.receive_order((self.skus()[0], 1))
        orders._set_sync_error("A bad day.", retry=False)
        self.run_orders()
        self.assertEqual(self.activities(), ["OnBuy: Orders cannot be imported"])
        activity = self.store.activity_ids
        self.assertIn("Orders that wait: 2", activity.note)
        orders[0].action_retry()
        self.run_orders()
        self.assertEqual(self.store.activity_ids, activity)
        self.assertIn("Orders that wait: 1", activity.note)
        orders[1].action_retry()
        self.run_orders()
        self.assertFalse(self.activities())

    def test_refused_dispatches_and_listings_are_told_apart(self):
        order = self.receive_order((self.skus()[0], 1))
        action = self.env['onbuy.order.action']._ask(order, 'dispatch')
        action._set_refused("No.")
        self.listings()[0]._set_sync_error("No.")
        self.store._update_alerts()
        self.assertEqual(set(self.activities()), {"OnBuy: OnBuy refused what was sent", "OnBuy: Listings are refused"})

    def test_what_became_of_a_call_is_no_news_while_it_is_looked_up(self):
        order = self.receive_order((self.skus()[0], 1))
        action = self.env['onbuy.order.action']._ask(order, 'dispatch')
        action._set_uncertain("The connection broke.")
        self.assertEqual(self.keys(), [])
        for _attempt in range(3):
            action._set_uncertain("The connection broke.")
        self.assertEqual(self.keys(), ['actions'])

    def test_a_scheduled_action_that_is_switched_off_is_told(self):
        cron = self.env.ref('onbuy_connector.ir_cron_sync_listings')
        cron.active = False
        self.run_orders()
        self.assertEqual(self.keys(), ['crons'])
        self.assertIn("Switched off: OnBuy: read listings", self.store.health_html)
        with self.later(minutes=16):
            self.env['ir.cron'].search([]).nextcall = fields.Datetime.now()
            self.run_orders()
            self.assertEqual(self.activities(), ["OnBuy: Scheduled actions do not run"])
        cron.active = True
        self.run_orders()
        self.assertFalse(self.activities())

    def test_a_scheduled_action_that_is_long_due_is_told_but_not_in_the_first_minutes_of_a_server(self):
        self.env.ref('onbuy_connector.ir_cron_sync_listings').nextcall = fields.Datetime.now() - timedelta(hours=9)
        self.run_orders()
        self.assertIn("Due for over an hour", self.store.health_html)
        self.assertFalse(self.activities())

    def test_a_used_up_allowance_is_told_and_a_moments_pause_is_not(self):
        self.fault('status', status=429, path='/orders*', count=1)
        self.run_orders()
        self.assertFalse(self.keys())
        self.store.write({'limit_put': 10, 'limit_share': 100})
        self.spend_puts(10)
        self.run_orders()
        self.assertEqual(self.activities(), ["OnBuy: The allowance of calls is used up"])
        self.assertIn("No more PUT calls", self.store.activity_ids.note)

    def test_in_a_copy_of_the_database_only_that_is_told(self):
        self.env.ref('onbuy_connector.ir_cron_sync_listings').active = False
        self.store.database_fingerprint = 'of the original'
        self.run_orders()
        self.assertEqual(self.activities(), ["OnBuy: A copy of the database"])

    # === ONCE === #

    def test_the_same_cause_is_not_told_twice_and_comes_anew_after_it_was_gone(self):
        self.fault('status', status=401, path='/orders*')
        for _run in range(3):
            self.run_orders()
        first = self.store.activity_ids
        self.assertEqual(len(first), 1)
        self.sandbox.control('DELETE', '/faults')
        self.run_orders()
        self.fault('status', status=401, path='/orders*')
        self.run_orders()
        self.assertEqual(len(self.store.activity_ids), 1)
        self.assertNotEqual(self.store.activity_ids, first)

    def test_what_a_person_ticked_off_stays_so_until_the_cause_was_gone(self):
        self.fault('status', status=401, path='/orders*')
        self.run_orders()
        self.store.activity_ids.action_feedback(feedback="I know")
        self.run_orders()
        self.assertFalse(self.activities())
        self.assertEqual(self.keys(), ['keys'])

    def test_a_new_responsible_takes_the_activities_over(self):
        self.fault('status', status=401, path='/orders*')
        self.run_orders()
        other = new_test_user(self.env, 'other', groups='onbuy_connector.group_onbuy_manager')
        self.store.responsible_id = other
        self.run_orders()
        self.assertEqual((len(self.store.activity_ids), self.store.activity_ids.user_id), (1, other))

    def test_a_responsible_who_left_is_replaced_by_a_manager(self):
        self.boss.active = False
        self.assertTrue(self.store._get_responsible().has_group('onbuy_connector.group_onbuy_manager'))
        self.assertNotEqual(self.store._get_responsible(), self.boss)

    def test_who_connects_a_store_is_responsible_for_it(self):
        self.store.responsible_id = False
        self.store.with_user(self.boss).action_connect()
        self.assertEqual(self.store.responsible_id, self.boss)

    def test_a_failure_to_tell_stops_no_sync(self):
        self.patch(type(self.store), '_get_alerts', lambda store: 1 / 0)
        placed = self.sandbox.place_order((self.skus()[0], 1))
        with mute_logger(TASKS):
            self.run_orders()
        self.assertTrue(self.env['onbuy.order'].search([('name', '=', placed['order_id'])]).sale_order_id)

    def test_words_from_outside_are_shown_as_text(self):
        self.fault('status', status=403, path='/orders*', message="<img src=x>")
        self.run_orders()
        self.assertNotIn('<img', self.store.health_html)
        self.assertNotIn('<img', self.store.activity_ids.note)

    # === RETRY ALL === #

    def fail_all(self):
        """Have an order, a dispatch and a listing that failed."""
        order = self.receive_order((self.skus()[0], 1))
        action = self.env['onbuy.order.action']._ask(order, 'dispatch', values={'all': True})
        action._set_refused("No.")
        order._set_sync_error("A bad day.", retry=False)
        listing = self.listings()[1]
        self.want_all({listing: 3})
        listing._set_sync_error("No.")
        self.clear_rows()
        return order, action, listing

    def test_retry_all_tries_everything_again_and_tells_how_many(self):
        order, action, listing = self.fail_all()
        self.assertEqual(self.store.retry_count, 3)
        clerk = new_test_user(self.env, 'clerk', groups='onbuy_connector.group_onbuy_user')
        message = self.store.with_user(clerk).action_retry_all()['params']['message']
        self.assertIn("1 orders, 1 dispatches, cancellations or refunds, 1 listings", message)
        self.assertEqual(order.sync_state, 'synced')
        self.run_cron('send_actions')
        self.push()
        self.assertEqual((action.sync_state, listing.sync_state, listing.stock), ('synced', 'synced', 3))
        self.assertEqual(self.store.retry_count, 0)

    def test_a_listing_that_is_right_by_now_is_done_with(self):
        listing = self.listings()[1]
        listing._set_sync_error("No.")
        self.store.action_retry_all()
        self.push_all()
        self.assertEqual((listing.sync_state, self.puts()), ('synced', []))

    def test_without_failures_there_is_nothing_to_retry(self):
        with self.assertRaisesRegex(UserError, "Nothing failed"):
            self.store.action_retry_all()

    def test_a_plain_user_retries_nothing(self):
        plain = new_test_user(self.env, 'plain', groups='base.group_user')
        with self.assertRaises(AccessError):
            self.store.with_user(plain).action_retry_all()

    # === THE LOG === #

    def test_the_log_says_what_happened_why_and_what_to_do(self):
        self.fault('status', status=403, path='/orders*')
        for _time in range(2):
            self.run_orders()
        run = self.env['onbuy.sync.run'].search([('store_id', '=', self.store.id), ('state', '=', 'failed')])
        self.assertEqual((run.times, run.cause), (2, 'permission'))
        self.assertIn("does not permit", run.message)
        self.assertIn("Ask OnBuy's seller support", run.advice)

    def test_the_log_says_in_figures_what_a_run_did(self):
        self.sandbox.place_order((self.skus()[0], 1))
        self.run_orders()
        run = self.env['onbuy.sync.run'].search([('store_id', '=', self.store.id), ('task', '=', 'orders')], limit=1)
        self.assertRegex(run.summary, r"^\d+ read, 1 new, \d+ changed\.$")

    def test_every_task_has_a_name_in_the_log(self):
        tasks = dict(self.env['onbuy.sync.run']._fields['task'].selection)
        self.assertEqual(set(tasks), set(onbuy_store_tasks.TASK_CRONS))

    def test_every_cause_has_its_advice(self):
        for cause, _label in self.env['onbuy.sync.run']._fields['cause'].selection:
            self.assertTrue(self.env['onbuy.sync.run']._get_advice(cause))
