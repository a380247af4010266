"""Running Odoo's command line with a configuration of our own."""

import os
import re
import subprocess
import sys
import time

from .commands import last_error
from .console import Progress, Stop
from .paths import BIN, LOGS, ROOT, RUN
from .ports import HOST
from .processes import follow_parent

CONFIG = RUN / 'odoo.conf'
DATA = RUN / 'odoo-data'
PROGRESS = re.compile(r'Loading module (\S+) \((\d+)/(\d+)\)')
OPTIONS = {
    'addons_path': ROOT,
    'data_dir': DATA,
    'http_interface': HOST,
    'list_db': False,
    'max_cron_threads': 2,
    'screenshots': RUN / 'screenshots',
    'workers': 0,
}


def command(*arguments):
    """Build a call of Odoo's command line; writes the configuration that it reads.

    :param arguments: for instance ``'shell', '-d', 'onbuy_demo'``
    :return list: program and arguments
    """
    DATA.mkdir(parents=True, exist_ok=True)
    CONFIG.write_text('[options]\n' + ''.join(f'{key} = {value}\n' for key, value in OPTIONS.items()))
    return [sys.executable, '-m', 'odoo', *arguments]


def environment():
    """Build the environment of every program we start.

    :return dict: ours, without what would change Odoo's configuration or lead loopback calls to a proxy
    """
    kept = {key: value for key, value in os.environ.items()
            if not key.startswith('ODOO_') and key != 'PGDATABASE'}
    here = ','.join(filter(None, (kept.get('NO_PROXY') or kept.get('no_proxy'), HOST, 'localhost')))
    return {**kept, 'ODOO_RC': str(CONFIG), 'PATH': f"{BIN}:{kept['PATH']}",
            'NO_PROXY': here, 'no_proxy': here}


def filestore(database):
    """Name the folder where Odoo keeps a database's files.

    :param str database: its name
    :return pathlib.Path: the folder
    """
    return DATA / 'filestore' / database


def install(database, modules, title, *, option='-i'):
    """Install modules, showing how far it is.

    :param str database: name of a database
    :param str modules: names with commas between them
    :param str title: what to show
    :param str option: ``'-i'`` to install, ``'-u'`` to update
    :raise Stop: when Odoo fails
    """
    log = LOGS / f'install-{database}.log'
    arguments = command('-d', database, option, modules, '--stop-after-init', '--no-http')
    LOGS.mkdir(parents=True, exist_ok=True)
    with Progress(title) as progress, log.open('w') as output:
        odoo = subprocess.Popen([*follow_parent('TERM'), *arguments], stdin=subprocess.DEVNULL,
                                stdout=output, stderr=output, env=environment(), cwd=ROOT)
        follow(odoo, log, progress)
    if odoo.returncode:
        raise Stop(f"{title} failed: {last_error(log)} (all of it: {log})")


def follow(odoo, log, progress):
    """Show what Odoo's log says of its progress until it ends; it is ended if we are.

    :param subprocess.Popen odoo: the program
    :param pathlib.Path log: its log
    :param Progress progress: where to show it
    """
    try:
        while odoo.poll() is None:
            found = PROGRESS.findall(log.read_text(errors='replace'))
            if found:
                progress.show('{1} of {2}: {0}'.format(*found[-1]))
            time.sleep(0.3)
    except BaseException:
        odoo.kill()
        odoo.wait()
        raise


def shell(database, script, problem):
    """Run a Python file through ``odoo shell``.

    :param str database: name of a database
    :param pathlib.Path script: the file; it commits by itself
    :param str problem: the start of the sentence if it fails
    :raise Stop: when it fails
    """
    log = LOGS / f'{script.stem}.log'
    with script.open() as source, log.open('w') as output:
        done = subprocess.run(command('shell', '-d', database, '--no-http'), stdin=source, stdout=output,
                              stderr=output, env=environment(), cwd=ROOT, check=False)
    if done.returncode:
        raise Stop(f"{problem}: {last_error(log)} (all of it: {log})")
