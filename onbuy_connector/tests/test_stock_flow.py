from urllib.parse import quote

from odoo.tests import tagged

from .common import OnbuyCommon


@tagged('post_install', '-at_install')
class TestStockFlow(OnbuyCommon):
    """From goods and prices here to what OnBuy shows, with nothing in between replaced."""

    sandbox_options = ('--no-limits', '--listings', '30', '--orders', '0', '--seed', '7')

    def setUp(self):
        super().setUp()
        self.go_live(brake_zero_percent=100)
        self.listings = self.store.listing_ids
        self.listing, self.second = self.listings[:2]
        for listing in self.listings:
            self.count_stock(listing.product_id, 8)
        self.push()

    def run_cron(self, name):  # pylint: disable=missing-return
        """Override to end the transaction before, as far as a test may: what was collected is noted."""
        self.env.cr.flush()
        super().run_cron(name)

    def push(self):
        """Run the push until nothing is due."""
        for _round in range(4):
            self.run_cron('push_offers')

    def place(self, listing, quantity):
        """Place an order on OnBuy that the next test does not find."""
        placed = self.sandbox.place_order((listing.sku, quantity))
        self.addCleanup(self.sandbox.control, 'POST', f'/orders/{placed["order_id"]}/cancel', {})
        return placed

    def sell(self, product, quantity):
        """Return a confirmed order of someone at the counter."""
        order = self.env['sale.order'].create({
            'partner_id': self.env['res.partner'].create({'name': "At the counter"}).id,
            'order_line': [(0, 0, {'product_id': product.id, 'product_uom_qty': quantity})]})
        order.action_confirm()
        return order

    def remote(self, listing):
        """Return a listing as OnBuy shows it."""
        return self.sandbox.control('GET', f'/listings/{quote(listing.sku, safe="")}')

    def shown(self):
        """Return what OnBuy shows of every listing."""
        return {row['sku']: row['stock'] for row in self.sandbox.control('GET', '/state')['accounts']['live']['listings']}

    def puts(self):
        """Return the bodies of the updates since the requests were forgotten."""
        return [one['body']['listings'] for one in self.sandbox.requests('/listings/by-sku', 'PUT')]

    def test_goods_that_came_in_are_shown_and_sales_taken_off(self):
        self.assertEqual(set(self.shown().values()), {8})
        self.sell(self.listing.product_id, 3)
        self.push()
        self.assertEqual(self.remote(self.listing)['stock'], 5)
        self.assertEqual(self.env['onbuy.offer.change'].search_count([]), 0)

    def test_a_delivery_of_what_was_promised_changes_nothing_and_sends_nothing(self):
        order = self.sell(self.listing.product_id, 3)
        self.push()
        self.sandbox.control('DELETE', '/requests')
        order.picking_ids.move_ids.picked = True
        order.picking_ids.with_context(skip_sms=True).button_validate()
        self.push()
        self.assertEqual(self.puts(), [])

    def test_the_last_piece_sold_here_and_on_onbuy_at_once_waits_here_and_is_0_there(self):
        self.count_stock(self.listing.product_id, 1)
        self.push()
        placed = self.place(self.listing, 1)
        self.sell(self.listing.product_id, 1)
        self.run_cron('sync_orders')
        order = self.env['onbuy.order'].search([('name', '=', placed['order_id'])])
        self.assertEqual(order.fulfilment_state, 'partial')
        self.assertEqual(self.remote(self.listing)['stock'], 0)

    def test_an_orders_reservation_and_the_new_quantity_leave_in_the_same_cycle(self):
        self.second.write({'product_id': self.listing.product_id.id})  # Two listings share the goods.
        self.push()
        self.place(self.listing, 2)
        self.run_cron('sync_orders')
        self.assertEqual((self.remote(self.listing)['stock'], self.remote(self.second)['stock']), (6, 6))

    def test_orders_are_fetched_before_stock_is_sent(self):
        self.env['onbuy.store.state']._save_committed(self.store, 'done_orders', {})
        self.place(self.listing, 2)
        self.count_stock(self.listing.product_id, 20)
        self.sandbox.control('DELETE', '/requests')
        self.run_cron('push_offers')
        paths = [one['path'] for one in self.sandbox.requests()]
        self.assertLess(paths.index('/v2/orders'), paths.index('/v2/listings/by-sku'))
        self.assertEqual(self.remote(self.listing)['stock'], 18)

    def test_pushes_in_a_row_fetch_orders_once_and_again_soon_after(self):
        self.sandbox.control('DELETE', '/requests')
        for quantity in (11, 12, 13):
            self.count_stock(self.listing.product_id, quantity)
            self.run_cron('push_offers')
        self.assertLessEqual(len(self.sandbox.requests('/orders', 'GET')), 1)
        self.assertEqual(len(self.puts()), 3)
        cron = self.env.ref('onbuy_connector.ir_cron_sync_orders')
        self.assertTrue(self.env['ir.cron.trigger'].search_count([('cron_id', '=', cron.id)]))

    def test_a_warehouse_changed_by_mistake_is_held_whole_and_mended_by_itself(self):
        self.store.brake_zero_percent = 10
        self.listings.stock_mode = 'yes'
        other = self.env['stock.warehouse'].create({'name': "Empty", 'code': 'EMP', 'company_id': self.company.id})
        right = self.store._get_warehouse()
        self.store.warehouse_id = other
        self.push()
        self.assertEqual(set(self.shown().values()), {8})
        self.assertIn("would be set to 0", self.store.held_text)
        self.assertEqual(len(self.store.activity_ids), 1)
        self.store.warehouse_id = right
        self.push()
        self.assertFalse(self.store.held_text)
        self.assertFalse(self.store.activity_ids)

    def test_an_emptied_pricelist_is_held_whole(self):
        self.store.brake_move_percent = 1000
        pricelist = self.env['product.pricelist'].create({
            'name': "OnBuy", 'currency_id': self.env.ref('base.GBP').id, 'company_id': self.company.id,
            'item_ids': [(0, 0, {'applied_on': '1_product', 'product_tmpl_id': listing.product_id.product_tmpl_id.id,
                                 'compute_price': 'fixed', 'fixed_price': 40}) for listing in self.listings]})
        self.store.write({'price_source': 'pricelist', 'price_pricelist_id': pricelist.id, 'sync_prices': True})
        self.push()
        self.store.action_send_held()  # All prices are new: that is what is wanted this time.
        self.push()
        before = {listing: self.remote(listing)['price'] for listing in self.listings}
        pricelist.item_ids.unlink()
        self.push()
        self.assertEqual({listing: self.remote(listing)['price'] for listing in self.listings}, before)
        self.assertIn("prices would change", self.store.held_text)

    def test_a_price_push_sends_no_stock_and_a_stock_push_no_price(self):
        self.store.write({'brake_move_percent': 1000, 'brake_prices_percent': 100, 'sync_prices': True})
        self.push()
        self.sandbox.control('DELETE', '/requests')
        self.listing.write({'price_mode': 'fixed', 'fixed_price': 12.5})
        self.push()
        self.count_stock(self.listing.product_id, 4)
        self.push()
        self.listing.fixed_price = 13
        self.count_stock(self.listing.product_id, 3)
        self.push()
        sku = self.listing.sku
        self.assertEqual(self.puts(), [
            [{'sku': sku, 'price': '12.50'}], [{'sku': sku, 'stock': 4}], [{'sku': sku, 'price': '13.00', 'stock': 3}]])
