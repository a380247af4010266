import io

import openpyxl

from odoo.exceptions import UserError
from odoo.tests import tagged

from .excel_common import ExcelCommon


@tagged('post_install', '-at_install')
class TestExcelUpload(ExcelCommon):
    """What an uploaded file does."""

    def check(self, upload, *verdicts):
        """Check the verdicts on rows, in order."""
        self.assertEqual(self.verdicts(upload), [*verdicts], upload.row_ids.mapped('reason'))

    def apply(self, upload):
        """Apply a file."""
        upload.action_apply()
        self.assertEqual(upload.state, 'done')
        return upload

    def listed(self, **values):
        """Return a listing on OnBuy."""
        return self.list_to_the_end(self.make_product(**values))

    # === NEW PRODUCTS === #

    def test_new_products_are_made_listed_and_counted(self):
        cells = self.make_cells()
        upload = self.upload_rows(cells)
        self.check(upload, 'ok')
        self.apply(upload)
        listing = self.find(cells['SKU'])
        self.assertEqual((listing.publish_state, listing.fixed_price), ('waiting', 24))
        self.arrive()
        remote = self.remote(cells['SKU'])
        self.assertEqual((remote['price'], remote['stock'], remote['status']), ('24.00', 7, 'active'))

    def test_rows_of_a_group_become_variants_and_latecomers_join_them(self):
        group = {'Group': 'MUG', 'Attribute 1': "Colour"}
        first, second, third = (self.make_cells(**group, **{'Product name': "Mug", 'Value 1': colour})
                                for colour in ("Red", "Blue", "Green"))
        self.apply_rows(first, second, list_when_right=False)
        upload = self.upload_rows({**third, 'Product name': None}, list_when_right=False)
        self.assertNotIn('wrong', self.verdicts(upload), upload.row_ids.mapped('reason'))
        self.apply(upload)
        product, = self.find(first['SKU']).product_id.product_tmpl_id
        self.assertEqual(product.product_variant_ids.mapped('default_code'), [first['SKU'], second['SKU'], third['SKU']])
        self.assertEqual(product.product_variant_ids.product_template_attribute_value_ids.mapped('name'),
                         ["Red", "Blue", "Green"])

    def test_the_right_rows_of_a_group_are_told_of_the_wrong_ones(self):
        group = {'Group': 'MUG', 'Attribute 1': "Colour", 'Product name': "Mug"}
        upload = self.upload_rows(self.make_cells(**group, **{'Value 1': "Red"}),
                                  self.make_cells(**{**group, 'Value 1': "Blue", 'Price': None}))
        self.check(upload, 'know', 'wrong')
        self.assertIn("the rows 3 are wrong", upload.row_ids[0].reason)

    def test_goods_without_a_brand_are_unbranded_which_is_a_brand_of_onbuys(self):
        upload = self.upload_rows(self.make_cells(Brand="unbranded"))
        self.check(upload, 'ok')
        self.apply(upload)
        self.publish()
        self.assertEqual(self.sent('/products')[-1]['products'][0]['brand_id'], 1)

    def test_a_brand_that_is_not_known_here_is_no_mistake(self):
        upload = self.upload_rows(self.make_cells(Brand="Newcomer"))
        self.check(upload, 'know')
        self.assertIn("OnBuy gets it as it is: Newcomer", upload.row_ids.reason)

    def test_a_product_with_this_internal_reference_gets_a_draft_and_is_not_made_again(self):
        product = self.make_product()
        self.apply_rows({'SKU': product.default_code, 'Price': 31}, list_when_right=False)
        listing = self.find(product.default_code)
        self.assertEqual((listing.product_id, listing.publish_state, listing.fixed_price), (product, 'draft', 31))
        self.assertEqual(self.env['product.product'].search([('default_code', '=', product.default_code)]), product)

    def test_products_are_made_and_listed_only_if_wanted(self):
        cells = self.make_cells()
        upload = self.upload_rows(cells, create_missing=False)
        self.check(upload, 'wrong')
        self.assertIn("none is to be created", upload.row_ids.reason)
        self.apply_rows(cells, list_when_right=False)
        self.assertEqual(self.find(cells['SKU']).publish_state, 'draft')

    # === CELLS === #

    def test_a_blank_cell_leaves_what_is_there_and_clear_empties_it(self):
        product = self.make_product(onbuy_mpn='L-1', onbuy_rrp=30, onbuy_summary="Bright\nSmall")
        self.apply_rows({'SKU': product.default_code, 'RRP': '(clear)', 'MPN': None, 'Summary 1': ' (CLEAR) ',
                         'Product name': "Better Lamp"})
        self.assertEqual((product.onbuy_mpn, product.onbuy_rrp, product.onbuy_summary, product.onbuy_title),
                         ('L-1', 0, "Small", "Better Lamp"))

    def test_what_has_to_be_filled_cannot_be_emptied(self):
        draft = self.draft(self.make_product())
        upload = self.upload_rows({'SKU': draft.sku, 'Brand': '(clear)'})
        self.check(upload, 'wrong')
        self.assertIn("Brand: This cannot be emptied", upload.row_ids.reason)
        with self.assertRaisesRegex(UserError, "nothing to apply"):
            upload.action_apply()

    def test_unknown_columns_are_told_and_left_out(self):
        upload = self.upload_rows(self.make_cells(**{'Colour of the box': "Brown"}))
        self.check(upload, 'ok')
        self.assertIn("not known were left out: Colour of the box", upload.note)

    def test_columns_and_sheets_may_be_renamed_moved_and_removed(self):
        draft = self.draft(self.make_product(onbuy_mpn='L-1'))
        draft.handling_time = 3
        book = openpyxl.load_workbook(io.BytesIO(self.download(what='listings', category_ids=[(6, 0, self.category.ids)])))
        sheet = book.worksheets[0]
        place = next(cell.column for cell in sheet[2] if cell.value == 'Product name')
        sheet.delete_cols(place)
        sheet.move_range(f'A1:A{sheet.max_row}', cols=sheet.max_column)  # The SKU becomes the last column.
        sheet.title = "My lamps"
        for cell in sheet[2]:
            cell.value = f'{cell.value} of mine' if cell.value else None
        self.check(self.upload(self.save(book), list_when_right=False), 'nothing')
        sheet.cell(4, next(cell.column for cell in sheet[2] if cell.value == 'MPN of mine')).value = 'L-2'
        self.apply(self.upload(self.save(book)))
        self.assertEqual((draft.product_id.onbuy_mpn, draft.handling_time, draft.name), ('L-2', 3, draft.product_id.name))

    def test_a_downloaded_file_changes_nothing(self):
        listing = self.listed(onbuy_mpn='1')
        draft = self.draft(self.make_product(name="=1+1 Lamp", onbuy_summary="+ Bright"))
        draft.write({'own_sale_price': 9, 'own_sale_start': '2026-12-31 23:30:00', 'own_sale_end': '2027-07-31 23:00:00'})
        content = self.download(what='chosen', listing_ids=[(6, 0, (listing | draft).ids)])
        upload = self.upload(content, list_when_right=False)
        self.check(upload, 'nothing', 'nothing')
        self.assertFalse(upload.note)

    def test_a_text_like_a_formula_is_a_text(self):
        book = openpyxl.load_workbook(io.BytesIO(self.make_file(self.make_cells(SKU='=A1', **{'Product name': "+Lamp"}))))
        for row in book.worksheets[0].iter_rows():
            for cell in row:
                cell.data_type = 's' if isinstance(cell.value, str) else cell.data_type
        upload = self.upload(self.save(book))
        self.check(upload, 'ok')
        self.apply(upload)
        self.assertEqual(self.find('=A1').product_id.name, "+Lamp")
        result = openpyxl.load_workbook(io.BytesIO(self.result(upload))).worksheets[0]
        self.assertEqual([cell.data_type for cell in result[4] if cell.value in ('=A1', "+Lamp")], ['s', 's'])

    def test_a_corrected_result_file_does_the_rest(self):
        right, wrong = self.make_cells(), self.make_cells(Price="cheap")
        upload = self.upload_rows(right, wrong)
        self.check(upload, 'ok', 'wrong')
        result = self.result(self.apply(upload))
        self.arrive()
        again = self.upload(self.edit(result, {wrong['SKU']: {'Price': 12.5}}))
        self.check(again, 'nothing', 'ok')
        self.apply(again)
        self.arrive()
        self.assertEqual(self.remote(wrong['SKU'])['price'], '12.50')
        self.assertEqual(self.find(right['SKU']).product_id.qty_available, 7)

    # === STOCK === #

    def test_the_first_stock_is_counted_once(self):
        cells = self.make_cells()
        self.apply_rows(cells)
        product = self.find(cells['SKU']).product_id
        self.arrive()
        upload = self.apply_rows({'SKU': cells['SKU'], 'Stock': 9})
        self.check(upload, 'know')
        self.assertIn("Odoo keeps this stock", upload.row_ids.reason)
        self.assertEqual(product.qty_available, 7)
        self.assertEqual(len(self.env['stock.move'].search([('product_id', '=', product.id)])), 1)

    def test_goods_that_odoo_does_not_count_show_the_stock_of_the_file(self):
        product = self.make_product(stock=0, is_storable=False)
        self.apply_rows({'SKU': product.default_code, 'Stock': 6})
        self.arrive()
        self.assertEqual(self.remote(product.default_code)['stock'], 6)

    # === LISTINGS ON ONBUY === #

    def test_changed_terms_of_listings_on_onbuy_are_sent_there(self):
        listing = self.listed()
        upload = self.upload_rows({'SKU': listing.sku, 'Handling days': 4, 'Warranty (months)': 12, 'Free returns': "Yes"})
        self.check(upload, 'changed')
        self.assertIn("Handling days: ", upload.row_ids.reason)
        self.apply(upload)
        sent = self.sent('/listings/by-sku', 'PUT')[-1]['listings'][0]
        self.assertEqual((sent['sku'], int(sent['handling_time']), int(sent['warranty'])), (listing.sku, 4, 12))
        self.assertEqual((listing.handling_time, listing.warranty, listing.free_returns), (4, 12, True))

    def test_terms_that_onbuy_refuses_are_told_on_their_row(self):
        listings = self.listed() | self.listed()
        upload = self.upload_rows(*({'SKU': listing.sku, 'Handling days': 4} for listing in listings))
        self.sandbox.control('POST', f'/listings/{listings[0].sku}/suspend')
        self.apply(upload)
        self.check(upload, 'wrong', 'changed')
        self.assertEqual(listings[1].handling_time, 4)

    def test_changed_prices_of_listings_on_onbuy_are_sent_there(self):
        self.store.write({'sync_prices': True, 'brake_move_percent': 100})
        listing = self.listed()
        upload = self.apply_rows({'SKU': listing.sku, 'Price': 40, 'Sale price': 30, 'Sale end': '31/12/2030'})
        self.check(upload, 'changed')
        self.env['onbuy.store.state']._save(self.store, 'done_orders', {})  # Orders were fetched to list it.
        self.run_cron('push_offers')
        sent = {key: value for body in self.sent('/listings/by-sku', 'PUT') for key, value in body['listings'][0].items()}
        self.assertEqual((float(sent['price']), float(sent['sale_price'])), (40, 30))
        self.assertEqual(self.remote(listing.sku)['price'], '40.00')
        self.apply_rows({'SKU': listing.sku, 'Sale price': '(clear)'})
        self.assertEqual((listing.own_sale_price, listing.fixed_price), (0, 40))

    def test_a_changed_price_is_told_to_the_penny(self):
        listing = self.listed(list_price=67.49)
        upload = self.upload_rows({'SKU': listing.sku, 'Price': 42.5, 'Boost %': "7.5%"})
        self.assertEqual(upload.row_ids.reason.splitlines()[-2:],
                         [f"Price: {listing.price:.2f} → 42.50", f"Boost %: {listing.boost:.2f} → 7.50"])

    def test_a_price_of_0_is_wrong_a_blank_one_stays_and_clear_lets_it_follow_the_store(self):
        listing = self.listed()
        listing.write({'price_mode': 'fixed', 'fixed_price': 30, 'own_sale_price': 15})
        for title in ('Price', 'Sale price'):
            for price in (0, "£0.00", 0.004):
                with self.subTest(title=title, price=price):
                    upload = self.upload_rows({'SKU': listing.sku, title: price})
                    self.check(upload, 'wrong')
                    self.assertRegex(upload.row_ids.reason, f"^{title}: The value .* is not above 0.")
        for price in (None, "", " "):
            with self.subTest(price=price):
                self.check(self.upload_rows({'SKU': listing.sku, 'Price': price, 'Sale price': price}), 'nothing')
        self.assertEqual((listing.price_mode, listing.fixed_price, listing.own_sale_price), ('fixed', 30, 15))
        self.apply_rows({'SKU': listing.sku, 'Price': '(clear)'})
        self.assertEqual((listing.price_mode, listing.own_sale_price), ('store', 15))

    def test_changed_texts_of_listings_on_onbuy_are_sent_there(self):
        listing = self.listed()
        self.apply_rows({'SKU': listing.sku, 'Product name': "Better Lamp"})
        self.publish()
        product, = self.sent('/products', 'PUT')[-1]['products']
        self.assertEqual((product['opc'], product['product_name']), (listing.opc, "Better Lamp"))

    def test_what_cannot_be_changed_of_listings_on_onbuy_is_wrong(self):
        listing = self.listed()
        conditions = self.category.condition_ids or self.env['onbuy.condition'].search([])
        used = conditions.filtered(lambda condition: condition.code != 'new')[:1]
        upload = self.upload_rows({'SKU': listing.sku, 'Condition': used.name})
        self.check(upload, 'wrong')
        self.assertIn("Condition: The condition of a listing on OnBuy cannot be changed", upload.row_ids.reason)

    def test_a_listing_on_its_way_waits_for_the_next_upload(self):
        cells = self.make_cells()
        self.apply_rows(cells)
        upload = self.upload_rows({**cells, 'Price': 30})
        self.check(upload, 'wrong')
        self.assertIn("on its way to OnBuy", upload.row_ids.reason)
