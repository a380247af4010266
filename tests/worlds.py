"""A database with real commits, a sandbox, and programs that work in the database: for races, kills and copies."""

import contextlib
import itertools
import json
import signal
import subprocess
import tempfile
import time

from leaks import find_secrets

from odoo.addons.onbuy_connector.tests.common import Sandbox

from _setup import databases, odoo_cli, processes
from conftest import ROOT

SECONDS = 120  # no program here works longer without being asked to
NUMBERS = itertools.count(1)

# What every program can use.
PRELUDE = '''
import json, logging, os, random, sys, time
sys.path.insert(0, {tests!r})
from odoo.addons.base.models.ir_cron import IrCron
from odoo.exceptions import AccessError, UserError
from odoo.service.model import retrying

CRONS = ('sync_orders', 'sync_order_statuses', 'sync_listings', 'send_actions', 'push_offers')
store = env['onbuy.store'].search([], limit=1)

def say(value):
    with open({answer!r}, 'w') as answer:
        json.dump(value, answer)

def run(*names):
    """Have the named crons run as a cron worker runs them."""
    for name in names:
        env.ref(f'onbuy_connector.ir_cron_{{name}}')._trigger()
    env.cr.commit()
    IrCron._process_jobs(env.cr.dbname)
    env.cr.rollback()

def commit_when_awaited(path):
    """Tell in a file that this transaction has written, and commit once another one waits for it."""
    env.flush_all()
    open(path, 'w').close()
    for _time in range(600):
        env.cr.execute("SELECT pg_stat_clear_snapshot()")
        env.cr.execute("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        if env.cr.fetchone():
            break
        time.sleep(0.1)
    else:
        raise AssertionError("nobody waits")
    env.cr.commit()

def validate(pickings):
    """Validate deliveries as the warehouse does, without the questions that Odoo asks its user."""
    pickings.move_ids.picked = True
    pickings.with_context(skip_backorder=True, skip_sms=True).button_validate()

def press(method, *arguments, user=None):
    """Press a button of the store as the web client does: again if it collides, committed at the end."""
    def call():
        return getattr(store.with_user(user or env.uid), method)(*arguments)
    try:
        return retrying(call, env)
    finally:
        env.cr.rollback()
'''

GO_LIVE = '''
domestic = env['account.fiscal.position'].search(
    [('company_id', '=', env.company.id), ('name', '=', 'United Kingdom')], limit=1)
env['ir.config_parameter'].set_param('onbuy_connector.api_url', {url!r})
store = env['onbuy.store'].create({{
    'name': 'Lamp House', 'consumer_key': {keys[ck_live_]!r}, 'secret_key': {keys[sk_live_]!r},
    'create_products': True, 'northern_ireland_position_id': domestic.id, 'isle_of_man_position_id': domestic.id,
    'jersey_position_id': domestic.id, 'guernsey_position_id': domestic.id, **{values!r}}})
store.action_connect()
while store.state != 'live':  # A button works some seconds, and no cron runs here.
    store.action_go_live()
location = env['stock.warehouse'].search([('company_id', '=', store.company_id.id)], limit=1).lot_stock_id
for product in store.listing_ids.product_id:
    env['stock.quant']._update_available_quantity(product, location, 10000)
env['ir.cron'].search([('cron_name', 'not like', 'OnBuy')]).active = False
env.cr.commit()
'''


class World:
    """A database and a sandbox.

    :param str database: its name
    :param Sandbox sandbox: of ``onbuy_connector/tests/common.py``
    :param options: of Odoo's command line for the programs
    """

    def __init__(self, database, sandbox, *options):
        self.database = database
        self.sandbox = sandbox
        self.options = options

    def start(self, script):
        """Start a program in ``odoo shell``.

        :param str script: Python, with what the prelude gives
        :return Program: running
        """
        return Program(self.database, script, *self.options)

    def do(self, script):
        """Run a program and return what it says; it must end well."""
        return self.start(script).result()

    @contextlib.contextmanager
    def copy(self):
        """Have a template copy of the database, with the same sandbox."""
        name = f'{self.database}_copy{next(NUMBERS)}'
        databases.create(name, self.database)
        try:
            yield World(name, self.sandbox, *self.options)
        finally:
            databases.drop(name)


class Program:
    """A process that works in a database."""

    def __init__(self, database, script, *options):
        self.answer = tempfile.NamedTemporaryFile(suffix='.json')
        self.log = tempfile.NamedTemporaryFile('w+', suffix='.log')
        source = tempfile.NamedTemporaryFile('w+', suffix='.py')
        source.write(PRELUDE.format(answer=self.answer.name, tests=str(ROOT / 'tests')) + script)
        source.seek(0)
        self.process = subprocess.Popen(
            [*processes.follow_parent('KILL'), *odoo_cli.command('shell', '-d', database, '--no-http', *options)],
            stdin=source, stdout=self.log, stderr=self.log, env=odoo_cli.environment(), cwd=ROOT)

    def result(self, seconds=4 * SECONDS, *, may_complain=False):
        """Wait for the end and return what the program said.

        :param bool may_complain: there may be errors in its log
        :raise AssertionError: with the end of its log, if it failed
        """
        code = self.process.wait(seconds)
        self.log.seek(0)
        text = self.log.read()
        assert not find_secrets(text), f"{find_secrets(text)} are in the log"
        first = text.find('Traceback') if not may_complain else -1
        assert not code and first < 0, text[max(first - 1000, 0):][:5000] if first >= 0 else text[-5000:]
        said = self.answer.read()
        return json.loads(said) if said else None

    def kill(self):
        """Take its power away."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def live_world(template, *options, **values):
    """Have a database with a live store, connected to a sandbox of its own.

    :param str template: database with the module installed
    :param options: of the sandbox
    :param values: of the store
    :return: a context manager giving a World
    """
    sandbox = Sandbox(*options)
    name = f'{template}_{next(NUMBERS)}'
    databases.create(name, template)
    try:
        world = World(name, sandbox)
        world.do(GO_LIVE.format(url=f'{sandbox.url}/v2', keys=sandbox.keys, values=values))
        yield world
    finally:
        databases.drop(name)
        sandbox.stop()


def wait_until(condition, what, seconds=60):
    """Wait until a condition holds.

    :param condition: callable giving something true or false
    :param str what: is waited for
    :raise AssertionError: it never came
    """
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.1)
