import io
import unittest
import zipfile

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from ..lib.excel import LARGEST_CONTENT, LARGEST_FILE, ExcelError, read_first_column


def workbook(*rows):
    """Return the bytes of a workbook with these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def archive(name, size):
    """Return the bytes of a zip with one part of zeros."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, 'w', zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, bytes(size))
    return content.getvalue()


class TestLibExcel(unittest.TestCase):
    """Files that nobody checked."""

    def test_the_first_column_comes_without_blanks_and_doubles(self):
        self.assertEqual(read_first_column(workbook(["Lumora", 1], [None, 2], [" Lumora "], [12])), ["Lumora", "12"])

    def test_an_empty_workbook_has_no_texts(self):
        self.assertEqual(read_first_column(workbook()), [])

    def test_a_file_that_is_too_large_is_refused_unread(self):
        with self.assertRaisesRegex(ExcelError, "larger than"):
            read_first_column(bytes(LARGEST_FILE + 1))

    def test_a_zip_bomb_is_refused_unpacked(self):
        with self.assertRaisesRegex(ExcelError, "unpacks to far more"):
            read_first_column(archive('xl/worksheets/sheet1.xml', LARGEST_CONTENT + 1))

    def test_a_workbook_with_macros_is_refused(self):
        with self.assertRaisesRegex(ExcelError, "macros"):
            read_first_column(archive('xl/vbaProject.bin', 10))

    def test_a_zip_that_is_no_workbook_is_refused(self):
        with self.assertRaisesRegex(ExcelError, "cannot be read"):
            read_first_column(archive('hello.txt', 10))

    @settings(max_examples=200, deadline=None)
    @given(st.one_of(st.binary(max_size=500), st.binary(max_size=300).map(lambda tail: workbook(["a"])[:200] + tail)))
    def test_any_bytes_are_refused_with_a_reason(self, content):
        with self.assertRaises(ExcelError):
            read_first_column(content)
