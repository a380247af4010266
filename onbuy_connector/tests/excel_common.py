"""What the tests of Excel files share: files as sellers make them, and their way into Odoo."""
import io
from base64 import b64decode, b64encode

import openpyxl

from ..lib.excel_read import read_book
from .publish_common import NUMBERS, PublishCommon, gtin

TITLES = (  # of a file that somebody makes without a template
    'SKU', 'Product name', 'Barcode', 'Brand', 'Description', 'Main image', 'Price', 'Stock')


def workbook(sheets):
    """Return the bytes of a workbook.

    :param dict sheets: title → rows
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


class ExcelCommon(PublishCommon):
    """A live store that uploads Excel files."""

    def setUp(self):
        super().setUp()
        self.env.user.group_ids += self.env.ref('stock.group_stock_manager')

    def make_cells(self, **changed):
        """Return the cells of a row that nothing is wrong with, by title."""
        number = next(NUMBERS)
        return {'SKU': f'X-{number}', 'Product name': f"Lumora Lamp {number}", 'Barcode': gtin(number), 'Brand': "Lumora",
                'Description': "A lamp.", 'Main image': 'https://img.example.com/lamp.jpg',
                'Price': 24, 'Stock': 7, **changed}

    def make_file(self, *rows, title="Desk Lamps"):
        """Return a file of rows, each a dict of title → cell."""
        titles = list(dict.fromkeys(name for row in rows for name in row))
        return workbook({title: [titles, *([row.get(name) for name in titles] for row in rows)]})

    def upload(self, content, user=None, **values):
        """Upload a file and have it checked; return it."""
        uploads = self.env['onbuy.excel.import'].with_user(user or self.env.user)
        upload = uploads.create({'store_id': self.store.id, 'file': b64encode(content), 'filename': "lamps.xlsx", **values})
        upload.action_check()
        return upload

    def upload_rows(self, *rows, **values):
        """Upload rows, each a dict of title → cell; return the file."""
        return self.upload(self.make_file(*rows), **values)

    def apply_rows(self, *rows, **values):
        """Upload rows, check and apply them; return the file."""
        upload = self.upload_rows(*rows, **values)
        upload.action_apply()
        self.assertEqual(upload.state, 'done', upload.row_ids.mapped('reason'))
        return upload

    def verdicts(self, upload):
        """Return the verdicts on rows, in order."""
        return upload.row_ids.mapped('verdict')

    def find(self, sku):
        """Return the listing of a SKU."""
        return self.env['onbuy.listing'].search([('store_id', '=', self.store.id), ('sku', '=', sku)])

    def download(self, **values):
        """Download a file; return its bytes."""
        wizard = self.env['onbuy.excel.download'].create({'store_id': self.store.id, **values})
        wizard.action_download()
        return b64decode(wizard.file)

    def read(self, content):  # pylint: disable=method-required-super
        """Return what is in a file, as :class:`~..lib.excel.Book`."""
        return read_book(content)

    def result(self, upload):
        """Return the bytes of the result file of an upload."""
        upload.action_download_result()
        return b64decode(upload.result_file)

    def arrive(self):
        """Have OnBuy take everything that is on its way."""
        for _run in range(3):
            self.publish()
            self.drain()
        self.publish()

    # === TEMPLATES === #

    def fill(self, content, rows, sheet=0):
        """Return a file with rows filled in, as somebody does in a spreadsheet.

        :param bytes content: as it was downloaded
        :param list rows: dicts of title → cell
        :param sheet: its place or title
        """
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheet = book[sheet] if isinstance(sheet, str) else book.worksheets[sheet]
        places = {cell.value.removesuffix('*'): cell.column for cell in sheet[2]}
        first = sheet.max_row + 1
        for number, row in enumerate(rows, first):
            for title, value in row.items():
                sheet.cell(number, places[title]).value = value
        return self.save(book)

    def edit(self, content, cells, sheet=0):
        """Return a file with cells changed, as somebody does in a spreadsheet.

        :param dict cells: SKU → dict of title → cell
        """
        book = openpyxl.load_workbook(io.BytesIO(content))
        places = {cell.value.removesuffix('*'): cell.column for cell in book.worksheets[sheet][2] if cell.value}
        for row in book.worksheets[sheet].iter_rows(min_row=4):
            for title, value in cells.get(row[places['SKU'] - 1].value, {}).items():
                row[places[title] - 1].value = value
        return self.save(book)

    @staticmethod
    def save(book):
        """Return the bytes of a workbook of openpyxl."""
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()
