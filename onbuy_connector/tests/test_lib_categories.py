"""Categories and what they ask of products (OnBuy API reference, 10)."""
from ..lib.categories import Detail, DetailGroup, Feature, FeatureOption
from ..lib.errors import AnswerError, NotFoundError
from .lib_common import LibCase, document, page

WARNINGS = 'odoo.addons.onbuy_connector.lib'


def category_row(**changed):
    """Return the leaf of the reference's list with fields changed."""
    return {**document('categories')['results'][-1], **changed}


class TestTree(LibCase):

    def read_rows(self, *rows):
        """Return the only Page that these rows give."""
        self.expect('GET', '/categories', page(list(rows), len(rows)))
        result, = self.client.iter_categories()
        return result

    def test_the_tree_is_read_from_its_root(self):
        self.expect('GET', '/categories', document('categories'))
        result, = self.client.iter_categories()
        self.assertEqual(self.sent()['params'], {'site_id': 2000, 'limit': 100, 'offset': 0})
        self.assertFalse(result.errors)
        root, department, leaf = result.items
        self.assertEqual((root.category_id, root.parent_id, root.tree, root.kind), ('1', None, '', ''))
        self.assertEqual((department.parent_id, department.tree, department.kind), ('1', '', "Department Store"))
        self.assertEqual((leaf.category_id, leaf.parent_id, leaf.tree, leaf.level),
                         ('8121', '810', "Home & Garden > Lighting > Lamps", 5))
        self.assertEqual((leaf.can_list_in, leaf.product_code_required, leaf.refurbished, leaf.restricted),
                         (True, True, False, None))
        self.assertEqual((leaf.conditions, leaf.tier_id), (('new', 'refurbished'), '4'))

    def test_seven_thousand_categories_are_seventy_calls(self):
        for start in range(0, 7000, 100):
            rows = [category_row(category_id=number) for number in range(start, start + 100)]
            self.expect('GET', '/categories', page(rows, 7000))
        self.assertEqual(sum(len(one.items) for one in self.client.iter_categories()), 7000)
        self.assertEqual(len(self.session.calls), 70)

    def test_a_reading_goes_on_where_it_stopped(self):
        self.expect('GET', '/categories', page([category_row()], 101))
        list(self.client.iter_categories(offset=100))
        self.assertEqual(self.sent()['params']['offset'], 100)

    def test_strings_numbers_and_words_are_understood(self):
        leaf, = self.read_rows(category_row(
            category_id='8121', parent_id='0', lvl='5', can_list_in='yes', product_code_required=0,
            seller_approved_for_refurbished='1', commission_tier_id='0f2f7a1e', avaliable_condition_slugs='new, good')).items
        self.assertEqual((leaf.category_id, leaf.parent_id, leaf.can_list_in), ('8121', None, True))
        self.assertEqual((leaf.product_code_required, leaf.refurbished, leaf.tier_id), (False, True, '0f2f7a1e'))
        self.assertEqual(leaf.conditions, ('new', 'good'))

    def test_what_is_not_told_is_not_guessed(self):
        leaf, = self.read_rows({'category_id': 5, 'name': "Lamps"}).items
        self.assertEqual((leaf.refurbished, leaf.restricted, leaf.level, leaf.tier_id, leaf.conditions),
                         (None, None, None, '', ()))
        self.assertEqual((leaf.can_list_in, leaf.product_code_required), (False, True))

    def test_one_bad_row_in_three_is_reported_and_the_others_are_read(self):
        result = self.read_rows(category_row(category_id=1), category_row(name=' '), category_row(category_id=3))
        self.assertEqual([one.category_id for one in result.items], ['1', '3'])
        self.assertEqual(result.errors[0].message, "name is missing.")


    def test_categories_are_read_by_id_a_hundred_a_call(self):
        ids = [str(number) for number in range(150)]
        for start in (0, 100):
            rows = [category_row(category_id=one) for one in ids[start:start + 100]]
            self.expect('GET', '/categories', page(rows, len(rows)))
        self.assertEqual([one.category_id for one in self.client.categories_by_id([*ids, *ids]).items], ids)
        self.assertEqual(self.sent()['params']['filter[onbuy_category_id]'], ','.join(ids[100:]))

    def test_of_categories_asked_by_id_unknown_ones_are_absent_and_others_left_out(self):
        rows = [category_row(), category_row(category_id=9), category_row(category_id=8122, name='')]
        self.expect('GET', '/categories', page(rows, 3))
        result = self.client.categories_by_id(['8121', '8122', '8123'])
        self.assertEqual([one.category_id for one in result.items], ['8121'])
        self.assertEqual([error.message for error in result.errors], ["name is missing."])

    def test_no_category_ids_mean_no_call_and_bad_ones_are_refused(self):
        self.assertEqual(self.client.categories_by_id([]).items, [])
        with self.assertRaises(ValueError):
            self.client.categories_by_id(['1,2'])


class TestOneCategory(LibCase):

    def test_the_view_tells_restriction_fee_and_notes(self):
        self.expect('GET', '/categories/8121', document('category'))
        category = self.client.get_category('8121')
        self.assertEqual((category.restricted, category.refurbished, category.product_code_required), (False, None, True))
        self.assertEqual(category.tier_id, '0f2f7a1e-5a1c-4c5e-9d1b-3a2b1c0d9e8f')
        self.assertEqual([(one.name, one.note, one.required) for one in category.features],
                         [("Colour", "Main colour", False), ("Material", '', False)])

    def test_another_category_than_asked_for_is_an_answer_error(self):
        self.expect('GET', '/categories/8', document('category'))
        with self.assertRaises(AnswerError):
            self.client.get_category('8')

    def test_a_retired_category_is_not_found(self):
        self.expect('GET', '/categories/8', document('error_envelope'), status=404)
        with self.assertRaises(NotFoundError):
            self.client.get_category('8')

    def test_an_id_cannot_leave_its_place_in_the_address(self):
        self.expect('GET', '/categories/..%2F8/features', page([], 0))
        self.assertEqual(self.client.category_features('../8'), [])

    def test_features_of_all_pages_are_read_with_their_options(self):
        row = document('features')['results'][0]
        self.expect('GET', '/categories/8121/features', page([{**row, 'feature_id': n} for n in range(100)], 101))
        self.expect('GET', '/categories/8121/features', page([row], 101))
        features = self.client.category_features('8121')
        self.assertEqual(len(features), 101)
        self.assertEqual(self.sent()['params'], {'site_id': 2000, 'limit': 100, 'offset': 100})
        self.assertEqual(features[-1], Feature('120', "Colour", '', False, (
            FeatureOption('5011', "Black"), FeatureOption('5012', "White"))))

    def test_a_broken_option_does_not_hide_the_others(self):
        row = document('features')['results'][0]
        row['options'].insert(1, {'name': "No id"})
        row['required'] = 'true'
        self.expect('GET', '/categories/8121/features', page([row], 1))
        with self.assertLogs(WARNINGS, 'WARNING') as logs:
            feature, = self.client.category_features('8121')
        self.assertEqual(([option.name for option in feature.options], feature.required), (["Black", "White"], True))
        self.assertIn("option_id is missing", logs.output[0])

    def test_options_as_an_object_are_understood(self):
        row = {**document('features')['results'][0], 'options': {'5011': {'option_id': 5011, 'name': "Black"}}}
        self.expect('GET', '/categories/8121/features', page({'120': row}, 1))
        feature, = self.client.category_features('8121')
        self.assertEqual(feature.options, (FeatureOption('5011', "Black"),))

    def test_technical_details_are_asked_for_by_the_hundred(self):
        self.expect('GET', '/categories/8121/technical-details', document('technical_details'))
        groups = self.client.technical_details('8121')
        self.assertEqual(self.sent()['params']['limit'], 100)
        self.assertEqual(groups, [DetailGroup('2', "Dimensions", (Detail('4', "Height", ('mm', 'cm', 'm')),))])

    def test_technical_details_in_pages_of_ten_are_read_whole(self):
        group = document('technical_details')['results'][0]
        for start, count in ((0, 10), (10, 2)):
            rows = [{**group, 'group_id': number} for number in range(start, start + count)]
            self.expect('GET', '/categories/8121/technical-details',
                        {'results': rows, 'metadata': {'limit': 10, 'offset': start, 'total_results': 12}})
        self.assertEqual(len(self.client.technical_details('8121')), 12)
