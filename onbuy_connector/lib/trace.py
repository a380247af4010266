"""A call as it may be kept for support: without keys, tokens and buyers' data. Sends nothing itself."""
import json
import re
from typing import NamedTuple
from urllib.parse import urlencode

from . import const, values, wire

MASK = '[redacted]'
MOST = 4000  # characters of a body that are kept
SLACK = 500  # longer than any word that is masked at the end of what is kept
MOST_WORDS = 5000
# Names of fields about people, wherever they stand (OnBuy API reference, 17 to 20); what is below them is masked too.
_PERSONAL = re.compile(
    r'buyer|customer|recipient|payer|address|e_?mail|phone|mobile|post_?code|\bip\b|note|additional_info|transaction_id|'
    r'capture_id', re.IGNORECASE)
_TEXTS = re.compile(
    r'[^\s@"<>]+@[^\s@"<>]+\.\w+'  # e-mail addresses
    r'|(?<!\d)(?:\+44 ?|0)(?:\d[ -]?){9,10}(?!\d)'  # British telephone numbers; product codes have more digits
    r'|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b')  # postcodes


class Exchange(NamedTuple):
    """One call and what came back; texts are masked and cut.

    :param str method: and ``path``, ``query``: of the call
    :param status: HTTP status, or None when no answer came
    :param int milliseconds: that it took
    :param str request: the body
    :param str answer: the body, or what went wrong
    """

    method: str
    path: str
    query: str
    status: int | None
    milliseconds: int
    request: str
    answer: str


def describe(method, path, content, outcome, seconds, secrets=()):
    """Return the Exchange of a call.

    :param dict content: ``params`` and ``json`` of the call; keys travel as ``data``, of which nothing is kept
    :param outcome: a :class:`wire.Reply`, or the exception when no answer came
    :param float seconds: that it took
    :param secrets: texts that must not appear
    """
    is_reply = isinstance(outcome, wire.Reply)
    query = urlencode(content.get('params') or {}, doseq=True)
    if not is_reply:
        answer = str(outcome)
    elif path == const.TOKEN_PATH and outcome.status == 200:
        answer = MASK
    else:
        answer = _show_body(outcome.body, secrets)
    return Exchange(
        method, path, mask_text(query, secrets), outcome.status if is_reply else None, round(seconds * 1000),
        _show(content.get('json'), secrets), answer)


def _show_body(body, secrets):
    """Return the text of an answer's body."""
    try:
        return _show(wire.parse_json(body), secrets)
    except ValueError:
        return _cut(body.decode('utf-8', 'replace'), secrets)


def _show(payload, secrets):
    """Return JSON data as text; '' for none."""
    words = set()
    masked = mask(payload, words)
    return '' if payload is None else _cut(json.dumps(masked, ensure_ascii=False, default=str), secrets, words)


def _cut(text, secrets, words=()):
    """Return masked text, shortened so that nothing is left of a word that the cut would go through."""
    masked = mask_text(text[:MOST + SLACK], secrets, words)
    return (masked[:-SLACK] if len(text) > MOST + SLACK else masked)[:MOST]


def mask(payload, words=None):
    """Return a copy of JSON data in which keys, tokens and what is about people is masked; its shape stays.

    :param set words: texts that were masked; grows
    """
    return _mask(payload, set() if words is None else words, False)


def _mask(payload, words, is_personal):
    """See :func:`mask`; ``is_personal`` if a name above is of a field about people."""
    if isinstance(payload, dict):
        return {key: _mask(value, words, is_personal or _is_private(key)) for key, value in payload.items()}
    if isinstance(payload, list):
        return [_mask(value, words, is_personal) for value in payload]
    if not is_personal or values.is_blank(payload) or isinstance(payload, bool):
        return payload
    if isinstance(payload, str) and len(words) < MOST_WORDS:
        words.add(payload)
    return MASK


def _is_private(key):
    """Tell whether a field's name says that it holds a key, a token or something about people."""
    return str(key).lower() in values.SECRET_KEYS or bool(_PERSONAL.search(str(key)))


def mask_text(text, secrets=(), words=()):
    """Return text without keys, tokens, e-mail addresses, telephone numbers and postcodes.

    :param secrets: further texts to take out
    :param words: names and the like; those of less than four letters stay, for they would spoil everything
    """
    for word in sorted((*secrets, *words), key=len, reverse=True):
        if word and len(word) > 3:
            text = text.replace(word, MASK)
    return _TEXTS.sub(MASK, values.mask_keys(values.storable(text)))
