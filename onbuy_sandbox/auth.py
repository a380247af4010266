"""Keys and tokens ("OnBuy API reference", 5)."""

import hmac
import uuid
from dataclasses import dataclass

from .errors import ApiError

WRONG_PROVIDER = (
    "the integration specified in the header doesn't match the integration defined in the API token.")


@dataclass
class Token:
    """An access token: whose it is, where it may be used and until when (Unix seconds)."""

    value: str
    account: object
    address: str
    expires_at: int
    superseded: bool = False


class Tokens:
    """All tokens given out since the start."""

    def __init__(self):
        self._all = {}

    def issue(self, account, address, settings, now):
        """Return a new Token for `account`, used from `address`; it kills older ones unless switched off."""
        if settings.supersede_tokens:
            self.supersede(account)
        token = Token(str(uuid.uuid4()).upper(), account, address, int(now + settings.token_seconds))
        self._all[token.value] = token
        return token

    def supersede(self, account):
        """Make every token of `account` invalid, as a log-in elsewhere does."""
        for token in self._all.values():
            if token.account is account:
                token.superseded = True

    def account_for(self, header, address, settings, now):
        """Return the account whose token `header` holds.

        Raises ApiError 401 if it is missing or no longer good.
        """
        if not header:
            raise ApiError(401, "Missing access token")
        token = self._all.get(header.strip())  # "Bearer …" is unknown here, hence 401 as on the live API
        if not token or token.superseded:
            raise ApiError(401, "Invalid access token")
        if now >= token.expires_at:
            raise ApiError(401, "The access token has expired")
        if settings.bind_token_to_ip and address != token.address:
            raise ApiError(401, "The access token was requested from another IP address")
        return token.account

    def report(self, account, now):
        """Return counts of the tokens of `account`: issued, superseded, live. Never the tokens."""
        mine = [token for token in self._all.values() if token.account is account]
        return {
            'issued': len(mine),
            'superseded': sum(token.superseded for token in mine),
            'live': sum(not token.superseded and now < token.expires_at for token in mine),
        }


def account_of_keys(accounts, fields):
    """Return the account whose key pair is in `fields` (dict).

    Raises ApiError 400 as the live API does (5).
    """
    consumer, secret = (str(fields.get(name) or '') for name in ('consumer_key', 'secret_key'))
    if not consumer or not secret:
        raise ApiError(400, f"You must supply a {'secret_key' if consumer else 'consumer_key'}")
    for account in accounts:
        if _same(account.consumer_key, consumer):
            if _same(account.secret_key, secret):
                return account
            break
    raise ApiError(400, "Invalid secret key")


def check_provider(header, settings):
    """Raise ApiError 403 when `Provider-Token` is sent and names another integration than the keys' (4,
    23)."""
    if header and not _same(header, settings.provider_token):
        raise ApiError(403, WRONG_PROVIDER)


def request_token(call):
    """`POST /auth/request-token`: return the token and its end in Unix seconds (5)."""
    clock = call.world.clock
    token = call.world.tokens.issue(call.account, call.address, call.settings, clock.unix())
    return {'access_token': token.value, 'expires_at': token.expires_at}


def _same(one, other):
    return hmac.compare_digest(one.encode(errors='replace'), other.encode(errors='replace'))
