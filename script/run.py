"""Carries out script/bootstrap, server and test; a failure is one sentence, never a traceback."""

import errno
import os
import signal
import sys
import traceback

from _setup.bootstrap import bootstrap
from _setup.console import Stop
from _setup.locks import only_one
from _setup.paths import LOGS, VENV_PYTHON
from _setup.ports import demo_ports


def in_environment(command):
    """Continue in the environment's Python, which has the packages that the rest needs.

    :param str command: ``'serve'`` or ``'run-tests'``
    :return: never: the process becomes another program
    """
    bootstrap()
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), __file__, command, *sys.argv[2:]])


def server():
    """Find out whether the demonstration could run here before anything is downloaded for it.

    :return: never: see :func:`in_environment`
    """
    with only_one('server'):
        demo_ports()
    in_environment('serve')


def serve():
    """Run the demonstration until it is stopped.

    :return int: exit code
    """
    from _setup.demo import serve as serve_demo
    return serve_demo()


def run_tests():
    """Run the tests.

    :return int: pytest's exit code
    """
    from _setup.testing import run_tests as run_all
    return run_all(sys.argv[2:])


def screenshots():
    """Take pictures of the demonstration's screens.

    :return int: exit code
    """
    from _setup.screenshots import take
    return take(sys.argv[2:])


def benchmark():
    """Measure how fast the module is.

    :return int: exit code
    """
    from _setup.benchmark import benchmark as measure
    return measure(sys.argv[2:])


def core_tests():
    """Run Odoo's own tests without the module and with it.

    :return int: exit code
    """
    from _setup.core_tests import core_tests as run_core
    return run_core(sys.argv[2:])


COMMANDS = {
    'bootstrap': bootstrap,
    'server': server,
    'test': lambda: in_environment('run-tests'),
    'screenshots': lambda: in_environment('take-screenshots'),
    'benchmark': lambda: in_environment('run-benchmark'),
    'core-tests': lambda: in_environment('run-core-tests'),
    'serve': serve,
    'take-screenshots': screenshots,
    'run-tests': run_tests,
    'run-benchmark': benchmark,
    'run-core-tests': core_tests,
}


class Ended(BaseException):
    """A signal asked the script to end.

    :param int number: the signal
    """

    def __init__(self, number):
        super().__init__(number)
        self.signal = number


def end(number, frame):
    """Unwind what is running, so that everything started is stopped; further signals change nothing.

    :param int number: the signal
    :param frame: where it arrived, unused
    """
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise Ended(number)


def main():
    """Run the command named by the first argument.

    :return int: exit code
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    try:
        return COMMANDS[sys.argv[1]]() or 0
    except Stop as stop:
        return complain(str(stop))
    except Ended as ended:
        return 128 + ended.signal
    except OSError as error:
        write_traceback()
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return complain(f"No space is left on the disk ({error.filename or LOGS.parent}).")
        return complain(f"The machine refused: {error}.")
    except Exception as error:
        return complain(f"Unexpected {type(error).__name__}: {error} ({write_traceback()})")


def complain(sentence, code=1):
    """Print the sentence that ends a failed run.

    :param str sentence: what went wrong
    :param int code: exit code to return
    :return int: the exit code
    """
    print(sentence, file=sys.stderr, flush=True)
    return code


def write_traceback():
    """Keep the details of an unexpected failure for whoever looks into it.

    :return str: where they are
    """
    try:
        LOGS.mkdir(parents=True, exist_ok=True)
        (LOGS / 'failure.log').write_text(traceback.format_exc())
    except OSError:
        return "no details could be written"
    return f"details: {LOGS / 'failure.log'}"


if __name__ == '__main__':
    sys.exit(main())
