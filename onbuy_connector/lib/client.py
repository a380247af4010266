"""OnBuy's API as a plain Python object: the only file that sends HTTP."""
import contextlib
import logging
import re
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone

import requests

from . import const, images, trace, values, wire
from .endpoints import Endpoints
from .endpoints_catalogue import CatalogueEndpoints
from .errors import AnswerError, AuthError, RateLimitError, TimeUpError, UnavailableError
from .governor import Governor

_logger = logging.getLogger(__name__)
_TOKEN = re.compile(r'[\x21-\x7e]{8,4096}')


@dataclass(frozen=True)
class Token:
    """An access token (OnBuy API reference, 5).

    :param str value: sent as it is, without "Bearer"
    :param float expires_at: Unix seconds
    """

    value: str = field(repr=False)
    expires_at: float


class OnBuyClient(Endpoints, CatalogueEndpoints):
    """One seller account. Not for use by several threads at once.

    Every method that calls OnBuy can raise the classes of :mod:`errors`. Nothing is repeated by itself except
    one call after a token was renewed. A write that ends in UncertainError must be looked up at OnBuy before
    it is sent again.

    :param str base_url: such as ``https://api.onbuy.com/v2``; plain http only on this machine
    :param str consumer_key: and ``secret_key``: the seller's pair
    :param int site_id: 2000 is OnBuy UK
    :param token: the Token of the last run, if kept
    :param governor: keeps the allowance; its state should be kept between runs
    :param on_exchange: called with the :class:`trace.Exchange` of each HTTP request, for support
    :param on_change: called with the client right before each HTTP request and after the token or a pause
        changed, to persist ``client.token`` and ``client.governor.state``
    :param session: `requests` session
    :param clock: callable giving Unix seconds; ``sleep`` takes seconds
    :param float timeout: seconds for one socket operation
    :raise OnBuyError: the address is not safe for keys

    ``clock_gap`` is by how many seconds OnBuy's clock is ahead of this one, by the last answer; None if it did not say.
    """

    def __init__(self, base_url, consumer_key, secret_key, *, site_id=const.SITE_ID, token=None,
                 governor=None, on_change=None, on_exchange=None, session=None, clock=time.time, sleep=time.sleep,
                 timeout=const.TIMEOUT):
        self.base_url = wire.checked_url(base_url)
        self._keys = {'secret_key': secret_key, 'consumer_key': consumer_key}
        self.site_id = site_id
        self.token = token
        self.governor = governor or Governor(clock=clock)
        self._on_change = on_change
        self._on_exchange = on_exchange
        self._session = session or requests.Session()
        self._clock = clock
        self._sleep = sleep
        self._timeout = timeout
        self._priority = False
        self._end = None
        self.calls = 0
        self.clock_gap = None

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def __repr__(self):
        return f'<OnBuyClient {self.base_url} site {self.site_id}>'

    def close(self):
        """Close the connections that are kept open."""
        self._session.close()

    @contextlib.contextmanager
    def prioritised(self):
        """Let the calls inside use the reserve kept for orders and dispatch (reference, 6)."""
        before, self._priority = self._priority, True
        try:
            yield self
        finally:
            self._priority = before

    def stop_after(self, seconds):
        """Begin no call later than that: it raises TimeUpError. A call that has begun goes on to its end.

        :param float seconds: from now on
        """
        self._end = self._clock() + seconds

    # === TRANSPORT === #

    def request(self, method, path, *, params=None, json=None, priority=False):
        """Send one call, paced and budgeted, and return its parsed JSON.

        :param str path: below the base address, such as ``/orders``
        :param dict params: query; ``json``: body
        :param bool priority: may use the reserve
        :return: dict or list
        :raise OnBuyError: a subclass that says what to do next
        """
        call = {'method': method, 'path': path, 'write': method != 'GET'}
        for attempt in (1, 2):  # A 401 means that nothing happened, so also a write is sent again.
            if attempt == 2 or not self._has_valid_token():
                self._renew_token()
            headers = {'Authorization': self.token.value}
            reply = self._exchange(**call, priority=priority, headers=headers, params=params, json=json)
            if reply.status != 401:
                return self._understand(reply, **call)
        error = self._refused(reply, "OnBuy refused a new access token. Does another program use the same "
                                     "keys, or does this server have several addresses?", **call)
        self._set_token(None)
        raise error

    def _exchange(self, *, method, path, write, priority, **content):
        """Send one HTTP request within the allowance and return its Reply.

        :raise OnBuyError: deferred, or no answer came
        """
        self._check_time()
        wait = self.governor.before(method, priority=priority or self._priority)
        if wait:
            self._sleep(wait)
        self.governor.record(method)
        self.calls += 1
        self._changed()
        started = self._clock()
        try:
            reply = self._send(method, self.base_url + path, started, **content)
        except wire.NETWORK_ERRORS as error:
            failure = wire.network_error(error, write=write, method=method, path=path)
            self._trace(method, path, content, failure, started)
            raise failure from error
        self._trace(method, path, content, reply, started)
        return reply

    def _trace(self, method, path, content, outcome, started):
        """Tell the log, and whoever wants to know more, of a call and its Reply or error."""
        seconds = self._clock() - started
        status = outcome.status or type(outcome).__name__
        _logger.debug('OnBuy %s %s: %s in %.2f s', method, path, status, seconds)
        try:
            if self._on_exchange:
                self._on_exchange(trace.describe(method, path, content, outcome, seconds, self._secrets()))
        except Exception:  # noqa: BLE001  What OnBuy answered must not get lost for it.
            _logger.warning("A call to OnBuy could not be recorded.", exc_info=True)

    def _check_time(self):
        """Raise TimeUpError if no call may begin any more."""
        if self._end is not None and self._clock() > self._end:
            until = datetime.fromtimestamp(int(self._clock()), timezone.utc).replace(tzinfo=None)
            raise TimeUpError("The time for this is up: it goes on in the background.", until=until)

    def _send(self, method, url, started, *, headers, **content):
        """Send one HTTP request and return its Reply; keys must not travel, so redirects are not followed.

        The token is the only authorisation: without one said, `requests` would put a password of a .netrc in its place.
        """
        with self._session.request(
            method, url, headers={'User-Agent': const.USER_AGENT, **headers}, auth=_leave_alone, timeout=self._timeout,
            allow_redirects=False, stream=True, **content,
        ) as response:
            self.clock_gap = wire.clock_gap(response.headers, self._clock())
            left = const.DEADLINE - (self._clock() - started)
            try:
                body = wire.read_body(response, left, self._clock)
            except wire.NETWORK_ERRORS:
                if response.status_code // 100 != 4:
                    raise
                body = b''  # A refusal is certain without its text.
            return wire.Reply(response.status_code, body, wire.retry_after(response.headers, self._clock()))

    def _understand(self, reply, *, method, path, write):
        """Return the JSON of a 2xx, or raise the error that the answer stands for."""
        if reply.status == 429:
            self.governor.pause(method, reply.retry_after)
            self._changed()
            raise RateLimitError("OnBuy's limit of calls is reached: nothing happened.", status=429,
                                 method=method, path=path, retry_after=reply.retry_after)
        if not 200 <= reply.status < 300:
            raise wire.status_error(reply, self._secrets(), method=method, path=path, write=write)
        try:
            return wire.parse_json(reply.body)
        except ValueError as error:
            raise wire.lost_answer("OnBuy's answer cannot be read.", status=reply.status, method=method,
                                   path=path, write=write) from error

    def _changed(self):
        """Let the owner persist token and counters."""
        if self._on_change:
            self._on_change(self)

    def _secrets(self):
        """Return the texts that no error may show."""
        return [*self._keys.values(), self.token.value if self.token else '']

    # === PICTURES === #

    def fetch_image(self, url, image_hosts=()):
        """Return the bytes of a listing's picture. No call of the API: neither token nor allowance is used.

        :param str url: https, or on the host of OnBuy's API
        :param image_hosts: names of the hosts that are allowed, with all below them; none: every public one
        :raise ValueError: the address, one that it leads on to, or what lies there is not acceptable
        :raise UnavailableError: it could not be fetched for now
        """
        end, hops = self._clock() + const.DEADLINE, 0
        try:
            while hops <= const.IMAGE_REDIRECTS and self._clock() < end:
                with self._open_image(url, image_hosts) as response:
                    if response.status_code == 200:
                        body = wire.read_body(response, end - self._clock(), self._clock, const.MAX_IMAGE_BYTES)
                        return images.checked_image(response.headers.get('Content-Type'), body)
                    url, hops = images.next_address(url, response), hops + 1
        except wire.TooLarge as error:
            raise ValueError("The picture is larger than 5 MB.") from error
        except wire.NETWORK_ERRORS as error:
            raise UnavailableError("The picture cannot be fetched for now.", method='GET', path='picture') from error
        raise ValueError("The picture's address leads from one place to another without end.")

    @contextlib.contextmanager
    def _open_image(self, url, image_hosts):
        """Give the `requests` response of a picture's checked address.

        It is asked without the environment's proxies and passwords, at the very IP address that was checked.

        :raise ValueError: the address is not acceptable
        """
        options = {'timeout': self._timeout, 'allow_redirects': False, 'stream': True}
        if images.is_on_api(url, self.base_url):
            with self._session.get(url, **options) as response:
                yield response
            return
        target = images.find_target(url, image_hosts)
        headers = {'User-Agent': const.USER_AGENT, 'Host': target.host}
        with requests.Session() as session:
            session.trust_env = False
            session.mount('https://', images.PinnedAdapter(target.host))
            with session.get(target.url, headers=headers, **options) as response:
                yield response

    # === TOKEN === #

    def _has_valid_token(self):
        """Tell whether the token is good for at least another minute (reference, 27)."""
        return bool(self.token) and self._clock() < self.token.expires_at - const.TOKEN_MARGIN

    def _set_token(self, token):
        """Replace the token and let it be persisted."""
        self.token = token
        self._changed()

    def _renew_token(self):
        """Get a new token; the keys go in the body, never in the address (reference, 5).

        :raise AuthError: the keys are wrong
        """
        call = {'method': 'POST', 'path': const.TOKEN_PATH, 'write': False}  # A lost token harms nothing.
        reply = self._exchange(**call, priority=True, headers={}, data=self._keys)
        if reply.status in (400, 401):
            raise self._refused(reply, "OnBuy refused the keys.", **call)
        answer = values.as_object(self._understand(reply, **call))
        if wire.is_refusal(answer):
            raise self._refused(reply, "OnBuy refused the keys.", **call)
        value = answer.get('access_token')
        if not isinstance(value, str) or not _TOKEN.fullmatch(value):
            raise AnswerError(f"OnBuy's answer holds no usable access token.{wire.said(answer, self._secrets())}",
                              method='POST', path=const.TOKEN_PATH)
        self._set_token(Token(value, self._expiry(answer.get('expires_at'))))

    def _expiry(self, value):
        """Return when a token ends, by our clock: clocks differ, 15 minutes are documented (reference, 5)."""
        now = self._clock()
        try:
            expires_at = float(value)
        except (TypeError, ValueError, OverflowError):
            expires_at = 0
        latest = now + const.TOKEN_LIFE
        return min(expires_at, latest) if expires_at > now + 2 * const.TOKEN_MARGIN else latest

    def _refused(self, reply, message, *, method, path, write):
        """Return the AuthError of a refused token request or call."""
        code, said = wire.body_words(reply.body)
        details = values.redact_text(said or code or '', self._secrets())
        return AuthError(f'{message} ({details})' if details else message, status=reply.status, code=code,
                         method=method, path=path, details=details)


def _leave_alone(request):
    """Return a request as it is."""
    return request
