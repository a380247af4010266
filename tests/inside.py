"""What programs do inside a database, in ``odoo shell``: run tasks as cron workers do, move time, compare both sides."""

import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import quote

import requests
from freezegun import freeze_time

from odoo.addons.onbuy_connector.lib.client import OnBuyClient
from odoo.addons.onbuy_connector.lib.governor import Governor

PLENTY = 100000  # pieces that everything has in stock


class Shop:
    """A store in Odoo and its account on the sandbox.

    :param env: of ``odoo shell``
    """

    def __init__(self, env):
        self.env = env
        self.store = env['onbuy.store'].search([], limit=1)
        self.url = env['ir.config_parameter'].get_param('onbuy_connector.api_url').removesuffix('/v2')
        self.session = requests.Session()
        self.clock = None

    # === THE SANDBOX === #

    def control(self, method, path, json=None):
        """Call the sandbox's control API and return its JSON."""
        reply = self.session.request(method, f'{self.url}/_control{path}', json=json, timeout=60)
        assert reply.ok, reply.text
        return reply.json()

    def place_order(self, *lines, **values):
        """Have a buyer order; return the order's JSON.

        :param lines: pairs of SKU and quantity
        :param values: further fields of ``POST /_control/orders``
        """
        wanted = [{'sku': sku, 'quantity': quantity} for sku, quantity in lines]
        return self.control('POST', '/orders', {'lines': wanted, **values})['orders'][0]

    def account(self):
        """Return the live account's listings, orders and usage, as the sandbox has them."""
        return self.control('GET', '/state')['accounts']['live']

    def change_listing(self, sku, /, **values):
        """Change a listing on OnBuy."""
        return self.control('PATCH', f'/listings/{quote(sku, safe="")}', values)

    # === TIME === #

    def move_clocks(self):
        """From now on Odoo's clock can be moved, and the sandbox's with it; both go on by themselves."""
        self.clock = freeze_time(datetime.now(timezone.utc).replace(tzinfo=None), tick=True).start()
        for made in (OnBuyClient, Governor):  # Their default was taken before time.time was replaced.
            made.__init__.__kwdefaults__['clock'] = lambda: time.time()

    def pass_time(self, **delta):
        """Let time pass on both sides.

        :param delta: of :class:`datetime.timedelta`
        """
        delta = timedelta(**delta)
        now = datetime.fromtimestamp(time.time(), timezone.utc).replace(tzinfo=None)
        self.clock.move_to(now + delta)  # tick() would forget the time that went by since it was called last.
        self.control('POST', '/clock', {'advance': delta.total_seconds()})

    # === ODOO === #

    def run(self, *names):
        """Have the named crons run to their end, whether they are due or not.

        :param names: without ``ir_cron_``
        """
        for name in names:
            self.env.cr.commit()
            done = self.env.ref(f'onbuy_connector.ir_cron_{name}').method_direct_trigger()
            self.env.cr.commit()
            assert done is True, done

    def listings(self):
        """Return the store's listings."""
        return self.env['onbuy.listing'].search([('store_id', '=', self.store.id)])

    def find(self, name):
        """Return an order of the inbox by OnBuy's id."""
        return self.env['onbuy.order'].search([('store_id', '=', self.store.id), ('name', '=', name)])

    def receive(self, *lines, **values):
        """Have a buyer order and fetch the order; return it."""
        placed = self.place_order(*lines, **values)
        self.run('sync_orders')
        return self.find(placed['order_id'])

    def deliver(self, order, tracking=None):
        """Validate the deliveries of an order."""
        pickings = order.sale_order_id.picking_ids.filtered(lambda picking: picking.state not in ('done', 'cancel'))
        pickings.carrier_tracking_ref = tracking
        pickings.move_ids.picked = True
        pickings.with_context(skip_backorder=True, skip_sms=True).button_validate()
        self.env.cr.commit()
        return pickings

    def make_drafts(self, first, count=1):
        """Return drafts of new products, numbered, that nothing is in the way of listing.

        :param int first: number of the first
        """
        category = self.env['onbuy.category'].search([('name', '=', "Desk Lamps")])
        brands = self.env['onbuy.brand']
        brand = brands.search([('code', '=', '4400')]) or brands.create({'name': "Lumora", 'code': '4400'})
        products = self.env['product.product'].create([{
            'name': f"Lumora Lamp {number}", 'type': 'consu', 'is_storable': True, 'default_code': f'NEW-{number}',
            'barcode': make_gtin(number), 'list_price': 20, 'onbuy_category_id': category.id, 'onbuy_brand_id': brand.id,
            'onbuy_description': "<p>A lamp.</p>", 'onbuy_image_urls': 'https://img.example.com/lamp.jpg',
        } for number in range(first, first + count)])
        return self.env['onbuy.listing']._make_drafts(self.store, products)

    def read_catalogue(self):
        """Read what :meth:`make_drafts` needs to know of OnBuy."""
        self.store.action_sync_categories()
        self.env['onbuy.category'].search([('name', '=', "Desk Lamps")]).action_read_features()
        self.env.cr.commit()

    # === BOTH SIDES === #

    def compare_orders(self, names):
        """Return what differs between OnBuy's orders and ours.

        :param names: OnBuy's ids
        :return: list of sentences
        """
        self.env.invalidate_all()
        return [difference for name in names for difference in self._compare_order(
            self.control('GET', f'/orders/{name}'), self.find(name))]

    def _compare_order(self, remote, order):
        """Give what differs in one order.

        :param dict remote: the order on OnBuy
        :param order: ``onbuy.order``, may be empty
        """
        name, sale_orders = remote['order_id'], order.sale_order_ids
        if not order:
            yield f"{name} is not here"
            return
        if order.status_label != remote['status']:
            yield f"{name} is {remote['status']} on OnBuy, {order.status_label} here"
        totals = {to_money(order.amount_total), to_money(remote['price_total']), *(
            to_money(sale_order.amount_total) for sale_order in sale_orders)}
        if len(totals) > 1:
            yield f"{name} comes to {totals}"
        doubles = self.env['sale.order'].search_count([('client_order_ref', '=', name)])
        if order.to_import and (len(sale_orders), doubles) != (1, 1):
            yield f"{name} has {len(sale_orders)} sales orders linked, {doubles} in all"
        if order.sync_state != 'synced':
            yield f"{name} is {order.sync_state}"
        yield from self._compare_lines(remote, order)
        yield from self._compare_actions(remote, order)

    def _compare_lines(self, remote, order):
        """Give what differs in the lines of an order: what was ordered, dispatched and delivered."""
        lines = {line.reference: line for line in order.line_ids}
        for row in remote['products']:
            line = lines.pop(str(row['onbuy_internal_reference']), None)
            if not line:
                yield f"{order.name} lacks a line of {row['sku']}"
                continue
            sold = line.sale_line_ids
            figures = (int(row['quantity']), int(row['quantity_dispatched'] or 0))
            if (line.quantity, line.quantity_dispatched) != figures:
                yield f"{order.name}, {row['sku']}: {figures} on OnBuy, {line.quantity, line.quantity_dispatched} here"
            if sold and (len(sold), sold.product_uom_qty) != (1, figures[0]):
                yield f"{order.name}, {row['sku']}: sold {sold.mapped('product_uom_qty')} here"
            delivered = sum(sold.mapped('qty_delivered'))
            if order.action_ids.filtered(lambda action: action.kind == 'dispatch') and delivered != figures[1]:
                yield f"{order.name}, {row['sku']}: {delivered} delivered here, {figures[1]} dispatched on OnBuy"
        if lines:
            yield f"{order.name} has lines too many"

    def _compare_actions(self, remote, order):
        """Give what differs in what was asked of OnBuy: each took effect once, and is known to have done so."""
        for action in order.action_ids.filtered(lambda action: action.sync_state != 'synced'):
            yield f"{order.name}: {action.kind} is {action.sync_state}"
        deliveries = order.action_ids.filtered(lambda action: action.kind == 'dispatch').picking_id
        made = remote.get('dispatches') or []
        if deliveries and len(made) != len(deliveries):
            yield f"{order.name}: {len(deliveries)} deliveries, {len(made)} dispatches"
        told = sorted(one['tracking_number'] for one in made if one['tracking_number'])
        known = sorted(filter(None, deliveries.mapped('carrier_tracking_ref')))
        if deliveries and told != known:
            yield f"{order.name}: tracking {known} here, {told} on OnBuy"
        refunds = order.action_ids.filtered(lambda action: action.kind == 'refund')
        asked = sum((action._get_amounts().total for action in refunds), Decimal())
        given = sum((to_money(one['refund_total']) for one in remote.get('refunds') or []), Decimal())
        if refunds and asked != given:
            yield f"{order.name}: refund of {asked} asked for, {given} made"

    def compare_listings(self):
        """Return what differs between OnBuy's listings and ours, and between what they show and what they should.

        :return: list of sentences
        """
        self.env.invalidate_all()
        rows = {row['sku']: row for row in self.account()['listings'] if row['sku']}
        listings = {listing.sku: listing for listing in self.listings()}
        wanted = self.listings().filtered('is_on_onbuy')._get_sellable_quantities()
        found = [f"{sku} is on one side only" for sku in rows.keys() ^ listings.keys()]
        for sku in rows.keys() & listings.keys():
            row, listing = rows[sku], listings[sku]
            shown = row['status'] != 'suspended'
            pairs = [('on OnBuy', shown, listing.is_on_onbuy)]
            if shown:
                pairs += [('price', to_money(row['price']), to_money(listing.price)), ('stock', row['stock'], listing.stock),
                          ('wanted stock', row['stock'], wanted.get(listing, row['stock'])),
                          ('state', 'synced', listing.sync_state)]
            found += [f"{sku}: {what} is {theirs} on OnBuy, {ours} here" for what, theirs, ours in pairs if theirs != ours]
        waiting = self.env['onbuy.offer.change'].search_count([])
        return found + ([f"{waiting} changes wait"] if waiting else [])


def make_gtin(number):
    """Return a valid EAN-13 that the sandbox does not use."""
    digits = f'50888{number:07d}'
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def to_money(amount):
    """Return an amount in pounds and pence."""
    return Decimal(str(amount or 0)).quantize(Decimal('0.01'))
