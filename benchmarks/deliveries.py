"""Deliveries in a database with the module and in one without: in turns, in one process, as a machine's speed changes."""

import statistics
from contextlib import contextmanager

from odoo import api
from odoo.modules.registry import Registry

from . import plain
from .meter import Meter

PRODUCTS = 50


def measure(bench, count, listings, without):
    """Validate deliveries of listed products, of other orders and of OnBuy's, and those of a database without the module
    that has as many products in stock.

    :param Bench bench: whose OnBuy orders have been imported
    :param int count: deliveries of each kind
    :param int listings: products in the other database
    :param str without: name of that database
    :return: dict of queries and seconds of each kind
    """
    bench.settle_crons()
    others = plain.make_deliveries(bench.env, count, bench.listings().product_id[:PRODUCTS])
    ours = bench.env['onbuy.order'].search([]).sale_order_ids.picking_ids.filtered(
        lambda picking: picking.state == 'assigned')[:count]
    with database(without, bench.env) as env:
        bare = plain.make_deliveries(env, count, plain.make_products(env, listings)[:PRODUCTS])
        found = validate_in_turns({'bare_delivery': bare, 'delivery': others, 'onbuy_delivery': ours})
    bench.task('actions')
    return found


@contextmanager
def database(name, env):
    """Have an environment of another database, of the same user."""
    with Registry(name).cursor() as cursor:
        yield api.Environment(cursor, env.uid, dict(env.context))


def validate_in_turns(kinds):
    """Validate one delivery of each kind after the other; each kind begins as often.

    :param dict kinds: name → ``stock.picking``, equally many
    :return: dict: of each name ``…_queries`` per delivery and ``…_seconds`` of the one in the middle
    """
    for pickings in kinds.values():
        analyze(pickings.env)
    meters = {name: [] for name in kinds}
    names = list(kinds)
    for number in range(min(map(len, kinds.values()))):
        for name in names:
            meters[name].append(validate(kinds[name][number]))
        names.append(names.pop(0))
    found = {}
    for name, measured in meters.items():
        found[f'{name}_queries'] = statistics.mean(meter.queries for meter in measured)
        found[f'{name}_seconds'] = statistics.median(meter.seconds for meter in measured)
    return found


def analyze(env):
    """Have PostgreSQL know what it holds, and nothing in memory."""
    env.flush_all()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    env.invalidate_all()


def validate(picking):
    """Validate a delivery.

    :return Meter: what it took
    """
    with Meter() as meter:
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
        picking.env.cr.commit()
    return meter
