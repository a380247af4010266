from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import OnbuyCommon


@tagged('post_install', '-at_install')
class TestOpeningStock(OnbuyCommon):
    """The first stock is taken over from OnBuy, once, and only where Odoo never had any."""

    sandbox_options = ('--no-limits', '--listings', '6', '--orders', '0', '--seed', '7')

    def setUp(self):
        super().setUp()
        self.go_live()
        self.listings = self.store.listing_ids.filtered('stock')

    def open(self):
        """Return the wizard as a user opens it."""
        return Form(self.env['onbuy.opening.stock'].with_context(default_store_id=self.store.id))

    def test_it_proposes_what_onbuy_shows_of_products_that_never_had_stock_here(self):
        self.env['stock.quant']._update_available_quantity(self.listings[0].product_id, self.warehouse.lot_stock_id, 1)
        wizard = self.open().save()
        self.assertEqual(wizard.location_id, self.warehouse.lot_stock_id)
        self.assertEqual({line.listing_id: line.quantity for line in wizard.line_ids},
                         {listing: listing.stock for listing in self.listings[1:]})

    def test_confirming_adjusts_the_inventory_once_and_makes_the_listings_managed(self):
        wizard = self.open().save()
        wizard.line_ids[0].quantity = 3
        first = wizard.line_ids[0].product_id
        wizard.action_apply()
        self.assertEqual(first.qty_available, 3)
        for listing in self.listings.filtered(lambda listing: listing.product_id != first):
            self.assertEqual(listing.product_id.qty_available, listing.stock)
        self.assertEqual(set(self.listings), set(self.listings._get_sellable_quantities()))
        self.assertFalse(self.open().save().line_ids)

    def test_a_product_with_serial_numbers_is_not_proposed(self):
        self.listings[0].product_id.tracking = 'serial'
        self.assertNotIn(self.listings[0], self.open().save().line_ids.listing_id)

    def test_a_line_can_be_removed(self):
        form = self.open()
        form.line_ids.remove(0)
        wizard = form.save()
        wizard.action_apply()
        self.assertEqual(len(self.listings.product_id.filtered('qty_available')), len(self.listings) - 1)

    def test_who_may_not_adjust_the_inventory_is_told_so(self):
        wizard = self.open().save()
        self.env.user.group_ids -= self.env.ref('stock.group_stock_manager')
        self.env.user.group_ids += self.env.ref('stock.group_stock_user')
        with self.assertRaisesRegex(UserError, "Only an Inventory administrator"):
            wizard.action_apply()

    def test_the_moves_say_where_they_came_from(self):
        wizard = self.open().save()
        product = wizard.line_ids[0].product_id
        wizard.action_apply()
        move = self.env['stock.move'].search([('product_id', '=', product.id), ('state', '=', 'done')])
        self.assertIn("Opening stock from OnBuy", move.inventory_name)

    def test_two_listings_of_a_product_are_proposed_once_with_the_larger_figure(self):
        first, second = self.listings[:2]
        second.product_id = first.product_id
        lines = self.open().save().line_ids.filtered(lambda line: line.product_id == first.product_id)
        self.assertEqual(lines.mapped('quantity'), [max(first.stock, second.stock)])

    def test_a_pack_comes_in_as_pieces(self):
        listing = self.listings[0]
        listing.uom_id = self.env['uom.uom'].create({
            'name': "Pack of 6", 'relative_factor': 6, 'relative_uom_id': listing.product_id.uom_id.id})
        line = self.open().save().line_ids.filtered(lambda line: line.listing_id == listing)
        self.assertEqual(line.quantity, 6 * listing.stock)
