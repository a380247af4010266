"""Excel files: what is in them, and which are refused before they are understood.

Files are hostile until checked: size, kind and contents are bounded first. Reading is in `excel_read`, writing in
`excel_write`, the meaning of cells in `excel_cells`.
"""
import io
import re
import zipfile
from dataclasses import dataclass, field
from itertools import islice

import openpyxl

LARGEST_FILE = 10 * 2**20  # bytes
LARGEST_CONTENT = 100 * 2**20  # bytes, unpacked
MOST_SHEETS = 60
MOST_ROWS = 20000  # that hold something, of all sheets
MOST_LINES = 100000  # rows of one sheet, also empty ones
MOST_CELLS = 1000000  # of all sheets, also empty ones
MOST_COLUMNS = 300
LONGEST_TEXT = 32767  # characters of a cell: Excel's own limit

CHUNK = 2**20
SAVE = "Save it as Excel workbook (.xlsx)."
OLE = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
ENCRYPTED = 'EncryptedPackage'.encode('utf-16-le')
DAMAGED = f"This is no .xlsx file, or a damaged one. Open it in Excel. {SAVE}"
PARTS = (  # what no file of texts and numbers has in it
    (re.compile(r'vbaproject\.bin$|macrosheets/'), f"The file carries macros. {SAVE[:-1]} without them."),
    (re.compile(r'^xl/externallinks/|^xl/connections\.xml$'),
     "The file takes values from other files or sources. In Excel: Data > Edit Links (or Queries), break them, and save."),
    (re.compile(r'^xl/workbook\.bin$'), f"This is a binary workbook (.xlsb). {SAVE}"),
)
_TAG = re.compile(rb'<(?:\w+:)?(row|c|f|mergeCell)[\s/>]|<!(DOCTYPE|ENTITY)')


class ExcelError(ValueError):
    """The file cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    :param str key: names it, whatever its title and place
    :param str title: what a person sees; `*` is added where it is ``required``
    :param str kind: how its cells are read: see :func:`~.excel_cells.read_cell`
    :param str note: what goes in
    :param bool clearable: whether a cell may say that the value is to be emptied
    :param dict choices: what the drop-down list shows → value
    :param tuple units: of a measure
    :param int places: decimals of a number
    :param bool positive: whether a number must be above 0
    :param int most: the largest number
    :param width: in characters
    """

    key: str
    title: str
    kind: str = 'text'
    note: str = ''
    required: bool = False
    clearable: bool = False
    choices: dict = field(default_factory=dict)
    units: tuple = ()
    places: int = 2
    positive: bool = False
    most: int = 10**9
    width: int = 16


@dataclass
class Row:
    """A row of a sheet.

    :param dict cells: key of a column → text, number, bool, or (to be written) date
    :param dict wrong: key of a column → what is wrong with its cell; '' to be only coloured
    :param int number: in the file
    """

    cells: dict
    wrong: dict = field(default_factory=dict)
    number: int = 0


@dataclass
class Sheet:
    """A sheet.

    :param str key: what its rows have in common, whatever its title
    :param list columns: of :class:`Column`; one that was read has key and title only, and without a key `?` and its letter
    :param list rows: of :class:`Row`
    :param int frozen: columns that stay when the others are scrolled
    """

    title: str
    key: str
    columns: list
    rows: list
    frozen: int = 1


@dataclass
class Book:
    """What was read of a file.

    :param list sheets: of :class:`Sheet`
    :param dict facts: what the program that wrote it noted for itself: name → text; empty for another program's
    :param bool merged: whether it has merged cells, of which only the first holds the value
    """

    sheets: list
    facts: dict
    merged: bool = False


@dataclass
class Traits:
    """What a look at the parts of a file shows."""

    merged: bool = False
    formulas: bool = False
    cells: int = 0


def read_first_column(content):
    """Return the texts of the first sheet's first column, without blanks and doubles.

    :param bytes content: of an .xlsx file
    :return: list of str
    :raise ExcelError: too large, no workbook, or a workbook with macros
    """
    check_file(content)
    try:
        sheet = load(content).worksheets[0]
        rows = islice(sheet.iter_rows(max_col=1, values_only=True), MOST_ROWS + 1)
        texts = [str(row[0]).strip() for row in rows if row and row[0] is not None]
    except Exception as error:  # noqa: BLE001  openpyxl raises whatever a broken file makes it stumble over.
        raise cannot_read(error) from error
    if len(texts) > MOST_ROWS:
        raise ExcelError(f"The sheet has more than {MOST_ROWS} rows. Split it.")
    return list(dict.fromkeys(filter(None, texts)))


def load(content, **options):
    """Return a checked file as openpyxl reads it row by row.

    :param bytes content: of an .xlsx file
    :param options: of ``openpyxl.load_workbook``
    """
    book = openpyxl.load_workbook(
        io.BytesIO(content), **{'read_only': True, 'data_only': True, 'keep_links': False, **options})
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # What the file says of its size need not be true.
    return book


def cannot_read(error):
    """Return the ExcelError for whatever openpyxl stumbled over."""
    return ExcelError(f"This file cannot be read as an Excel workbook ({error}). Save it again as .xlsx.")


# === LOOKING AT A FILE === #

def check_file(content):
    """Refuse what no workbook of ours looks like, before anything of it is understood.

    :param bytes content: of the file
    :rtype: Traits
    :raise ExcelError: saying why and what to do
    """
    if len(content) > LARGEST_FILE:
        raise ExcelError(f"The file is larger than {LARGEST_FILE // 2**20} MB. Split it.")
    _check_kind(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _check_parts(archive)
    except ExcelError:
        raise
    except Exception as error:  # noqa: BLE001  zipfile raises whatever a broken file makes it stumble over.
        raise ExcelError(DAMAGED) from error


def _check_kind(content):
    """Refuse other kinds of files that can have the name of an Excel file."""
    start = content[:2000].lstrip(b'\xef\xbb\xbf\xff\xfe \t\r\n')
    if content.startswith(OLE):
        if ENCRYPTED in content:
            raise ExcelError("The file is protected by a password. Save it without one: File > Info > Protect Workbook.")
        raise ExcelError(f"This is an old Excel file (.xls). Open it in Excel. {SAVE}")
    if start.startswith(b'<'):
        raise ExcelError(f"This is a web page or XML text that only has the name of an Excel file. Open it in Excel. {SAVE}")
    if not content.startswith(b'PK') and start and b'\0' not in content:
        raise ExcelError(f"This is a text file (CSV) and no .xlsx file. Open it in Excel. {SAVE}")


def _check_parts(archive):
    """Refuse by what is in the archive; see :func:`check_file`."""
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > LARGEST_CONTENT:
        raise ExcelError("The file unpacks to far more than a sheet of texts needs, so it was not opened.")
    if any(part.filename == 'mimetype' for part in parts):
        raise ExcelError(f"This is a LibreOffice file (.ods). Open it there. {SAVE}")
    traits = Traits()
    for part in parts:
        name = part.filename.lower()
        for pattern, reason in PARTS:
            if pattern.search(name):
                raise ExcelError(reason)
        if name.endswith(('.xml', '.rels')):
            _scan(archive, part, traits)
    if traits.cells > MOST_CELLS:
        raise ExcelError(f"The file has more than {MOST_CELLS:,} cells. Delete empty rows and columns, or split it.")
    return traits


def _scan(archive, part, traits):
    """Look through one part of XML without parsing it.

    :param Traits traits: grows
    :raise ExcelError: it defines entities, by which a small text can become a huge one, or has too many rows
    """
    rows, rest = 0, b''
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            if not rest and b'\0' in chunk[:4]:
                raise ExcelError(DAMAGED)  # UTF-16, which Excel never writes and which would hide what is looked for.
            text = rest + chunk
            cut = text.rfind(b'<')
            text, rest = (text[:cut], text[cut:]) if len(chunk) == CHUNK and cut > 0 else (text, b'')
            for tag in _TAG.finditer(text):
                rows += tag[1] == b'row'
                traits.cells += tag[1] == b'c'
                traits.formulas |= tag[1] == b'f'
                traits.merged |= tag[1] == b'mergeCell'
                if tag[2]:
                    raise ExcelError("The file defines texts that stand for others, which no Excel file does. It was not "
                                     "opened.")
    if rows > MOST_LINES:
        raise ExcelError(f"A sheet has {rows:,} rows, most of them empty but formatted. Select the rows below the last one "
                         "that is filled, delete them (not only their contents), and save the file again.")
