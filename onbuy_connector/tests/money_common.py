"""OnBuy's orders as it would send them, without a way over the net: for tests about money and people."""
import itertools
from contextlib import ExitStack
from decimal import Decimal

from odoo import fields

from ..lib.orders import parse_order
from .common import OnbuyCommon

HOME = {
    'name': "Sam Buyer", 'line_1': "1 High Street", 'line_2': "", 'line_3': "", 'town': "Leeds",
    'county': "West Yorkshire", 'postcode': "LS1 1AA", 'country': "United Kingdom", 'country_code': "GB",
}
NOWHERE = dict.fromkeys(HOME, None) | {'country_code': "GB"}


class MoneyCommon(OnbuyCommon):
    """A live store with products of 20 %, 5 %, 0 % VAT and without taxes, whose orders are written down here."""

    sandbox_options = ('--no-limits', '--listings', '1', '--orders', '0')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.numbers = itertools.count(1)
        cls.store.write({'state': 'live', 'live_date': '2026-01-01', 'cutover_date': '2026-01-01', 'call_interval': 0})
        cls.company.tax_calculation_rounding_method = 'round_per_line'
        cls.taxes = {rate: cls.tax(rate) for rate in (20, 5, 0)}
        cls.products = {
            sku: cls.make_product(sku, cls.taxes[rate])
            for sku, rate in (('TWENTY', 20), ('FIVE', 5), ('ZERO', 0))
        } | {'NONE': cls.make_product('NONE')}

    @classmethod
    def tax(cls, rate, use='sale'):
        """Return a tax of the UK's chart of accounts.

        :param int rate: percent
        """
        return cls.env['account.tax'].search([
            ('company_id', '=', cls.company.id), ('type_tax_use', '=', use), ('amount', '=', rate),
            ('price_include', '=', False)], limit=1)

    @classmethod
    def make_product(cls, sku, taxes=None, **values):
        """Create a product with a listing of this SKU."""
        product = cls.env['product.product'].create({
            'name': f'Product {sku}', 'default_code': sku, 'type': 'consu',
            'taxes_id': [fields.Command.set(taxes.ids if taxes else [])], 'invoice_policy': 'order', **values,
        })
        cls.env['onbuy.listing'].create({
            'store_id': cls.store.id, 'sku': sku, 'name': f'Listing {sku}', 'product_id': product.id})
        return product

    @classmethod
    def row(cls, *lines, delivery=0, discount=0, total=None, fee=None, **values):
        """Return an order as OnBuy sends it.

        :param lines: of SKU, quantity, unit price
        :param total: if OnBuy's sums shall not add up
        :param dict fee: parts of its ``fee``
        """
        number = next(cls.numbers)
        goods = sum(Decimal(str(price)) * quantity for _sku, quantity, price in lines)
        total = goods + Decimal(str(delivery)) - Decimal(str(discount)) if total is None else total
        return {
            'order_id': f'M{number:06d}', 'onbuy_internal_reference': str(900000 + number),
            'date': '2026-03-02 09:22:09', 'updated_at': '2026-03-02 09:25:00', 'cancelled_at': None,
            'shipped_at': None, 'status': 'Awaiting Dispatch', 'price_subtotal': str(goods),
            'price_delivery': str(delivery), 'price_discount': str(discount), 'price_total': str(total),
            'currency_code': 'GBP', 'delivery_service': 'Standard', 'billing_address': NOWHERE,
            'delivery_address': HOME, 'fee': fee or {},
            'buyer': {'name': "Sam Buyer", 'email': f'B{number}@comms.onbuy.com', 'phone': "07700 900123"},
            'products': [cls.line_row(number * 1000 + index, *line) for index, line in enumerate(lines)],
            **values,
        }

    @staticmethod
    def line_row(reference, sku, quantity, price):
        """Return a line of an order as OnBuy sends it."""
        return {
            'onbuy_internal_reference': str(reference), 'name': f'Listing {sku}', 'sku': sku, 'opc': 'P7QX4M2',
            'quantity': str(quantity), 'quantity_dispatched': '0', 'unit_price': str(price),
            'total_price': str(Decimal(str(price)) * quantity), 'condition': 'New',
        }

    def bring(self, *rows):
        """Receive and apply orders.

        :param rows: of :meth:`row`
        :return: the ``onbuy.order``
        """
        self.env['onbuy.order']._store(self.store, [parse_order(row) for row in rows])
        orders = self.env['onbuy.order'].search([
            ('store_id', '=', self.store.id), ('name', 'in', [row['order_id'] for row in rows])], order='name')
        orders.with_company(self.company)._apply_batch()
        return orders

    def receive_row(self, *lines, **values):
        """Receive one order of such lines; see :meth:`row`."""
        return self.bring(self.row(*lines, **values))

    def invoice(self, order):
        """Invoice all of an order, and post it."""
        invoice = order.sale_order_id._create_invoices()
        invoice.action_post()
        return invoice

    def grids(self, move, sign=-1):
        """Return what an invoice puts into the boxes of the UK's VAT return.

        :param int sign: 1 for vendor bills
        :return: dict of box → pounds
        """
        found = {}
        for line in move.line_ids:
            for tag in line.tax_tag_ids:
                found[tag.name] = found.get(tag.name, 0) + sign * line.balance
        return {box: round(amount, 2) for box, amount in found.items()}

    def assert_total(self, order):
        """Check that an order and its invoice come to OnBuy's total, and return the invoice."""
        self.assertEqual(order.sync_state, 'synced', order.sync_error)
        self.assertEqual(f'{order.sale_order_id.amount_total:.2f}', f'{order.amount_total:.2f}')
        invoice = self.invoice(order)
        self.assertEqual(f'{invoice.amount_total:.2f}', f'{order.amount_total:.2f}')
        return invoice

    def activities(self, record):
        """Return the summaries of a record's activities."""
        return record.activity_ids.mapped('summary')

    @classmethod
    def in_registry_test_mode(cls):
        """Return a context in which other cursors see this class's data."""
        stack = ExitStack()
        for patch in cls._registry_test_mode_patches(cr=cls.cr, registry=cls.registry):
            stack.enter_context(patch)
        return stack
