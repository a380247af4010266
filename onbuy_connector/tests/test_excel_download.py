import io

import openpyxl

from odoo.exceptions import UserError
from odoo.tests import tagged

from .excel_common import ExcelCommon


@tagged('post_install', '-at_install')
class TestExcelDownload(ExcelCommon):
    """Files to be filled in."""

    def sheets(self, content):
        """Return the sheets of a file: title → (titles of columns, rows as dicts of title → cell)."""
        found = {}
        for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
            if sheet.sheet_state == 'visible':
                titles = [cell.value for cell in sheet[2]]
                found[sheet.title] = titles, [
                    {title.removesuffix('*'): cell for title, cell in zip(titles, row, strict=True) if cell is not None}
                    for row in sheet.iter_rows(min_row=4, values_only=True)]
        return found

    def row(self, **values):
        """Return the only row of what is downloaded."""
        (_titles, rows), = self.sheets(self.download(**values)).values()
        row, = rows
        return row

    def test_each_category_gets_a_sheet_with_what_it_asks_for(self):
        pyjamas = self.find_category("Children's Pyjamas")
        sheets = self.sheets(self.download(category_ids=[(6, 0, (self.category | pyjamas).ids)]))
        (lamps, no_rows), (others, _rows) = sheets.values()
        self.assertFalse(no_rows)
        self.assertLessEqual({'SKU*', 'Brand*', 'Price*', 'Stock', 'Feature: Material', 'Detail: Height'}, {*lamps})
        self.assertIn('Feature: Age*', others)
        self.assertNotIn('Category', lamps, "each sheet has its own")

    def test_lists_offer_what_onbuy_takes(self):
        book = openpyxl.load_workbook(io.BytesIO(self.download(category_ids=[(6, 0, self.category.ids)])))
        sheet, lists = book.worksheets[0], book['OnBuy lists']
        titles = {cell.column_letter: cell.value.removesuffix('*') for cell in sheet[2]}
        offered = {}
        for rule in sheet.data_validations.dataValidation:
            (first, *_more), *_rest = lists[rule.formula1.split('!')[1].replace('$', '')]
            offered[titles[str(rule.sqref).split(':')[0].rstrip('0123456789')]] = {
                cell.value for cell in lists[first.column_letter][1:] if cell.value}
        self.assertLessEqual({'Brand', 'Condition', 'Delivery template', 'Free returns', 'Feature: Material'}, {*offered})
        self.assertIn("Lumora", offered['Brand'])
        self.assertEqual(offered['Delivery template'], {*self.store.delivery_template_ids.mapped('name')})

    def test_listings_come_with_what_they_have_now(self):
        product = self.make_product(onbuy_mpn='007', onbuy_summary="Bright\nSmall", onbuy_rrp=30)
        draft = self.draft(product)
        draft.write({'price_mode': 'fixed', 'fixed_price': 24.5, 'handling_time': 3, 'own_sale_price': 20,
                     'own_sale_end': '2030-07-01 17:30:00'})
        row = self.row(what='listings', category_ids=[(6, 0, self.category.ids)])
        self.assertEqual(
            [row[title] for title in ('SKU', 'Product name', 'Barcode', 'MPN', 'Brand', 'Summary 2', 'Price', 'Stock',
                                      'Handling days')],
            [draft.sku, product.name, product.barcode, '007', "Lumora", "Small", 24.5, 10, 3])
        self.assertEqual(row['Sale end'].isoformat(' '), '2030-07-01 18:30:00', "it is summer in the UK")

    def test_products_without_a_listing_get_no_draft_by_a_download(self):
        product = self.make_product()
        self.draft(self.make_product())
        before = self.env['onbuy.listing'].search_count([])
        row = self.row(what='unlisted', category_ids=[(6, 0, self.category.ids)])
        self.assertEqual((row['SKU'], row['Price'] > 0), (product.default_code, True))
        self.assertEqual(self.env['onbuy.listing'].search_count([]), before)

    def test_chosen_products_without_a_category_get_a_sheet_that_asks_for_it(self):
        products = self.make_product() | self.make_product(onbuy_category_id=False)
        action = products.action_download_onbuy_excel()
        wizard = self.env['onbuy.excel.download'].browse(action['res_id'])
        self.assertEqual(wizard.what, 'chosen')
        sheets = self.sheets(self.download(what='chosen', product_ids=[(6, 0, products.ids)]))
        self.assertEqual([*sheets], ["Desk Lamps", "No category"])
        self.assertIn('Category', sheets["No category"][0])

    def test_a_file_filled_in_lists_a_product_in_the_category_of_its_cell(self):
        product = self.make_product(onbuy_category_id=False)
        content = self.download(what='chosen', product_ids=[(6, 0, product.ids)])
        upload = self.upload(self.edit(content, {product.default_code: {'Category': self.category.complete_name}}))
        upload.action_apply()
        self.assertEqual(product.onbuy_category_id, self.category, upload.row_ids.reason)
        self.assertEqual(self.find(product.default_code).publish_state, 'waiting')

    def test_variants_come_with_what_tells_them_apart(self):
        family = self.make_family()
        _titles, rows = self.sheets(self.download(what='chosen', product_ids=[(6, 0, family.ids)]))["Desk Lamps"]
        self.assertEqual([(row['Attribute 1'], row['Value 1']) for row in rows], [("Colour", "Red"), ("Colour", "Blue")])
        self.assertEqual(len({row['Group'] for row in rows}), 1)

    def test_texts_like_formulas_are_texts(self):
        product = self.make_product(name="=HYPERLINK(1)", onbuy_mpn='@SUM(A1)', onbuy_summary="-1")
        book = openpyxl.load_workbook(io.BytesIO(self.download(what='chosen', product_ids=[(6, 0, product.ids)])))
        cells = {cell.value: cell for cell in book.worksheets[0][4]}
        for text in ("=HYPERLINK(1)", '@SUM(A1)', "-1"):
            self.assertEqual((cells[text].data_type, cells[text].quotePrefix), ('s', True))

    def test_nothing_chosen_or_two_stores_make_no_file(self):
        with self.assertRaisesRegex(UserError, "Choose the categories"):
            self.download()
        other = self._create_store(name="Other", consumer_key='ck_live_other', secret_key='x')
        first, second = self.env['onbuy.listing'].create([
            {'store_id': store.id, 'sku': 'A', 'name': "A"} for store in (self.store, other)])
        with self.assertRaisesRegex(UserError, "one store"):
            (first | second).action_download_excel()

    def test_features_are_read_first(self):
        self.category.read_date = False
        self.sandbox.control('DELETE', '/requests')
        self.download(category_ids=[(6, 0, self.category.ids)])
        self.assertTrue(self.category.read_date)
        self.assertTrue(self.sandbox.requests(f'/categories/{self.category.code}'))

    def test_a_file_of_another_store_is_told(self):
        draft = self.draft(self.make_product())
        content = self.download(what='chosen', listing_ids=[(6, 0, draft.ids)])
        self.store.name = "Renamed House"
        upload = self.upload(content)
        self.assertIn("The file was made for Lamp House", upload.note)
