"""Every fault at every task, early, in the middle and late: what it did, what people saw, and that nothing remains of it.

Runs inside a database (see ``inside``). A new task is one more entry in ``TASKS``.
"""

import re
from collections import Counter, namedtuple
from datetime import timedelta

from inside import Shop

from odoo import fields

from odoo.addons.onbuy_connector.models import onbuy_listing_push, onbuy_order_action_send, onbuy_order_fetch
from odoo.addons.onbuy_connector.models.onbuy_order_refund import Amounts, to_pence

Task = namedtuple('Task', 'prepare cron compare path page runs', defaults=['*', 4, 1])
Fault = namedtuple('Fault', 'title kind values lists', defaults=[{}, False])
Case = namedtuple('Case', 'task fault place lasting')

FAULTS = {fault.title: fault for fault in (
    Fault("401 Unauthorised", 'status', {'status': 401}),
    Fault("403 Forbidden", 'status', {'status': 403}),
    Fault("404 Not Found", 'status', {'status': 404}),
    Fault("400 Bad Request", 'status', {'status': 400}),
    Fault("429 Too Many Requests", 'status', {'status': 429}),
    Fault("429 with Retry-After", 'status', {'status': 429, 'retry_after': 300}),
    Fault("500 Server Error", 'status', {'status': 500}),
    Fault("503 Unavailable", 'status', {'status': 503}),
    Fault("HTML for JSON (502)", 'non_json', {'status': 502}),
    Fault("HTML for JSON (200)", 'non_json', {'status': 200}),
    Fault("JSON cut off, after the effect", 'malformed_json'),
    Fault("Time-out before the effect", 'timeout_before', {'seconds': 0.1}),
    Fault("Time-out after the effect", 'timeout_after', {'seconds': 0.1}),
    Fault("Connection cut before the effect", 'drop_before'),
    Fault("Connection cut after the effect", 'drop_after'),
    Fault("Page too short", 'short_page', lists=True),
    Fault("Page empty", 'empty_page', lists=True),
    Fault("Page repeated", 'repeated_page', lists=True),
    Fault("Slow answer", 'slow', {'seconds': 0.1}),
    Fault("Token superseded by a log-in elsewhere", 'superseded_token'),
)}
PLACES = ('first', 'middle', 'last')
ATTEMPTS = 5  # at a run that is as long as the one whose calls were counted
SETTLING = ('sync_orders', 'sync_order_statuses', 'send_actions', 'push_offers')
# In which everything must be made good. The first retry comes after half an hour, a method that was refused thrice rests for
# an hour, and what changes seldom is asked for the next day.
WAITS = [timedelta(minutes=65), timedelta(minutes=65), timedelta(days=1), timedelta(days=1)]


class Matrix(Shop):
    """A shop to which bad things happen.

    :param env: of ``odoo shell``
    """

    def __init__(self, env):
        super().__init__(env)
        self.move_clocks()
        # Few records are to take several calls.
        onbuy_order_action_send.PER_CALL = 1
        onbuy_listing_push.UPDATES_PER_CALL = 4
        self.listings().stock_mode = 'yes'
        self.skus = [listing.sku for listing in self.listings()]
        self.drafts = self.env['onbuy.listing']
        self.control('PUT', '/settings', {'queue_delay_seconds': 1})
        self.read_catalogue()
        self.names, self.turn, self.calls, self.played = [], 0, {}, {}
        self.reference = self.read_reference()

    # === ONE CASE === #

    def play(self, case):
        """Play a case; of a task of one call the first is also the last, and played once.

        Runs of a task take more or fewer calls, so one that ended before the fault could strike is counted and played anew.

        :param Case case: which
        :return: dict ``outcome``, ``told`` (sentences) and ``wrong`` (what must not be)
        """
        for _time in range(ATTEMPTS):
            try:
                after = self._get_place(case)
            except AssertionError as error:  # The other cases are played.
                return {'outcome': 'none', 'told': [], 'wrong': [f"without any fault: {error}"]}
            if after is None:
                return {'outcome': 'none', 'told': [], 'wrong': []}
            same = (case.task, case.fault, after, case.lasting)
            result = self.played.get(same) or self._play(case, after)
            if result['outcome'] != 'none' or result['wrong']:
                self.played[same] = result
                return result
            del self.calls[case.task]
        return {**result, 'wrong': [f"no run reached the call that was to fail, after {after}"]}

    def _play(self, case, after):
        """Let a fault strike, look at what it did, and have the tasks run again until everything is in step.

        :param Case case: which
        :param int after: so many calls
        :return: as of :meth:`play`
        """
        task, fault = TASKS[case.task], FAULTS[case.fault]
        self._prepare(task)
        self.control('POST', '/faults', {
            'kind': fault.kind, 'path': task.path, 'method': 'GET' if fault.lists else '*', 'after': after,
            'count': None if case.lasting else 1, **fault.values})
        self._run(task)
        struck = self.control('GET', '/faults')['faults'][0]['struck']
        told = self._get_told()
        self.control('DELETE', '/faults')
        left = self._get_left(task)
        wrong = [] if told or not left else [f"nobody was told of {left}"]
        wrong += [f"not for a seller: {sentence}" for sentence in told if not is_plain(sentence)]
        refused = self._settle(task)
        wrong += task.compare(self) + self._get_remains()
        outcome = 'none' if not struck else 'retry' if refused else 'told' if told else 'ok'
        self._close_orders()
        return {'outcome': outcome, 'told': told, 'wrong': wrong}

    def _get_place(self, case):
        """Return how many calls to let through so that the fault strikes early, in the middle or late; None if never."""
        task, fault = TASKS[case.task], FAULTS[case.fault]
        if case.task not in self.calls:
            self.calls[case.task] = self._count_calls(task)
        calls = [call for call in self.calls[case.task] if can_strike(fault, call)]
        return {'first': 0, 'middle': len(calls) // 2, 'last': len(calls) - 1}[case.place] if calls else None

    def _count_calls(self, task):
        """Return the calls of a run in which nothing goes wrong.

        :return: list of the sandbox's records
        """
        self._prepare(task)
        self.control('DELETE', '/requests')
        self.control('POST', '/faults', {'kind': 'slow', 'path': task.path, 'seconds': 0})
        self._run(task)
        calls = self.control('GET', '/requests')['requests']
        struck = self.control('GET', '/faults')['faults'][0]['struck']
        self.control('DELETE', '/faults')
        assert not self._get_left(task), task.compare(self)
        # Pictures are not recorded.
        return [call for call in calls if call['fault']] or [{'method': 'GET', 'path': '/images/', 'query': ''}] * struck

    def _run(self, task):
        """Run a task, once for each step that its work takes."""
        self.run(task.cron)
        for _step in range(1, task.runs):
            self.pass_time(minutes=20)
            self.run(task.cron)

    def _get_left(self, task):
        """Return what is not in step right after a run. Orders that others fetched are applied by the task of orders."""
        if task.cron in ('sync_order_statuses', 'push_offers', 'reconcile'):
            self.run('sync_orders', 'push_offers')
        return task.compare(self)

    def _prepare(self, task):
        """Give a task something to do; earlier runs are forgotten, for the same failure again is noted on the last one."""
        self.turn += 1
        self.names, self.drafts = [], self.drafts.browse()
        onbuy_order_fetch.BATCH = 50
        self.control('PUT', '/settings', {'page_limit': task.page})
        task.prepare(self)
        self.env['onbuy.sync.run'].search([]).unlink()
        self.env.cr.commit()

    def _settle(self, task):
        """Let hours pass and everything run until all is in step.

        :return: whether it took a person who pressed Retry, because OnBuy had said no
        """
        orders = self.env['onbuy.order'].search([('name', 'in', self.names)])
        refused = orders.action_ids.filtered(lambda action: action.sync_state == 'error')
        refused.action_retry()
        drafts = self.drafts.filtered(lambda draft: draft.publish_state == 'refused')
        if drafts:
            drafts.action_list_now()
        for wait in WAITS:
            self.pass_time(seconds=wait.total_seconds())
            self.run(task.cron, *SETTLING)
            if not task.compare(self):
                break
        return bool(refused or drafts)

    def _close_orders(self):
        """Cancel what is still open, so that the next case has only its own orders."""
        for order in self.env['onbuy.order'].search([('name', 'in', self.names), ('status', '=', 'awaiting_dispatch')]):
            self.control('POST', f'/orders/{order.name}/cancel', {})

    # === WHAT PEOPLE SEE === #

    def _get_told(self):
        """Return what people can read of what went wrong: on the store, in its log, on the records.

        :return: list of sentences
        """
        self.env.invalidate_all()
        runs = self.env['onbuy.sync.run'].search([('message', '!=', False)])
        listings, orders = self.listings(), self.env['onbuy.order'].search([('name', 'in', self.names)])
        images = dict(listings._fields['image_state']._description_selection(self.env))
        texts = [
            self.store.connection_error, self.store._load_offers_wait().get('why'), *runs.mapped('message'),
            *listings.filtered('is_on_onbuy').mapped('sync_error'), *self.drafts.mapped('publish_error'),
            *orders.mapped('sync_error'), *orders.action_ids.mapped('sync_error'),
            *self.env['onbuy.category'].with_context(active_test=False).search([]).mapped('read_error'),
            *(images[state] for state in listings.mapped('image_state') if state in ('again', 'refused')),
        ]
        return sorted({text for text in texts if text})

    def _get_remains(self):
        """Return what an error left behind on the store though all is in step."""
        self.env.invalidate_all()
        return list(filter(None, (self.store.connection_error, self.store._load_offers_wait().get('why'))))

    # === WORK FOR THE TASKS === #

    def order(self, **values):
        """Have a buyer order, a second after the order before; return OnBuy's id."""
        first = self.skus[self.turn % len(self.skus)]
        self.pass_time(seconds=1)
        self.names.append(self.place_order((first, 2), (self.skus[0], 1), **values)['order_id'])
        return self.names[-1]

    def prepare_orders(self):
        """Six new orders, two of them within a second."""
        for _number in range(5):
            self.order()
        first = self.skus[self.turn % len(self.skus)]
        self.names.append(self.place_order((first, 1))['order_id'])

    def prepare_statuses(self):
        """Three open orders of which OnBuy has news, each of which takes a call."""
        onbuy_order_fetch.BATCH = 1
        names = [self.order() for _number in range(3)]
        self.run('sync_orders')
        self.control('POST', f'/orders/{names[0]}/cancel', {})
        self.control('POST', f'/orders/{names[1]}/dispatch', {})
        self.control('POST', f'/orders/{names[2]}/dispatch', {})
        self.control('POST', f'/orders/{names[2]}/refund', {})

    def prepare_actions(self):
        """A dispatch with its number, a number for an older dispatch, a cancellation and a refund to send."""
        names = [self.order() for _number in range(4)]
        self.run('sync_orders')
        orders = [self.find(name) for name in names]
        pickings = [self.deliver(order) for order in (orders[1], orders[3])]
        self.run('send_actions')
        self.deliver(orders[0], tracking=f'RM{self.turn}GB')
        pickings[0].carrier_tracking_ref = f'DX{self.turn}GB'
        orders[2]._ask_cancel(1, "Out of Stock", '')
        line = orders[3].line_ids[0]
        orders[3]._ask_refund(Amounts({line.reference: to_pence(line.price_unit)}, to_pence(0)), 1, "Customer Return")

    def prepare_offers(self):
        """New stock of everything, and an unseen order."""
        location = self.env['stock.warehouse'].search([('company_id', '=', self.store.company_id.id)], limit=1).lot_stock_id
        for product in self.listings().product_id:
            self.env['stock.quant']._update_available_quantity(product, location, 1)
        self.order()
        self.pass_time(minutes=1)  # Orders that were fetched a moment ago are not fetched again.

    def prepare_listings(self):
        """OnBuy has other prices, has suspended a listing, and shows again the one that it suspended before."""
        suspended, restored = (self.skus[(self.turn + shift) % len(self.skus)] for shift in (0, -1))
        self.control('POST', f'/listings/{suspended}/suspend')
        self.control('POST', f'/listings/{restored}/restore')
        for sku in self.skus:
            self.change_listing(sku, price=10 + self.turn % 50)
        self.store._ask_full_reading()

    def prepare_comparison(self):
        """Winning prices of a day ago."""
        self.listings().winning_date = fields.Datetime.now() - timedelta(days=1)

    def prepare_reference(self):
        """Carriers, templates and features that are old, and not as OnBuy has them."""
        self.env['onbuy.carrier'].search([]).write({'name': 'Old'})
        self.env['onbuy.delivery.template'].search([]).write({'name': 'Old'})
        self.env['onbuy.feature'].search([]).write({'name': 'Old'})
        self.env['onbuy.category'].search([('is_wanted', '=', True)]).write({'read_date': False, 'read_error': False})
        self.env['onbuy.store.state']._save(self.store, 'reference', {})

    def prepare_categories(self):
        """A tree that is old, and not as OnBuy has it."""
        categories = self.env['onbuy.category'].search([])
        categories.write({'name': 'Old', 'active': True})
        self.env['onbuy.store.state']._save(self.store, 'categories', {})

    def prepare_brands(self):
        """Brands to look for, one of which is not as OnBuy has it."""
        brands = self.env['onbuy.brand'].search([])
        brands[:1].kind = 'old'
        brands[1:].unlink()
        self.store._save_brand_queue({'names': [['a', False], ['o', False]], 'unknown': []})

    def prepare_images(self):
        """Pictures of four products to fetch."""
        listings = self.listings().filtered(lambda listing: listing.product_id and listing.sku in self.skus)[:4]
        listings.product_id.image_1920 = False
        listings._want_image()

    def prepare_token(self):
        """No token, and an order that waits behind it."""
        states = self.env['onbuy.store.state']
        states._save(self.store, 'api', {**states._load(self.store, 'api'), 'token': None})
        self.order()

    def prepare_comparison_of_all(self):
        """Three orders that are otherwise here than on OnBuy, which has no news of them. Those of earlier cases are too old:
        at two a page, all of a week would use up the allowance.
        """
        self.pass_time(days=8)
        orders = self.env['onbuy.order']
        for _number in range(3):
            orders += self.receive((self.skus[self.turn % len(self.skus)], 2))
        self.names = orders.mapped('name')
        orders.status_label = 'Old'
        self.pass_time(minutes=20)

    def prepare_products(self):
        """Two products to list that OnBuy does not know."""
        self.drafts = self.make_drafts(2 * self.turn, 2)
        self.drafts.action_list_now()

    # === WHAT MUST BE EQUAL === #

    def compare_my_orders(self):
        """Return what differs in the orders of this case."""
        return self.compare_orders(self.names)

    def compare_offers(self):
        """Return what differs in the orders and listings of this case."""
        return self.compare_orders(self.names) + self.compare_listings()

    def compare_winning(self):
        """Return which listings' winning prices were not read today."""
        self.env.invalidate_all()
        today = fields.Datetime.now() - timedelta(hours=12)
        return [f"{listing.sku} was not asked for" for listing in self.listings().filtered('is_on_onbuy')
                if not listing.winning_date or listing.winning_date < today]

    def compare_reference(self):
        """Return which reference data are not as OnBuy has them."""
        self.env.invalidate_all()
        now = self.read_reference()
        return [f"{model}: {len(now[model] ^ known)} rows differ" for model, known in self.reference.items()
                if now[model] != known]

    def compare_products(self):
        """Return which products are not on OnBuy exactly once."""
        self.env.invalidate_all()
        found = Counter(row['sku'] for row in self.account()['listings'])
        return [f"{draft.sku} is on OnBuy {found[draft.sku]} times, and {draft.status_text} here" for draft in self.drafts
                if found[draft.sku] != 1 or draft.publish_state or not draft.is_on_onbuy]

    def compare_images(self):
        """Return which products lack their picture."""
        self.env.invalidate_all()
        return [f"{listing.sku} has no picture" for listing in self.listings()
                if listing.sku in self.skus and not listing.product_id.image_1920]

    def read_reference(self):
        """Return what is known of OnBuy's own data, after it was read for the first time.

        :return: dict of model → set of tuples
        """
        if not self.names and not self.turn:
            self.store._save_brand_queue({'names': [['a', False], ['o', False]], 'unknown': []})
            self.run('sync_categories')
            self.env['onbuy.category'].search([('can_list_in', '=', True)], limit=2)._want()
            self.run('sync_brands', 'sync_reference', 'fetch_images')
        columns = {
            'onbuy.brand': ['code', 'name', 'kind'], 'onbuy.carrier': ['code', 'name'],
            'onbuy.category': ['code', 'name', 'complete_name', 'parent_code', 'tier_code'],
            'onbuy.condition': ['code', 'name'], 'onbuy.commission.tier': ['code', 'name', 'number'],
            'onbuy.delivery.template': ['code', 'name', 'rates_text'], 'onbuy.feature': ['code', 'name'],
            'onbuy.technical.detail': ['code', 'name'],
        }
        return {model: set(map(tuple, (tuple(row[name] for name in names) for row in self.env[model].search_read(
            [], names)))) for model, names in columns.items()}


TASKS = {
    'Orders': Task(Matrix.prepare_orders, 'sync_orders', Matrix.compare_my_orders, page=2),
    'Order statuses': Task(Matrix.prepare_statuses, 'sync_order_statuses', Matrix.compare_my_orders),
    'Dispatch, tracking, cancel, refund': Task(Matrix.prepare_actions, 'send_actions', Matrix.compare_my_orders),
    'Stock and prices': Task(Matrix.prepare_offers, 'push_offers', Matrix.compare_offers),
    'Listings': Task(Matrix.prepare_listings, 'sync_listings', Matrix.compare_listings),
    'Winning prices': Task(Matrix.prepare_comparison, 'compare_offers', Matrix.compare_winning),
    'Templates, carriers, features': Task(Matrix.prepare_reference, 'sync_reference', Matrix.compare_reference),
    'Categories, conditions, commission': Task(Matrix.prepare_categories, 'sync_categories', Matrix.compare_reference),
    'Brands': Task(Matrix.prepare_brands, 'sync_brands', Matrix.compare_reference),
    'Pictures': Task(Matrix.prepare_images, 'fetch_images', Matrix.compare_images, '/images/*'),
    'Daily comparison': Task(Matrix.prepare_comparison_of_all, 'reconcile', Matrix.compare_my_orders, page=2),
    'New products': Task(Matrix.prepare_products, 'publish', Matrix.compare_products, runs=4),
    'Token': Task(Matrix.prepare_token, 'sync_orders', Matrix.compare_my_orders, '/auth/*'),
}


def can_strike(fault, call):
    """Return whether a fault can strike a call; faults of pages strike lists, a repeated one not the first page."""
    if fault.kind == 'repeated_page':
        return call['method'] == 'GET' and re.search(r'offset=[1-9]', call['query'])
    return not fault.lists or call['method'] == 'GET'


def is_plain(sentence):
    """Return whether a sentence is for a seller: nothing of Python, of the network's classes, of keys."""
    return not re.search(
        r"Traceback|[A-Z]\w+(Error|Exception)\b|unexpected|object at|psycopg2|HTTPConnection|[cs]k_(live|test)_", sentence)


def run(env, cases):
    """Play cases one after the other.

    :param env: of ``odoo shell``
    :param list cases: of the fields of Case
    :return: list of dict, see :meth:`Matrix.play`
    """
    matrix = Matrix(env)
    return [matrix.play(Case(*case)) for case in cases]
