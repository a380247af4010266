"""Making, changing and deleting listings, and the winning prices: what is sent, each item's own answer (16)."""
from datetime import datetime
from decimal import Decimal

from ..lib import const
from ..lib.errors import AnswerError, UncertainError
from ..lib.offers import ListingUpdate, NewListing, build_new_listing, build_update, split_for_query
from .lib_common import LibCase, document

# The answers of the reference, 16.4 and 16.6.
UPDATED = {'success': True, 'results': [
    {'sku': 'LAMP-001', 'price': '23.99', 'stock': '0', 'product_listing_id': '144000101'},
    {'sku': 'LAMP-004', 'price': '17.50', 'stock': 6},
    {'sku': 'NOPE', 'price': '1.00', 'stock': 1, 'error': "SKU does not exist"},
    {'sku': 'LAMP-003', 'price': '9.00', 'stock': -1, 'error': "Stock cannot be less than 0"},
]}
WINNING = {'success': True, 'results': [
    {'sku': 'LAMP-001', 'price': '23.99', 'item_price': '23.99', 'delivery_price': '0.00', 'lead_price': '22.50',
     'lead_item_price': '20.00', 'lead_delivery_price': '2.50', 'winning': False},
    {'sku': 'LAMP-002', 'price': '5.00', 'item_price': None, 'delivery_price': None, 'lead_price': None,
     'lead_item_price': None, 'lead_delivery_price': None, 'winning': False},
    {'sku': 'NOPE', 'error': "SKU does not exist"},
]}


class TestOffers(LibCase):

    def update(self, answer, *skus):
        """Set the stock of listings to 1 and return the results."""
        self.expect('PUT', '/listings/by-sku', answer)
        return self.client.update_listings([ListingUpdate(sku, stock=1) for sku in skus])

    def test_only_what_is_set_is_sent_and_prices_have_two_decimals(self):
        start, end = datetime(2026, 4, 1), datetime(2026, 4, 30)
        self.assertEqual(build_update(ListingUpdate('A', stock=0)), {'sku': 'A', 'stock': 0})
        self.assertEqual(build_update(ListingUpdate('A', price=Decimal('5'))), {'sku': 'A', 'price': '5.00'})
        self.assertEqual(build_update(ListingUpdate('A', sale_price=Decimal('4.5'), sale_start=start, sale_end=end)), {
            'sku': 'A', 'sale_price': '4.50', 'sale_start_date': '2026-04-01 00:00:00',
            'sale_end_date': '2026-04-30 00:00:00'})

    def test_all_terms_of_a_listing_can_be_changed(self):
        update = ListingUpdate(
            'A', group_sku='', delivery_template_id='2375', delivery_weight=Decimal('1.20'), handling_time=0, return_time=30,
            free_returns=False, warranty=12, boost=Decimal('7.5'))
        self.assertEqual(build_update(update), {
            'sku': 'A', 'group_sku': '', 'delivery_template_id': 2375, 'delivery_weight': 1.2, 'handling_time': 0,
            'return_time': 30, 'free_returns': False, 'warranty': 12, 'boost_marketing_commission': 7.5})

    def test_negative_figures_are_never_sent(self):
        for update in (ListingUpdate('A', stock=-1), ListingUpdate('A', price=Decimal('-1')),
                       ListingUpdate('A', delivery_weight=Decimal('-0.1')), ListingUpdate('A', boost=-5)):
            with self.subTest(update=update), self.assertRaises(ValueError):
                build_update(update)

    def test_an_item_without_an_error_was_done(self):
        results = self.update(UPDATED, 'LAMP-001', 'LAMP-004', 'NOPE', 'LAMP-003')
        self.assertEqual([result.ok for result in results.values()], [True, True, False, False])
        self.assertEqual(results['NOPE'].message, "SKU does not exist")

    def test_an_item_that_says_no_in_any_way_was_not_done(self):
        for item, words in (
            ({'errors': ["Too low", "Too dear"]}, "Too low; Too dear"), ({'errors': {'price': "bad"}}, "price: bad"),
            ({'status': 'error', 'message': "Suspended"}, "Suspended"),
            ({'status': 'failed', 'messages': {'stock': ["Too low"]}}, "stock: Too low"),
        ):
            with self.subTest(item=item):
                result = self.update({'success': True, 'results': [{'sku': 'A', 'stock': 1, **item}]}, 'A')['A']
                self.assertEqual((result.ok, result.code, result.message), (False, None, words))

    def test_whatever_else_an_item_without_an_error_holds_it_was_done(self):
        for item in ({'status': 'ok'}, {'status': 'queued'}, {'message': "Updated"}, {'messages': []}, {'errors': {}}):
            with self.subTest(item=item):
                self.assertTrue(self.update({'success': True, 'results': [{'sku': 'A', **item}]}, 'A')['A'].ok)

    def test_items_of_a_refused_whole_are_not_done(self):
        rows = [{'sku': 'A', 'stock': 1}, {'sku': 'B', 'error': "no"}]
        results = self.update({'success': False, 'message': "Read only", 'results': rows}, 'A', 'B')
        self.assertEqual((results['A'].ok, results['A'].code), (False, const.MISSING))
        self.assertIn("OnBuy says: Read only", results['A'].message)
        self.assertEqual((results['B'].ok, results['B'].code, results['B'].message), (False, None, "no"))

    def test_onbuys_words_on_an_empty_whole_are_kept(self):
        result = self.update({'success': False, 'message': "Account suspended", 'results': []}, 'A')['A']
        self.assertEqual(result.code, const.MISSING)
        self.assertIn("OnBuy says: Account suspended", result.message)

    def test_an_item_that_is_not_mentioned_counts_as_failed(self):
        results = self.update(UPDATED, 'LAMP-001', 'OTHER', 'MORE')
        self.assertEqual((results['LAMP-001'].ok, results['OTHER'].ok, results['OTHER'].code), (True, False, const.MISSING))

    def test_the_answers_spelling_of_a_sku_may_differ_in_case(self):
        self.assertTrue(self.update({'results': [{'sku': 'lamp-1'}, {'sku': 'X'}]}, 'LAMP-1', 'Y')['LAMP-1'].ok)

    def test_of_skus_that_differ_in_case_only_each_has_its_own_answer(self):
        results = self.update({'results': [{'sku': 'a', 'error': "no"}, {'sku': 'A'}]}, 'A', 'a')
        self.assertEqual((results['A'].ok, results['a'].ok), (True, False))

    def test_two_answers_that_disagree_decide_nothing(self):
        results = self.update({'results': [{'sku': 'A'}, {'sku': 'A', 'error': "no"}]}, 'A')
        self.assertEqual((results['A'].ok, results['A'].code), (False, const.MISSING))

    def test_an_answer_without_results_is_uncertain(self):
        with self.assertRaises(UncertainError):
            self.update({'success': True}, 'A')

    def test_no_more_than_1000_and_no_sku_twice(self):
        for updates in ([ListingUpdate(str(number)) for number in range(1001)], [ListingUpdate('A')] * 2):
            with self.assertRaises(ValueError):
                self.client.update_listings(updates)

    def test_updates_leave_the_reserve_to_dispatches(self):
        self.client.governor.record('PUT')
        while self.client.governor.left('PUT'):
            self.client.governor.record('PUT')
        self.assertEqual(self.client.governor.share_left('PUT'), 0)
        self.assertGreater(self.client.governor.left('PUT', priority=True), 0)

    def test_winning_is_read_with_unknown_prices_and_skus(self):
        self.expect('GET', '/listings/check-winning', WINNING)
        (asked, found), = self.client.iter_winning(['lamp-001', 'LAMP-002', 'NOPE', 'SILENT'])
        self.assertEqual(self.sent()['params'], {'site_id': 2000, 'skus[]': asked})
        self.assertEqual((found['lamp-001'].lead_price, found['lamp-001'].winning), (Decimal('22.50'), False))
        self.assertEqual((found['LAMP-002'].lead_price, found['NOPE'].error), (None, "SKU does not exist"))
        self.assertNotIn('SILENT', found)

    def test_an_answer_on_winning_without_rows_is_an_error(self):
        self.expect('GET', '/listings/check-winning', {'success': True})
        with self.assertRaises(AnswerError):
            list(self.client.iter_winning(['A']))

    def test_skus_are_asked_for_in_addresses_that_fit(self):
        parts = list(split_for_query([f'SKU-{number:05}' for number in range(1200)], 'skus[]'))
        self.assertEqual(sum(map(len, parts)), 1200)
        self.assertLessEqual(max(map(len, parts)), 500)
        self.assertEqual([len(part) for part in split_for_query(['Ä' * 255] * 5, 'skus[]')], [3, 2])


def new_listing(**changed):
    """Return a listing to make with fields changed."""
    return NewListing(**{'sku': 'LAMP-001', 'opc': 'P7QX4M2', 'price': Decimal('24.99'), **changed})


class TestNewListings(LibCase):

    def created(self, answer, *skus):
        """Make listings and return the results."""
        self.expect('POST', '/listings', answer)
        return self.client.create_listings([new_listing(sku=sku) for sku in skus])

    def test_a_listing_is_written_as_the_reference_says(self):
        start, end = datetime(2026, 4, 1), datetime(2026, 4, 30)
        listing = new_listing(
            condition='refurbished', stock=0, condition_notes=("A scratch",), free_returns=True, boost=10, warranty=12,
            sale_price=Decimal('19.9'), sale_start=start, sale_end=end, delivery_weight=Decimal(3))
        self.assertEqual(build_new_listing(listing), {
            'opc': 'P7QX4M2', 'condition': 'refurbished', 'sku': 'LAMP-001', 'price': '24.99', 'stock': 0,
            'condition_notes': ["A scratch"], 'free_returns': True, 'boost_marketing_commission': 10, 'warranty': 12,
            'sale_price': '19.90', 'sale_start_date': '2026-04-01 00:00:00', 'sale_end_date': '2026-04-30 00:00:00',
            'delivery_weight': 3})
        self.assertEqual(build_new_listing(new_listing()), {
            'opc': 'P7QX4M2', 'condition': 'new', 'sku': 'LAMP-001', 'price': '24.99'})

    def test_what_onbuy_does_not_take_is_refused_in_a_sentence(self):
        for words, changed in (
            ("price above 0", {'price': None}), ("price above 0", {'price': Decimal('0.001')}),
            ("price above 0", {'price': Decimal(-1)}), ("code of its product", {'opc': ''}),
            ("one of 0, 5, 10", {'boost': 7}), ("stock of LAMP-001 cannot be negative", {'stock': -1}),
        ):
            with self.subTest(changed=changed), self.assertRaisesRegex(ValueError, words):
                build_new_listing(new_listing(**changed))

    def test_each_listing_has_its_own_answer(self):
        results = self.created(document('listings_created'), 'LAMP-001', 'LAMP-002', 'LAMP-003', 'LAMP-004')
        self.assertEqual([result.ok for result in results.values()], [True, True, False, False])
        self.assertEqual((results['LAMP-001'].data['created'], results['LAMP-001'].data['product_listing_id']),
                         (True, '144000101'))
        self.assertTrue(results['LAMP-002'].data['updated'])
        self.assertEqual(results['LAMP-003'].message, "The SKU already exists for a different product")
        self.assertEqual(results['LAMP-004'].code, const.MISSING)

    def test_a_row_without_a_word_decides_nothing(self):
        self.assertEqual(self.created({'results': [{'sku': 'A', 'product_listing_id': '1'}]}, 'A')['A'].code, const.MISSING)

    def test_no_more_than_100_and_no_sku_twice(self):
        for listings in ([new_listing(sku=str(number)) for number in range(101)], [new_listing()] * 2):
            with self.assertRaises(ValueError):
                self.client.create_listings(listings)

    def test_a_lost_answer_is_uncertain(self):
        with self.assertRaises(UncertainError):
            self.created(b'<html>', 'A')


class TestDelete(LibCase):

    def delete(self, answer, *skus):
        """Delete listings and return the results."""
        self.expect('DELETE', '/listings/by-sku', answer)
        return self.client.delete_listings(list(skus))

    def test_results_are_keyed_by_sku(self):
        results = self.delete({'success': True, 'results': {
            'LAMP-001': {'status': 'ok'}, 'NOPE': {'error': "SKU not found"}}}, 'LAMP-001', 'NOPE', 'SILENT')
        self.assertEqual(self.sent()['json'], {'site_id': 2000, 'skus': ['LAMP-001', 'NOPE', 'SILENT']})
        self.assertEqual([result.ok for result in results.values()], [True, False, False])
        self.assertEqual((results['NOPE'].message, results['SILENT'].code), ("SKU not found", const.MISSING))

    def test_neither_silence_nor_another_word_is_success(self):
        items = {'A': {}, 'B': {'status': 'queued'}, 'C': {'status': 'ok', 'error': "no"}}
        results = self.delete({'results': items}, *items)
        self.assertFalse([result for result in results.values() if result.ok])

    def test_a_sku_may_be_any_word(self):
        self.assertTrue(self.delete({'results': {'success': {'status': 'ok'}}}, 'success')['success'].ok)

    def test_no_more_than_1000_and_nothing_is_no_call(self):
        with self.assertRaises(ValueError):
            self.client.delete_listings([str(number) for number in range(1001)])
        self.assertEqual(self.client.delete_listings([]), {})
