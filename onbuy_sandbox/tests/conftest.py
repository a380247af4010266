"""A sandbox on a free port for each test, spoken to over real HTTP."""

import asyncio
import threading

import pytest
import requests
from aiohttp import web

from onbuy_sandbox.__main__ import KEYS
from onbuy_sandbox.app import build_app
from onbuy_sandbox.clock import Clock
from onbuy_sandbox.seed.world import build_world
from onbuy_sandbox.settings import Settings

PAIRS = {
    'live': (KEYS['consumer_key'], KEYS['secret_key']),
    'test': (KEYS['test_consumer_key'], KEYS['test_secret_key']),
}
WAIT = 20  # seconds after which a call of a test has failed


class Server:
    """The application in a thread; `loop` is where its state may be touched."""

    def __init__(self, world):
        self.world = world
        self.loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(WAIT)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self._runner = web.AppRunner(build_app(self.world), access_log=None, shutdown_timeout=0.1)
        self.loop.run_until_complete(self._runner.setup())
        self.loop.run_until_complete(web.TCPSite(self._runner, '127.0.0.1', 0).start())
        self.address = f'http://127.0.0.1:{self._runner.addresses[0][1]}'
        self._ready.set()
        self.loop.run_forever()
        self.loop.run_until_complete(self._runner.cleanup())
        self.loop.close()

    def stop(self):
        """Close the server and wait for its thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(WAIT)


class Api:
    """A plain client: logs in once as `mode`, returns `requests` responses."""

    def __init__(self, address, mode='live'):
        self.address = address
        self.mode = mode
        self.session = requests.Session()
        self.headers = {}

    def login(self):
        """Get a token and use it from now on; return self."""
        answer = self.call('POST', '/auth/request-token', data=dict(zip(
            ('consumer_key', 'secret_key'), PAIRS[self.mode], strict=True)))
        self.headers['Authorization'] = answer.json()['access_token']
        return self

    def call(self, method, path, **options):
        """Return the response of `method` on an address below `/v2`."""
        headers = {**self.headers, **options.pop('headers', {})}
        return self.session.request(method, self.address + '/v2' + path, headers=headers, timeout=WAIT,
                                    **options)

    def get(self, path, **params):
        """Return the JSON of a successful GET."""
        return self._good('GET', path, params=params)

    def post(self, path, body):
        """Return the JSON of a successful POST."""
        return self._good('POST', path, json=body)

    def put(self, path, body):
        """Return the JSON of a successful PUT."""
        return self._good('PUT', path, json=body)

    def _good(self, method, path, **options):
        answer = self.call(method, path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def control(self, method, path, body=None):
        """Return the JSON of a successful call of the control API."""
        answer = self.session.request(method, f'{self.address}/_control{path}', json=body, timeout=WAIT)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind, **wish):
        """Set a fault."""
        return self.control('POST', '/faults', {'kind': kind, **wish})

    def settings(self, **changes):
        """Change settings of the sandbox."""
        return self.control('PUT', '/settings', changes)

    def listings(self, **params):
        """Return listing rows, the oldest first."""
        return self.get('/listings',
                        **{'site_id': 2000, 'limit': 100, 'sort[last_created]': 'asc', **params})['results']

    def buyable(self, stock=5):
        """Return a listing row with at least `stock` pieces."""
        return next(row for row in self.listings() if row['stock'] >= stock)

    def order(self, *lines, **wishes):
        """Place a test order of (SKU, quantity) lines, one of a buyable listing if none are given.

        Return its JSON.
        """
        lines = lines or ((self.buyable()['sku'], 1),)
        wanted = [{'sku': sku, 'quantity': quantity} for sku, quantity in lines]
        return self.control('POST', '/orders', {'lines': wanted, **wishes})['orders'][0]

    def view(self, order_id):
        """Return one order as the API shows it."""
        return self.get(f'/orders/{order_id}', site_id=2000)['results']


def fresh_world(listings=60, orders=30, limits=False, **settings):
    """Return a small World; no limits unless asked for."""
    return build_world(PAIRS, listings, orders, 7, Settings(limits_enabled=limits, **settings), Clock())


@pytest.fixture
def serve():
    """Return a function that starts a server for a World and gives its address."""
    servers = []

    def start(world):
        servers.append(Server(world))
        return servers[-1].address

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def address(serve):
    """Address of a fresh sandbox without limits."""
    return serve(fresh_world())


@pytest.fixture
def api(address):
    """A logged-in client of the live store."""
    return Api(address).login()


@pytest.fixture
def test_api(address):
    """A logged-in client of the test store."""
    return Api(address, 'test').login()
