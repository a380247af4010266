import io
from base64 import b64encode
from zipfile import ZipFile

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..lib.excel import ENCRYPTED, LARGEST_FILE, OLE
from ..models import onbuy_store_buttons
from .excel_common import ExcelCommon

WRITTEN = ('product.template', 'product.product', 'product.attribute', 'product.attribute.value', 'onbuy.listing',
           'onbuy.detail.value', 'stock.quant', 'stock.move', 'onbuy.offer.change', 'onbuy.product.queue')


@tagged('post_install', '-at_install')
class TestExcelBadDays(ExcelCommon):
    """Files, users, rows and servers that are not as they should be."""

    # === FILES === #

    def assert_refused(self, words, content):
        """Check that a file is refused, with some words."""
        with self.assertRaisesRegex(UserError, words):
            self.upload(content)

    def test_other_kinds_of_files_are_refused_with_what_to_do(self):
        self.assert_refused("This is a text file", b'SKU,Price\nA-1,20\n')
        self.assert_refused("web page", b'<html><table><tr><td>SKU</td></tr></table></html>')
        self.assert_refused("old Excel file", OLE + bytes(2000))
        self.assert_refused("protected by a password", OLE + bytes(600) + ENCRYPTED + bytes(600))

    def test_broken_and_huge_files_are_refused(self):
        content = self.make_file(self.make_cells())
        self.assert_refused("damaged", content[:len(content) // 2])
        self.assert_refused("larger than 10 MB", content + bytes(LARGEST_FILE))
        self.assert_refused("more than 300 columns", self.make_file(dict.fromkeys(map(str, range(301)), 1)))

    def test_macros_are_refused(self):
        content = io.BytesIO(self.make_file(self.make_cells()))
        with ZipFile(content, 'a') as archive:
            archive.writestr('xl/vbaProject.bin', b'x')
        self.assert_refused("carries macros", content.getvalue())

    def test_a_file_without_rows_or_skus_is_refused(self):
        self.assert_refused("No row was found", self.make_file({'Product name': "Lamp"}))
        self.assert_refused("No row was found", self.make_file({'SKU': None}))

    def test_a_file_that_is_refused_in_the_background_says_why_on_its_screen(self):
        upload = self.env['onbuy.excel.import'].create({
            'store_id': self.store.id, 'file': b64encode(b'SKU,Price\nA-1,20\n'), 'is_waiting': True})
        self.run_cron('apply_excel')
        self.assertEqual((upload.state, upload.is_waiting), ('uploaded', False))
        self.assertIn("This is a text file", upload.error)

    def test_a_file_is_applied_once(self):
        upload = self.apply_rows(self.make_cells())
        with self.assertRaisesRegex(UserError, "nothing to apply"):
            upload.action_apply()
        with self.assertRaisesRegex(UserError, "applied already"):
            upload.action_check()

    # === USERS === #

    def test_a_user_of_another_company_sees_and_touches_nothing(self):
        upload = self.upload_rows(self.make_cells())
        company = self.env['res.company'].create({'name': "Elsewhere"})
        stranger = new_test_user(self.env, 'stranger', 'onbuy_connector.group_onbuy_manager', company_id=company.id)
        for action in (upload.action_check, upload.action_apply, upload.action_download_result):
            with self.subTest(action=action.__name__), self.assertRaises(AccessError):
                getattr(upload.with_user(stranger), action.__name__)()
        self.assertFalse(upload.row_ids.with_user(stranger).search([('import_id', '=', upload.id)]))
        with self.assertRaises(AccessError):
            self.upload_rows(self.make_cells(), user=stranger)
        with self.assertRaises(AccessError):
            self.env['onbuy.excel.download'].with_user(stranger).create({'store_id': self.store.id}).action_download()

    def test_a_plain_user_cannot_upload_or_download(self):
        plain = new_test_user(self.env, 'plain', 'base.group_user')
        with self.assertRaises(AccessError):
            self.upload_rows(self.make_cells(), user=plain)
        with self.assertRaises(AccessError):
            self.env['onbuy.excel.download'].with_user(plain).create({'store_id': self.store.id})

    def test_a_user_of_onbuy_lists_new_products_but_counts_no_stock(self):
        user = new_test_user(self.env, 'clerk', 'onbuy_connector.group_onbuy_user')
        cells = self.make_cells()
        upload = self.upload_rows(cells, user=user)
        self.assertIn("Only an Inventory administrator", upload.row_ids.reason)
        upload.action_apply()
        self.arrive()
        self.assertEqual((self.remote(cells['SKU'])['stock'], upload.user_id), (0, user))

    # === ROWS === #

    def test_a_dry_run_writes_nothing(self):
        draft = self.draft(self.make_product())
        before = [self.env[model].search_count([]) for model in WRITTEN]
        upload = self.upload_rows(self.make_cells(), self.make_cells(Group='G', **{'Attribute 1': "Form", 'Value 1': "Round"}),
                                  {'SKU': draft.sku, 'Product name': "Better Lamp", 'Price': 99})
        self.assertEqual(self.verdicts(upload), ['ok', 'ok', 'ok'], upload.row_ids.mapped('reason'))
        self.assertEqual([self.env[model].search_count([]) for model in WRITTEN], before)
        self.assertEqual((draft.product_id.onbuy_title, draft.fixed_price), (False, 0))
        self.assertFalse([one for one in self.sandbox.requests() if one['method'] != 'GET'])

    def test_a_row_that_fails_stops_no_other(self):
        cells = [self.make_cells() for _number in range(3)]
        prepare = type(self.env['onbuy.listing'])._prepare_draft_values

        def fail(listings, store, product, values, taken):
            if values['sku'] == cells[1]['SKU']:
                listings.env.cr.execute("SELECT 1 / 0")
            return prepare(listings, store, product, values, taken)

        self.patch(type(self.env['onbuy.listing']), '_prepare_draft_values', fail)
        with self.assertLogs('odoo.sql_db', 'ERROR'):
            upload = self.upload_rows(*cells)
            self.assertEqual(self.verdicts(upload), ['ok', 'wrong', 'ok'])
            self.assertIn("It could not be written: division by zero", upload.row_ids[1].reason)
            upload.action_apply()
        self.assertEqual([bool(self.find(row['SKU'])) for row in cells], [True, False, True])

    def test_more_rows_take_few_more_queries(self):
        products = [self.make_product() for _number in range(30)]
        drafts = self.env['onbuy.listing'].union(*map(self.draft, products))
        self.count_queries(drafts[:5], {})  # What is read once.
        for changes, most in (({}, 0.5), ({'Price': 31, 'Handling days': 2, 'MPN': 'L'}, 4)):
            with self.subTest(changes=changes):
                few, many = (self.count_queries(some, changes) for some in (drafts[:5], drafts))
                self.assertLess((many - few) / (len(drafts) - 5), most)

    def count_queries(self, drafts, changes):
        """Return how many queries the check of a file of drafts takes."""
        content = self.make_file(*({'SKU': draft.sku, 'Brand': "Lumora", **changes} for draft in drafts))
        upload = self.env['onbuy.excel.import'].create({
            'store_id': self.store.id, 'file': b64encode(content), 'list_when_right': False})
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        upload.action_check()
        self.assertEqual(upload.state, 'checked')
        return self.env.cr.sql_log_count - before

    # === SERVERS === #

    def test_a_check_goes_on_where_onbuy_cannot_be_asked(self):
        cells = self.make_cells()
        self.fault('status', status=500, path='/products', method='GET')
        upload = self.upload_rows(cells)
        self.assertEqual((upload.state, self.verdicts(upload)), ('checked', ['ok']))
        self.assertIn("OnBuy could not be asked", upload.note)

    def test_what_takes_longer_goes_on_in_the_background(self):
        self.patch(onbuy_store_buttons, 'BUTTON_SECONDS', 0)
        cells = [self.make_cells() for _number in range(3)]
        upload = self.upload_rows(*cells)
        self.assertEqual((upload.state, upload.is_waiting), ('uploaded', True))
        self.run_cron('apply_excel')
        self.assertEqual((upload.state, self.verdicts(upload)), ('checked', ['ok'] * 3))
        upload.action_apply()
        self.run_cron('apply_excel')
        self.assertEqual((upload.state, upload.is_waiting, upload.open_count), ('done', False, 0))
        self.assertEqual([self.find(row['SKU']).publish_state for row in cells], ['waiting'] * 3)
