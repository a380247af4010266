from odoo.tests import HttpCase, tagged

from .common import OnbuyCommon


@tagged('post_install', '-at_install')
class TestTour(OnbuyCommon, HttpCase):
    """The way of an order, clicked through in a real browser."""

    def test_a_person_clicks_from_the_dashboard_to_a_dispatch_on_onbuy(self):
        admin = self.env.ref('base.user_admin')
        admin.group_ids |= self.env.ref('stock.group_stock_user') | self.env.ref('sales_team.group_sale_manager')
        self.go_live()
        self.stock_up()
        placed = self.sandbox.place_order((self.skus()[0], 2), buyer={'name': 'Tour Buyer'})

        self.start_tour('/odoo', 'onbuy_order_to_delivery', login='admin')
        self.run_cron('send_actions')

        order = self.env['onbuy.order'].search([('name', '=', placed['order_id'])])
        self.assertEqual(self.sandbox.order(order.name)['status'], 'Dispatched')
        self.start_tour(f'/odoo/sales/{order.sale_order_id.id}', 'onbuy_order_dispatched', login='admin')
