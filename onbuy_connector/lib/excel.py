"""Reading Excel files that nobody checked: size, kind and contents are bounded before they are understood."""
import io
import zipfile
from itertools import islice

import openpyxl

LARGEST_FILE = 10 * 2**20  # bytes
LARGEST_CONTENT = 100 * 2**20  # bytes, unpacked
MOST_ROWS = 20000


class ExcelError(ValueError):
    """The file cannot be used; the text says why and what to do."""


def read_first_column(content):
    """Return the texts of the first sheet's first column, without blanks and doubles.

    :param bytes content: of an .xlsx file
    :return: list of str
    :raise ExcelError: too large, no workbook, or a workbook with macros
    """
    _check(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        rows = islice(book.worksheets[0].iter_rows(max_col=1, values_only=True), MOST_ROWS + 1)
        texts = [str(row[0]).strip() for row in rows if row and row[0] is not None]
    except Exception as error:  # noqa: BLE001  openpyxl raises whatever a broken file makes it stumble over.
        raise ExcelError(f"This file cannot be read as an Excel workbook ({error}). Save it again as .xlsx.") from error
    if len(texts) > MOST_ROWS:
        raise ExcelError(f"The sheet has more than {MOST_ROWS} rows. Split it.")
    return list(dict.fromkeys(filter(None, texts)))


def _check(content):
    """Refuse what no workbook of ours looks like, before anything of it is unpacked."""
    if len(content) > LARGEST_FILE:
        raise ExcelError(f"The file is larger than {LARGEST_FILE // 2**20} MB. Split it.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        raise ExcelError("This is no .xlsx file. Save the sheet as Excel workbook (.xlsx).") from None
    if sum(part.file_size for part in parts) > LARGEST_CONTENT:
        raise ExcelError("The file unpacks to far more than a sheet of texts needs, so it was not opened.")
    if any(part.filename.lower().endswith('vbaproject.bin') for part in parts):
        raise ExcelError("The file carries macros. Save it as Excel workbook (.xlsx) without them.")
