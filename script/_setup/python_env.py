"""The Python environment in .venv/: made without root, also where Python has no ensurepip."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from . import apt
from .commands import run
from .console import Stop, say
from .paths import REQUIREMENTS, RUN, VENV, VENV_PYTHON
from .stamps import is_current, write_stamp

PIP_OPTIONS = ['--no-input', '--disable-pip-version-check', '--retries', '1']


def make():
    """Make the environment, or leave it as it is when nothing changed.

    :raise Stop: when it cannot be made
    """
    content = [REQUIREMENTS.read_text(), sys.version, sys.base_prefix]
    if is_current(VENV, content) and works():
        return
    say("Making the Python environment in .venv/ ...")
    shutil.rmtree(VENV, ignore_errors=True)
    create()
    say("Installing Python packages (100 MB to download) ...")
    run([VENV_PYTHON, '-m', 'pip', 'install', *PIP_OPTIONS, '-r', REQUIREMENTS], 'pip',
        "Python packages cannot be installed", attempts=2)
    write_stamp(VENV, content)


def works():
    """Tell whether the environment's Python still starts (it may have been removed since).

    :return bool: whether it does
    """
    try:
        return not subprocess.run([VENV_PYTHON, '-c', ''], check=False, capture_output=True).returncode
    except OSError:
        return False


def create():
    """Make an empty environment with pip in it.

    :raise Stop: when venv fails or no pip can be had
    """
    if importlib.util.find_spec('ensurepip'):
        run([sys.executable, '-m', 'venv', VENV], 'venv', "python3 -m venv failed")
    else:
        # Debian's python3 has no ensurepip; the package python3-pip-whl has the same wheel
        run([sys.executable, '-m', 'venv', '--without-pip', VENV], 'venv', "python3 -m venv failed")
        run([VENV_PYTHON, debian_pip(), 'install', *PIP_OPTIONS, pinned_pip()], 'pip',
            "pip cannot be installed", attempts=2)


def pinned_pip():
    """Find the line that pins pip.

    :return str: for instance ``'pip==26.3'``
    """
    return next(line for line in REQUIREMENTS.read_text().splitlines() if line.startswith('pip=='))


def debian_pip():
    """Fetch pip as Debian packs it.

    :return pathlib.Path: a program for Python: the wheel's ``pip`` package
    :raise Stop: without apt or network
    """
    folder = RUN / 'pip'
    apt.update()
    apt.fetch([f'python3-pip-whl/{apt.STABLE}'], folder, 'pip-whl')
    wheel = next(folder.rglob('pip-*.whl'), None)
    if wheel is None:
        raise Stop("Debian's python3-pip-whl holds no pip: apt-get install python3-venv.")
    return wheel / 'pip'


def install_apart(folder, packages, title):
    """Install packages that only a comparison or a long test needs, outside of the environment.

    :param pathlib.Path folder: for these packages alone
    :param list packages: pinned, e.g. ``['atheris==3.0.0']``
    :param str title: of what cannot be had, e.g. "The fuzzer"
    :raise Stop: when they cannot be had
    """
    if not is_current(folder, packages):
        run([VENV_PYTHON, '-m', 'pip', 'install', *PIP_OPTIONS, '--no-deps', '--upgrade', '--target', folder, *packages],
            folder.name, f"{title} cannot be installed", attempts=2)
        write_stamp(folder, packages)


def link_odoo(folder):
    """Put Odoo on the environment's path.

    :param pathlib.Path folder: the folder that holds the package ``odoo``
    """
    link = Path(next(VENV.glob('lib/python3.*/site-packages'))) / 'odoo_home.pth'
    if not link.exists() or link.read_text() != f'{folder}\n':
        link.write_text(f'{folder}\n')
