from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..lib.client import OnBuyClient
from .publish_common import PublishCommon


@tagged('post_install', '-at_install')
class TestContent(CronMixinCase, PublishCommon):
    """Texts and pictures of OnBuy's pages follow the products, where a person wants it."""

    sandbox_options = ('--no-limits', '--listings', '34', '--orders', '0', '--seed', '7')  # and two of other sellers

    def listed(self, **values):
        """Return a listing whose page was made from here; OnBuy's requests are forgotten."""
        listing = self.list_to_the_end(self.make_product(**values))
        self.sandbox.control('DELETE', '/requests')
        return listing

    def updates(self):
        """Return the products of all content updates that OnBuy got."""
        return [product for body in self.sent('/products', 'PUT') for product in body['products']]

    def finish(self):
        """Let OnBuy work, and ask it what became of it."""
        self.drain()
        self.publish()

    # === BY HAND === #

    def test_content_is_sent_and_followed_in_the_queue(self):
        listing = self.listed()
        listing.product_id.write({'onbuy_title': "Better Lamp", 'onbuy_summary': "Brighter"})
        listing.action_send_content()
        self.publish()
        sent, = self.updates()
        self.assertEqual((sent['opc'], sent['product_name'], sent['summary_points']),
                         (listing.opc, "Better Lamp", ["Brighter"]))
        row = listing.queue_ids[0]
        self.assertEqual((row.kind, row.state, row.opc), ('update', 'pending', listing.opc))
        self.finish()
        self.assertEqual((row.state, listing.is_content_wanted), ('success', False))
        self.assertEqual(self.remote(listing.sku)['name'], "Better Lamp")

    def test_what_is_empty_here_stays_as_it_is_there(self):
        listing = self.listed(onbuy_summary="LED")
        listing.product_id.write({'onbuy_summary': False, 'onbuy_description': False, 'onbuy_image_urls': False})
        listing.action_send_content()
        self.publish()
        sent, = self.updates()
        self.assertFalse({'summary_points', 'description', 'default_image', 'product_codes', 'listings'} & set(sent))

    def test_a_product_sends_the_content_of_all_its_listings_once_a_page(self):
        product = self.make_product()
        new = self.list_to_the_end(product)
        used = self.list_to_the_end(product, condition='refurbished')
        self.assertEqual(used.opc, new.opc)
        product.action_send_onbuy_content()
        self.publish()
        self.assertEqual(len(self.updates()), 1)
        self.assertEqual(new.queue_ids[0].listing_ids, new | used)

    def test_a_family_is_updated_page_by_page(self):
        products = self.make_family()
        listings = self.list_to_the_end(products)
        products.product_tmpl_id.onbuy_title = "Better Mug"
        listings.action_send_content()
        self.publish()
        sent = {one['opc']: one for one in self.updates()}
        self.assertEqual(set(sent), {*listings.mapped('opc'), listings[0].family_opc})
        self.assertEqual([opc for opc, one in sent.items() if 'product_name' in one], [listings[0].family_opc])
        self.finish()
        self.assertEqual(set(listings.mapped('content_error')), {False})

    def test_a_picture_that_onbuy_cannot_fetch_is_told_on_the_listing(self):
        listing = self.listed()
        listing.product_id.onbuy_image_urls = 'https://img.example.com/broken.jpg'
        listing.action_send_content()
        self.publish()
        self.finish()
        self.assertIn("Error downloading image", listing.content_error)
        self.assertIn("OnBuy must be able to fetch the pictures", listing.content_error)
        self.assertTrue(listing.is_on_onbuy)

    def test_pages_of_other_sellers_are_told_and_stop_no_other(self):
        good, locked, foreign = self.listed(), self.listed(), self.listed()
        locked.opc, foreign.opc = (row['opc'] for row in self.foreign_pages()[:2])
        (good | locked | foreign).action_send_content()
        self.publish()
        self.assertIn("Product locked for update by OnBuy", locked.content_error)
        self.assertIn("Product belongs to another seller", foreign.content_error)
        self.assertEqual((good.content_error, good.queue_ids[0].state), (False, 'pending'))

    def foreign_pages(self):
        """Return pages of the catalogue that other sellers made."""
        with self.store._connect() as client:
            rows = client.request('GET', '/products', params={'site_id': 2000, 'limit': 100})['results']
            own = {listing.opc for page in client.iter_listings() for listing in page.items}
        return [row for row in rows if row['opc'] not in own]

    def test_rows_that_cannot_be_told_apart_are_sent_again_one_by_one(self):
        listings = self.listed() | self.listed()
        request, calls = OnBuyClient.request, []

        def confuse(client, method, path, **content):
            answer = request(client, method, path, **content)
            if (method, path) == ('PUT', '/products'):
                calls.append(len(content['json']['products']))
                answer['products'] += answer['products'][:1] if calls[-1] > 1 else []
            return answer

        self.patch(OnBuyClient, 'request', confuse)
        listings.action_send_content()
        self.publish()
        self.assertEqual(calls, [2, 1, 1])
        self.assertEqual(listings.mapped('is_content_wanted'), [False, False])

    def test_a_500_is_halved_until_the_culprit_is_found(self):
        listings = self.listed() | self.listed()
        poison, update = listings[0].opc, OnBuyClient.update_products

        def update_products(client, updates):
            if any(one.opc == poison for one in updates):
                self.sandbox.control('POST', '/faults', {
                    'kind': 'non_json', 'path': '/products', 'method': 'PUT', 'count': 1, 'status': 500})
            return update(client, updates)

        self.patch(OnBuyClient, 'update_products', update_products)
        listings.action_send_content()
        self.publish()
        self.assertIn("HTTP 500", listings[0].content_error)
        self.assertEqual((listings[1].content_error, listings[1].queue_ids[0].state), (False, 'pending'))

    def test_a_lost_answer_leaves_it_waiting(self):
        listing = self.listed()
        listing.action_send_content()
        self.fault('drop_after', path='/products', method='PUT', count=1)
        self.publish()
        self.assertTrue(listing.is_content_wanted)
        self.publish()
        self.assertFalse(listing.is_content_wanted)

    def test_a_draft_has_no_content_to_send(self):
        with self.assertRaisesRegex(UserError, "Nothing is sent"):
            self.draft(self.make_product()).action_send_content()

    # === BY ITSELF === #

    def test_nothing_is_sent_by_itself_unless_the_store_says_so(self):
        listing = self.listed()
        listing.product_id.onbuy_title = "Better Lamp"
        self.publish()
        self.run_cron('compare_offers')
        self.publish()
        self.assertFalse(self.updates())

    def test_saved_content_of_a_page_that_was_made_from_here_is_sent(self):
        listing = self.listed()
        self.store.sync_content = True
        self.publish()
        self.assertFalse(self.updates(), "nothing changed since it was created")
        listing.product_id.onbuy_title = "Better Lamp"
        self.env.flush_all()
        self.publish()
        self.assertEqual([one['product_name'] for one in self.updates()], ["Better Lamp"])
        self.publish()
        self.assertEqual(len(self.updates()), 1, "once")

    def test_saving_a_product_wakes_the_cron_only_where_content_is_sent(self):
        product = self.listed().product_id
        for is_on in (False, True):
            self.store.sync_content = is_on
            with self.capture_triggers('onbuy_connector.ir_cron_publish') as triggers:
                product.onbuy_title = f"Lamp {is_on}"
                product.default_code = f'L-{is_on}'
            self.assertEqual(len(triggers.records), is_on)

    def test_the_daily_comparison_finds_what_was_missed(self):
        listing = self.listed()
        self.store.sync_content = True
        self.publish()
        listing.product_id.onbuy_title = "Better Lamp"
        self.env.flush_all()
        self.env.cr.execute("UPDATE product_product SET write_date = '2000-01-01'")
        self.env.cr.execute("UPDATE product_template SET write_date = '2000-01-01'")
        self.env.invalidate_all()
        self.publish()
        self.assertFalse(self.updates())
        self.run_cron('compare_offers')
        self.publish()
        self.assertEqual(len(self.updates()), 1)

    def test_a_page_that_was_not_made_from_here_is_left_alone(self):
        listing = self.env['onbuy.listing'].search([('store_id', '=', self.store.id)], limit=1)
        listing.product_id = self.make_product()
        self.store.sync_content = True
        self.publish()
        self.run_cron('compare_offers')
        self.publish()
        self.assertFalse(self.updates())

    def test_what_onbuy_refused_is_not_sent_again_before_it_changes(self):
        listing = self.listed()
        self.store.sync_content = True
        listing.product_id.onbuy_image_urls = 'https://img.example.com/broken.jpg'
        self.env.flush_all()
        for _run in range(2):
            self.publish()
            self.finish()
        self.assertEqual(len(self.updates()), 1)
        listing.product_id.onbuy_image_urls = 'https://img.example.com/mended.jpg'
        self.env.flush_all()
        self.publish()
        self.finish()
        self.assertEqual((len(self.updates()), listing.content_error), (2, False))
