"""Pictures that listings point to: hostile until checked (size, type, address). Sends nothing itself."""
import ipaddress
import re
import socket
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from requests.adapters import HTTPAdapter

from . import const

_MAGIC = re.compile(rb'\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP', re.DOTALL)
LOCAL_NAMES = ('.local', '.localhost', '.internal', '.lan', '.home.arpa')
_HOST = re.compile(r'[a-z0-9_-]+(?:\.[a-z0-9_-]+)*', re.ASCII)


class Target(NamedTuple):
    """Where a picture is fetched from.

    :param str url: with the checked IP address in the place of the host's name
    :param str host: its name, for the certificate and the `Host` header
    """

    url: str
    host: str


class PinnedAdapter(HTTPAdapter):
    """Speaks TLS with an IP address as if with a name: it asks for, and checks, the name's certificate.

    :param str host: the name
    """

    def __init__(self, host):
        self._host = host
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        """Override of `requests` to name the host."""
        return super().init_poolmanager(*args, server_hostname=self._host, assert_hostname=self._host, **kwargs)


# === ADDRESSES === #

def is_on_api(url, base_url):
    """Tell whether an address is on the very host of OnBuy's API, which may be on this machine."""
    parts, api = urlsplit(url or ''), urlsplit(base_url)
    return (parts.scheme, parts.netloc) == (api.scheme, api.netloc)


def find_target(url, hosts=()):
    """Return the Target of a picture's address, if it is safe to ask for.

    The name is looked up once: who asks the Target asks the very address that was checked here.

    :param str url: from outside
    :param hosts: names that are allowed, with all below them; none: every public one
    :raise ValueError: saying what is wrong with it
    :raise OSError: names cannot be looked up for now
    """
    parts = urlsplit(url or '')
    host = _ascii_host(parts)
    if hosts and not any(f'.{host}'.endswith(f'.{allowed.lower()}') for allowed in hosts):
        raise ValueError(f"The picture's host {host} is not one that pictures are taken from.")
    address = _public_address(host)
    literal = f'[{address}]' if address.version == 6 else address
    path, query = (quote(part, safe="/?%:@!$&'()*+,;=~") for part in (parts.path or '/', parts.query))
    return Target(f'https://{literal}:{const.IMAGE_PORT}{path}' + (f'?{query}' if query else ''), host)


def check_address(url, base_url):
    """Check that OnBuy could fetch a picture, as far as its address tells; nothing is looked up.

    :param str url: to be sent to OnBuy
    :param str base_url: of OnBuy's API: where that is on this machine, pictures may be as well
    :raise ValueError: saying what is wrong with it
    """
    parts = urlsplit(url or '')
    host = (parts.hostname or '').lower()
    if parts.scheme not in ('http', 'https') or not host or '@' in parts.netloc or len(url.split()) != 1:
        raise ValueError(f"{url} is no address of a picture: it must begin with https:// or http://.")
    if _is_local(host) and not _is_local(urlsplit(base_url).hostname or ''):
        raise ValueError(f"{url} is on your own network: OnBuy must be able to fetch it.")


def _is_local(host):
    """Tell whether a host's name or literal address is not one of the public internet."""
    try:
        return not is_public(ipaddress.ip_address(host))
    except ValueError:
        return '.' not in host or host.endswith(LOCAL_NAMES)


def _ascii_host(parts):
    """Return the host's name of a split address, as the network writes it.

    :raise ValueError: neither https nor the usual port, a user name, or no usable name
    """
    if parts.scheme != 'https' or '@' in parts.netloc:
        raise ValueError("The picture's address does not begin with https://.")
    if parts.port not in (None, const.IMAGE_PORT):
        raise ValueError("The picture's address names a port of its own.")
    try:
        host = (parts.hostname or '').encode('idna').decode().rstrip('.')
    except UnicodeError:
        host = ''
    if not _HOST.fullmatch(host):
        raise ValueError("The picture's address has no usable host.")
    return host


def _public_address(host):
    """Return an IP address of a host.

    :raise ValueError: it has none, or one that is not public
    :raise OSError: names cannot be looked up for now
    """
    try:
        found = socket.getaddrinfo(host, const.IMAGE_PORT, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except OSError as error:
        if error.errno == socket.EAI_AGAIN:
            raise
        raise ValueError(f"The picture's host {host} is not known.") from error
    addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
    if not addresses or not all(map(is_public, addresses)):
        raise ValueError("The picture's address is not on the public internet.")
    return addresses[0]


def is_public(address):
    """Tell whether an IP address belongs to the public internet, also when it wraps another one."""
    if address.version == 6 and (address.sixtofour or address.ipv4_mapped):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def next_address(url, response):
    """Return where a picture's address leads on to, when its answer is not the picture.

    :param str url: that was asked; ``response``: of `requests`
    :raise ValueError: it leads nowhere
    :raise OSError: the host has a passing trouble of its own
    """
    status, location = response.status_code, response.headers.get('Location')
    if status in (408, 429) or status >= 500:
        raise OSError(f"HTTP {status}")
    if not 300 <= status < 400 or not location:
        raise ValueError(f"The picture's address answers with HTTP {status}.")
    return urljoin(url, location)


# === CONTENT === #

def checked_image(content_type, body):
    """Return a picture's bytes if they can be one: by what the server says, and by how they begin.

    :param str content_type: of the answer
    :param bytes body: at most ``const.MAX_IMAGE_BYTES``
    :raise ValueError: saying what is wrong with it
    """
    kind = (content_type or '').partition(';')[0].strip().lower()
    if kind not in const.IMAGE_TYPES:
        raise ValueError(f"The picture is of type {kind[:50] or 'unknown'}.")
    if not _MAGIC.match(body):
        raise ValueError("The picture is none: it does not begin as PNG, JPEG, GIF or WebP does.")
    return body
