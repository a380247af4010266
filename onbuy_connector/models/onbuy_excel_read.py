from base64 import b64decode
from collections import Counter

from odoo import models

from ..lib.excel import ExcelError
from ..lib.excel_cells import CLEAR, read_cell
from ..lib.excel_read import read_book
from ..lib.gtin import gtin_core
from .onbuy_excel_columns import FORMAT, OUTCOME


class OnbuyExcelImport(models.Model):
    """From a file to its rows."""

    _inherit = 'onbuy.excel.import'

    def _read_file(self):
        """Read the rows of the file; if it cannot be used, say why.

        :rtype: Counter
        """
        try:
            book = read_book(b64decode(self.file))
            notes, values, sheets = self._get_notes(book), [], []
            for sheet in book.sheets:
                category = self._find_category(sheet)
                if keys := self._find_keys(sheet, category, notes):
                    sheets.append({'title': sheet.title, 'category': category.id, 'columns': [
                        [keys[column.key], column.title] for column in sheet.columns]})
                    values += self._prepare_rows(sheet, category, keys)
            if not values:
                raise ExcelError(self.env._(
                    "No row was found. A sheet needs a row of titles with SKU in it, and rows below. Download a template to "
                    "see how it looks."))
        except ExcelError as error:
            self.write({'error': str(error), 'is_waiting': False})
            return Counter(failed=1)
        self.env['onbuy.excel.import.row'].create(values)
        self.write({'sheets': sheets, 'note': '\n'.join(notes) or False})
        return Counter()

    def _get_notes(self, book):
        """Return what is to be known of a file as a whole.

        :param book: :class:`~..lib.excel.Book`
        :return: list of sentences
        :raise ExcelError: it was made by another version
        """
        notes = []
        store = book.facts.get('store')
        if book.facts and book.facts.get('format') != FORMAT:
            raise ExcelError(self.env._("This file is of another version. Download a template, and copy your rows into it."))
        if store and store != self.store_id.name:
            notes.append(self.env._("The file was made for %(store)s.", store=store))
        if book.merged:
            notes.append(self.env._("It has merged cells: only the first row and column of each holds the value."))
        return notes

    def _find_category(self, sheet):
        """Return the category of a sheet's products: by its key, else by its title; empty if it has none.

        :param sheet: :class:`~..lib.excel.Sheet`
        """
        categories = self.env['onbuy.category']
        by_key = categories.search([('code', '=', sheet.key)]) if sheet.key else categories
        by_title = categories.search([('name', '=ilike', sheet.title), ('can_list_in', '=', True)], limit=2)
        return by_key or (by_title if len(by_title) == 1 else categories)

    def _find_keys(self, sheet, category, notes):
        """Return what the columns of a sheet are, by their keys, else by their titles.

        :param sheet: :class:`~..lib.excel.Sheet`
        :param category: ``onbuy.category``
        :param list notes: sentences on the file; grows
        :return: dict of key as it was read → key; empty for a sheet that has no SKU
        """
        store = self.store_id
        columns = [*store.with_context(lang='en_US')._get_excel_columns(category), *store._get_excel_columns(category)]
        by_title = {fold(column.title): column.key for column in columns}
        known = {*by_title.values(), *OUTCOME}
        keys, taken = {}, {column.key for column in sheet.columns}
        for column in sheet.columns:
            key = by_title.get(fold(column.title)) if column.key not in known else None
            if key and key not in taken:
                keys[column.key] = key
                taken.add(key)
            else:
                keys[column.key] = column.key if column.key in known else f"?{column.key.lstrip('?')}"
        if 'sku' not in keys.values():
            notes.append(self.env._("The sheet %(sheet)s has no column SKU, so it was left out.", sheet=sheet.title))
            return {}
        if strange := [column.title or column.key for column in sheet.columns if keys[column.key].startswith('?')]:
            notes.append(self.env._("Columns of %(sheet)s that are not known were left out: %(names)s.", sheet=sheet.title,
                                    names=", ".join(strange)))
        return keys

    def _prepare_rows(self, sheet, category, keys):
        """Return the values of a sheet's rows.

        :param sheet: :class:`~..lib.excel.Sheet`
        :param category: ``onbuy.category``
        :param dict keys: of its columns, see :meth:`_find_keys`
        :return: list of dict
        """
        columns = {column.key: column for column in self.store_id._get_excel_columns(category)}

        def read(cells, key):
            try:
                value = read_cell(columns[key], cells.get(key))
            except ValueError:
                return ''
            return '' if value in (None, CLEAR) else value

        rows = []
        for row in sheet.rows:
            cells = {keys[key]: value for key, value in row.cells.items()}
            rows.append({
                'import_id': self.id, 'sheet': sheet.title, 'number': row.number, 'category_id': category.id,
                'values': cells, 'unread': {keys[key]: text for key, text in row.wrong.items()} or False,
                'sku': read(cells, 'sku') or False, 'family': read(cells, 'group_sku').casefold() or False,
                'barcode': gtin_core(read(cells, 'barcode')) or False})
        return rows


def fold(title):
    """Return a title for comparison: in small letters, without the sign of what is required."""
    return ' '.join(title.removesuffix('*').split()).casefold()
