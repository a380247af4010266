"""script/core_tests: Odoo's own tests of sales and deliveries, without the module and with it.

Odoo's tests want a plain database: no country, no demonstration data, nothing but what the module depends on.
"""

import re
import shutil
import subprocess

from . import browser, databases, odoo_cli, postgres
from .commands import last_error
from .console import Stop, say
from .locks import only_one
from .paths import LOGS, ROOT
from .ports import free_port
from .processes import follow_parent
from .testing import MODULE, TEMPLATE, depends

PLAIN = TEMPLATE.replace('_base_', '_core_')
WITH = f'{PLAIN}_with'
TAGS = ['/sale', '/sale_stock', '/delivery', '/stock_delivery']
# In a shell also the tests run that Odoo has for the moment of an installation, when this module is never there.
SCRIPT = '''
from odoo.tests.shell import run_tests
env['ir.qweb']._pregenerate_assets_bundles()
env.cr.commit()
run_tests(env, {tags!r})
'''
LINE = r'^\S+ \S+ \d+ %s \S+ odoo\.addons\.(\S+): '
STARTED = re.compile(LINE % 'INFO' + r'Starting (\S+) \.\.\.', re.MULTILINE)
SKIPPED = re.compile(LINE % 'INFO' + r'skipped (\S+) : ', re.MULTILINE)
BROKEN = re.compile(LINE % 'ERROR' + r'(?:FAIL|ERROR): (?:Subtest )?(\S+)', re.MULTILINE)
ENDED = re.compile(r'Tests (?:passed|failed): \d+ failed, \d+ error')


def core_tests(arguments):
    """Run the tests twice, and tell which fail with the module alone.

    :param list arguments: Odoo's test tags; none: :data:`TAGS`
    :return int: exit code: 1 if the module makes a test fail, or keeps one from running
    """
    browser.make()
    tags = ','.join(arguments or TAGS)
    with only_one('test'), postgres.server('postgres-test', postgres.FAST):
        try:
            databases.create(PLAIN)
            odoo_cli.install(PLAIN, ','.join(depends()), "Installing what the module depends on")
            databases.create(WITH, PLAIN)
            odoo_cli.install(WITH, MODULE, "Installing the module")
            without = run(PLAIN, tags, "Running Odoo's tests without the module")
            return compare(without, run(WITH, tags, "Running Odoo's tests with the module"))
        finally:
            databases.drop(WITH)
            databases.drop(PLAIN)


def run(name, tags, title):
    """Run tests in a database.

    :param str name: of the database
    :param str tags: Odoo's test tags, with commas between them
    :param str title: what to show
    :return: names of the tests that passed, were skipped and failed
    :rtype: tuple
    :raise Stop: when Odoo did not come to their end
    """
    log = LOGS / f'{name}.log'
    say(f"{title} ({log}) ...")
    with log.open('w') as output:
        subprocess.run([*follow_parent('TERM'), *odoo_cli.command('shell', '-d', name, '--http-port', str(free_port()))],
                       input=SCRIPT.format(tags=tags), text=True, stdout=output, stderr=output,
                       env=odoo_cli.environment(), cwd=ROOT, check=False)
    text = log.read_text(errors='replace')
    if not ENDED.search(text):
        raise Stop(f"Odoo's tests did not come to their end: {last_error(log)} (all of it: {log})")
    started, skipped, broken = (set(map('.'.join, found.findall(text))) for found in (STARTED, SKIPPED, BROKEN))
    say(f"{len(started)} tests ran: {len(broken)} failed, {len(skipped)} were skipped.")
    return started - skipped - broken, skipped, broken


def compare(without, with_module):
    """Print what differs.

    :param tuple without: of :func:`run`
    :param tuple with_module: of :func:`run`
    :return int: exit code
    """
    passed, skipped, broken = without
    lost = sorted(passed - with_module[0])
    for title, names in (
        ("Fail without the module as well", broken & with_module[2]),
        ("Fail without the module only", broken - with_module[2]),
        ("Skipped without the module", skipped),
        ("Pass without the module, but not with it", lost),
    ):
        print(f"{title}: {len(names)}", *sorted(names), sep='\n  ')
    if not any(shutil.which(program) for program in browser.NAMES):
        print("Tours need Chromium, so they were left out.")
    return int(bool(lost))
