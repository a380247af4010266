from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models import onbuy_listing_create, onbuy_store_buttons
from .common import OnbuyCommon


@tagged('post_install', '-at_install')
class TestNewProducts(OnbuyCommon):
    """Which product a listing gets is looked at first, and chosen by a person where it is not certain."""

    def setUp(self):
        super().setUp()
        self.store.create_products = False
        self.store.action_connect()
        self.run_cron('sync_listings')
        self.user = new_test_user(self.env, 'clerk', groups='onbuy_connector.group_onbuy_user')

    def listings(self):
        """Return the store's listings."""
        return self.env['onbuy.listing'].search([('store_id', '=', self.store.id)])

    def count_products(self):
        """Return how many products there are."""
        return self.env['product.product'].with_context(active_test=False).search_count([])

    def preview(self):
        """Open the preview as its user; return the lines."""
        action = self.store.with_user(self.user).action_preview_products()
        lines = self.env['onbuy.product.preview'].with_user(self.user).with_context(**action['context'])
        return lines.search(action['domain'])

    def find_line(self, listing):
        """Return the preview's line of a listing."""
        return self.preview().filtered(lambda line: line.listing_id == listing)

    def single(self):
        """Return a listing that is no variation."""
        listing = self.listings()[0]
        listing.write({'name': "Like no other", 'group_sku': False})
        return listing

    def make_product(self, **values):
        """Create a product."""
        return self.env['product.product'].create({'name': "Lamp", 'type': 'consu', **values})

    # === PREVIEW === #

    def test_a_preview_shows_every_listing_without_a_product_and_creates_none(self):
        before = self.count_products()
        lines = self.preview()
        self.assertEqual(lines.listing_id, self.listings())
        self.assertEqual(self.count_products(), before)
        line = self.find_line(self.single())
        self.assertEqual((line.name, line.barcode, line.price, line.to_create, line.note), (
            line.listing_id.name, line.listing_id.product_codes, line.listing_id.price, True, False))

    def test_what_is_odd_is_said(self):
        listing = self.single()
        service = self.env['product.product'].create({'name': "Hour", 'type': 'service', 'default_code': listing.sku})
        self.assertIn("has this reference", self.find_line(listing).note)
        service.default_code = False
        service.barcode = listing.product_codes
        line = self.find_line(listing)
        self.assertIn("is in use", line.note)
        self.assertFalse(line.barcode)
        listing.write({'product_codes': False, 'name': False})
        note = self.find_line(listing).note
        self.assertIn("no barcode", note)
        self.assertIn("no name", note)

    def test_two_listings_of_one_barcode_do_not_both_get_it(self):
        first, second = self.listings().sorted('name')[:2]
        second.product_codes = first.product_codes
        lines = self.preview().filtered(lambda line: line.listing_id in first | second)
        self.assertEqual(lines.mapped('barcode'), [first.product_codes, False])

    def test_variations_are_left_to_the_groups_unless_a_person_ticks_them(self):
        variations = self.listings()._get_variations()
        lines = self.preview().filtered(lambda line: line.listing_id in variations)
        self.assertTrue(lines and not any(lines.mapped('to_create')))
        self.assertIn("variation", lines[0].note)

    def test_only_the_chosen_products_are_created(self):
        lines = self.preview()
        lines.to_create = False
        chosen = lines[:2]
        chosen.to_create = True
        listings = chosen.listing_id
        lines.browse().action_create_chosen()
        self.assertEqual(self.listings().filtered('product_id'), listings)
        self.assertEqual(listings.product_id.mapped('default_code'), listings.mapped('sku'))
        self.assertEqual(set(listings.mapped('match_state')), {'matched'})
        self.assertTrue(all(listings.product_id.mapped('onbuy_vat_to_check')))

    def test_a_second_preview_replaces_the_first_and_leaves_another_users_alone(self):
        self.preview()
        other = self.env['onbuy.product.preview']._make(self.store)
        self.preview()
        self.assertTrue(other.exists())
        self.assertEqual(self.env['onbuy.product.preview'].search_count([('create_uid', '=', self.user.id)]), 12)

    def test_a_product_that_turned_up_since_is_taken_instead(self):
        lines = self.preview()
        lines.to_create = True
        listing = lines[0].listing_id
        product = self.make_product(default_code=listing.sku)
        lines.action_create_chosen()
        self.assertEqual(listing.product_id, product)
        self.assertEqual(len(self.listings().filtered('product_id')), 12)

    def test_someone_elses_store_is_refused(self):
        plain = new_test_user(self.env, 'plain', groups='base.group_user')
        with self.assertRaises(AccessError):
            self.store.with_user(plain).action_preview_products()
        with self.assertRaises(AccessError):
            self.listings().with_user(plain).action_create_product()

    # === CREATING === #

    def test_what_takes_longer_than_a_button_may_goes_on_in_the_background(self):
        self.patch(onbuy_store_buttons, 'BUTTON_SECONDS', -1)
        self.patch(onbuy_listing_create, 'TOGETHER', 5)
        answer = self.listings().with_user(self.user).action_create_product()
        self.assertIn("background", answer['params']['message'])
        self.assertEqual(len(self.listings().filtered('product_id')), 5)
        self.run_cron('create_products')
        self.assertEqual(len(self.listings().filtered('product_id')), 12)
        run = self.env['onbuy.sync.run'].search([('task', '=', 'products')], limit=1)
        self.assertEqual((run.created, run.failed, run.calls), (7, 0, 0))

    def test_one_product_in_three_that_cannot_be_made_stops_no_other(self):
        listings = self.listings()[:3]
        prepare = type(listings)._prepare_product_values

        def fail(listing, *args):
            if listing == listings[1]:
                raise ValueError("a bad day")
            return prepare(listing, *args)

        self.patch(type(listings), '_prepare_product_values', fail)
        listings.action_create_product()
        self.assertEqual(listings.filtered('product_id'), listings - listings[1])
        self.assertIn("a bad day", listings[1].sync_error)
        self.assertFalse(listings[1].is_product_wanted)

    def test_a_single_listing_gets_its_product_even_where_others_fit(self):
        listing = self.listings()[0]
        for _product in range(2):
            self.make_product(default_code=listing.sku)
        listing._match()
        self.assertEqual(listing.match_state, 'ambiguous')
        listing.with_user(self.user).action_create_product()
        self.assertEqual((listing.match_state, listing.product_id.name), ('matched', listing.name))

    def test_a_listing_that_has_a_product_gets_no_second_one(self):
        listing = self.listings()[0]
        listing.product_id = self.make_product()
        with self.assertRaises(UserError):
            listing.action_create_product()

    def test_a_hundred_products_take_few_queries_each(self):
        listings = self.listings()
        listings[:1].action_create_product()  # Warm caches.
        with self.assertQueryCount(16 * 11 + 120):
            listings[1:]._create_products()
            self.env.flush_all()

    # === CHOOSING === #

    def make_ambiguous(self):
        """Return a listing and the two products that fit it."""
        listing = self.listings()[0]
        products = self.make_product(default_code=listing.sku) | self.make_product(default_code=listing.sku)
        listing._match()
        return listing, products

    def test_of_two_products_with_one_reference_a_person_chooses(self):
        listing, products = self.make_ambiguous()
        self.assertEqual((listing.match_state, listing.candidate_ids), ('ambiguous', products))
        self.assertEqual(listing.with_user(self.user).action_choose()['res_id'], listing.id)
        self.assertFalse(listing.product_id)
        products[1].with_user(self.user).with_context(onbuy_listing_id=listing.id).action_onbuy_choose()
        self.assertEqual((listing.match_state, listing.product_id), ('matched', products[1]))
        self.assertFalse(listing.candidate_ids)

    def test_a_plain_user_chooses_nothing(self):
        listing, products = self.make_ambiguous()
        plain = new_test_user(self.env, 'plain', groups='base.group_user')
        with self.assertRaises(AccessError):
            products[1].with_user(plain).with_context(onbuy_listing_id=listing.id).action_onbuy_choose()

    def test_where_nothing_fits_there_is_nothing_to_choose(self):
        with self.assertRaises(UserError):
            self.listings()[0].action_choose()

    # === SEVERAL LISTINGS OF ONE PRODUCT === #

    def matched(self, listing, **values):
        """Give a listing other values and match it.

        :return: match state and product
        """
        listing.write({'product_id': False, 'match_state': 'none', **values})
        listing._match()
        return listing.match_state, listing.product_id

    def test_a_second_listing_of_the_same_thing_is_proposed_and_joined_by_one_click(self):
        first, second = self.listings()[:2]
        product = self.make_product(barcode='5012345678900')
        self.assertEqual(self.matched(first, product_codes='5012345678900'), ('matched', product))
        self.assertEqual(self.matched(second, product_codes='5012345678900'), ('proposed', product.browse()))
        self.assertEqual(second.candidate_ids, product)
        second.with_user(self.user).action_choose()
        self.assertEqual((second.product_id, second.uom_id, second.match_state), (product, product.uom_id, 'matched'))
        self.assertEqual(product.onbuy_listing_ids, first | second)

    def test_of_two_listings_that_are_matched_at_once_the_second_is_proposed(self):
        both = self.listings()[:2]
        product = self.make_product(barcode='5012345678900')
        both.write({'product_codes': '5012345678900'})
        both._match()
        self.assertEqual(both.mapped('match_state'), ['matched', 'proposed'])
        self.assertEqual(both.product_id, product)

    def test_what_is_not_sold_as_new_is_never_joined_by_barcode_alone(self):
        listing = self.listings()[0]
        product = self.make_product(barcode='5012345678900')
        self.assertEqual(self.matched(listing, product_codes='5012345678900', condition="Refurbished"),
                         ('proposed', product.browse()))
        product.default_code = listing.sku
        self.assertEqual(self.matched(listing), ('matched', product))

    def test_a_pack_beside_the_single_piece_is_joined_in_its_unit_by_its_own_barcode(self):
        single, pack = self.listings()[:2]
        product, six = self.make_product(barcode='5012345678900'), self.env.ref('uom.product_uom_pack_6')
        self.env['product.uom'].create({'product_id': product.id, 'uom_id': six.id, 'barcode': '5012345678917'})
        self.assertEqual(self.matched(single, product_codes='5012345678900'), ('matched', product))
        self.assertEqual(self.matched(pack, product_codes='5012345678917'), ('matched', product))
        self.assertEqual((single.uom_id, pack.uom_id), (product.uom_id, six))
        another = self.listings()[2]
        self.assertEqual(self.matched(another, product_codes='5012345678917')[0], 'proposed')
        another.action_choose()
        self.assertEqual(another.uom_id, six)

    def test_a_listing_that_is_gone_does_not_stand_in_the_way(self):
        old, new = self.listings()[:2]
        product = self.make_product(barcode='5012345678900')
        self.matched(old, product_codes='5012345678900')
        old.is_on_onbuy = False
        self.assertEqual(self.matched(new, product_codes='5012345678900'), ('matched', product))

    def test_a_proposal_is_never_made_a_product_of_its_own_by_itself(self):
        first, second = self.listings()[:2]
        self.make_product(barcode='5012345678900')
        (first | second).write({'product_codes': '5012345678900'})
        self.store.create_products = True
        self.go_live()
        self.assertEqual((second.match_state, second.product_id.ids), ('proposed', []))
        self.assertEqual(len(self.listings().filtered('product_id')), 11)

    def test_a_proposal_that_nothing_supports_any_more_is_dropped(self):
        first, second = self.listings()[:2]
        product = self.make_product(barcode='5012345678900')
        self.matched(first, product_codes='5012345678900')
        self.matched(second, product_codes='5012345678900')
        product.barcode = False
        second._match()
        self.assertEqual(second.match_state, 'none')
