"""Reading requests leniently: bracket parameters, bodies of any label, loose numbers and booleans (rule
5)."""

import json
import re
from datetime import datetime, timezone
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from urllib.parse import parse_qsl

from .errors import ApiError

TRUE = {'1', 'true', 'yes', 'on'}
FALSE = {'0', 'false', 'no', 'off'}
CENT = Decimal('0.01')
HUGE = 10 ** 12  # numbers from here on are no amounts, counts or ids
_PART = re.compile(rb'name="([^"]*)"[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.*?)\r?\n--', re.S)


def parse_query(pairs):
    """Return nested dicts and lists of `pairs` (name, value) in PHP bracket notation.

    `filter[status]=all` and `filter[][status]=all` both give `{'filter': {'status': 'all'}}`;
    `skus[]=A&skus[]=B` gives `{'skus': ['A', 'B']}`.
    """
    tree = {}
    for name, value in pairs:
        head, *rest = re.split(r'\]?\[', name.rstrip(']'))
        listed = bool(rest) and (rest[-1] == '' or rest[-1].isdigit())
        path = [head, *(part for part in rest if part and not part.isdigit())]
        _insert(tree, path, value, listed)
    return tree


def _insert(tree, path, value, listed):
    for part in path[:-1]:
        if not isinstance(tree.get(part), dict):
            tree[part] = {}
        tree = tree[part]
    if listed and isinstance(tree.get(path[-1]), list):
        tree[path[-1]].append(value)
    else:
        tree[path[-1]] = [value] if listed else value


def parse_json(raw):
    """Return the JSON value in `raw` (bytes), `{}` for an empty body.

    Raises ApiError 400 on anything else.
    """
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "The request body is not valid JSON") from error
    if not isinstance(body, dict):
        raise ApiError(400, "The request body must be a JSON object")
    return body


def parse_form(raw):
    """Return the fields of a token request, whatever its label: JSON, multipart or urlencoded (5)."""
    try:
        return parse_json(raw)
    except ApiError:
        if raw.lstrip().startswith(b'--'):
            return {name.decode(errors='replace'): value.decode(errors='replace') for name, value in _PART.findall(raw)}
        return dict(parse_qsl(raw.decode(errors='replace'), keep_blank_values=True))


def number(value):
    """Return `value` (number or text) as a finite Decimal, or None; huge ones are none either."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        result = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return result if result.is_finite() and -HUGE < result < HUGE else None


def integer(value):
    """Return `value` (number or text) as an int when it is whole, else None."""
    result = number(value)
    return int(result) if result is not None and result == result.to_integral_value() else None


def boolean(value):
    """Return `value` (true/false, 0/1, yes/no, as words too) as a bool, or None."""
    word = str(value).strip().lower()
    return True if word in TRUE else False if word in FALSE else None


def csv(value):
    """Return the non-empty trimmed parts of `value`: a text with commas, a list, a single value or None."""
    if value is None:
        return []
    parts = value if isinstance(value, list) else str(value).split(',')
    return [text for text in (str(part).strip() for part in parts) if text]


def moment(value):
    """Return `value` (`YYYY-MM-DD HH:MM:SS`, or only the date) as an aware UTC datetime, or None."""
    for pattern in ('%Y-%m-%d %H:%M:%S', '%Y-%m-%d'):
        try:
            return datetime.strptime(str(value).strip(), pattern).replace(tzinfo=timezone.utc)
        except ValueError:
            continue
    return None


def pennies(value):
    """Return `value` (Decimal, GBP) rounded half up to two places."""
    return Decimal(value).quantize(CENT, ROUND_HALF_UP)


def money(value):
    """Return `value` (Decimal, GBP) as text with two places, None as None."""
    return None if value is None else str(pennies(value))


def rows(value, name):
    """Return the list of objects in `value`; a single object counts as one.

    Raises ApiError 400 if there is none.
    """
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        raise ApiError(400, f"{name} must be an array")
    return value
