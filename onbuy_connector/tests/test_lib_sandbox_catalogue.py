"""The catalogue's calls against the sandbox, an independent reading of the same reference, over real HTTP."""
import importlib.util
import unittest
from decimal import Decimal

from odoo.tests import BaseCase

from ..lib import const
from ..lib.client import OnBuyClient
from ..lib.errors import UncertainError
from ..lib.governor import Governor, Limits
from ..lib.offers import ListingUpdate, NewListing
from ..lib.products import NewProduct, NewVariant, ProductUpdate, existing_opc, queue_id
from .common import ROOT, Sandbox
from .test_lib_gtin import with_check_digit


@unittest.skipUnless(importlib.util.find_spec('aiohttp') and (ROOT / 'onbuy_sandbox').is_dir(), "the sandbox is not here")
class TestSandboxCatalogue(BaseCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = Sandbox('--no-limits', '--listings', '60', '--orders', '0', '--seed', '7')
        cls.addClassCleanup(cls.sandbox.stop)
        cls.numbers = iter(range(10 ** 6))

    def setUp(self):
        super().setUp()
        limits = Limits(per_hour=dict.fromkeys(const.HOURLY_LIMITS, 10 ** 6), per_day=10 ** 6, interval=0)
        keys = self.sandbox.keys
        self.client = OnBuyClient(f'{self.sandbox.url}/v2', keys['ck_live_'], keys['sk_live_'], governor=Governor(limits))
        self.addCleanup(self.client.close)
        self.addCleanup(self.sandbox.control, 'DELETE', '/faults')
        self.tree = {one.category_id: one for page in self.client.iter_categories() for one in page.items}
        self.lamps = next(one for one in self.tree.values() if one.name == "Desk Lamps")

    def new_code(self):
        """Return a product code that nothing has yet."""
        return with_check_digit(f'50999{next(self.numbers):07}')

    def new_product(self, sku, **changed):
        """Return a lamp to create with fields changed."""
        return NewProduct(**{
            'uid': sku, 'category_id': self.lamps.category_id, 'name': "Lumora Lamp", 'description': "<p>A lamp.</p>",
            'brand_name': "Lumora", 'default_image': 'https://img.example.com/l1.jpg', 'product_codes': (self.new_code(),),
            'listing': NewListing(sku, free_returns=True), **changed})

    def made(self, result):
        """Finish the queue and return the row of a product."""
        self.sandbox.control('POST', '/queues/drain')
        return self.client.queues([queue_id(result)])[queue_id(result)]

    # === REFERENCE DATA === #

    def test_the_tree_is_whole_and_leaves_take_products(self):
        roots = [one for one in self.tree.values() if not one.parent_id]
        self.assertEqual([one.name for one in roots], ["Root"])
        self.assertFalse([one for one in self.tree.values() if one.parent_id and one.parent_id not in self.tree])
        self.assertTrue(self.lamps.can_list_in)
        self.assertTrue(self.lamps.tree.endswith(self.tree[self.lamps.parent_id].name))

    def test_a_category_tells_its_features_details_and_fee(self):
        category = self.client.get_category(self.lamps.category_id)
        features = self.client.category_features(self.lamps.category_id)
        self.assertEqual({one.feature_id for one in category.features}, {one.feature_id for one in features})
        self.assertTrue(all(one.options for one in features))
        self.assertEqual(sum(len(group.details) for group in self.client.technical_details(self.lamps.category_id)), 8)
        tiers = {one.tier_id: one for one in self.client.commission_tiers()}
        self.assertGreater(tiers[category.tier_id].fee(Decimal(100)), 0)
        self.assertEqual(self.client.conditions()[0].slug, 'new')

    # === PRODUCTS === #

    def test_a_product_is_created_followed_found_and_offered(self):
        product = self.new_product('NEW-1')
        row = self.made(self.client.create_products([product])['NEW-1'])
        self.assertEqual(row.status, 'success')
        found = self.client.find_products([product.product_codes[0], self.new_code()])
        self.assertEqual([[one.opc for one in products] for products in found.values()], [[row.opc], []])
        self.assertTrue(self.client.update_listings([ListingUpdate('NEW-1', stock=3, price=Decimal('9.5'))])['NEW-1'].ok)
        listing = self.client.find_listing('NEW-1')
        self.assertEqual((listing.opc, listing.price, listing.stock), (row.opc, Decimal('9.50'), 3))
        self.assertTrue(listing.free_returns)

    def test_good_and_bad_products_in_one_call_have_their_own_answers(self):
        good, taken = self.new_product('NEW-2'), self.client.find_listing(next(self.client.iter_listings()).items[0].sku)
        results = self.client.create_products([
            self.new_product('BAD', category_id='1'), good, self.new_product('TAKEN', product_codes=taken.product_codes)])
        self.assertEqual([result.ok for result in results.values()], [False, True, False])
        self.assertIn("lowest level", results['BAD'].message)
        self.assertEqual(existing_opc(results['TAKEN']), taken.opc)

    def test_a_picture_that_onbuy_cannot_fetch_fails_in_the_queue(self):
        product = self.new_product('NEW-3', default_image='https://broken.example.com/a.png')
        row = self.made(self.client.create_products([product])['NEW-3'])
        self.assertEqual(row.status, 'failed')
        self.assertIn("Error downloading image", row.error)

    def test_a_family_has_one_queue_id_and_a_listing_for_each_variant(self):
        variants = tuple(NewVariant(axis_values=(colour,), product_codes=(self.new_code(),),
                                    listing=NewListing(f'MUG-{colour}', group_sku='MUG')) for colour in ("Red", "Blue"))
        family = self.new_product('MUG', product_codes=None, listing=None, axes=("Colour",), variants=variants)
        row = self.made(self.client.create_products([family])['MUG'])
        self.assertEqual(len(row.variant_opcs), 2)
        found = self.client.find_products([variant.product_codes[0] for variant in variants])
        self.assertEqual({one.opc for (one,) in found.values()}, set(row.variant_opcs))
        self.assertEqual(self.client.find_listing('MUG-Red').group_sku, 'MUG')

    def test_a_product_is_changed_and_those_of_others_are_refused(self):
        row = self.made(self.client.create_products([self.new_product('NEW-4')])['NEW-4'])
        results = self.client.update_products([
            ProductUpdate(opc='PNONE', name="No"), ProductUpdate(opc=row.opc, name="Lumora Lamp, Large")])
        self.assertEqual([result.ok for result in results.values()], [False, True])
        self.assertEqual(self.made(results[row.opc]).status, 'success')
        self.assertEqual(self.client.find_listing('NEW-4').name, "Lumora Lamp, Large")

    def test_a_product_whose_answer_is_lost_is_found_in_the_history(self):
        known = {row.queue_id for row in self.client.iter_queue_history()}
        self.sandbox.control('POST', '/faults', {'kind': 'drop_after', 'count': 1, 'path': '/products'})
        with self.assertRaises(UncertainError):
            self.client.create_products([self.new_product('NEW-5')])
        new = [row for row in self.client.iter_queue_history() if row.queue_id not in known]
        self.assertEqual(len(new), 1)
        self.assertIsNotNone(new[0].submitted_at)

    def test_queues_in_pages_of_ten_are_read_whole(self):
        results = self.client.create_products([self.new_product(f'MANY-{number}') for number in range(15)])
        self.sandbox.control('POST', '/faults', {'kind': 'short_page', 'count': 1, 'path': '/queues'})
        ids = [queue_id(result) for result in results.values()]
        self.assertEqual(set(self.client.queues([*ids, '0' * 24])), set(ids))

    # === LISTINGS === #

    def test_a_product_that_exists_is_offered_changed_and_deleted(self):
        product, = self.client.find_products([self.foreign_code()]).popitem()[1]
        new = NewListing('MINE', opc=product.opc, price=Decimal('5.50'), stock=2, condition='refurbished', boost=10,
                         condition_notes=("A scratch",), handling_time=2, return_time=30, warranty=12, free_returns=True,
                         delivery_template_id='2376', delivery_weight=Decimal('1.25'), group_sku='G')
        other = NewListing('OTHER', opc='PNONE', price=Decimal(1))
        results = self.client.create_listings([new, other])
        self.assertEqual([result.ok for result in results.values()], [True, False])
        self.assertTrue(results['MINE'].data['created'])
        listing = self.client.find_listing('MINE')
        self.assertEqual(results['MINE'].data['product_listing_id'], listing.listing_id)
        for name in ('opc', 'price', 'stock', 'boost', 'handling_time', 'return_time', 'warranty', 'free_returns',
                     'delivery_template_id', 'delivery_weight', 'group_sku', 'condition_notes'):
            self.assertEqual(getattr(listing, name), getattr(new, name), name)
        self.assertTrue(self.client.create_listings([new])['MINE'].data['updated'])
        changes = {'warranty': 24, 'boost': Decimal('7.5'), 'free_returns': False, 'delivery_weight': Decimal(2),
                   'group_sku': 'H'}
        self.assertTrue(self.client.update_listings([ListingUpdate('MINE', **changes)])['MINE'].ok)
        listing = self.client.find_listing('MINE')
        self.assertEqual({name: getattr(listing, name) for name in changes}, changes)
        results = self.client.delete_listings(['MINE', 'NOPE'])
        self.assertTrue(results['MINE'].ok)
        self.assertEqual(results['NOPE'].message, "SKU not found")
        self.assertIsNone(self.client.find_listing('MINE'))

    def foreign_code(self):
        """Return the code of a product on which the seller has no listing."""
        mine = {code for page in self.client.iter_listings() for one in page.items for code in one.product_codes}
        answer = self.client.request('GET', '/products', params={'site_id': 2000, 'limit': 100})
        return next(code for row in answer['results'] for code in row['product_codes'] if code not in mine)
