import contextlib
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib.client import OnBuyClient
from ..lib.errors import AnswerError, RejectedError
from ..models import onbuy_publish_create, onbuy_publish_offer
from .publish_common import PublishCommon

TASKS = 'odoo.addons.onbuy_connector.models.onbuy_store_notes'


@tagged('post_install', '-at_install')
class TestPublishBadDays(PublishCommon):
    """Lost answers, errors and refusals on the way onto OnBuy: nothing is created twice, nothing stops the rest."""

    def make_products(self, number):
        """Create several products."""
        return self.env['product.product'].union(*(self.make_product() for _number in range(number)))

    def created(self):
        """Return how many products the sandbox was asked to create in each call."""
        return [len(body['products']) for body in self.sent('/products')]

    def count_products(self, listing):
        """Return how many pages of the catalogue have a listing's product code."""
        with self.store._connect() as client:
            return len(client.find_products([listing._get_gtin()])[listing._get_gtin()])

    # === LOST ANSWERS === #

    def lose_answer(self, kind):
        """List a product and lose the answer to its creation; return the draft."""
        draft = self.list_now(self.make_product())
        self.fault(kind, path='/products', method='POST', count=1)
        self.publish()
        self.assertEqual((draft.publish_state, draft.queue_ids.state), ('creating', 'uncertain'))
        return draft

    def assert_listed_once(self, draft):
        """Check that a draft came onto OnBuy, on the only page of its product."""
        self.assertTrue(draft.is_on_onbuy, draft.publish_error)
        self.assertEqual(self.count_products(draft), 1)

    def test_nothing_is_asked_or_sent_while_the_lost_call_may_still_be_at_work(self):
        self.lose_answer('drop_after')
        self.sandbox.control('DELETE', '/requests')
        self.run_cron('publish')
        self.assertFalse(self.sandbox.requests())

    def test_after_a_lost_answer_a_product_that_onbuy_is_still_making_is_waited_for(self):
        draft = self.lose_answer('drop_after')
        self.publish()
        self.assertEqual((draft.publish_state, draft.queue_ids.state), ('creating', 'uncertain'))
        self.drain()
        for _run in range(2):
            self.publish()
        self.assert_listed_once(draft)
        self.assertEqual(self.created(), [1])

    def test_after_a_lost_answer_a_queue_that_names_the_product_is_followed(self):
        self.sandbox.control('PUT', '/settings', {'queue_uid': True})
        draft = self.lose_answer('drop_after')
        self.publish()
        self.assertEqual(draft.queue_ids.state, 'pending')
        self.drain()
        self.publish()
        self.assert_listed_once(draft)
        self.assertEqual(self.created(), [1])

    def test_a_clock_of_onbuys_that_is_ahead_hides_nothing(self):
        self.sandbox.control('POST', '/clock', {'advance': 7200})
        draft = self.lose_answer('drop_after')
        self.publish()
        self.assertEqual((draft.publish_state, draft.queue_ids.state), ('creating', 'uncertain'))

    def test_what_was_lost_before_onbuy_took_it_is_sent_again(self):
        draft = self.lose_answer('drop_before')
        self.publish()
        self.assertEqual(draft.queue_ids.mapped('state'), ['pending', 'failed'])
        self.drain()
        self.publish()
        self.assert_listed_once(draft)

    def test_a_worker_that_died_during_the_call_leaves_a_question(self):
        draft = self.list_now(self.make_product())

        def die(client, new):
            raise KeyboardInterrupt

        with self.store._connect() as client, patch.object(OnBuyClient, 'create_products', die), \
                contextlib.suppress(KeyboardInterrupt):
            for unit in self.store._task_publish(client):
                unit()
        self.assertEqual((draft.publish_state, draft.queue_ids.state), ('creating', 'sending'))
        self.sandbox.control('DELETE', '/requests')
        self.publish()
        calls = [(one['method'], one['path'].rpartition('/v2')[2]) for one in self.sandbox.requests()]
        self.assertLess(calls.index(('GET', '/queues')), calls.index(('POST', '/products')), "OnBuy is asked first")

    def test_a_lost_answer_about_listing_it_is_looked_up(self):
        draft = self.list_now(self.make_product())
        self.publish()
        self.drain()
        self.fault('drop_after', path='/listings', method='POST', count=1)
        self.publish()
        self.assertEqual(draft.publish_state, 'checking')
        self.publish()
        self.assert_listed_once(draft)
        self.assertEqual(len(self.sent('/listings')), 1)

    def test_what_was_lost_of_listing_it_before_onbuy_took_it_is_sent_again(self):
        draft = self.list_now(self.make_product())
        self.publish()
        self.drain()
        self.fault('drop_before', path='/listings', method='POST', count=1)
        for _run in range(3):
            self.publish()
        self.assert_listed_once(draft)

    def test_one_that_cannot_be_read_back_waits_and_stops_no_other(self):
        odd, good = self.list_now(self.make_products(2))
        find = OnBuyClient.find_listing

        def find_listing(client, sku):
            if sku == odd.sku:
                raise AnswerError("OnBuy's answer cannot be understood.")
            return find(client, sku)

        self.publish()
        self.drain()
        with patch.object(OnBuyClient, 'find_listing', find_listing):
            self.publish()
        self.assertEqual((odd.publish_state, good.publish_state), ('checking', False))
        self.assertEqual(odd.publish_error, "OnBuy's answer cannot be understood.")
        self.publish()
        self.assert_listed_once(odd)

    # === ERRORS OF THE WHOLE CALL === #

    def test_a_500_halves_the_call_once_onbuy_made_nothing_of_it(self):
        drafts = self.list_now(self.make_products(4))
        self.fault('non_json', path='/products', method='POST', count=1, status=500)
        self.publish()
        self.assertEqual(set(drafts.queue_ids.mapped('state')), {'uncertain'})
        self.publish()
        self.assertEqual(self.created(), [4, 2, 2])
        self.drain()
        self.publish()
        self.assertEqual(set(drafts.mapped('is_on_onbuy')), {True})

    def test_a_product_that_onbuy_always_fails_on_is_found_and_the_others_are_listed(self):
        drafts = self.list_now(self.make_products(3))
        poison, create = drafts[0].sku, OnBuyClient.create_products

        def create_products(client, new):
            if any(one.uid == poison for one in new):
                self.sandbox.control('POST', '/faults', {
                    'kind': 'non_json', 'path': '/products', 'method': 'POST', 'count': 1, 'status': 500})
            return create(client, new)

        self.patch(OnBuyClient, 'create_products', create_products)
        for _run in range(8):
            self.publish()
            self.drain()
        self.publish()
        self.assertEqual(drafts[0].publish_state, 'refused')
        self.assertIn("whenever this product is sent", drafts[0].publish_error)
        self.assertEqual(drafts[1:].mapped('is_on_onbuy'), [True, True])

    def test_where_preparing_takes_long_some_are_sent_before_the_next_are_prepared(self):
        self.patch(onbuy_publish_create, 'SECONDS_AHEAD', -1)
        drafts = self.list_now(self.make_products(3))
        for _run in range(3):
            self.publish()
        self.assertEqual(self.created(), [1, 1, 1])
        self.assertEqual(drafts.queue_ids.mapped('state'), ['pending'] * 3)

    def test_a_few_products_do_not_make_later_calls_small(self):
        for number in (1, 3):
            self.list_now(self.make_products(number))
            self.publish()
        self.assertEqual(self.created(), [1, 3])

    def test_a_call_that_is_refused_as_a_whole_is_halved_until_the_culprit_is_found(self):
        drafts = self.list_now(self.make_products(4))
        poison, create = drafts[1].sku, OnBuyClient.create_products

        def create_products(client, new):
            if any(one.uid == poison for one in new):
                raise RejectedError("OnBuy refused the request: product_name must be a string")
            return create(client, new)

        self.patch(OnBuyClient, 'create_products', create_products)
        self.publish()
        self.assertEqual(drafts.filtered(lambda draft: draft.publish_state == 'refused').mapped('sku'), [poison])
        self.assertIn("product_name must be a string", drafts[1].publish_error)
        self.assertEqual(drafts.mapped('publish_state').count('creating'), 3)

    def test_without_allowance_drafts_wait_and_nothing_is_noted_as_sent(self):
        draft = self.list_now(self.make_product())
        self.fault('status', path='/products', method='POST', count=1, status=429)
        with mute_logger(TASKS):
            self.publish()
        self.assertEqual((draft.publish_state, draft.queue_ids.ids), ('waiting', []))

    def test_a_product_that_was_not_searched_for_is_not_created(self):
        draft = self.list_now(self.make_product())
        self.fault('status', path='/products', method='GET', count=1, status=429)
        with mute_logger(TASKS):
            self.publish()
        self.assertEqual((draft.publish_state, self.created()), ('waiting', []))

    def test_an_answer_that_does_not_mention_a_product_is_a_question(self):
        drafts = self.list_now(self.make_products(3))
        request = OnBuyClient.request

        def shorten(client, method, path, **content):
            answer = request(client, method, path, **content)
            if (method, path) == ('POST', '/products'):
                answer['results'] = [row for row in answer['results'] if row['uid'] != drafts[1].sku]
            return answer

        self.patch(OnBuyClient, 'request', shorten)
        self.publish()
        self.assertEqual(drafts.queue_ids.sorted('uid').mapped('state'), ['pending', 'uncertain', 'pending'])
        self.drain()
        for _run in range(2):
            self.publish()
        self.assertEqual(drafts.mapped('is_on_onbuy'), [True, True, True])
        self.assertEqual(self.created(), [3])

    # === WHAT ONBUY DOES LATER === #

    def test_a_queue_that_is_not_done_is_asked_for_again_and_again(self):
        draft = self.list_now(self.make_product())
        for look in range(4):
            self.publish()
            self.assertEqual((draft.publish_state, draft.queue_ids.state, draft.queue_ids.attempts),
                             ('creating', 'pending', look))
        self.assertEqual(self.created(), [1])

    def test_a_sku_that_cannot_be_addressed_yet_is_waited_for_and_nothing_is_created_again(self):
        self.sandbox.control('PUT', '/settings', {'sku_unaddressable_seconds': 7200})
        draft = self.list_now(self.make_product())
        self.publish()
        self.drain()
        self.publish()
        self.assertEqual(draft.publish_state, 'offering')
        self.assertIn("does not show the listing yet", draft.publish_error)
        self.sandbox.control('POST', '/clock', {'advance': 7300})
        self.publish()
        self.assert_listed_once(draft)
        self.assertEqual(self.created(), [1])

    def test_a_page_that_the_site_does_not_know_yet_is_waited_for(self):
        self.sandbox.control('PUT', '/settings', {'opc_unknown_seconds': 7200})
        draft = self.list_now(self.make_product())
        self.publish()
        self.drain()
        self.publish()
        self.assertEqual(draft.publish_state, 'offering')
        self.assertIn("does not yet exist for the site", draft.publish_error)
        self.sandbox.control('PUT', '/settings', {'opc_unknown_seconds': 0})
        self.publish()
        self.assert_listed_once(draft)

    def test_a_page_without_a_listing_gets_one(self):
        self.sandbox.control('PUT', '/settings', {'create_listing_with_product': False})
        self.assert_listed_once(self.list_to_the_end(self.make_product()))

    def test_where_preparing_listings_takes_long_some_are_sent_before_the_next_are_prepared(self):
        self.sandbox.control('PUT', '/settings', {'create_listing_with_product': False})
        self.patch(onbuy_publish_offer, 'SECONDS_AHEAD', -1)
        drafts = self.list_now(self.make_products(3))
        for _run in range(6):
            self.publish()
            self.drain()
        self.assertEqual(drafts.mapped('is_on_onbuy'), [True] * 3)
        self.assertEqual([len(body['listings']) for body in self.sent('/listings')], [1, 1, 1])

    def test_a_price_that_onbuy_does_not_take_is_sent_again_and_then_told(self):
        draft = self.list_now(self.make_product())
        self.publish()
        self.drain()
        self.lay_over(draft.sku, price='0.00')
        for _run in range(7):
            self.publish()
        self.assertEqual(draft.publish_state, 'refused')
        self.assertIn("OnBuy shows £0.00", draft.publish_error)
        self.assertLessEqual(len(self.sent('/listings')), 6)

    def test_the_search_may_be_behind_what_onbuy_made(self):
        draft = self.lose_answer('drop_after')
        self.drain()
        find = OnBuyClient.find_products
        self.patch(OnBuyClient, 'find_products', lambda client, codes: {code: [] for code in codes})
        self.patch(OnBuyClient, 'find_listing', lambda client, sku: None)
        self.publish()
        self.assertEqual((draft.publish_state, draft.queue_ids.state), ('creating', 'uncertain'))
        self.assertEqual(self.created(), [1])
        self.patch(OnBuyClient, 'find_products', find)
        self.publish()
        self.assertEqual(draft.publish_state, 'offering')
