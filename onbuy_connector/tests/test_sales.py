from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.tests import tagged

from .price_common import DAY, PriceCommon
from .push_common import PushCommon


@tagged('post_install', '-at_install')
class TestSales(PriceCommon):
    """The sale price that OnBuy should show, and its window."""

    def rule(self, price, start=None, end=None, **values):
        """Return values of a rule from and to some days from now."""
        return {'fixed_price': price, 'date_start': start is not None and self.now + start * DAY,
                'date_end': end is not None and self.now + end * DAY, **values}

    def test_the_dates_of_a_rule_are_the_window(self):
        self.sales(self.rule(8, -1, 1))
        self.assertEqual(self.sale(), (Decimal('9.60'), self.now - DAY, self.now + DAY))
        self.assertEqual(self.price().source, "Sales price + VAT. Sale: Pricelist Shelf, rule All Products + VAT")

    def test_the_next_sale_is_told_before_it_begins(self):
        self.sales(self.rule(7, 5, 6), self.rule(8, 2, 3), self.rule(6, -3, -2))
        self.assertEqual(self.sale(), (Decimal('9.60'), self.now + 2 * DAY, self.now + 3 * DAY))

    def test_the_running_sale_comes_before_the_next(self):
        self.sales(self.rule(7, 5, 6), self.rule(8, -2, 3))
        self.assertEqual(self.sale()[0], Decimal('9.60'))

    def test_a_product_without_a_rule_has_no_sale(self):
        self.sales(self.rule(8, applied_on='0_product_variant', product_id=self.products['FIVE'].id))
        self.assertEqual(self.sale(), (None, None, None))
        self.assertEqual(self.sale('FIVE'), (Decimal('8.40'), None, None))

    def test_a_coming_sale_of_another_product_or_a_larger_quantity_is_not_this_ones(self):
        self.sales(self.rule(8, 1, 2, applied_on='0_product_variant', product_id=self.products['FIVE'].id),
                   self.rule(8, 1, 2, min_quantity=10))
        self.assertEqual(self.sale(), (None, None, None))
        self.assertEqual(self.sale('FIVE')[0], Decimal('8.40'))

    def test_rules_of_a_category_count_for_those_below_it(self):
        above = self.env['product.category'].create({'name': "Above"})
        self.products['TWENTY'].categ_id = self.env['product.category'].create({'name': "Below", 'parent_id': above.id})
        self.sales(self.rule(8, 1, 2, applied_on='2_product_category', categ_id=above.id))
        self.assertEqual(self.sale()[0], Decimal('9.60'))

    def test_the_sale_of_the_listing_comes_before_the_pricelist_until_it_ends(self):
        self.sales(self.rule(8))
        self.listing().write({'own_sale_price': 9, 'own_sale_start': self.now - 2 * DAY, 'own_sale_end': self.now + DAY})
        self.assertEqual(self.sale(), (9, self.now - 2 * DAY, self.now + DAY))
        self.listing().own_sale_end = self.now - DAY
        self.assertEqual(self.sale()[0], Decimal('9.60'))

    def test_a_sale_price_is_rounded_and_not_below_the_lowest(self):
        self.store.write({'price_rounding': '.99', 'price_floor': 9.5})
        self.sales(self.rule(8))
        self.assertEqual(str(self.sale()[0]), '9.99')
        self.listing().own_sale_price = 2
        self.assertEqual(self.sale()[0], Decimal('9.5'))

    def test_a_sale_that_is_not_below_the_price_is_a_problem(self):
        self.sales(self.rule(10))
        self.assertIn("is not below the price £12.00", self.problem())

    def test_a_fixed_price_can_have_a_sale(self):
        self.sales(self.rule(8))
        self.listing().write({'price_mode': 'fixed', 'fixed_price': 11})
        self.assertEqual((self.price().price, self.price().sale_price), (11, Decimal('9.60')))

    # === WHEN IT CHANGES BY ITSELF === #

    def test_a_price_changes_next_when_a_rule_begins_or_ends(self):
        self.pricelist(20, self.rule(18, 3, 4))
        self.assertEqual(self.price().next_change, self.now + 3 * DAY)
        self.sales(self.rule(5, -1, 1))
        self.assertEqual(self.price().next_change, self.now + DAY + timedelta(seconds=1))

    def test_rules_of_a_pricelist_below_count_too(self):
        below = self.pricelist(self.rule(18, 3, 4))
        self.pricelist({'compute_price': 'formula', 'base': 'pricelist', 'base_pricelist_id': below.id})
        self.assertEqual(self.price().next_change, self.now + 3 * DAY)

    def test_a_price_without_dates_does_not_change_by_itself(self):
        self.pricelist(20)
        self.assertIsNone(self.price().next_change)

    def test_the_end_of_the_listings_own_sale_is_a_change(self):
        self.listing().write({'own_sale_price': 9, 'own_sale_end': self.now + DAY})
        self.assertEqual(self.price().next_change, self.now + DAY + timedelta(seconds=1))


@tagged('post_install', '-at_install')
class TestPricesOnOnBuy(PushCommon):
    """Prices and sales as they arrive at OnBuy."""

    def setUp(self):
        super().setUp()
        self.one = self.listings()[0]
        self.listings().price_mode = 'none'
        self.one.write({'price_mode': 'fixed', 'fixed_price': 20})
        self.store.sync_prices = True

    def shown(self):
        """Read the listing; return price, sale price and whether the sale runs, as OnBuy shows them."""
        self.one.digest = False
        self.one.action_pull()
        runs = self.one.sale_start_date <= fields.Datetime.now() <= self.one.sale_end_date
        return self.one.price, self.one.sale_price, runs

    def test_a_sale_begins_and_is_ended_by_a_window_in_the_past(self):
        self.one.own_sale_price = 15
        self.push()
        self.assertEqual(self.shown(), (20, 15, True))
        self.one.own_sale_price = 0
        self.push()
        self.assertEqual(self.shown(), (20, 15, False))

    def test_a_second_push_of_the_same_sale_sends_nothing(self):
        self.one.own_sale_price = 15
        self.push()
        self.store.action_sync_listings()
        self.sandbox.control('DELETE', '/requests')
        self.store.action_sync_prices()
        self.assertEqual(self.puts(), [])

    def test_an_ended_sale_is_not_ended_again(self):
        self.one.own_sale_price = 15
        self.push()
        self.one.own_sale_price = 0
        self.push()
        self.store.action_sync_listings()
        self.sandbox.control('DELETE', '/requests')
        self.store.action_sync_prices()
        self.assertEqual(self.puts(), [])

    def test_the_push_remembers_when_a_price_changes_next(self):
        end = fields.Datetime.now() + DAY
        self.one.write({'own_sale_price': 15, 'own_sale_end': end})
        self.push()
        self.assertEqual(self.one.next_price_date, end + timedelta(seconds=1))
        trigger = self.env['ir.cron.trigger'].search([
            ('cron_id', '=', self.env.ref('onbuy_connector.ir_cron_push_offers').id), ('call_at', '>', end)])
        self.assertTrue(trigger)

    def test_a_price_whose_moment_came_is_looked_at_again(self):
        self.one.write({'own_sale_price': 15, 'own_sale_end': fields.Datetime.now() + DAY})
        self.push()
        self.env.cr.execute("UPDATE onbuy_listing SET own_sale_end = now() - interval '1 day', "
                            "next_price_date = now() - interval '1 hour' WHERE id = %s", (self.one.id,))
        self.env.invalidate_all()
        self.push()
        self.assertEqual(self.shown(), (20, 15, False))
