from odoo import fields
from odoo.tests import tagged

from odoo.addons.onbuy_connector.tests.money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestLoyalty(MoneyCommon):
    """Promotions and loyalty points of the shop leave what was paid on OnBuy alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['loyalty.program'].search([]).active = False
        cls.promotion = cls.make_program(program_type='promotion', trigger='auto', applies_on='current')

    @classmethod
    def make_program(cls, rule=None, **values):
        """Return a programme that gives 10 % off.

        :param dict rule: values of its rule
        """
        return cls.env['loyalty.program'].create({
            'name': "10% off everything", 'company_id': cls.company.id,
            'rule_ids': [fields.Command.create({'reward_point_mode': 'order', 'reward_point_amount': 1, **(rule or {})})],
            'reward_ids': [fields.Command.create({'reward_type': 'discount', 'discount': 10, 'required_points': 1})],
            **values,
        })

    def sell(self):
        """Return a quotation of the shop's own."""
        return self.env['sale.order'].create({
            'partner_id': self.env['res.partner'].create({'name': "A customer", 'email': 'customer@example.com'}).id,
            'order_line': [fields.Command.create({'product_id': self.products['NONE'].id, 'price_unit': 100})],
        })

    def lines(self, order):
        """Return what the lines of a sales order are."""
        return [(line.product_id.default_code, line.product_uom_qty, line.price_unit, line.discount, line.price_total)
                for line in order.sale_order_id.order_line]

    def test_an_automatic_promotion_changes_nothing_of_an_order_from_onbuy_to_the_penny(self):
        row = self.row(('TWENTY', 3, '9.99'), ('FIVE', 1, '0.35'), delivery='3.99', discount='2.01')
        self.promotion.active = False
        expected = self.lines(self.bring({**row, 'order_id': 'WITHOUT'}))
        self.promotion.active = True
        order = self.bring(row)
        self.assertEqual(order.sale_order_id.state, 'sale')
        self.assertEqual(self.lines(order), expected)
        self.assert_total(order)

    def test_a_quotation_from_onbuy_gets_no_promotion_by_its_button_either(self):
        self.store.workflow = 'quotation'
        order = self.receive_row(('TWENTY', 1, '12.00'))
        before = self.lines(order)
        order.sale_order_id.action_open_reward_wizard()
        order.sale_order_id.action_confirm()
        self.assertEqual(self.lines(order), before)
        self.assert_total(order)

    def test_no_code_can_be_put_on_an_order_from_onbuy(self):
        self.make_program({'mode': 'with_code', 'code': 'TEN'}, program_type='promo_code', trigger='with_code')
        self.assertIn('error', self.receive_row(('TWENTY', 1, '12.00')).sale_order_id._try_apply_code('TEN'))
        self.assertNotIn('error', self.sell()._try_apply_code('TEN'))

    def test_a_buyer_on_onbuy_earns_no_points_and_gets_no_coupon(self):
        self.promotion.active = False
        for kind in ('loyalty', 'next_order_coupons'):
            self.make_program(program_type=kind, applies_on='both' if kind == 'loyalty' else 'future', trigger='auto')
        order = self.receive_row(('TWENTY', 1, '12.00'))
        self.assertEqual(order.sale_order_id.state, 'sale')
        self.assertFalse(self.env['loyalty.card'].search([]))
        self.sell().action_confirm()
        self.assertTrue(self.env['loyalty.card'].search([]))

    def test_orders_of_the_shop_itself_keep_their_promotion(self):
        sale = self.sell()
        sale.action_open_reward_wizard()
        self.assertEqual(sale.amount_total, 90)
