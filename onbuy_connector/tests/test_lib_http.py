"""The client over real HTTP, against a server of this test that misbehaves."""
import logging
import socket
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

from odoo.tests import BaseCase

from ..lib import const
from ..lib.client import OnBuyClient
from ..lib.errors import OnBuyError, UnavailableError, UncertainError
from ..lib.governor import Governor, Limits
from .lib_common import CONSUMER_KEY, SECRET_KEY, TOKEN


class Handler(BaseHTTPRequestHandler):
    """Answers token requests properly and everything else as its path says."""

    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        """Say nothing."""

    def do_POST(self):
        self.server.received.append(self.rfile.read(int(self.headers['Content-Length'])).decode())
        self.answer(b'{"access_token": "%s", "expires_at": "1"}' % TOKEN.encode())

    def do_GET(self):
        self.server.received.append(self.path)
        getattr(self, self.path.split('?')[0].rsplit('/', 1)[-1])()

    do_PUT = do_GET

    def answer(self, body, status=200, **headers):
        """Send a whole answer."""
        self.send_response(status)
        for name, value in {'Content-Length': str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def good(self):
        self.answer(b'{"results": []}')

    def echo(self):
        self.answer(b'{"authorization": "%s"}' % self.headers['Authorization'].encode())

    def redirect(self):
        self.answer(b'', 302, Location=f'http://127.0.0.1:{self.server.server_port}/v2/good')

    def drop(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def truncated(self):
        self.send_response(200)
        self.send_header('Content-Length', '100')
        self.end_headers()
        self.wfile.write(b'{"results"')
        self.close_connection = True

    def trickle(self):
        """Send a good answer, one byte now and then, and tell when nobody listens any more."""
        body = b' ' * 100 + b'{}'
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.close_connection = True
        for byte in body:
            try:
                self.wfile.write(bytes([byte]))
            except OSError:
                self.server.cut_off.set()
                return
            if self.server.ended.wait(0.05):
                return


class TestHttp(BaseCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        cls.server.daemon_threads = True
        cls.server.received = []
        cls.server.ended = threading.Event()
        cls.server.cut_off = threading.Event()
        thread = threading.Thread(
            target=cls.server.serve_forever, kwargs={'poll_interval': 0.02}, daemon=True
        )
        thread.start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        cls.addClassCleanup(cls.server.ended.set)

    def setUp(self):
        super().setUp()
        self.server.received.clear()
        self.client = self.make_client(self.server.server_port)

    def make_client(self, port):
        """Return a client of a port on this machine, without pacing."""
        client = OnBuyClient(
            f'http://127.0.0.1:{port}/v2', CONSUMER_KEY, SECRET_KEY, governor=Governor(Limits(interval=0))
        )
        self.addCleanup(client.close)
        return client

    def test_keys_travel_urlencoded_in_the_body_and_the_token_raw_in_its_header(self):
        self.assertEqual(self.client.request('GET', '/echo'), {'authorization': TOKEN})
        self.assertEqual(
            self.server.received, [f'secret_key={SECRET_KEY}&consumer_key={CONSUMER_KEY}', '/v2/echo']
        )

    def test_a_netrc_file_does_not_replace_the_token(self):
        with tempfile.NamedTemporaryFile('w', suffix='netrc', encoding='utf-8') as netrc:
            netrc.write('default login me password secret\n')
            netrc.flush()
            with patch.dict('os.environ', {'NETRC': netrc.name}):
                self.assertEqual(self.client.request('GET', '/echo')['authorization'], TOKEN)

    def test_brackets_reach_the_server(self):
        self.client.request('GET', '/good', params={'filter[status]': 'all'})
        self.assertEqual(self.server.received[-1], '/v2/good?filter%5Bstatus%5D=all')

    def test_a_redirect_is_not_followed(self):
        with self.assertRaises(UnavailableError):
            self.client.request('GET', '/redirect')
        self.assertNotIn('/v2/good', self.server.received)

    def test_a_dropped_or_truncated_answer_is_uncertain_for_a_write_and_unavailable_for_a_read(self):
        for path in ('/drop', '/truncated'):
            for method, kind in (('GET', UnavailableError), ('PUT', UncertainError)):
                with self.subTest(path=path, method=method), self.assertRaises(OnBuyError) as caught:
                    self.client.request(method, path)
                self.assertIs(type(caught.exception), kind)

    def test_an_answer_that_trickles_is_cut_off_at_the_deadline(self):
        self.client.request('GET', '/good')
        with patch.object(const, 'DEADLINE', 0.3), self.assertRaises(UncertainError):
            self.client.request('PUT', '/trickle')
        self.assertTrue(self.server.cut_off.wait(10))

    def test_after_a_broken_connection_the_client_goes_on(self):
        with self.assertRaises(UnavailableError):
            self.client.request('GET', '/drop')
        self.assertEqual(self.client.request('GET', '/good'), {'results': []})

    def test_a_closed_port_means_that_nothing_was_sent(self):
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            client = self.make_client(free.getsockname()[1])
            for method in ('GET', 'PUT'):
                with self.subTest(method=method), self.assertRaises(UnavailableError):
                    client.request(method, '/good')

    def test_no_log_of_any_library_shows_keys_or_the_token(self):
        ours = self.assertLogs('odoo.addons.onbuy_connector.lib', level=logging.DEBUG)
        with self.assertLogs(level=logging.DEBUG) as theirs, ours as our_logs:
            self.client.request('GET', '/echo')
            with self.assertRaises(UnavailableError):
                self.client.request('GET', '/drop')
        for secret in (CONSUMER_KEY, SECRET_KEY, TOKEN):
            self.assertNotIn(secret, '\n'.join(theirs.output + our_logs.output))
