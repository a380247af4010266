import io
import unittest
import zipfile

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from ..lib.excel import LARGEST_CONTENT, LARGEST_FILE, MOST_LINES, ExcelError, check_file, read_first_column


def workbook(*rows):
    """Return the bytes of a workbook with these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def archive(name, data):
    """Return the bytes of a zip with one part; a number as data: so many zeros."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, 'w', zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, bytes(data) if isinstance(data, int) else data)
    return content.getvalue()


def with_part(content, name, data):
    """Return the bytes of a workbook with a part added or replaced.

    :param data: bytes, or a function from what the part was to what it is
    """
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, 'w', zipfile.ZIP_DEFLATED) as target:
        for one in {*source.namelist(), name}:
            old = source.read(one) if one in source.namelist() else b''
            new = data(old) if callable(data) else data
            target.writestr(one, new if one == name else old)
    return result.getvalue()


SHEET = 'xl/worksheets/sheet1.xml'
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
XXE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


class TestLibExcel(unittest.TestCase):
    """Files that nobody checked."""

    def assertRefused(self, words, content):
        """Check that a file is refused with some words."""
        with self.assertRaisesRegex(ExcelError, words):
            read_first_column(content)

    def test_the_first_column_comes_without_blanks_and_doubles(self):
        self.assertEqual(read_first_column(workbook(["Lumora", 1], [None, 2], [" Lumora "], [12])), ["Lumora", "12"])

    def test_an_empty_workbook_has_no_texts(self):
        self.assertEqual(read_first_column(workbook()), [])

    # === SIZE === #

    def test_a_file_that_is_too_large_is_refused_unread(self):
        self.assertRefused("larger than", bytes(LARGEST_FILE + 1))

    def test_a_zip_bomb_is_refused_unpacked(self):
        self.assertRefused("unpacks to far more", archive(SHEET, LARGEST_CONTENT + 1))

    def test_a_part_that_is_larger_than_it_says_is_refused(self):
        content = bytearray(archive(SHEET, 10 * 2**20))
        place = content.rindex(b'PK\x01\x02')
        content[place + 24:place + 28] = (100).to_bytes(4, 'little')
        self.assertRefused("damaged", bytes(content))

    def test_a_million_empty_formatted_rows_are_refused_with_what_to_do(self):
        rows = b''.join(b'<row r="%d" s="1"><c r="A%d" s="1"/></row>' % (number, number)
                        for number in range(2, MOST_LINES + 3))
        content = with_part(workbook(["SKU"]), SHEET, lambda xml: xml.replace(b'</sheetData>', rows + b'</sheetData>'))
        self.assertRefused("most of them empty but formatted. Select the rows below", content)

    # === KIND === #

    def test_other_kinds_of_files_are_refused_by_name(self):
        ole = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + bytes(600)
        for content, words in (
            (ole, r"old Excel file \(.xls\)"), (ole + 'EncryptedPackage'.encode('utf-16-le'), "protected by a password"),
            (b'name;brand\n', r"text file \(CSV\)"), (b'\xef\xbb\xbfSKU,Price\nA,1\n', r"text file \(CSV\)"),
            (b'<html><table><tr><td>SKU</td></tr></table></html>', "web page"),
            (b'\xef\xbb\xbf<?xml version="1.0"?>', "web page"),
            (archive('mimetype', b'application/vnd.oasis.opendocument.spreadsheet'), r"LibreOffice file \(.ods\)"),
            (archive('xl/workbook.bin', 10), r"binary workbook \(.xlsb\)"), (archive('hello.txt', 10), "cannot be read"),
            (b'', "damaged"), (bytes(50), "damaged"), (b'PK\x03\x04', "damaged"),
        ):
            with self.subTest(words=words):
                self.assertRefused(words, content)

    def test_a_file_that_was_cut_off_is_refused(self):
        content = workbook(["SKU"], *(["x" * 50] for _number in range(50)))
        for size in (30, len(content) // 2, len(content) - 30):
            self.assertRefused("damaged", content[:size])

    # === CONTENTS === #

    def test_macros_are_refused(self):
        for name in ('xl/vbaProject.bin', 'xl/macrosheets/sheet1.xml', 'XL/VBAPROJECT.BIN'):
            self.assertRefused("carries macros", with_part(workbook(["SKU"]), name, b'x'))

    def test_links_to_other_files_are_refused(self):
        for name in ('xl/externalLinks/externalLink1.xml', 'xl/connections.xml'):
            self.assertRefused("takes values from other files", with_part(workbook(["SKU"]), name, b'<x/>'))

    def test_entities_are_refused_in_every_part(self):
        for name in (SHEET, 'xl/workbook.xml', '[Content_Types].xml', 'xl/_rels/workbook.xml.rels'):
            for evil in (ENTITIES, XXE):
                content = with_part(workbook(["SKU"]), name, lambda xml, evil=evil: xml.replace(b'?>', b'?>' + evil, 1)
                                    if b'?>' in xml else evil + xml)
                self.assertRefused("stand for others", content)

    def test_entities_are_not_hidden_by_another_encoding_or_the_end_of_a_chunk(self):
        hidden = ('<?xml version="1.0" encoding="utf-16"?>' + XXE.decode() + '<x/>').encode('utf-16')
        self.assertRefused("damaged", with_part(workbook(["SKU"]), SHEET, hidden))
        late = b'<?xml version="1.0"?><!--' + b'x' * (2**20 - 30) + b'-->' + XXE + b'<x/>'
        self.assertRefused("stand for others", with_part(workbook(["SKU"]), SHEET, late))

    def test_what_is_seen_without_parsing(self):
        book = openpyxl.Workbook()
        book.active.append(["SKU", "=1+1", None])
        book.active.merge_cells('A1:A2')
        content = io.BytesIO()
        book.save(content)
        traits = check_file(content.getvalue())
        self.assertEqual((traits.merged, traits.formulas), (True, True))
        traits = check_file(workbook(["SKU", "Price"]))
        self.assertEqual((traits.merged, traits.formulas, traits.cells), (False, False, 2))

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(st.one_of(st.binary(max_size=500), st.binary(max_size=300).map(lambda tail: workbook(["a"])[:200] + tail)))
    def test_any_bytes_are_refused_with_a_reason(self, content):
        with self.assertRaises(ExcelError):
            read_first_column(content)
