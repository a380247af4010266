from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestImport(MoneyCommon):
    """Which orders become sales orders, how far they are taken, and what waits."""

    # === WHICH ===

    def test_an_order_placed_before_the_cut_over_waits_until_it_is_chosen(self):
        self.store.cutover_date = '2026-03-02 10:00:00'
        order = self.receive_row(('TWENTY', 1, '12.00'))
        self.assertFalse(order.sale_order_id)
        self.assertEqual(order.sync_state, 'synced')
        order.action_import()
        self.assertEqual(order.sale_order_id.amount_total, 12.00)

    def test_a_finished_order_is_history(self):
        for status in ('Dispatched', 'Complete', 'Cancelled By Seller', 'Refunded'):
            order = self.receive_row(('TWENTY', 1, '12.00'), status=status)
            self.assertFalse(order.sale_order_id)
            self.assertEqual(order.sync_state, 'synced')

    # === LINKING ===

    def by_hand(self, name, field='client_order_ref', *lines):
        """Create a confirmed sales order as a person would."""
        order = self.env['sale.order'].create({
            'partner_id': self.env['res.partner'].create({'name': "Sam"}).id, field: name,
            'order_line': [fields.Command.create({'product_id': self.products[sku].id, 'product_uom_qty': quantity})
                           for sku, quantity in lines]})
        order.action_confirm()
        return order

    def test_an_order_entered_by_hand_is_linked_and_not_doubled(self):
        for field in ('client_order_ref', 'origin'):
            row = self.row(('TWENTY', 1, '12.00'), ('TWENTY', 2, '12.00'))
            mine = self.by_hand(row['order_id'], field, ('TWENTY', 2), ('TWENTY', 1))
            order = self.bring(row)
            self.assertEqual(order.sale_order_id, mine)
            self.assertEqual([line.sale_line_ids.product_uom_qty for line in order.line_ids], [1, 2])
            self.deliver(order)
            self.assertEqual([line._get_quantity_wanted() for line in order.line_ids], [1, 2])

    def test_a_line_that_stands_for_nothing_by_hand_is_pointed_out(self):
        row = self.row(('TWENTY', 1, '12.00'), ('FIVE', 1, '12.00'), ('GONE', 1, '1.00'))
        mine = self.by_hand(row['order_id'], 'origin', ('TWENTY', 1))
        mine.order_line = [fields.Command.create({'display_type': 'line_note', 'name': "A note"})]
        order = self.bring(row)
        self.assertIn("Dispatch on OnBuy by hand", self.activities(mine))
        self.assertIn("FIVE, GONE", mine.activity_ids.note)
        self.assertFalse(order.line_ids[2].sale_line_ids)

    def test_of_two_orders_by_hand_the_one_not_cancelled_is_linked(self):
        row = self.row(('TWENTY', 1, '12.00'))
        mine = self.by_hand(row['order_id'], 'origin', ('TWENTY', 1))
        self.by_hand(row['order_id'], 'origin', ('TWENTY', 1))._action_cancel()
        self.assertEqual(self.bring(row).sale_order_id, mine)

    # === UNKNOWN SKU ===

    def test_an_unknown_sku_waits_and_is_named(self):
        order = self.receive_row(('TWENTY', 1, '12.00'), ('MISSING', 1, '1.00'))
        self.assertFalse(order.sale_order_id)
        self.assertIn("No product for SKU MISSING", order.sync_error)

    def test_the_order_goes_on_by_itself_when_the_listing_gets_its_product(self):
        listing = self.env['onbuy.listing'].create({'store_id': self.store.id, 'sku': 'LATER'})
        order = self.receive_row(('LATER', 1, '12.00'))
        self.assertEqual(order.sync_state, 'error')
        listing.product_id = self.products['TWENTY']
        self.assertEqual(order.sync_state, 'pending')
        order._apply_batch()
        self.assertEqual(order.sale_order_id.order_line.product_id, self.products['TWENTY'])

    def test_a_product_with_this_internal_reference_is_enough(self):
        order = self.receive_row(('LATER', 1, '12.00'))
        self.products['NONE'].default_code = 'LATER'
        order.action_retry()
        self.assertEqual(order.sale_order_id.order_line.product_id, self.products['NONE'])

    def test_the_product_for_unknown_skus_comes_with_an_activity(self):
        self.store.placeholder_product_id = self.products['NONE']
        order = self.receive_row(('TWENTY', 1, '12.00'), ('MISSING', 2, '1.00'))
        self.assertEqual(order.sale_order_id.amount_total, 14.00)
        self.assertEqual(self.activities(order.sale_order_id), ["Unknown SKU"])
        self.assertIn("MISSING", order.sale_order_id.activity_ids.note)
        self.assertIn("MISSING", order.sale_order_id.order_line[1].name)

    # === HOW FAR ===

    def test_a_store_takes_orders_as_far_as_it_says(self):
        for workflow, state, invoices, paid in (
            ('quotation', 'draft', 0, []), ('confirmed', 'sale', 0, []), ('invoiced', 'sale', 1, ['not_paid']),
            ('paid', 'sale', 1, ['paid']),
        ):
            with self.subTest(workflow=workflow):
                self.store.workflow = workflow
                order = self.receive_row(('TWENTY', 1, '12.00'), delivery='2.00').sale_order_id
                self.assertEqual(order.state, state)
                self.assertEqual(len(order.invoice_ids), invoices)
                self.assertEqual(order.invoice_ids.mapped('payment_state'), paid)
                self.assertEqual(str(order.date_order), '2026-03-02 09:22:09')

    def test_an_unpaid_penny_of_onbuy_does_not_keep_an_order_from_its_invoice(self):
        self.store.workflow = 'paid'
        order = self.receive_row(('TWENTY', 1, '12.00'), total='12.01').sale_order_id
        self.assertEqual(order.invoice_ids.amount_total, 12.01)
        self.assertEqual(order.invoice_ids.payment_state, 'paid')

    def test_goods_invoiced_by_delivery_are_invoiced_after_it_with_the_rest_of_the_order(self):
        self.store.workflow = 'invoiced'
        self.products['TWENTY'].invoice_policy = 'delivery'
        row = self.row(('TWENTY', 1, '12.00'), delivery='2.00', discount='1.00')
        order = self.bring(row)
        self.assertFalse(order.sale_order_id.invoice_ids)
        self.deliver(order)
        self.bring({**row, 'updated_at': '2026-03-04 09:00:00', 'status': 'Dispatched'})
        self.assertEqual(order.sale_order_id.invoice_ids.amount_total, 13.00)
        self.assertEqual(order.sale_order_id.invoice_ids.state, 'posted')

    def test_a_discount_larger_than_what_was_delivered_waits_for_the_rest(self):
        self.store.workflow = 'invoiced'
        for sku in ('TWENTY', 'FIVE'):
            self.products[sku].invoice_policy = 'delivery'
        row = self.row(('TWENTY', 1, '1.00'), ('FIVE', 1, '20.00'), discount='5.00')
        order = self.bring(row)
        self.deliver(order, quantities={self.products['TWENTY']: 1})
        self.bring({**row, 'updated_at': '2026-03-04 09:00:00', 'status': 'Partially Dispatched'})
        self.assertEqual(order.sync_state, 'synced', order.sync_error)
        self.assertFalse(order.sale_order_id.invoice_ids)
        self.deliver(order)
        self.bring({**row, 'updated_at': '2026-03-05 09:00:00', 'status': 'Dispatched'})
        self.assertEqual(order.sale_order_id.invoice_ids.amount_total, 16.00)

    def test_the_stores_settings_reach_the_order(self):
        team = self.env['crm.team'].create({'name': "Marketplaces"})
        warehouse = self.env['stock.warehouse'].create({'name': "Second", 'code': 'SEC', 'company_id': self.company.id})
        self.store.write({'team_id': team.id, 'user_id': self.env.ref('base.user_admin').id,
                          'warehouse_id': warehouse.id, 'order_prefix': 'OB-'})
        order = self.receive_row(('TWENTY', 1, '12.00'))
        self.assertRecordValues(order.sale_order_id, [{
            'team_id': team.id, 'user_id': self.env.ref('base.user_admin').id, 'warehouse_id': warehouse.id,
            'name': f'OB-{order.name}', 'client_order_ref': order.name}])

    # === RETENTION ===

    def old_order(self, days=181, **values):
        """Receive an order placed so many days ago, dispatched."""
        when = fields.Datetime.to_string(fields.Datetime.now() - timedelta(days=days))
        return self.receive_row(('TWENTY', 1, '12.00'), **{'status': 'Dispatched', 'date': when, **values})

    def test_buyers_are_forgotten_after_the_days_that_are_set(self):
        old, young = self.old_order(181), self.old_order(179)
        self.env['onbuy.order']._gc_buyers_data()
        self.assertRecordValues(old, [{
            'payload': False, 'buyer_name': False, 'buyer_email': False, 'buyer_phone': False, 'delivery_text': False,
            'amount_total': 12.00, 'status': 'dispatched'}])
        self.assertEqual(young.buyer_name, "Sam Buyer")
        self.assertTrue(young.payload)

    def test_open_orders_and_orders_with_something_under_way_keep_their_buyer(self):
        open_order = self.old_order(status='Awaiting Dispatch')
        waiting = self.old_order()
        self.env['onbuy.order.action']._ask(waiting, 'refund', values={})
        self.env['onbuy.order']._gc_buyers_data()
        self.assertTrue(open_order.payload)
        self.assertTrue(waiting.payload)

    def test_it_goes_on_in_batches_until_nothing_is_left(self):
        for _number in range(3):
            self.old_order()
        with patch('odoo.addons.onbuy_connector.models.onbuy_retention.BATCH', 2):
            forget = self.env['onbuy.order']._gc_buyers_data
            self.assertEqual([forget(), forget(), forget()], [(2, 1), (1, 0), (0, 0)])

    def test_a_forgotten_order_says_so_and_can_be_read_again(self):
        order = self.old_order()
        self.env['onbuy.order']._gc_buyers_data()
        with self.assertRaisesRegex(UserError, "Read from OnBuy"):
            order._parse()
        self.assertEqual(order._get_dispatch_ids(), [])
        self.assertFalse(order._get_refunds_in_flight())
        order.action_retry()
        self.assertEqual(order.sync_state, 'synced')
