import re
from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..models.onbuy_listing_price import OfferPrice
from .push_common import PushCommon


class PricesMixin:
    """Prices that a test sets."""

    def set_prices(self, prices, problems=None):
        """Let listings have these prices; others keep OnBuy's.

        :param dict prices: listing → OfferPrice or a number
        :param dict problems: listing → sentence
        """
        self.store.sync_prices = True
        by_id = {listing.id: price if isinstance(price, OfferPrice) else OfferPrice(Decimal(str(price)), source="Test")
                 for listing, price in prices.items()}
        told = {listing.id: text for listing, text in (problems or {}).items()}
        self.patch(type(self.env['onbuy.listing']), '_get_selling_prices', lambda listings: (
            {listing: by_id[listing.id] for listing in listings if listing.id in by_id},
            {listing: told[listing.id] for listing in listings if listing.id in told}))
        self.note(self.env['onbuy.listing'].browse([*by_id, *told]), 'price')


@tagged('post_install', '-at_install')
class TestPush(PricesMixin, CronMixinCase, PushCommon):
    """Stock and prices out: only what differs, few calls, each item's answer counts."""

    # === WHAT IS SENT === #

    def test_a_changed_stock_reaches_onbuy_without_the_price(self):
        listing = self.listings()[0]
        self.want_all({listing: 4321})
        self.push()
        self.assertEqual(self.puts(), [[{'sku': listing.sku, 'stock': 4321}]])
        self.assertEqual((self.remote(listing)['stock'], listing.stock, self.count_rows()), (4321, 4321, 0))

    def test_a_changed_price_reaches_onbuy_without_the_stock(self):
        listing = self.listings()[0]
        self.set_prices({listing: '17.77'})
        self.push()
        self.assertEqual(self.puts(), [[{'sku': listing.sku, 'price': '17.77'}]])
        self.assertEqual((self.remote(listing)['price'], listing.price), ('17.77', 17.77))

    def test_both_go_together_when_both_are_due(self):
        listing = self.listings()[0]
        self.set_prices({listing: '17.77'})
        self.want_all({listing: 33})
        self.push()
        self.assertEqual(self.puts(), [[{'sku': listing.sku, 'price': '17.77', 'stock': 33}]])

    def test_what_onbuy_has_is_not_sent_and_its_change_is_forgotten(self):
        listing = self.listings()[0]
        self.want_all({listing: listing.stock})
        self.push()
        self.assertEqual((self.puts(), self.count_rows()), ([], 0))

    def test_many_changes_of_a_listing_are_one_item_of_one_call(self):
        listing = self.listings()[0]
        for stock in (5, 4, 33):
            self.want_all({listing: stock})
        self.push()
        self.assertEqual(self.puts(), [[{'sku': listing.sku, 'stock': 33}]])

    def test_a_second_run_asks_and_sends_nothing(self):
        self.want_all({self.listings()[0]: 33})
        self.push()
        self.sandbox.control('DELETE', '/requests')
        self.push()
        self.assertFalse(self.sandbox.requests())

    def test_stock_that_is_not_managed_here_is_left_alone(self):
        self.note(self.listings())
        self.push()
        self.assertEqual((self.puts(), self.count_rows()), ([], 0))

    def test_a_sale_goes_out_with_its_window_and_ends_by_a_window_in_the_past(self):
        listing = self.listings()[0]
        now = fields.Datetime.now()
        price = Decimal(f'{listing.price:.2f}')
        self.set_prices({listing: OfferPrice(
            price, price / 2, now - timedelta(hours=1), now + timedelta(days=1), source="Test")})
        self.push()
        self.assertEqual(list(self.puts()[0][0]), ['sku', 'sale_price', 'sale_start_date', 'sale_end_date'])
        self.assertEqual(listing.sale_end_date, now + timedelta(days=1))
        self.set_prices({listing: OfferPrice(price, source="Test")})
        self.push()
        self.assertLess(listing.sale_end_date, fields.Datetime.now())
        self.set_prices({listing: OfferPrice(price, source="Test")})
        self.push()
        self.assertEqual(len(self.puts()), 2)

    def test_a_price_that_cannot_be_told_is_explained_on_its_listing_and_stops_no_other(self):
        bad, good = self.listings()[:2]
        self.set_prices({good: '17.77'}, {bad: "Its price is 0."})
        self.push()
        self.assertEqual((bad.price_problem, good.price_problem, good.price), ("Its price is 0.", False, 17.77))
        self.set_prices({bad: bad.price})
        self.push()
        self.assertFalse(bad.price_problem)

    # === ORDER OF EVENTS === #

    def test_sold_out_comes_first_then_falling_stock_then_the_rest(self):
        listings = self.listings()[:4]
        self.want_all(dict(zip(listings, (20, 5, 0, 30), strict=True)))
        self.push()
        sent = [item['stock'] for item in self.puts()[0]]
        self.assertEqual((sent[:2], set(sent[2:])), ([0, 5], {20, 30}))

    def test_orders_are_fetched_before_stock_is_sent(self):
        self.want_all({self.listings()[0]: 33})
        self.push()
        paths = [one['path'].rpartition('/v2')[2] for one in self.sandbox.requests()]
        self.assertEqual(paths, ['/orders', '/listings/by-sku'])

    def test_an_order_makes_onbuys_figure_unknown_so_that_an_equal_one_is_sent_again(self):
        listing = self.listings()[0]
        self.want_all({listing: 5})
        self.push()
        self.sandbox.place_order((listing.sku, 2))
        self.run_cron('sync_orders')
        self.push()
        self.assertEqual((self.remote(listing)['stock'], listing.stock_unknown), (5, False))

    def test_the_quantity_after_an_order_leaves_in_the_same_run(self):
        listing = self.listings()[0]
        self.want_all({listing: 5})
        self.push()
        self.sandbox.place_order((listing.sku, 5))
        self.wanted[listing.sku] = 0
        self.sandbox.control('DELETE', '/requests')
        self.run_cron('sync_orders')
        self.assertEqual(self.remote(listing)['stock'], 0)
        self.assertEqual(len(self.sandbox.requests('/orders', 'GET')), 1)

    def test_reading_a_listing_makes_its_figure_known_again(self):
        listing = self.listings()[0]
        listing._forget_stock()
        listing.action_pull()
        self.assertFalse(listing.stock_unknown)

    def test_stock_that_someone_changed_on_onbuy_is_put_right_once_it_was_read(self):
        listing = self.listings()[0]
        self.want_all({listing: 5})
        self.push()
        self.sandbox.control('PATCH', f'/listings/{listing.sku}', {'stock': 77})
        listing.action_pull()
        self.push()
        self.assertEqual(self.remote(listing)['stock'], 5)

    # === BUTTONS === #

    def test_sync_stock_compares_all_listings(self):
        listings = self.listings()
        self.wanted = {listing.sku: 3 for listing in listings}
        result = self.store.action_sync_stock()
        self.assertIn(f'{len(listings)} sent', result['params']['message'])
        self.assertEqual({self.remote(listing)['stock'] for listing in listings}, {3})

    def test_sync_prices_says_that_its_switch_is_off(self):
        self.store.sync_prices = False
        with self.assertRaisesRegex(UserError, "switch"):
            self.store.action_sync_prices()

    def test_listing_variant_and_product_have_their_button(self):
        listing = self.listings()[0]
        for stock, record, method in ((1, listing, 'action_push'), (2, listing.product_id, 'action_push_to_onbuy'),
                                      (3, listing.product_id.product_tmpl_id, 'action_push_to_onbuy')):
            self.wanted[listing.sku] = stock
            getattr(record, method)()
            self.assertEqual(self.remote(listing)['stock'], stock)

    def test_the_preview_tells_what_would_be_sent_and_sends_nothing(self):
        listing = self.listings()[0]
        self.set_prices({listing: '17.77'})
        self.wanted[listing.sku] = 33
        action = self.store.action_preview_offers()
        line = self.env['onbuy.offer.preview'].search(action['domain']).filtered(
            lambda line: line.listing_id == listing)
        self.assertEqual((line.stock_now, line.stock_new, line.price_new), (listing.stock, 33, 17.77))
        self.assertEqual(line.stock_difference, 33 - listing.stock)
        self.assertFalse(self.puts())

    def test_the_filter_and_the_card_find_the_listings_that_are_off(self):
        listing = self.listings()[0]
        self.wanted[listing.sku] = 33
        self.assertEqual(self.env['onbuy.listing'].search([('is_stock_off', '=', True)]), listing)
        self.note(self.listings()[:2])
        self.assertEqual((self.store.stock_off_count, self.store.waiting_count), (1, 2))

    # === DAILY === #

    def test_the_daily_comparison_finds_what_no_change_told(self):
        listing = self.listings()[0]
        self.wanted[listing.sku] = 33
        self.run_cron('compare_offers')
        self.push()
        self.assertEqual(self.remote(listing)['stock'], 33)

    # === PACE === #

    def test_changes_wait_between_15_and_60_seconds_once_half_the_allowance_is_used(self):
        waits = [self.store._get_offers_wait(left).total_seconds() for left in (1, 0.5, 0.49, 0.25, 0)]
        self.assertEqual(waits[:2], [0, 0])
        self.assertEqual([round(wait) for wait in waits[2:]], [16, 38, 60])

    def test_with_little_allowance_left_a_change_is_collected_and_the_push_comes_back_for_it(self):
        listing = self.listings()[0]
        self.spend_puts(140)
        self.want_all({listing: 33})
        with self.capture_triggers('onbuy_connector.ir_cron_push_offers') as triggers:
            self.push()
        self.assertEqual((self.puts(), self.count_rows()), ([], 1))
        later = fields.Datetime.now() + timedelta(seconds=5)
        self.assertTrue(any(at > later for at in triggers.records.mapped('call_at')))
        self.env.cr.execute("UPDATE onbuy_offer_change SET date = date - interval '1 minute'")
        self.push()
        self.assertEqual(len(self.puts()), 1)


@tagged('post_install', '-at_install')
class TestPushMany(PushCommon):
    """Many listings in few calls."""

    sandbox_options = ('--no-limits', '--listings', '10000', '--orders', '0', '--seed', '7')

    def go_live(self, **values):
        """Override to make no products, and to read all listings, which takes longer than a button may on a slow machine."""
        store = super().go_live(create_products=False, **values)
        while not self.env['onbuy.store.state']._load(store, 'listings').get('complete'):
            self.run_cron('sync_listings')
        return store

    def set_stocks(self):  # pylint: disable=arguments-differ
        """Override to leave the many alone."""

    def test_10000_changed_listings_go_out_in_10_calls_and_a_second_run_sends_nothing(self):
        listings = self.listings()
        self.assertEqual(len(listings), 10000)
        self.wanted = {listing.sku: listing.stock + 1 for listing in listings}
        self.note(listings)
        self.push_all()
        self.assertEqual([len(items) for items in self.puts()], [1000] * 10)
        self.note(listings)
        self.push_all()
        self.assertEqual((len(self.puts()), self.count_rows()), (10, 0))

    def test_10000_unchanged_listings_are_read_again_in_the_fewest_calls_and_none_is_written(self):
        places, state, long_ago = self.get_places(), self.store._get_listings_state(), '2020-01-01 00:00:00'
        self.store._save_listings_state({**state, 'full_at': long_ago})
        self.sandbox.control('DELETE', '/requests')
        while self.store._get_listings_state()['full_at'] == long_ago:
            self.run_cron('sync_listings')
        offsets = [re.search(r'(?:^|&)offset=(\d+)', one['query'])[1] for one in self.sandbox.requests('/listings', 'GET')]
        self.assertLessEqual(len(offsets), 10000 // 100 + 1)  # Each page once, the newest perhaps twice.
        self.assertEqual(len(set(offsets)), 10000 // 100)
        self.assertEqual(self.get_places(), places)

    def get_places(self):
        """Return where PostgreSQL keeps the row of each listing: a row that is written moves."""
        self.env.flush_all()
        self.env.cr.execute("SELECT id, ctid::text FROM onbuy_listing WHERE store_id = %s", [self.store.id])
        return dict(self.env.cr.fetchall())
