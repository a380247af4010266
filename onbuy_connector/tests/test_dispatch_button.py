from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .shipping_common import ShippingCommon


@tagged('post_install', '-at_install')
class TestReadyToShip(ShippingCommon):
    """The button that validates and tells OnBuy."""

    def test_the_button_on_several_sales_orders_validates_and_dispatches_them(self):
        orders = self.receive(1) + self.receive(2)
        orders.sale_order_id.action_onbuy_ready_to_ship()
        self.send()
        self.assertEqual(orders.mapped('status'), ['dispatched', 'dispatched'])

    def test_the_button_on_a_partly_reserved_delivery_lets_core_ask_about_the_back_order(self):
        order = self.receive(3)
        picking = self.pickings(order)
        picking.move_ids.quantity = 1
        action = picking.action_onbuy_ready_to_ship()
        self.assertEqual(action['res_model'], 'stock.backorder.confirmation')
        self.assertFalse(order.action_ids)

    def test_a_delivery_without_goods_says_why_it_is_not_ready(self):
        order = self.receive(1)
        self.pickings(order).do_unreserve()
        with self.assertRaisesRegex(UserError, "not reserved"):
            self.pickings(order).action_onbuy_ready_to_ship()

    def test_sales_orders_of_others_are_refused(self):
        sale_order = self.env['sale.order'].create({'partner_id': self.env.user.partner_id.id})
        with self.assertRaisesRegex(UserError, "no OnBuy orders"):
            sale_order.action_onbuy_ready_to_ship()

    def test_a_store_whose_stock_is_moved_elsewhere_dispatches_without_validating(self):
        self.store.stock_elsewhere = True
        order = self.receive(2, 1)
        order.sale_order_id.action_onbuy_ready_to_ship()
        self.send()
        self.assertEqual(order.status, 'dispatched')
        self.assertEqual(self.pickings(order).state, 'assigned')

    def test_the_button_pressed_twice_dispatches_once(self):
        self.store.stock_elsewhere = True
        order = self.receive(2)
        before = self.calls()
        order.sale_order_id.action_onbuy_ready_to_ship()
        order.sale_order_id.action_onbuy_ready_to_ship()
        self.send()
        self.assertEqual(self.calls(), before + 1)
        self.assertEqual(self.dispatches(order), [(None, [2])])

    def test_a_warehouse_worker_without_any_sales_rights_ships_an_onbuy_order(self):
        worker = new_test_user(self.env, 'picker', groups='stock.group_stock_user', company_id=self.company.id)
        order = self.receive(1)
        picking = self.pickings(order).with_user(worker)
        picking.carrier_tracking_ref = 'BYWORKER'
        picking.action_onbuy_ready_to_ship()
        self.send()
        self.assertEqual(self.dispatches(order), [('BYWORKER', [1])])
