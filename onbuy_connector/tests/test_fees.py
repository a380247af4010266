from datetime import date

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .money_common import MoneyCommon

MARCH = date(2026, 3, 1)


@tagged('post_install', '-at_install')
class TestFees(MoneyCommon):
    """OnBuy's fees: what they leave of the margin, and the vendor bill of a month."""

    def order_with_fees(self, net, vat, *lines, boost='0.00', **values):
        """Receive an order that bears fees.

        :param net: pounds excluding VAT, with what ``boost`` is of it
        :param vat: pounds
        """
        fee = {'total_fee_excluding_vat': net, 'boost_marketing_fee_excluding_vat': boost, 'fees_tax': vat,
               'category_fee_excluding_vat': str(round(float(net) - float(boost), 2))}
        return self.receive_row(*(lines or [('TWENTY', 1, '12.00')]), fee=fee, **values)

    def report(self, orders):
        """Return the sums of the sales analysis of orders: untaxed, margin, fees, margin after fees."""
        self.env.flush_all()
        names = ('price_subtotal:sum', 'margin:sum', 'onbuy_fee:sum', 'onbuy_margin:sum', 'nbr:sum')
        (*sums, _count), = self.env['sale.report']._read_group(
            [('name', 'in', orders.sale_order_id.mapped('name'))], [], names)
        return [round(amount, 2) for amount in sums]

    def bill(self, month=MARCH):
        return self.store._create_fees_bill(month)

    # === MARGIN ===

    def test_fees_are_shown_on_the_sales_order(self):
        order = self.order_with_fees('1.50', '0.30', boost='0.50')
        self.assertRecordValues(order, [{
            'fee_category': 1.00, 'fee_boost': 0.50, 'fee_total': 1.50, 'fee_vat': 0.30}])
        self.assertEqual(order.sale_order_id.onbuy_fee_total, 1.50)

    def test_the_lines_share_the_fees_of_the_order_to_the_penny(self):
        order = self.order_with_fees('1.00', '0.20', ('TWENTY', 1, '3.00'), ('FIVE', 1, '3.00'), ('ZERO', 1, '3.00'),
                                     delivery='2.00', discount='1.00')
        lines = order.sale_order_id.order_line
        self.assertEqual(lines.filtered('onbuy_line_id').mapped('onbuy_fee'), [0.34, 0.33, 0.33])
        self.assertEqual(sum(lines.filtered('onbuy_kind').mapped('onbuy_fee')), 0)

    def test_a_lines_own_fees_decide_its_share(self):
        row = self.row(('TWENTY', 1, '3.00'), ('FIVE', 1, '3.00'), fee={'total_fee_excluding_vat': '1.00'})
        row['products'][1]['commission_category_total_excluding_vat'] = '0.80'
        row['products'][1]['commission_boost_marketing_total_excluding_vat'] = '0.20'
        self.assertEqual(self.bring(row).sale_order_id.order_line.mapped('onbuy_fee'), [0, 1.00])

    def test_the_true_margin_is_untaxed_less_cost_less_fees(self):
        self.products['TWENTY'].standard_price = 4
        orders = self.order_with_fees('1.50', '0.30', ('TWENTY', 2, '12.00'), ('FIVE', 3, '1.05'), delivery='2.00')
        orders += self.order_with_fees('0.77', '0.15', ('TWENTY', 1, '6.00'), ('TWENTY', 1, '6.00'))
        untaxed = sum(orders.sale_order_id.mapped('amount_untaxed'))
        self.assertEqual(self.report(orders), [
            round(untaxed, 2), round(untaxed - 16, 2), 2.27, round(untaxed - 16 - 2.27, 2)])

    def test_several_deliveries_and_invoices_do_not_multiply_the_fees(self):
        order = self.order_with_fees('1.50', '0.30', ('TWENTY', 4, '12.00'))
        self.deliver(order, quantities={self.products['TWENTY']: 1})
        self.deliver(order)
        self.invoice(order)
        self.assertEqual(self.report(order)[2], 1.50)

    def test_the_margin_after_fees_follows_odoos_own_when_a_delivery_changes_the_cost(self):
        product = self.make_product('LAMP', self.taxes[20], is_storable=True, standard_price=4)
        product.categ_id = self.env['product.category'].create({'name': "Lamps", 'property_cost_method': 'average'})
        self.count_stock(product, 10)
        order = self.order_with_fees('1.50', '0.30', ('LAMP', 2, '12.00'))
        sale = order.sale_order_id
        self.assertEqual((sale.margin, sale.onbuy_margin), (12, 10.5))
        product.standard_price = 6
        self.deliver(order)
        self.assertEqual((sale.margin, sale.onbuy_margin), (8, 6.5))
        self.assertEqual(self.report(order), [20, 8, 1.5, 6.5])

    def test_the_report_is_filtered_and_grouped_by_store(self):
        order = self.order_with_fees('1.50', '0.30')
        self.env.flush_all()
        found = self.env['sale.report'].search([('onbuy_store_id', '=', self.store.id)])
        self.assertEqual(found.mapped('name'), order.sale_order_id.mapped('name'))
        self.assertIn('name="onbuy"', self.env['sale.report'].get_view(view_type='search')['arch'])

    def test_changed_fees_reach_the_lines(self):
        row = self.row(('TWENTY', 1, '12.00'), fee={'total_fee_excluding_vat': '1.00'})
        order = self.bring(row)
        self.bring({**row, 'updated_at': '2026-03-05 10:00:00', 'fee': {'total_fee_excluding_vat': '0.40'}})
        self.assertEqual(order.sale_order_id.order_line.onbuy_fee, 0.40)

    # === THE BILL ===

    def test_the_bill_of_a_month_is_the_sum_of_its_orders_fees_to_the_penny(self):
        orders = [self.order_with_fees(net, vat, boost=boost) for net, vat, boost in (
            ('1.57', '0.31', '0.20'), ('1.57', '0.31', '0.00'), ('1.57', '0.31', '0.37'))]
        bill = self.bill()
        self.assertEqual((bill.move_type, bill.state), ('in_invoice', 'draft'))
        self.assertEqual(bill.partner_id.name, "OnBuy Ltd")
        self.assertEqual(str(bill.invoice_date), '2026-03-31')
        self.assertAlmostEqual(bill.amount_untaxed, sum(order.fee_total for order in orders))
        self.assertAlmostEqual(bill.amount_tax, 0.93)  # 20 % of the sum would be 0.94
        self.assertAlmostEqual(bill.amount_total, 5.64)
        self.assertEqual(bill.invoice_line_ids.mapped('price_unit'), [4.14, 0.57])

    def test_the_bill_can_be_posted_and_fills_boxes_4_and_7(self):
        self.order_with_fees('1.57', '0.31')
        bill = self.bill()
        bill.action_post()
        self.assertEqual(self.grids(bill, sign=1), {'4': 0.31, '7': 1.57})

    def test_fees_without_vat_get_a_purchase_tax_of_nothing(self):
        self.order_with_fees('1.50', '0.00')
        self.order_with_fees('2.00', '0.40')
        bill = self.bill()
        self.assertEqual([(line.price_unit, line.tax_ids.amount) for line in bill.invoice_line_ids], [(1.5, 0), (2, 20)])
        self.assertAlmostEqual(bill.amount_total, 3.90)

    def test_who_is_not_registered_for_vat_bears_the_vat_on_fees(self):
        self.store.vat_treatment = 'none'
        self.order_with_fees('2.00', '0.40')
        bill = self.bill()
        self.assertAlmostEqual(bill.amount_untaxed, 2.40)
        self.assertEqual(bill.amount_tax, 0)

    def test_the_tax_of_the_product_is_preferred(self):
        tax = self.tax(20, 'purchase').copy({'name': "20% ours"})
        self.store.fees_product_id.supplier_taxes_id = tax
        self.order_with_fees('2.00', '0.40')
        self.assertEqual(self.bill().invoice_line_ids.tax_ids, tax)

    def test_a_missing_purchase_tax_is_named(self):
        self.env['account.tax'].search([
            ('type_tax_use', '=', 'purchase'), ('company_id', '=', self.company.id)]).active = False
        self.order_with_fees('2.00', '0.40')
        with self.assertRaisesRegex(UserError, "20 % VAT"):
            self.bill()

    def test_cancelled_orders_and_other_months_are_left_out(self):
        self.order_with_fees('1.00', '0.20')
        self.order_with_fees('2.00', '0.40', status='Cancelled By Buyer')
        self.order_with_fees('4.00', '0.80', date='2026-02-28 23:30:00')
        self.assertAlmostEqual(self.bill().amount_total, 1.20)

    def test_months_begin_at_midnight_in_london(self):
        self.order_with_fees('1.00', '0.20', date='2026-03-31 22:59:59')
        self.order_with_fees('2.00', '0.40', date='2026-03-31 23:00:01')
        self.assertAlmostEqual(self.bill().amount_total, 1.20)
        self.assertAlmostEqual(self.bill(date(2026, 4, 17)).amount_total, 2.40)

    def test_running_it_again_updates_the_draft(self):
        self.order_with_fees('1.00', '0.20')
        bill = self.bill()
        self.order_with_fees('2.00', '0.41')
        self.assertEqual(self.bill(), bill)
        self.assertAlmostEqual(bill.amount_total, 3.61)
        self.assertEqual(self.bill(), bill)
        self.assertAlmostEqual(bill.amount_total, 3.61)

    def test_a_posted_bill_is_said_to_be_there_and_no_second_one_is_made(self):
        self.order_with_fees('1.00', '0.20')
        bill = self.bill()
        bill.action_post()
        with self.assertRaisesRegex(UserError, "there already"):
            self.bill()
        self.assertEqual(self.env['account.move'].search_count([('onbuy_fees_store_id', '=', self.store.id)]), 1)

    def test_the_database_takes_no_second_bill_of_a_month(self):
        self.order_with_fees('1.00', '0.20')
        self.bill()
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.env['account.move'].create({
                'move_type': 'in_invoice', 'onbuy_fees_store_id': self.store.id, 'onbuy_fees_month': MARCH})

    def test_a_copy_of_a_bill_is_an_ordinary_bill(self):
        self.order_with_fees('1.00', '0.20')
        self.assertFalse(self.bill().copy().onbuy_fees_month)

    def test_a_month_without_fees_is_said_so(self):
        with self.assertRaisesRegex(UserError, "no OnBuy fees in 03/2026"):
            self.bill()

    def test_the_form_proposes_last_month_and_opens_the_bill(self):
        month = self.store._get_last_month()
        self.order_with_fees('1.00', '0.20', date=f'{month} 12:00:00')
        form = Form(self.env['onbuy.fees.bill'].with_context(default_store_id=self.store.id))
        self.assertEqual(form.month, month)
        action = form.save().action_create_bill()
        self.assertEqual(self.env['account.move'].browse(action['res_id']).onbuy_fees_month, month)

    def test_the_monthly_job_bills_the_stores_that_want_it_and_tells_what_is_in_the_way(self):
        self.order_with_fees('1.00', '0.20', date=f'{self.store._get_last_month()} 12:00:00')
        self.run_cron('fees_bill')
        domain = [('onbuy_fees_store_id', '=', self.store.id)]
        self.assertFalse(self.env['account.move'].search(domain))
        self.store.write({'fees_bill_auto': True, 'fees_partner_id': False})
        self.run_cron('fees_bill')
        self.assertEqual(self.activities(self.store), ["OnBuy: Fees are not billed"])
        self.store.fees_partner_id = self.env.ref('onbuy_connector.partner_onbuy')
        self.run_cron('fees_bill')
        self.assertEqual(len(self.env['account.move'].search(domain)), 1)
        self.assertFalse(self.activities(self.store))

    # === THE CLEARING JOURNAL ===

    def test_a_paid_order_is_settled_in_a_clearing_journal_of_its_own(self):
        self.store.workflow = 'paid'
        order = self.order_with_fees('1.00', '0.20')
        invoice = order.sale_order_id.invoice_ids
        self.assertEqual(invoice.payment_state, 'paid')
        journal = self.store.clearing_journal_id
        self.assertEqual(journal.name, "OnBuy Clearing")
        balance = self.env['account.move.line'].search([('account_id', '=', journal.default_account_id.id)])
        self.assertEqual(sum(balance.mapped('balance')), 12.00)
        self.order_with_fees('1.00', '0.20')
        self.assertEqual(self.store.clearing_journal_id, journal)

    def test_the_banks_journal_is_refused_for_clearing(self):
        banks = self.env['account.journal'].search([('company_id', '=', self.company.id), ('type', '=', 'bank')], limit=1)
        used = self.env['account.journal'].create({'name': "Savings", 'type': 'bank', 'code': 'SAV'})
        self.env['account.bank.statement.line'].create({
            'journal_id': used.id, 'date': fields.Date.today(), 'payment_ref': "Interest", 'amount': 1})
        with_account = self.env['account.journal'].create({
            'name': "Numbered", 'type': 'bank', 'code': 'NUM', 'bank_acc_number': 'GB33BUKB20201555555555'})
        for journal in banks + used + with_account:
            with self.assertRaisesRegex(ValidationError, "journal of your bank"), self.env.cr.savepoint():
                self.store.clearing_journal_id = journal
