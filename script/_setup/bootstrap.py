"""What script/server and script/test share: the Python environment, Odoo 19, wkhtmltopdf."""

import fcntl
import shutil

from . import odoo_home, python_env, wkhtmltopdf
from .console import Stop, say
from .paths import ROOT, RUN, VENV

NEEDED_GIGABYTES = 4


def bootstrap():
    """Make everything that is missing; quick when all is there.

    :raise Stop: when something cannot be made
    """
    check_place()
    RUN.mkdir(exist_ok=True)
    with (RUN / 'bootstrap.lock').open('w') as lock:
        wait_for(lock)
        if not VENV.exists():
            check_disk()
        python_env.make()
        python_env.link_odoo(odoo_home.odoo_folder())
        wkhtmltopdf.make()


def wait_for(lock):
    """Wait until no other script of this checkout is in here.

    :param lock: an open file; the lock ends when it is closed
    """
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Waiting for another script of this checkout to finish its set-up ...")
        fcntl.flock(lock, fcntl.LOCK_EX)


def check_place():
    """Make sure that Odoo can work from where the checkout is.

    :raise Stop: when it cannot
    """
    if ',' in str(ROOT):
        raise Stop(f"Odoo cannot work from a folder with a comma in its path: move {ROOT}.")


def check_disk():
    """Make sure that what is to be made fits on the disk.

    :raise Stop: when it does not
    """
    free = shutil.disk_usage(RUN).free / 1e9
    if free < NEEDED_GIGABYTES:
        raise Stop(f"Only {free:.1f} GB are free in {RUN}: {NEEDED_GIGABYTES} GB are needed.")
