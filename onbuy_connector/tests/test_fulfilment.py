from datetime import timedelta

from odoo import fields
from odoo.tests import Form, new_test_user, tagged

from .shipping_common import ShippingCommon


@tagged('post_install', '-at_install')
class TestFulfilment(ShippingCommon):
    """The status a person sees, from OnBuy's word and the warehouse together."""

    def empty(self, order_sku):
        """Take all stock of a listing away."""
        product = self.env['onbuy.listing'].search([('sku', '=', order_sku), ('store_id', '=', self.store.id)]).product_id
        self.env['stock.quant'].search([
            ('product_id', '=', product.id), ('location_id', '=', self.warehouse.lot_stock_id.id)]).unlink()
        return product

    def states(self, order):
        """Validate transfer after transfer; return the state after each."""
        found = [order.fulfilment_state]
        while self.pickings(order):
            self.validate(self.pickings(order)[0])
            found.append(order.fulfilment_state)
        self.send()
        return [*found, order.fulfilment_state]

    def test_one_step_goes_from_new_over_ready_to_transit(self):
        self.assertEqual(self.states(self.receive(1)), ['new', 'ready', 'transit'])

    def test_two_steps_are_ready_to_ship_after_picking(self):
        self.warehouse.delivery_steps = 'pick_ship'
        self.assertEqual(self.states(self.receive(1)), ['new', 'ready', 'ready', 'transit'])

    def test_three_steps_are_ready_for_packing_after_picking(self):
        self.warehouse.delivery_steps = 'pick_pack_ship'
        self.assertEqual(self.states(self.receive(1)), ['new', 'packing', 'ready', 'ready', 'transit'])

    def test_a_line_without_stock_makes_the_order_partial_until_goods_come(self):
        product = self.empty(self.skus()[1])
        order = self.receive(1, 1)
        self.assertEqual(order.fulfilment_state, 'partial')
        self.env['stock.quant']._update_available_quantity(product, self.warehouse.lot_stock_id, 5)
        self.pickings(order).action_assign()
        self.assertEqual(order.fulfilment_state, 'new')

    def test_an_operation_type_that_reserves_by_hand_is_new_where_goods_are_free(self):
        self.warehouse.out_type_id.reservation_method = 'manual'
        order = self.receive(1)
        self.assertEqual(self.pickings(order).state, 'confirmed')
        self.assertEqual(order.fulfilment_state, 'new')

    def test_an_operation_type_that_reserves_later_is_partial_until_goods_come(self):
        self.warehouse.out_type_id.reservation_method = 'by_date'
        product = self.empty(self.skus()[2])
        order = self.receive_lines((self.skus()[2], 1))
        self.assertEqual(order.fulfilment_state, 'partial')
        self.env['stock.quant']._update_available_quantity(product, self.warehouse.lot_stock_id, 5)
        self.store.action_sync_order_statuses()
        self.assertEqual(order.fulfilment_state, 'new')

    def test_some_goods_picked_is_ready_for_packing_and_all_is_ready_to_ship(self):
        order = self.receive(1, 1)
        moves = self.pickings(order).move_ids
        moves[0].picked = True
        self.assertEqual(order.fulfilment_state, 'packing')
        moves.picked = True
        self.assertEqual(order.fulfilment_state, 'ready')

    def test_a_printed_label_is_ready_for_packing(self):
        order = self.receive(1)
        self.pickings(order)._onbuy_note_printed()
        self.assertEqual(order.fulfilment_state, 'packing')

    def test_what_is_left_of_a_partly_dispatched_order_decides(self):
        order = self.receive(3)
        self.validate(self.pickings(order), 1)
        self.send()
        self.assertEqual((order.status, order.fulfilment_state), ('partially_dispatched', 'new'))

    def test_onbuys_complete_is_complete_and_not_assumed(self):
        order = self.receive(1)
        self.validate(self.pickings(order))
        self.send()
        self.sandbox.control('POST', f'/orders/{order.name}/complete', {})
        self.read(order)
        self.assertEqual((order.fulfilment_state, order.is_assumed), ('complete', False))

    def test_long_after_the_expected_delivery_it_is_assumed_complete(self):
        order = self.receive(1)
        self.validate(self.pickings(order))
        self.send()
        self.assertEqual(order.fulfilment_state, 'transit')
        past = fields.Datetime.now() - timedelta(days=self.store.complete_days, hours=1)
        self.env.flush_all()
        self.env.cr.execute('UPDATE onbuy_order SET delivery_until = %s WHERE id = %s', [past, order.id])
        self.env.invalidate_all()
        self.store.action_sync_order_statuses()
        self.assertEqual((order.fulfilment_state, order.is_assumed), ('complete', True))

    def test_cancelled_by_the_buyer_while_the_refund_is_open_is_cancelling(self):
        order = self.receive(1)
        self.sandbox.control('POST', f'/orders/{order.name}/cancel', {'refund': 'pending'})
        self.read(order)
        self.assertEqual(order.fulfilment_state, 'cancelling')
        self.sandbox.control('POST', f'/orders/{order.name}/complete', {})
        self.read(order)
        self.assertEqual(order.fulfilment_state, 'cancelled')

    def test_cancelled_by_the_seller_says_so(self):
        order = self.receive(1)
        self.sandbox.control('POST', f'/orders/{order.name}/cancel', {'by': 'seller'})
        self.read(order)
        self.assertEqual(order.fulfilment_state, 'cancelled_by_seller')

    def test_partly_refunded_before_anything_left_is_still_to_be_shipped(self):
        order = self.receive(1)
        self.sandbox.control('PATCH', f'/orders/{order.name}', {'status': 'Partially Refunded'})
        self.read(order)
        self.assertEqual((order.fulfilment_state, order.refund_state), ('new', 'partial'))

    def test_computing_it_again_writes_nothing(self):
        order = self.receive(1)
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.cr.execute('SELECT ctid FROM onbuy_order WHERE id = %s', order.ids)
        before = self.env.cr.fetchone()
        for name in ('fulfilment_state', 'is_assumed'):
            self.env.add_to_compute(order._fields[name], order)
        self.env.flush_all()
        self.env.cr.execute('SELECT ctid FROM onbuy_order WHERE id = %s', order.ids)
        self.assertEqual(self.env.cr.fetchone(), before)  # A row that is written moves.

    def test_sales_people_can_search_and_group_sales_orders_by_it(self):
        salesman = new_test_user(self.env, 'seller', groups='sales_team.group_sale_salesman_all_leads',
                                 company_id=self.company.id)
        order = self.receive(1)
        self.env.flush_all()
        orders = self.env['sale.order'].with_user(salesman)
        found = orders.search([('onbuy_fulfilment_state', '=', 'new')])
        self.assertIn(order.sale_order_id.id, found.ids)
        groups = dict(orders._read_group([('id', 'in', found.ids)], ['onbuy_fulfilment_state'], ['__count']))
        self.assertEqual(groups, {'new': len(found)})

    def test_the_delivery_form_and_its_filters_open_for_a_warehouse_worker(self):
        # Core lets a worker open no delivery while any delivery method exists, without a right on its postcodes.
        worker = new_test_user(
            self.env, 'picker', groups='stock.group_stock_user,base.group_partner_manager', company_id=self.company.id)
        order = self.receive(1)
        picking = self.pickings(order).with_user(worker)
        form = Form(picking, view='stock.view_picking_form')
        self.assertEqual(form.onbuy_delivery_service, order.delivery_service or False)
        found = picking.search([('sale_id.onbuy_order_id', '!=', False)])
        self.assertIn(picking, found)
