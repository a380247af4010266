"""Running other programs: output to a log, one retry for what the network may spoil."""

import re
import shutil
import subprocess
import time

from .console import Stop, say
from .paths import LOGS

RETRY_AFTER_SECONDS = 2
# lines of a log that tell why a program failed, the most telling first
TELLING = [re.compile(pattern) for pattern in (
    r'No space left', r'^[EW]: Failed to fetch', r'^(E:|ERROR: )', r'(Error|Exception)\b.*: ',
    r' (ERROR|CRITICAL) ')]


def need_tool(name, package):
    """Make sure that a program is there.

    :param str name: the program
    :param str package: the Debian package that has it
    :return str: its path
    :raise Stop: when it is not on PATH
    """
    path = shutil.which(name)
    if not path:
        raise Stop(f"{name} is not on PATH: install it (Debian: apt-get install {package}).")
    return path


def run(command, log_name, problem, *, attempts=1, **options):
    """Run a program with its output in ``.run/log/LOG_NAME.log``.

    :param list command: program and arguments
    :param str log_name: name of the log, without folder and suffix
    :param str problem: the start of the sentence if it fails, for instance ``"Odoo cannot be unpacked"``
    :param int attempts: how often to try (2 for downloads)
    :param options: passed on to :func:`subprocess.run`
    :raise Stop: when every attempt failed
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f'{log_name}.log'
    for attempt in range(1, attempts + 1):
        with log.open('w') as output:
            done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output,
                                  stderr=subprocess.STDOUT, check=False, **options)
        if not done.returncode:
            return
        if attempt < attempts:
            say(f"{problem}; trying once more.")
            time.sleep(RETRY_AFTER_SECONDS)
    raise Stop(f"{problem}: {last_error(log)} (all of it: {log})")


def last_error(log):
    """Find the line of a log that tells most about a failure.

    :param pathlib.Path log: the log
    :return str: the last line that matches the first of ``TELLING`` that any line matches, else the last line
    """
    lines = [line.strip() for line in log.read_text(errors='replace').splitlines() if line.strip()]
    found = ([line for line in lines if pattern.search(line)] for pattern in TELLING)
    return (next(filter(None, found), lines) or ["no message"])[-1][:300].rstrip('.')
