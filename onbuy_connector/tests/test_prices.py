from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models import onbuy_store_prices
from .price_common import DAY, PriceCommon


@tagged('post_install', '-at_install')
class TestPrices(PriceCommon):
    """The price that OnBuy should show: its source, VAT, unit, currency, rounding, the lowest price."""

    # === VAT === #

    def test_vat_is_added_where_the_price_is_without(self):
        prices = {sku: str(self.price(sku).price) for sku in self.products}
        self.assertEqual(prices, {'TWENTY': '12.00', 'FIVE': '10.50', 'ZERO': '10.00', 'NONE': '10.00'})

    def test_a_price_that_includes_vat_stays(self):
        self.taxes[20].price_include_override = 'tax_included'
        self.assertEqual(self.price().price, 10)

    def test_the_buyers_price_is_rounded_once(self):
        self.products['TWENTY'].list_price = 8.33
        self.assertEqual(str(self.price().price), '10.00')
        self.env['decimal.precision'].search([('name', '=', 'Product Price')]).digits = 4
        self.products['TWENTY'].list_price = 8.325
        self.assertEqual(str(self.price().price), '9.99')

    def test_the_fiscal_position_of_the_mainland_says_which_vat(self):
        position = self.env['account.fiscal.position'].create({'name': "Reduced", 'company_id': self.company.id})
        reduced = self.taxes[5].copy({
            'original_tax_ids': [fields.Command.set(self.taxes[20].ids)],
            'fiscal_position_ids': [fields.Command.set(position.ids)]})
        self.assertTrue(reduced)
        self.store.fiscal_position_id = position
        self.assertEqual(str(self.price().price), '10.50')

    def test_a_seller_without_vat_adds_none(self):
        self.store.vat_treatment = 'none'
        self.assertEqual(self.price().price, 10)

    def test_the_buyer_pays_vat_also_where_onbuy_accounts_for_it(self):
        self.store.vat_treatment = 'onbuy'
        self.assertEqual(self.price().price, 12)

    # === SOURCE === #

    def test_each_price_says_where_it_comes_from(self):
        self.assertEqual(self.price().source, "Sales price + VAT")
        self.store.write({'price_rounding': '.99', 'price_floor': 15})
        self.assertEqual(self.price().source, "Sales price + VAT, rounded to .99, raised to the lowest price")

    def test_a_pricelist_gives_the_price_and_is_named_with_its_rule(self):
        self.pricelist(20)
        self.assertEqual((self.price().price, self.price().source),
                         (24, "Pricelist Shelf, rule All Products + VAT"))

    def test_a_product_without_rule_has_its_sales_price_and_says_so(self):
        self.pricelist()
        self.assertEqual(self.price().price, 12)
        self.assertIn("has no rule for it", self.price().source)

    def test_a_pricelist_that_is_wanted_but_not_chosen_is_a_problem(self):
        self.store.price_source = 'pricelist'
        self.assertIn("none is chosen", self.problem())

    def test_a_price_fixed_on_the_listing_is_sent_as_it_is(self):
        self.store.price_rounding = '.99'
        self.listing().write({'price_mode': 'fixed', 'fixed_price': 7.77})
        self.assertEqual((str(self.price().price), self.price().source), ('7.77', "Fixed on the listing"))

    def test_a_listing_may_keep_the_price_of_onbuy(self):
        self.listing().price_mode = 'none'
        self.assertEqual(self.listing()._get_selling_prices(), ({}, {}))
        self.assertIn("kept", self.listing().price_source)

    def test_a_listing_without_product_keeps_the_price_of_onbuy(self):
        self.listing().product_id = False
        self.assertEqual(self.listing()._get_selling_prices(), ({}, {}))

    def test_the_listing_shows_price_and_source(self):
        self.listing().own_sale_price = 9
        listing = self.listing()
        self.assertEqual((listing.price_here, listing.sale_price_here, listing.price_source),
                         (12, 9, "Sales price + VAT. Sale: Set on the listing"))

    def test_the_form_shows_the_new_price_before_it_is_saved(self):
        user = self.env['res.users'].create({
            'name': "Olga", 'login': 'olga', 'company_id': self.company.id, 'company_ids': [self.company.id],
            'group_ids': [fields.Command.set(self.env.ref('onbuy_connector.group_onbuy_manager').ids)]})
        with Form(self.listing().with_user(user)) as form:
            self.assertEqual((form.price_here, form.price_source), (12, "Sales price + VAT"))
            form.own_sale_price = 9
            self.assertEqual((form.price_here, form.sale_price_here), (12, 9))
            form.price_mode = 'fixed'
            form.fixed_price = 11
            self.assertEqual((form.price_here, form.price_source), (11, "Fixed on the listing. Sale: Set on the listing"))

    # === UNIT AND CURRENCY === #

    def test_a_pack_costs_what_the_pricelist_says_for_a_pack(self):
        self.pricelist(10, {'fixed_price': 8, 'min_quantity': 6})
        self.assertEqual(self.price().price, 12)
        self.listing().uom_id = self.env['uom.uom'].create({
            'name': "Pack of 6", 'relative_factor': 6, 'relative_uom_id': self.products['TWENTY'].uom_id.id})
        self.assertEqual(str(self.price().price), '57.60')

    def test_a_pricelist_in_another_currency_is_converted(self):
        euro = self.env.ref('base.EUR')
        euro.active = True
        self.env['res.currency.rate'].search([('currency_id', '=', euro.id)]).unlink()
        self.pricelist(20, currency_id=euro.id)
        self.assertIn("no exchange rate of EUR", self.problem())
        self.store.write({'price_source': 'list', 'sale_pricelist_id': self.store.price_pricelist_id.id})
        self.assertIn("no exchange rate of EUR", self.problem())
        self.store.write({'price_source': 'pricelist', 'sale_pricelist_id': False})
        self.env['res.currency.rate'].create({
            'currency_id': euro.id, 'company_id': self.company.id, 'name': '2020-01-01', 'rate': 1.25})
        self.assertEqual(str(self.price().price), '19.20')

    # === ROUNDING, FLOOR, PROBLEMS === #

    def test_prices_are_rounded_as_the_store_says(self):
        self.store.price_rounding = '.99'
        self.assertEqual([str(self.price(sku).price) for sku in ('TWENTY', 'FIVE')], ['11.99', '10.99'])

    def test_no_price_goes_below_the_lowest_of_the_listing_or_else_the_store(self):
        self.store.price_floor = 15
        self.assertEqual(self.price().price, 15)
        self.listing().price_floor = 13
        self.assertEqual(self.price().price, 13)
        self.listing().write({'price_mode': 'fixed', 'fixed_price': 1})
        self.assertEqual(self.price().price, 13)

    def test_a_price_of_nothing_is_a_problem_of_that_listing_alone(self):
        self.store.write({'price_floor': 5, 'price_rounding': '.99'})
        self.products['TWENTY'].list_price = 0
        self.assertIn("The price comes to £0.00 (Sales price)", self.problem())
        self.assertEqual(str(self.price('FIVE').price), '10.99')
        self.assertIn("£0.00", self.listing().price_source)

    def test_negative_prices_and_windows_that_end_before_they_begin_are_refused(self):
        for values in ({'fixed_price': -1}, {'price_floor': -1},
                       {'own_sale_start': self.now, 'own_sale_end': self.now - DAY}):
            with self.subTest(values), mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation):
                with self.env.cr.savepoint():
                    self.listing().write(values)

    def test_prices_looked_up_in_several_parts_are_the_same(self):
        self.patch(onbuy_store_prices, 'TOGETHER', 1)
        self.pricelist({'fixed_price': 7, 'applied_on': '0_product_variant', 'product_id': self.products['FIVE'].id}, 20)
        prices, _problems = self.store.listing_ids._get_selling_prices()
        self.assertEqual({listing.sku: str(price.price) for listing, price in prices.items()},
                         {'TWENTY': '24.00', 'FIVE': '7.35', 'ZERO': '20.00', 'NONE': '20.00'})

    def test_many_listings_cost_as_many_queries_as_few(self):
        self.pricelist(20, {'fixed_price': 18, 'date_start': self.now + DAY})
        self.sales({'fixed_price': 15, 'date_start': self.now + DAY, 'date_end': self.now + 2 * DAY})
        self.store.price_rounding = '.99'
        few = self.env['onbuy.listing'].browse([self.listing().id])
        for number in range(60):
            self.make_product(f'MANY{number}', self.taxes[20], list_price=number + 10)
        many = self.env['onbuy.listing'].search([('sku', 'like', 'MANY')])
        counts = []
        for listings in (few, few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            prices, _problems = listings._get_selling_prices()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(prices), len(listings))
        self.assertLessEqual(counts[2], counts[1])
