from odoo.tests import tagged

from .common import OnbuyCommon


@tagged('post_install', '-at_install')
class TestSoldStock(OnbuyCommon):
    """What OnBuy sold is not offered again, also while its order reserves nothing here."""

    sandbox_options = ('--no-limits', '--listings', '12', '--orders', '0', '--seed', '7')

    def setUp(self):
        super().setUp()
        self.go_live(brake_zero_percent=100)
        self.listing, self.second = self.store.listing_ids[:2]
        for listing in (self.listing, self.second):
            self.count_stock(listing.product_id, 10)

    def fetch(self, quantity=2, **values):
        """Have an order for the listing come in and return it."""
        name = self.place(quantity, **values)
        self.run_cron('sync_orders')
        return self.env['onbuy.order'].search([('name', '=', name)])

    def place(self, quantity, **values):
        """Place an order on OnBuy that the next test does not find; return its id."""
        name = self.sandbox.place_order((self.listing.sku, quantity), **values)['order_id']
        self.addCleanup(self.cancel, name)
        return name

    def cancel(self, name):
        """Cancel an order as its buyer does, unless that was done."""
        if self.sandbox.order(name)['status'] == "Awaiting Dispatch":
            self.sandbox.control('POST', f'/orders/{name}/cancel', {})

    def fetch_broken(self, **values):
        """Have an order come in that cannot be imported."""
        self.store.jersey_position_id = False
        return self.fetch(delivery_address={'postcode': "JE2 3AB", 'town': "St Helier"}, **values)

    def assert_noted(self):
        """Check that the listing is to be compared with OnBuy."""
        self.env.cr.flush()  # As at the end of a transaction.
        self.assertIn(self.listing, self.env['onbuy.offer.change'].search([]).listing_id)

    def shown(self):
        """Return what OnBuy shows of the listing."""
        rows = self.sandbox.control('GET', '/state')['accounts']['live']['listings']
        return next(row['stock'] for row in rows if row['sku'] == self.listing.sku)

    def figure(self, listing=None):
        """Return what OnBuy should show of a listing."""
        listing = listing or self.listing
        return listing._get_sellable_quantities()[listing]

    def test_an_order_that_cannot_be_imported_is_taken_off(self):
        order = self.fetch_broken()
        self.assertEqual((order.sync_state, order.sale_order_id.ids), ('error', []))
        self.assertEqual(self.figure(), 8)

    def test_it_is_taken_off_once_when_it_was_imported_after_all(self):
        order = self.fetch_broken()
        self.store.jersey_position_id = self.store.northern_ireland_position_id
        order.action_retry()
        self.assertEqual(order.sale_order_id.state, 'sale')
        self.assertEqual(self.figure(), 8)

    def test_a_quotation_is_taken_off_before_and_after_it_is_confirmed(self):
        self.store.workflow = 'quotation'
        order = self.fetch()
        self.assertEqual(order.sale_order_id.state, 'draft')
        self.assertEqual(self.figure(), 8)
        order.sale_order_id.action_confirm()
        self.assertEqual(self.figure(), 8)

    def test_onbuy_is_told_the_lower_figure_although_the_order_waits(self):
        self.run_cron('push_offers')
        self.fetch_broken()
        for _round in range(3):
            self.run_cron('push_offers')
        self.assertEqual(self.shown(), 8)

    def test_goods_that_two_listings_share_are_taken_off_both(self):
        self.second.product_id = self.listing.product_id
        self.fetch_broken()
        self.assertEqual((self.figure(), self.figure(self.second)), (8, 8))

    def test_of_packs_the_pieces_are_taken_off(self):
        self.count_stock(self.listing.product_id, 40)
        self.second.product_id = self.listing.product_id
        self.listing.uom_id = self.env.ref('uom.product_uom_dozen')
        self.fetch_broken()
        self.assertEqual((self.figure(), self.figure(self.second)), (1, 16))

    def test_what_was_dispatched_there_is_taken_off_no_more(self):
        order = self.fetch_broken()
        order.line_ids.quantity_dispatched = 1
        self.assertEqual(self.figure(), 9)

    def test_an_order_handled_elsewhere_is_not_taken_off(self):
        order = self.fetch_broken()
        self.env['onbuy.offer.change'].search([]).unlink()
        order.to_import = False
        self.assertEqual(self.figure(), 10)
        self.assert_noted()

    def test_an_order_that_the_buyer_cancels_gives_its_goods_back(self):
        order = self.fetch_broken()
        self.assertEqual(self.shown(), 8)
        self.cancel(order.name)
        self.run_cron('sync_orders')
        self.run_cron('push_offers')
        self.assertEqual((order.status, self.figure(), self.shown()), ('cancelled_by_buyer', 10, 10))

    def test_a_quotation_that_is_cancelled_here_is_looked_at_again(self):
        self.store.workflow = 'quotation'
        order = self.fetch()
        self.env['onbuy.offer.change'].search([]).unlink()
        order.sale_order_id.action_cancel()
        self.assert_noted()

    # === COLLISIONS === #

    def test_orders_that_collide_with_someone_who_works_are_tried_in_smaller_parts(self):
        self.assertEqual([self.store._get_batch_size([None] * tries) for tries in (1, 2, 3, 4, 5)], [50, 10, 2, 1, 1])

    def test_after_a_smaller_part_the_rest_is_applied_too(self):
        self.patch(type(self.store), '_get_batch_size', lambda store, tries: 1)
        placed = [self.place(1) for _number in range(3)]
        self.run_cron('sync_orders')
        orders = self.env['onbuy.order'].search([('name', 'in', placed)])
        self.assertEqual(orders.mapped('sale_order_id.state'), ['sale'] * 3)
