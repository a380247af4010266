from datetime import datetime

from odoo import fields, models

from ..lib.excel import Column, Row, Sheet
from ..lib.excel_cells import read_cell
from ..lib.excel_write import write_book
from .onbuy_excel_columns import FORMAT, OUTCOME
from .onbuy_excel_row import VERDICTS


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    def _write_excel(self, sheets):
        """Return a workbook, which says for whom and when it was made.

        :param list sheets: of :class:`~..lib.excel.Sheet`
        :return: bytes of an .xlsx file
        """
        return write_book(sheets, {
            'format': FORMAT, 'store': self.name, 'made': fields.Datetime.to_string(fields.Datetime.now())})


class OnbuyExcelImport(models.Model):
    """A file comes back with what became of each row."""

    _inherit = 'onbuy.excel.import'

    def _write_result(self):
        """Return the sheets as they came, with the verdict on each row in front and what is wrong in colour.

        :return: bytes of an .xlsx file
        """
        upload = self._as_uploader()
        return upload.store_id._write_excel([upload._make_sheet(sheet) for sheet in upload.sheets or []])

    def _make_sheet(self, sheet):
        """Return one sheet.

        :param dict sheet: of the field ``sheets``
        :rtype: Sheet
        """
        category = self.env['onbuy.category'].browse(sheet['category'] or []).exists()
        known = {column.key: column for column in self.store_id._get_excel_columns(category)}
        columns = [known.get(key, Column(key, title)) for key, title in sheet['columns'] if key not in OUTCOME]
        columns = [Column('verdict', self.env._("Verdict")), Column('reason', self.env._("Reason"), width=60), *columns]
        rows = self.row_ids.filtered(lambda row: row.sheet == sheet['title'])
        return Sheet(sheet['title'], category.code or '', columns, [self._make_row(row, known) for row in rows], frozen=3)

    def _make_row(self, row, columns):
        """Return one row.

        :param row: ``onbuy.excel.import.row``
        :param dict columns: key → column
        :rtype: Row
        """
        verdict, reason = row._get_outcome()
        wrong = {**(row.cell_errors or {}), **({'verdict': ''} if verdict == 'wrong' else {})}
        cells = {key: self._get_cell(columns.get(key), value) for key, value in (row.values or {}).items()}
        return Row({**cells, 'verdict': dict(VERDICTS).get(verdict), 'reason': reason}, wrong)

    @staticmethod
    def _get_cell(column, value):
        """Return a cell as it came; a date that was understood as a date."""
        try:
            found = read_cell(column, value) if column and column.kind in ('date', 'until') else None
        except ValueError:
            found = None
        return found if isinstance(found, datetime) else value
