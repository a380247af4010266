"""What is asked of OnBuy and how its answers are read (OnBuy API reference, 8, 13, 16, 17 and 18.3)."""
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from ..lib.errors import AnswerError, DeferredError, NotFoundError
from ..lib.governor import Governor, Limits
from ..lib.sellers import Carrier, SellerEntity, Site
from .lib_common import SECRET_KEY, LibCase, document, listing_row, order_row, page

SINCE = datetime(2026, 3, 1)
A, B, C = 'TQ4M7XA', 'TQ4M7XB', 'TQ4M7XC'


class TestListings(LibCase):

    def test_listings_are_asked_for_with_site_limit_and_sort(self):
        self.expect('GET', '/listings', document('listings'))
        result, = self.client.iter_listings()
        self.assertEqual(self.sent()['params'], {
            'site_id': 2000, 'sort[last_created]': 'asc', 'limit': 100, 'offset': 0})
        listing, = result.items
        self.assertEqual((listing.listing_id, listing.sku, listing.opc, listing.name),
                         ('144000101', 'LAMP-001', 'P7QX4M2', "Lumora Desk Lamp Black"))
        self.assertEqual((listing.price, listing.stock, listing.boost, listing.delivery_template_id),
                         (Decimal('24.99'), 10, Decimal('5.0'), '2375'))
        self.assertEqual(
            (listing.product_codes, listing.created_at), (('5012345678900',), datetime(2026, 3, 2, 10))
        )
        self.assertEqual(result.total, 1)

    def test_the_newest_page_can_be_read_alone(self):
        self.expect('GET', '/listings', page([listing_row()], 5000))
        self.expect('GET', '/listings', page([], 5000))
        result = next(self.client.iter_listings(newest_first=True))
        self.session.expected.clear()
        self.assertEqual(self.sent()['params']['sort[last_created]'], 'desc')
        self.assertEqual((len(result.items), result.total), (1, 5000))

    def test_one_bad_listing_in_three_is_reported_with_its_sku(self):
        rows = [
            listing_row(),
            listing_row(product_listing_id=2, sku='BAD', price='abc'),
            listing_row(product_listing_id=3),
        ]
        self.expect('GET', '/listings', page(rows, 3))
        result, = self.client.iter_listings()
        self.assertEqual((len(result.items), result.errors[0].sku), (2, 'BAD'))
        self.assertEqual(result.errors[0].message, 'price "abc" is not a number.')

    def test_a_listing_without_sku_price_or_stock_is_reported(self):
        for name in ('sku', 'price', 'stock'):
            with self.subTest(name=name):
                self.expect('GET', '/listings', page([listing_row(**{name: None})], 1))
                result, = self.client.iter_listings()
                self.assertEqual(result.errors[0].message, f"{name} is missing.")

    def test_observed_types_and_blanks_are_understood(self):
        row = listing_row(
            product_listing_id='144000101',
            price=24.5,
            stock='0',
            product_codes=[''],
            delivery_template_id='0',
            handling_time=None,
            sale_price='19.99',
            sale_start_date='2026-04-01 00:00:00',
            opc=None,
        )
        self.expect('GET', '/listings', page([row], 1))
        listing = next(self.client.iter_listings()).items[0]
        self.assertEqual((listing.price, listing.stock, listing.product_codes), (Decimal('24.50'), 0, ()))
        self.assertEqual((listing.delivery_template_id, listing.opc), (None, 'P7QX4M2'))
        self.assertEqual((listing.sale_price, listing.sale_start), (Decimal('19.99'), datetime(2026, 4, 1)))

    def test_the_terms_of_a_listing_are_read(self):
        self.expect('GET', '/listings', page([listing_row(condition_note_2="A scratch", condition_note_3='')], 1))
        listing = next(self.client.iter_listings()).items[0]
        self.assertEqual((listing.delivery_weight, listing.warranty, listing.return_time, listing.free_returns),
                         (Decimal('1.2000'), 12, 30, False))
        self.assertEqual(listing.condition_notes, ("A scratch",))

    def test_terms_that_cannot_be_read_do_not_spoil_the_listing(self):
        names = ('delivery_weight', 'warranty', 'return_time', 'free_returns', 'condition_note_1', 'condition',
                 'product_listing_condition_id', 'handling_time', 'boost_marketing_commission', 'delivery_template_id',
                 'name', 'image_url', 'product_url', 'created_at', 'updated_at')
        row = listing_row(**dict.fromkeys(names, ['?']), product_codes=[{}])
        self.expect('GET', '/listings', page([row], 1))
        listing = next(self.client.iter_listings()).items[0]
        self.assertEqual((listing.delivery_weight, listing.warranty, listing.return_time, listing.free_returns,
                          listing.condition_notes), (None, None, None, None, ()))
        self.assertEqual((listing.condition, listing.name, listing.image_url, listing.product_url), ('',) * 4)
        self.assertEqual((listing.handling_time, listing.boost, listing.delivery_template_id, listing.condition_id,
                          listing.created_at, listing.updated_at, listing.product_codes), (*[None] * 6, ()))
        self.assertEqual((listing.sku, listing.price), ('LAMP-001', Decimal('24.99')))

    def test_what_a_sale_costs_and_how_long_it_lasts_must_be_readable(self):
        for name in ('sale_price', 'sale_start_date', 'sale_end_date'):
            with self.subTest(name=name):
                self.expect('GET', '/listings', page([listing_row(**{name: '?'})], 1))
                result, = self.client.iter_listings()
                self.assertIn(name, result.errors[0].message)

    def test_a_listing_is_found_by_its_exact_sku(self):
        self.expect('GET', '/listings', page([listing_row()], 1))
        self.assertEqual(self.client.find_listing('LAMP-001').listing_id, '144000101')
        self.assertEqual(self.sent()['params']['filter[sku]'], 'LAMP-001')

    def test_a_listing_that_onbuy_does_not_show_is_none(self):
        for rows in ([], [listing_row(sku='lamp-001')]):
            with self.subTest(rows=len(rows)):
                self.expect('GET', '/listings', page(rows, len(rows)))
                self.assertIsNone(self.client.find_listing('LAMP-001'))

    def test_a_listing_that_onbuy_does_not_know_is_none(self):
        self.expect('GET', '/listings', {'error': {'message': "No listings found"}}, status=404)
        self.assertIsNone(self.client.find_listing('LAMP-001'))

    def test_other_skus_or_an_unreadable_row_are_no_proof_that_a_listing_is_gone(self):
        for row in (listing_row(sku='OTHER'), listing_row(price='abc')):
            with self.subTest(row=row['sku']):
                self.expect('GET', '/listings', page([row], 1))
                with self.assertRaises(AnswerError):
                    self.client.find_listing('LAMP-001')

    def test_a_listing_that_onbuy_counts_but_leaves_out_is_not_gone(self):
        for _call in range(2):  # A short page is read again.
            self.expect('GET', '/listings', page([], 1))
        with self.assertRaises(AnswerError):
            self.client.find_listing('LAMP-001')

    def test_a_listing_without_a_sku_is_an_error_that_says_which_it_is(self):
        row = listing_row(sku=' ', product_url='https://www.onbuy.com/gb/p/lamp~p1')
        self.expect('GET', '/listings', page([row], 1))
        error, = next(self.client.iter_listings()).errors
        self.assertEqual((error.sku, error.listing_id, error.opc), (None, str(row['product_listing_id']), row['opc']))
        self.assertEqual((error.name, error.url), (row['name'], row['product_url']))


class TestOrders(LibCase):

    def test_orders_are_asked_for_with_all_statuses_by_change(self):
        self.expect('GET', '/orders', document('orders_official'))
        result, = self.client.iter_orders(modified_since=SINCE)
        self.assertEqual(self.sent()['params'], {
            'site_id': 2000, 'filter[status]': 'all', 'filter[modified_since]': '2026-03-01 00:00:00',
            'sort[modified]': 'asc', 'limit': 100, 'offset': 0})
        self.assertEqual(([order.order_id for order in result.items], result.ordered), ([A], True))

    def test_an_aware_time_is_asked_for_in_utc(self):
        self.expect('GET', '/orders', page([], 0))
        list(
            self.client.iter_orders(
                modified_since=datetime(2026, 7, 1, 1, tzinfo=timezone(timedelta(hours=1)))
            )
        )
        self.assertEqual(self.sent()['params']['filter[modified_since]'], '2026-07-01 00:00:00')

    def test_one_bad_order_in_three_is_reported_with_its_id_and_the_others_are_read(self):
        rows = [order_row(), order_row(order_id=B, price_total='abc'), order_row(order_id=C)]
        self.expect('GET', '/orders', page(rows, 3))
        result, = self.client.iter_orders(modified_since=SINCE)
        self.assertEqual([order.order_id for order in result.items], [A, C])
        error, = result.errors
        self.assertEqual((error.order_id, error.updated_at), (B, datetime(2026, 3, 2, 9, 25)))
        self.assertNotIn('203.0.113.7', repr(error.raw))

    def test_a_failure_on_the_second_page_leaves_the_first_one_usable(self):
        rows = [
            order_row(order_id=f'T{number}', updated_at=f'2026-03-02 09:00:0{number}') for number in range(5)
        ]
        self.expect('GET', '/orders', page(rows[:3], 5))
        self.expect('GET', '/orders', b'', status=429)
        pages = self.client.iter_orders(modified_since=SINCE, limit=3)
        self.assertEqual(len(next(pages).items), 3)
        with self.assertRaises(Exception) as caught:
            next(pages)
        self.assertEqual(caught.exception.status, 429)

    def test_orders_use_the_reserve_and_listings_do_not(self):
        self.client = self.make_client(governor=Governor(
            Limits(per_hour={'GET': 1}, share=100, reserve=100, interval=0), clock=self.clock))
        with self.assertRaises(DeferredError):
            next(self.client.iter_listings())
        self.expect('GET', '/orders', page([], 0))
        next(self.client.iter_orders(modified_since=SINCE))

    def test_orders_are_read_by_id_fifty_a_call(self):
        ids = [f'T{number:03}' for number in range(120)]
        for start in (0, 50, 100):
            rows = [order_row(order_id=order_id) for order_id in ids[start:start + 50]]
            self.expect('GET', '/orders', page(rows, len(rows)))
        result = self.client.orders_by_id([*ids, *ids])
        self.assertEqual([order.order_id for order in result.items], ids)
        self.assertEqual(self.sent(0)['params']['filter[order_ids]'], ','.join(ids[:50]))
        self.assertEqual(self.sent(0)['params']['filter[status]'], 'all')

    def test_orders_that_are_counted_but_left_out_are_an_error_beside_those_that_came(self):
        for rows, total in (([order_row()], 2), ([order_row()], 2), ([], 2), ([], 2), ([], 1), ([], 1)):
            self.expect('GET', '/orders', page(rows, total))
        result = self.client.orders_by_id([A, B])
        self.assertEqual([call['params']['filter[order_ids]'] for call in self.session.calls], [f'{A},{B}'] * 4 + [B] * 2)
        self.assertEqual([order.order_id for order in result.items], [A])
        self.assertIn("left out", result.errors[0].message)

    def test_a_capped_page_of_orders_by_id_is_followed_by_the_next(self):
        self.expect('GET', '/orders', page([order_row()], 2, limit=1))
        self.expect('GET', '/orders', page([order_row(order_id=B)], 2, limit=1))
        self.assertEqual([order.order_id for order in self.client.orders_by_id([A, B]).items], [A, B])

    def test_orders_that_do_not_come_are_asked_for_once_more_without_the_others(self):
        for order_id in (A, B, C):
            self.expect('GET', '/orders', page([order_row(order_id=order_id)], 1))
        result = self.client.orders_by_id([A, B, C])
        self.assertEqual(([order.order_id for order in result.items], result.errors), ([A, B, C], []))
        asked = [call['params']['filter[order_ids]'] for call in self.session.calls]
        self.assertEqual(asked, [f'{A},{B},{C}', f'{B},{C}', C])

    def test_an_order_that_onbuy_does_not_know_is_asked_for_no_more_than_twice(self):
        self.expect('GET', '/orders', page([order_row()], 1))
        self.expect('GET', '/orders', page([], 0))
        result = self.client.orders_by_id([A, B])
        self.assertEqual(([order.order_id for order in result.items], result.errors), ([A], []))

    def test_an_order_that_cannot_be_read_is_told_once(self):
        self.expect('GET', '/orders', page([order_row(price_total='abc')], 1))
        result = self.client.orders_by_id([A])
        self.assertEqual([error.order_id for error in result.errors], [A])

    def test_an_unmarked_cap_loses_no_order_and_is_no_error_when_all_came(self):
        for order_id, total in ((A, 2), (A, 2), (B, 2)):
            self.expect('GET', '/orders', page([order_row(order_id=order_id)], total))
        result = self.client.orders_by_id([A, B])
        self.assertEqual(([order.order_id for order in result.items], result.errors), ([A, B], []))

    def test_no_ids_mean_no_call(self):
        self.assertEqual(self.client.orders_by_id([]).items, [])

    def test_an_id_that_would_change_the_filter_is_refused(self):
        for order_id in ('', ' ', 'A,B'):
            with self.subTest(order_id=order_id), self.assertRaises(ValueError):
                self.client.orders_by_id([order_id])

    def test_orders_that_were_not_asked_for_are_left_out(self):
        self.expect('GET', '/orders', page([order_row(), order_row(order_id=B)], 2))
        self.assertEqual([order.order_id for order in self.client.orders_by_id([A]).items], [A])

    def test_one_order_is_read_by_its_id(self):
        self.expect('GET', f'/orders/{A}', document('order_view'))
        self.assertEqual(self.client.get_order(A).order_id, A)
        self.assertEqual(self.sent()['params'], {'site_id': 2000})

    def test_an_unknown_order_is_not_found(self):
        self.expect('GET', '/orders/TNONE', {'error': {'message': 'Not found'}}, status=404)
        with self.assertRaises(NotFoundError):
            self.client.get_order('TNONE')

    def test_an_id_cannot_leave_its_place_in_the_address(self):
        self.expect('GET', '/orders/..%2Fsites%3Fx', {}, status=404)
        with self.assertRaises(NotFoundError):
            self.client.get_order('../sites?x')

    def test_another_order_than_asked_for_or_none_at_all_is_an_answer_error(self):
        for answer in (document('order_view'), {'results': {}}, {'results': []}, {'results': [1]}, {},
                       {'results': {'order_id': B}}):
            with self.subTest(answer=str(answer)[:30]):
                self.expect('GET', f'/orders/{B}', answer)
                with self.assertRaises(AnswerError):
                    self.client.get_order(B)


class TestRefusals(LibCase):
    """Answers with status 200 that say no in OnBuy's own words."""

    def refusal(self, call, path, answer):
        """Return the words of the error that a read ends in."""
        self.expect('GET', path, answer)
        with self.assertRaises(AnswerError) as caught:
            call()
        return str(caught.exception)

    def test_onbuys_words_are_in_the_error_of_a_list(self):
        said = {'success': False, 'message': "Account suspended"}
        for answer in (said, {**said, 'results': []}, {'error': {'message': "Account suspended"}}):
            with self.subTest(answer=answer):
                self.assertIn("OnBuy says: Account suspended", self.refusal(
                    lambda: next(self.client.iter_listings()), '/listings', answer))

    def test_onbuys_words_are_in_the_error_of_a_single_view(self):
        for answer in ({'error': {'message': "Site closed"}}, {'success': False, 'message': "Site closed", 'results': {}}):
            with self.subTest(answer=answer):
                self.assertIn("OnBuy says: Site closed", self.refusal(self.client.check, '/sites/2000', answer))

    def test_onbuys_words_are_in_the_error_of_a_whole_list(self):
        answer = {'success': False, 'message': "Account suspended", 'data': []}
        self.assertIn("OnBuy says: Account suspended", self.refusal(self.client.carriers, '/carriers', answer))

    def test_keys_in_onbuys_words_are_not_shown(self):
        answer = {'success': False, 'message': f"Bad key {SECRET_KEY}"}
        self.assertNotIn(SECRET_KEY, self.refusal(self.client.check, '/sites/2000', answer))

    def test_an_empty_list_with_a_total_of_none_is_no_refusal(self):
        self.expect('GET', '/orders', {'success': False, **page([], 0)})
        result, = self.client.iter_orders(modified_since=SINCE)
        self.assertEqual(result.items, [])


class TestAccount(LibCase):

    def test_one_call_proves_keys_and_permission(self):
        self.expect('GET', '/sites/2000', document('site'))
        self.assertEqual(self.client.check(), Site('2000', "OnBuy UK", ''))
        self.assertEqual(len(self.session.calls), 1)

    def test_sites_entities_and_carriers_are_read(self):
        self.expect('GET', '/sites', document('sites'))
        self.expect('GET', '/sellers/entities', document('entities'))
        self.expect('GET', '/carriers', document('carriers'))
        self.assertEqual(self.client.sites(), [Site('2000', "OnBuy UK", 'GB')])
        self.assertEqual(self.client.seller_entities(), [SellerEntity('77', "Lamp House")])
        self.assertEqual(self.client.carriers(), [Carrier('OCC-A1B2C3D4E5F6G7H8J9', "Royal Mail")])

    def test_templates_come_once_with_the_rates_of_all_their_regions(self):
        answer = document('deliveries')
        answer['metadata']['total_rows'] = 2
        self.expect('GET', '/sellers/deliveries', answer)
        template, = self.client.delivery_templates()
        self.assertEqual(
            (template.template_id, template.name, template.is_default), ('2375', "Standard UK", True)
        )
        self.assertEqual(
            [(rate.country, rate.region, rate.price, rate.tag) for rate in template.rates],
            [
                ("United Kingdom", "Mainland UK", Decimal('3.99'), '1-13-2375-1'),
                ("Ireland", '', Decimal('8.50'), '31-1'),
            ],
        )

    def test_one_bad_row_of_reference_data_is_logged_and_the_others_are_read(self):
        self.expect('GET', '/carriers', [{'carrier_name': 'No code'}, *document('carriers')])
        with self.assertLogs('odoo.addons.onbuy_connector.lib.calls', 'WARNING') as logs:
            self.assertEqual(len(self.client.carriers()), 1)
        self.assertIn('onbuy_carrier_code is missing', logs.output[0])

    def test_reference_data_that_is_no_list_is_an_answer_error(self):
        self.expect('GET', '/carriers', {'message': 'later'})
        with self.assertRaises(AnswerError):
            self.client.carriers()
