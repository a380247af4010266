"""Options of script/test that are not pytest's own."""

import os


def pytest_addoption(parser):
    """Add the options."""
    group = parser.getgroup('onbuy')
    group.addoption('--all', action='store_true', help="the slow parts in full length: hours instead of minutes")
    group.addoption('--write-docs', action='store_true', help="write the tables of docs/ that these tests make")


def pytest_configure(config):
    """Tell the tests that are no pytest functions as well."""
    if config.getoption('--all'):
        os.environ['ONBUY_TEST_ALL'] = '1'
