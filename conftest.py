"""Options of script/test that are not pytest's own, and what holds for every test."""

import logging
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / 'tests'))

from leaks import LogWatch


def pytest_addoption(parser):
    """Add the options."""
    group = parser.getgroup('onbuy')
    group.addoption('--all', action='store_true', help="the slow parts in full length: hours instead of minutes")
    group.addoption('--write-docs', action='store_true', help="write the tables of docs/ that these tests make")


def pytest_configure(config):
    """Tell the tests that are no pytest functions as well."""
    if config.getoption('--all'):
        os.environ['ONBUY_TEST_ALL'] = '1'


@pytest.fixture(scope='session')
def log_watch():
    """Have everything that is logged looked at."""
    watch = LogWatch()
    logging.getLogger().addHandler(watch)
    yield watch
    logging.getLogger().removeHandler(watch)


@pytest.fixture(autouse=True)
def no_secrets_in_logs(log_watch):
    """Have a test fail if a key or token is logged."""
    yield
    found, log_watch.found = log_watch.found, []
    assert not found, '\n'.join(found)
