"""Pictures that listings point to: hostile until checked (size, type, address)."""
import ipaddress
import socket
from urllib.parse import urlsplit

from . import const


def checked_image_url(url, base_url):
    """Return a picture's address if it is safe to ask for: public, or on the very host of OnBuy's API.

    :param str url: as OnBuy sent it
    :param str base_url: of the API
    :raise ValueError: saying what is wrong with it
    """
    parts = urlsplit(url or '')
    api = urlsplit(base_url)
    if (parts.scheme, parts.netloc) == (api.scheme, api.netloc):
        return url
    if parts.scheme != 'https' or not parts.hostname or parts.username:
        raise ValueError("The picture's address does not begin with https://.")
    if not all(address.is_global for address in _addresses(parts.hostname, parts.port or 443)):
        raise ValueError("The picture's address is not on the public internet.")
    return url


def _addresses(host, port):
    """Return the IP addresses of a host.

    :raise ValueError: it has none
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ValueError(f"The picture's host {host} is not known.") from error
    return [ipaddress.ip_address(entry[4][0]) for entry in found]


def checked_image(content_type, body):
    """Return a picture's bytes if they can be one.

    :param str content_type: of the answer
    :param bytes body: at most ``const.MAX_IMAGE_BYTES``
    :raise ValueError: saying what is wrong with it
    """
    kind = (content_type or '').partition(';')[0].strip().lower()
    if kind not in const.IMAGE_TYPES:
        raise ValueError(f"The picture is of type {kind[:50] or 'unknown'}.")
    if not body:
        raise ValueError("The picture is empty.")
    return body
