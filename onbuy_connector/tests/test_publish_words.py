import json
from unittest.mock import patch

from odoo.tests import tagged

from ..lib.client import OnBuyClient
from ..lib.errors import RejectedError
from .publish_common import NUMBERS, PublishCommon

# Where OnBuy says it (OnBuy API reference, 23), its words, and what the seller is told to do.
AT_CREATION = (
    ("description must be a string", "Write a description"),
    ("5012345678901 is not a valid product code", "Compare the barcode"),
    ("brand name must be greater than or equal to 2 characters", "Choose the brand"),
    ("Category is not a lowest level category", "press Sync categories"),
    ('Product code "5012345678917" already exists', "press List on the existing page"),
    ("An error occurred. Please try again.", "try again in a while"),
)
IN_THE_QUEUE = (
    ('Product code "5012345678917" already exists', "press List on the existing page"),
    ("Duplicate entry '5012345678917' for key 'product_codes'", "press List on the existing page"),
    ("The supplied brand is owned by another seller", "Ask OnBuy's seller support for leave"),
    ('Error downloading image "https://img.example.com/1.jpg" - Connection to the host URL has been refused',
     "OnBuy must be able to fetch the pictures"),
    ("An error occurred. Please try again.", "try again in a while"),
    ("MatchedBrandData::__construct(): Argument #1 must be of type int, null given", "choose one that OnBuy has"),
)
OF_LISTINGS = (
    ("You already have a listing for this product", "press Sync listings"),
    ("The listing already exists", "press Sync listings"),
    ("Suspended listings cannot be edited", "its seller support can say why"),
    ("Price must be a positive float value", "Set a price above 0"),
    ("Stock cannot be less than 0", "Count the product's stock"),
    ("The delivery template does not exist", "Choose another delivery template"),
)
PASSING = (
    ("The product P7QX4M2 does not yet exist for the site OnBuy UK", "tried again by itself"),
    ("SKU does not exist", "tried again by itself"),
    ("The SKU already exists for a different product", "give this one another SKU"),
)
OF_CONTENT = (
    ("Product belongs to another seller", "texts and pictures are theirs"),
    ("Product locked for update by OnBuy", "OnBuy keeps this page as it is"),
)
OF_UPDATES = (
    ("SKU does not exist", "press Sync listings"),
    ("Price must be a positive float value", "Set a price above 0"),
    ("Stock cannot be less than 0", "Count the product's stock"),
    ("Suspended listings cannot be edited", "its seller support can say why"),
    ("OnBuy thought of something new", ""),
)
# Of whole calls: the path, the answer's status, OnBuy's words, and the advice in the log.
OF_CALLS = (
    ('/auth/request-token', 400, "Invalid secret key", "Copy both keys again"),
    ('/listings', 401, "badToken", "Copy both keys again"),
    ('/listings', 403, "the integration specified in the header doesn't match the integration defined in the API token.",
     "Ask OnBuy's seller support"),
    ('/listings', 400, "You must supply one of site_id or country_code", "its words say why"),
    ('/listings', 400, "Invalid sort field", "its words say why"),
)


@tagged('post_install', '-at_install')
class TestPublishWords(PublishCommon):
    """What the seller reads when OnBuy refuses: OnBuy's words, and a sentence on what to do about them."""

    def answer(self, method, path, change):
        """Let OnBuy's answers to a call be changed.

        :param change: callable that changes each of the answer's results in place
        """
        request = OnBuyClient.request

        def changed(client, called, at, **content):
            answer = request(client, called, at, **content)
            if (called, at) == (method, path):
                for row in answer.get('results') or answer.get('products'):
                    change(row)
            return answer

        self.patch(OnBuyClient, 'request', changed)

    def refuse(self, words, key='message'):
        """Return a change that turns a result into a refusal."""
        def change(row):
            row.pop('queue_id', None)
            row.update({'success': False, key: words})
        return change

    def assert_told(self, text, words, advice):
        """Check what a person reads."""
        self.assertIn(words, text)
        self.assertIn(advice, text)
        self.assertEqual(text.count('\n'), 1 if advice else 0)

    def test_what_onbuy_says_to_a_creation_is_told(self):
        for words, advice in AT_CREATION:
            with self.subTest(words=words):
                draft = self.list_now(self.make_product())
                self.answer('POST', '/products', self.refuse(words, 'error'))
                self.publish()
                self.assertEqual((draft.publish_state, draft.queue_ids.state), ('refused', 'failed'))
                self.assert_told(draft.publish_error, words, advice)

    def test_what_onbuy_says_in_its_queue_is_told(self):
        for words, advice in IN_THE_QUEUE:
            with self.subTest(words=words):
                draft = self.list_now(self.make_product())
                self.publish()
                self.answer('GET', '/queues', lambda row, words=words: row.update(status='failed', error_message=words))
                self.publish()
                self.assertEqual((draft.publish_state, draft.queue_ids.message), ('refused', words))
                self.assert_told(draft.publish_error, words, advice)

    def test_a_picture_that_onbuy_cannot_fetch_and_a_brand_it_guards_are_told(self):
        guarded = self.env['onbuy.brand'].create({'name': "Guarded Goods", 'code': '9002'})
        for values, words in (({'onbuy_image_urls': 'https://img.example.com/broken.jpg'}, "Error downloading image"),
                              ({'onbuy_brand_id': guarded.id}, "owned by another seller")):
            with self.subTest(words=words):
                draft = self.list_now(self.make_product(**values))
                self.publish()
                self.drain()
                self.publish()
                self.assertEqual(draft.publish_state, 'refused')
                self.assertIn(words, draft.publish_error)

    def test_what_onbuy_says_to_a_listing_is_told(self):
        for words, advice in OF_LISTINGS:
            with self.subTest(words=words):
                draft = self.ready_to_offer()
                self.answer('POST', '/listings', self.refuse(words))
                self.publish()
                self.assertEqual(draft.publish_state, 'refused')
                self.assert_told(draft.publish_error, words, advice)

    def test_what_passes_is_told_while_it_is_tried_again(self):
        for words, advice in PASSING:
            with self.subTest(words=words):
                draft = self.ready_to_offer()
                self.answer('POST', '/listings', self.refuse(words))
                self.publish()
                self.assertEqual((draft.publish_state, bool(draft.publish_next)), ('offering', True))
                self.assert_told(draft.publish_error, words, advice)

    def ready_to_offer(self):
        """Return a draft whose page was made."""
        draft = self.list_now(self.make_product())
        with patch.object(type(self.store), '_get_offer_units', lambda store, client: ()):
            self.publish()
            self.drain()
            self.publish()
        self.assertEqual(draft.publish_state, 'offering')
        return draft

    def test_what_onbuy_says_to_new_content_is_told_and_not_sent_again(self):
        listing = self.list_to_the_end(self.make_product())
        for words, advice in OF_CONTENT:
            with self.subTest(words=words):
                listing.action_send_content()
                self.answer('PUT', '/products', self.refuse(words))
                self.publish()
                self.assert_told(listing.content_error, words, advice)
                self.assertFalse(listing.is_content_wanted)

    def test_what_onbuy_says_to_stock_and_prices_is_told_on_the_listing(self):
        listing = self.list_to_the_end(self.make_product())
        for words, advice in OF_UPDATES:
            with self.subTest(words=words):
                self.answer('PUT', '/listings/by-sku', lambda row, words=words: row.update(error=words))
                self.count_stock(listing.product_id, next(NUMBERS) + 20)
                listing.next_attempt = False
                self.env.cr.flush()  # As a commit does: changes of stock are noted together.
                self.run_cron('push_offers')
                self.assertEqual((listing.sync_state, listing.trouble_text), ('error', listing.sync_error))
                self.assert_told(listing.sync_error, words, advice)

    def test_a_boost_that_onbuy_refuses_is_told_on_the_listing_which_is_on_sale(self):
        def change(row):
            row['error'] = "Suspended listings cannot be edited"

        self.answer('PUT', '/listings/by-sku', change)
        listing = self.list_to_the_end(self.make_product(), boost=7)
        self.assertTrue(listing.is_on_onbuy)
        self.assert_told(listing.sync_error, "Suspended listings cannot be edited", "its seller support can say why")

    def test_a_listing_that_onbuy_cannot_find_to_delete_is_deleted(self):
        listing = self.list_to_the_end(self.make_product())
        with self.store._connect() as client:
            client.delete_listings([listing.sku])
        listing.action_delete_on_onbuy()
        self.publish()
        self.assertEqual((listing.publish_state, listing.publish_error), ('deleted', False))

    def test_a_queue_that_cannot_be_asked_for_stops_nothing_and_is_told_on_the_store(self):
        draft = self.list_now(self.make_product())
        self.publish()

        def fail(client, ids):
            raise RejectedError("OnBuy refused the request: '' is not a valid queue_id")

        self.patch(OnBuyClient, 'queues', fail)
        self.publish()
        self.assertEqual((draft.publish_state, draft.queue_ids.state), ('creating', 'pending'))
        self.assertIn("not a valid queue_id", self.store.connection_error)

    def test_what_onbuy_says_to_a_whole_call_is_told_on_the_store_and_in_the_log(self):
        for path, status, words, advice in OF_CALLS:
            with self.subTest(words=words):
                self.env['onbuy.store.state']._save(self.store, 'api', {})  # No token is kept.
                error = {'errorCode': words} if words == "badToken" else {'message': words}
                self.sandbox.control('DELETE', '/faults')
                self.fault('non_json', path=path, status=status, body=json.dumps({'error': error}))
                self.run_cron('sync_listings')
                run = self.env['onbuy.sync.run'].search([('state', '=', 'failed')], limit=1)
                self.assertIn(words, run.message)
                self.assertIn(advice, run.advice)
                self.assertIn(run.message, self.store.connection_error)
