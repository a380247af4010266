"""The client's transport: statuses, lost answers, secrets, pacing (OnBuy API reference, 4 and 6)."""
import http.client
import logging
from datetime import datetime

import requests
import urllib3

from ..lib.client import OnBuyClient
from ..lib.errors import (
    DeferredError,
    ForbiddenError,
    NotFoundError,
    OnBuyError,
    RateLimitError,
    RejectedError,
    TimeUpError,
    UnavailableError,
    UncertainError,
)
from ..lib.governor import Governor, Limits
from .lib_common import (
    CONSUMER_KEY,
    NOW,
    SECRET_KEY,
    TOKEN,
    LibCase,
    document,
    make_response,
)

DNS = requests.ConnectionError(urllib3.exceptions.MaxRetryError(
    None, '/', urllib3.exceptions.NewConnectionError(None, "Name or service not known")))
DROPPED = requests.ConnectionError(urllib3.exceptions.ProtocolError(
    'Connection aborted.', http.client.RemoteDisconnected('Remote end closed connection without response')))
HTML = b'<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>'


class TestAnswers(LibCase):

    def failed(self, method, answer=None, **kwargs):
        """Return the error of one call that is answered so."""
        self.expect(method, '/a', answer, **kwargs)
        with self.assertRaises(OnBuyError) as caught:
            self.client.request(method, '/a')
        return caught.exception

    def test_statuses_become_errors_that_say_what_to_do(self):
        for status, kind in (
            (400, RejectedError),
            (403, ForbiddenError),
            (404, NotFoundError),
            (422, RejectedError),
        ):
            with self.subTest(status=status):
                error = self.failed('PUT', document('error_envelope'), status=status)
                self.assertIs(type(error), kind)
                self.assertEqual((error.status, error.method, error.path), (status, 'PUT', '/a'))
                self.assertIn("Invalid secret key", str(error))

    def test_a_429_is_certain_and_pauses_the_method(self):
        error = self.failed('PUT', b'', status=429)
        self.assertIs(type(error), RateLimitError)
        self.assertIsNone(error.retry_after)
        with self.assertRaises(DeferredError):
            self.client.request('PUT', '/a')

    def test_the_pause_after_a_429_follows_retry_after(self):
        error = self.failed('GET', b'', status=429, headers={'Retry-After': '7'})
        self.assertEqual(error.retry_after, 7)
        self.clock.now += 7
        self.expect('GET', '/a', {})
        self.client.request('GET', '/a')

    def test_retry_after_may_be_a_date(self):
        error = self.failed('GET', b'', status=429, headers={'Retry-After': 'Mon, 02 Mar 2026 09:01:00 GMT'})
        self.assertEqual(error.retry_after, 60)

    def test_an_unreadable_retry_after_is_none(self):
        for text in ('soon', '-5', '0', '²', 'Mon, 02 Mar 2020 09:01:00 GMT'):
            with self.subTest(text=text):
                self.client = self.make_client()
                self.assertIsNone(
                    self.failed('GET', b'', status=429, headers={'Retry-After': text}).retry_after
                )

    def test_a_pause_is_handed_over_to_be_kept(self):
        self.failed('PUT', b'', status=429)
        self.assertIsNotNone(self.changes[-1]['PUT']['paused_until'])

    def test_trouble_at_onbuy_makes_a_read_unavailable_and_a_write_uncertain(self):
        troubles = (
            {'answer': HTML, 'status': 502},
            {'answer': b'', 'status': 500},
            {'answer': HTML},
            {'answer': b''},
            {'answer': b'{"results": ['},
            {'answer': b'"text"'},
            {'answer': b'\xff\xfe{}'},
            {'answer': b'{"a": NaN}'},
            {'answer': b'{"a": 1e999}'},
            {'answer': b'[' * 100000},
            {'answer': b'[' * 60 + b']' * 60},
            {'answer': b' ' * (20 * 1024 * 1024) + b'{}'},
            {'answer': b'', 'status': 408},
            {'error': requests.ReadTimeout()},
            {'error': DROPPED},
            {'error': requests.exceptions.ChunkedEncodingError()},
            {'error': OSError("reset")},
        )
        for trouble in troubles:
            for method, kind in (('GET', UnavailableError), ('PUT', UncertainError)):
                with self.subTest(method=method, trouble=str(trouble)[:60]):
                    self.assertIs(type(self.failed(method, **trouble)), kind)

    def test_what_never_left_is_unavailable_even_for_a_write(self):
        for error in (
            DNS,
            requests.ConnectTimeout(),
            requests.exceptions.ProxyError(),
            requests.exceptions.InvalidURL(),
        ):
            with self.subTest(error=type(error).__name__):
                self.assertIs(type(self.failed('PUT', error=error)), UnavailableError)

    def test_a_refusal_is_certain_even_when_its_text_breaks_off(self):
        class Broken:
            """A body whose connection breaks."""

            def read(self, _size):  # pylint: disable=method-required-super
                raise OSError("reset")

            def close(self):
                """Nothing is open."""

        self.session.request = lambda *args, **kwargs: make_response(None, 409, raw=Broken())
        with self.assertRaises(RejectedError):
            self.client.request('PUT', '/a')

    def test_a_redirect_is_not_followed(self):
        error = self.failed('GET', b'', status=302, headers={'Location': 'https://elsewhere.example/'})
        self.assertIs(type(error), UnavailableError)
        self.assertIs(self.sent()['allow_redirects'], False)

    def test_a_web_page_in_an_error_is_shown_as_text(self):
        self.assertEqual(self.failed('GET', HTML, status=404).details, "502 Bad Gateway Bad Gateway")

    def test_long_words_of_the_server_are_shortened(self):
        error = self.failed('GET', {'error': {'message': 'x' * 9000}}, status=400)
        self.assertLessEqual(len(error.details), 500)

    def test_an_answer_that_trickles_is_given_up(self):
        class Slow:
            """A body that takes ten seconds for every chunk."""

            def __init__(self, clock):
                self.clock = clock

            def read(self, _size):  # pylint: disable=method-required-super
                self.clock.now += 10
                return b' '

            def close(self):
                """Nothing is open."""

        response = make_response(None, raw=Slow(self.clock))
        self.session.request = lambda *args, **kwargs: response
        with self.assertRaises(UncertainError):
            self.client.request('PUT', '/a')
        self.assertLessEqual(self.clock.now - NOW, 40)


class TestSafety(LibCase):

    def test_the_address_must_be_https_unless_it_is_this_machine(self):
        for url in ('http://api.onbuy.com/v2', 'ftp://localhost', '', None, 'https://', 'https://me:pw@host/v2',
                    'https://host/v2?x=1', 'http://127.0.0.1.example.com/v2'):
            with self.subTest(url=url), self.assertRaises(OnBuyError):
                OnBuyClient(url, CONSUMER_KEY, SECRET_KEY)
        for url in ('https://api.onbuy.com/v2/', 'http://127.0.0.1:8900/v2', 'http://localhost/v2', 'http://[::1]:1/v2'):
            with self.subTest(url=url):
                self.assertFalse(OnBuyClient(url, CONSUMER_KEY, SECRET_KEY).base_url.endswith('/'))

    def test_neither_errors_nor_logs_nor_repr_show_keys_or_tokens(self):
        said = f'{CONSUMER_KEY} {SECRET_KEY} {TOKEN} sk_test_00112233445566778899aabbccddeeff'
        secrets = (CONSUMER_KEY, SECRET_KEY, TOKEN, 'sk_test_0011')
        with self.assertLogs('odoo.addons.onbuy_connector.lib', level=logging.DEBUG) as logs:
            for answer, status in (
                ({'error': {'message': said}}, 400),
                (said.encode(), 403),
                (said.encode(), 500),
            ):
                self.expect('PUT', '/a', answer, status=status)
                with self.assertRaises(OnBuyError) as caught:
                    self.client.request('PUT', '/a')
                shown = f'{caught.exception} {vars(caught.exception)}'
                for secret in secrets:
                    self.assertNotIn(secret, shown)
        for secret in secrets:
            self.assertNotIn(secret, '\n'.join(logs.output) + repr(self.client) + repr(self.client.token))

    def test_the_log_names_method_path_and_status_but_no_query(self):
        self.expect('GET', '/orders', {})
        with self.assertLogs('odoo.addons.onbuy_connector.lib.client', level=logging.DEBUG) as logs:
            self.client.request('GET', '/orders', params={'filter[order_ids]': 'TSECRET'})
        self.assertIn('GET /orders: 200', logs.output[0])
        self.assertNotIn('TSECRET', logs.output[0])

    def test_every_call_has_a_single_time_out(self):
        self.expect('GET', '/a', {})
        self.client.request('GET', '/a')
        self.assertEqual(self.sent()['timeout'], 20.0)


class TestAllowance(LibCase):

    def test_calls_are_paced(self):
        self.client = self.make_client(governor=Governor(Limits(interval=1.0), clock=self.clock))
        for _call in range(3):
            self.expect('GET', '/a', {})
            self.client.request('GET', '/a')
        self.assertEqual(self.clock.slept, [1.0, 1.0])

    def test_each_call_is_counted_and_handed_over_before_it_is_sent(self):
        self.expect('GET', '/a', error=DNS)
        with self.assertRaises(UnavailableError):
            self.client.request('GET', '/a')
        self.assertEqual([usage['GET']['hour'] for usage in self.changes], [1])

    def test_a_token_request_counts_as_a_post(self):
        self.client = self.make_client(token=None)
        self.session.expect_token()
        self.expect('GET', '/a', {})
        self.client.request('GET', '/a')
        self.assertEqual(self.client.governor.usage()['POST']['hour'], 1)

    def test_a_client_whose_time_is_up_begins_no_call_and_says_that_it_may_go_on_at_once(self):
        self.client.stop_after(4)
        self.clock.now += 3
        self.expect('GET', '/x', {'results': []})
        self.client.request('GET', '/x')
        self.clock.now += 2
        with self.assertRaises(TimeUpError) as caught:
            self.client.request('GET', '/x')
        self.assertEqual(caught.exception.until, datetime(2026, 3, 2, 9, 0, 5))
        self.assertEqual(len(self.session.calls), 1)

    def test_what_exceeds_the_allowance_is_not_sent(self):
        self.client = self.make_client(governor=Governor(
            Limits(per_hour={'GET': 2}, share=100, reserve=0, interval=0), clock=self.clock))
        for _call in range(2):
            self.expect('GET', '/a', {})
            self.client.request('GET', '/a')
        with self.assertRaises(DeferredError) as caught:
            self.client.request('GET', '/a')
        self.assertEqual(len(self.session.calls), 2)
        self.assertGreater(caught.exception.until.timestamp(), 0)

    def test_prioritised_calls_use_the_reserve(self):
        self.client = self.make_client(governor=Governor(
            Limits(per_hour={'GET': 2}, share=100, reserve=50, interval=0), clock=self.clock))
        self.expect('GET', '/a', {})
        self.client.request('GET', '/a')
        with self.assertRaises(DeferredError):
            self.client.request('GET', '/a')
        self.expect('GET', '/a', {})
        with self.client.prioritised():
            self.client.request('GET', '/a')
        with self.assertRaises(DeferredError):
            self.client.request('GET', '/a')
