import json

import requests

from ..lib import const, trace
from ..lib.errors import UnavailableError
from ..lib.wire import Reply
from .lib_common import CONSUMER_KEY, NEW_TOKEN, NOW, SECRET_KEY, TOKEN, LibCase, order_row, page


class TestLibTrace(LibCase):
    """What is kept of calls for support: enough to understand them, nothing of keys, tokens and buyers."""

    def setUp(self):
        super().setUp()
        self.kept = []
        self.client = self.make_client(on_exchange=self.kept.append)

    def request(self, answer, method='GET', **content):
        """Make a call that is answered so, and return what was kept of it."""
        self.expect(method, '/x', answer)
        self.client.request(method, '/x', **content)
        return self.kept[-1]

    def get_words(self, order):
        """Return all that an order says of its buyer."""
        people = [order['buyer'], order['billing_address'], order['delivery_address']]
        return {value for person in people for key, value in (person or {}).items()
                if value and key not in ('country', 'country_code')}

    def test_a_call_is_kept_with_its_path_query_status_time_and_bodies(self):
        def answer_late(*args, **kwargs):
            self.clock.now += 0.25
            return request(*args, **kwargs)

        request = self.session.request
        self.session.request = answer_late
        kept = self.request({'results': [{'sku': 'LAMP-1'}]}, 'PUT', params={'limit': 1}, json={'listings': [{'sku': 'A'}]})
        self.assertEqual(kept[:5], ('PUT', '/x', 'limit=1', 200, 250))
        self.assertEqual(json.loads(kept.request), {'listings': [{'sku': 'A'}]})
        self.assertEqual(json.loads(kept.answer), {'results': [{'sku': 'LAMP-1'}]})

    def test_nothing_is_kept_when_nobody_wants_it(self):
        self.client = self.make_client()
        self.expect('GET', '/x', {})
        self.client.request('GET', '/x')
        self.assertFalse(self.kept)

    def test_an_order_keeps_its_shape_and_loses_its_buyer(self):
        order = order_row()
        kept = self.request(page([order]))
        words = self.get_words(order)
        self.assertGreater(len(words), 6)
        for word in words:
            self.assertNotIn(word, kept.answer)
        self.assertIn(order['order_id'], kept.answer)
        self.assertEqual(trace.mask(order)['buyer'], dict.fromkeys(order['buyer'], trace.MASK))
        self.assertEqual(trace.mask(order)['products'], order['products'])

    def test_a_buyers_name_in_other_words_is_masked_too(self):
        kept = self.request({'message': "Sam Buyer of Leeds: refused", 'buyer': {'name': "Sam Buyer", 'town': "Leeds"}})
        self.assertNotIn("Sam Buyer", kept.answer)
        self.assertNotIn("Leeds", kept.answer)
        self.assertIn("refused", kept.answer)

    def test_addresses_and_numbers_in_free_text_are_masked(self):
        for text in ("sam@example.com", "+44 7000 000000", "07000 000000", "LS1 1AA"):
            with self.subTest(text=text):
                self.assertNotIn(text, trace.mask_text(f"Write to {text} now"))

    def test_what_is_needed_to_understand_a_call_stays(self):
        for text in ('TQ4M7XA', '5012345678900', '0012345678905', 'P7QX4M2', 'LAMP-001', '2026-03-02 09:22:09'):
            with self.subTest(text=text):
                self.assertIn(text, trace.mask_text(f"See {text} now"))

    def test_keys_and_tokens_are_in_nothing_that_is_kept(self):
        self.client = self.make_client(token=None, on_exchange=self.kept.append)
        self.session.expect_token(NEW_TOKEN, NOW + 900)
        self.expect('GET', '/x', {'message': f'{CONSUMER_KEY} {SECRET_KEY} {NEW_TOKEN}', 'token': TOKEN})
        self.client.request('GET', '/x')
        self.assertEqual([one.path for one in self.kept], [const.TOKEN_PATH, '/x'])
        for secret in (CONSUMER_KEY, SECRET_KEY, NEW_TOKEN, TOKEN):
            self.assertNotIn(secret, str(self.kept))

    def test_a_token_in_an_answer_that_is_no_json_is_not_kept_either(self):
        reply = Reply(200, f'access_token={NEW_TOKEN}'.encode(), None)
        self.assertEqual(trace.describe('POST', const.TOKEN_PATH, {}, reply, 1).answer, trace.MASK)

    def test_a_long_body_is_cut_and_leaves_no_half_a_name(self):
        for length in range(trace.MOST + trace.SLACK - 20, trace.MOST + trace.SLACK + 20):
            text = 'x' * length + "Bartholomew Featherstonehaugh" + 'x' * 100
            kept = self.request({'message': text, 'buyer': {'name': "Bartholomew Featherstonehaugh"}})
            self.assertLessEqual(len(kept.answer), trace.MOST)
            self.assertNotIn("Bart", kept.answer)

    def test_a_call_without_answer_is_kept_with_what_went_wrong(self):
        self.expect('GET', '/x', error=requests.ConnectionError())
        with self.assertRaises(UnavailableError):
            self.client.request('GET', '/x')
        self.assertIsNone(self.kept[0].status)
        self.assertIn("broke before its answer", self.kept[0].answer)

    def test_a_web_page_is_kept_as_text(self):
        self.expect('GET', '/x', b'<h1>Sorry</h1>', status=502)
        with self.assertRaises(UnavailableError):
            self.client.request('GET', '/x')
        self.assertEqual((self.kept[0].status, self.kept[0].answer), (502, '<h1>Sorry</h1>'))

    def test_characters_that_the_database_refuses_are_left_out(self):
        self.expect('GET', '/x', b'a\x00b', status=502)
        with self.assertRaises(UnavailableError):
            self.client.request('GET', '/x')
        self.assertEqual(self.kept[0].answer, 'ab')
        self.assertEqual(json.loads(self.request(b'{"a": "\\ud800b"}').answer), {'a': 'b'})

    def test_a_call_that_cannot_be_recorded_is_a_call_all_the_same(self):
        self.client = self.make_client(on_exchange=lambda exchange: 1 / 0)
        self.expect('GET', '/x', {'ok': 1})
        with self.assertLogs('odoo.addons.onbuy_connector.lib.client', 'WARNING'):
            self.assertEqual(self.client.request('GET', '/x'), {'ok': 1})

    # === THE CLOCK === #

    def test_the_difference_to_onbuys_clock_is_known_from_its_answers(self):
        self.expect('GET', '/x', {}, headers={'Date': 'Mon, 02 Mar 2026 09:01:30 GMT'})
        self.client.request('GET', '/x')
        self.assertEqual(self.client.clock_gap, 90)

    def test_an_answer_without_a_usable_date_says_nothing_of_the_clock(self):
        for date in ('', 'soon'):
            self.expect('GET', '/x', {}, headers={'Date': date})
            self.client.request('GET', '/x')
            self.assertIsNone(self.client.clock_gap)
