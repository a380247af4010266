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
    :return: dict of what each kind with the module takes more than one without
    """
    bench.settle_crons()
    others = plain.make_deliveries(bench.env, count, bench.listings().product_id[:PRODUCTS])
    ours = bench.env['onbuy.order'].search([]).sale_order_ids.picking_ids.filtered(
        lambda picking: picking.state == 'assigned')[:count]
    with database(without, bench.env) as env:
        bare = plain.make_deliveries(env, count, plain.make_products(env, listings)[:PRODUCTS])
        turns = validate_in_turns({'bare_delivery': bare, 'delivery': others, 'onbuy_delivery': ours})
    bench.task('actions')
    return compare(turns, 'delivery') | compare(turns, 'onbuy_delivery')


@contextmanager
def database(name, env):
    """Have an environment of another database, of the same user."""
    with Registry(name).cursor() as cursor:
        yield api.Environment(cursor, env.uid, dict(env.context))


def validate_in_turns(kinds):
    """Validate one delivery of each kind after the other; each kind begins as often.

    :param dict kinds: name → ``stock.picking``, equally many
    :return: list of dicts, one a turn: name → :class:`~.meter.Meter`
    """
    for pickings in kinds.values():
        analyze(pickings.env)
    turns, names = [], list(kinds)
    for number in range(min(map(len, kinds.values()))):
        turns.append({name: validate(kinds[name][number]) for name in names})
        names.append(names.pop(0))
    return turns


def compare(turns, name):
    """Return what a kind of delivery takes next to those without the module.

    Seconds are compared within each turn: PostgreSQL gets slower from the first turn to the last, for all kinds alike.

    :param list turns: of :func:`validate_in_turns`
    :param str name: of the kind
    :return: dict: ``…_more`` queries per delivery, and ``…_ratio`` of the turn in the middle
    """
    return {
        f'{name}_more': statistics.mean(turn[name].queries - turn['bare_delivery'].queries for turn in turns),
        f'{name}_ratio': statistics.median(turn[name].seconds / turn['bare_delivery'].seconds for turn in turns),
    }


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
