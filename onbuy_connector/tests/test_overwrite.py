from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import OnbuyCommon


@tagged('post_install', '-at_install')
class TestOverwrite(OnbuyCommon):
    """What OnBuy may overwrite on products is the store's choice; nothing at first."""

    sandbox_options = ('--no-limits', '--listings', '6', '--orders', '0', '--seed', '7')

    def setUp(self):
        super().setUp()
        self.go_live()
        self.listing = self.listings()[0]
        self.product = self.listing.product_id
        self.sku = self.listing.sku

    def listings(self):
        """Return the store's listings."""
        return self.env['onbuy.listing'].search([('store_id', '=', self.store.id)])

    def read_all(self):
        """Read all listings."""
        self.store._ask_full_reading()
        self.run_cron('sync_listings')

    def send(self, **overrides):
        """Have OnBuy show other values of the listing, and read them."""
        self.lay_over(self.sku, **overrides)
        self.read_all()

    def add_listing(self, **values):
        """Match a second listing of the store with the product."""
        second = self.listings()[1]
        second.product_id = self.product
        second.write(values)
        return second

    # === THE CHOICE === #

    def test_at_first_nothing_is_overwritten(self):
        before = self.product.read(['name', 'list_price', 'barcode', 'weight'])
        self.product.barcode = False
        self.send(name="Other", price='77.00', product_codes=['5012345678900'], delivery_weight='9.5')
        self.assertEqual(self.listing.name, "Other")
        self.assertEqual(self.product.read(['name', 'list_price', 'weight']), [
            {key: value for key, value in before[0].items() if key != 'barcode'}])
        self.assertFalse(self.product.barcode)
        self.assertFalse(self.listing.overwrite_note)

    def test_each_switch_lets_its_own_value_through(self):
        self.product.barcode = False
        for switch, overrides, name, wanted in (
                ('overwrite_name', {'name': "Renamed"}, 'name', "Renamed"),
                ('overwrite_price', {'price': '24.00'}, 'list_price', 20),
                ('overwrite_barcode', {'product_codes': ['5012345678900']}, 'barcode', '5012345678900'),
                ('overwrite_weight', {'delivery_weight': '2.5000'}, 'weight', 2.5)):
            with self.subTest(switch=switch):
                self.store.write({'overwrite_name': False, 'overwrite_price': False, 'overwrite_barcode': False,
                                  'overwrite_weight': False, switch: True})
                before = self.product.read(['name', 'list_price', 'barcode', 'weight'])[0]
                self.send(**overrides)
                self.assertEqual(self.product.read(list(before))[0], {**before, name: wanted})

    def test_only_what_changes_on_onbuy_is_written(self):
        self.store.overwrite_name = True
        self.product.name = "My own name"
        self.send(stock=3)
        self.assertEqual((self.listing.stock, self.product.name), (3, "My own name"))
        self.send(stock=3, name="OnBuy's new name")
        self.assertEqual(self.product.name, "OnBuy's new name")

    def test_a_value_that_is_the_same_is_not_written(self):
        self.store.overwrite_name = True
        self.product.name = "Renamed"
        self.fetch_pictures()
        self.env.cr.execute("UPDATE product_template SET write_date = '2020-01-01' WHERE id = %s",
                            (self.product.product_tmpl_id.id,))
        self.send(name="Renamed")
        self.env.cr.execute("SELECT write_date FROM product_template WHERE id = %s", (self.product.product_tmpl_id.id,))
        self.assertEqual(self.env.cr.fetchone()[0].year, 2020)

    def test_a_person_can_have_the_products_overwritten_now(self):
        self.product.name = "My own name"
        user = new_test_user(self.env, 'clerk', groups='onbuy_connector.group_onbuy_user')
        with self.assertRaises(UserError):
            self.listing.with_user(user).action_overwrite_product()
        self.store.overwrite_name = True
        self.listing.with_user(user).action_overwrite_product()
        self.assertEqual(self.product.name, self.listing.name)

    def test_the_name_changes_in_every_english_that_is_installed(self):
        self.env['res.lang']._activate_lang('en_GB')
        self.env['res.lang']._activate_lang('de_DE')
        self.store.overwrite_name = True
        self.product.with_context(lang='en_GB').name = "My own"
        self.product.with_context(lang='de_DE').name = "Mein eigener"
        self.send(name="Renamed")
        self.assertEqual([self.product.with_context(lang=lang).name for lang in ('en_US', 'en_GB', 'de_DE')],
                         ["Renamed", "Renamed", "Mein eigener"])

    # === PRICES === #

    def test_prices_go_one_way(self):
        self.store.overwrite_price = True
        with self.assertRaises(ValidationError):
            self.store.sync_prices = True

    def test_the_price_follows_the_products_own_taxes_and_the_sellers_registration(self):
        zero = self.env['account.tax'].search([
            ('company_id', '=', self.company.id), ('type_tax_use', '=', 'sale'), ('amount', '=', 0)], limit=1)
        self.store.overwrite_price = True
        self.product.taxes_id = zero
        self.send(price='24.00')
        self.assertEqual(self.product.list_price, 24)
        self.product.taxes_id = self.company.account_sale_tax_id
        self.send(price='12.00')
        self.assertEqual(self.product.list_price, 10)
        self.store.vat_treatment = 'none'
        self.send(price='36.00')
        self.assertEqual(self.product.list_price, 36)

    # === OBSTACLES === #

    def assert_left_alone(self, note, **overrides):
        """Send new values and check that the product stays as it is, which the listing explains."""
        before = self.product.read(['name', 'list_price', 'barcode', 'weight'])
        self.send(**overrides)
        self.assertEqual(self.product.read(['name', 'list_price', 'barcode', 'weight']), before)
        self.assertIn(note, self.listing.overwrite_note)

    def test_listings_of_one_product_that_differ_change_nothing_until_they_agree(self):
        self.store.overwrite_price = True
        second = self.add_listing(condition="Refurbished", price=5)
        self.assert_left_alone(second.sku, price='24.00')
        second.price = 24
        self.env.invalidate_all()
        self.listing.action_overwrite_product()
        self.assertEqual(self.product.list_price, 20)
        self.assertFalse(self.listing.overwrite_note)

    def test_a_listing_that_sells_packs_changes_nothing(self):
        self.store.write({'overwrite_price': True, 'overwrite_name': True, 'overwrite_weight': True})
        self.listing.uom_id = self.env.ref('uom.product_uom_pack_6')
        self.assert_left_alone(self.listing.uom_id.name, price='240.00', name="Pack of six", delivery_weight='20')

    def test_a_pack_beside_it_does_not_stand_in_the_way(self):
        self.store.overwrite_price = True
        self.add_listing(uom_id=self.env.ref('uom.product_uom_pack_6').id, price=200)
        self.send(price='24.00')
        self.assertEqual(self.product.list_price, 20)

    def test_what_variants_share_is_not_overwritten_by_one_of_them(self):
        self.store.write({'overwrite_name': True, 'overwrite_price': True})
        attribute = self.env['product.attribute'].create({
            'name': "Finish", 'value_ids': [(0, 0, {'name': "Matt"}), (0, 0, {'name': "Gloss"})]})
        template = self.env['product.template'].create({'name': "Paint", 'attribute_line_ids': [
            (0, 0, {'attribute_id': attribute.id, 'value_ids': [(6, 0, attribute.value_ids.ids)]})]})
        self.listing.product_id = self.product = template.product_variant_ids[0]
        self.assert_left_alone("variants", name="Paint Matt", price='24.00')

    def test_a_barcode_that_is_set_or_taken_stays(self):
        self.store.overwrite_barcode = True
        own = self.product.barcode
        self.send(product_codes=['5012345678900'])
        self.assertEqual(self.product.barcode, own)
        self.assertFalse(self.listing.overwrite_note)
        self.product.barcode = False
        self.env['product.product'].create({'name': "Owner", 'barcode': '5012345678917'})
        self.assert_left_alone('5012345678917', product_codes=['5012345678917'])

    def test_what_odoo_refuses_is_told_on_the_listing_and_stops_no_other(self):
        self.store.overwrite_name = True
        other = self.listings()[1]

        original = type(self.product).write

        def write(products, vals):
            if products == self.product and 'name' in vals:
                raise ValueError("Names are sacred")
            return original(products, vals)

        self.patch(type(self.product), 'write', write)
        self.lay_over(other.sku, name="Renamed too")
        self.send(name="Renamed")
        self.assertIn("sacred", self.listing.sync_error)
        self.assertEqual(other.product_id.name, "Renamed too")

    # === PICTURES === #

    def test_a_picture_is_fetched_for_a_product_that_has_none(self):
        self.store.overwrite_image = True
        self.listings().image_state = False
        self.product.image_1920 = False
        self.send(image_url=f'{self.listing.image_url}?new')
        self.fetch_pictures()
        self.assertEqual(self.listing.image_state, 'done')
        self.assertTrue(self.product.image_1920)

    def test_a_picture_that_is_there_stays(self):
        self.store.overwrite_image = True
        self.fetch_pictures()
        picture = self.product.image_1920
        self.listings().image_state = False
        self.send(image_url=f'{self.listing.image_url}?new')
        self.assertEqual((self.listing.image_state, self.product.image_1920), (False, picture))
        self.assertTrue(picture)
