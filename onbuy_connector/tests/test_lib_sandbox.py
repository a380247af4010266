"""The client against the sandbox, an independent reading of the same reference, over real HTTP."""
import importlib.util
import re
import subprocess
import sys
import unittest
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import requests

from odoo.tests import BaseCase

from ..lib import const
from ..lib.aftersales import Cancellation, Refund, RefundItem
from ..lib.client import OnBuyClient
from ..lib.dispatch import Dispatch, DispatchLine, TrackingUpdate
from ..lib.errors import (
    AuthError,
    NotFoundError,
    OnBuyError,
    RateLimitError,
    UnavailableError,
    UncertainError,
)
from ..lib.governor import Governor, Limits
from ..lib.offers import ListingUpdate
from ..lib.order_parts import Tracking
from .lib_common import CONSUMER_KEY, SECRET_KEY

ROOT = Path(__file__).resolve().parents[2]
MISSING = None
if not (ROOT / 'onbuy_sandbox').is_dir():
    MISSING = "the sandbox is not beside the module"
elif not importlib.util.find_spec('aiohttp'):
    MISSING = "aiohttp, which the sandbox needs, is not installed"


@unittest.skipIf(MISSING, MISSING)
class TestSandbox(BaseCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.process = subprocess.Popen(
            [
                sys.executable,
                '-m',
                'onbuy_sandbox',
                '--port',
                '0',
                '--listings',
                '150',
                '--orders',
                '60',
                '--no-limits',
                '--consumer-key',
                CONSUMER_KEY,
                '--secret-key',
                SECRET_KEY,
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        cls.addClassCleanup(cls.process.stdout.close)
        cls.addClassCleanup(cls.process.wait, 10)
        cls.addClassCleanup(cls.process.terminate)
        cls.host = re.search(r'http://127\.0\.0\.1:\d+', cls.process.stdout.readline())[0]

    def setUp(self):
        super().setUp()
        self.client = self.make_client()
        self.addCleanup(self.control, 'DELETE', '/faults')

    def make_client(self, secret_key=SECRET_KEY):
        """Return a client of the sandbox without pacing or limits of its own."""
        limits = Limits(per_hour=dict.fromkeys(const.HOURLY_LIMITS, 10 ** 6), per_day=10 ** 6, interval=0)
        client = OnBuyClient(f'{self.host}/v2', CONSUMER_KEY, secret_key, governor=Governor(limits))
        self.addCleanup(client.close)
        return client

    def control(self, method, path, json=None):
        """Call the sandbox's control API and return its answer."""
        answer = requests.request(method, f'{self.host}/_control{path}', json=json, timeout=20)
        answer.raise_for_status()
        return answer.json()

    def place(self, quantity=2):
        """Return the id of a new order for a listing in stock."""
        state = self.control('GET', '/state')
        sku = next(row['sku'] for row in state['accounts']['live']['listings'] if row['stock'] >= quantity)
        return self.control('POST', '/orders', {'lines': [{'sku': sku, 'quantity': quantity}]})['orders'][0][
            'order_id'
        ]

    def all_orders(self, limit=100):
        """Return (orders, errors, pages) of the last year."""
        since = datetime.now() - timedelta(days=365)
        pages = list(self.client.iter_orders(modified_since=since, limit=limit))
        return (
            [order for page in pages for order in page.items],
            [error for page in pages for error in page.errors],
            pages,
        )

    def orders_known(self):
        """Return the order ids that the sandbox holds."""
        return {row['order_id'] for row in self.control('GET', '/state')['accounts']['live']['orders']}

    # === READING === #

    def test_one_call_proves_the_keys(self):
        self.assertEqual(self.client.check().name, "OnBuy UK")

    def test_wrong_keys_are_an_auth_error(self):
        with self.assertRaises(AuthError):
            self.make_client('sk_live_' + '0' * 32).check()

    def test_all_listings_are_read_once(self):
        pages = list(self.client.iter_listings())
        skus = [listing.sku for page in pages for listing in page.items]
        self.assertEqual((len(skus), len(set(skus)), [page.errors for page in pages]), (150, 150, [[], []]))

    def test_price_and_stock_of_a_listing_change_and_an_unknown_one_is_told_apart(self):
        listing = next(self.client.iter_listings()).items[0]
        start, end = datetime(2026, 4, 1), datetime(2099, 4, 30)
        results = self.client.update_listings([
            ListingUpdate(listing.sku, stock=7, price=Decimal('12.50'), sale_price=Decimal('9.5'), sale_start=start,
                          sale_end=end),
            ListingUpdate('NOPE', stock=1)])
        self.assertEqual((results[listing.sku].ok, results['NOPE'].message), (True, "SKU does not exist"))
        found = self.client.find_listing(listing.sku)
        self.assertEqual((found.stock, found.price, found.sale_price, found.sale_start, found.sale_end),
                         (7, Decimal('12.50'), Decimal('9.50'), start, end))

    def test_it_is_known_which_listings_win(self):
        skus = [listing.sku for page in self.client.iter_listings() for listing in page.items]
        found = {sku: winning for _asked, some in self.client.iter_winning([*skus, 'NOPE']) for sku, winning in some.items()}
        self.assertEqual(set(found), {*skus, 'NOPE'})
        self.assertTrue(any(winning.winning for winning in found.values()))
        self.assertTrue(found['NOPE'].error)

    def test_a_listing_is_found_by_sku_and_an_unknown_one_is_none(self):
        listing = next(self.client.iter_listings()).items[0]
        self.assertEqual(self.client.find_listing(listing.sku), listing)
        self.assertIsNone(self.client.find_listing('NO-SUCH-SKU'))

    def test_all_orders_are_read_and_their_sums_add_up_whatever_the_types(self):
        for types in ('official', 'observed'):
            with self.subTest(types=types):
                self.control('PUT', '/settings', {'types': types})
                orders, errors, _pages = self.all_orders()
                self.assertEqual(({order.order_id for order in orders}, errors), (self.orders_known(), []))
                self.assertFalse([problem for order in orders for problem in order.problems])
                self.assertNotIn('unknown', {order.status for order in orders})

    def test_small_pages_bring_the_same_orders(self):
        orders, _errors, pages = self.all_orders(limit=7)
        self.assertEqual({order.order_id for order in orders}, self.orders_known())
        self.assertTrue(all(page.ordered for page in pages))

    def test_orders_are_read_by_id(self):
        some = sorted(self.orders_known())[:55]
        self.assertEqual(
            {order.order_id for order in self.client.orders_by_id([*some, 'TNONE1']).items}, set(some)
        )

    def test_one_order_is_read_alike_in_both_views(self):
        order_id = self.place()
        single, listed = self.client.get_order(order_id), self.client.orders_by_id([order_id]).items[0]
        self.assertEqual(
            (single.total, single.delivery_address, single.fees, [line.sku for line in single.lines]),
            (listed.total, listed.delivery_address, listed.fees, [line.sku for line in listed.lines]),
        )

    def test_an_unknown_order_is_not_found(self):
        with self.assertRaises(NotFoundError):
            self.client.get_order('TNONE1')

    def test_reference_data_is_read(self):
        self.assertIn("Royal Mail", {carrier.name for carrier in self.client.carriers()})
        templates = self.client.delivery_templates()
        self.assertEqual(len({template.template_id for template in templates}), len(templates))
        self.assertTrue(all(template.rates for template in templates))
        self.assertTrue(self.client.sites() and self.client.seller_entities())

    # === ACTIONS === #

    def test_an_order_is_dispatched_once_and_its_tracking_can_change(self):
        order_id = self.place()
        first = self.client.dispatch([Dispatch(order_id, Tracking("Royal Mail", 'AB1GB'))])
        again = self.client.dispatch([Dispatch(order_id, Tracking("Royal Mail", 'AB1GB'))])
        self.assertTrue(first[order_id].ok)
        self.assertEqual((again[order_id].ok, again[order_id].code), (False, const.INVALID_ORDER_STATUS))
        order = self.client.get_order(order_id)
        dispatch, = order.dispatches
        self.assertEqual((order.status, order.lines[0].quantity_dispatched, dispatch.tracking.number),
                         ('dispatched', 2, 'AB1GB'))
        carrier = self.client.carriers()[0]
        self.assertTrue(self.client.update_tracking(
            [TrackingUpdate(dispatch.dispatch_id, 'CD2GB', carrier.code)])[dispatch.dispatch_id].ok)
        self.assertEqual(
            self.client.get_order(order_id).dispatches[0].tracking, Tracking(carrier.name, 'CD2GB')
        )

    def test_a_part_of_an_order_is_dispatched(self):
        order_id = self.place()
        line = self.client.get_order(order_id).lines[0]
        part = DispatchLine(line.sku, 1, Tracking("DPD", '1'), reference=line.reference)
        self.assertTrue(self.client.dispatch([Dispatch(order_id, lines=(part,))])[order_id].ok)
        order = self.client.get_order(order_id)
        self.assertEqual((order.status, order.lines[0].quantity_dispatched, order.dispatches[0].items),
                         ('partially_dispatched', 1, ((line.reference, 1),)))

    def test_good_and_bad_orders_in_one_dispatch_have_their_own_answers(self):
        good = self.place()
        results = self.client.dispatch([Dispatch(good), Dispatch('TNONE1')])
        self.assertEqual((results[good].ok, results['TNONE1'].ok), (True, False))
        self.assertNotEqual(results['TNONE1'].code, const.MISSING)

    def test_an_order_is_cancelled_by_the_seller(self):
        order_id = self.place()
        self.assertTrue(self.client.cancel([Cancellation(order_id, 1, "none left")])[order_id].ok)
        self.assertEqual(self.client.get_order(order_id).status, 'cancelled_by_seller')

    def test_a_line_is_refunded_in_part_and_what_is_not_dispatched_is_refused(self):
        sent, waiting = self.place(), self.place()
        self.client.dispatch([Dispatch(sent)])
        reference = self.client.get_order(sent).lines[0].reference
        items = (RefundItem(reference, Decimal('1.50')),)
        results = self.client.refund(
            [Refund(sent, 3, Decimal('0.00'), items, customer_note="Sorry!"), Refund(waiting, 1)]
        )
        self.assertEqual((results[sent].ok, results[waiting].ok), (True, False))
        self.assertIn("not in a refundable status", results[waiting].message)
        order = self.client.get_order(sent)
        self.assertEqual((order.status, order.refunds[0].total, order.refunds[0].items),
                         ('partially_refunded', Decimal('1.50'), ((reference, Decimal('1.50')),)))

    def test_a_whole_order_is_refunded(self):
        order_id = self.place()
        self.client.dispatch([Dispatch(order_id)])
        self.assertTrue(self.client.refund([Refund(order_id, 1)])[order_id].ok)
        order = self.client.get_order(order_id)
        self.assertEqual((order.status, order.refunds[0].total), ('refunded', order.total))

    # === BAD DAYS === #

    def test_short_empty_and_repeated_pages_lose_nothing(self):
        for kind in ('short_page', 'empty_page', 'repeated_page'):
            with self.subTest(kind=kind):
                self.control('POST', '/faults', {'kind': kind, 'count': 1, 'path': '/orders'})
                self.control('POST', '/faults', {'kind': kind, 'count': 1, 'path': '/listings'})
                orders, _errors, _pages = self.all_orders(limit=20)
                self.assertEqual({order.order_id for order in orders}, self.orders_known())
                listings = [
                    listing.sku for page in self.client.iter_listings(limit=50) for listing in page.items
                ]
                self.assertEqual(len(listings), 150)

    def test_a_superseded_token_is_renewed_without_a_word(self):
        self.client.check()
        self.make_client().check()
        self.assertEqual(self.client.check().name, "OnBuy UK")

    def test_a_write_whose_answer_is_lost_is_uncertain_and_has_happened_or_not(self):
        for kind, status in (('drop_after', 'dispatched'), ('drop_before', 'awaiting_dispatch'),
                             ('non_json', None), ('malformed_json', None), ('status', None)):
            with self.subTest(kind=kind):
                order_id = self.place()
                self.control('POST', '/faults', {'kind': kind, 'count': 1, 'path': '/orders/dispatch'})
                with self.assertRaises(UncertainError):
                    self.client.dispatch([Dispatch(order_id)])
                self.assertIn(
                    self.client.get_order(order_id).status,
                    {status} if status else {'dispatched', 'awaiting_dispatch'},
                )

    def test_the_same_faults_make_a_read_unavailable(self):
        for kind in ('drop_after', 'drop_before', 'non_json', 'malformed_json', 'status'):
            with self.subTest(kind=kind):
                self.control('POST', '/faults', {'kind': kind, 'count': 1, 'path': '/orders'})
                with self.assertRaises(OnBuyError) as caught:
                    self.all_orders()
                self.assertIsInstance(caught.exception, UnavailableError)

    def test_a_429_is_a_rate_limit_error(self):
        self.control(
            'POST',
            '/faults',
            {'kind': 'status', 'status': 429, 'retry_after': 9, 'count': 1, 'path': '/orders'},
        )
        with self.assertRaises(RateLimitError) as caught:
            self.all_orders()
        self.assertEqual(caught.exception.retry_after, 9)
