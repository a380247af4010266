"""script/benchmark: how fast the module is, next to the same work with Odoo alone.

Ratios within one run say more than seconds: machines differ, and other programs run on them.
"""

import argparse
import contextlib
import json
import sys
import tempfile
from pathlib import Path

from . import databases, odoo_cli, postgres, rival
from .console import say
from .locks import only_one
from .paths import ROOT
from .testing import MODULE, TEMPLATE, make_template

DATABASE = TEMPLATE.replace('_base_', '_bench_')
PLAIN = TEMPLATE.replace('_base_', '_plain_')
PAGE = ROOT / 'docs' / 'benchmarks.md'
BEGIN, END = '<!-- figures -->', '<!-- end of figures -->'
SCRIPT = '''
import json, sys
sys.path.insert(0, {root!r})
from benchmarks import {module}, measures
found = {module}.{call}(env, measures.{sizes}, *{more})
open({answer!r}, 'w').write(json.dumps(found))
'''
# What is measured, the figure's name and format, and the most that it may be.
ROWS = (
    ("Listings imported as new products ÷ bare create of the products", 'create', '.2f', 1.25),
    ("Matching listings to existing products ÷ creating products", 'match', '.2f', 0.20),
    ("Re-check of unchanged listings: queries per listing", 'recheck_queries', '.3f', 0.05),
    ("Re-check: calls more than the least, of which one is for the newest", 'recheck_more', 'd', 1),
    ("Re-check: listings written", 'recheck_written', 'd', 0),
    ("Orders imported and confirmed ÷ bare create and confirm", 'orders', '.2f', 1.0),
    ("Orders imported as quotations ÷ OCA's shopify_connector importing equal ones", 'rival', '.2f', 0.5),
    ("Stock of all listings changed: calls per 1,000", 'offers_calls', '.1f', 1.0),
    ("Stock of all listings changed: queries per listing", 'offers_queries', '.3f', 0.03),
    ("A change in stock → accepted by OnBuy, running server: seconds, 95 % of {latency_changes}", 'latency', '.1f', 2.0),
    ("Validating a delivery: queries more than without the module", 'delivery_more', '.1f', 2.0),
    ("Validating a delivery: time ÷ without the module", 'delivery_ratio', '.2f', 1.10),
    ("Validating a delivery of OnBuy's: queries more than without", 'onbuy_delivery_more', '.1f', 2.0),
    ("Validating a delivery of OnBuy's: time ÷ without", 'onbuy_delivery_ratio', '.2f', 1.10),
    ("Idle pass of {idle_tasks} tasks, {growth_to} orders and listings: queries beside cron's own", 'idle_queries', 'd',
     60),
    ("Idle pass: milliseconds beside HTTP and cron's own", 'idle_ms', '.0f', 150),
    ("A listing's time with {growth_to} more in the database ÷ without", 'growth_listings', '.2f', 1.2),
    ("An order's time with {growth_to} more in the database ÷ without", 'growth_orders', '.2f', 1.2),
    ("Memory: MB that reading {growth_to} listings adds to the peak", 'memory', '.0f', 100),
    ("A day of {listings} listings and 500 orders: % of the GET allowance", 'day_get', '.0f', 20),
    ("A day: % of the PUT allowance", 'day_put', '.0f', 20),
)


def benchmark(arguments):
    """Measure, and show the figures.

    :param list arguments: see ``--help``
    :return int: exit code
    """
    parser = argparse.ArgumentParser(prog='script/benchmark', description=__doc__)
    parser.add_argument('--quick', action='store_true', help="small sizes: some minutes, rough figures")
    parser.add_argument('--json', metavar='FILE', type=Path, help="write the figures there as well")
    parser.add_argument('--write-docs', action='store_true', help="write the table to docs/benchmarks.md")
    options = parser.parse_args(arguments)
    sizes = 'QUICK' if options.quick else 'FULL'
    with only_one('test'), postgres.server('postgres-test', postgres.FAST):
        make_template()
        with database(PLAIN):
            figures = run_in(DATABASE, 'measures.measure', sizes, "Measuring the module", PLAIN, modules=MODULE)
        figures |= run_in(DATABASE, 'measures.measure_memory', sizes, "Measuring memory", modules=MODULE)
        figures |= measure_latency()
        other = run_in(DATABASE, 'shopify.measure', sizes, "Measuring OCA's shopify_connector", modules=rival.install())
    figures |= {'rival': figures['quotations_ms'] / other['ms'], 'rival_ms': other['ms'], 'rival_queries': other['queries']}
    table = make_table(figures)
    print('\n'.join(table))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + '\n')
    if options.write_docs:
        write_page(table)
    return 0


def measure_latency():
    """Measure on a running server, with its crons and users, how long stock takes to reach OnBuy.

    :return: dict ``latency``: seconds in which 95 of 100 changes arrive
    """
    import odoo.addons
    odoo.addons.__path__.append(str(ROOT))
    sys.path[:0] = [str(ROOT / 'tests')]
    import live_stock
    with database(DATABASE, MODULE):
        say("Measuring how long stock takes to arrive")
        with live_stock.live_shop(DATABASE, live_stock.SPARE) as world:
            waits = live_stock.work(world)
    return {'latency': waits[len(waits) * 95 // 100], 'latency_changes': len(waits)}


def run_in(name, function, sizes, title, *more, modules=None):
    """Measure in a new database.

    :param str name: of the database
    :param str function: of ``benchmarks``, e.g. ``measures.measure``
    :param str sizes: a name in ``benchmarks.measures``
    :param str title: what to show
    :param more: further arguments of the function
    :param str modules: to install first
    :return: what the script found
    :rtype: dict
    """
    with database(name, modules), tempfile.TemporaryDirectory() as folder:
        say(title)
        answer, source = Path(folder) / 'answer.json', Path(folder) / 'benchmark.py'
        module, call = function.split('.')
        source.write_text(SCRIPT.format(root=str(ROOT), module=module, call=call, sizes=sizes, more=more,
                                        answer=str(answer)))
        odoo_cli.shell(name, source, f"{title} failed")
        return json.loads(answer.read_text())


@contextlib.contextmanager
def database(name, modules=None):
    """Have a new database for a while.

    :param str modules: to install
    """
    databases.create(name, TEMPLATE)
    try:
        if modules:
            odoo_cli.install(name, modules, "Installing the module for benchmarks")
        yield
    finally:
        databases.drop(name)


def make_table(figures):
    """Return the figures as lines of a Markdown table.

    :param dict figures: of ``benchmarks.measures``
    :rtype: list
    """
    lines = ["| Measure | Figure | At most | |", "|---|---|---|---|"]
    for title, name, form, most in ROWS:
        verdict = 'met' if figures[name] <= most else '**missed**'
        lines.append(f"| {title.format(**figures)} | {figures[name]:{form}} | {most:{form}} | {verdict} |")
    return lines


def write_page(table):
    """Put the table into docs/benchmarks.md."""
    before, rest = PAGE.read_text(encoding='utf-8').split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text('\n'.join([before + BEGIN, *table, END + after]), encoding='utf-8')
