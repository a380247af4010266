"""Run through `odoo shell` in the new demo database: lets happen, on the sandbox and in Odoo, what makes each state.

What passes by itself is left out: a live store sends what waits, and asks about what is uncertain, within a minute.
"""

import json
import urllib.parse
import urllib.request
from decimal import Decimal

from odoo.addons.onbuy_connector.models.onbuy_order_refund import Amounts

CONTROL = env['ir.config_parameter'].get_param('onbuy_connector.api_url').removesuffix('/v2') + '/_control'
loopback = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def control(method, path, /, **body):
    """Have something happen on the sandbox.

    :param str path: of its control API
    :param body: JSON to send
    """
    request = urllib.request.Request(
        CONTROL + urllib.parse.quote(path), json.dumps(body).encode(), {'Content-Type': 'application/json'}, method=method)
    with loopback.open(request, timeout=20) as answer:
        return json.load(answer)


def place(store, listing, quantity=1, **values):
    """Place an order on the sandbox and fetch it.

    :param values: further fields of the order
    :return: the ``onbuy.order``
    """
    lines = [{'sku': listing.sku, 'quantity': quantity}]
    placed = control('POST', '/orders', lines=lines, **values)['orders'][0]
    store.action_recover_order(placed['order_id'])
    return env['onbuy.order'].search([('store_id', '=', store.id), ('name', '=', placed['order_id'])])


def tell(order, path='', method='POST', **body):
    """Have something happen to an order on the sandbox, and read it."""
    control(method, f'/orders/{order.name}{path}', **body)
    order.action_refresh()


def ship(order, number, quantity=None):
    """Validate the delivery of an order, or of a part of it, and tell the sandbox."""
    picking = order.sale_order_id.picking_ids.filtered(lambda picking: picking.state == 'assigned')
    picking.carrier_tracking_ref = number
    for move in picking.move_ids if quantity else ():
        move.quantity = quantity
    picking.move_ids.picked = True
    picking.with_context(skip_backorder=True).button_validate()
    order.store_id._run_now('actions')


def make_orders(store, listings):
    """Orders in the warehouse, on their way, cancelled, refunded, and such as a person is to see to."""
    packing = place(store, listings[0], 2)
    packing.sale_order_id.picking_ids.printed = True
    ship(place(store, listings[1]), 'AB100000001GB')
    ship(place(store, listings[2], 3), 'AB100000002GB', quantity=1)
    complete = place(store, listings[3])
    ship(complete, 'AB100000003GB')
    tell(complete, '/complete')
    tell(place(store, listings[4]), '/cancel')
    tell(place(store, listings[5]), '/cancel', refund='pending')
    cancelled = place(store, listings[6])
    cancelled._ask_cancel(1, "Out of Stock", '')
    part, whole = place(store, listings[7], 2), place(store, listings[8])
    ship(part, 'AB100000004GB')
    part._ask_refund(Amounts({part.line_ids[0].reference: Decimal('1.00')}), 3, "Item is Damaged/Faulty")
    store._run_now('actions')
    ship(whole, 'AB100000005GB')
    tell(whole, '/refund')
    tell(place(store, listings[9]), method='PATCH', status="On Hold")
    place(store, listings[10], overrides={'price_total': '1.00'})
    refused = place(store, listings[11])
    control('POST', '/faults', kind='status', status=400, path='/orders/dispatch', count=1,
            message="The tracking number is not known to the carrier.")
    ship(refused, 'NOT-A-NUMBER')
    control('DELETE', '/faults')


def make_listings(store, listings):
    """Listings that are suspended, stopped, on sale, beaten by another seller, without a product, or listed twice."""
    control('POST', f'/listings/{listings[0].sku}/suspend')
    control('PATCH', f'/listings/{listings[1].sku}', overrides={'sale_price': '1.99', 'sale_start_date': None})
    control('PATCH', f'/listings/{listings[2].sku}', competitor={'item_price': 1, 'delivery_price': 0})
    control('PATCH', f'/listings/{listings[3].sku}', overrides={'sku': listings[4].sku})
    listings[5].action_stop()
    families = (store.listing_ids - listings).filtered('group_sku').grouped('group_sku').values()
    lost = next(family for family in families if len(family) > 2)
    lost.product_id.write({'default_code': False, 'barcode': False})
    twice = listings[6]
    env['product.product'].create({'name': twice.name, 'default_code': twice.sku})
    store.create_products = False
    (lost | twice).product_id = False
    store.action_match_listings()
    store.action_sync_listings()
    listings[0].action_pull()
    store.action_check_winning()
    store.action_sync_group_products()


def make_drafts(store):
    """Products that are to be listed: one lacks most of what OnBuy asks for, one was refused."""
    products = env['product.product'].create([
        {'name': name, 'default_code': code, 'list_price': price, 'type': 'consu', 'is_storable': True}
        for name, code, price in (("Arc floor lamp", 'ARC-FLOOR', 89), ("Arc twin lamp", 'ARC-TWIN', 74))])
    draft, refused = env['onbuy.listing']._make_drafts(store, products)
    draft._check_drafts()
    refused._refuse("The product code is not valid.")


store = env['onbuy.store'].search([('state', '=', 'live')])
in_stock = store.listing_ids.filtered(lambda listing: listing.stock > 5 and listing.product_id.free_qty > 5)
make_orders(store, in_stock[:12])
make_listings(store, in_stock[12:20])
make_drafts(store)
env.cr.commit()  # pylint: disable=invalid-commit
