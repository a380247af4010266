"""Equal orders through OCA's Shopify connector, as quotations; runs in a database that has it instead of our module.

Each order's customer is imported first, then the order, each by the connector's own job, committed each.
"""

from odoo import fields

from .meter import Meter

PRODUCTS = 50
CREATED = '2026-01-10T10:00:00Z'


class Shop:
    """A shop with products that are linked already.

    :param env: of ``odoo shell``
    """

    def __init__(self, env):
        self.env = env
        self.instance = env['shopify.instance'].create({
            'name': "Bench", 'shop_url': 'bench.myshopify.com', 'access_token': 'x', 'webhook_secret': 'x',
            'order_confirmation_policy': 'quotation'})
        self.instance.state = 'connected'
        products = env['product.product'].create([
            {'name': f'Thing {number}', 'default_code': f'T{number}', 'is_storable': True, 'list_price': 10,
             'company_id': env.company.id}
            for number in range(PRODUCTS)])
        templates = env['shopify.product.template'].create([
            {'instance_id': self.instance.id, 'shopify_id': f'gid://shopify/Product/{number}',
             'odoo_id': product.product_tmpl_id.id, 'status': 'ACTIVE'} for number, product in enumerate(products)])
        env['shopify.product.variant'].create([
            {'instance_id': self.instance.id, 'shopify_id': f'gid://shopify/ProductVariant/{number}',
             'template_binding_id': template.id, 'odoo_id': product.id}
            for number, (template, product) in enumerate(zip(templates, products, strict=True))])
        vat = products[0].taxes_id.copy({'name': "20% included", 'price_include_override': 'tax_included'})
        env['shopify.tax.mapping'].create({
            'instance_id': self.instance.id, 'rate': '0.2', 'country_id': env.ref('base.uk').id, 'price_included': True,
            'tax_id': vat.id})
        env.cr.commit()

    def import_order(self, number):
        """Import a customer and their order of two lines and a delivery charge, as ``Bench.place_orders`` has them."""
        self.env['shopify.customer']._job_import_customer(self.instance.id, self.make_customer(number))
        self.env.cr.commit()
        found = self.env['shopify.order']._job_import_order(self.instance.id, self.make_order(number))
        self.env.cr.commit()
        assert found, self.env['shopify.order'].search([('state', '=', 'error')], limit=1).error_message

    def make_customer(self, number):
        """Return a customer as Shopify tells them."""
        address = {'id': f'gid://shopify/MailingAddress/{number}', 'firstName': 'Jo', 'lastName': f'Buyer {number}',
                   'address1': f'{number} High Street', 'city': 'Leeds', 'zip': 'LS1 4AP', 'countryCodeV2': 'GB',
                   'phone': f'+44113{number:07}'}
        return {'id': f'gid://shopify/Customer/{number}', 'firstName': 'Jo', 'lastName': f'Buyer {number}',
                'email': f'buyer-{number}@example.com', 'phone': f'+44113{number:07}', 'tags': [], 'taxExempt': False,
                'addressesV2': {'nodes': [address]}}

    def make_order(self, number):
        """Return an order as Shopify tells it."""
        return {
            'id': f'gid://shopify/Order/{number}', 'name': f'#{number}', 'createdAt': CREATED, 'updatedAt': CREATED,
            'currencyCode': 'GBP', 'presentmentCurrencyCode': 'GBP', 'displayFinancialStatus': 'PAID',
            'displayFulfillmentStatus': 'UNFULFILLED', 'taxesIncluded': True,
            'customer': {'id': f'gid://shopify/Customer/{number}'}, 'shippingAddress': {'countryCodeV2': 'GB'},
            'currentTotalPriceSet': make_money('33.49'),
            'lineItems': {'nodes': [
                make_line(f'{number}1', number % PRODUCTS, 1), make_line(f'{number}2', (number + 7) % PRODUCTS, 2)]},
            'shippingLines': {'nodes': [{
                'id': f'gid://shopify/ShippingLine/{number}', 'title': "Standard", 'originalPriceSet': make_money('3.49'),
                'currentDiscountedPriceSet': make_money('3.49'), 'taxLines': [make_vat('0.58')]}]},
            'transactions': [], 'refunds': {'nodes': []}, 'tags': [], 'discountCodes': [],
        }


def make_line(identifier, product, quantity):
    """Return an order line of things at £10."""
    return {
        'id': f'gid://shopify/LineItem/{identifier}', 'name': f'Thing {product}', 'sku': f'T{product}', 'quantity': quantity,
        'currentQuantity': quantity, 'refundableQuantity': quantity,
        'variant': {'id': f'gid://shopify/ProductVariant/{product}'}, 'product': {'id': f'gid://shopify/Product/{product}'},
        'originalUnitPriceSet': make_money('10.00'), 'discountedUnitPriceAfterAllDiscountsSet': make_money('10.00'),
        'taxLines': [make_vat('1.67')], 'discountAllocations': []}


def make_money(amount):
    """Return a sum in pounds."""
    return {side: {'amount': amount, 'currencyCode': 'GBP'} for side in ('shopMoney', 'presentmentMoney')}


def make_vat(amount):
    """Return a tax of 20 %."""
    return {'title': 'VAT', 'rate': 0.2, 'countryCode': 'GB', 'priceSet': make_money(amount)}


def measure(env, sizes):
    """Import orders one by one.

    :param env: of ``odoo shell``
    :param Sizes sizes: how much
    :return: dict ``ms`` and ``queries`` per order
    """
    shop = Shop(env)
    for number in range(5):  # What is done for the first time is done.
        shop.import_order(number)
    env.invalidate_all()
    with Meter() as meter:
        for number in range(5, 5 + sizes.orders):
            shop.import_order(number)
    orders = env['sale.order'].search([('client_order_ref', '!=', False)])
    assert len(orders) == sizes.orders + 5 and set(orders.mapped('state')) == {'draft'}
    assert {fields.Float.round(total, 2) for total in orders.mapped('amount_total')} == {33.49}
    return {'ms': 1000 * meter.seconds / sizes.orders, 'queries': meter.queries / sizes.orders}
