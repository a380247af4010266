from decimal import Decimal

from odoo.fields import Command
from odoo.tests import tagged

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestMoney(MoneyCommon):
    """A sales order comes to OnBuy's total, to the penny; or there is none, and the reason is told."""

    def lines(self, order, kind):
        return order.sale_order_id.order_line.filtered(lambda line: line.onbuy_kind == kind)

    # === THE SUM === #

    def test_the_total_is_onbuys_however_documents_are_rounded(self):
        for method in ('round_per_line', 'round_globally'):
            with self.subTest(method=method):
                self.company.tax_calculation_rounding_method = method
                self.assert_total(self.receive_row(
                    ('TWENTY', 3, '9.99'), ('FIVE', 7, '0.35'), ('ZERO', 2, '1.01'), ('NONE', 1, '4.44'),
                    delivery='3.99', discount='2.01'))

    def test_taxes_of_products_that_are_included_in_the_price_already_are_fine(self):
        included = self.taxes[20].copy({'name': '20% incl.', 'price_include_override': 'tax_included'})
        self.products['ZERO'].taxes_id = included
        order = self.receive_row(('TWENTY', 1, '12.00'), ('ZERO', 1, '12.00'), delivery='2.00')
        self.assertEqual(self.assert_total(order).amount_tax, 4.34)

    def test_large_quantities_are_exact(self):
        for price in ('0.01', '0.07', '33.33', '999.99'):
            self.assert_total(self.receive_row(('TWENTY', 999, price), ('FIVE', 998, price)))

    def test_a_sku_on_two_lines_makes_two_lines(self):
        order = self.receive_row(('TWENTY', 1, '5.55'), ('TWENTY', 2, '5.55'))
        self.assert_total(order)
        self.assertEqual(order.sale_order_id.order_line.mapped('product_uom_qty'), [1, 2])
        self.assertEqual(order.sale_order_id.order_line.onbuy_line_id, order.line_ids)

    def test_products_without_taxes_keep_none(self):
        order = self.receive_row(('NONE', 3, '3.33'), delivery='1.00')
        self.assertEqual(self.assert_total(order).amount_tax, 0)
        self.assertFalse(order.sale_order_id.order_line.tax_ids)

    def test_a_line_that_costs_nothing_stays_free(self):
        order = self.receive_row(('TWENTY', 1, '0.00'), ('FIVE', 1, '2.10'))
        self.assert_total(order)
        self.assertEqual(order.sale_order_id.order_line[0].price_unit, 0)

    # === DELIVERY AND DISCOUNT === #

    def test_delivery_is_split_by_each_rates_share_of_the_goods(self):
        order = self.receive_row(('TWENTY', 3, '10.00'), ('FIVE', 1, '6.00'), ('ZERO', 1, '4.00'), delivery='4.01')
        parts = self.lines(order, 'delivery')
        self.assertEqual([(line.tax_ids.amount, line.price_total) for line in parts], [
            (20, 3.01), (5, 0.60), (0, 0.40)])
        self.assertEqual(set(parts.mapped('is_delivery')), {True})

    def test_two_lines_of_one_rate_share_one_delivery_line(self):
        order = self.receive_row(('TWENTY', 1, '10.00'), ('TWENTY', 1, '6.00'), delivery='4.01', discount='1.00')
        self.assertEqual(len(self.lines(order, 'delivery')), 1)
        self.assertEqual(len(self.lines(order, 'discount')), 1)

    def test_delivery_of_vat_free_goods_bears_no_vat(self):
        order = self.receive_row(('ZERO', 1, '10.00'), delivery='3.99')
        self.assertEqual(self.lines(order, 'delivery').tax_ids.amount, 0)
        self.assertEqual(self.assert_total(order).amount_tax, 0)

    def test_a_discount_larger_than_one_rates_goods_is_shared_by_all(self):
        order = self.receive_row(('TWENTY', 1, '1.00'), ('ZERO', 1, '9.00'), discount='5.00')
        self.assertEqual(self.lines(order, 'discount').mapped('price_total'), [-0.50, -4.50])
        self.assert_total(order)

    def test_a_discount_of_the_whole_order_leaves_a_paid_invoice_of_nothing(self):
        self.store.workflow = 'paid'
        order = self.receive_row(('TWENTY', 1, '10.00'), ('FIVE', 3, '1.11'), delivery='2.00', discount='15.33')
        self.assertEqual(order.sync_state, 'synced', order.sync_error)
        self.assertEqual(order.sale_order_id.amount_total, 0)
        self.assertEqual(order.sale_order_id.invoice_ids.payment_state, 'paid')

    def test_an_order_that_a_discount_makes_free_comes_to_nothing_however_the_company_rounds(self):
        self.company.tax_calculation_rounding_method = 'round_globally'
        order = self.receive_row(('FIVE', 260, '5.63'), delivery='1.71', discount='1465.51')
        self.assertEqual(order.sync_state, 'synced', order.sync_error)
        self.assertEqual(order.sale_order_id.amount_total, 0)
        self.assertEqual(set(order.sale_order_id.order_line.mapped('discount')), {100})

    def test_delivery_of_goods_that_cost_nothing_has_the_vat_of_the_first(self):
        order = self.receive_row(('FIVE', 1, '0.00'), ('ZERO', 1, '0.00'), delivery='2.10')
        self.assertEqual(self.lines(order, 'delivery').tax_ids.amount, 5)
        self.assert_total(order)

    def test_the_module_says_which_product_is_missing_for_the_delivery_charge(self):
        self.store.delivery_product_id = False
        order = self.receive_row(('TWENTY', 1, '10.00'), delivery='3.99')
        self.assertIn("Choose the product for Delivery", order.sync_error)
        self.assertFalse(order.sale_order_id)

    # === SUMS THAT DO NOT ADD UP === #

    def test_a_penny_that_onbuy_is_off_is_a_visible_line_and_is_invoiced(self):
        for total, penny in (('10.01', 0.01), ('9.99', -0.01)):
            order = self.receive_row(('TWENTY', 1, '10.00'), total=total)
            self.assertEqual(self.lines(order, 'rounding').price_total, penny)
            self.assertEqual(self.lines(order, 'rounding').product_id, self.store.rounding_product_id)
            self.assert_total(order)

    def test_two_pennies_are_an_error_that_names_both_sums_and_leaves_no_sales_order(self):
        order = self.receive_row(('TWENTY', 1, '10.00'), delivery='1.00', total='11.02')
        self.assertEqual(order.sync_state, 'error')
        self.assertIn("£11.02", order.sync_error)
        self.assertIn("£11.00", order.sync_error)
        self.assertFalse(self.env['sale.order'].search([('client_order_ref', '=', order.name)]))

    def test_a_line_total_that_is_not_price_times_quantity_counts_by_what_it_does_to_the_order(self):
        good, bad = (self.row(('TWENTY', 3, '3.33'), total=total) for total in ('10.00', '10.05'))
        for row in (good, bad):
            row['products'][0]['total_price'] = row['price_subtotal'] = row['price_total']
        orders = self.bring(good, bad)
        self.assert_total(orders[0])
        self.assertEqual(orders[1].sync_state, 'error')
        self.assertIn("£9.99", orders[1].sync_error)

    def test_one_bad_order_of_three_does_not_stop_the_others(self):
        rows = [self.row(('TWENTY', 1, '10.00'), total=total) for total in ('10.00', '12.00', '10.00')]
        self.assertEqual(self.bring(*rows).mapped('sync_state'), ['synced', 'error', 'synced'])

    def test_another_currency_than_pounds_is_refused(self):
        order = self.receive_row(('TWENTY', 1, '10.00'), currency_code='EUR')
        self.assertIn("EUR", order.sync_error)

    # === TAXES THAT CANNOT BE INCLUDED === #

    def test_a_tax_that_is_no_percentage_is_named(self):
        fixed = self.env['account.tax'].create({
            'name': "Bag levy", 'amount_type': 'fixed', 'amount': 0.1, 'company_id': self.company.id,
            'tax_group_id': self.taxes[20].tax_group_id.id, 'country_id': self.taxes[20].country_id.id})
        group = fixed.copy({
            'name': "Levy and VAT", 'amount_type': 'group', 'children_tax_ids': [Command.set((fixed + self.taxes[20]).ids)]})
        for tax in (fixed, group):
            self.products['TWENTY'].taxes_id = tax
            order = self.receive_row(('TWENTY', 1, '10.00'))
            self.assertIn(tax.name, order.sync_error)
            self.assertFalse(order.sale_order_id)

    # === WHAT A PERSON DOES TO THE ORDER LATER === #

    def test_update_taxes_changes_nothing(self):
        order = self.receive_row(('TWENTY', 2, '9.99'), ('FIVE', 1, '5.01'), delivery='3.99', discount='1.00').sale_order_id
        before = order.order_line.mapped(lambda line: (line.tax_ids, line.price_total))
        order.action_update_taxes()
        self.assertEqual(order.order_line.mapped(lambda line: (line.tax_ids, line.price_total)), before)

    def test_another_product_keeps_onbuys_price_and_has_its_own_vat_in_it(self):
        fifteen = self.taxes[20].copy({'name': '15%', 'amount': 15})
        other = self.env['product.product'].create({
            'name': "Substitute", 'list_price': 99, 'taxes_id': [Command.set(fifteen.ids)]})
        self.store.workflow = 'quotation'
        order = self.receive_row(('TWENTY', 2, '11.50'))
        order.sale_order_id.order_line.product_id = other
        self.assertEqual(order.sale_order_id.order_line.tax_ids.onbuy_twin_of_id, fifteen)
        self.assertEqual(order.sale_order_id.amount_total, 23.00)
        self.assertEqual(order.sale_order_id.amount_tax, 3.00)

    def test_the_penny_of_a_document_rounded_at_once_is_not_lost_on_the_credit_note(self):
        self.company.tax_calculation_rounding_method = 'round_globally'
        order = self.receive_row(('TWENTY', 7, '0.99'), ('FIVE', 3, '0.33'), delivery='0.99', discount='0.05')
        invoice = self.assert_total(order)
        note = invoice._reverse_moves()
        self.assertEqual(note.amount_total, invoice.amount_total)
        self.assertEqual(Decimal(f'{note.amount_total:.2f}'), Decimal('8.86'))
