import io
import unittest

from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import misc

from .shipping_common import ShippingCommon

REPORT = 'onbuy_connector.action_report_onbuy_label'
LONG_ADDRESS = {
    'name': 'Corporal Bartholomew Featherstonehaugh-Cholmondeley', 'line_1': 'Flat 12, The Old Ropery Building',
    'line_2': '1234 Upper Llanfairpwllgwyngyllgogerychwyrndrobwll Road, Industrial Estate', 'line_3': 'Behind the Mill',
    'town': 'Stratford-upon-Avon', 'county': 'Warwickshire', 'postcode': 'CV37 6XX', 'country': 'United Kingdom',
    'country_code': 'GB'}


@tagged('post_install', '-at_install')
class TestLabel(ShippingCommon):
    """The address label."""

    def setUp(self):
        super().setUp()
        self.report = self.env.ref(REPORT)

    def html(self, picking):
        """Return the label as HTML."""
        return self.report._render_qweb_html(REPORT, picking.ids)[0].decode()

    def pdf(self, pickings):
        """Return the pages of the labels."""
        if self.report.get_wkhtmltopdf_state() == 'install':
            raise unittest.SkipTest("wkhtmltopdf is not here, so no PDF can be made")
        content, _kind = self.report.with_context(force_report_rendering=True)._render_qweb_pdf(REPORT, pickings.ids)
        return PdfReader(io.BytesIO(content)).pages

    def attachments(self, picking):
        """Return the labels kept with a delivery."""
        return self.env['ir.attachment'].search([('res_model', '=', 'stock.picking'), ('res_id', '=', picking.id)])

    def test_it_shows_the_buyer_the_return_address_and_that_it_is_no_postage(self):
        order = self.receive(1)
        picking = self.pickings(order)
        html = self.html(picking)
        partner = picking.partner_id
        for text in (partner.name, partner.street, partner.city.upper(), partner.zip, order.name, self.company.name,
                     order.delivery_service, "not postage", picking.name):
            self.assertIn(misc.html_escape(text) if text else text, html)

    def test_its_bar_code_is_the_order_until_there_is_a_tracking_number(self):
        order = self.receive(1)
        picking = self.pickings(order)
        self.assertEqual(picking._get_onbuy_label_values()['code'], order.name)
        picking.carrier_tracking_ref = 'AB123456789GB,AB2'
        self.assertEqual(picking._get_onbuy_label_values()['code'], 'AB123456789GB')
        self.assertIn('data:image/svg+xml;base64,', self.html(picking))

    def test_a_long_address_is_shown_line_by_line(self):
        picking = self.pickings(self.receive(1, delivery_address=LONG_ADDRESS))
        lines = picking._get_onbuy_label_values()['address']
        self.assertEqual(lines[0], LONG_ADDRESS['name'])
        self.assertIn('Behind the Mill', lines)
        self.assertEqual(lines[-1], 'CV37 6XX')
        self.assertIn('STRATFORD-UPON-AVON', lines)

    def test_a_forces_address_without_a_town_leaves_no_blank_line(self):
        address = {**LONG_ADDRESS, 'line_1': '25 Engineer Regiment', 'line_2': 'BFPO 801', 'line_3': '', 'town': '',
                   'county': '', 'postcode': 'BF1 2AA'}
        picking = self.pickings(self.receive(1, delivery_address=address))
        self.assertEqual(picking._get_onbuy_label_values()['address'],
                         [LONG_ADDRESS['name'], '25 Engineer Regiment', 'BFPO 801', 'BF1 2AA'])

    def test_a_delivery_of_no_onbuy_order_has_no_label(self):
        picking = self.env['stock.picking'].create({'picking_type_id': self.warehouse.out_type_id.id})
        with self.assertRaisesRegex(UserError, "no label to print"):
            picking.action_onbuy_print_label()

    def test_the_button_prints_the_deliveries_chosen(self):
        orders = self.receive(1) + self.receive(1)
        pickings = self.pickings(orders[0]) + self.pickings(orders[1])
        action = pickings.action_onbuy_print_label()
        self.assertEqual(action['report_name'], 'onbuy_connector.report_onbuy_label')
        self.assertEqual(action['context']['active_ids'], pickings.ids)

    def test_a_printed_label_counts_as_begun_work(self):
        order = self.receive(1)
        self.assertFalse(order.sale_order_id._onbuy_is_picked())
        self.pickings(order)._onbuy_note_printed()
        self.assertTrue(order.sale_order_id._onbuy_is_picked())

    def test_the_pdf_is_one_a6_page_for_a_long_address(self):
        picking = self.pickings(self.receive(1, delivery_address=LONG_ADDRESS))
        pages = self.pdf(picking)
        self.assertEqual(len(pages), 1)
        width, height = (round(float(side) * 25.4 / 72) for side in pages[0].mediabox[2:])
        self.assertEqual((width, height), (105, 148))
        self.assertIn('CV37 6XX', ' '.join(pages[0].extract_text().split()))

    def test_printing_keeps_the_label_with_each_delivery_and_marks_it_printed(self):
        orders = self.receive(1) + self.receive(1)
        pickings = self.pickings(orders[0]) + self.pickings(orders[1])
        self.assertEqual(len(self.pdf(pickings)), 2)
        self.assertEqual([len(self.attachments(picking)) for picking in pickings], [1, 1])
        self.assertEqual(pickings.mapped('printed'), [True, True])

    def test_printing_again_reuses_the_label_and_a_new_number_makes_a_new_one(self):
        picking = self.pickings(self.receive(1))
        self.pdf(picking)
        self.pdf(picking)
        self.assertEqual(len(self.attachments(picking)), 1)
        picking.carrier_tracking_ref = 'AB123456789GB'
        self.assertIn('AB123456789GB', self.pdf(picking)[0].extract_text())
        self.assertEqual(len(self.attachments(picking)), 2)

    def test_a_delivery_that_left_can_still_be_labelled(self):
        picking = self.validate(self.pickings(self.receive(1)))
        self.assertEqual(len(self.pdf(picking)), 1)
        self.assertFalse(picking.printed)
