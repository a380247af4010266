"""Reading the sheets of an Excel file that nobody checked."""
import math
import re
from datetime import date, datetime, time
from itertools import chain

from .excel import (
    LONGEST_TEXT,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHEETS,
    Book,
    Column,
    ExcelError,
    Row,
    Sheet,
    cannot_read,
    check_file,
    load,
)
from .excel_write import FACTS, KEYS, LISTS, NOTE, REQUIRED, letter

_ESCAPED = re.compile('_x(005F|000D)_')  # as Excel writes an underscore that would begin such a sign, and a carriage return
_UNUSABLE = re.compile(r'[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]')


def read_book(content):
    """Read all sheets that hold something.

    :param bytes content: of an .xlsx file
    :rtype: Book
    :raise ExcelError: the file cannot be used: why, and what to do
    """
    traits = check_file(content)
    try:
        books = [load(content), *([load(content, data_only=False)] if traits.formulas else [])]
        sheets = [_read_lines(*group) for group in zip(*(book.worksheets for book in books), strict=True)]
    except ExcelError:
        raise
    except Exception as error:  # noqa: BLE001  openpyxl raises whatever a broken file makes it stumble over.
        raise cannot_read(error) from error
    if len(sheets) > MOST_SHEETS:
        raise ExcelError(f"The file has {len(sheets)} sheets, {MOST_SHEETS} are read at most. Split it.")
    if sum(len(lines) for _title, lines in sheets) > MOST_ROWS:
        raise ExcelError(f"The file has more than {MOST_ROWS:,} rows. Split it.")
    facts = {}
    for _title, lines in sheets:
        if _first(lines) == FACTS:
            facts = {str(cells['A']): str(cells.get('B', '')) for _number, cells, _wrong in lines[1:] if 'A' in cells}
    data = [(title, lines) for title, lines in sheets if _first(lines) not in (FACTS, LISTS, '')]
    return Book([_make_sheet(title, lines) for title, lines in data], facts, traits.merged)


def _first(lines):
    """Return the first text of a sheet, '' for none."""
    return next((str(value) for _number, cells, wrong in lines[:1] for value in chain(cells.values(), wrong.values())), '')


# === CELLS === #

def _read_lines(sheet, formulas=None):
    """Read what is in a sheet.

    :param sheet: of openpyxl, with the values that formulas had
    :param formulas: the same one with the formulas
    :return: title, and list of (number, dict of letter → value, dict of letter → what is wrong), without empty rows
    """
    lines, twins = [], formulas.iter_rows() if formulas else iter(())
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells, wrong = {}, {}
        for place, (cell, twin) in enumerate(zip(row, next(twins, row), strict=True)):
            if cell.value is None and twin.data_type != 'f':
                continue
            if place >= MOST_COLUMNS:
                raise ExcelError(f"The sheet {sheet.title} has more than {MOST_COLUMNS} columns. Delete those without use.")
            try:
                if (value := _read_cell(cell)) != '':
                    cells[letter(place)] = value
            except ValueError as error:
                wrong[letter(place)] = str(error)
        if cells or wrong:
            lines.append((number, cells, wrong))
            if len(lines) > MOST_ROWS:
                raise ExcelError(f"The file has more than {MOST_ROWS:,} rows. Split it.")
    return sheet.title, lines


def _read_cell(cell):
    """Return a cell as text, number or bool, a date as text.

    :raise ValueError: it holds nothing that can be used
    """
    value = cell.value
    if value is None:
        raise ValueError(
            "The cell holds a formula without its result. Open the file in Excel and save it, or enter the value.")
    if cell.data_type == 'e':
        raise ValueError(f"The cell shows the error {value}.")
    if isinstance(value, datetime):
        moment = value.replace(microsecond=0)
        return moment.strftime('%Y-%m-%d' if moment.time() == time() else '%Y-%m-%d %H:%M:%S')
    if isinstance(value, bool) or isinstance(value, int) and abs(value) < 10**15:
        return value
    if isinstance(value, int | float):
        return _read_number(cell, value)
    return _read_text(str(value.isoformat() if isinstance(value, date | time) else value))


def _read_number(cell, value):
    """Return a number; a percentage as text, because its cell holds a hundredth of what it shows."""
    if not math.isfinite(value):
        raise ValueError("The cell holds a number that is too large.")
    if isinstance(value, float) and '%' in cell.number_format:
        return f'{round(value * 100, 10):g}%'
    return value if isinstance(value, float) else float(value)


def _read_text(text):
    """Return a text as it was meant: Excel's own signs resolved, what no database takes left out, without blank ends."""
    text = _ESCAPED.sub(lambda sign: '_' if sign[1] == '005F' else '', text)
    text = _UNUSABLE.sub('', text.replace('\r\n', '\n').replace('\r', '\n')).strip()
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"The text has {len(text):,} characters; a cell takes {LONGEST_TEXT:,}.")
    return text


# === SHEETS === #

def _make_sheet(title, lines):
    """Return a Sheet: its columns by the hidden row of keys where there is one, by their titles anyway."""
    key, keys = '', {}
    if str(next(iter(lines[0][1].values()), '')).startswith(KEYS):
        for place, text in lines[0][1].items():
            _mark, key, keys[place] = (str(text).split('|', 2) + ['', ''])[:3]
        lines = lines[1:]
    titles = {place: _get_title(value) for place, value in lines[0][1].items()} if lines else {}
    lines = lines[1:]
    if lines and all(str(value).startswith(NOTE) for value in lines[0][1].values()):
        lines = lines[1:]
    places = sorted({*keys, *titles, *(place for _number, cells, wrong in lines for place in (*cells, *wrong))},
                    key=lambda place: (len(place), place))
    columns = {place: Column(keys.get(place) or f'?{place}', titles.get(place, '')) for place in places}
    _check_doubles(title, columns.values())
    return Sheet(title, key, list(columns.values()), [
        Row({columns[place].key: value for place, value in cells.items()},
            {columns[place].key: text for place, text in wrong.items()}, number) for number, cells, wrong in lines])


def _get_title(value):
    """Return the title of a column as it was written, without the sign of a required one."""
    return str(value).removesuffix(REQUIRED).strip()


def _check_doubles(title, columns):
    """Refuse two columns for one thing: nobody could tell which counts."""
    seen = {}
    for column in columns:
        if column.key in seen:
            raise ExcelError(
                f"The sheet {title} has the column {column.title or seen[column.key]} twice. Delete one of them.")
        seen[column.key] = column.title
