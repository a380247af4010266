"""Products: searching, creating, changing, and each one's own answer (OnBuy API reference, 14)."""
from decimal import Decimal

from odoo.tests import BaseCase

from ..lib import const
from ..lib.errors import UncertainError
from ..lib.offers import NewListing
from ..lib.products import (
    FoundProduct,
    NewProduct,
    NewVariant,
    ProductUpdate,
    build_product,
    build_product_update,
    existing_opc,
    is_same_name,
    queue_id,
    queue_ids,
)
from .lib_common import LibCase, document, page

FOUND = document('products')['results'][0]
CREATED = document('products_created')
UPDATED = document('products_updated')
A, B, C = (f'69a1b2c3d4e5f60718293a4{letter}' for letter in 'bcd')


def new_product(uid='LAMP-001', **changed):
    """Return a lamp to create with fields changed."""
    return NewProduct(**{
        'uid': uid, 'category_id': '8121', 'name': "Lumora Desk Lamp Black", 'description': "<p>Adjustable.</p>",
        'brand_name': "Lumora", 'default_image': 'https://img.example.com/l1.jpg', **changed})


def new_variant(*axis_values, sku='MUG-RED', **changed):
    """Return a variant of a mug with fields changed."""
    return NewVariant(**{'axis_values': axis_values, 'listing': NewListing(sku, price=Decimal('9.5')), **changed})


def new_family(*variants, axes=('Colour',), **changed):
    """Return a mug with variants."""
    return new_product('MUG', axes=axes, variants=variants, **changed)


class TestNames(BaseCase):

    def test_marks_capitals_and_entities_do_not_make_another_product(self):
        for shown in ("Lumora Mug, 450 ml", "LUMORA  MUG 450ML", "lumora mug &ndash; 450 ml"):
            self.assertTrue(is_same_name("Lumora Mug 450 ml", shown), shown)
        self.assertFalse(is_same_name("Lumora Mug 450 ml", "Lumora Mug 350 ml"))
        self.assertTrue(is_same_name("Tea & Toast", "Tea &amp; Toast"))

    def test_a_variant_bears_its_familys_name_and_more(self):
        self.assertTrue(is_same_name("Lumora Mug", "Lumora Mug Red", is_variant=True))
        self.assertFalse(is_same_name("Lumora Mug", "Lumora Mug Red"))
        self.assertFalse(is_same_name("Lumora Mug", "Saucepan Red", is_variant=True))

    def test_a_name_that_is_not_known_says_nothing(self):
        self.assertTrue(is_same_name('', "Saucepan"))


class TestSearch(LibCase):

    def find(self, *codes, rows=(FOUND,)):
        """Return what is found when OnBuy answers with these rows."""
        self.expect('GET', '/products', page(list(rows), len(rows)))
        return self.client.find_products(codes)

    def test_codes_are_searched_together_and_found_by_code(self):
        found = self.find('5012345678900', '96385074')
        self.assertEqual(self.sent()['params'], {
            'site_id': 2000, 'filter[query]': '5012345678900,96385074', 'filter[field]': 'product_code',
            'limit': 100, 'offset': 0})
        self.assertEqual(found, {'96385074': [], '5012345678900': [FoundProduct(
            'P7QX4M2', "Lumora Desk Lamp Black", 'https://www.onbuy.com/gb/p/lumora-desk-lamp-black~p280100200/',
            ('5012345678900',), 'https://img.example.com/l1-thumb.jpg')]})

    def test_the_order_of_the_rows_does_not_matter(self):
        rows = [{**FOUND, 'opc': 'P2', 'product_codes': ['96385074']}, FOUND]
        found = self.find('5012345678900', '96385074', rows=rows)
        self.assertEqual({code: one.opc for code, (one,) in found.items()}, {'5012345678900': 'P7QX4M2', '96385074': 'P2'})

    def test_leading_zeros_and_short_isbns_are_matched(self):
        rows = [{**FOUND, 'product_codes': ['36000291452', '0036000291452', 306406152, '0306406152']}]
        found = self.find('036000291452', '9780306406157', '5012345678900', rows=rows)
        self.assertEqual([len(products) for products in found.values()], [1, 1, 0])

    def test_one_code_in_two_spellings_is_asked_once_and_found_for_both(self):
        rows = [{**FOUND, 'product_codes': ['036000291452']}]
        found = self.find('036000291452', '0036000291452', '036000291452', rows=rows)
        self.assertNotIn(',', self.sent()['params']['filter[query]'])
        self.assertEqual([len(products) for products in found.values()], [1, 1])

    def test_two_products_of_one_code_are_both_found(self):
        found = self.find('5012345678900', rows=[FOUND, {**FOUND, 'opc': 'P2'}, {**FOUND, 'opc': 'P2', 'name': "Again"}])
        self.assertEqual({one.opc for one in found['5012345678900']}, {'P7QX4M2', 'P2'})

    def test_results_as_an_object_missing_keys_and_bad_rows_are_understood(self):
        rows = {'0': {'opc': 'P2', 'product_codes': '5012345678900'}, '1': {'name': "No OPC"}}
        self.expect('GET', '/products', page(rows, 2))
        with self.assertLogs('odoo.addons.onbuy_connector.lib.calls', 'WARNING'):
            found = self.client.find_products(['5012345678900'])
        self.assertEqual([(one.opc, one.name, one.thumbnail_url) for one in found['5012345678900']], [('P2', '', '')])

    def test_fifty_codes_are_asked_a_call_and_all_pages_read(self):
        codes = [f'{number:08}' for number in range(10 ** 6, 10 ** 6 + 60)]
        rows = [{**FOUND, 'opc': f'P{number}', 'product_codes': [codes[0]]} for number in range(101)]
        self.expect('GET', '/products', page(rows[:100], 101))
        self.expect('GET', '/products', page(rows[100:], 101))
        self.expect('GET', '/products', page([], 0))
        self.assertEqual(len(self.client.find_products(codes)[codes[0]]), 101)
        self.assertEqual([len(call['params']['filter[query]'].split(',')) for call in self.session.calls], [50, 50, 10])

    def test_no_codes_mean_no_call(self):
        self.assertEqual(self.client.find_products([]), {})

    def test_a_code_that_would_change_the_query_is_refused(self):
        for code in ('', ' ', '1,2', '5 012', '1\n2', '\u00a0'):
            with self.subTest(code=code), self.assertRaises(ValueError):
                self.client.find_products(['5012345678900', code])


class TestBuild(BaseCase):

    def test_a_product_is_written_as_the_reference_shows(self):
        product = new_product(
            product_codes=('5012345678900',), mpn='LD-1', summary_points=("LED", "USB port"), rrp=Decimal('29.99'),
            additional_images=('https://img.example.com/l2.jpg',), features=('5011',),
            technical_details=(('4', '42', 'cm'), ('22', '2026', '')), product_data=(("Cable", "2 m"),),
            listing=NewListing('LAMP-001', stock=10, price=Decimal('24.99'), handling_time=1,
                               delivery_template_id='2375', free_returns=True))
        self.assertEqual(build_product(product), {
            'uid': 'LAMP-001', 'category_id': 8121, 'published': 1, 'product_name': "Lumora Desk Lamp Black",
            'product_codes': ['5012345678900'], 'mpn': 'LD-1', 'brand_name': "Lumora", 'description': "<p>Adjustable.</p>",
            'summary_points': ["LED", "USB port"], 'default_image': 'https://img.example.com/l1.jpg',
            'additional_images': ['https://img.example.com/l2.jpg'], 'rrp': '29.99', 'features': [{'option_id': 5011}],
            'technical_detail': [{'detail_id': 4, 'value': '42', 'unit': 'cm'}, {'detail_id': 22, 'value': '2026'}],
            'product_data': [{'label': "Cable", 'value': "2 m"}],
            'listings': {'new': {'sku': 'LAMP-001', 'price': '24.99', 'stock': 10, 'handling_time': 1,
                                 'delivery_template_id': 2375, 'free_returns': 'yes'}}})

    def test_what_is_empty_is_left_out_and_a_draft_is_not_published(self):
        built = build_product(new_product(mpn='', features=(), brand_name=None, brand_id='1', published=False))
        self.assertEqual(set(built), {'uid', 'category_id', 'product_name', 'description', 'brand_id', 'default_image',
                                      'published'})
        self.assertEqual((built['brand_id'], built['published']), (1, 0))

    def test_a_family_is_written_as_the_reference_shows(self):
        red = new_variant("Red", product_codes=('5012345678924',), mpn='EM-R', features=('5021',),
                          default_image='https://img.example.com/m-red.jpg',
                          listing=NewListing('MUG-RED', group_sku='MUG', price=Decimal('9.5'), stock=4))
        built = build_product(new_family(red, new_variant("Blue", sku='MUG-BLUE')))
        self.assertEqual(built['variant_1'], {'name': "Colour"})
        self.assertFalse(set(built) & {'product_codes', 'mpn', 'listings', 'features', 'technical_detail', 'variant_2'})
        self.assertEqual(built['variants'], [
            {'variant_1': {'name': "Red"}, 'product_codes': ['5012345678924'], 'mpn': 'EM-R',
             'default_image': 'https://img.example.com/m-red.jpg', 'features': [{'option_id': 5021}],
             'listings': {'new': {'sku': 'MUG-RED', 'price': '9.50', 'stock': 4, 'group_sku': 'MUG'}}},
            {'variant_1': {'name': "Blue"}, 'listings': {'new': {'sku': 'MUG-BLUE', 'price': '9.50'}}}])

    def test_two_axes_give_two_values_each(self):
        built = build_product(new_family(new_variant("Red", "S"), new_variant("Red", "M"), axes=("Colour", "Size")))
        self.assertEqual([(one['variant_1'], one['variant_2']) for one in (built, *built['variants'])], [
            ({'name': "Colour"}, {'name': "Size"}), ({'name': "Red"}, {'name': "S"}), ({'name': "Red"}, {'name': "M"})])

    def test_a_refurbished_thing_is_offered_under_its_condition(self):
        listing = NewListing(
            'A', price=Decimal(5), condition='refurbished', condition_notes=("A scratch",), free_returns=False)
        self.assertEqual(build_product(new_product(listing=listing))['listings'], {'refurbished': {
            'sku': 'A', 'price': '5.00', 'condition_notes': ["A scratch"], 'free_returns': 'no'}})

    def test_what_onbuy_requires_is_asked_for_in_a_sentence(self):
        for words, changed in (
            ("a category", {'category_id': None}),
            ("a name", {'name': ' '}),
            ("a description", {'description': ''}),
            ("a main picture", {'default_image': ''}),
            ("a brand", {'brand_name': 'X'}),
            ("for nothing", {'listing': NewListing('A', price=Decimal(0))}),
            ("cannot be negative", {'listing': NewListing('A', stock=-1)}),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(ValueError, words):
                build_product(new_product(**changed))

    def test_a_family_that_onbuy_cannot_take_is_refused(self):
        for words, family in (
            ("belong to them alone", new_family(new_variant("Red"), product_codes=('1',))),
            ("belong to them alone", new_family(new_variant("Red"), technical_details=(('1', '2', ''),))),
            ("one or two attributes", new_family(new_variant("Red"), axes=())),
            ("one or two attributes", new_family(new_variant("1", "2", "3"), axes=("A", "B", "C"))),
            ("a value on every variant", new_family(new_variant("Red"), new_variant("Red", "S"))),
            ("a value on every variant", new_family(new_variant(''))),
            ("same values", new_family(new_variant("Red"), new_variant("Red", sku='OTHER'))),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(ValueError, words):
                build_product(family)

    def test_a_name_is_cut_at_150_bytes_and_never_within_a_letter(self):
        for name, kept in (("x" * 200, "x" * 150), ("é" * 100, "é" * 75), ("x" + "é" * 100, "x" + "é" * 74)):
            self.assertEqual(build_product(new_product(name=name))['product_name'], kept)

    def test_an_update_says_only_what_changes_and_may_empty(self):
        update = ProductUpdate(opc='P7QX4M2', name="New", mpn='', additional_images=(), rrp=Decimal(5))
        self.assertEqual(build_product_update(update), {
            'opc': 'P7QX4M2', 'product_name': "New", 'mpn': '', 'additional_images': [], 'rrp': '5.00'})
        with self.assertRaisesRegex(ValueError, "cannot be left without a description"):
            build_product_update(ProductUpdate(opc='P7QX4M2', description=' '))


class TestCreate(LibCase):

    def created(self, answer, *uids):
        """Create products and return the results."""
        self.expect('POST', '/products', answer)
        return self.client.create_products([new_product(uid) for uid in uids])

    def test_each_product_has_its_own_answer(self):
        results = self.created(CREATED, 'LAMP-001', 'MUG', 'LAMP-002')
        self.assertEqual(self.sent()['json']['products'][0]['uid'], 'LAMP-001')
        self.assertEqual([queue_id(result) for result in results.values()], [A, B, None])
        self.assertEqual([result.ok for result in results.values()], [True, True, False])
        refused = results['LAMP-002']
        self.assertEqual((refused.message, existing_opc(refused)), (
            'Product code "5012345678917" already exists', 'P7QX4M2'))

    def test_rows_in_another_order_are_matched_by_uid(self):
        rows = [{'success': True, 'queue_id': B, 'uid': 'Y'}, {'success': True, 'queue_id': A, 'uid': 'X'}]
        results = self.created({'results': rows}, 'X', 'Y')
        self.assertEqual((queue_id(results['X']), queue_id(results['Y'])), (A, B))

    def test_a_row_that_is_missing_or_has_no_word_or_no_queue_id_decides_nothing(self):
        rows = [{'uid': 'X', 'queue_id': A}, {'uid': 'Y', 'success': True}, {'uid': 'Z', 'success': True, 'queue_id': C}]
        results = self.created({'results': rows}, 'W', 'X', 'Y', 'Z')
        self.assertEqual([result.code for result in results.values()], [const.MISSING] * 3 + [None])
        self.assertEqual(queue_id(results['X']), A)

    def test_a_row_without_uid_among_too_few_is_nobodys(self):
        results = self.created({'results': [{'success': True, 'queue_id': A}]}, 'X', 'Y')
        self.assertEqual([result.code for result in results.values()], [const.MISSING] * 2)
        self.assertEqual(queue_ids(results), [A])

    def test_the_answer_to_a_single_product_may_have_its_queue_id_at_the_top(self):
        for answer in ({'success': True, 'queue_id': A}, {'queue_id': A}, {'results': {'success': True, 'queue_id': A}}):
            with self.subTest(answer=answer):
                result = self.created(answer, 'X')['X']
                self.assertEqual((result.ok, queue_id(result)), (True, A))

    def test_onbuys_words_on_an_empty_whole_are_kept(self):
        self.expect('POST', '/products', {'success': False, 'message': "Account suspended", 'results': []})
        result = self.client.create_products([new_product()])['LAMP-001']
        self.assertEqual(result.code, const.MISSING)
        self.assertIn("OnBuy says: Account suspended", result.message)

    def test_messages_by_field_are_told(self):
        rows = [{'success': False, 'uid': 'X', 'message': "Not valid",
                 'messages': {'brand_name': ["is too short", "is odd"], 'rrp': "is none"}}]
        self.assertEqual(self.created({'results': rows}, 'X')['X'].message,
                         "Not valid; brand_name: is too short; brand_name: is odd; rrp: is none")

    def test_an_answer_without_results_is_uncertain(self):
        for answer in ({'success': True}, {'queue_id': ''}):
            with self.subTest(answer=answer), self.assertRaises(UncertainError):
                self.created(answer, 'X')

    def test_a_lost_answer_is_uncertain(self):
        self.expect('POST', '/products', b'<html>', status=500)
        with self.assertRaises(UncertainError):
            self.client.create_products([new_product()])

    def test_no_uid_twice_no_more_than_100_and_nothing_is_no_call(self):
        for some in ([new_product()] * 2, [new_product(str(number)) for number in range(101)]):
            with self.assertRaises(ValueError):
                self.client.create_products(some)
        self.assertEqual(self.client.create_products([]), {})


class TestUpdate(LibCase):

    def update(self, answer, *opcs):
        """Change products and return the results."""
        self.expect('PUT', '/products', answer)
        return self.client.update_products([ProductUpdate(opc=opc, name="New") for opc in opcs])

    def test_rows_of_success_are_told_by_place_when_everything_fits(self):
        results = self.update(UPDATED, 'P7QX4M1', 'P7QX4M2', 'P7QX4M3')
        self.assertEqual(self.sent()['json'], {'site_id': 2000, 'products': [
            {'opc': opc, 'product_name': "New"} for opc in ('P7QX4M1', 'P7QX4M2', 'P7QX4M3')]})
        self.assertEqual([result.ok for result in results.values()], [True, False, False])
        self.assertEqual((queue_id(results['P7QX4M1']), results['P7QX4M2'].code), (C, '403'))
        self.assertEqual(queue_ids(results), [C])

    def test_when_the_numbers_disagree_success_is_nobodys_and_failures_count(self):
        more = {**UPDATED, 'products': [{'success': True, 'queue_id': A}, *UPDATED['products']]}
        results = self.update(more, 'P7QX4M1', 'P7QX4M2', 'P7QX4M3')
        self.assertEqual([result.code for result in results.values()], [const.MISSING, '403', '403'])
        self.assertEqual(queue_ids(results), [A, C])

    def test_when_a_failure_contradicts_its_place_success_is_nobodys(self):
        results = self.update(UPDATED, 'P7QX4M2', 'P7QX4M1', 'P7QX4M3')
        self.assertEqual([result.code for result in results.values()], ['403', const.MISSING, '403'])
        self.assertEqual(queue_ids(results), [C])

    def test_success_without_a_queue_id_decides_nothing(self):
        results = self.update({'products': [{'success': True}]}, 'P1')
        self.assertEqual((results['P1'].code, queue_ids(results)), (const.MISSING, []))

    def test_an_answer_without_rows_is_uncertain(self):
        with self.assertRaises(UncertainError):
            self.update({'result': 'success'}, 'P1')
