"""The same work with Odoo alone; runs in a database with or without the module."""

from odoo import fields


def make_products(env, count):
    """Make products that are in stock.

    :rtype: ``product.product``
    """
    products = env['product.product'].create([
        {'name': f'Thing {number}', 'is_storable': True, 'list_price': 10} for number in range(count)])
    stock_up(products)
    return products


def stock_up(products, quantity=100000):
    """Put goods in stock, without a word to anybody.

    :param products: ``product.product``
    """
    env = products.env
    location = env['stock.warehouse'].search([('company_id', '=', env.company.id)], limit=1).lot_stock_id
    env['stock.quant'].create([
        {'product_id': product.id, 'location_id': location.id, 'quantity': quantity} for product in products])
    env.cr.commit()


def make_deliveries(env, count, products):
    """Make confirmed orders of two lines and their delivery, each of a buyer of its own, as a seller without OnBuy has them
    whose prices include VAT. The customers have had each product before.

    :param products: that are sold
    :return: their deliveries
    """
    charge = env['product.product'].create({'name': "Delivery", 'type': 'service', 'list_price': 3})
    location = env['stock.warehouse'].search([('company_id', '=', env.company.id)], limit=1).lot_stock_id
    customers = env.ref('stock.stock_location_customers')
    for product in products:
        env['stock.quant']._update_available_quantity(product, location, 100000)
        env['stock.quant']._update_available_quantity(product, customers, 1)
    vat = env.company.account_sale_tax_id.copy({'name': "VAT in the price", 'price_include_override': 'tax_included'})
    buyers = env['res.partner'].create([{'name': f'Buyer {number}'} for number in range(count)])
    addresses = env['res.partner'].create([
        {'name': buyer.name, 'parent_id': buyer.id, 'type': 'delivery', 'street': "1 High Street"} for buyer in buyers])
    orders = env['sale.order'].create([{
        'partner_id': buyer.id, 'partner_shipping_id': address.id, 'order_line': [
            fields.Command.create({'product_id': product.id, 'product_uom_qty': 1, 'tax_ids': [fields.Command.set(vat.ids)]})
            for product in (products[number % len(products)], products[(number + 7) % len(products)], charge)],
    } for number, (buyer, address) in enumerate(zip(buyers, addresses, strict=True))])
    orders.action_confirm()
    return orders.picking_ids


def create_orders(env, sale_orders):
    """Create and confirm the same orders again, one by one, with their partners.

    :param sale_orders: imported ones
    """
    for order in sale_orders:
        buyer = env['res.partner'].create(copy_partner(order.partner_id))
        delivered_to = env['res.partner'].create({**copy_partner(order.partner_shipping_id), 'parent_id': buyer.id,
                                                  'type': 'delivery'})
        env['sale.order'].create({
            'partner_id': buyer.id, 'partner_shipping_id': delivered_to.id, 'partner_invoice_id': buyer.id,
            'date_order': order.date_order, 'client_order_ref': f'B{order.client_order_ref}',
            'fiscal_position_id': order.fiscal_position_id.id, 'warehouse_id': order.warehouse_id.id,
            'pricelist_id': order.pricelist_id.id, 'order_line': [fields.Command.create({
                'product_id': line.product_id.id, 'name': line.name, 'product_uom_qty': line.product_uom_qty,
                'price_unit': line.price_unit, 'tax_ids': [fields.Command.set(line.tax_ids.ids)],
            }) for line in order.order_line]}).action_confirm()
        env.cr.commit()


def copy_partner(partner):
    """Return the values that make the same partner once more."""
    return {'name': partner.name, 'street': partner.street, 'city': partner.city, 'zip': partner.zip,
            'country_id': partner.country_id.id, 'email': partner.email, 'phone': partner.phone}
