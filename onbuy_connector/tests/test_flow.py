from odoo.tests import tagged

from .common import OnbuyCommon


@tagged('post_install', '-at_install')
class TestFlow(OnbuyCommon):
    """From OnBuy's order to the dispatch on OnBuy, over real HTTP."""

    def test_an_order_comes_in_is_delivered_and_dispatched_on_onbuy(self):
        self.go_live()
        self.stock_up()
        order = self.receive_order((self.skus()[0], 2), (self.skus()[1], 1))
        sale_order = order.sale_order_id
        self.assertEqual(sale_order.state, 'sale')
        self.assertEqual(sale_order.amount_total, order.amount_total)
        self.assertEqual(sale_order.picking_ids.state, 'assigned')
        self.assertEqual(order.fulfilment_state, 'new')

        self.deliver(order, tracking='AB123456789GB')
        self.run_cron('send_actions')

        remote = self.sandbox.order(order.name)
        self.assertEqual(remote['status'], 'Dispatched')
        self.assertEqual(remote['tracking']['tracking_number'], 'AB123456789GB')
        self.assertEqual(order.status, 'dispatched')
        self.assertEqual(order.fulfilment_state, 'transit')
        self.assertEqual(sale_order.picking_ids.onbuy_state, 'sent')
