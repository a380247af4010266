"""Two users on a running server who count, sell, deliver and scrap while everything syncs: for a test and the benchmark."""

import contextlib
import itertools
import json
import os
import random
import threading
import time

from live_server import PASSWORD, User, odoo_server
from worlds import live_world, wait_until

OPERATIONS = int(os.environ.get('ONBUY_STOCK_OPERATIONS', '200'))
SPARE, USUAL = 20000, 240  # calls of PUT an hour: to spare, and OnBuy's own limit
WORK = ['take_stock', 'sell', 'sell', 'deliver', 'cancel', 'scrap']

PREPARE = '''
groups = [env.ref(name).id for name in (
    'stock.group_stock_manager', 'sales_team.group_sale_manager', 'onbuy_connector.group_onbuy_manager')]
for login in ('first', 'second', 'manager'):
    env['res.users'].with_context(no_reset_password=True).create({{
        'name': login, 'login': login, 'password': {password!r}, 'group_ids': [(6, 0, groups)]}})
env['res.partner'].create({{'name': "A buyer at the counter"}})
store.listing_ids.stock_mode = 'yes'
store.write({values!r})
env.ref('onbuy_connector.ir_cron_sync_listings').interval_number = 1
env.cr.commit()
'''


class Watcher(threading.Thread):
    """Notes when OnBuy was told which figures."""

    def __init__(self, sandbox):
        super().__init__(daemon=True)
        self.sandbox, self.told, self.last, self.ended = sandbox, [], 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.05):
            for call in self.sandbox.control('GET', f'/requests?since={self.last}')['requests']:
                self.last = call['id']
                if call['method'] == 'PUT' and call['path'].endswith('/listings/by-sku'):
                    body = call['body'] if isinstance(call['body'], dict) else json.loads(call['body'])
                    self.told.append((time.monotonic(), {row['sku'] for row in body['listings']}))

    def get_waits(self, changes):
        """Return how many seconds each change took; those that a later one took back were never sent."""
        waits = []
        for sku, start, end in changes:
            arrivals = [at for at, skus in self.told if at >= start and sku in skus]
            waits += [max(0, arrivals[0] - end)] if arrivals else []
        return sorted(waits)


class Worker(threading.Thread):
    """A user who counts, sells, delivers, cancels and scraps at random."""

    def __init__(self, user, count, seed):
        super().__init__(daemon=True)
        self.user, self.count, self.dice = user, count, random.Random(seed)
        self.changes, self.orders, self.faults = [], [], []
        self.partner = user.call('res.partner', 'search', [('name', '=', "A buyer at the counter")])[0]
        rows = user.call('onbuy.listing', 'search_read', [('product_id', '!=', False)], ['sku', 'product_id'])
        self.products = [(row['sku'], row['product_id'][0]) for row in rows]

    def run(self):
        for _number in range(self.count):
            sku, product = self.dice.choice(self.products)
            start = time.monotonic()
            try:
                sku = getattr(self, self.dice.choice(WORK))(sku, product)
            except Exception as error:  # noqa: BLE001  Told by the test, whatever it is.
                self.faults.append(str(error))
            if sku:
                self.changes.append((sku, start, time.monotonic()))

    def take_stock(self, sku, product):
        quant = self.user.call('stock.quant', 'search', [
            ('product_id', '=', product), ('location_id.usage', '=', 'internal')])[0]
        self.user.call('stock.quant', 'write', [quant], {'inventory_quantity': self.dice.randint(1000, 20000)})
        self.user.call('stock.quant', 'action_apply_inventory', [quant])
        return sku

    def sell(self, sku, product):
        order = self.user.call('sale.order', 'create', {'partner_id': self.partner, 'order_line': [
            (0, 0, {'product_id': product, 'product_uom_qty': self.dice.randint(1, 5)})]})
        self.user.call('sale.order', 'action_confirm', [order])
        self.orders.append((sku, order))
        return sku

    def deliver(self, _sku, _product):
        if self.orders:
            _sku, order = self.orders.pop()
            pickings = self.user.call('stock.picking', 'search', [('sale_id', '=', order), ('state', '=', 'assigned')])
            self.user.call('stock.picking', 'button_validate', pickings, context={'skip_backorder': True, 'skip_sms': True})

    def cancel(self, _sku, _product):
        if self.orders:
            sku, order = self.orders.pop()
            self.user.call('sale.order', 'action_cancel', [order],
                           context={'disable_cancel_warning': True})
            return sku

    def scrap(self, sku, product):
        scrap = self.user.call('stock.scrap', 'create', {'product_id': product, 'scrap_qty': 1})
        self.user.call('stock.scrap', 'do_scrap', [scrap])
        return sku


@contextlib.contextmanager
def live_shop(template, allowance):
    """Have a live store whose stock OnBuy gets, and users.

    :param str template: database with the module installed
    :param int allowance: calls of PUT an hour
    :return: a context manager giving a World
    """
    spare = allowance > USUAL
    limits = {'limit_put': allowance, 'limit_get': 20000 if spare else 600, 'call_interval': 0.1 if spare else 1}
    with live_world(template, '--listings', '40', '--orders', '0') as world:
        world.sandbox.control('PUT', '/settings', {
            'burst_calls': 0, 'hour_limits': {'GET': limits['limit_get'], 'POST': 240, 'PUT': allowance, 'DELETE': 240}})
        world.do(PREPARE.format(password=PASSWORD, values=limits))
        yield world


def work(world, seconds=240):
    """Have two users work while everything syncs; wait for rest.

    :param World world: with a live store
    :param float seconds: to wait for rest at most
    :return: how many seconds the changes took to arrive, the quickest first
    """
    with odoo_server(world.database) as url, contextlib.ExitStack() as stack:
        watcher = Watcher(world.sandbox)
        watcher.last = (world.sandbox.requests() or [{'id': 0}])[-1]['id']
        watcher.start()
        stack.callback(watcher.ended.set)
        users = [User(url, world.database, login) for login in ('first', 'second', 'manager')]
        workers = [Worker(user, OPERATIONS // 2, seed) for seed, user in enumerate(users[:2])]
        for worker in workers:
            worker.start()
        store = users[2].call('onbuy.store', 'search', [])
        for second in itertools.count():
            world.sandbox.place_order((workers[0].dice.choice(workers[0].products)[0], 1))
            if not second % 10:
                users[2].call('onbuy.store', 'action_sync_listings', store)
            time.sleep(1)
            if not any(worker.is_alive() for worker in workers):
                break
        assert [fault for worker in workers for fault in worker.faults] == []
        wait_until(lambda: is_at_rest(users[2]), "rest", seconds=seconds)
        return watcher.get_waits([change for worker in workers for change in worker.changes])


def is_at_rest(user):
    """Return whether all orders are imported and nothing waits to be sent."""
    return not (user.call('onbuy.order', 'search_count', [('sync_state', '!=', 'synced')])
                or user.call('onbuy.offer.change', 'search_count', []))
