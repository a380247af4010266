from unittest.mock import patch

from odoo.tests import tagged

from .shipping_common import ShippingCommon


@tagged('post_install', '-at_install')
class TestNoMail(ShippingCommon):
    """OnBuy's buyers get nothing from Odoo by itself."""

    def other_delivery(self, partner):
        """Return a delivery of another customer, ready."""
        product = self.env['onbuy.listing'].search([('store_id', '=', self.store.id)], limit=1).product_id
        order = self.env['sale.order'].create({
            'partner_id': partner.id, 'order_line': [(0, 0, {'product_id': product.id, 'product_uom_qty': 1})]})
        order.action_confirm()
        return order.picking_ids

    def test_stocks_confirmation_mail_goes_to_others_in_a_batch_but_not_to_onbuys_buyers(self):
        self.company.stock_move_email_validation = True
        customer = self.env['res.partner'].create({'name': "Other", 'email': 'other@example.com', 'phone': '01'})
        order = self.receive(1)
        order.sale_order_id.partner_id.email = order.sale_order_id.partner_shipping_id.email = 'buyer@example.com'
        other = self.other_delivery(customer)
        pickings = self.pickings(order) | other
        pickings.move_ids.picked = True
        pickings.button_validate()
        mails = self.env['mail.mail'].search([]) | self.env['mail.mail']
        told = self.env['mail.message'].search([
            ('model', '=', 'stock.picking'), ('res_id', 'in', pickings.ids), ('subtype_id', '=', self.env.ref(
                'mail.mt_comment').id)])
        self.assertEqual(set(told.mapped('res_id')), set(other.ids))
        self.assertNotIn('buyer@example.com', str(mails.mapped('email_to')) + str(mails.recipient_ids.mapped('email')))

    def test_no_text_message_and_no_warning_of_one(self):
        if not hasattr(self.env['stock.picking'], '_action_generate_warn_sms_wizard'):
            self.skipTest("stock_sms is not installed")
        self.company.write({'stock_text_confirmation': True, 'stock_confirmation_type': 'sms',
                            'has_received_warning_stock_sms': False})
        customer = self.env['res.partner'].create({'name': "Other", 'phone': '07000000001'})
        order = self.receive(1)
        order.sale_order_id.partner_shipping_id.phone = '07000000002'
        pickings = self.pickings(order) | self.other_delivery(customer)
        with patch('odoo.addons.stock_sms.models.stock_picking.modules') as modules:
            modules.module.current_test = None
            self.assertEqual(pickings._check_warn_sms().partner_id, customer)
            pickings.move_ids.picked = True
            messages = self.env['mail.message'].search_count([('message_type', '=', 'sms')])
            pickings._send_confirmation_email()
        sent = self.env['mail.message'].search([('message_type', '=', 'sms')])
        self.assertEqual(len(sent), messages + 1)
        self.assertNotIn(self.pickings(order).id, sent.filtered(lambda one: one.model == 'stock.picking').mapped('res_id'))

    def test_confirming_an_order_sends_its_buyer_no_mail(self):
        order = self.receive(1)
        sale_order = order.sale_order_id
        sale_order.partner_id.email = 'buyer@example.com'
        sale_order._action_cancel()
        sale_order.action_draft()
        before = self.env['mail.mail'].search_count([])
        sale_order.with_context(send_email=True).action_confirm()
        self.assertEqual(self.env['mail.mail'].search_count([]), before)
