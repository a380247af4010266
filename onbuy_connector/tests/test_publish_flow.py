from odoo.exceptions import UserError
from odoo.tests import tagged

from .publish_common import PublishCommon


@tagged('post_install', '-at_install')
class TestPublishFlow(PublishCommon):
    """The way of a draft onto OnBuy, on good days."""

    # === NEW PRODUCTS === #

    def test_a_product_that_onbuy_does_not_have_is_created_and_put_on_sale(self):
        listing = self.list_now(self.make_product())
        self.publish()
        self.assertEqual((listing.publish_state, listing.queue_ids.state), ('creating', 'pending'))
        self.drain()
        self.publish()
        self.assertEqual((listing.publish_state, listing.is_on_onbuy, listing.sync_state), (False, True, 'synced'))
        remote = self.remote(listing.sku)
        self.assertEqual((remote['price'], remote['stock'], remote['status']), ('24.00', 10, 'active'))
        self.assertEqual((listing.price, listing.stock, listing.opc), (24, 10, remote['opc']))

    def test_what_is_sent_of_a_product_is_what_its_page_and_terms_say(self):
        colour = self.category.feature_ids.filtered(lambda feature: feature.name == 'Colour').option_ids[0]
        height = self.category.detail_ids.filtered(lambda detail: detail.name == 'Height')
        product = self.make_product(
            onbuy_title="Lumora Desk Lamp", onbuy_summary="LED\n\nUSB", onbuy_rrp=30, onbuy_mpn='LD-1',
            onbuy_data="Socket: E27\nnonsense", onbuy_option_ids=[(6, 0, colour.ids)],
            onbuy_image_urls="https://img.example.com/1.jpg\nhttps://img.example.com/2.jpg")
        self.env['onbuy.detail.value'].create({
            'product_tmpl_id': product.product_tmpl_id.id, 'detail_id': height.id, 'value': '42', 'unit': 'cm'})
        template = self.store.delivery_template_ids[0]
        self.list_now(product, handling_time=2, return_time=14, free_returns=True, warranty=12, template_id=template.code)
        self.publish()
        sent, = self.sent('/products')[0]['products']
        listing = sent.pop('listings')['new']
        self.assertEqual(sent, {
            'uid': product.default_code, 'category_id': int(self.category.code), 'product_name': "Lumora Desk Lamp",
            'published': 1, 'description': "<p>A lamp.</p>", 'brand_id': 4400, 'default_image': 'https://img.example.com/1.jpg',
            'additional_images': ['https://img.example.com/2.jpg'], 'product_codes': [product.barcode], 'mpn': 'LD-1',
            'rrp': '30.00', 'summary_points': ["LED", "USB"], 'product_data': [{'label': "Socket", 'value': "E27"}],
            'features': [{'option_id': int(colour.code)}],
            'technical_detail': [{'detail_id': int(height.code), 'value': '42', 'unit': 'cm'}]})
        self.assertEqual(
            (listing['sku'], listing['handling_time'], listing['return_time'], listing['free_returns'], listing['warranty'],
             listing['delivery_template_id']), (product.default_code, 2, 14, 'yes', 12, int(template.code)))

    def test_the_marks_of_odoos_editor_are_not_sent(self):
        self.list_now(self.make_product(onbuy_description='<p data-oe-version="2.0">A <b>lamp</b>.</p>'))
        self.publish()
        self.assertEqual(self.sent('/products')[0]['products'][0]['description'], "<p>A <b>lamp</b>.</p>")

    def test_many_drafts_need_one_call_for_the_search_one_to_create_and_one_to_list(self):
        products = self.env['product.product'].union(*(self.make_product() for _number in range(5)))
        self.list_to_the_end(products)
        calls = [(one['method'], one['path'].rpartition('/v2')[2]) for one in self.sandbox.requests()]
        self.assertEqual(calls.count(('POST', '/products')), 1)
        self.assertEqual(calls.count(('GET', '/queues')), 1)
        self.assertEqual(calls.count(('POST', '/listings')), 1)
        self.assertEqual(calls.count(('GET', '/products')), 2, "when checking, and before creating")
        self.assertEqual(calls.count(('GET', '/listings')), 1, "the newest page shows them all")
        self.assertEqual(set(self.listings(products).mapped('is_on_onbuy')), {True})

    def listings(self, products):
        """Return the listings of products."""
        return products.onbuy_listing_ids

    def test_the_boost_is_set_after_the_listing_was_made(self):
        listing = self.list_to_the_end(self.make_product(), boost=7.5)
        self.assertEqual(listing.boost, 7.5)
        self.assertEqual(self.sent('/listings/by-sku', 'PUT'), [{
            'site_id': 2000, 'listings': [{'sku': listing.sku, 'boost_marketing_commission': 7.5}]}])
        self.store.action_sync_listings()
        self.assertEqual(listing.boost, 7.5)

    def test_a_sale_is_listed_with_its_window(self):
        draft = self.draft(self.make_product())
        draft.write({'own_sale_price': 19.99, 'own_sale_start': '2030-01-01 00:00:00',
                     'own_sale_end': '2030-02-01 00:00:00'})
        draft.action_list_now()
        self.publish()
        self.drain()
        self.publish()
        self.assertEqual((draft.sale_price, str(draft.sale_end_date)), (19.99, '2030-02-01 00:00:00'))

    def test_what_is_listed_is_what_a_push_would_show(self):
        self.store.write({'sync_prices': True, 'price_rounding': '.99', 'stock_buffer': 3})
        listing = self.list_to_the_end(self.make_product())
        self.assertEqual((listing.price, listing.stock), (23.99, 7))
        self.assertFalse(listing.is_stock_off)

    def test_goods_that_are_sold_out_are_listed_with_no_stock(self):
        listing = self.list_to_the_end(self.make_product(stock=0))
        self.assertEqual((listing.is_on_onbuy, self.remote(listing.sku)['stock']), (True, 0))

    def test_stock_sold_on_onbuy_meanwhile_is_no_reason_to_send_it_again(self):
        listing = self.list_now(self.make_product())
        self.publish()
        self.drain()
        self.lay_over(listing.sku, stock=9)
        self.publish()
        self.assertTrue(listing.is_on_onbuy)
        self.assertEqual(len(self.sent('/listings')), 1)

    # === EXISTING PAGES === #

    def existing(self):
        """Return a product code that OnBuy has and the seller's listing on its page."""
        listing = self.env['onbuy.listing'].search([
            ('store_id', '=', self.store.id), ('condition', '=', 'New'), ('is_on_onbuy', '=', True)], limit=1)
        return listing.product_codes.split(',')[0], listing

    def free_page(self):
        """Have the seller's listing on a page go; return the page's product code and OPC."""
        code, listing = self.existing()
        listing.action_delete_on_onbuy()
        self.publish()
        listing.product_id.barcode = False
        return code, listing.opc

    def test_a_product_that_onbuy_has_is_listed_on_its_page_and_not_created(self):
        code, opc = self.free_page()
        listing = self.list_now(self.make_product(barcode=code))
        self.assertEqual(listing.publish_state, 'offering')
        self.publish()
        self.assertEqual((listing.is_on_onbuy, listing.opc, self.sent('/products')), (True, opc, []))

    def test_a_listing_on_an_existing_page_needs_neither_texts_nor_pictures(self):
        code, _opc = self.free_page()
        product = self.env['product.product'].create({
            'name': "Bare", 'is_storable': True, 'default_code': 'BARE', 'barcode': code, 'list_price': 5})
        self.list_now(product)
        self.publish()
        self.assertTrue(product.onbuy_listing_ids.is_on_onbuy)

    def test_a_second_listing_on_a_page_in_the_same_condition_is_refused_here(self):
        code, listing = self.existing()
        listing.product_id.barcode = False
        draft = self.draft(self.make_product(barcode=code))
        draft.action_list_now()
        self.assertEqual(draft.publish_state, 'draft')
        self.assertIn(f"Your listing {listing.sku} is on the same page", draft.to_mend)
        self.assertFalse(self.sandbox.requests('/listings', 'POST'))

    def test_another_condition_is_listed_on_the_same_page_once_that_was_made(self):
        product = self.make_product()
        new, used = self.draft(product), self.draft(product, condition='refurbished')
        self.assertEqual(used.sku, f'{new.sku}-REF')
        (new | used).action_list_now()
        self.publish()
        self.assertEqual((new.publish_state, used.publish_state), ('creating', 'waiting'), "never two products")
        self.drain()
        for _run in range(2):
            self.publish()
        self.assertTrue(new.is_on_onbuy and used.is_on_onbuy)
        self.assertEqual((used.opc, len(self.sent('/products'))), (new.opc, 1))

    # === FAMILIES === #

    def test_the_variants_of_a_product_become_a_family_and_each_finds_its_page(self):
        products = self.make_family()
        drafts = self.list_now(products)
        self.publish()
        sent, = self.sent('/products')[0]['products']
        self.assertEqual(sent['variant_1'], {'name': "Colour"})
        self.assertEqual([one['variant_1']['name'] for one in sent['variants']], ["Red", "Blue"])
        self.assertNotIn('product_codes', sent)
        self.assertEqual(len(drafts.queue_ids), 1)
        self.drain()
        self.publish()
        self.assertEqual(set(drafts.mapped('is_on_onbuy')), {True})
        self.assertEqual([self.remote(draft.sku)['opc'] for draft in drafts], drafts.mapped('opc'))
        self.assertEqual([self.remote(draft.sku)['stock'] for draft in drafts], [5, 6])
        self.assertEqual(len(set(drafts.mapped('opc'))), 2)
        self.assertEqual(len(set(drafts.mapped('family_opc'))), 1)

    def test_without_a_group_sku_variants_become_products_of_their_own(self):
        products = self.make_family()
        drafts, name = self.draft(products), products.product_tmpl_id.name
        drafts.group_sku = False
        drafts.action_list_now()
        self.publish()
        sent = self.sent('/products')[0]['products']
        self.assertEqual([one['product_name'] for one in sent], [f"{name} Red", f"{name} Blue"])

    # === DRAFTS === #

    def test_a_product_has_one_draft_however_often_it_is_listed(self):
        product = self.make_product()
        draft = self.draft(product)
        self.assertEqual(self.draft(product), draft)
        listing = self.list_to_the_end(product)
        self.assertEqual((listing, self.draft(product)), (draft, draft.browse()))

    def test_a_draft_counts_neither_as_a_listing_nor_as_absent_nor_as_unmatched(self):
        before = (self.store.listing_count, self.store.unmatched_count, self.store.stock_off_count)
        draft = self.draft(self.make_product())
        self.store.invalidate_recordset()
        self.assertEqual((self.store.listing_count, self.store.unmatched_count, self.store.stock_off_count), before)
        self.store.action_sync_listings()
        draft.action_pull()
        self.assertEqual((draft.publish_state, draft.sync_state, draft.sync_error), ('draft', 'pending', False))
        self.assertEqual(self.store.draft_count, 1)

    def test_a_draft_that_turns_up_on_onbuy_is_an_ordinary_listing(self):
        sku = self.skus()[0]
        listing = self.env['onbuy.listing'].search([('sku', '=', sku)])
        product = listing.product_id
        listing.write({'is_on_onbuy': False, 'publish_state': 'waiting', 'digest': False})
        self.store.action_sync_listings()
        self.assertEqual((listing.publish_state, listing.is_on_onbuy, listing.product_id), (False, True, product))

    def test_what_is_under_way_is_left_alone_by_the_reading_of_listings(self):
        listing = self.list_now(self.make_product())
        self.publish()
        self.drain()
        self.store.action_sync_listings()  # It is there, without price and stock.
        self.assertEqual((listing.publish_state, listing.is_on_onbuy), ('creating', False))
        self.publish()
        self.assertEqual((listing.is_on_onbuy, listing.price), (True, 24))

    def test_what_is_on_its_way_cannot_be_deleted_here(self):
        listing = self.list_now(self.make_product())
        with self.assertRaisesRegex(UserError, "on its way"):
            listing.unlink()
        draft = self.draft(self.make_product())
        draft.action_discard_draft()
        self.assertFalse(draft.exists())

    def test_a_sku_that_is_taken_gets_a_number(self):
        sku = self.skus()[0]
        product = self.make_product(default_code=sku)
        self.assertEqual(self.draft(product).sku, f'{sku}-2')
