"""Programs that run beside the script and end with it."""

import shutil
import signal
import subprocess

STOP_SECONDS = 20


def start(command, log, *, end_signal='TERM', prefix=(), **options):
    """Start a program that also ends if the script is killed.

    :param list command: program and arguments
    :param pathlib.Path log: file for its output, emptied first
    :param str end_signal: what it gets when the script dies
    :param prefix: arguments that start the program under another account
    :param options: passed on to :class:`subprocess.Popen`
    :return subprocess.Popen: the program, in a session of its own so that Ctrl-C does not reach it
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open('w') as output:
        return subprocess.Popen(
            # a change of account would undo what follow_parent sets, so it comes first
            [*prefix, *follow_parent(end_signal), *(str(part) for part in command)], stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True, **options)


def follow_parent(end_signal):
    """Build the start of a command that makes a program end when its parent dies.

    :param str end_signal: name of a signal without SIG
    :return list: arguments; empty where util-linux has no setpriv
    """
    return ['setpriv', '--pdeathsig', end_signal] if shutil.which('setpriv') else []


def stop(process, first_signal=signal.SIGTERM):
    """End a program and wait for it; kill it if it takes too long.

    :param subprocess.Popen process: what :func:`start` returned
    :param signal.Signals first_signal: how to ask it to end
    """
    if process.poll() is not None:
        return
    process.send_signal(first_signal)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
