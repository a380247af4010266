"""What a cell of a column means, however people and spreadsheets write it."""
import re
from collections import Counter
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .gtin import LENGTHS, check_gtin
from .values import ParseError, to_decimal

CLEAR = '(clear)'  # in a cell: empty what is there
EXACT = 10**15  # below it a spreadsheet keeps every digit of a number
LAST_SECOND = timedelta(hours=23, minutes=59, seconds=59)

_THOUSANDS = re.compile(r'\d{1,3}(,\d{3})+(\.\d*)?')
_SHORTENED = re.compile(r'\d(\.\d+)?E\+?\d+', re.IGNORECASE)
_MOMENT = re.compile(r'(?:(\d{4})-(\d\d?)-(\d\d?)|(\d\d?)/(\d\d?)/(\d{4}))(?:[ T]+(\d\d?):(\d\d)(?::(\d\d))?)?', re.ASCII)
YEARS = range(2000, 2100)


def read_cell(column, raw):
    """Return what a cell means.

    By the column's ``kind``: ``text``; ``code``, of which a spreadsheet may have made a number; ``gtin``; ``number`` (a
    Decimal) and ``whole``, not negative; ``date`` and ``until``, which means the end of a day without time; ``choice``, the
    value of one label; ``choices``, the values of several, one a line; ``known``, the value of a label, else the text as it
    is; ``measure``, a pair of value and unit.

    :param column: :class:`~.excel.Column`
    :param raw: text, number, bool, datetime or None
    :return: None for an empty cell, :data:`CLEAR` where the value is to be emptied
    :raise ValueError: saying what is wrong with it
    """
    if raw is None or isinstance(raw, str) and not raw.strip():
        return None
    if isinstance(raw, str) and raw.strip().casefold() == CLEAR:
        if not column.clearable:
            raise ValueError("This cannot be emptied: enter a value, or leave the cell empty to keep what is there.")
        return CLEAR
    return READERS[column.kind](column, f'{raw:%Y-%m-%d %H:%M:%S}' if isinstance(raw, datetime) else raw)


def read_text(_column, raw):
    """Return a text; a number as it is shown without decimals that say nothing."""
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, int | float):
        return f'{Decimal(repr(raw)).normalize():f}'
    return raw.strip()


# === CODES === #

def read_code(column, raw):
    """Return a code such as a SKU, of which a spreadsheet may have made a number."""
    if isinstance(raw, int | float) and abs(raw) >= EXACT:
        raise ValueError("Excel made a number of this and lost its last digits. Format the cell as text and enter it again.")
    return read_text(column, raw)


def read_gtin(column, raw):
    """Return a product code; what a spreadsheet made of it is undone where nothing is lost."""
    text, is_number = read_code(column, raw), isinstance(raw, int | float)
    if _SHORTENED.fullmatch(text):
        number, is_number = Decimal(text), True
        if number.as_tuple().exponent > 0 or number != number.to_integral_value():
            raise ValueError(f"Excel shortened the code to {text}. Format the cell as text and enter all its digits.")
        text = f'{number:.0f}'
    if is_number:
        text = next(filter(is_gtin, (text.zfill(length) for length in LENGTHS if length >= len(text))), text)
    return check_gtin(text)


def is_gtin(text):
    """Tell whether a text is a product code."""
    try:
        return bool(check_gtin(text))
    except ValueError:
        return False


# === NUMBERS AND DATES === #

def read_number(column, raw):
    """Return a number, rounded to the column's decimals."""
    number = _read_decimal(column, raw).quantize(Decimal(1).scaleb(-column.places), ROUND_HALF_UP)
    if column.positive and not number:
        raise ParseError('', raw, f"is not above 0. An empty cell keeps what is there, {CLEAR} empties it.")
    return number


def read_whole(column, raw):
    """Return a whole number."""
    number = _read_decimal(column, raw)
    if number != number.to_integral_value():
        raise ParseError('', raw, "is not a whole number.")
    return int(number)


def _read_decimal(column, raw):
    """Return a number that is not negative; its text may have the signs of currency, percentage and thousands."""
    text = raw
    if isinstance(raw, str):
        text = raw.strip().removeprefix('£').removesuffix('%').strip()
        if _THOUSANDS.fullmatch(text):
            text = text.replace(',', '')
        if ',' in text:
            raise ParseError('', raw, "is no number that is clear: write it as 1250.50, with a point.")
    number = to_decimal(text)
    if number is None or number < 0:
        raise ParseError('', raw, "is not a number." if number is None else "is below 0.")
    if number > column.most:
        raise ParseError('', raw, f"is above {column.most:,}.")
    return number


def read_date(_column, raw):
    """Return a date and time, naive."""
    match = _MOMENT.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if not match:
        raise ParseError('', raw, "is no date: write it as 31/12/2026 or 2026-12-31, perhaps with a time: 2026-12-31 18:00.")
    year, month, day, other_day, other_month, other_year, *clock = (int(part or 0) for part in match.groups())
    try:
        moment = datetime(year or other_year, month or other_month, day or other_day, *clock)
    except ValueError:
        raise ParseError('', raw, "is no date of the calendar.") from None
    if moment.year not in YEARS:
        raise ParseError('', raw, f"is not between {YEARS[0]} and {YEARS[-1]}.")
    return moment


def read_until(column, raw):
    """Return a date and time until which something lasts: a day without a time counts to its end."""
    moment = read_date(column, raw)
    return moment if ':' in raw else datetime.combine(moment, time()) + LAST_SECOND


# === CHOICES === #

def make_choices(rows):
    """Return the choices of a column; where several have the same name, each is labelled with its code as well.

    :param rows: of (name, code, value)
    :return: dict of label → value
    """
    rows = [(' '.join(name.split()), code, value) for name, code, value in rows]
    counts = Counter(name.casefold() for name, _code, _value in rows)
    return {f'{name} [{code}]' if counts[name.casefold()] > 1 else name: value for name, code, value in rows}


def find_choice(column, text):
    """Return the value of a label in any case.

    :raise ValueError: no label, or several names
    """
    wanted = ' '.join(text.split()).casefold()
    folded = {label.casefold(): value for label, value in column.choices.items()}
    if wanted in folded:
        return folded[wanted]
    alike = [label for label in column.choices if label.casefold().startswith(f'{wanted} [')]
    if alike:
        raise ValueError(f"There are several of this name: choose {' or '.join(alike[:5])}.")
    raise ParseError('', text, "is not in the list of this column.")


def read_choice(column, raw):
    """Return the value of a label."""
    return find_choice(column, ('No', 'Yes')[raw] if isinstance(raw, bool) else read_text(column, raw))


def read_choices(column, raw):
    """Return the values of labels, one a line, each once and in the order of the list."""
    found = {find_choice(column, line) for line in read_text(column, raw).splitlines() if line.strip()}
    return tuple(value for value in column.choices.values() if value in found)


def read_known(column, raw):
    """Return the value of a label; a text that is none as it is."""
    text = ' '.join(read_text(column, raw).split())
    try:
        return find_choice(column, text)
    except ParseError:
        return text


def read_measure(column, raw):
    """Return a pair of value and unit; the unit is '' where the column has none, and may be left out where it has one."""
    text = ' '.join(read_text(column, raw).split())
    if not column.units:
        return text, ''
    for unit in sorted(column.units, key=len, reverse=True):
        value = text[:-len(unit)].strip()
        if value and text.casefold().endswith(unit.casefold()) and (value[-1].isdigit() or text[len(value)] == ' '):
            return value, unit
    if len(column.units) > 1 or not text[-1].isdigit():
        raise ParseError('', text, f"needs a unit of these behind the value: {', '.join(column.units)}.")
    return text, column.units[0]


READERS = {
    'text': read_text, 'code': read_code, 'gtin': read_gtin, 'number': read_number, 'whole': read_whole, 'date': read_date,
    'until': read_until, 'choice': read_choice, 'choices': read_choices, 'known': read_known, 'measure': read_measure,
}
