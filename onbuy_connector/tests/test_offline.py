from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .push_common import PushCommon


@tagged('post_install', '-at_install')
class TestOffline(PushCommon):
    """Offline shows 0 for every listing, keeps the figures and restores them."""

    def setUp(self):
        super().setUp()
        self.store.write({'brake_zero_percent': 10})
        self.before = {listing: listing.stock for listing in self.listings()}

    def take_offline(self, **values):
        """Take the store offline by the wizard."""
        action = self.store.action_take_offline()
        wizard = self.env[action['res_model']].with_context(**action['context']).create(values)
        return wizard.action_confirm()

    def remote_stocks(self):
        """Return the stock that OnBuy shows, by listing."""
        return {listing: self.remote(listing)['stock'] for listing in self.listings()}

    def test_offline_sells_every_listing_out_whether_its_stock_is_managed_or_not(self):
        self.take_offline()
        self.assertEqual(set(self.remote_stocks().values()), {0})
        self.assertTrue(self.store.is_offline)

    def test_the_safety_brake_does_not_hold_what_a_person_asked_for(self):
        self.take_offline()
        self.assertFalse(self.store.held_text)

    def test_back_online_restores_the_figures(self):
        self.take_offline()
        self.store.action_back_online()
        self.assertEqual(self.remote_stocks(), self.before)
        self.assertFalse(self.listings().filtered('is_taken_offline'))

    def test_back_online_sends_what_odoo_has_by_then(self):
        listing = self.listings()[0]
        self.take_offline()
        self.wanted[listing.sku] = 2
        self.store.action_back_online()
        self.assertEqual(self.remote(listing)['stock'], 2)

    def test_a_listing_that_is_sold_out_meanwhile_stays_so_and_is_done_with(self):
        listing = self.listings().filtered('stock')[0]
        self.take_offline()
        self.wanted[listing.sku] = 0
        self.store.action_back_online()
        self.assertEqual((self.remote(listing)['stock'], listing.is_taken_offline), (0, False))

    def test_a_change_of_stock_meanwhile_does_not_put_a_listing_on_sale(self):
        listing = self.listings()[0]
        self.take_offline()
        self.want_all({listing: 50})
        self.push()
        self.assertEqual(self.remote(listing)['stock'], 0)

    def test_offline_from_a_later_time_begins_and_ends_by_itself(self):
        now = fields.Datetime.now()
        self.take_offline(offline_from=now + timedelta(hours=1), offline_until=now + timedelta(hours=2))
        self.assertEqual(self.remote_stocks(), self.before)
        self.store.write({'offline_from': now - timedelta(hours=1), 'offline_until': now + timedelta(hours=1)})
        self.push()
        self.assertEqual(set(self.remote_stocks().values()), {0})
        self.store.offline_until = now - timedelta(minutes=1)
        self.push()
        self.assertEqual(self.remote_stocks(), self.before)

    def test_an_end_before_the_beginning_is_refused(self):
        now = fields.Datetime.now()
        with self.assertRaisesRegex(UserError, "after the beginning"):
            self.take_offline(offline_from=now, offline_until=now - timedelta(hours=1))

    def test_orders_and_dispatches_go_on(self):
        self.stock_up()
        sku = self.listings().filtered('stock')[0].sku
        self.sandbox.place_order((sku, 1))
        self.take_offline()
        self.store.action_sync_orders()
        order = self.env['onbuy.order'].search([('store_id', '=', self.store.id)], order='id desc', limit=1)
        self.deliver(order)
        self.run_cron('send_actions')
        self.assertEqual(self.sandbox.order(order.name)['status'], 'Dispatched')

    def test_a_paused_store_leaves_its_listings_as_they_are(self):
        self.want_all(dict.fromkeys(self.listings()[:1], 1))
        self.store.action_pause()
        self.push()
        self.assertFalse(self.sandbox.requests())
        self.assertEqual(self.remote_stocks(), self.before)
        with self.assertRaisesRegex(UserError, "Resume"):
            self.store.action_take_offline()
