"""What the tests of scripts, linters and wheel share; script/test gives them a database to copy."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / 'script'))


@pytest.fixture(scope='module')
def installed_database(request):
    """Have a database of the test module's own, with what the addon depends on and Odoo's linter installed.

    :return str: its name; it is dropped after the module's last test
    """
    template = os.environ.get('ONBUY_TEST_TEMPLATE')
    if not template:
        pytest.skip("needs the database that script/test makes")
    from _setup import databases
    name = f'{template}_{request.module.__name__}'
    databases.create(name, template)
    yield name
    databases.drop(name)


@pytest.fixture(scope='session')
def module_database():
    """Have a database with the module installed, for tests that copy it; nobody is connected to it.

    :return str: its name; it is dropped after the last test
    """
    template = os.environ.get('ONBUY_TEST_TEMPLATE')
    if not template:
        pytest.skip("needs the database that script/test makes")
    from _setup import databases, odoo_cli
    name = f'{template}_module'
    databases.create(name, template)
    try:
        odoo_cli.install(name, 'onbuy_connector', "Installing the module for tests with real commits")
        yield name
    finally:
        databases.drop(name)
