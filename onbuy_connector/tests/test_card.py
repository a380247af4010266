from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, new_test_user, tagged

from .shipping_common import ShippingCommon


@tagged('post_install', '-at_install')
class TestCard(ShippingCommon):
    """The store's card on the dashboard: each figure opens what it counts."""

    def figure(self, name):
        """Return a figure of the card, and the records that it opens."""
        self.env.invalidate_all()
        action = self.store.with_context(figure=name).action_view_figure()
        return self.store[f'{name}_count'], self.env[action['res_model']].search(action['domain'])

    def assert_figure(self, name, records):
        """Check that a figure counts and opens just these records."""
        count, opened = self.figure(name)
        self.assertEqual((count, opened), (len(records), records))

    def receive_due(self, hours=48):
        """Receive an order that is to be dispatched so many hours from now."""
        order = self.receive()
        order.dispatch_by = fields.Datetime.now() + timedelta(hours=hours)
        return order

    # === FIGURES === #

    def test_every_figure_opens_what_it_counts(self):
        self.receive_due()
        for name in self.store._get_figures():
            with self.subTest(figure=name):
                count, opened = self.figure(name)
                self.assertEqual(count, len(opened))

    @freeze_time('2026-11-20 10:00:00')
    def test_orders_are_late_due_today_or_later(self):
        late, today, later = self.receive_due(-1), self.receive_due(5), self.receive_due(30)
        self.assert_figure('late', late)
        self.assert_figure('today', today)
        self.assert_figure('to_ship', (late | today | later).sorted())

    @freeze_time('2026-06-20 22:30:00')
    def test_a_day_ends_at_midnight_where_its_user_is(self):
        self.receive_due(1)
        here, there = (self.store.with_context(tz=tz).today_count for tz in ('Europe/London', 'America/New_York'))
        self.assertEqual((here, there), (0, 1))  # half past eleven in the evening here

    def test_a_dispatched_order_is_not_late(self):
        order = self.receive_due(-1)
        self.deliver(order)
        self.run_cron('send_actions')
        self.assert_figure('late', order.browse())

    def test_an_open_order_that_is_handled_elsewhere_is_not_to_ship(self):
        order = self.receive_due()
        order.to_import = False
        self.assert_figure('to_ship', order.browse())

    def test_a_refused_dispatch_is_counted_and_makes_the_lamp_amber(self):
        order = self.receive_due()
        self.assertEqual(self.store.lamp, 'green')
        self.fault('status', status=400, path='/orders/dispatch')
        self.deliver(order)
        self.run_cron('send_actions')
        self.assert_figure('refused', order.action_ids)
        self.assertEqual(self.store.lamp, 'amber')

    def test_an_order_that_cannot_be_imported_is_to_fix(self):
        listing = self.store.listing_ids[0]
        self.store.create_products = False
        listing.product_id.active = False
        listing.product_id = False
        order = self.receive_lines((listing.sku, 1))
        self.assert_figure('fix', order)
        self.assert_figure('unmatched', listing)

    def test_figures_of_another_store_are_not_counted(self):
        self.receive_due(-1)
        other = self._create_store(name='Other', consumer_key='ck_live_other', secret_key='x')
        self.assertEqual([other[f'{name}_count'] for name in other._get_figures()], [0] * len(other._get_figures()))

    def test_figures_take_the_same_queries_for_any_number_of_orders(self):
        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.store.read(['to_ship_count', 'lamp', 'health_text', 'order_graph'])
            return self.env.cr.sql_log_count - before

        self.receive_due()
        count()
        one = count()
        self.receive_due()
        self.receive_due()
        self.assertEqual(count(), one)

    def test_an_onbuy_user_sees_the_card(self):
        self.receive_due()
        user = new_test_user(self.env, 'cardreader', 'onbuy_connector.group_onbuy_user')
        store = self.store.with_user(user)
        self.assertEqual(store.to_ship_count, 1)
        self.assertEqual(store.action_view_figure()['res_model'], 'onbuy.order')

    # === LAMP === #

    def test_the_lamp_is_red_for_late_orders_and_refused_keys(self):
        self.receive_due(-1)
        self.assertEqual(self.store.lamp, 'red')
        self.store.order_ids.to_import = False
        self.env.invalidate_all()
        self.assertEqual(self.store.lamp, 'green')
        self.store.secret_key = 'sk_live_wrong'
        self.run_cron('sync_orders')
        self.assertEqual(self.store.lamp, 'red')

    def test_the_lamp_is_amber_for_a_sync_that_failed_a_moment_ago(self):
        self.fault('status', status=500, path='/orders*')
        self.run_cron('sync_orders')
        self.assertEqual(self.store.lamp, 'amber')

    def test_the_lamp_is_off_for_a_store_that_does_not_run(self):
        self.store.action_pause()
        self.assertEqual(self.store.lamp, 'off')

    # === AGES === #

    def test_ages_are_told_in_the_unit_a_person_would_use(self):
        for age, text in ((5, "5 s ago"), (90, "1 min ago"), (3 * 3600, "3 h ago"), (3 * 86400, "3 days ago")):
            at = fields.Datetime.now() - timedelta(seconds=age)
            self.env['onbuy.store.state']._save(self.store, 'done_orders', {'at': fields.Datetime.to_string(at)})
            with self.subTest(age=age), freeze_time(at + timedelta(seconds=age)):
                self.assertEqual(self.store._get_age('orders'), text)
        self.assertEqual(self.store._get_age('categories'), "not yet")

    def test_a_copy_of_the_database_tells_no_ages(self):
        self.run_cron('sync_orders')
        self.assertIn("s ago", self.store.health_text)
        self.store.database_fingerprint = 'of the original'
        self.env.invalidate_all()
        self.assertFalse(self.store.health_text)
