from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OnbuyCommon


@tagged('post_install', '-at_install')
class TestStockQuantity(OnbuyCommon):
    """How many pieces OnBuy should show."""

    sandbox_options = ('--no-limits', '--listings', '6', '--orders', '0', '--seed', '7')

    def setUp(self):
        super().setUp()
        self.go_live()
        self.listing = self.store.listing_ids[0]
        self.product = self.listing.product_id
        self.stock = self.warehouse.lot_stock_id
        self.partner = self.env['res.partner'].create({'name': "A buyer"})
        self.listing.stock_mode = 'yes'

    def put(self, quantity, location=None, product=None, **values):
        """Put goods somewhere."""
        self.env['stock.quant']._update_available_quantity(
            product or self.product, location or self.stock, quantity, **values)

    def location(self, name, parent, **values):
        """Return a new location."""
        return self.env['stock.location'].create({'name': name, 'location_id': parent.id, **values})

    def demand(self, quantity):
        """Return a confirmed order."""
        order = self.env['sale.order'].create({'partner_id': self.partner.id, 'order_line': [
            (0, 0, {'product_id': self.product.id, 'product_uom_qty': quantity})]})
        order.action_confirm()
        return order

    def expect(self, quantity):
        """Bring goods that are on their way."""
        move = self.env['stock.move'].create({
            'product_id': self.product.id, 'product_uom_qty': quantity, 'location_dest_id': self.stock.id,
            'location_id': self.env.ref('stock.stock_location_suppliers').id})
        move._action_confirm()

    def assert_shows(self, figure):
        """Check the listing's figure."""
        self.env.flush_all()
        self.assertEqual(self.listing._get_sellable_quantities(), {self.listing: figure})

    # === WHERE === #

    def test_the_warehouses_stock_and_its_shelves_count_and_nothing_else(self):
        self.put(5)
        self.put(3, self.location("Shelf", self.stock))
        self.put(100, self.location("Quality control", self.warehouse.view_location_id))
        self.assert_shows(8)

    def test_chosen_locations_count_instead_without_what_is_excepted(self):
        shop = self.location("Shop", self.warehouse.view_location_id)
        damaged = self.location("Damaged", shop)
        self.put(5)
        self.put(4, shop)
        self.put(2, damaged)
        self.store.write({'stock_location_ids': shop.ids, 'stock_excluded_location_ids': damaged.ids})
        self.assert_shows(4)

    def test_a_whole_warehouse_cannot_be_chosen(self):
        with self.assertRaisesRegex(ValidationError, "holds no stock of its own"):
            self.store.stock_location_ids = self.warehouse.view_location_id

    def test_an_archived_location_is_an_error_and_never_everything(self):
        shop = self.location("Shop", self.warehouse.view_location_id)
        self.put(5)
        self.store.stock_location_ids = shop
        shop.active = False
        with self.assertRaisesRegex(UserError, "does not know what can be sold"):
            self.listing._get_sellable_quantities()
        self.assertIn("does not know what can be sold", self.listing.stock_note)

    def test_no_location_left_is_an_error(self):
        self.store.stock_excluded_location_ids = self.stock
        with self.assertRaisesRegex(UserError, "no location is left"):
            self.listing._get_sellable_quantities()

    def test_goods_of_others_are_not_for_sale(self):
        self.put(5)
        self.put(7, owner_id=self.partner)
        self.assert_shows(5)

    def test_demand_for_goods_of_others_takes_nothing_off(self):
        self.put(5)
        self.env['stock.move'].create({
            'product_id': self.product.id, 'product_uom_qty': 4, 'location_id': self.stock.id,
            'location_dest_id': self.env.ref('stock.stock_location_customers').id,
            'restrict_partner_id': self.partner.id})._action_confirm()
        self.assert_shows(5)

    def test_a_location_of_another_company_is_an_error(self):
        self.put(5)
        other = self.env['res.company'].create({'name': "Another company"})
        elsewhere = self.env['stock.warehouse'].search([('company_id', '=', other.id)], limit=1).lot_stock_id
        with self.assertRaisesRegex(UserError, "company"):
            self.store.stock_location_ids = elsewhere

    def test_a_chosen_location_cannot_be_deleted(self):
        shop = self.location("Shop", self.warehouse.view_location_id)
        self.store.stock_location_ids = shop
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            shop.unlink()

    # === WHAT OF IT === #

    def test_free_to_promise_takes_off_all_demand_reserved_or_not(self):
        self.put(10)
        self.demand(3)
        self.warehouse.out_type_id.reservation_method = 'manual'
        self.demand(4)
        self.assert_shows(3)

    def test_free_takes_off_only_what_is_reserved(self):
        self.store.stock_basis = 'free'
        self.put(10)
        self.demand(3)
        self.warehouse.out_type_id.reservation_method = 'manual'
        self.demand(4)
        self.assert_shows(7)

    def test_forecast_adds_what_is_on_its_way(self):
        self.store.stock_basis = 'forecast'
        self.put(2)
        self.demand(3)
        self.expect(6)
        self.assert_shows(5)

    def test_what_is_on_its_way_is_not_promised(self):
        self.put(2)
        self.expect(6)
        self.assert_shows(2)

    def test_a_move_between_shelves_takes_nothing_off(self):
        self.put(5)
        self.env['stock.move'].create({
            'product_id': self.product.id, 'product_uom_qty': 4, 'location_id': self.stock.id,
            'location_dest_id': self.location("Shelf", self.stock).id})._action_confirm()
        self.assert_shows(5)

    def test_demand_counts_once_in_a_warehouse_of_several_steps(self):
        self.warehouse.delivery_steps = 'pick_pack_ship'
        self.put(9)
        order = self.demand(4)
        self.assert_shows(5)
        pick = order.picking_ids.filtered(lambda picking: picking.location_id == self.stock)
        pick.move_ids.picked = True
        pick.button_validate()
        self.assert_shows(5)

    def test_demand_counts_once_where_the_packing_zone_is_for_sale_too(self):
        self.warehouse.delivery_steps = 'pick_ship'
        self.store.stock_location_ids = self.stock | self.warehouse.wh_output_stock_loc_id
        self.put(9)
        order = self.demand(4)
        self.assert_shows(5)
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        self.assert_shows(5)

    def test_forecast_counts_a_receipt_of_two_steps_once(self):
        self.warehouse.reception_steps = 'two_steps'
        self.store.stock_basis = 'forecast'
        receipt = self.env['stock.picking'].create({
            'picking_type_id': self.warehouse.in_type_id.id, 'location_dest_id': self.warehouse.wh_input_stock_loc_id.id,
            'location_id': self.env.ref('stock.stock_location_suppliers').id})
        self.env['stock.move'].create({
            'product_id': self.product.id, 'product_uom_qty': 6, 'picking_id': receipt.id,
            'location_id': receipt.location_id.id, 'location_dest_id': receipt.location_dest_id.id,
            'location_final_id': self.stock.id})
        receipt.action_confirm()
        self.assert_shows(6)
        receipt.move_ids.picked = True
        receipt.button_validate()
        self.assert_shows(6)

    def test_more_demand_than_stock_shows_0_never_less(self):
        self.put(1)
        self.demand(5)
        self.assert_shows(0)

    # === RULES === #

    def test_buffer_cap_and_minimum_of_the_store(self):
        self.put(30)
        self.store.write({'stock_buffer': 4, 'stock_cap': 20, 'stock_minimum': 3})
        self.assert_shows(20)
        self.demand(15)
        self.assert_shows(11)
        self.demand(9)
        self.assert_shows(0)

    def test_a_listings_own_rules_are_used_instead(self):
        self.put(30)
        self.store.write({'stock_buffer': 4, 'stock_cap': 20})
        self.listing.write({'has_own_stock_rules': True, 'stock_buffer': 1})
        self.assert_shows(29)

    def test_a_pack_of_six_counts_whole_packs(self):
        self.listing.uom_id = self.env['uom.uom'].create({
            'name': "Pack of 6", 'relative_factor': 6, 'relative_uom_id': self.product.uom_id.id})
        self.put(17)
        self.assert_shows(2)

    def test_a_unit_that_the_product_cannot_be_counted_in_sends_nothing(self):
        self.listing.uom_id = self.env.ref('uom.product_uom_kgm')
        self.assertEqual(self.listing._get_sellable_quantities(), {})
        self.assertIn("cannot be counted", self.listing.stock_note)

    def test_a_listing_without_unit_counts_in_the_products(self):
        self.product.uom_id = self.env.ref('uom.product_uom_dozen')
        self.listing.uom_id = False
        self.put(4)
        self.assert_shows(4)

    def test_part_pieces_and_huge_stocks_are_whole_numbers_that_onbuy_takes(self):
        self.put(2.7)
        self.assert_shows(2)
        self.put(9e12)
        self.assert_shows(2_000_000_000)

    def test_a_negative_rule_is_refused(self):
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.store.stock_buffer = -1
            self.env.flush_all()

    # === WHICH === #

    def test_stock_is_sent_once_goods_came_in_or_left_here(self):
        self.listing.stock_mode = 'auto'
        self.put(5)  # Without a move, as data are loaded.
        self.assertEqual(self.listing._get_sellable_quantities(), {})
        self.assertIn("OnBuy's figure stays", self.listing.stock_note)
        quant = self.env['stock.quant'].with_context(inventory_mode=True).create({
            'product_id': self.product.id, 'location_id': self.stock.id, 'inventory_quantity': 6})
        quant.action_apply_inventory()
        self.listing.invalidate_recordset()
        self.assert_shows(6)
        self.assertEqual((self.listing.stock_here, self.listing.stock_note), (6, False))

    def test_a_listing_can_be_left_alone(self):
        self.put(5)
        self.listing.stock_mode = 'no'
        self.assertEqual(self.listing._get_sellable_quantities(), {})

    def test_goods_without_stock_here_show_a_published_figure(self):
        self.product.is_storable = False
        self.listing.published_stock = 12
        self.store.write({'stock_buffer': 2, 'stock_cap': 5})
        self.assert_shows(12)
        self.listing.stock_mode = 'auto'
        self.assertEqual(self.listing._get_sellable_quantities(), {})

    def test_a_listing_without_product_is_left_alone(self):
        self.listing.product_id = False
        self.assertEqual(self.listing._get_sellable_quantities(), {})

    def test_the_number_of_queries_does_not_grow_with_the_listings(self):
        listings = self.store.listing_ids
        listings[:4].stock_mode = 'yes'
        self.store.stock_basis = 'forecast'
        listings._get_sellable_quantities()
        counts = []
        for some in (listings[0] | listings[-1], listings):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.browse(some.ids)._get_sellable_quantities()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])


@tagged('post_install', '-at_install')
class TestStockChecklist(OnbuyCommon):
    """Before going live a person sees what the first push of stock would do."""

    def test_the_checklist_tells_how_many_rise_fall_and_stay(self):
        self.store.create_products = False
        self.store.action_connect()
        self.store.action_sync_listings()
        listings = self.store.listing_ids
        products = self.env['product.product'].create([
            {'name': listing.sku, 'default_code': listing.sku, 'is_storable': True} for listing in listings[:4]])
        self.store.action_match_listings()
        listings[:4].stock_mode = 'yes'
        listings[:4].stock = 5
        for product, quantity in zip(products, (9, 5, 2), strict=False):
            self.env['stock.quant']._update_available_quantity(product, self.warehouse.lot_stock_id, quantity)
        check = next(check for check in self.store._get_checklist() if check['title'] == "Stock")
        self.assertIn("1 listings rise, 2 fall, of which 1 to 0", check['text'])
        self.assertIn(f"of {len(listings) - 4} others stay", check['text'])

    def test_locations_that_cannot_be_told_keep_a_store_from_going_live(self):
        self.store.action_connect()
        self.store.stock_excluded_location_ids = self.warehouse.lot_stock_id
        with self.assertRaisesRegex(UserError, "no location is left"):
            self.store.action_go_live()
