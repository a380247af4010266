from contextlib import suppress
from unittest.mock import patch

from odoo.tests import tagged

from .common import OnbuyCommon


@tagged('post_install', '-at_install')
class TestOfferChange(OnbuyCommon):
    """Whatever may change what can be sold leaves a row for the push, at no more than two queries."""

    sandbox_options = ('--no-limits', '--listings', '6', '--orders', '0', '--seed', '7')

    def setUp(self):
        super().setUp()
        self.go_live()
        self.listing = self.store.listing_ids[0]
        self.product = self.listing.product_id
        self.other = self.env['product.product'].create({'name': "Not on OnBuy", 'is_storable': True})
        self.partner = self.env['res.partner'].create({'name': "A buyer"})
        self.stock = self.warehouse.lot_stock_id
        self.count_stock(self.product, 20)
        self.forget()

    def forget(self):
        """Delete the rows there are."""
        self.env.cr.flush()
        self.env.cr.execute("DELETE FROM onbuy_offer_change")
        self.env.cr.execute("DELETE FROM ir_cron_trigger")

    def noted(self):
        """End the transaction as far as a test may, and return the listings and kinds noted."""
        self.env.cr.flush()
        self.env.invalidate_all()
        rows = self.env['onbuy.offer.change'].search([])
        return {(row.listing_id, row.kind) for row in rows}

    def assert_noted(self):
        """Check that the listing's stock was noted, and that the push was woken."""
        self.assertEqual(self.noted(), {(self.listing, 'stock')})
        cron = self.env.ref('onbuy_connector.ir_cron_push_offers')
        self.assertTrue(self.env['ir.cron.trigger'].search_count([('cron_id', '=', cron.id)]))

    def sell(self, quantity=2, confirm=True):
        """Return a sales order of the product."""
        order = self.env['sale.order'].create({'partner_id': self.partner.id, 'order_line': [
            (0, 0, {'product_id': self.product.id, 'product_uom_qty': quantity})]})
        if confirm:
            order.action_confirm()
        return order

    def move(self, source, target, quantity=3):
        """Return a done move of the product."""
        move = self.env['stock.move'].create({
            'product_id': self.product.id, 'product_uom_qty': quantity, 'location_id': source.id,
            'location_dest_id': target.id})
        move._action_confirm()
        move.quantity, move.picked = quantity, True
        move._action_done()
        return move

    def test_a_receipt(self):
        self.move(self.env.ref('stock.stock_location_suppliers'), self.stock)
        self.assert_noted()

    def test_an_inventory_adjustment(self):
        self.count_stock(self.product, 7)
        self.assert_noted()

    def test_a_confirmed_order_that_is_reserved(self):
        self.sell()
        self.assert_noted()

    def test_a_confirmed_order_where_the_operation_type_reserves_later(self):
        self.warehouse.out_type_id.reservation_method = 'manual'
        order = self.sell()
        self.assertEqual(order.picking_ids.move_ids.state, 'confirmed')
        self.assert_noted()

    def test_a_reservation_given_up_and_made_again(self):
        moves = self.sell().picking_ids.move_ids
        self.forget()
        moves._do_unreserve()
        self.assert_noted()
        self.forget()
        moves._action_assign()
        self.assert_noted()

    def test_a_changed_demand(self):
        order = self.sell()
        self.forget()
        order.order_line.product_uom_qty = 5
        self.assert_noted()

    def test_a_cancelled_order(self):
        order = self.sell()
        self.forget()
        order._action_cancel()
        self.assert_noted()

    def test_a_delivery(self):
        picking = self.sell().picking_ids
        self.forget()
        picking.move_ids.picked = True
        picking.with_context(skip_sms=True).button_validate()
        self.assert_noted()

    def test_a_return(self):
        picking = self.sell().picking_ids
        picking.move_ids.picked = True
        picking.with_context(skip_sms=True).button_validate()
        self.forget()
        wizard = self.env['stock.return.picking'].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model='stock.picking').create({})
        wizard.product_return_moves.quantity = 1
        back = wizard._create_return()
        back.move_ids.picked = True
        back.button_validate()
        self.assert_noted()

    def test_scrapped_goods(self):
        self.env['stock.scrap'].create({'product_id': self.product.id, 'scrap_qty': 1}).do_scrap()
        self.assert_noted()

    def test_goods_moved_to_a_place_that_is_not_for_sale(self):
        shelf = self.env['stock.location'].create({'name': "Damaged", 'location_id': self.warehouse.view_location_id.id})
        self.move(self.stock, shelf)
        self.assert_noted()

    def test_an_option_of_the_listing_and_its_product(self):
        self.listing.stock_mode = 'yes'
        self.assert_noted()
        self.forget()
        self.listing.product_id = self.other
        self.assert_noted()

    def test_an_option_of_the_store_concerns_all_its_listings(self):
        self.store.stock_buffer = 2
        self.assertEqual(self.noted(), {(listing, 'stock') for listing in self.store.listing_ids})

    def test_an_archived_shelf_and_a_changed_unit(self):
        shelf = self.env['stock.location'].create({'name': "Shelf", 'location_id': self.stock.id})
        self.forget()
        shelf.active = False
        self.assertIn((self.listing, 'stock'), self.noted())
        self.forget()
        self.product.is_storable = False
        self.assert_noted()

    def test_a_product_without_listing_leaves_nothing(self):
        self.count_stock(self.other, 5)
        self.assertEqual(self.noted(), set())
        self.assertFalse(self.env['ir.cron.trigger'].search_count([
            ('cron_id', '=', self.env.ref('onbuy_connector.ir_cron_push_offers').id)]))

    def test_a_store_that_sends_no_stock_or_is_paused_leaves_nothing(self):
        self.store.sync_stock = False
        self.forget()
        self.count_stock(self.product, 5)
        self.assertEqual(self.noted(), set())
        self.store.write({'sync_stock': True, 'state': 'paused'})
        self.forget()
        self.count_stock(self.product, 6)
        self.assertEqual(self.noted(), set())

    def test_resuming_compares_all_listings(self):
        self.store.action_pause()
        self.forget()
        self.store.action_resume()
        self.assertIn((self.listing, 'stock'), self.noted())

    def test_many_changes_of_a_product_are_one_row_of_a_transaction(self):
        for quantity in (3, 4, 5):
            self.env['stock.quant']._update_available_quantity(self.product, self.stock, quantity)
        self.env.cr.flush()
        self.assertEqual(self.env['onbuy.offer.change'].search_count([]), 1)

    def test_it_costs_two_queries_at_most_whatever_is_moved(self):
        changes = self.env['onbuy.offer.change']
        self.count_stock(self.other, 1)
        for listing in self.store.listing_ids:
            changes._collect_products(listing.product_id.ids, 'stock')
        self.env['ir.model.data']._xmlid_to_res_id('onbuy_connector.ir_cron_push_offers')  # Cached for all.
        self.env.flush_all()
        with self.assertQueryCount(1):
            changes._note_collected()
        self.assertEqual(len(self.noted()), len(self.store.listing_ids))

    def test_validating_a_delivery_costs_two_queries_more_at_most(self):
        plain, noting = self.count_queries(False), self.count_queries(True)
        self.assertEqual(self.noted(), {(self.listing, 'stock')})
        self.assertLessEqual(noting - plain, 2)

    def count_queries(self, is_noting):
        """Return the number of queries that validating a delivery takes, once everything is cached."""
        for _number in range(2):
            picking = self.sell(1).picking_ids
            picking.move_ids.picked = True
            self.forget()
            collect = self.registry['onbuy.offer.change']._collect_products if is_noting else lambda *_args: None
            before = self.env.cr.sql_log_count
            with patch.object(self.registry['onbuy.offer.change'], '_collect_products', collect):
                picking.with_context(skip_sms=True).button_validate()
                self.env.cr.flush()
            count = self.env.cr.sql_log_count - before
        return count

    def test_goods_still_move_when_somebody_deleted_the_push(self):
        self.env.ref('onbuy_connector.ir_cron_push_offers').unlink()
        self.count_stock(self.product, 8)
        self.assertEqual(self.noted(), {(self.listing, 'stock')})

    def test_nothing_in_the_database_ties_a_row_to_what_others_change(self):
        self.env.cr.execute("SELECT contype FROM pg_constraint WHERE conrelid = 'onbuy_offer_change'::regclass")
        self.assertNotIn('f', {kind for kind, in self.env.cr.fetchall()})
        self.env.cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'onbuy_offer_change'")
        self.assertEqual({name for name, in self.env.cr.fetchall()}, {'id', 'store_id', 'listing_id', 'kind', 'date'})

    def test_a_failed_operation_leaves_nothing_but_what_came_before_stays(self):
        self.count_stock(self.product, 9)
        with suppress(ValueError), self.env.cr.savepoint():
            self.env['stock.quant']._update_available_quantity(self.store.listing_ids[1].product_id, self.stock, 4)
            raise ValueError
        self.assertEqual(self.noted(), {(self.listing, 'stock')})
