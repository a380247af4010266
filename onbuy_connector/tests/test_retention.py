from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged

from ..models import onbuy_retention
from .common import OnbuyCommon


@tagged('post_install', '-at_install')
class TestRetention(OnbuyCommon):
    """What was noted is kept as long as the store says, and forgotten a part at a time."""

    def setUp(self):
        super().setUp()
        self.store.action_connect()
        self.env['onbuy.sync.run'].search([]).unlink()

    def add_runs(self, *ages):
        """Have runs that ended so many days ago."""
        for days in ages:
            run = self.env['onbuy.sync.run']._note(self.store, 'orders', fields.Datetime.now(), Counter(seen=1))
            run.end = fields.Datetime.now() - timedelta(days=days)

    def count_runs(self):
        """Return how many runs there are."""
        return self.env['onbuy.sync.run'].search_count([])

    def test_runs_are_kept_as_long_as_the_store_says(self):
        self.add_runs(1, 29, 31)
        self.env['onbuy.sync.run']._gc_runs()
        self.assertEqual(self.count_runs(), 2)
        self.store.log_days = 7
        self.env['onbuy.sync.run']._gc_runs()
        self.assertEqual(self.count_runs(), 1)

    def test_a_failure_that_still_goes_on_is_kept(self):
        run = self.env['onbuy.sync.run']._note(
            self.store, 'orders', fields.Datetime.now() - timedelta(days=40), Counter(), error="No.")
        self.env['onbuy.sync.run']._gc_runs()
        self.assertTrue(run.exists())

    def test_runs_of_an_archived_store_are_forgotten_too(self):
        self.add_runs(31)
        self.store.active = False
        self.env['onbuy.sync.run']._gc_runs()
        self.assertEqual(self.count_runs(), 0)

    def test_only_a_part_is_forgotten_at_a_time_and_the_rest_is_told(self):
        self.patch(onbuy_retention, 'BATCH', 2)
        self.add_runs(31, 32, 33)
        self.assertEqual(self.env['onbuy.sync.run']._gc_runs(), (2, 1))
        self.assertEqual(self.env['onbuy.sync.run']._gc_runs(), (1, 0))

    def test_calls_are_kept_for_a_day(self):
        self.store.action_debug()
        self.store.action_sync_listings()
        self.env['onbuy.debug.call']._gc_calls()
        calls = self.env['onbuy.debug.call'].search([])
        self.assertTrue(calls)
        with freeze_time(fields.Datetime.now() + timedelta(days=1, minutes=1)):
            self.assertEqual(self.env['onbuy.debug.call']._gc_calls(), (len(calls), 0))

    def test_who_waits_for_a_paused_store_is_forgotten_after_a_day(self):
        states = self.env['onbuy.store.state']
        self.store._hand_over('orders', (), Counter())
        states._gc_askers()
        self.assertEqual(len(states._load_below(self.store, 'asked/')), 1)
        with freeze_time(fields.Datetime.now() + timedelta(days=1, minutes=1)):
            states._gc_askers()
        self.assertFalse(states._load_below(self.store, 'asked/'))

    def test_a_user_does_not_change_how_long_things_are_kept(self):
        clerk = new_test_user(self.env, 'clerk', groups='onbuy_connector.group_onbuy_user')
        with self.assertRaises(AccessError):
            self.store.with_user(clerk).log_days = 1
