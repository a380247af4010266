"""Understanding what came over the wire: bodies, statuses, lost answers. Sends nothing itself."""
import contextlib
import ipaddress
import json
import os
import re
import socket
import ssl
import threading
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import requests
import urllib3

from . import const, values
from .errors import AnswerError, ForbiddenError, NotFoundError, OnBuyError, RejectedError, UnavailableError, UncertainError

# All that requests and what lies below it raise when a connection fails (RequestException is an OSError).
NETWORK_ERRORS = (OSError, urllib3.exceptions.HTTPError)
_NOTHING_SENT = (
    requests.ConnectTimeout, requests.exceptions.ProxyError, requests.exceptions.InvalidURL,
    requests.exceptions.InvalidHeader, requests.exceptions.InvalidJSONError,
    urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError,
    ssl.SSLCertVerificationError,
)
_TAGS = re.compile(r'<(style|script)\b.*?</\1>|<[^>]*>', re.DOTALL | re.IGNORECASE)


class Reply(NamedTuple):
    """One HTTP answer: status, body in bytes, seconds of its `Retry-After` or None."""

    status: int
    body: bytes
    retry_after: float | None


class LostAnswer(OSError):
    """The answer's body was not received whole: too large or too slow."""


class TooLarge(LostAnswer):
    """The body has more bytes than are taken."""


# === ADDRESS === #

def checked_url(url):
    """Return a base address without its trailing slash.

    :raise OnBuyError: neither https nor on this machine, or with a user name, query or no host
    """
    parts = urlsplit(url or '')
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise OnBuyError("The address of OnBuy's API is not usable.")
    if parts.scheme != 'https' and not (parts.scheme == 'http' and _is_loopback(parts.hostname)):
        raise OnBuyError("The address of OnBuy's API must begin with https://, for keys are sent to it.")
    return url.rstrip('/')


def is_public_url(url):
    """Tell whether an address looks as if it could be reached from anywhere: https, and no private name or number."""
    parts = urlsplit(url or '')
    host = parts.hostname or ''
    try:
        return parts.scheme == 'https' and ipaddress.ip_address(host).is_global
    except ValueError:
        return parts.scheme == 'https' and '.' in host and not host.endswith(('.local', '.internal', '.localhost'))


def _is_loopback(host):
    """Tell whether a host name is this machine."""
    try:
        return host == 'localhost' or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# === RECEIVING === #

def read_body(response, seconds, clock, limit=const.MAX_ANSWER_BYTES):
    """Return the whole body.

    :param response: `requests` response, opened with ``stream=True``
    :param float seconds: what is left of the call's total time
    :param clock: callable giving seconds
    :param int limit: bytes
    :raise LostAnswer: larger than the limit (TooLarge), or the time is up; other network errors pass
    """
    end, body = clock() + seconds, bytearray()
    with _cut_off(response, seconds):
        for chunk in response.iter_content(65536):
            body += chunk
            if len(body) > limit:
                raise TooLarge("OnBuy's answer is too large.")
            if clock() > end:
                raise LostAnswer("OnBuy's answer takes too long.")
    return bytes(body)


@contextlib.contextmanager
def _cut_off(response, seconds):
    """Shut the connection down after ``seconds``.

    A time-out per socket operation does not stop a server that trickles one byte now and then: a read waits
    for its whole chunk.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(AttributeError, OSError, ValueError):  # Read whole, or no connection.
            handle = stack.enter_context(socket.socket(fileno=os.dup(response.raw.fileno())))
            timer = threading.Timer(max(seconds, 0), _shut_down, [handle])
            timer.daemon = True
            timer.start()
            stack.callback(timer.cancel)
        yield


def _shut_down(handle):
    """End a connection in both directions; it may have ended by itself."""
    with contextlib.suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)


def retry_after(headers, now):
    """Return the seconds of a `Retry-After` header (a number or an HTTP date), None without a usable one.

    :param float now: Unix seconds
    """
    text = (headers.get('Retry-After') or '').strip()
    try:
        seconds = float(text) if text.isdigit() else parsedate_to_datetime(text).timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return None
    return seconds if seconds > 0 else None


def clock_gap(headers, now):
    """Return by how many seconds the server's clock is ahead of ours, by its `Date`; None without a usable one.

    :param float now: Unix seconds
    """
    try:
        return parsedate_to_datetime(headers.get('Date') or '').timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return None


# === UNDERSTANDING === #

def parse_json(body):
    """Return the JSON object or array in a body.

    :raise ValueError: no JSON, not UTF-8, numbers not finite, nested too deeply, neither object nor array
    """
    try:
        answer = json.loads(body.decode('utf-8-sig'), parse_constant=_refuse_number, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(answer, dict | list):
        raise ValueError("neither an object nor an array")
    _check_depth(answer, const.MAX_DEPTH)
    return answer


def _refuse_number(text):
    """Refuse NaN and Infinity, which are no JSON and which PostgreSQL does not store."""
    raise ValueError(f"{text} is not a number")


def _finite(text):
    """Return a JSON number as float; refuse one that overflows."""
    number = float(text)
    return number if abs(number) != float('inf') else _refuse_number(text)


def _check_depth(value, levels):
    """Raise ValueError when JSON data nests deeper than ``levels``."""
    if not isinstance(value, dict | list):
        return
    if not levels:
        raise ValueError("nested too deeply")
    for item in value.values() if isinstance(value, dict) else value:
        _check_depth(item, levels - 1)


def words(answer):
    """Return ``(errorCode or None, message)`` of an error envelope in any of its forms (reference, 4)."""
    answer = values.as_object(answer)
    error = answer.get('error') or answer
    if not isinstance(error, dict):
        return None, str(error)
    code = values.first(error, 'errorCode', 'errorcode', 'code')
    message = values.first(error, 'message', 'error_description', 'error')
    return (str(code) if code is not None else None), str(message or '')


def body_words(body):
    """Return ``(errorCode or None, message)`` of a body; a web page gives its text."""
    try:
        return words(parse_json(body))
    except ValueError:
        return None, ' '.join(_TAGS.sub(' ', body[:20000].decode('utf-8', 'replace')).split())


def said(answer, secrets=()):
    """Return " OnBuy says: …" with its words in parsed JSON, without keys and tokens; '' for none.

    :param secrets: further texts to take out
    """
    text = values.redact_text(words(answer)[1], secrets)
    return f' OnBuy says: {text}' if text else ''


def is_refusal(answer):
    """Tell whether an answer with status 200 says no all the same, for the whole of what was asked."""
    answer = values.as_object(answer)
    return values.maybe(values.to_bool, answer.get('success')) is False or bool(answer.get('error'))


def read_rows(answer, secrets=(), **data):
    """Return the list of rows in the answer to a read (:func:`values.rows`).

    :param secrets: texts that must not appear in the error
    :param data: of the error: method and path
    :raise AnswerError: no list, or a refusal in place of rows
    """
    try:
        rows = values.rows(answer)
    except values.ParseError as error:
        raise AnswerError(f"OnBuy's answer cannot be understood: {error}{said(answer, secrets)}", **data) from error
    if not rows and is_refusal(answer) and values.total_of(answer) != 0:
        raise AnswerError(f"OnBuy refused to answer.{said(answer, secrets)}", **data)
    return rows


# === ERRORS === #

def was_never_sent(error):
    """Tell whether a network error proves that OnBuy got nothing: no name, no connection, no trust."""
    if isinstance(error, _NOTHING_SENT):
        return True
    causes = [getattr(error, 'reason', None), *getattr(error, 'args', ())[:1]]
    return any(was_never_sent(cause) for cause in causes if isinstance(cause, Exception))


def network_error(error, *, write, **data):
    """Return the OnBuyError for a failed connection.

    :param bool write: the call could have changed something at OnBuy
    """
    if not was_never_sent(error):
        return lost_answer("The connection to OnBuy broke before its answer arrived.", write=write, **data)
    return UnavailableError("OnBuy cannot be reached: nothing was sent.", **data)


def lost_answer(message, *, write, **data):
    """Return UncertainError for a write whose answer is lost, UnavailableError for a read."""
    if write:
        return UncertainError(f"{message} OnBuy may have carried it out.", **data)
    return UnavailableError(message, **data)


def status_error(reply, secrets, *, write, **data):
    """Return the OnBuyError for a status other than 2xx, 401 and 429 (reference, 4 and 23).

    :param Reply reply: the answer
    :param secrets: texts that must not appear in the error
    """
    code, message = body_words(reply.body)
    data.update(status=reply.status, code=code, details=values.redact_text(message or code or '', secrets))
    said = f': {data["details"]}' if data['details'] else '.'
    if 300 <= reply.status < 400:
        return lost_answer("OnBuy's address redirects elsewhere; keys are not sent there: check the address.",
                           write=write, **data)
    if reply.status >= 500 or reply.status == 408:
        return lost_answer(f"OnBuy has a problem of its own (HTTP {reply.status}).", write=write, **data)
    if reply.status == 403:
        return ForbiddenError(f"OnBuy does not permit this to the account{said}", **data)
    if reply.status == 404:
        return NotFoundError(f"OnBuy does not know this{said}", **data)
    return RejectedError(f"OnBuy refused the request{said}", **data)
