"""A database of the previous version, with a live store, is brought up to date and works on as it was left."""

import re
import subprocess

import pytest
from worlds import GO_LIVE, World

from odoo.addons.onbuy_connector.tests.common import Sandbox

from _setup import databases, odoo_cli
from conftest import ROOT

PREVIOUS = 'cd16ff27a53012ec0ab3e412ba6bca0df1544e1a'  # the last commit of 19.0.1.0.0
ADDONS = ('onbuy_connector', 'onbuy_connector_mrp')
TROUBLE = re.compile(r'^\S+ \S+ \d+ (?:WARNING|ERROR|CRITICAL) .*', re.MULTILINE)
# The database for tests knows today's addons, which nobody had then.
FORGET = ("DELETE FROM ir_module_module WHERE name LIKE 'onbuy_connector%'",
          "DELETE FROM ir_model_data WHERE name LIKE 'module_onbuy_connector%'")
SETTINGS = {'order_prefix': 'OB-', 'workflow': 'invoiced', 'call_interval': 0, 'stock_buffer': 2}
# One order is dispatched, one waits to be told to OnBuy, one waits in the warehouse; somebody was told of held changes.
SELL = '''
run('sync_orders')
first, second, third = env['onbuy.order'].search([], order='id')
validate(first.sale_order_id.picking_ids)
run('send_actions', 'push_offers')
validate(second.sale_order_id.picking_ids)
store.activity_schedule('onbuy_connector.mail_activity_held', user_id=env.uid)
env.cr.commit()
assert first.action_ids.sync_state == 'synced', first.action_ids.sync_error
assert second.action_ids.sync_state == 'pending'
'''
WORK_ON = '''
crons = env['ir.model.data'].search([('module', '=', 'onbuy_connector'), ('model', '=', 'ir.cron')])
logged = env['onbuy.sync.run'].search([]).ids
run(*(name.removeprefix('ir_cron_') for name in crons.mapped('name')))
validate(env['onbuy.order'].search([], order='id')[2].sale_order_id.picking_ids)
run('send_actions')
say({'crons': len(crons), 'orders': env['onbuy.order'].search([], order='id').mapped('sync_state'),
     'failed': env['onbuy.sync.run'].search([('id', 'not in', logged), ('state', '!=', 'done')]).mapped('message')})
'''
# What an upgraded database has as a new one has it: title and query.
SAME = {
    'columns': "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
               "WHERE table_name LIKE 'onbuy%' OR column_name LIKE 'onbuy%'",
    'indexes': "SELECT regexp_replace(indexdef, '^.*? ON ', indexname || ' ON ') FROM pg_indexes "
               "WHERE indexname LIKE '%onbuy%'",
    'constraints': "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
                   "WHERE conrelid::regclass::text LIKE 'onbuy%'",
    'records': "SELECT model, name, noupdate FROM ir_model_data WHERE module LIKE 'onbuy_connector%' "
               "AND model NOT LIKE 'ir.model%'",
    'rules': "SELECT name, domain_force, active FROM ir_rule WHERE name ILIKE '%onbuy%'",
    'access': "SELECT name, perm_read, perm_write, perm_create, perm_unlink, active FROM ir_model_access "
              "WHERE name LIKE 'onbuy%'",
    'scheduled actions': "SELECT cron_name, interval_number, interval_type, priority, active FROM ir_cron "
                         "WHERE cron_name LIKE 'OnBuy%'",
}


@pytest.fixture(scope='module')
def previous_code(tmp_path_factory):
    """Have the addons as they were in the previous version.

    :return pathlib.Path: their folder
    """
    if subprocess.run(['git', 'cat-file', '-e', f'{PREVIOUS}^{{commit}}'], cwd=ROOT, capture_output=True,
                      check=False).returncode:
        pytest.skip("the previous version is not in this checkout's history")
    folder = tmp_path_factory.mktemp('previous')
    archive = subprocess.run(['git', 'archive', PREVIOUS, *ADDONS], cwd=ROOT, capture_output=True, check=True)
    subprocess.run(['tar', '-x', '-C', folder], input=archive.stdout, check=True)
    return folder


def odoo(*arguments):
    """Run Odoo's command line, which must end well, and return its log."""
    done = subprocess.run(odoo_cli.command(*arguments, '--stop-after-init', '--no-http'), env=odoo_cli.environment(),
                          cwd=ROOT, text=True, capture_output=True, check=False)
    assert not done.returncode, done.stderr[-5000:]
    return done.stderr


@pytest.fixture(scope='module')
def upgraded(installed_database, previous_code):
    """Bring the database of a store that sells up to date.

    :return: the world, what it was before, and Odoo's log
    """
    previous = f'--addons-path={previous_code}'
    for statement in FORGET:
        databases.query(statement, None, installed_database)
    odoo('-d', installed_database, '-i', 'onbuy_connector', previous)
    sandbox = Sandbox('--no-limits', '--listings', '8', '--orders', '0')
    try:
        before = World(installed_database, sandbox, previous)
        before.do(GO_LIVE.format(url=f'{sandbox.url}/v2', keys=sandbox.keys, values=SETTINGS))
        listed = [row['sku'] for row in sandbox.control('GET', '/state')['accounts']['live']['listings'] if row['stock']]
        for quantity in (1, 2, 3):
            sandbox.place_order((listed[0], quantity))
        before.do(SELL)
        kept = contents(installed_database)
        log = odoo('-d', installed_database, '-u', 'onbuy_connector')
        yield World(installed_database, sandbox), kept, log
    finally:
        sandbox.stop()


def contents(database):
    """Return all rows of the module's tables, and the sales orders.

    :param str database: its name
    :return: dict of table → id → dict of column → value
    """
    tables = [name for name, in databases.query(
        "SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'onbuy%'", None, database)]
    return {table: {row['id']: row for row, in databases.query(f'SELECT to_jsonb(t) FROM {table} t', None, database)}
            for table in [*tables, 'sale_order', 'sale_order_line', 'stock_picking', 'account_move']}


def test_the_log_of_the_upgrade_has_no_warning(upgraded):
    assert TROUBLE.findall(upgraded[2]) == []


def test_stores_listings_orders_and_documents_are_as_they_were(upgraded):
    world, kept, _log = upgraded
    now = contents(world.database)
    changed = [(table, key, name, value, now[table].get(key, {}).get(name))
               for table, rows in kept.items() for key, row in rows.items() for name, value in row.items()
               if name not in ('write_date', 'write_uid') and value != now[table].get(key, {}).get(name)]
    assert changed == []


@pytest.mark.parametrize('title', SAME)
def test_what_is_not_data_is_as_in_a_new_database(title, upgraded, module_database):
    of_upgraded, of_new = (set(databases.query(SAME[title], None, name)) for name in (upgraded[0].database, module_database))
    assert of_upgraded - of_new == set()
    assert of_new - of_upgraded == set()


def test_the_next_run_of_every_scheduled_action_succeeds_and_no_order_is_lost(upgraded):
    world, _kept, _log = upgraded
    orders = world.sandbox.control('GET', '/state')['accounts']['live']['orders']
    said = world.do(WORK_ON)
    assert said['crons'] > 10
    assert said['failed'] == []
    assert said['orders'] == ['synced'] * 3
    assert {world.sandbox.order(order['order_id'])['status'] for order in orders} == {'Dispatched'}
