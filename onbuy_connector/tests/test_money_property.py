from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .money_common import MoneyCommon

ORDERS, TOGETHER = 2000, 50
METHODS = ('round_per_line', 'round_globally')


def pounds(most):
    """A strategy for amounts, in pounds with two places.

    :param int most: pennies
    """
    # Half of them small, where each penny of VAT shows.
    return st.one_of(st.integers(0, min(most, 500)), st.integers(0, most)).map(lambda pence: Decimal(pence) / 100)


@st.composite
def orders(draw, skus):
    """A strategy for orders: lines, delivery charge, discount, and a total that may be a penny off.

    :param list skus: of the products
    :return: values of :meth:`MoneyCommon.row`
    """
    quantity = st.one_of(st.integers(1, 9), st.integers(1, 999))
    lines = draw(st.lists(st.tuples(st.sampled_from(skus), quantity, pounds(20000)), min_size=1, max_size=5))
    delivery = draw(st.one_of(st.just(Decimal()), pounds(1500)))
    paid = sum((price * count for _sku, count, price in lines), delivery)
    discount = min(draw(st.one_of(st.just(Decimal()), pounds(3000), st.just(paid))), paid)
    penny = draw(st.sampled_from((0, 0, 0, 0, 0, 0, 1, -1)))
    total = max(paid - discount, paid - discount + Decimal(penny) / 100, Decimal())
    return lines, delivery, discount, total


@tagged('post_install', '-at_install')
class TestMoneyProperty(MoneyCommon):
    """Two thousand random orders and their invoices, to the penny."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store.workflow = 'quotation'  # Confirmed and invoiced together below: it is much faster.
        included = {rate: cls.taxes[rate].copy({
            'name': f'{rate}% incl.', 'price_include_override': 'tax_included'}) for rate in (20, 5)}
        both = cls.taxes[5] + included[20].copy({'name': '20% incl. more'})
        services = {'type': 'service', 'invoice_policy': 'order'}
        cls.skus = [product.default_code for product in (
            cls.make_product('NET20', cls.taxes[20], **services), cls.make_product('NET5', cls.taxes[5], **services),
            cls.make_product('NET0', cls.taxes[0], **services), cls.make_product('NO', **services),
            cls.make_product('INCL20', included[20], **services), cls.make_product('INCL5', included[5], **services),
            cls.make_product('BOTH', both, **services))]

    def check(self, wanted):
        """Import, confirm and invoice orders; compare every total.

        :param list wanted: drawn by :func:`orders`
        """
        rows = [self.row(*lines, delivery=delivery, discount=discount, total=total)
                for lines, delivery, discount, total in wanted]
        remote = self.bring(*rows)
        self.assertEqual([order.sync_error for order in remote if order.sync_state != 'synced'], [])
        sale_orders = remote.sale_order_id
        self.assertEqual(len(sale_orders), len(rows))
        sale_orders.action_confirm()
        sale_orders._create_invoices(grouped=True)
        for row, order in zip(rows, remote, strict=True):
            total = f'{Decimal(row["price_total"]):.2f}'
            found = [f'{record.amount_total:.2f}' for record in (order.sale_order_id, order.sale_order_id.invoice_ids)]
            self.assertEqual(found, [total, total], row)

    def test_two_thousand_orders_and_their_invoices_come_to_onbuys_total(self):
        checked = []

        @settings(max_examples=ORDERS // TOGETHER, derandomize=True, database=None, deadline=None,
                  suppress_health_check=list(HealthCheck))
        @given(st.lists(orders(self.skus), min_size=TOGETHER, max_size=TOGETHER), st.sampled_from(METHODS))
        def run(wanted, method):
            with self.env.cr.savepoint() as savepoint:
                self.company.tax_calculation_rounding_method = method
                self.check(wanted)
                savepoint.rollback()
            self.env.invalidate_all()
            checked.extend(wanted)

        run()
        self.assertGreaterEqual(len(checked), ORDERS)
