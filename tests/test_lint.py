"""The linters, and the check that the file of translatable texts is current."""

import os
import re
import shutil
import subprocess
import sys

import polib
import pytest

from conftest import ROOT

# the linters of Odoo's own test_lint that are quick and pass on Odoo itself
ODOO_LINTERS = ('ManifestLinter', 'RoutesLinter', 'TestDunderinit', 'TestIndex', 'TestLintOverrideSignatures',
                'TestNaming', 'TestOnchangeDomains', 'TestTestHoles')
# rules for OCA's own addons (author, README.rst), and one against our layout: a long model is split by verb;
# pylint heeds them on its command line only, not after `disable=all` in .pylintrc
NOT_OURS = ('manifest-required-author', 'missing-readme', 'consider-merging-classes-inherited')
SHELL_SCRIPTS = ('script/benchmark', 'script/bootstrap', 'script/core_tests', 'script/lib.sh', 'script/screenshots',
                 'script/server', 'script/test', '.ci/run')
ADDONS = ('onbuy_connector', 'onbuy_connector_loyalty', 'onbuy_connector_mrp')
PARTS = re.compile(r'%\(\w+\)[sd]|%%|%[sd]|<[^>]+>')  # of a text that stay as they are


def run(*command, **options):
    """Run a linter in the checkout.

    :param command: program and arguments
    :return subprocess.CompletedProcess: with all it printed in ``stdout``
    """
    return subprocess.run([str(part) for part in command], cwd=ROOT, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False, **options)


def odoo(*arguments):
    """Run Odoo's command line as the scripts do.

    :param arguments: its arguments
    :return subprocess.CompletedProcess: with its log in ``stdout``
    """
    from _setup import odoo_cli
    return run(*odoo_cli.command(*arguments), env=odoo_cli.environment())


def free_port():
    """Find a free port.

    :return int: its number
    """
    from _setup.ports import free_port as find
    return find()


def texts(path):
    """Read a file of translatable texts without the lines that tell when it was made.

    :param pathlib.Path path: the file
    :return list: its other lines
    """
    return [line for line in path.read_text(encoding='utf-8').splitlines()
            if not re.match(r'"(POT-Creation|PO-Revision)-Date:', line)]


def test_ruff_finds_nothing():
    done = run(sys.executable, '-m', 'ruff', 'check', '.')
    assert not done.returncode, done.stdout


def test_pylint_odoo_finds_nothing():
    done = run(sys.executable, '-m', 'pylint', f'--disable={",".join(NOT_OURS)}', *ADDONS)
    assert not done.returncode, done.stdout


def test_every_script_is_valid_bash():
    for script in SHELL_SCRIPTS:
        done = run(shutil.which('bash'), '-n', script)
        assert not done.returncode, done.stdout


def test_odoos_own_linters_find_nothing(installed_database):
    tags = ','.join(f'/test_lint:{linter}' for linter in ODOO_LINTERS)
    # a run with tests opens its port whatever else is said
    done = odoo('-d', installed_database, '-i', 'onbuy_connector', '-u', 'test_lint', '--test-tags', tags,
                '--stop-after-init', '--http-port', str(free_port()))
    assert not done.returncode, done.stdout[-10000:]
    assert re.search(r'0 failed, 0 error\(s\) of [1-9]\d* tests', done.stdout), done.stdout[-10000:]


@pytest.mark.parametrize('addon', ADDONS)
def test_the_file_of_translatable_texts_is_current(installed_database, tmp_path, addon):
    """Renew the files with: RENEW_POT=1 script/test -k translatable"""
    installed = odoo('-d', installed_database, '-i', addon, '--stop-after-init', '--no-http')
    assert not installed.returncode, installed.stdout[-10000:]
    pot, exported = ROOT / addon / 'i18n' / f'{addon}.pot', tmp_path / f'{addon}.pot'
    done = odoo('i18n', 'export', '-d', installed_database, '-o', str(exported), addon)
    assert not done.returncode, done.stdout[-10000:]
    if os.environ.get('RENEW_POT'):
        shutil.copyfile(exported, pot)
    assert texts(pot) == texts(exported)


@pytest.mark.parametrize('addon', ADDONS)
def test_every_text_is_there_in_simplified_chinese_with_all_its_parts(addon):
    folder = ROOT / addon / 'i18n'
    chinese = {entry.msgid: entry.msgstr for entry in polib.pofile(folder / 'zh_CN.po')}
    for entry in polib.pofile(folder / f'{addon}.pot'):
        assert chinese.get(entry.msgid), f"not translated: {entry.msgid}"
        assert sorted(PARTS.findall(entry.msgid)) == sorted(PARTS.findall(chinese[entry.msgid]))
