"""script/test: a database with the module freshly installed, and pytest on it."""

import ast
import hashlib
import signal
import subprocess
import sys

from . import browser, databases, odoo_cli, postgres, processes
from .locks import only_one
from .odoo_home import identity
from .paths import ROOT, SCRIPT
from .stamps import digest

# databases carry the checkout in their names: several may use one PostgreSQL server
CHECKOUT = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
TEMPLATE = f'onbuy_base_{CHECKOUT}'
DATABASE = f'onbuy_test_{CHECKOUT}'
MODULE = 'onbuy_connector'
# besides what the module depends on: the British chart of accounts, Odoo's own linter, and apps that change how goods leave
# or what sales orders come to; Odoo adds sale_stock_margin and the like by itself
BESIDES = ['l10n_uk', 'test_lint', 'stock_picking_batch', 'sale_mrp', 'stock_sms', 'sale_loyalty']


def run_tests(arguments):
    """Run the tests.

    :param list arguments: passed on to pytest
    :return int: pytest's exit code
    """
    browser.make()
    with only_one('test'), postgres.server('postgres-test', postgres.FAST):
        make_template()
        databases.create(DATABASE, TEMPLATE)
        try:
            odoo_cli.install(DATABASE, MODULE, "Installing the module in the test database")
            return pytest(arguments)
        finally:
            databases.drop(DATABASE)


def make_template():
    """Make the database that test databases are copied from, unless it is there."""
    modules = ','.join([*depends(), *BESIDES])
    content = digest([modules, identity(), (SCRIPT / 'uk_company.py').read_text()])
    if databases.state(TEMPLATE) == content:
        return
    with databases.fresh(TEMPLATE):
        odoo_cli.install(TEMPLATE, 'base', "Making a database for tests")
        odoo_cli.shell(TEMPLATE, SCRIPT / 'uk_company.py', "The company cannot be made British")
        odoo_cli.install(TEMPLATE, modules, "Installing Odoo's apps for tests")
    databases.mark(TEMPLATE, content)


def depends():
    """Read what the module depends on.

    :return list: names of modules
    """
    return ast.literal_eval((ROOT / MODULE / '__manifest__.py').read_text())['depends']


def pytest(arguments):
    """Run pytest in a process of its own, and end it if we are ended.

    :param list arguments: passed on to it
    :return int: its exit code
    """
    odoo_cli.command()
    process = subprocess.Popen(
        [*processes.follow_parent('INT'), sys.executable, '-m', 'pytest', f'--odoo-config={odoo_cli.CONFIG}',
         f'--odoo-database={DATABASE}', '--odoo-http', *arguments],
        env={**odoo_cli.environment(), 'ONBUY_TEST_TEMPLATE': TEMPLATE}, cwd=ROOT, stdin=subprocess.DEVNULL)
    try:
        return process.wait()
    finally:
        processes.stop(process, signal.SIGINT)
