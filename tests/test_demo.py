"""A new database with demonstration data."""

import os
import subprocess

import pytest

from conftest import ROOT

MOST_SECONDS = 900


@pytest.fixture(scope='module')
def demonstration():
    """Install the module with demonstration data in a new database.

    :return: a function that runs a query there, and the log of the installation
    """
    template = os.environ.get('ONBUY_TEST_TEMPLATE')
    if not template:
        pytest.skip("needs the database server that script/test runs")
    from _setup import databases, odoo_cli
    name = f'{template}_demo'
    with databases.fresh(name):
        done = subprocess.run(
            odoo_cli.command('-d', name, '-i', 'onbuy_connector', '--with-demo', '--stop-after-init', '--no-http'),
            cwd=ROOT, env=odoo_cli.environment(), capture_output=True, text=True, timeout=MOST_SECONDS, check=False)
        yield lambda query: [row[0] for row in databases.query(query, None, name)], done
    databases.drop(name)


def test_the_module_installs_with_its_demonstration(demonstration):
    query, done = demonstration
    assert not done.returncode, done.stderr
    assert 'demo data failed' not in done.stderr
    assert query("SELECT demo FROM ir_module_module WHERE name = 'onbuy_connector'") == [True]


@pytest.mark.parametrize(('table', 'column', 'values'), [
    ('onbuy_store', 'state', {'paused', 'draft'}),
    ('onbuy_order', 'sync_state', {'pending', 'synced', 'error'}),
    ('onbuy_order', 'fulfilment_state', {
        'new', 'partial', 'packing', 'ready', 'transit', 'complete', 'cancelling', 'cancelled', 'cancelled_by_seller'}),
    ('onbuy_order_action', 'sync_state', {'pending', 'sending', 'synced', 'error', 'uncertain'}),
    ('onbuy_listing', 'match_state', {'matched', 'none', 'ambiguous', 'proposed'}),
])
def test_a_company_abroad_sees_every_state_as_well(demonstration, table, column, values):
    query, _done = demonstration
    assert set(query(f'SELECT DISTINCT {column} FROM {table}')) == values
