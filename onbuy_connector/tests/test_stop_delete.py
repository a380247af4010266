from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..lib.client import OnBuyClient
from ..lib.errors import RejectedError
from ..lib.items import ItemResult
from .publish_common import PublishCommon


@tagged('post_install', '-at_install')
class TestStopDelete(PublishCommon):
    """Off sale for a while, or for good; and back."""

    def listing(self):
        """Return a listing on sale with ten pieces."""
        listing = self.list_to_the_end(self.make_product())
        self.env['onbuy.store.state']._save(self.store, 'done_orders', {})
        self.sandbox.control('DELETE', '/requests')
        return listing

    # === STOP === #

    def test_a_stopped_listing_shows_0_at_once_and_keeps_it(self):
        listing = self.listing()
        listing.action_stop()
        self.assertEqual((listing.is_stopped, listing.stock, self.remote(listing.sku)['stock']), (True, 0, 0))
        self.count_stock(listing.product_id, 50)
        self.run_cron('push_offers')
        self.run_cron('compare_offers')
        self.run_cron('push_offers')
        self.assertEqual(self.remote(listing.sku)['stock'], 0)
        self.assertEqual((listing.stock_mode, listing.is_stock_off), ('auto', False))

    def test_a_relisted_listing_shows_what_can_be_sold_now(self):
        listing = self.listing()
        listing.action_stop()
        self.count_stock(listing.product_id, 50)
        listing.action_relist()
        self.assertEqual((listing.is_stopped, self.remote(listing.sku)['stock']), (False, 50))

    def test_where_stock_is_not_sent_the_figure_of_before_comes_back(self):
        listing = self.listing()
        self.store.sync_stock = False
        listing.action_stop()
        self.assertEqual(self.remote(listing.sku)['stock'], 0)
        listing.action_relist()
        self.assertEqual(self.remote(listing.sku)['stock'], 10)

    def test_a_stopped_listing_stays_so_when_the_store_comes_back_online(self):
        listing = self.listing()
        listing.action_stop()
        self.store._take_offline(self.store.create_date, None)
        self.store.action_back_online()
        self.run_cron('push_offers')
        self.assertEqual(self.remote(listing.sku)['stock'], 0)
        listing.action_relist()
        self.assertEqual(self.remote(listing.sku)['stock'], 10)

    def test_many_are_stopped_in_one_call_and_the_brake_does_not_hold_them(self):
        self.store.write({'brake_zero_count': 1, 'brake_zero_percent': 0})
        listings = self.listing() | self.listing()
        self.sandbox.control('DELETE', '/requests')
        listings.action_stop()
        self.assertEqual(len(self.sent('/listings/by-sku', 'PUT')), 1)
        self.assertEqual([self.remote(listing.sku)['stock'] for listing in listings], [0, 0])

    def test_a_stop_that_onbuy_refuses_is_told_and_tried_again(self):
        listing = self.listing()
        self.sandbox.control('POST', f'/listings/{listing.sku}/suspend')
        listing.action_stop()
        self.assertEqual(listing.sync_state, 'error')
        self.assertIn("Suspended listings cannot be edited", listing.sync_error)
        self.assertTrue(listing.is_stopped and listing.next_attempt)

    def test_what_is_not_on_sale_cannot_be_stopped(self):
        with self.assertRaisesRegex(UserError, "nothing to stop"):
            self.draft(self.make_product()).action_stop()

    # === DELETE === #

    def test_a_deleted_listing_is_gone_there_and_stays_here_as_such(self):
        listing = self.listing()
        listing.action_delete_on_onbuy()
        self.assertEqual((listing.publish_state, self.sandbox.requests()), ('deleting', []), "not by the button itself")
        self.publish()
        self.assertEqual((listing.publish_state, listing.is_on_onbuy, listing.sync_state), ('deleted', False, 'synced'))
        self.assertNotIn(listing.sku, self.remote_skus())
        self.store.action_sync_listings()
        self.assertEqual((listing.publish_state, listing.sync_error), ('deleted', False))

    def remote_skus(self):
        """Return the SKUs that OnBuy has."""
        return [row['sku'] for row in self.sandbox.control('GET', '/state')['accounts']['live']['listings']]

    def test_many_are_deleted_in_one_call(self):
        listings = self.listing() | self.listing()
        listings.action_delete_on_onbuy()
        self.publish()
        self.assertEqual(len(self.sandbox.requests('/listings/by-sku', 'DELETE')), 1)
        self.assertEqual(set(listings.mapped('publish_state')), {'deleted'})

    def test_after_a_lost_answer_onbuy_is_asked_and_what_is_gone_is_not_deleted_again(self):
        listing = self.listing()
        listing.action_delete_on_onbuy()
        self.fault('drop_after', path='/listings/by-sku', method='DELETE', count=1)
        self.publish()
        self.assertEqual(listing.publish_state, 'deleting')
        self.publish()
        self.assertEqual(listing.publish_state, 'deleted')
        self.assertEqual(len(self.sandbox.requests('/listings/by-sku', 'DELETE')), 1)

    def test_what_was_lost_before_onbuy_deleted_it_is_deleted_after_all(self):
        listing = self.listing()
        listing.action_delete_on_onbuy()
        self.fault('drop_before', path='/listings/by-sku', method='DELETE', count=1)
        for _run in range(2):
            self.publish()
        self.assertEqual((listing.publish_state, self.sku_is_there(listing)), ('deleted', False))

    def sku_is_there(self, listing):
        """Return whether OnBuy has a listing's SKU."""
        return listing.sku in self.remote_skus()

    def test_nothing_is_pushed_to_what_is_being_deleted(self):
        listing = self.listing()
        self.count_stock(listing.product_id, 3)
        listing.action_delete_on_onbuy()
        self.run_cron('push_offers')
        self.assertFalse(self.sent('/listings/by-sku', 'PUT'))
        self.assertFalse(self.store._has_overdue_listings())

    def test_a_refused_deletion_is_told_and_the_listing_is_as_before(self):
        listing = self.listing()
        request = OnBuyClient.request

        def refuse(client, method, path, **content):
            if method == 'DELETE':
                return {'success': True, 'results': {listing.sku: {'error': "Suspended listings cannot be edited"}}}
            return request(client, method, path, **content)

        self.patch(OnBuyClient, 'request', refuse)
        listing.action_delete_on_onbuy()
        self.publish()
        self.assertEqual((listing.publish_state, listing.is_on_onbuy), (False, True))
        self.assertIn("Suspended listings cannot be edited", listing.publish_error)

    def test_a_deletion_that_onbuy_refuses_as_a_whole_is_halved_and_what_it_does_not_know_is_gone(self):
        bad, gone, good = self.listing(), self.listing(), self.listing()
        delete = OnBuyClient.delete_listings

        def refuse(client, skus):
            if bad.sku in skus:
                raise RejectedError("One of the SKUs is bad.")
            return {**delete(client, skus), **{sku: ItemResult(False, message="SKU does not exist.") for sku in skus
                                               if sku == gone.sku}}

        self.patch(OnBuyClient, 'delete_listings', refuse)
        (bad | gone | good).action_delete_on_onbuy()
        self.publish()
        self.assertEqual([one.publish_state for one in (bad, gone, good)], [False, 'deleted', 'deleted'])
        self.assertIn("One of the SKUs is bad", bad.publish_error)

    def test_a_deleted_listing_is_relisted_as_a_draft_and_a_sku_that_onbuy_still_keeps_is_waited_for(self):
        listing = self.listing()
        self.sandbox.control('PUT', '/settings', {'sku_reserved_seconds': 3600})
        listing.action_delete_on_onbuy()
        self.publish()
        action = listing.action_relist()
        self.assertEqual((action['res_model'], listing.publish_state), ('onbuy.publish', 'draft'))
        listing.action_list_now()
        self.publish()
        self.assertEqual(listing.publish_state, 'offering')
        self.assertIn("already exists for a different product", listing.publish_error)
        self.sandbox.control('POST', '/clock', {'advance': 3700})
        self.publish()
        self.assertEqual((listing.is_on_onbuy, self.remote(listing.sku)['stock']), (True, 10))
        self.assertFalse(self.sent('/products'), "its page was there")

    def test_an_order_for_a_deleted_listing_still_finds_its_product(self):
        listing = self.listing()
        placed = self.sandbox.place_order((listing.sku, 1))
        listing.action_delete_on_onbuy()
        self.publish()
        self.store.action_sync_orders()
        order = self.env['onbuy.order'].search([('name', '=', placed['order_id'])])
        self.assertIn(listing.product_id, order.sale_order_id.order_line.product_id)

    # === WHO === #

    def test_users_stop_and_relist_and_only_managers_delete(self):
        listing = self.listing()
        user = new_test_user(self.env, 'onbuy', 'onbuy_connector.group_onbuy_user')
        manager = new_test_user(self.env, 'manager', 'onbuy_connector.group_onbuy_manager')
        listing.with_user(user).action_stop()
        listing.with_user(user).action_relist()
        with self.assertRaises(AccessError):
            listing.with_user(user).action_delete_on_onbuy()
        listing.with_user(manager).action_delete_on_onbuy()
        self.assertEqual(listing.publish_state, 'deleting')
