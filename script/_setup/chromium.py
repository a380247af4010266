"""A headless Chromium that opens pages and takes pictures of them, spoken to by its own devtools protocol."""

import base64
import contextlib
import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

import websocket

from . import browser, processes
from .console import Stop

READY_SECONDS = 60  # the first page waits for its assets
ADDRESS = re.compile(rb'DevTools listening on (ws://\S+)')


class Page:
    """One page of a Chromium.

    :param str address: of the browser's devtools
    """

    def __init__(self, address):
        self.socket = websocket.create_connection(address, timeout=READY_SECONDS, suppress_origin=True)
        self.numbers = itertools.count(1)
        self.session = None
        target = self.send('Target.createTarget', url='about:blank')['targetId']
        self.session = self.send('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        self.send('Page.enable')

    def send(self, method, **parameters):
        """Give a command of the devtools protocol.

        :param str method: its name
        :param parameters: of the command
        :return dict: its result
        :raise Stop: when Chromium refuses
        """
        number = next(self.numbers)
        message = {'id': number, 'method': method, 'params': parameters}
        self.socket.send(json.dumps({**message, 'sessionId': self.session} if self.session else message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get('id') == number:
                break
        if 'error' in answer:
            raise Stop(f"Chromium refuses {method}: {answer['error']['message']}")
        return answer['result']

    def resize(self, width, height):
        """Set the size of the window; below 768 pixels it is a phone's.

        :param int width: in pixels
        :param int height: in pixels
        """
        is_phone = width < 768
        self.send('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=is_phone)
        self.send('Emulation.setTouchEmulationEnabled', enabled=is_phone)

    def darken(self, is_dark):
        """Have the browser show pages that have no dark colours of their own in dark ones, as its users can, or no longer.

        :param bool is_dark: whether it does
        """
        self.send('Emulation.setAutoDarkModeOverride', **({'enabled': True} if is_dark else {}))

    def set_cookie(self, url, name, value):
        """Set a cookie.

        :param str url: of the site
        """
        self.send('Network.setCookie', url=url, name=name, value=value)

    def open(self, url):
        """Go to an address, from an empty page so that nothing of the last one stays."""
        self.send('Page.navigate', url='about:blank')
        self.send('Page.navigate', url=url)

    def evaluate(self, script):
        """Return the value of a JavaScript expression."""
        answer = self.send('Runtime.evaluate', expression=script, returnByValue=True, awaitPromise=True)
        return answer['result'].get('value')

    def wait(self, condition):
        """Wait until a JavaScript expression is true.

        :raise Stop: when it never is
        """
        end = time.monotonic() + READY_SECONDS
        while not self.evaluate(condition):
            if time.monotonic() > end:
                raise Stop(f"A page never became what it should be: {condition}")
            time.sleep(0.1)

    def picture(self):
        """Take a picture of what the window shows.

        :return bytes: PNG
        """
        return base64.b64decode(self.send('Page.captureScreenshot', format='png')['data'])


@contextlib.contextmanager
def page():
    """Have a page of a Chromium of its own, which remembers nothing.

    :return: a context manager giving a Page
    :raise Stop: when Chromium is missing or does not start
    """
    browser.make()
    program = next(filter(None, map(shutil.which, browser.NAMES)), None)
    if not program:
        raise Stop("There is no Chromium here: install it (Debian: apt-get install chromium).")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, tempfile.NamedTemporaryFile() as log:
        process = subprocess.Popen(
            [*processes.follow_parent('TERM'), program, '--headless', '--no-sandbox', '--disable-gpu',
             '--hide-scrollbars', '--no-first-run', '--lang=en-GB', '--remote-debugging-port=0',
             f'--user-data-dir={profile}', 'about:blank'],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, env={**os.environ, 'TZ': 'Europe/London'})
        try:
            opened = Page(wait_for_address(process, log.name))
            yield opened
            opened.socket.close()
        finally:
            processes.stop(process)


def wait_for_address(process, log):
    """Wait until Chromium says where its devtools are.

    :param subprocess.Popen process: Chromium
    :param str log: path of what it says
    :return str: the address
    :raise Stop: when it ends or says nothing
    """
    end = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with open(log, 'rb') as said:
            if found := ADDRESS.search(said.read()):
                return found.group(1).decode()
        time.sleep(0.1)
    raise Stop("Chromium does not start.")
