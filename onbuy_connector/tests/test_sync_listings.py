import base64

from odoo import fields
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged

from ..lib.client import OnBuyClient
from ..lib.errors import UnavailableError
from ..models.onbuy_listing_image import IMAGE_WAITS
from .common import OnbuyCommon

PIXEL = base64.b64decode(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')


@tagged('post_install', '-at_install')
class TestSyncListings(OnbuyCommon):
    """Listings in, and which product each stands for."""

    def read(self, *, live=False):  # pylint: disable=method-required-super
        """Read all listings; return them."""
        if live:
            self.go_live()
        else:
            self.store.action_connect()
            self.run_cron('sync_listings')
        return self.listings()

    def listings(self):
        """Return the store's listings."""
        return self.env['onbuy.listing'].search([('store_id', '=', self.store.id)])

    def make_product(self, **values):
        """Create a product of the store's company."""
        return self.env['product.product'].create({'name': "Lamp", 'type': 'consu', **values})

    def rematch(self, listing):
        """Match a listing anew."""
        listing.write({'product_id': False, 'match_state': 'none'})
        listing._match()
        return listing

    def test_listings_that_one_statement_makes_are_as_the_orm_would_have_made_them(self):
        made = self.read_columns(self.read())
        self.listings().unlink()
        self.patch(type(self.listings()), '_create_each', lambda listings, rows: listings.create(rows))
        self.store._ask_full_reading()
        self.run_cron('sync_listings')
        self.assertEqual(made, self.read_columns(self.listings()))

    def read_columns(self, listings):
        """Return what the database holds of listings, by SKU."""
        names = [name for name, field in listings._fields.items() if field.column_type and name not in MAGIC_COLUMNS]
        return {row['sku']: {name: row[name] or False for name in names} for row in listings.read(names, load=False)}

    # === MATCHING === #

    def test_a_store_that_only_reads_makes_no_product(self):
        before = self.env['product.template'].search_count([])
        listings = self.read()
        self.assertEqual(len(listings), len(self.sandbox.control('GET', '/state')['accounts']['live']['listings']))
        self.assertFalse(listings.product_id)
        self.assertEqual(self.env['product.template'].search_count([]), before)

    def test_going_live_creates_what_is_missing_with_its_vat_to_check(self):
        listings = self.read(live=True)
        self.assertEqual(set(listings.mapped('match_state')), {'matched'})
        self.assertTrue(all(listings.product_id.mapped('onbuy_vat_to_check')))

    def test_a_store_that_does_not_want_it_gets_no_products(self):
        self.store.create_products = False
        self.assertFalse(self.read(live=True).product_id)

    def test_the_sku_comes_before_the_barcode(self):
        listing = self.read()[0]
        code = listing.product_codes.split(',')[0]
        self.make_product(barcode=code)
        by_sku = self.make_product(default_code=listing.sku)
        self.assertEqual(self.rematch(listing).product_id, by_sku)

    def test_a_barcode_matches_with_and_without_leading_zeros(self):
        listing = self.read()[0]
        listing.product_codes = '0012345678905'
        for barcode in ('12345678905', '012345678905', '0012345678905', '00012345678905'):
            with self.subTest(barcode=barcode):
                product = self.make_product(barcode=barcode)
                self.assertEqual(self.rematch(listing).product_id, product)
                product.barcode = False

    def test_the_barcode_of_a_packaging_gives_its_unit(self):
        listing = self.read()[0]
        product, pack = self.make_product(), self.env.ref('uom.product_uom_dozen')
        self.env['product.uom'].create({'product_id': product.id, 'uom_id': pack.id, 'barcode': '5012345678900'})
        listing.product_codes = '5012345678900'
        self.rematch(listing)
        self.assertEqual((listing.product_id, listing.uom_id), (product, pack))

    def test_several_products_of_one_sku_are_ambiguous_and_none_is_chosen_or_made(self):
        listing = self.read(live=True)[0]
        for _product in range(2):
            self.make_product(default_code=listing.sku)
        self.rematch(listing)
        self.assertEqual((listing.match_state, listing.product_id.ids), ('ambiguous', []))

    def test_a_product_of_another_company_is_no_match(self):
        listing = self.read()[0]
        other = self.env['res.company'].create({'name': "Elsewhere"})
        self.make_product(default_code=listing.sku, company_id=other.id)
        self.assertEqual(self.rematch(listing).match_state, 'none')

    def test_a_product_that_cannot_be_made_shows_its_reason_and_stops_no_other(self):
        prepare = type(self.env['onbuy.listing'])._prepare_product_values
        bad = self.read()[3].sku

        def fail(listing, *args):
            if listing.sku == bad:
                raise ValueError("a bad day")
            return prepare(listing, *args)

        self.patch(type(self.env['onbuy.listing']), '_prepare_product_values', fail)
        self.store.action_go_live()
        listings = self.listings()
        without = listings.filtered(lambda listing: not listing.product_id)
        self.assertEqual(without.mapped('sku'), [bad])
        self.assertIn("a bad day", without.sync_error)

    def test_a_code_that_is_taken_by_a_packaging_is_not_given_to_a_new_product(self):
        listing = self.read()[0]
        service = self.env['product.product'].create({'name': "Hour", 'type': 'service'})
        code = listing.product_codes.split(',')[0]
        self.env['product.uom'].create({
            'product_id': service.id, 'uom_id': self.env.ref('uom.product_uom_dozen').id, 'barcode': code})
        self.store.action_go_live()
        self.assertTrue(listing.product_id)
        self.assertFalse(listing.product_id.barcode)

    # === PICTURES === #

    def with_picture(self, answer):
        """Read with a client whose pictures are ``answer`` (bytes or an exception); return a listing."""
        def fetch(client, url, hosts):
            if isinstance(answer, Exception):
                raise answer
            return answer
        self.patch(OnBuyClient, 'fetch_image', fetch)
        return self.read(live=True)

    def test_a_new_product_gets_the_first_picture_of_its_listing(self):
        listings = self.read(live=True)
        self.run_cron('fetch_images')
        self.assertTrue(all(listings.product_id.mapped('image_1920')))
        self.assertEqual(set(listings.mapped('image_state')), {'done'})

    def try_until_the_end(self, listings):
        """Fetch pictures as often as they are tried at all; what waits for a time is due each time."""
        for _time in range(len(IMAGE_WAITS) * len(listings)):
            listings.image_date = False
            self.run_cron('fetch_images')

    def test_what_is_no_picture_is_tried_again_and_refused_in_the_end(self):
        listings = self.with_picture(b'<html>')
        self.run_cron('fetch_images')
        self.assertEqual(set(listings.mapped('image_state')), {'again'})
        self.try_until_the_end(listings)
        self.assertEqual(set(listings.mapped('image_state')), {'refused'})
        self.assertFalse(any(listings.product_id.mapped('image_1920')))

    def test_a_picture_on_a_private_address_is_not_fetched(self):
        listings = self.read(live=True)
        addresses = ('http://127.0.0.1:9/a.png', 'https://10.0.0.1/a.png', 'file:///etc/passwd', 'https://localhost/a.png')
        for listing, url in zip(listings, addresses, strict=False):
            listing.image_url = url
        with self.store._connect() as client:
            for unit in self.store._task_images(client):
                unit()
        self.assertEqual(set(listings[:4].mapped('image_state')), {'again'})
        self.assertFalse(any(listings[:4].product_id.mapped('image_1920')))
        self.assertEqual(set(listings[4:].mapped('image_state')), {'done'})

    def test_pictures_that_cannot_be_had_are_tried_again_later_and_hold_up_nothing(self):
        listings = self.with_picture(UnavailableError("no"))
        for _run in range(2):
            self.run_cron('fetch_images')
        waiting = listings.filtered(lambda listing: listing.image_state == 'again')
        self.assertEqual(len(waiting), 6, "three failures end a run, and those that wait are not tried again at once")
        self.assertTrue(all(listing.image_date > fields.Datetime.now() for listing in waiting))
        self.try_until_the_end(listings)
        self.assertEqual(set(listings.mapped('image_state')), {'refused'})

    def test_a_picture_that_a_person_chose_is_kept(self):
        listing = self.read(live=True)[0]
        listing.product_id.image_1920 = base64.b64encode(PIXEL)
        chosen = listing.product_id.image_1920
        listing._store_image(PIXEL)
        self.assertEqual(listing.product_id.image_1920, chosen)
