"""script/server: Odoo with a demo store, the local OnBuy it is connected to, and their end."""

import contextlib
import sys
import time
import urllib.error
import urllib.request

from . import databases, odoo_cli, postgres, processes
from .commands import last_error
from .console import Stop, say
from .locks import only_one
from .paths import LOGS, ROOT, RUN, SCRIPT
from .ports import HOST, demo_ports
from .stamps import digest

DATABASE = 'onbuy_demo'
MODULE = 'onbuy_connector'
# what the demonstration needs besides the module; stock_delivery is where tracking numbers are typed in
BESIDES = 'l10n_uk,sale_management,stock_delivery'
SANDBOX_STATE = RUN / 'sandbox.state'  # so that a second start finds the orders of the first
SANDBOX_START_SECONDS = 30
ODOO_START_SECONDS = 180

# never through a proxy
loopback = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def serve():
    """Run the demonstration until a signal ends it.

    :raise Stop: when something cannot be started, or ends by itself
    """
    with contextlib.ExitStack() as running:
        ports, programs = start(running)
        announce(*ports)
        running.callback(say, "\nStopping ...")
        watch(programs)


def start(running):
    """Start everything.

    :param contextlib.ExitStack running: ends it
    :return: the ports of Odoo and the sandbox; and title to pair of program and name of its log
    :raise Stop: when something cannot be started
    """
    running.enter_context(only_one('server'))
    odoo_port, sandbox_port = demo_ports()
    running.callback(say, "Everything is stopped.")
    say("Starting PostgreSQL ...")
    running.enter_context(postgres.server('postgres-server', postgres.SAFE))
    sandbox = start_sandbox(running, sandbox_port)
    prepare_database(sandbox_port)
    odoo = start_odoo(running, odoo_port)
    return (odoo_port, sandbox_port), {'Odoo': (odoo, 'odoo'), "The sandbox": (sandbox, 'sandbox')}


def start_sandbox(running, port):
    """Start the local OnBuy.

    :param contextlib.ExitStack running: ends it
    :param int port: its port
    :return subprocess.Popen: the program
    """
    say("Starting the OnBuy sandbox ...")
    if databases.state(DATABASE) in (None, databases.HALF_MADE):
        SANDBOX_STATE.unlink(missing_ok=True)  # of a demo database that is no more
    program = [sys.executable, '-m', 'onbuy_sandbox', '--port', port, '--state', SANDBOX_STATE]
    address = f'http://{HOST}:{port}/_control/state'
    return start_server(running, program, 'sandbox', address, SANDBOX_START_SECONDS)


def start_odoo(running, port):
    """Start Odoo.

    :param contextlib.ExitStack running: ends it
    :param int port: its port
    :return subprocess.Popen: the program
    """
    say("Starting Odoo ...")
    program = odoo_cli.command('-d', DATABASE, '--http-port', port, '--db-filter', f'^{DATABASE}$')
    return start_server(running, program, 'odoo', f'http://{HOST}:{port}/web/login', ODOO_START_SECONDS)


def start_server(running, program, log_name, address, seconds):
    """Start a program and wait until it answers over HTTP.

    :param contextlib.ExitStack running: ends it
    :param list program: program and arguments
    :param str log_name: name of its log
    :param str address: what to ask it
    :param int seconds: how long it may take
    :return subprocess.Popen: the program
    :raise Stop: when it ends or does not answer
    """
    log = LOGS / f'{log_name}.log'
    process = processes.start(program, log, env=odoo_cli.environment(), cwd=ROOT)
    running.callback(processes.stop, process)
    deadline = time.monotonic() + seconds
    while not answers(address):
        if process.poll() is not None:
            raise Stop(f"{log_name} did not start: {last_error(log)} (all of it: {log})")
        if time.monotonic() > deadline:
            raise Stop(f"{log_name} did not answer within {seconds} s (its log: {log})")
        time.sleep(0.2)
    return process


def answers(address):
    """Tell whether a server answers well.

    :param str address: what to ask it
    :return bool: whether it does
    """
    try:
        with loopback.open(address, timeout=60) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def prepare_database(sandbox_port):
    """Make the demo database, or bring it up to the module's code, and point it at the sandbox.

    :param int sandbox_port: where the sandbox listens
    """
    code = code_digest()
    found = databases.state(DATABASE)
    if found in (None, databases.HALF_MADE):
        make_database(sandbox_port)
    else:
        if found != code:
            odoo_cli.install(DATABASE, MODULE, "Updating the module in the demo database", option='-u')
        point_at(sandbox_port)
    databases.mark(DATABASE, code)


def make_database(sandbox_port):
    """Make the demo database with everything in it.

    :param int sandbox_port: where the sandbox listens
    """
    with databases.fresh(DATABASE):
        odoo_cli.install(DATABASE, 'base', "Making the demo database (1 of 3)")
        odoo_cli.shell(DATABASE, SCRIPT / 'uk_company.py', "The company cannot be made British")
        odoo_cli.install(DATABASE, BESIDES, "Installing Odoo's apps (2 of 3)")
        odoo_cli.install(DATABASE, MODULE, "Installing the OnBuy connector (3 of 3)")
        point_at(sandbox_port)
        say("Connecting the demo store to the sandbox ...")
        odoo_cli.shell(DATABASE, SCRIPT / 'demo_store.py', "The demo store cannot be connected")
        odoo_cli.shell(DATABASE, SCRIPT / 'demo_states.py', "The demo store cannot show every state")


def point_at(sandbox_port):
    """Tell the module where OnBuy's API is, while Odoo is not running.

    :param int sandbox_port: where the sandbox listens
    """
    databases.query(
        "INSERT INTO ir_config_parameter (key, value) VALUES ('onbuy_connector.api_url', %s) "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [f'http://{HOST}:{sandbox_port}/v2'], DATABASE)


def code_digest():
    """Hash the module's code, so that a demo database is updated when it changed.

    :return str: SHA-256 in hexadecimal
    """
    folder = ROOT / MODULE
    return digest([(str(path.relative_to(folder)), path.read_bytes()) for path in sorted(folder.rglob('*'))
                   if path.is_file() and not {'__pycache__', 'tests'} & set(path.parts)])


def announce(odoo_port, sandbox_port):
    """Print where everything is and what to try first.

    :param int odoo_port: Odoo's port
    :param int sandbox_port: the sandbox's port
    """
    say(f"""
Ready.
  Odoo             http://{HOST}:{odoo_port}   log-in: admin   password: admin
  OnBuy (sandbox)  http://{HOST}:{sandbox_port}   stands in for OnBuy's seller panel, no log-in
  Logs             {LOGS}

Try first:
  1. Odoo: Sales > OnBuy > Orders shows what was ordered on OnBuy.
  2. Sandbox: press Place test order. It comes into Sales within 5 minutes, or at once by Sync orders.
  3. Odoo: open the order's delivery, set carrier and tracking, validate. The sandbox shows it dispatched.

Ctrl-C stops everything.""")


def watch(programs):
    """Wait for the end of any program; a signal ends the wait too.

    :param dict programs: title to pair of program and name of its log
    :raise Stop: when one ended by itself
    """
    while True:
        for title, (process, log_name) in programs.items():
            if process.poll() is not None:
                log = LOGS / f'{log_name}.log'
                raise Stop(f"{title} ended by itself: {last_error(log)} (all of it: {log})")
        time.sleep(0.5)
