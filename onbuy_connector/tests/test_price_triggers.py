from odoo import fields
from odoo.tests import tagged

from .price_common import PriceCommon


@tagged('post_install', '-at_install')
class TestPriceTriggers(PriceCommon):
    """Whatever can change a price notes it for the push."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store.sync_prices = True

    def setUp(self):
        super().setUp()
        self.noted()

    def noted(self):
        """Return the SKUs whose price was noted since the last look; None stands for all of them."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM onbuy_offer_change WHERE kind = 'price' AND store_id = %s RETURNING listing_id",
                            (self.store.id,))
        listings = self.env['onbuy.listing'].browse({listing_id for listing_id, in self.env.cr.fetchall()})
        return None if len(listings) == len(self.store.listing_ids) else sorted(listings.mapped('sku'))

    def test_a_new_sales_price_is_noted_for_its_listing(self):
        self.products['TWENTY'].list_price = 11
        self.assertEqual(self.noted(), ['TWENTY'])

    def test_a_new_cost_is_noted(self):
        self.products['TWENTY'].standard_price = 4
        self.assertEqual(self.noted(), ['TWENTY'])

    def test_other_taxes_are_noted(self):
        self.products['TWENTY'].taxes_id = self.taxes[5]
        self.assertEqual(self.noted(), ['TWENTY'])

    def test_another_category_is_noted(self):
        self.products['TWENTY'].categ_id = self.env['product.category'].create({'name': "Other"})
        self.assertEqual(self.noted(), ['TWENTY'])

    def test_a_new_name_is_not_noted(self):
        self.products['TWENTY'].name = "Other"
        self.assertEqual(self.noted(), [])

    def test_nothing_is_noted_while_prices_are_not_sent(self):
        self.store.sync_prices = False
        self.products['TWENTY'].list_price = 11
        self.listing().price_mode = 'none'
        self.store.price_rounding = '.99'
        self.assertEqual(self.noted(), [])

    def test_an_extra_price_of_a_variant_is_noted(self):
        attribute = self.env['product.attribute'].create({
            'name': "Size", 'value_ids': [fields.Command.create({'name': name}) for name in "SL"]})
        template = self.env['product.template'].create({
            'name': "Shirt", 'attribute_line_ids': [fields.Command.create({
                'attribute_id': attribute.id, 'value_ids': [fields.Command.set(attribute.value_ids.ids)]})]})
        self.listing('FIVE').product_id = template.product_variant_ids[1]
        self.noted()
        template.product_variant_ids[1].product_template_attribute_value_ids.price_extra = 3
        self.assertEqual(self.noted(), ['FIVE'])

    def test_options_of_a_listing_are_noted_for_it(self):
        for values in ({'price_mode': 'fixed'}, {'fixed_price': 5}, {'own_sale_price': 4}, {'price_floor': 3}):
            with self.subTest(values):
                self.listing().write(values)
                self.assertEqual(self.noted(), ['TWENTY'])

    def test_options_of_the_store_are_noted_for_all(self):
        for values in ({'price_rounding': '.99'}, {'price_floor': 3}, {'vat_treatment': 'none'}):
            with self.subTest(values):
                self.store.write(values)
                self.assertIsNone(self.noted())

    def test_switching_prices_on_notes_all(self):
        self.store.sync_prices = False
        self.noted()
        self.store.sync_prices = True
        self.assertIsNone(self.noted())

    def test_rules_of_the_pricelist_made_changed_and_deleted_are_noted(self):
        rule = self.pricelist(20).item_ids
        self.assertIsNone(self.noted())
        rule.fixed_price = 21
        self.assertIsNone(self.noted())
        rule.unlink()
        self.assertIsNone(self.noted())

    def test_rules_of_the_sale_pricelist_are_noted(self):
        rule = self.sales(8).item_ids
        self.noted()
        rule.fixed_price = 7
        self.assertIsNone(self.noted())

    def test_a_pricelist_on_which_the_stores_is_based_is_noted(self):
        lowest = self.pricelist(20, field='')
        middle = self.pricelist({'compute_price': 'formula', 'base': 'pricelist', 'base_pricelist_id': lowest.id}, field='')
        self.pricelist({'compute_price': 'formula', 'base': 'pricelist', 'base_pricelist_id': middle.id})
        self.noted()
        lowest.item_ids.fixed_price = 21
        self.assertIsNone(self.noted())

    def test_a_pricelist_that_no_store_uses_is_not_noted(self):
        self.pricelist(20, field='').item_ids.fixed_price = 21
        self.assertEqual(self.noted(), [])

    def test_a_salesperson_without_a_right_to_onbuy_can_change_prices(self):
        user = self.env['res.users'].create({
            'name': "Sal", 'login': 'sal', 'company_id': self.company.id, 'company_ids': [self.company.id],
            'group_ids': [fields.Command.set([self.env.ref(name).id for name in (
                    'sales_team.group_sale_manager', 'product.group_product_manager')])]})
        rule = self.pricelist(20).item_ids
        self.noted()
        rule.with_user(user).fixed_price = 21
        self.assertIsNone(self.noted())
        self.products['TWENTY'].with_user(user).list_price = 33
        self.assertEqual(self.noted(), ['TWENTY'])
