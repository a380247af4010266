"""Chromium for browser tests: installed through apt by root, else the tests that need it are skipped."""

import os
import shutil

from .commands import run
from .console import Stop, say

# the names that Odoo's tests look for
NAMES = ('google-chrome', 'chromium', 'chromium-browser', 'google-chrome-stable')


def make():
    """Install Chromium where it is missing and we may; say how where we may not."""
    if any(shutil.which(name) for name in NAMES):
        return
    if os.geteuid() or not shutil.which('apt-get'):
        say("No Chromium here, so browser tests are skipped; Debian has it: sudo apt-get install chromium")
        return
    say("Installing Chromium for browser tests ...")
    quiet = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
    try:
        run(['apt-get', 'update'], 'chromium', "Lists of packages cannot be downloaded",
            attempts=2, env=quiet)
        run(['apt-get', 'install', '--yes', '--no-install-recommends', 'chromium'], 'chromium',
            "Chromium cannot be installed", attempts=2, env=quiet)
    except Stop as problem:
        say(f"Browser tests are skipped: {problem}")
