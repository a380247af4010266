"""Getting Odoo 19: importable already, a checkout named by ODOO_HOME, else Debian's package."""

import importlib.util
import os
import shutil
from pathlib import Path

from . import apt
from .console import Stop, say
from .paths import DEBIAN_ODOO
from .stamps import is_current, write_stamp

# no version is named: sid keeps one at a time (19.0.0+dfsg-1 was tried), and any 19.0 does
PACKAGES = [
    'odoo-19/sid',
    # where links of the package's static files point to
    'libjs-jquery/sid', 'libjs-jquery-form/sid', 'libjs-underscore/sid',
    'fonts-roboto-unhinted/sid', 'fonts-montserrat/sid', 'fonts-ocr-b/sid',
    # sid's versions of these two have other file names
    'fonts-font-awesome/bookworm', 'fonts-inconsolata/bookworm',
]
# Debian removed this file, and the browser reports the lack as an error; nothing of ours calls it
REMOVED_FILE = 'mail/static/lib/selfie_segmentation/selfie_segmentation.js'


def odoo_folder():
    """Find or fetch Odoo 19.

    :return pathlib.Path: the folder that holds the package ``odoo``, to be put on Python's path
    :raise Stop: when there is none and none can be fetched
    """
    if os.environ.get('ODOO_HOME'):
        return checkout(Path(os.environ['ODOO_HOME']).expanduser().resolve())
    return importable() or debian()


def checkout(folder):
    """Check the folder named by ODOO_HOME.

    :param pathlib.Path folder: a checkout of Odoo
    :return pathlib.Path: the same
    :raise Stop: when it holds no Odoo 19
    """
    if not is_odoo_19(folder):
        raise Stop(f"ODOO_HOME={folder} holds no Odoo 19: name the folder that has its odoo/release.py.")
    return folder


def importable():
    """Look for an Odoo 19 that this Python imports.

    :return pathlib.Path: its folder, or None
    """
    try:
        spec = importlib.util.find_spec('odoo.release')
    except ModuleNotFoundError:
        return None
    folder = Path(spec.origin).parents[1] if spec and spec.origin else None
    return folder if folder and is_odoo_19(folder) else None


def identity():
    """Tell one Odoo from another, and a checkout from the same after a pull; for the environment's Python.

    :return list: where it is and when it last changed
    """
    release = Path(importlib.util.find_spec('odoo.release').origin)
    traces = (release, release.parents[1] / '.git' / 'logs' / 'HEAD')
    return [(str(path), path.stat().st_mtime_ns) for path in traces if path.exists()]


def is_odoo_19(folder):
    """Tell whether a folder holds the package of Odoo 19.

    :param pathlib.Path folder: the folder above ``odoo``
    :return bool: whether its release says so
    """
    release = folder / 'odoo' / 'release.py'
    return release.exists() and 'version_info = (19, 0,' in release.read_text()


def debian():
    """Fetch Debian's package and what its links point to, unless they are there.

    :return pathlib.Path: the folder of its Python packages
    :raise Stop: without apt, network or disk space
    """
    folder = DEBIAN_ODOO / 'usr' / 'lib' / 'python3' / 'dist-packages'
    if not is_current(DEBIAN_ODOO, PACKAGES):
        say("Fetching Odoo 19 from Debian (130 MB to download, 1.3 GB unpacked) ...")
        apt.update()
        apt.fetch(PACKAGES, DEBIAN_ODOO, 'odoo')
        mend(folder)
        write_stamp(DEBIAN_ODOO, PACKAGES)
    return folder


def mend(folder):
    """Check what was unpacked and set right what the package lacks or has twice.

    :param pathlib.Path folder: the folder of the Python packages
    :raise Stop: when it is no Odoo 19
    """
    if not is_odoo_19(folder):
        raise Stop("Debian's odoo-19 is no longer Odoo 19.0: set ODOO_HOME to a checkout of Odoo 19.0.")
    removed = folder / 'odoo' / 'addons' / REMOVED_FILE
    removed.parent.mkdir(parents=True, exist_ok=True)
    removed.touch()
    # a second copy of the addons, without their static files
    shutil.rmtree(folder / 'addons', ignore_errors=True)
