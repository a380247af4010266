"""What script/benchmark measures: ratios within one run, and counts. Runs in ``odoo shell``; see docs/benchmarks.md."""

import resource
import time
from dataclasses import dataclass
from unittest.mock import patch

from odoo.addons.onbuy_connector.lib.const import DAILY_LIMIT
from odoo.addons.onbuy_connector.models.onbuy_store_tasks import TASK_CRONS

from . import deliveries, plain
from .meter import Meter
from .shop import Bench

BATCH = 500  # as many products as one unit of the reading creates
IDLE_TASKS = [task for task in TASK_CRONS if task not in ('listings', 'comparison', 'reconciliation')]
RUNS_A_DAY = {'orders': 288, 'order_statuses': 48, 'listings': 95, 'actions': 48, 'offers': 48, 'comparison': 1,
              'reconciliation': 1}


@dataclass
class Sizes:
    """How much is measured."""

    listings: int
    orders: int
    growth_to: int
    deliveries: int


FULL = Sizes(listings=10000, orders=200, growth_to=100000, deliveries=150)
QUICK = Sizes(listings=500, orders=40, growth_to=5000, deliveries=20)


def measure(env, sizes, without):
    """Measure everything in a database with the module.

    :param env: of ``odoo shell``
    :param Sizes sizes: how much
    :param str without: name of a database without the module
    :return: dict of measure → number
    """
    bench = Bench(env, sizes.listings)
    try:
        bench.go_live()
        found = {'listings': sizes.listings, **measure_products(bench)}
        found |= measure_recheck(bench, sizes)
        found |= measure_offers(bench, sizes)
        found |= measure_orders(bench, sizes)
        found |= measure_quotations(bench, sizes)
        found |= deliveries.measure(bench, sizes.deliveries, sizes.listings, without)
        found |= measure_growth(bench, sizes)
        found |= measure_idle(bench)
        return found | measure_day(bench)
    finally:
        bench.stop()


def peak():
    """Return the most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_memory(env, sizes):
    """Going live with very many listings, in a process that did nothing else yet: the button begins, its cron goes on.

    :param env: of ``odoo shell``
    :param Sizes sizes: how much
    :return: dict ``memory``: MB that the process has more at its peak
    """
    bench = Bench(env, sizes.growth_to, is_patient=False)
    try:
        before = peak()
        bench.go_live()
        bench.read_listings()
        return {'memory': peak() - before}
    finally:
        bench.stop()


def measure_products(bench):
    """Listings that become new products, next to the same products created by hand, in turns of a batch each: a machine's
    speed changes, and each thousand products makes the next ones slower. Then such as find theirs.
    """
    rows = [{**row, 'default_code': f'B{row["default_code"]}', 'barcode': f'B{row["barcode"]}'}
            for row in bench.listings()._prepare_products()]
    batches = (rows[start:start + BATCH] for start in range(0, len(rows), BATCH))
    bench.forget_listings()
    bench.store.create_products = True
    bare, store = [], type(bench.store)
    run_unit = store._cron_run_unit  # Commits.

    def run_unit_and_bare(self, unit):
        figures = run_unit(self, unit)
        if figures['created']:
            bare.append(create_bare_products(self.env, next(batches)))
        return figures

    with patch.object(store, '_cron_run_unit', run_unit_and_bare), Meter() as creating:
        bench.read_listings(('product_id', '!=', False))
    assert not next(batches, None)
    seconds = creating.seconds - sum(bare)
    bench.forget_listings()
    with Meter() as matching:
        bench.read_listings(('product_id', '!=', False))
    return {'create': seconds / sum(bare), 'match': matching.seconds / seconds,
            'create_seconds': seconds, 'match_seconds': matching.seconds, 'bare_seconds': sum(bare)}


def create_bare_products(env, rows):
    """Create a batch of products by hand.

    :param list rows: of values
    :return: seconds
    """
    env.invalidate_all()
    started = time.perf_counter()
    env['product.product'].with_context(tracking_disable=True).create(rows)
    env.flush_all()
    env.cr.commit()
    env.invalidate_all()
    return time.perf_counter() - started


def measure_recheck(bench, sizes):
    """All listings are read again and nothing changed."""
    bench.env.cr.execute("SELECT sum(xmin::text::bigint), count(*) FROM onbuy_listing")
    before = bench.env.cr.fetchone()
    bench.store._ask_full_reading()
    bench.env.cr.commit()
    with Meter() as meter:
        bench.task('listings')
    bench.env.cr.execute("SELECT sum(xmin::text::bigint), count(*) FROM onbuy_listing")
    return {'recheck_queries': meter.queries / sizes.listings, 'recheck_more': meter.calls - sizes.listings // 100,
            'recheck_written': bench.env.cr.fetchone() != before}


def measure_offers(bench, sizes):
    """The stock of all listings changed, and is sent."""
    bench.store.sync_stock = True
    bench.env.cr.execute("UPDATE onbuy_listing SET stock_mode = 'yes'")
    plain.stock_up(bench.listings().product_id, 77)
    bench.env.invalidate_all()
    bench.task('offers', True, False)  # What the reading noted.
    bench.env.cr.execute("UPDATE stock_quant SET quantity = 78 WHERE quantity = 77")
    bench.env.invalidate_all()
    bench.store._note_all_offers('stock')
    bench.env.cr.commit()
    bench.control('DELETE', '/requests')
    with Meter() as meter:
        bench.task('offers', True, False)
    bench.env.invalidate_all()
    shown = {row['stock'] for row in bench.account()['listings']}
    assert shown == {78}, shown
    puts = [one for one in bench.control('GET', '/requests')['requests'] if one['method'] == 'PUT']
    return {'offers_calls': len(puts) / max(1, sizes.listings / 1000), 'offers_queries': meter.queries / sizes.listings,
            'offers_seconds': meter.seconds}


def measure_orders(bench, sizes):
    """Orders come in and are confirmed, next to the same ones made by hand; in turns."""
    plain.stock_up(bench.listings().product_id[:60])
    ours, bare, done = 0.0, 0.0, bench.env['sale.order']
    bench.place_orders(5)
    bench.task('orders')  # What is done for the first time is done.
    for _turn in range(2):
        bench.place_orders(sizes.orders // 2)
        bench.env.invalidate_all()
        with Meter() as meter:
            bench.task('orders')
        ours += meter.seconds
        new = bench.env['onbuy.order'].search([]).sale_order_ids - done
        done |= new
        assert set(new.mapped('state')) == {'sale'}
        with Meter() as meter:
            plain.create_orders(bench.env, new)
        bare += meter.seconds
    return {'orders': ours / bare, 'orders_ms': 1000 * ours / sizes.orders, 'orders_bare_ms': 1000 * bare / sizes.orders}


def measure_quotations(bench, sizes):
    """Orders come in as quotations: what another connector is measured by as well."""
    bench.store.workflow = 'quotation'
    bench.place_orders(sizes.orders)
    bench.env.invalidate_all()
    with Meter() as meter:
        bench.task('orders')
    bench.store.workflow = 'confirmed'
    found = bench.env['onbuy.order'].search([], order='id desc', limit=sizes.orders).sale_order_ids
    assert len(found) == sizes.orders and set(found.mapped('state')) == {'draft'}
    found.action_cancel()
    bench.env.cr.commit()
    return {'quotations_ms': 1000 * meter.seconds / sizes.orders, 'quotations_queries': meter.queries / sizes.orders}


def measure_growth(bench, sizes):
    """A listing's and an order's time with many in the database, next to that with few."""
    few = measure_one(bench)
    bench.fill(sizes.growth_to, sizes.growth_to)
    many = measure_one(bench)
    return {'growth_listings': many[0] / few[0], 'growth_orders': many[1] / few[1], 'growth_to': sizes.growth_to}


def measure_one(bench, count=30):
    """Return the seconds that a page of listings takes, and those of some orders."""
    seconds = []
    for _time in range(3):
        bench.env.invalidate_all()
        with Meter() as listings:
            bench.task('listings')
        bench.place_orders(count)
        bench.env.invalidate_all()
        with Meter() as orders:
            bench.task('orders')
        seconds.append((listings.seconds, orders.seconds))
    return [min(column) for column in zip(*seconds, strict=True)]


def measure_idle(bench):
    """One pass of all tasks but the reading of listings, with nothing to do, as crons run them."""
    names = [TASK_CRONS[task].removeprefix('onbuy_connector.ir_cron_') for task in IDLE_TASKS]
    bench.close_orders()
    bench.task('images')
    bench.settle_crons()
    for _time in range(3):
        bench.run(*names)
    passes = []
    for _time in range(3):
        with Meter() as meter:
            bench.run(*names)
        passes.append(meter)
    best, empty = min(passes, key=lambda meter: meter.seconds), measure_empty_cron(bench)
    count = len(names)
    return {'idle_queries': best.queries - count * empty.queries, 'idle_ms': 1000 * (best.seconds - count * empty.seconds),
            'idle_calls': best.calls, 'idle_tasks': count}


def measure_empty_cron(bench):
    """Measure what Odoo itself does for a scheduled action that does nothing."""
    cron = bench.env['ir.cron'].create({
        'name': 'Empty', 'model_id': bench.env['ir.model']._get_id('onbuy.store'), 'state': 'code', 'active': False,
        'code': 'pass'})
    bench.env.cr.commit()
    runs = []
    for _time in range(10):
        with Meter() as meter:
            cron.exists().method_direct_trigger()
            bench.env.cr.commit()
        runs.append(meter)
    return min(runs, key=lambda meter: meter.seconds)


def measure_day(bench):
    """A day's calls: those of each task, as often as it runs, and what orders and stock add.

    Every order is fetched with its page, dispatched with others, and changes stock once.
    """
    calls = {'GET': 0, 'PUT': 0}
    bench.task('reconciliation')
    for task, runs in RUNS_A_DAY.items():
        bench.control('DELETE', '/requests')
        bench.task(task)
        for one in bench.control('GET', '/requests')['requests']:
            if one['method'] in calls:
                calls[one['method']] += runs
    calls['PUT'] += 500 + 500 // 5  # 500 orders: a push after each, and dispatches of five at a time
    return {f'day_{method.lower()}': 100 * count / DAILY_LIMIT for method, count in calls.items()}
