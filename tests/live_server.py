"""A real Odoo server with its cron threads, and users who speak to it by RPC."""

import contextlib
import json
import subprocess
import tempfile
import urllib.request

from leaks import find_secrets
from worlds import wait_until

from _setup import odoo_cli, ports, processes
from conftest import ROOT

PASSWORD = 'worker'


class Fault(Exception):
    """What a user would have seen of an error."""


class User:
    """A user of a running server.

    :param str url: of the server
    :param str database: its name
    :param str login: the user's; the password is ``PASSWORD``
    """

    def __init__(self, url, database, login):
        self.url, self.database = url, database
        self.uid = rpc(url, 'common', 'login', database, login, PASSWORD)
        assert self.uid, f"{login} cannot log in"

    def call(self, model, method, *arguments, **options):
        """Call a method; it is committed when this returns.

        :raise Fault: with what the user would see
        """
        return rpc(self.url, 'object', 'execute_kw', self.database, self.uid, PASSWORD, model, method, arguments, options)


def rpc(url, service, method, *arguments):
    """Call a service of a server by JSON-RPC.

    :raise Fault: the call failed
    """
    body = {'jsonrpc': '2.0', 'method': 'call', 'params': {'service': service, 'method': method, 'args': arguments}}
    request = urllib.request.Request(
        f'{url}/jsonrpc', json.dumps(body).encode(), {'Content-Type': 'application/json'})
    with urllib.request.urlopen(request, timeout=120) as reply:
        answer = json.load(reply)
    if 'error' in answer:
        raise Fault(answer['error']['data'].get('debug') or answer['error'])
    return answer.get('result')


@contextlib.contextmanager
def odoo_server(database):
    """Have an Odoo server run, with two cron threads.

    :param str database: its name
    :return: a context manager giving its URL
    """
    port = ports.free_port()
    url = f'http://{ports.HOST}:{port}'
    with tempfile.NamedTemporaryFile('w+', suffix='.log') as log:
        process = subprocess.Popen(
            [*processes.follow_parent('KILL'), *odoo_cli.command(
                '-d', database, '--http-port', str(port), '--db-filter', f'^{database}$', '--max-cron-threads', '2')],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=odoo_cli.environment(), cwd=ROOT)
        try:
            wait_until(lambda: _answers(url, process), "Odoo to answer", seconds=120)
            yield url
            log.seek(0)
            text = log.read()
            assert not find_secrets(text), f"{find_secrets(text)} are in the log"
            assert 'Traceback' not in text, text[text.index('Traceback') - 500:][:5000]
        finally:
            processes.stop(process)


def _answers(url, process):
    """Return whether the server answers."""
    assert process.poll() is None, "Odoo ended"
    with contextlib.suppress(OSError):
        return rpc(url, 'common', 'version')
    return False
