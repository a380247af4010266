from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .push_common import PushCommon
from .test_push import PricesMixin


@tagged('post_install', '-at_install')
class TestBrake(PricesMixin, PushCommon):
    """Too much at once is held whole until a person lets it go or its cause is mended."""

    def setUp(self):
        super().setUp()
        self.store.write({'brake_zero_percent': 10, 'brake_zero_count': 10, 'brake_move_percent': 30,
                          'brake_prices_percent': 20})

    def activities(self):
        """Return the store's activities about held changes."""
        return self.store.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref('onbuy_connector.mail_activity_alert'))

    def empty_warehouse(self):
        """Let Odoo have nothing of any listing, as after a wrong warehouse was chosen."""
        self.want_all(dict.fromkeys(self.listings(), 0))

    # === WHAT TRIPS IT === #

    def test_a_warehouse_changed_by_mistake_sells_nothing_out(self):
        self.empty_warehouse()
        self.push()
        self.assertFalse(self.puts())
        self.assertIn("would be set to 0", self.store.held_text)
        self.assertEqual(self.count_rows(), len(self.listings()))

    def test_fewer_than_the_least_number_may_sell_out(self):
        self.want_all(dict.fromkeys(self.listings()[:9], 0))
        self.push()
        self.assertEqual(len(self.puts()), 1)

    def test_an_emptied_pricelist_moves_no_price(self):
        listing = self.listings()[0]
        self.set_prices({listing: round(listing.price * 0.69, 2)})
        self.push()
        self.assertFalse(self.puts())
        self.assertIn(listing.sku, self.store.held_text)

    def test_a_price_may_move_by_a_little(self):
        listing = self.listings()[0]
        self.set_prices({listing: round(listing.price * 0.75, 2)})
        self.push()
        self.assertEqual(len(self.puts()), 1)

    def test_many_small_changes_of_prices_at_once_are_held(self):
        self.set_prices({listing: round(listing.price * 1.05, 2) for listing in self.listings()})
        self.push()
        self.assertIn("prices would change", self.store.held_text)

    def test_the_whole_push_is_held_with_the_stock_in_it(self):
        first, second = self.listings()[:2]
        self.set_prices({first: round(first.price * 3, 2)})
        self.want_all({second: 1})
        waiting = self.count_rows()
        self.push()
        self.assertEqual((self.puts(), self.count_rows()), ([], waiting))

    def test_the_daily_comparison_obeys_it(self):
        self.wanted = dict.fromkeys(self.listings().mapped('sku'), 0)
        self.run_cron('compare_offers')
        self.push()
        self.assertFalse(self.puts())
        self.assertTrue(self.store.held_text)

    # === WHAT A PERSON SEES AND DOES === #

    def test_one_activity_tells_the_person_in_charge_however_often_it_is_held(self):
        self.store.user_id = new_test_user(self.env, login='incharge', groups='base.group_user')
        self.empty_warehouse()
        for _run in range(3):
            self.push()
        self.assertEqual(self.activities().user_id, self.store.user_id)
        self.assertEqual(len(self.activities()), 1)

    def test_send_anyway_lets_it_go_and_ends_the_activity(self):
        self.empty_warehouse()
        self.push()
        self.store.action_send_held()
        self.assertEqual({self.remote(listing)['stock'] for listing in self.listings()}, {0})
        self.assertFalse(self.store.held_text or self.activities() or self.count_rows())

    def test_send_anyway_counts_until_all_is_out_and_not_for_the_next_time(self):
        self.empty_warehouse()
        self.push()
        self.fault('status', status=429, path='/listings/by-sku', method='PUT', count=1)
        self.env['onbuy.store.state']._save(self.store, 'offers_hold', {'send': True})
        self.push()
        self.assertTrue(self.store._is_hold_waived())
        self.sandbox.control('DELETE', '/faults')
        self.forget_pause()
        self.push()
        self.assertEqual({self.remote(listing)['stock'] for listing in self.listings()}, {0})
        self.assertFalse(self.store._is_hold_waived())

    def forget_pause(self):
        """Let the pause that OnBuy asked for be over."""
        state = self.env['onbuy.store.state']
        known = state._load_committed(self.store, 'api')
        known['usage'].update(paused={}, refused={})
        state._save_committed(self.store, 'api', known)

    def test_when_the_cause_is_mended_the_hold_ends_by_itself(self):
        self.empty_warehouse()
        self.push()
        self.want_all(dict.fromkeys(self.listings(), 4))
        self.push()
        self.assertEqual({self.remote(listing)['stock'] for listing in self.listings()}, {4})
        self.assertFalse(self.store.held_text or self.activities())

    def test_only_a_manager_sends_what_is_held(self):
        self.empty_warehouse()
        self.push()
        user = new_test_user(self.env, login='clerk', groups='onbuy_connector.group_onbuy_user')
        with self.assertRaises(AccessError):
            self.store.with_user(user).action_send_held()

    def test_nothing_held_is_nothing_to_send(self):
        with self.assertRaisesRegex(UserError, "Nothing is held"):
            self.store.action_send_held()
