"""Values as OnBuy sends them: lenient about types, strict about meaning (OnBuy API reference, 4 and 22)."""
import hashlib
import json
import re
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

from . import const

PENNY = Decimal('0.01')
LARGEST = 10 ** 9
SECRET_KEYS = frozenset({
    'access_token', 'authorization', 'consumer_key', 'secret_key', 'token', 'provider-token', 'password',
    'ip_address',
})
_NUMBER = re.compile(r'[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?', re.ASCII)
_GROUPED = re.compile(r'[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?', re.ASCII)  # As PHP writes thousands.
_DATETIME = re.compile(
    r'(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(?:(:\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?', re.ASCII)
_CONTROL = re.compile('[\x00-\x1f\x7f-\x9f\ud800-\udfff]+')
_UNSTORABLE = re.compile('[\x00\ud800-\udfff]')
_KEY_TEXT = re.compile(r'\b[cs]k_(?:live|test)_\w+|\b[0-9A-F]{8}-(?:[0-9A-F]{4}-){3}[0-9A-F]{12}\b')
_TRUTHS = {'true': True, 'yes': True, '1': True, 'false': False, 'no': False, '0': False}


class ParseError(ValueError):
    """A value that cannot be understood.

    :param str field: name of the field, as OnBuy spells it
    :param value: what was received
    :param str why: the rest of the sentence that starts with field and value
    """

    def __init__(self, field, value, why):
        super().__init__(' '.join(filter(None, (field or 'The value', _shown(value), why))))
        self.field = field
        self.value = value
        self.why = why


def _shown(value):
    """Return ``value`` in quotes, short enough for a message; '' for a blank one."""
    if is_blank(value):
        return ''
    text = _CONTROL.sub(' ', value if isinstance(value, str) else repr(value))
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


def is_blank(value):
    """Tell whether ``value`` is OnBuy's way to say nothing: None or an empty text."""
    return value is None or (isinstance(value, str) and not value.strip())


def to_decimal(value, field='', default=None):
    """Return a number as Decimal, exactly as written.

    :param value: str, also with commas between thousands; int, float (read by its shortest form) or Decimal; None and ""
        give ``default``
    :raise ParseError: not a number, not finite, or larger than a thousand million
    """
    if is_blank(value):
        return default
    text = repr(value) if isinstance(value, float) else str(value).strip()
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ParseError(field, value, "is not a number.")
    if _GROUPED.fullmatch(text):
        text = text.replace(',', '')
    if not _NUMBER.fullmatch(text):
        raise ParseError(field, value, "is not a number.")
    number = Decimal(text)
    if abs(number) > LARGEST:
        raise ParseError(field, value, "is too large.")
    return number


def to_money(value, field='', default=None):
    """Return an amount as Decimal with two places, rounded half up; else as :func:`to_decimal`."""
    number = to_decimal(value, field)
    return default if number is None else number.quantize(PENNY, ROUND_HALF_UP)


def to_int(value, field='', default=None):
    """Return a whole number ("2", 2, "2.0"); None and "" give ``default``.

    :raise ParseError: not a number, or not a whole one
    """
    number = to_decimal(value, field)
    if number is None:
        return default
    if number != number.to_integral_value():
        raise ParseError(field, value, "is not a whole number.")
    return int(number)


def to_bool(value, field='', default=None):
    """Return a truth value from true/false, 0/1 or their words, yes/no; None and "" give ``default``.

    :raise ParseError: anything else
    """
    if is_blank(value):
        return default
    truth = _TRUTHS.get(str(value).strip().lower()) if isinstance(value, str | int) else None
    if truth is None:
        raise ParseError(field, value, "is neither yes nor no.")
    return truth


def to_datetime(value, field='', default=None):
    """Return a naive UTC datetime in whole seconds, as Odoo stores it.

    :param value: ``YYYY-MM-DD HH:MM:SS`` in UTC (reference, 22), without seconds or time at all, or ISO 8601 with T, Z or
        an offset; None, "" and a date of zeros give ``default``
    :raise ParseError: anything else
    """
    if is_blank(value) or str(value).startswith('0000-00-00'):
        return default
    match = _DATETIME.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        if not match:
            raise ValueError
        moment = datetime.fromisoformat(f'{match[1]} {match[2] or "00:00"}{match[3] or ""}')
        return moment - _offset(match[4])
    except (ValueError, OverflowError):
        raise ParseError(field, value, "is not a date and time.") from None


def _offset(zone):
    """Return the timedelta of a zone such as ``+01:00``, ``Z`` or None."""
    if zone in (None, 'Z'):
        return timedelta()
    return datetime.strptime(zone.replace(':', ''), '%z').utcoffset()


def from_datetime(moment):
    """Return ``moment`` (aware, or naive UTC) as OnBuy writes it (reference, 22)."""
    if moment.tzinfo:
        moment = moment.astimezone(timezone.utc)
    return moment.strftime(const.DATE_FORMAT)


def to_text(value, field='', default='', limit=1000):
    """Return text for people: control characters become blanks, ends are stripped, cut at ``limit``.

    :raise ParseError: a list, an object or a truth value
    """
    if value is None:
        return default
    return _CONTROL.sub(' ', _scalar(value, field)).strip()[:limit] or default


def to_key(value, field='', default=None, limit=255):
    """Return an identifier (id, SKU, OPC) as text, unchanged: a cut or trimmed one would name another thing.

    :param default: what None and "" give; when it is None too, a blank identifier is an error
    :raise ParseError: blank without default, too long, or with control characters
    """
    if is_blank(value):
        if default is None:
            raise ParseError(field, value, "is missing.")
        return default
    text = _scalar(value, field)
    if len(text) > limit or _CONTROL.search(text):
        raise ParseError(field, value, "is not a usable identifier.")
    return text


def from_key(text):
    """Return an identifier as OnBuy's tables type it: a whole number where it is one, else the text."""
    return int(text) if text.isascii() and text.isdigit() and str(int(text)) == text else text


def _scalar(value, field):
    """Return a text or number as str, 2.0 as "2"."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ParseError(field, value, "is not a text.")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def maybe(parse, value, *args, **kwargs):
    """Return ``parse(value, …)``, or None when the value cannot be understood.

    Only for what no money and no decision hangs on, and for shapes that OnBuy does not document (reference, 28): a whole
    order or listing must not be refused for it. The raw JSON is kept beside.
    """
    try:
        return parse(value, *args, **kwargs)
    except ParseError:
        return None


def first(row, *names):
    """Return the first value of ``row`` under one of ``names`` that is not blank, else None."""
    return next((row[name] for name in names if not is_blank(row.get(name))), None)


def text_of(row, *names, **options):
    """Return the first text of ``row`` under one of ``names`` that is not blank; '' for none, or for what is no text.

    :param options: of :func:`to_text`
    """
    return maybe(to_text, first(row, *names), **options) or ''


def as_object(value):
    """Return ``value`` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_rows(value):
    """Return the objects in ``value``: a list, an object keyed by number or id, or one single object."""
    if isinstance(value, dict):
        value = list(value.values()) if _is_keyed(value) else [value] if value else []
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _is_keyed(value):
    """Tell whether an object holds one object for each key: all its values, or those under numbers and no other."""
    are_rows = {key: isinstance(row, dict) for key, row in value.items()}
    return any(are_rows.values()) and (
        all(are_rows.values()) or all(is_row == key.isdecimal() for key, is_row in are_rows.items()))


def as_keys(value):
    """Return the usable identifiers of a list, or of one single identifier, as texts (see :func:`to_key`)."""
    keys = (maybe(to_key, one) for one in (value if isinstance(value, list) else [value]))
    return tuple(key for key in keys if key)


def rows(answer, *keys):
    """Return the list of rows in an answer, whatever its container (reference, 4).

    :param answer: parsed JSON: a bare array, or an object with one of ``keys``, `results`, `result`, `data`
    :return: list; an object keyed by id gives its values, a single object a list of one, null beside a total of 0 none
    :raise ParseError: no such container
    """
    if isinstance(answer, list):
        return answer
    named = as_object(answer)
    for key in filter(named.__contains__, (*keys, 'results', 'result', 'data')):
        if isinstance(named[key], list):
            return named[key]
        if isinstance(named[key], dict) or named[key] is None and total_of(answer) == 0:
            return as_rows(named[key])
    raise ParseError('results', _top_keys(answer), "holds no list of results.")


def total_of(answer):
    """Return how many rows OnBuy counts in all, None when its answer does not say (reference, 4)."""
    metadata = as_object(as_object(answer).get('metadata'))
    return maybe(to_int, first(metadata, 'total_rows', 'total_results'))


def _top_keys(answer):
    """Return the names at the top of an answer, for a message without its content."""
    return ', '.join(map(str, list(answer)[:10])) if isinstance(answer, dict) else type(answer).__name__


def digest(payload):
    """Return a stable sha256 of JSON data: equal data, equal digest, whatever the order of its keys."""
    text = json.dumps(payload, sort_keys=True, separators=(',', ':'), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def redact(payload):
    """Return a copy of JSON data that may be stored: no keys, tokens or IP addresses.

    Characters that PostgreSQL refuses (NUL, lone surrogates) go too.
    """
    if isinstance(payload, str):
        return storable(payload)
    if isinstance(payload, dict):
        return {redact(key): redact(value) for key, value in payload.items()
                if str(key).lower() not in SECRET_KEYS}
    return [redact(value) for value in payload] if isinstance(payload, list) else payload


def storable(text):
    """Return text without characters that PostgreSQL refuses."""
    return text if text.isascii() and '\0' not in text else _UNSTORABLE.sub('', text)


def redact_text(text, secrets=()):
    """Return the server's words without keys and tokens, on one line and shortened.

    :param secrets: further texts to take out, such as the token in use
    """
    for secret in secrets:
        if secret:
            text = text.replace(secret, '[redacted]')
    text = mask_keys(_CONTROL.sub(' ', text)).strip()
    return text if len(text) <= const.MAX_TEXT else text[:const.MAX_TEXT - 1] + '…'


def mask_keys(text):
    """Return text without what looks like one of OnBuy's keys or tokens, also of a token that is no longer in use."""
    return _KEY_TEXT.sub('[redacted]', text)
