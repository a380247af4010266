"""What the tests of `lib` share: documents, a fake session that fails on unexpected calls, a frozen clock."""
import copy
import io
import json
from collections import deque
from pathlib import Path

import requests

from odoo.tests import BaseCase

from ..lib.client import OnBuyClient, Token
from ..lib.governor import Governor, Limits

BASE_URL = 'https://api.onbuy.example/v2'
CONSUMER_KEY = 'ck_live_0123456789abcdef0123456789abcdef'
SECRET_KEY = 'sk_live_fedcba9876543210fedcba9876543210'
TOKEN = '7C1F0A44-2B9E-4D1A-9F30-5A8E6B2D1C77'
NEW_TOKEN = '00000000-1111-4222-8333-444444444444'
NOW = 1772442000.0  # 2026-03-02 09:00:00 UTC
DATA = Path(__file__).parent / 'data'


def document(name):
    """Return the parsed JSON of a document in `tests/data`."""
    return json.loads((DATA / f'{name}.json').read_text(encoding='utf-8'))


def order_row(**changed):
    """Return the official order row of the reference with fields changed."""
    return {**copy.deepcopy(document('orders_official')['results'][0]), **changed}


def listing_row(**changed):
    """Return the official listing row of the reference with fields changed."""
    return {**document('listings')['results'][0], **changed}


def page(rows, total=None, **metadata):
    """Return an answer with rows and metadata; without ``total`` it tells no total."""
    if total is not None:
        metadata['total_rows'] = total
    return {'results': rows, 'metadata': metadata}


class Clock:
    """A clock that stands still unless told, and remembers how long it was asked to sleep."""

    def __init__(self, now=NOW):
        self.now = now
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        """Move on without waiting."""
        self.slept.append(seconds)
        self.now += seconds


class FakeSession:
    """Stands in for `requests.Session`: answers what is expected, in order, and fails on anything else."""

    def __init__(self):
        self.expected = deque()
        self.calls = []

    def expect(self, method, path, answer=None, *, status=200, headers=None, error=None):
        """Expect one call.

        :param answer: JSON data, or bytes as they are
        :param error: exception to raise instead of answering
        """
        self.expected.append((method, path, answer, status, headers or {}, error))

    def expect_token(self, value=TOKEN, expires_at=NOW + 900):
        """Expect one token request."""
        self.expect('POST', '/auth/request-token', {'access_token': value, 'expires_at': expires_at})

    def request(self, method, url, **kwargs):
        """Answer like `requests.Session.request`."""
        self.calls.append({'method': method, 'url': url, **kwargs})
        if not self.expected:
            raise AssertionError(f"Unexpected call: {method} {url}")
        wanted, path, answer, status, headers, error = self.expected.popleft()
        if (method, url) != (wanted, BASE_URL + path):
            raise AssertionError(f"Expected {wanted} {path}, got {method} {url}")
        if error:
            raise error
        return make_response(answer, status, headers)

    def close(self):
        """Nothing is open."""


def make_response(answer, status=200, headers=None, raw=None):
    """Return a `requests` response with a body of JSON data or bytes."""
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers or {})
    response.raw = raw or io.BytesIO(answer if isinstance(answer, bytes) else json.dumps(answer).encode())
    return response


class LibCase(BaseCase):
    """A client with a fake session, a frozen clock, no pacing and a valid token."""

    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.session = FakeSession()
        self.changes = []
        self.client = self.make_client()
        self.addCleanup(lambda: self.assertFalse(self.session.expected, "Expected calls were not made"))

    def make_client(self, **changed):
        """Return a client; keyword arguments replace those of the default one."""
        arguments = {
            'token': Token(TOKEN, NOW + 900),
            'governor': Governor(Limits(interval=0), clock=self.clock),
            'session': self.session,
            'clock': self.clock,
            'sleep': self.clock.sleep,
            'on_change': lambda client: self.changes.append(client.governor.usage()),
        } | changed
        return OnBuyClient(BASE_URL, CONSUMER_KEY, SECRET_KEY, **arguments)

    def expect(self, *args, **kwargs):
        """Expect one call (see :meth:`FakeSession.expect`)."""
        self.session.expect(*args, **kwargs)

    def sent(self, position=-1):
        """Return the arguments of a call that was sent."""
        return self.session.calls[position]
