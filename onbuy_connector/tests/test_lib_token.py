"""The access token: kept, renewed, refused (OnBuy API reference, 5)."""
import requests

from ..lib.client import Token
from ..lib.errors import AnswerError, AuthError, UnavailableError
from .lib_common import CONSUMER_KEY, NEW_TOKEN, NOW, SECRET_KEY, TOKEN, LibCase, document


class TestToken(LibCase):

    def test_a_token_is_requested_once_with_the_keys_in_the_body_and_then_kept(self):
        self.client = self.make_client(token=None)
        self.session.expect_token()
        self.expect('GET', '/a', {})
        self.expect('GET', '/b', {})
        self.client.request('GET', '/a')
        self.client.request('GET', '/b')
        self.assertEqual(self.sent(0)['data'], {'secret_key': SECRET_KEY, 'consumer_key': CONSUMER_KEY})
        self.assertNotIn('params', self.sent(0))
        self.assertEqual(self.client.token, Token(TOKEN, NOW + 900))

    def test_the_token_is_sent_without_bearer(self):
        self.expect('GET', '/a', {})
        self.client.request('GET', '/a')
        self.assertEqual(self.sent()['headers']['Authorization'], TOKEN)

    def test_a_token_is_renewed_a_minute_before_it_ends(self):
        self.client = self.make_client(token=Token(TOKEN, NOW + 60))
        self.session.expect_token(NEW_TOKEN)
        self.expect('GET', '/a', {})
        self.client.request('GET', '/a')
        self.assertEqual(self.sent()['headers']['Authorization'], NEW_TOKEN)

    def test_an_expired_token_is_renewed_once_and_the_call_repeated_even_when_it_writes(self):
        self.expect('PUT', '/a', {}, status=401)
        self.session.expect_token(NEW_TOKEN)
        self.expect('PUT', '/a', {'done': 1})
        self.assertEqual(self.client.request('PUT', '/a', json={'x': 1}), {'done': 1})
        self.assertEqual([call.get('json') for call in self.session.calls], [{'x': 1}, None, {'x': 1}])

    def test_a_second_401_is_an_auth_error_and_the_token_is_forgotten(self):
        self.expect('GET', '/a', {'error': {'message': 'bad', 'errorCode': 'badToken'}}, status=401)
        self.session.expect_token(NEW_TOKEN)
        self.expect('GET', '/a', {'error': {'message': 'bad', 'errorCode': 'badToken'}}, status=401)
        with self.assertRaises(AuthError) as caught:
            self.client.request('GET', '/a')
        self.assertEqual((caught.exception.status, caught.exception.code), (401, 'badToken'))
        self.assertIsNone(self.client.token)

    def test_wrong_keys_are_an_auth_error_with_onbuys_words(self):
        self.client = self.make_client(token=None)
        self.expect('POST', '/auth/request-token', document('error_envelope'), status=400)
        with self.assertRaises(AuthError) as caught:
            self.client.request('GET', '/a')
        self.assertIn("Invalid secret key", str(caught.exception))
        self.assertEqual(caught.exception.code, 'invalidRequest')

    def test_keys_refused_with_200_are_an_auth_error_with_onbuys_words(self):
        for answer in ({'success': False, 'message': "Invalid secret key"}, {'error': {'message': "Invalid secret key"}}):
            with self.subTest(answer=answer):
                self.client = self.make_client(token=None)
                self.expect('POST', '/auth/request-token', answer)
                with self.assertRaises(AuthError) as caught:
                    self.client.request('GET', '/a')
                self.assertIn("Invalid secret key", str(caught.exception))

    def test_keys_refused_with_401_are_an_auth_error_without_a_second_try(self):
        self.client = self.make_client(token=None)
        self.expect('POST', '/auth/request-token', {}, status=401)
        with self.assertRaises(AuthError):
            self.client.request('GET', '/a')

    def test_a_lost_token_answer_leaves_a_write_unsent(self):
        self.client = self.make_client(token=None)
        self.expect('POST', '/auth/request-token', error=requests.ReadTimeout())
        with self.assertRaises(UnavailableError):
            self.client.request('PUT', '/a')

    def test_a_token_answer_without_a_token_is_an_answer_error(self):
        for answer in (
            {},
            [],
            {'access_token': None},
            {'access_token': 'with\nnewline'},
            {'access_token': 'ключ-доступа'},
        ):
            with self.subTest(answer=answer):
                self.client = self.make_client(token=None)
                self.expect('POST', '/auth/request-token', answer)
                with self.assertRaises(AnswerError):
                    self.client.request('GET', '/a')

    def test_the_end_of_a_token_is_read_leniently_and_never_later_than_15_minutes(self):
        cases = ((str(int(NOW + 800)), NOW + 800), (NOW + 99999, NOW + 900), (NOW - 3600, NOW + 900),
                 (None, NOW + 900), ('soon', NOW + 900), (float('nan'), NOW + 900))
        for given, expected in cases:
            with self.subTest(given=given):
                self.assertEqual(self.client._expiry(given), expected)

    def test_a_renewed_token_is_handed_over_to_be_kept(self):
        kept = []
        self.client = self.make_client(token=None, on_change=lambda client: kept.append(client.token))
        self.session.expect_token()
        self.expect('GET', '/a', {})
        self.client.request('GET', '/a')
        self.assertEqual(kept, [None, Token(TOKEN, NOW + 900), Token(TOKEN, NOW + 900)])
