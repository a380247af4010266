"""Pictures: which addresses are asked, and what counts as a picture. Served by a TLS server of this test."""
import contextlib
import datetime
import ipaddress
import socket
import ssl
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from odoo.tests import BaseCase

from ..lib import const, images
from ..lib.client import OnBuyClient
from ..lib.errors import UnavailableError
from .lib_common import CONSUMER_KEY, SECRET_KEY

HOST = 'img.example.com'
PNG = b'\x89PNG\r\n\x1a\n' + b'0' * 100
PUBLIC = '93.184.216.34'
PRIVATE = (
    '127.0.0.1', '10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1',
    '240.0.0.1', '255.255.255.255', '::1', '::', 'fe80::1', 'fc00::1', 'ff02::1', '::ffff:10.0.0.1', '::7f00:1',
    '64:ff9b::7f00:1', '2002:7f00:1::', '2001:db8::1',
)


def resolving(*addresses):
    """Have every name lead to these addresses."""
    found = [(socket.AF_INET6 if ':' in one else socket.AF_INET, socket.SOCK_STREAM, 6, '', (one, 443)) for one in addresses]
    return patch.object(images.socket, 'getaddrinfo', lambda *args, **kwargs: found)


class TestAddresses(BaseCase):

    def refused(self, url, *hosts):
        """Return the words with which an address is refused."""
        with self.assertRaises(ValueError) as caught:
            images.find_target(url, hosts)
        return str(caught.exception)

    def test_addresses_that_onbuy_cannot_fetch_are_refused_without_looking_anything_up(self):
        live, local = 'https://api.onbuy.com/v2', 'http://127.0.0.1:8900/v2'
        for url in (f'https://{HOST}/1.jpg', 'http://93.184.216.34/1.jpg', 'http://8.8.8.8:8069/1.jpg'):
            images.check_address(url, live)
        for url in ('http://localhost/1.jpg', 'http://odoo:8069/1.jpg', 'https://nas.local/1.jpg', 'http://[::1]/1.jpg',
                    *(f'http://{address}/1.jpg' for address in PRIVATE if ':' not in address)):
            with self.subTest(url=url), self.assertRaisesRegex(ValueError, "your own network"):
                images.check_address(url, live)
            images.check_address(url, local)
        for url in ('', 'lamp.jpg', 'ftp://x.example/1.jpg', 'file:///etc/passwd', 'https://a@x.example/1.jpg',
                    'https:///1.jpg', 'https://x.example/1.jpg https://x.example/2.jpg'):
            with self.subTest(url=url), self.assertRaisesRegex(ValueError, "no address of a picture"):
                images.check_address(url, local)

    def test_a_public_address_is_asked_by_its_number(self):
        with resolving(PUBLIC):
            self.assertEqual(images.find_target(f'https://{HOST}/a b.png?x=1&y=%20#top'),
                             (f'https://{PUBLIC}:443/a%20b.png?x=1&y=%20', HOST))
        with resolving('2606:2800:220:1::1'):
            self.assertEqual(images.find_target(f'https://{HOST.upper()}.'), ('https://[2606:2800:220:1::1]:443/', HOST))

    def test_names_in_other_letters_are_looked_up_as_the_network_writes_them(self):
        with resolving(PUBLIC):
            self.assertEqual(images.find_target('https://bücher.example/a.png').host, 'xn--bcher-kva.example')

    def test_only_https_on_its_usual_port_without_a_user(self):
        with resolving(PUBLIC):
            for url in ('http://img.example.com/a', 'ftp://img.example.com/a', 'file:///etc/passwd', '', None, 'a.png',
                        'https://', 'https:///a', 'https://me@img.example.com/', 'https://me:pw@img.example.com/',
                        'https://img.example.com:8443/', 'https://img.example.com:80/', 'https://img.example.com:99999/',
                        'https://[::1]/', 'https://[fe80::1%25eth0]/', 'https://a b/', 'https://a..b/', 'https://[/'):
                with self.subTest(url=url):
                    self.refused(url)

    def test_no_address_inside_a_network_is_asked(self):
        for address in PRIVATE:
            with self.subTest(address=address), resolving(address):
                self.assertIn("not on the public internet", self.refused(f'https://{HOST}/'))

    def test_one_private_address_among_public_ones_is_enough(self):
        with resolving(PUBLIC, '10.0.0.1'):
            self.assertIn("not on the public internet", self.refused(f'https://{HOST}/'))

    def test_numbers_in_odd_spellings_are_looked_through(self):
        for host in ('127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', 'localhost'):
            with self.subTest(host=host):
                self.refused(f'https://{host}/')

    def test_an_unknown_name_is_told(self):
        with patch.object(images.socket, 'getaddrinfo', side_effect=socket.gaierror()):
            self.assertIn("not known", self.refused(f'https://{HOST}/'))

    def test_hosts_are_allowed_with_all_below_them_and_no_others(self):
        with resolving(PUBLIC):
            for host in ('example.com', 'img.example.com', 'a.b.EXAMPLE.com'):
                self.assertEqual(images.find_target(f'https://{host}/', ['other.org', 'Example.com']).host, host.lower())
            for host in ('example.org', 'notexample.com', 'example.com.evil.org', 'com'):
                with self.subTest(host=host):
                    self.assertIn("not one that pictures are taken from", self.refused(f'https://{host}/', 'example.com'))


class TestContent(BaseCase):

    def test_pictures_of_every_kind_are_taken(self):
        for begin in (PNG, b'\xff\xd8\xff\xe0', b'GIF89a', b'GIF87a', b'RIFF\n\x00\x00\nWEBPVP8 '):
            with self.subTest(begin=begin):
                self.assertEqual(images.checked_image('image/JPEG; q=1', begin), begin)

    def test_the_type_and_the_beginning_must_both_be_a_pictures(self):
        for kind, body in (
            ('image/svg+xml', b'<svg/>'), ('image/png', b'<svg/>'), ('image/png', b''), ('image/png', b'\x89PN'),
            ('text/html', PNG), (None, PNG), ('', PNG), ('image/png', b' ' + PNG), ('image/webp', b'RIFFxxxxWAVE'),
        ):
            with self.subTest(kind=kind, body=body[:8]), self.assertRaises(ValueError):
                images.checked_image(kind, body)


def make_certificate(host, folder):
    """Write a certificate for a name, which vouches for itself, and its key; return their path."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1)).add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256()))
    path = Path(folder) / f'{host}.pem'
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return path


class Handler(BaseHTTPRequestHandler):
    """Answers as the path says: a status, an address to go to, a size."""

    def log_message(self, *args):
        """Say nothing."""

    def do_GET(self):
        self.server.received.append((self.headers['Host'], self.path, self.headers['Authorization']))
        what, _slash, value = self.path[1:].partition('/')
        status, headers, body = 200, {'Content-Type': 'image/png'}, PNG
        if what == 'to':
            status, headers, body = 302, {'Location': f'https://{value}'}, b''
        elif what == 'status':
            status = int(value)
        elif what == 'size':
            body += b'0' * int(value)
        elif what == 'svg':
            headers, body = {'Content-Type': 'image/svg+xml'}, b'<svg/>'
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        with contextlib.suppress(OSError):  # Who had enough hangs up.
            self.wfile.write(body)


class TestFetch(BaseCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.certificate = make_certificate(HOST, folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cls.certificate)
        context.sni_callback = lambda _socket, name, _context: cls.server.names.append(name)
        cls.server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        cls.server.daemon_threads = True
        cls.server.socket = context.wrap_socket(cls.server.socket, server_side=True)
        threading.Thread(target=cls.server.serve_forever, kwargs={'poll_interval': 0.02}, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)

    def setUp(self):
        super().setUp()
        self.server.received, self.server.names = [], []
        self.looked_up = []
        self.patch(const, 'IMAGE_PORT', self.server.server_port)
        self.patch(images, 'is_public', lambda address: address == ipaddress.ip_address('127.0.0.1'))
        self.patch(images.socket, 'getaddrinfo', self.look_up)
        self.enterContext(patch('requests.adapters.DEFAULT_CA_BUNDLE_PATH', str(self.certificate)))
        self.client = OnBuyClient('https://api.onbuy.example/v2', CONSUMER_KEY, SECRET_KEY)
        self.addCleanup(self.client.close)

    def look_up(self, host, port, *args, **kwargs):
        """Resolve our names to this machine the first time, and to another place from then on, as an attacker does."""
        if host[0].isdigit():  # Connecting to a number looks it up, too.
            address = host
        else:
            self.looked_up.append(host)
            address = '127.0.0.1' if self.looked_up.count(host) == 1 else '203.0.113.9'
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, '', (address, port))]

    def fetch(self, path, *hosts):
        """Return what is fetched from our server."""
        self.looked_up.clear()
        return self.client.fetch_image(f'https://{HOST}/{path}', hosts)

    def test_a_picture_is_fetched_by_name_from_the_address_that_was_checked(self):
        self.assertEqual(self.fetch('a.png', 'example.com'), PNG)
        self.assertEqual(self.looked_up, [HOST], "a second look-up could lead elsewhere")
        self.assertEqual((self.server.names, self.server.received), ([HOST], [(HOST, '/a.png', None)]))

    def test_a_certificate_for_another_name_is_refused(self):
        with self.assertRaises(UnavailableError):
            self.client.fetch_image('https://other.example.com/a.png')
        self.assertEqual((self.server.names, self.server.received), (['other.example.com'], []))

    def test_a_certificate_that_nobody_vouches_for_is_refused(self):
        with patch('requests.adapters.DEFAULT_CA_BUNDLE_PATH', str(make_certificate('ca.example', self.certificate.parent))):
            with self.assertRaises(UnavailableError):
                self.fetch('a.png')

    def test_neither_proxies_nor_passwords_of_the_environment_are_used(self):
        netrc = self.certificate.with_name('netrc')
        netrc.write_text('default login me password secret\n', encoding='utf-8')
        with patch.dict('os.environ', {'https_proxy': 'http://127.0.0.1:9', 'NETRC': str(netrc)}):
            self.assertEqual(self.fetch('a.png'), PNG)
        self.assertEqual(self.server.received[0][2], None)

    def test_a_redirect_is_checked_like_the_first_address(self):
        with self.assertRaisesRegex(ValueError, "not one that pictures"):
            self.fetch('to/elsewhere.org/a.png', 'example.com')
        with self.assertRaisesRegex(ValueError, "not on the public internet"):
            self.fetch('to/10.0.0.1/a.png')
        with self.assertRaisesRegex(ValueError, "a port of its own"):
            self.fetch('to/img.example.com:22/')

    def follow(self, hops):
        """Fetch a picture over so many redirects; every name is looked up anew."""
        self.patch(images.socket, 'getaddrinfo', lambda host, port, *args, **kwargs: [
            (socket.AF_INET, socket.SOCK_STREAM, 6, '', ('127.0.0.1', port))])
        return self.fetch(f'to/{HOST}:{self.server.server_port}/' * hops + 'a.png')

    def test_three_redirects_are_followed_and_a_fourth_is_not(self):
        self.assertEqual(self.follow(3), PNG)
        with self.assertRaisesRegex(ValueError, "without end"):
            self.follow(4)

    def test_a_picture_too_large_is_not_read_to_its_end(self):
        self.patch(const, 'MAX_IMAGE_BYTES', 1000)
        self.assertEqual(len(self.fetch('size/800')), 908)
        with self.assertRaisesRegex(ValueError, "larger than"):
            self.fetch('size/100000')

    def test_what_is_not_there_is_refused_and_a_passing_trouble_is_not(self):
        for status in (404, 403, 204, 304):
            with self.subTest(status=status), self.assertRaises(ValueError):
                self.fetch(f'status/{status}')
        for status in (500, 503, 429):
            with self.subTest(status=status), self.assertRaises(UnavailableError):
                self.fetch(f'status/{status}')

    def test_a_name_that_cannot_be_looked_up_for_now_is_a_passing_trouble(self):
        with patch.object(images.socket, 'getaddrinfo', side_effect=socket.gaierror(socket.EAI_AGAIN, "later")):
            with self.assertRaises(UnavailableError):
                self.fetch('a.png')

    def test_an_svg_is_refused(self):
        with self.assertRaisesRegex(ValueError, "image/svg"):
            self.fetch('svg')

    def test_the_time_is_limited_over_all_redirects(self):
        ticks = iter(range(0, 10 ** 6, 20))
        self.client._clock = lambda: next(ticks)
        with self.assertRaisesRegex(ValueError, "without end"):
            self.follow(2)
