from odoo.tests import tagged

from .excel_common import ExcelCommon


@tagged('post_install', '-at_install')
class TestExcelUpload(ExcelCommon):
    """What an uploaded file does."""

    def test_new_products_are_made_listed_and_counted(self):
        cells = self.make_cells()
        upload = self.upload_rows(cells)
        self.assertEqual((upload.state, self.verdicts(upload)), ('checked', ['ok']), upload.row_ids.mapped('reason'))
        upload.action_apply()
        self.assertEqual(upload.state, 'done')
        listing = self.find(cells['SKU'])
        self.assertEqual((listing.publish_state, listing.fixed_price), ('waiting', 24))
        self.arrive()
        remote = self.remote(cells['SKU'])
        self.assertEqual((remote['price'], remote['stock'], remote['status']), ('24.00', 7, 'active'))
