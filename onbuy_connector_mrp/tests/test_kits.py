from odoo.tests import tagged

from odoo.addons.onbuy_connector.tests.common import OnbuyCommon


@tagged('post_install', '-at_install')
class TestKits(OnbuyCommon):
    """A kit shows as many as can be made of what is free of its components."""

    sandbox_options = ('--no-limits', '--listings', '4', '--orders', '0', '--seed', '7')

    def setUp(self):
        super().setUp()
        self.go_live()
        self.listing = self.store.listing_ids[0]
        self.kit = self.listing.product_id
        self.lamp, self.bulb = self.env['product.product'].create([
            {'name': "Lamp", 'is_storable': True}, {'name': "Bulb", 'is_storable': True}])
        self.bom = self.make_kit(self.kit, {self.lamp: 1, self.bulb: 3})
        self.listing.stock_mode = 'yes'

    def make_kit(self, product, needs, **values):
        """Return the bill of materials of a kit."""
        return self.env['mrp.bom'].create({
            'product_tmpl_id': product.product_tmpl_id.id, 'type': 'phantom',
            'bom_line_ids': [(0, 0, {'product_id': one.id, 'product_qty': quantity}) for one, quantity in needs.items()],
            **values})

    def demand(self, product, quantity):
        """Return a confirmed order of a product."""
        order = self.env['sale.order'].create({
            'partner_id': self.env['res.partner'].create({'name': "A buyer"}).id,
            'order_line': [(0, 0, {'product_id': product.id, 'product_uom_qty': quantity})]})
        order.action_confirm()
        return order

    def shows(self):
        """Return the kit's figure."""
        self.env.flush_all()
        return self.listing._get_sellable_quantities().get(self.listing)

    def noted(self):
        """Return the listings noted since the last call."""
        self.env.cr.flush()
        self.env.invalidate_all()
        found = self.env['onbuy.offer.change'].search([]).listing_id
        self.env.cr.execute("DELETE FROM onbuy_offer_change")
        return found

    def test_a_kit_and_its_components_stay_the_products_they_are(self):
        other = self.store.listing_ids[1].product_id
        self.assertEqual((self.kit | self.lamp | other)._onbuy_filter_used(), self.kit | self.lamp)

    def test_the_scarcest_component_counts(self):
        self.count_stock(self.lamp, 10)
        self.count_stock(self.bulb, 8)
        self.assertEqual(self.shows(), 2)

    def test_demand_for_different_components_is_taken_off_each(self):
        self.count_stock(self.lamp, 5)
        self.count_stock(self.bulb, 12)
        self.demand(self.lamp, 2)
        self.demand(self.bulb, 2)
        self.assertEqual(self.shows(), 3)
        self.demand(self.kit, 2)
        self.assertEqual(self.shows(), 1)

    def test_a_kit_within_a_kit_is_taken_apart(self):
        self.make_kit(self.lamp, {self.env['product.product'].create({'name': "Foot", 'is_storable': True}): 2})
        foot = self.lamp.bom_ids.bom_line_ids.product_id
        self.count_stock(foot, 9)
        self.count_stock(self.bulb, 100)
        self.assertEqual(self.shows(), 4)

    def test_a_bill_for_several_kits_is_divided(self):
        self.bom.product_qty = 3
        self.count_stock(self.lamp, 2)
        self.count_stock(self.bulb, 100)
        self.assertEqual(self.shows(), 6)

    def test_a_kit_without_stock_keeping_of_its_own_is_computed_all_the_same(self):
        self.kit.is_storable = False
        self.count_stock(self.lamp, 2)
        self.count_stock(self.bulb, 100)
        self.assertEqual(self.shows(), 2)

    def test_a_kit_is_sent_once_all_its_components_had_stock_here(self):
        self.listing.stock_mode = 'auto'
        self.count_stock(self.lamp, 2)
        self.assertIsNone(self.shows())
        self.count_stock(self.bulb, 3)
        self.assertEqual(self.shows(), 1)

    def test_a_change_of_a_component_reaches_the_kit_however_deep_and_in_one_query(self):
        foot = self.env['product.product'].create({'name': "Foot", 'is_storable': True})
        self.make_kit(self.lamp, {foot: 2})
        self.noted()
        self.count_stock(foot, 4)
        self.assertEqual(self.noted(), self.listing)
        changes = self.env['onbuy.offer.change']
        changes._collect_products(foot.ids, 'stock')
        with self.assertQueryCount(1):
            changes._note_collected()

    def test_a_changed_bill_reaches_the_kit(self):
        self.noted()
        self.bom.bom_line_ids[0].product_qty = 4
        self.assertEqual(self.noted(), self.listing)
        self.bom.bom_line_ids[0].unlink()
        self.assertEqual(self.noted(), self.listing)
        self.bom.active = False
        self.assertEqual(self.noted(), self.listing)

    def test_a_kit_is_not_among_the_opening_stock(self):
        proposed = self.env['onbuy.opening.stock'].create({'store_id': self.store.id}).line_ids.listing_id
        self.assertTrue(proposed)
        self.assertNotIn(self.listing, proposed)

    def test_the_price_of_a_component_is_not_the_kits(self):
        self.store.sync_prices = True
        self.noted()
        self.lamp.list_price = 5
        self.assertFalse(self.noted())
