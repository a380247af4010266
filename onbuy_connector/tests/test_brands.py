import io
from base64 import b64encode

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import OnbuyCommon


@tagged('post_install', '-at_install')
class TestBrands(OnbuyCommon):
    """Brands come in by a search text or by the names in an Excel file."""

    sandbox_options = ('--no-limits', '--listings', '30', '--orders', '0', '--seed', '7')

    def setUp(self):
        super().setUp()
        self.store.action_connect()
        self.brands = self.env['onbuy.brand']
        self.brands.search([]).unlink()
        self.sandbox.control('DELETE', '/requests')

    def search(self, text):
        """Import by a text and return the brands there are."""
        self.env['onbuy.brand.import'].create({'store_id': self.store.id, 'text': text}).action_import()
        return self.brands.search([])

    def upload(self, *names):
        """Import the names of an Excel file and return the brands there are."""
        book = openpyxl.Workbook()
        for name in names:
            book.active.append([name])
        content = io.BytesIO()
        book.save(content)
        return self.upload_file(content.getvalue())

    def upload_file(self, content):
        """Import a file and return the brands there are."""
        self.env['onbuy.brand.import'].create({
            'store_id': self.store.id, 'by': 'file', 'file': b64encode(content)}).action_import()
        return self.brands.search([])

    def test_a_search_text_brings_in_all_brands_whose_name_contains_it(self):
        names = self.search('lumora').mapped('name')
        self.assertIn("Lumora", names)
        self.assertTrue(all('lumora' in name.lower() for name in names))

    def test_a_second_search_doubles_nothing_and_calls_once(self):
        count = len(self.search('lumora'))
        self.sandbox.control('DELETE', '/requests')
        self.assertEqual(len(self.search('lumora')), count)
        self.assertEqual(len(self.sandbox.requests('/brands')), 1)

    def test_a_store_brand_warns_that_it_may_be_restricted(self):
        found = self.search('go')  # Among them "Guarded Goods", whose products OnBuy refuses.
        self.assertTrue(found.filtered(lambda brand: brand.kind == 'Store'))
        for brand in found:
            self.assertEqual(brand.is_restricted, brand.kind == 'Store', brand.name)

    def test_an_excel_file_brings_in_exactly_its_names_whatever_their_case(self):
        self.assertEqual(self.upload("LUMORA", "", "LUMORA").mapped('name'), ["Lumora"])

    def test_names_that_onbuy_does_not_have_are_told_on_the_store(self):
        self.upload("Lumora", "No Such Brand", "Nor This")
        self.assertIn("No Such Brand, Nor This", self.store.message_ids[0].body)

    def test_what_takes_longer_goes_on_in_the_background(self):
        self.patch(type(self.store), '_run_now', lambda store, task, *args: store._notify("later"))
        self.upload("Lumora")
        self.assertFalse(self.brands.search([]))
        self.run_cron('sync_brands')
        self.assertEqual(self.brands.search([]).mapped('name'), ["Lumora"])

    def test_a_renamed_brand_is_renamed_here_when_it_is_read_again(self):
        brand = self.upload("Lumora")
        self.env.cr.execute("UPDATE onbuy_brand SET kind = 'Store' WHERE id = %s", (brand.id,))
        brand.invalidate_recordset()
        brand.action_refresh()
        self.assertEqual(brand.kind, 'Standard')
        self.store.action_sync_brands()
        self.assertEqual(self.brands.search([]), brand)

    def test_without_brands_there_is_nothing_to_read_again(self):
        with self.assertRaisesRegex(UserError, "no brand to look for"):
            self.store.action_sync_brands()

    def test_a_text_of_one_letter_is_refused(self):
        with self.assertRaisesRegex(UserError, "two letters"):
            self.search('l')

    def test_a_file_that_is_no_workbook_is_refused(self):
        with self.assertRaisesRegex(UserError, "no .xlsx file"):
            self.upload_file(b'name;brand\n')

    def test_onbuys_refusal_is_told_and_the_search_is_kept(self):
        self.fault('status', status=500, path='/brands*')
        with self.assertRaises(UserError):
            self.search('lumora')

    def test_a_plain_user_neither_reads_nor_imports(self):
        user = new_test_user(self.env, 'plain', groups='base.group_user')
        with self.assertRaises(AccessError):
            self.brands.with_user(user).search([])
        with self.assertRaises(AccessError):
            self.env['onbuy.brand.import'].with_user(user).create({'store_id': self.store.id, 'text': 'lumora'})
