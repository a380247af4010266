"""Days in the life of a shop with bad luck: people order, cancel, send, refund, change stock and prices; OnBuy fails.

Runs inside a database (see ``inside``). Everything that happens follows from the seed.
"""

import random

from inside import Shop

from odoo.addons.onbuy_connector.models.onbuy_order_refund import Amounts, to_pence

HOURS = 3  # that pass from one round to the next
ROUNDS_A_DAY = 24 // HOURS
OUTAGES = (
    {'kind': 'status', 'status': 503}, {'kind': 'status', 'status': 500}, {'kind': 'non_json', 'status': 502},
    {'kind': 'status', 'status': 429, 'retry_after': 600}, {'kind': 'malformed_json'}, {'kind': 'drop_before'},
    {'kind': 'drop_after'}, {'kind': 'timeout_after', 'seconds': 0.1}, {'kind': 'superseded_token', 'count': 1},
    {'kind': 'short_page', 'method': 'GET'},
)
FEW = {'GET': 12, 'POST': 6, 'PUT': 6, 'DELETE': 6}  # calls an hour while another program uses the account
ROUND = ('sync_orders', 'send_actions', 'push_offers', 'sync_order_statuses')
DAILY = ('sync_listings', 'compare_offers', 'reconcile', 'send_digests')


class Days(Shop):
    """A shop whose days go by.

    :param env: of ``odoo shell``
    :param int seed: of all that happens
    """

    def __init__(self, env, seed):
        super().__init__(env)
        self.move_clocks()
        self.listings().stock_mode = 'yes'
        self.dice = random.Random(seed)
        self.names, self.cancelled, self.refunded = [], set(), set()
        self.happened = dict.fromkeys(('orders', 'cancellations', 'deliveries', 'refunds', 'stock', 'prices', 'outages'), 0)
        self.location = env['stock.warehouse'].search(
            [('company_id', '=', self.store.company_id.id)], limit=1).lot_stock_id

    def pass_days(self, days):
        """Let days go by.

        :param int days: how many
        """
        for number in range(days * ROUNDS_A_DAY):
            self.begin_bad_luck()
            self.live()
            self.run(*ROUND, *(DAILY if number % ROUNDS_A_DAY == ROUNDS_A_DAY - 1 else ()))
            self.pass_time(hours=HOURS)

    def rest(self):
        """Let a quiet day go by in which everything is made good.

        :return: dict ``wrong`` (sentences) and ``happened`` (how often what did)
        """
        self.end_bad_luck()
        for _round in range(ROUNDS_A_DAY):
            self.run(*ROUND)
            self.pass_time(hours=HOURS)
        self.store._ask_full_reading()
        self.run('sync_listings', 'compare_offers', 'push_offers', 'reconcile')
        return {'wrong': self.find_wrong(), 'happened': self.happened}

    def find_wrong(self):
        """Return what differs between the two sides, as the tests see it, then as the product does."""
        self.env.invalidate_all()
        told = [alert['text'] for alert in self.store._get_alerts() if alert['key'] != 'crons']  # None runs by itself here.
        differing = self.env['onbuy.order'].search([('difference', '!=', False)])
        told += [f'{order.name}: {order.difference}' for order in differing]
        known = self.env['onbuy.order'].search_count([('store_id', '=', self.store.id)])
        told += [] if known == len(self.names) else [f"{known} orders here, {len(self.names)} on OnBuy"]
        return self.compare_orders(self.names) + self.compare_listings() + told

    # === BAD LUCK === #

    def begin_bad_luck(self):
        """Have the last trouble end and, every other time, another one begin."""
        self.end_bad_luck()
        luck = self.dice.random()
        if luck < 0.4:
            self.happened['outages'] += 1
            self.control('POST', '/faults', {'path': '/*', 'method': '*', 'after': self.dice.randrange(4),
                                             **self.dice.choice(OUTAGES)})
        elif luck < 0.5:
            self.happened['outages'] += 1
            self.control('PUT', '/settings', {'limits_enabled': True, 'hour_limits': FEW})

    def end_bad_luck(self):
        """Have OnBuy answer well."""
        self.control('DELETE', '/faults')
        self.control('PUT', '/settings', {'limits_enabled': False})

    # === LIFE === #

    def live(self):
        """Have buyers and the seller do what they do in some hours."""
        for _number in range(self.dice.randrange(4)):
            self.order()
        for deed in self.get_deeds():
            if self.dice.random() < 0.5:
                self.do(deed)
        self.env.cr.commit()

    def get_deeds(self):
        """Return what the seller, and buyers who ordered, may do."""
        return [self.cancel, self.deliver_some, self.refund_here, self.refund_there, self.move_stock, self.change_price]

    def do(self, deed):
        """Have something done."""
        deed()

    def choose(self, *domain):
        """Return one of the orders that nobody cancelled or refunded, as Odoo knows them; or none."""
        names = sorted(set(self.names) - self.cancelled - self.refunded)
        orders = self.env['onbuy.order'].search(
            [('name', 'in', names), ('sync_state', '=', 'synced'), *domain], order='name')
        free = orders.filtered(lambda order: set(order.action_ids.mapped('sync_state')) <= {'synced'})
        return self.dice.choice(free) if free else free

    def order(self):
        """Have a buyer order one or two things."""
        self.pass_time(seconds=1)
        skus = self.dice.sample(self.listings().mapped('sku'), self.dice.randint(1, 2))
        shown = {row['sku']: row['stock'] for row in self.account()['listings']}
        lines = [(sku, self.dice.randint(1, 3)) for sku in skus if shown.get(sku, 0) >= 3]
        if lines:
            self.names.append(self.place_order(*lines, price_delivery=self.dice.choice((0, 3.49)))['order_id'])
            self.happened['orders'] += 1

    def cancel(self):
        """Have the buyer, or the seller, cancel an order of which nothing left."""
        order = self.choose(('status', '=', 'awaiting_dispatch'), ('action_ids', '=', False))
        if not order:
            return
        self.cancelled.add(order.name)
        self.happened['cancellations'] += 1
        if self.dice.random() < 0.5:
            self.control('POST', f'/orders/{order.name}/cancel', {})
        else:
            order._ask_cancel(1, "Out of Stock", '')

    def deliver_some(self):
        """Have the warehouse send two orders, with numbers."""
        for _number in range(2):
            order = self.choose(('status', '=', 'awaiting_dispatch'), ('sale_order_ids.picking_ids.state', '=', 'assigned'))
            if order and not order.action_ids:
                self.happened['deliveries'] += 1
                self.deliver(order, tracking=f'RM{len(self.names)}{self.happened["deliveries"]}GB')

    def refund_here(self):
        """Have the seller give money back for a line."""
        order = self.choose(('status', '=', 'dispatched'))
        if order:
            self.refunded.add(order.name)
            self.happened['refunds'] += 1
            line = order.line_ids[0]
            amounts = Amounts({line.reference: to_pence(line.price_unit)}, to_pence(0))
            action = order._ask_refund(amounts, 1, "Customer Return")
            action.move_id = order._draft_credit_note(amounts)  # As the form does.

    def refund_there(self):
        """Have the seller give everything back in OnBuy's panel."""
        order = self.choose(('status', '=', 'dispatched'))
        if order:
            self.refunded.add(order.name)
            self.happened['refunds'] += 1
            self.control('POST', f'/orders/{order.name}/refund', {})

    def move_stock(self):
        """Have goods arrive or go, counted by the warehouse."""
        product = self.dice.choice(self.listings().filtered('is_on_onbuy').product_id.filtered('is_storable'))
        quant = self.env['stock.quant'].with_context(inventory_mode=True).create({
            'product_id': product.id, 'location_id': self.location.id, 'inventory_quantity': self.dice.randint(40, 200)})
        quant.action_apply_inventory()
        self.happened['stock'] += 1

    def change_price(self):
        """Have the seller change a price."""
        product = self.dice.choice(self.listings().filtered('is_on_onbuy')).product_id
        product.list_price = self.dice.randint(500, 9000) / 100
        self.happened['prices'] += 1


def run(env, days, seed):
    """Let days go by, then rest; see :meth:`Days.pass_days` and :meth:`Days.rest`."""
    shop = Days(env, seed)
    shop.pass_days(days)
    return shop.rest()
