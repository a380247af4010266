"""The wheel: complete, without the sandbox, and found by Odoo without a word in addons_path."""

import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile

import pytest

from conftest import ROOT

ADDONS = ('onbuy_connector', 'onbuy_connector_loyalty', 'onbuy_connector_mrp')
SOURCES = ('setup.py', 'pyproject.toml', 'README.md', 'LICENSE')


@pytest.fixture(scope='module')
def wheel(tmp_path_factory):
    """Build the wheel from a copy, so that nothing is left in the checkout.

    :return pathlib.Path: the wheel
    """
    folder = tmp_path_factory.mktemp('wheel')
    ignored = shutil.ignore_patterns('__pycache__')
    for name in (*ADDONS, 'onbuy_sandbox'):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in SOURCES:
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, folder)
    build = [sys.executable, '-m', 'pip', 'wheel', '.', '--no-deps', '--no-build-isolation', '-w', '.']
    done = subprocess.run(build, cwd=folder, text=True, capture_output=True, check=False)
    assert not done.returncode, done.stdout + done.stderr
    return next(folder.glob('*.whl'))


@pytest.mark.parametrize('addon', ADDONS)
def test_the_wheel_holds_every_file_of_the_addon(wheel, addon):
    inside = f'odoo/addons/{addon}/'
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(inside)}
    folder = ROOT / addon
    there = {f'{inside}{path.relative_to(folder).as_posix()}' for path in folder.rglob('*')
             if path.is_file() and not re.search(r'/(__pycache__|\.[^/]+)/', str(path.relative_to(ROOT)))}
    assert packed == there


def test_the_wheel_holds_nothing_but_the_addons(wheel):
    inside = tuple(f'odoo/addons/{addon}/' for addon in ADDONS)
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if not name.startswith(inside) and '.dist-info/' not in name] == []


def test_the_wheel_needs_what_the_manifest_says(wheel):
    archive = zipfile.ZipFile(wheel)
    metadata = next(name for name in archive.namelist() if name.endswith('.dist-info/METADATA'))
    needed = {line.partition(': ')[2] for line in archive.read(metadata).decode().splitlines()
              if line.startswith('Requires-Dist: ')}
    requirements = {line for line in (ROOT / 'requirements.txt').read_text().splitlines()
                    if line and not line.startswith('#')}
    assert needed == requirements


def test_odoo_installs_the_addon_from_the_wheel_alone(wheel, installed_database, tmp_path):
    from _setup import odoo_cli
    environment = clean_environment(wheel, tmp_path)
    # the addons_path of the scripts has the checkout in it; here nothing has
    config = tmp_path / 'odoo.conf'
    config.write_text(f'[options]\ndata_dir = {odoo_cli.DATA}\n')
    done = subprocess.run(
        [environment / 'bin' / 'python', '-m', 'odoo', '-d', installed_database, '-i', 'onbuy_connector',
         '--stop-after-init', '--no-http'],
        env={**odoo_cli.environment(), 'ODOO_RC': str(config)}, cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False)
    assert not done.returncode, done.stdout[-10000:]
    assert version_of(installed_database) == manifest_version()


def clean_environment(wheel, folder):
    """Make a Python environment that has what ours has, but not the checkout, and install the wheel in it.

    :param pathlib.Path wheel: the wheel
    :param pathlib.Path folder: where to make it
    :return pathlib.Path: the environment
    """
    environment = folder / 'env'
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', environment], check=True)
    site = next(environment.glob('lib/python3.*/site-packages'))
    # addsitedir, unlike a plain path, follows our environment's own link to Odoo
    (site / 'ours.pth').write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    subprocess.run([sys.executable, '-m', 'pip', '--python', environment / 'bin' / 'python', 'install',
                    '--quiet', '--no-deps', '--no-index', wheel], check=True)
    return environment


def version_of(database):
    """Ask a database for the installed version of the addon.

    :param str database: its name
    :return str: the version; None when it is not installed
    """
    from _setup import databases
    rows = databases.query("SELECT latest_version FROM ir_module_module WHERE name = 'onbuy_connector' "
                           "AND state = 'installed'", [], database)
    return rows[0][0] if rows else None


def manifest_version():
    """Read the version in the addon's manifest.

    :return str: the version
    """
    from odoo.modules.module import Manifest
    return Manifest.for_addon('onbuy_connector')['version']
