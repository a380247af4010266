"""Writing Excel files: texts stay texts, whatever they begin with."""
import io
import re
from datetime import datetime
from itertools import zip_longest
from string import ascii_uppercase

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from .excel import LONGEST_TEXT, MOST_ROWS

KEYS = 'onbuy|'  # begins the cells of the hidden row of keys
FACTS, LISTS = 'onbuy:facts', 'onbuy:lists'  # begin the hidden sheets
NOTE = '▸'  # begins the cells of the row that says what goes in
REQUIRED = '*'
HEAD = 3  # rows above the data: keys, titles, notes
MOST_CHOICES = 32767  # that a drop-down list shows
TITLE_LENGTH = 31

_FORMULA = tuple('=+-@\t')  # what Excel would calculate if somebody typed it
_UNWRITABLE = re.compile(r'[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]')
_SIGN = re.compile(r'_(?=x[0-9A-Fa-f]{4}_)')  # Excel would take what follows for a character's number
_NO_TITLE = re.compile(r"[\[\]:*?/\\']")
FORMATS = {'number': '0.00##', 'whole': '0', 'date': 'yyyy-mm-dd hh:mm'}
TEXT_FORMAT = '@'

_HEAD_FILL = PatternFill('solid', fgColor='1F3864')
_REQUIRED_FILL = PatternFill('solid', fgColor='C55A11')
_WRONG_FILL = PatternFill('solid', fgColor='FFC7CE')
_HEAD_FONT = Font(bold=True, color='FFFFFF')
_NOTE_FONT = Font(italic=True, color='7F7F7F')
_NOTE_PLACE = Alignment(wrap_text=True, vertical='top')


def letter(place):
    """Return the letters of a column by its place: 0 → A, 26 → AA."""
    first, last = divmod(place, 26)
    return (letter(first - 1) if first else '') + ascii_uppercase[last]


def write_book(sheets, facts):
    """Return a workbook with titles that stay in sight, notes, drop-down lists, and what is wrong in colour.

    :param list sheets: of :class:`~.excel.Sheet`
    :param dict facts: name → text, noted for whoever reads the file again
    :return: bytes of an .xlsx file
    """
    book = openpyxl.Workbook(write_only=True)
    lists, titles = [], {'onbuy', 'onbuy lists'}
    for sheet in sheets:
        _write_sheet(book.create_sheet(_get_title(sheet.title, titles)), sheet, lists)
    _write_hidden(book, 'OnBuy lists', [[LISTS] * max(len(lists), 1), *zip_longest(*lists)])
    _write_hidden(book, 'OnBuy', [[FACTS], *facts.items()])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _get_title(title, taken):
    """Return a title that Excel takes and no other sheet has.

    :param set taken: titles in small letters; grows
    """
    base = _NO_TITLE.sub(' ', clean(title)).strip()[:TITLE_LENGTH] or 'Sheet'
    found, number = base, 2
    while found.casefold() in taken:
        found, number = f'{base[:TITLE_LENGTH - 5]} ({number})', number + 1
    taken.add(found.casefold())
    return found


def clean(text):
    """Return a text that Excel shows as it is: without what no file takes, its line ends and signs as Excel has them."""
    return _SIGN.sub('_x005F_', _UNWRITABLE.sub('', text.replace('\r\n', '\n').replace('\r', '\n')))


# === SHEETS === #

def _write_sheet(target, sheet, lists):
    """Write one sheet.

    :param target: of openpyxl
    :param list lists: of the drop-down lists so far; grows
    """
    target.freeze_panes = f'{letter(sheet.frozen)}{HEAD + 1}'
    target.row_dimensions[1].hidden = True
    target.row_dimensions[HEAD].height = 60
    for place, column in enumerate(sheet.columns):
        dimension = target.column_dimensions[letter(place)]
        dimension.width = column.width
        dimension.number_format = FORMATS.get(column.kind, TEXT_FORMAT)
        _add_list(target, letter(place), column, lists)
    target.append([_make_cell(target, f'{KEYS}{sheet.key}|{"" if column.key.startswith("?") else column.key}')
                   for column in sheet.columns])
    target.append([_make_title(target, column) for column in sheet.columns])
    target.append([_make_note(target, column) for column in sheet.columns])
    for row in sheet.rows:
        target.append([_make_cell(target, row.cells.get(column.key), column.kind, row.wrong.get(column.key))
                       for column in sheet.columns])


def _add_list(target, place, column, lists):
    """Give a column its drop-down list; equal lists are kept once."""
    labels = [clean(label) for label in column.choices][:MOST_CHOICES]
    if not labels:
        return
    if labels not in lists:
        lists.append(labels)
    source = letter(lists.index(labels))
    is_strict = column.kind == 'choice'
    rule = DataValidation(
        type='list', formula1=f"'OnBuy lists'!${source}$2:${source}${len(labels) + 1}", allow_blank=True,
        showErrorMessage=is_strict, errorStyle='warning', errorTitle=clean(column.title)[:32],
        error="This is not in the list." if is_strict else None)
    rule.add(f'{place}{HEAD + 1}:{place}{HEAD + MOST_ROWS}')
    target.data_validations.append(rule)


def _make_title(target, column):
    """Return the cell of a column's title."""
    cell = _make_cell(target, column.title + (REQUIRED if column.required else ''))
    cell.font, cell.fill = _HEAD_FONT, _REQUIRED_FILL if column.required else _HEAD_FILL
    return cell


def _make_note(target, column):
    """Return the cell that says what goes into a column."""
    cell = _make_cell(target, f'{NOTE} {column.note}')
    cell.font, cell.alignment = _NOTE_FONT, _NOTE_PLACE
    return cell


def _make_cell(target, value, kind='text', wrong=None):
    """Return a cell.

    :param value: text, number, bool, datetime or None; a text that is too long is left out and said to be
    :param str kind: of its column
    :param str wrong: what is wrong with it, '' to be only coloured, None for a right one
    """
    if isinstance(value, str) and len(value := clean(value)) > LONGEST_TEXT:
        value, wrong = None, "The text is too long for Excel, so it is not here. Left empty, it stays as it is."
    if value is None and wrong is None:
        return None
    cell = WriteOnlyCell(target, value)
    if isinstance(value, str):
        cell.data_type = 's'  # Whatever it looks like.
        cell.number_format = TEXT_FORMAT
        cell.quotePrefix = value.startswith(_FORMULA)
    elif isinstance(value, datetime):
        cell.number_format = FORMATS['date']
    elif kind in FORMATS and not isinstance(value, bool):
        cell.number_format = FORMATS[kind]
    if wrong is not None:
        cell.fill = _WRONG_FILL
        cell.comment = Comment(clean(wrong)[:1000], 'OnBuy', width=320) if wrong else None
    return cell


def _write_hidden(book, title, rows):
    """Write a sheet that only programs read."""
    target = book.create_sheet(title)
    target.sheet_state = 'hidden'
    for row in rows:
        target.append([_make_cell(target, value) for value in row])
