import io
import re
import unittest
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from ..lib import excel_read
from ..lib.excel import LONGEST_TEXT, MOST_COLUMNS, Column, ExcelError, Row, Sheet
from ..lib.excel_read import read_book
from ..lib.excel_write import letter, write_book
from .test_lib_excel import SHEET, with_part, workbook

COLUMNS = [
    Column('sku', "SKU", 'code', "Names the listing.", required=True), Column('price', "Price", 'number', "With VAT."),
    Column('end', "End", 'date'), Column('colour', "Colour", 'choice', choices={"Black": 1, "White": 2})]


def write(*rows, columns=COLUMNS, **values):
    """Return a workbook of one sheet with rows of cells by key."""
    rows = [row if isinstance(row, Row) else Row(row) for row in rows]
    sheet = Sheet(**{'title': "Desk Lamps", 'key': '8121', 'columns': columns, 'rows': rows, **values})
    return write_book([sheet], {'store': "A"})


def save(book):
    """Return the bytes of a workbook of openpyxl."""
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def change(content, edit):
    """Return a workbook as it is after somebody worked on its first sheet in a spreadsheet."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    edit(book.worksheets[0])
    return save(book)


def rows(content):
    """Return the cells of the rows of the first sheet."""
    return [row.cells for row in read_book(content).sheets[0].rows]


class TestLibExcelWriting(unittest.TestCase):
    """What is written is what is read, and nothing of it is calculated."""

    @settings(max_examples=100, deadline=None, database=None, derandomize=True)
    @given(st.lists(st.fixed_dictionaries({}, optional={
        'sku': st.text(max_size=40), 'price': st.floats(0, 1e9).map(lambda price: round(price, 4)) | st.integers(0, 10**9),
        'end': st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)).map(lambda moment: moment.replace(microsecond=0)),
        'colour': st.sampled_from([
            "=1+1", "+1", "-1", "@x", "_x0041_", "_x005F_", "_x000D_", "#N/A", "TRUE", "1e5", "▸", "a\r\nb"]),
    }), max_size=8))
    def test_everything_comes_back(self, cells):
        def expect(value):
            if isinstance(value, datetime):
                return value.strftime('%Y-%m-%d' if value.time() == time() else '%Y-%m-%d %H:%M:%S')
            if isinstance(value, str):
                return excel_read._UNUSABLE.sub('', value.replace('\r\n', '\n').replace('\r', '\n')).strip()
            return value
        wanted = [{key: expect(value) for key, value in row.items() if expect(value) != ''} for row in cells]
        notes = [{'sku': "so that no row is one of notes only"}]
        self.assertEqual(rows(write(*notes, *map(dict, cells)))[1:], [row for row in wanted if row])

    def test_a_text_that_looks_like_a_formula_is_none_for_any_program(self):
        evil = ['=HYPERLINK("http://x")', '+1', '-1', '@SUM(1)', '\t=1', "=cmd|' /C calc'!A0", '#REF!']
        content = write(*({'sku': text, 'colour': text} for text in evil))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                if name.startswith('xl/worksheets/'):
                    self.assertNotRegex(archive.read(name), rb'<f[ />]|t="(e|str)"')
        book = openpyxl.load_workbook(io.BytesIO(content))
        for row, text in zip(book.worksheets[0].iter_rows(min_row=4), evil, strict=True):
            self.assertEqual((row[0].data_type, row[0].value), ('s', text))
            self.assertEqual(row[0].quotePrefix, text[0] != '#', "so it stays when somebody edits the cell")

    def test_titles_and_choices_are_no_formulas_either(self):
        content = write({'sku': 'A'}, title="=1+1", columns=[
            COLUMNS[0], Column('x', "=1+1", note="=2+2", choices={"=3+3": 1, "plain": 2})])
        book = openpyxl.load_workbook(io.BytesIO(content))
        self.assertEqual({cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row
                          if cell.value is not None}, {'s'})

    def test_what_is_needed_is_marked_and_the_head_stays_in_sight(self):
        sheet = openpyxl.load_workbook(io.BytesIO(write({'sku': 'A'}))).worksheets[0]
        self.assertEqual([cell.value for cell in sheet[2]], ["SKU*", "Price", "End", "Colour"])
        self.assertEqual([cell.value for cell in sheet[3]][:2], ["▸ Names the listing.", "▸ With VAT."])
        self.assertNotEqual(sheet['A2'].fill.fgColor.rgb, sheet['B2'].fill.fgColor.rgb)
        self.assertEqual((sheet.freeze_panes, sheet.row_dimensions[1].hidden), ('B4', True))

    def test_codes_and_texts_are_formatted_as_text_below_the_rows_too(self):
        sheet = openpyxl.load_workbook(io.BytesIO(write({'sku': '0123', 'price': 5}))).worksheets[0]
        self.assertEqual((sheet['A4'].number_format, sheet['B4'].number_format), ('@', '0.00##'))
        self.assertEqual(sheet.column_dimensions['A'].number_format, '@')

    def test_a_list_of_any_length_is_a_drop_down_from_a_hidden_sheet_once(self):
        choices = {f"Option {number}, with a comma": number for number in range(600)}
        columns = [COLUMNS[0], *(Column(key, key, 'choice', choices=choices) for key in 'xy')]
        book = openpyxl.load_workbook(io.BytesIO(write({'sku': 'A'}, columns=columns)))
        rules = book.worksheets[0].data_validations.dataValidation
        self.assertEqual({rule.formula1 for rule in rules}, {"'OnBuy lists'!$A$2:$A$601"})
        self.assertEqual([str(rule.sqref)[:3] for rule in rules], ['B4:', 'C4:'])
        lists = book['OnBuy lists']
        self.assertEqual((lists.sheet_state, lists['A2'].value, lists['A601'].value, lists.max_column),
                         ('hidden', "Option 0, with a comma", "Option 599, with a comma", 1))

    def test_wrong_cells_are_coloured_and_say_why(self):
        content = write(Row({'sku': 'A', 'price': 'abc'}, {'price': "No number.", 'end': "Missing.", 'sku': ''}))
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        self.assertEqual((sheet['B4'].comment.text, sheet['C4'].comment.text), ("No number.", "Missing."))
        self.assertEqual({sheet[place].fill.fgColor.rgb for place in ('A4', 'B4', 'C4')}, {'00FFC7CE'})
        self.assertIsNone(sheet['A4'].comment)

    def test_a_text_that_is_too_long_is_left_out_and_said_to_be(self):
        sheet = openpyxl.load_workbook(io.BytesIO(write({'sku': 'A', 'colour': "x" * (LONGEST_TEXT + 1)}))).worksheets[0]
        self.assertIsNone(sheet['D4'].value)
        self.assertIn("too long for Excel", sheet['D4'].comment.text)

    def test_sheets_get_titles_that_excel_takes_each_its_own(self):
        titles = ["Home/Garden: [x]?*", "home garden   x", "x" * 40, "x" * 41, "", "OnBuy"]
        content = write_book([Sheet(title, '', COLUMNS, [Row({'sku': 'A'})]) for title in titles], {})
        names = openpyxl.load_workbook(io.BytesIO(content)).sheetnames
        self.assertEqual(len({name.casefold() for name in names}), len(titles) + 2)
        self.assertFalse([name for name in names if len(name) > 31 or re.search(r"[\[\]:*?/\\]", name)])

    def test_letters_of_columns(self):
        self.assertEqual([letter(place) for place in range(800)], [get_column_letter(place + 1) for place in range(800)])


class TestLibExcelReading(unittest.TestCase):
    """Sheets as people leave them."""

    def assertRefused(self, words, content):
        """Check that a file is refused with some words."""
        with self.assertRaisesRegex(ExcelError, words):
            read_book(content)

    # === COLUMNS === #

    def test_the_keys_of_columns_stay_when_titles_and_places_change(self):
        def edit(sheet):
            sheet.title = "Renamed"
            sheet['B2'] = "Preis"
            sheet.move_range('B1:B4', cols=4)
        book = read_book(change(write({'sku': 'A', 'price': 5, 'colour': "Black"}), edit))
        sheet, = book.sheets
        self.assertEqual((sheet.title, sheet.key, book.facts), ("Renamed", '8121', {'store': "A"}))
        self.assertEqual([(column.key, column.title) for column in sheet.columns],
                         [('sku', "SKU"), ('end', "End"), ('colour', "Colour"), ('price', "Preis")])
        self.assertEqual((sheet.rows[0].cells, sheet.rows[0].number), ({'sku': 'A', 'price': 5, 'colour': "Black"}, 4))

    def test_columns_that_were_removed_or_added_are_no_trouble(self):
        def edit(sheet):
            sheet.delete_cols(2)
            sheet['D2'], sheet['D4'], sheet['E4'] = "My own notes", "x", "y"
        sheet, = read_book(change(write({'sku': 'A', 'price': 5}), edit)).sheets
        self.assertEqual([(column.key, column.title) for column in sheet.columns],
                         [('sku', "SKU"), ('end', "End"), ('colour', "Colour"), ('?D', "My own notes"), ('?E', "")])
        self.assertEqual(sheet.rows[0].cells, {'sku': 'A', '?D': "x", '?E': "y"})

    def test_a_copied_column_is_refused(self):
        def edit(sheet):
            for row in (1, 2, 4):
                sheet.cell(row, 9).value = sheet.cell(row, 2).value
        self.assertRefused("has the column Price twice", change(write({'sku': 'A', 'price': 5}), edit))

    def test_a_file_of_another_program_has_titles_only(self):
        book = read_book(workbook(["SKU*", " Price "], ["A", 5], [], ["B", 6]))
        sheet, = book.sheets
        self.assertEqual((book.facts, sheet.key), ({}, ''))
        self.assertEqual([(column.key, column.title) for column in sheet.columns], [('?A', "SKU"), ('?B', "Price")])
        self.assertEqual([(row.number, row.cells) for row in sheet.rows],
                         [(2, {'?A': "A", '?B': 5}), (4, {'?A': "B", '?B': 6})])

    def test_empty_sheets_and_those_for_programs_are_left_out(self):
        content = change(write({'sku': 'A'}), lambda sheet: sheet.parent.create_sheet("Empty"))
        self.assertEqual([sheet.title for sheet in read_book(content).sheets], ["Desk Lamps"])

    def test_hidden_columns_and_sheets_count_like_others(self):
        def edit(sheet):
            sheet.column_dimensions['B'].hidden = True
            sheet.sheet_state = 'hidden'
            sheet.parent.create_sheet("Seen")
        self.assertEqual(rows(change(write({'sku': 'A', 'price': 5}), edit)), [{'sku': 'A', 'price': 5}])

    def test_the_row_of_notes_is_no_data_wherever_it_went(self):
        self.assertEqual(rows(change(write({'sku': 'A'}), lambda sheet: sheet.delete_rows(3))), [{'sku': 'A'}])
        self.assertEqual(rows(write({'sku': '▸ A'})), [{'sku': '▸ A'}], "a row of data below the notes")

    # === CELLS === #

    def test_values_of_all_types(self):
        book = openpyxl.Workbook()
        book.active.append(["Title"])
        for value in (1, 1.5, True, " text ", datetime(2026, 12, 31), datetime(2026, 12, 31, 18, 30), date(2026, 12, 31),
                      time(18, 30), timedelta(hours=1), "a\r\nb\tc", 10**20):
            book.active.append([value])
        self.assertEqual([list(row.values())[0] for row in rows(save(book))], [
            1, 1.5, True, "text", '2026-12-31', '2026-12-31 18:30:00', '2026-12-31', '18:30:00', '1:00:00', "a\nb\tc", 1e20])

    def test_a_percentage_is_read_as_it_is_shown(self):
        book = openpyxl.Workbook()
        book.active.append(["Boost"])
        book.active.append([0.075])
        book.active['A2'].number_format = '0.0%'
        self.assertEqual(rows(save(book)), [{'?A': '7.5%'}])

    def test_a_formula_counts_by_its_result_and_is_wrong_without_one(self):
        content = workbook(["SKU", "Price", "Stock"], ["A", 1, 2], ["B", 1, 2])
        content = with_part(content, SHEET, lambda xml: xml.replace(
            b'<c r="B2" t="n"><v>1</v></c>', b'<c r="B2"><f>1+1</f><v>2</v></c>')
                            .replace(b'<c r="B3" t="n"><v>1</v></c>', b'<c r="B3"><f>1+1</f></c>'))
        first, second = read_book(content).sheets[0].rows
        self.assertEqual((first.cells, first.wrong), ({'?A': "A", '?B': 2, '?C': 2}, {}))
        self.assertEqual(second.cells, {'?A': "B", '?C': 2})
        self.assertIn("formula without its result", second.wrong['?B'])

    def test_an_error_or_a_number_without_end_is_wrong_in_its_cell_only(self):
        content = workbook(["SKU", "Price"], ["A", 1], ["B", 1])
        content = with_part(content, SHEET, lambda xml: xml.replace(
            b'<c r="B2" t="n"><v>1</v></c>', b'<c r="B2" t="e"><v>#REF!</v></c>')
                            .replace(b'<c r="B3" t="n"><v>1</v></c>', b'<c r="B3"><v>1e999</v></c>'))
        first, second = read_book(content).sheets[0].rows
        self.assertEqual((first.cells, second.cells), ({'?A': "A"}, {'?A': "B"}))
        self.assertIn("#REF!", first.wrong['?B'])
        self.assertIn("too large", second.wrong['?B'])

    def test_texts_of_excel_and_rich_texts_are_read_as_they_are_shown(self):
        content = io.BytesIO()
        book = xlsxwriter.Workbook(content)
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["Title", "a\r\nb", "_x0041_"])
        sheet.write_rich_string(3, 0, "plain ", book.add_format({'bold': True}), "bold")
        book.close()
        self.assertEqual([row['?A'] for row in rows(content.getvalue())], ["a\nb", "_x0041_", "plain bold"])

    def test_a_text_that_no_cell_can_hold_is_wrong(self):
        content = workbook(["SKU", "Text"], ["A", "here"])
        content = with_part(content, SHEET, lambda xml: xml.replace(b'here', b'x' * (LONGEST_TEXT + 1)))
        self.assertIn("32,768 characters", read_book(content).sheets[0].rows[0].wrong['?B'])

    def test_merged_cells_are_told_of(self):
        def edit(sheet):
            sheet.merge_cells('A2:A3')
        content = change(workbook(["SKU"], ["A"], [None], ["B"]), edit)
        book = read_book(content)
        self.assertTrue(book.merged)
        self.assertEqual([row.cells for row in book.sheets[0].rows], [{'?A': "A"}, {'?A': "B"}])
        self.assertFalse(read_book(workbook(["SKU"])).merged)

    # === LIMITS === #

    def test_too_many_columns_rows_or_sheets_are_refused(self):
        self.assertRefused("more than 300 columns", workbook(["x"] * (MOST_COLUMNS + 1)))
        self.patch_limit('MOST_ROWS', 5)
        self.assertRefused("more than 5 rows", workbook(*(["x"] for _number in range(6))))
        self.patch_limit('MOST_SHEETS', 2)
        self.assertRefused("has 3 sheets", write({'sku': 'A'}))

    def test_what_a_sheet_says_of_its_size_is_not_believed(self):
        content = with_part(workbook(["SKU"], ["A"]), SHEET, lambda xml: re.sub(
            rb'<dimension[^>]*>', b'<dimension ref="A1:XFD1048576"/>', xml))
        self.assertEqual(rows(content), [{'?A': "A"}])

    def patch_limit(self, name, value):
        """Have another limit until the test ends."""
        before = getattr(excel_read, name)
        setattr(excel_read, name, value)
        self.addCleanup(setattr, excel_read, name, before)

    def test_rows_whose_numbers_are_wrong_are_refused_or_read(self):
        content = with_part(workbook(["SKU"], ["A"]), SHEET, lambda xml: xml.replace(b'<row r="2"', b'<row r="x"'))
        self.assertRefused("cannot be read", content)
