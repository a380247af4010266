"""Debian packages without root: downloaded and checked by apt, unpacked into a folder of the checkout.

apt gets a sources list and a state folder of our own, so nothing of the machine's is changed. The mirror's
address is the one the machine's apt uses; signatures are checked with apt's keyring.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from .commands import need_tool, run
from .console import Stop
from .paths import APT

STABLE = 'bookworm'
UNSTABLE = 'sid'
KEYRING = Path('/usr/share/keyrings/debian-archive-keyring.gpg')
RELEASE_FILE = re.compile(r"^'(\S+?)/dists/([^/\s]+)/InRelease'", re.MULTILINE)


def fetch(packages, folder, log_name):
    """Download packages and unpack them.

    :param list packages: ``name``, ``name/suite`` or ``name=version``, as for ``apt-get download``
    :param pathlib.Path folder: where to unpack; emptied first
    :param str log_name: name of the log
    :raise Stop: without apt, network or disk space
    """
    downloads = APT / 'downloads' / log_name
    shutil.rmtree(downloads, ignore_errors=True)
    downloads.mkdir(parents=True)
    run(['apt-get', *options(), 'download', *packages], log_name, "Debian packages cannot be downloaded",
        attempts=2, cwd=downloads)
    unpack(downloads, folder, log_name)
    shutil.rmtree(downloads)


def unpack(downloads, folder, log_name):
    """Unpack every package of a folder into another.

    :param pathlib.Path downloads: folder of .deb files
    :param pathlib.Path folder: where to; emptied first
    :param str log_name: name of the log
    """
    need_tool('dpkg', 'dpkg')
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for package in sorted(downloads.glob('*.deb')):
        run(['dpkg', '-x', package, folder], log_name, f"{package.name} cannot be unpacked")


def update():
    """Fetch the lists of packages of both suites, at most once in a process.

    :raise Stop: without apt or network
    """
    if APT in _updated:
        return
    need_tool('apt-get', 'apt')
    for folder in ('lists/partial', 'archives/partial'):
        (APT / folder).mkdir(parents=True, exist_ok=True)
    (APT / 'sources.list').write_text(sources_list(machine_mirror()))
    # without Error-Mode=any, apt-get update ends well although nothing could be fetched
    run(['apt-get', *options(), '-o', 'APT::Update::Error-Mode=any', 'update'], 'apt-update',
        "Debian's lists of packages cannot be downloaded", attempts=2)
    _updated.add(APT)


_updated = set()


def missing_packages(package):
    """Tell what a package needs that this machine lacks, itself included.

    :param str package: its name
    :return list: names of packages, as ``apt-get install`` would choose them
    """
    listing = subprocess.run(
        ['apt-get', *options(), 'install', '--simulate', '--no-install-recommends', package],
        capture_output=True, text=True, check=False, env=plain_language())
    return re.findall(r'^Inst (\S+)', listing.stdout, re.MULTILINE)


def options():
    """Build the arguments that give apt its own sources and state.

    :return list: arguments for apt-get and apt-cache
    """
    settings = {
        'Dir::Etc::sourcelist': APT / 'sources.list',
        'Dir::Etc::sourceparts': '/dev/null',
        'Dir::Etc::preferences': '/dev/null',
        'Dir::Etc::preferencesparts': '/dev/null',
        'Dir::State::lists': APT / 'lists',
        'Dir::Cache': APT,
        'APT::Default-Release': STABLE,
        'Acquire::Retries': 0,
    }
    if os.geteuid() == 0:
        # apt's own account may not be able to reach the checkout
        settings['APT::Sandbox::User'] = 'root'
    return ['--quiet', *(part for key, value in settings.items() for part in ('-o', f'{key}={value}'))]


def sources_list(mirror):
    """Write the sources of both suites.

    :param str mirror: address of a Debian mirror
    :return str: content of a sources list
    """
    signed = f'[signed-by={KEYRING}] ' if KEYRING.exists() else ''
    return ''.join(f'deb {signed}{mirror} {suite} main\n' for suite in (STABLE, UNSTABLE))


def machine_mirror():
    """Ask the machine's own apt for its Debian mirror.

    :return str: the address
    :raise Stop: when apt knows no mirror
    """
    listing = subprocess.run(['apt-get', 'update', '--print-uris'], capture_output=True, text=True,
                             check=False, env=plain_language())
    found = {suite: address for address, suite in reversed(RELEASE_FILE.findall(listing.stdout))}
    if not found:
        raise Stop("apt knows no Debian mirror on this machine: set ODOO_HOME to a checkout of Odoo 19.0.")
    return found.get(machine_suite()) or next(reversed(found.values()))


def machine_suite():
    """Name the Debian suite that this machine runs.

    :return str: for instance ``'bookworm'``, empty when it does not say
    """
    release = Path('/etc/os-release')
    text = release.read_text() if release.exists() else ''
    match = re.search(r'^VERSION_CODENAME=(\S+)', text, re.MULTILINE)
    return match[1] if match else ''


def plain_language():
    """Build an environment in which apt speaks English, so that its answers can be read.

    :return dict: the environment
    """
    return {**os.environ, 'LC_ALL': 'C'}
