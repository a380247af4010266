"""wkhtmltopdf, which Odoo prints PDF reports with: the machine's, else Debian's, unpacked into .run/."""

import os
import shutil

from . import apt
from .console import Stop, say
from .paths import BIN, DEBIAN_WKHTMLTOPDF
from .stamps import is_current, write_stamp

PROGRAM = BIN / 'wkhtmltopdf'
RECIPE = ['wkhtmltopdf', 1]
WRAPPER = '''#!/bin/sh
# Made by script/bootstrap: runs Debian's wkhtmltopdf from the folder it was unpacked into.
home={home}
export LD_LIBRARY_PATH="$home/{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export QT_PLUGIN_PATH="$home/{libraries}/qt5/plugins" QT_QPA_PLATFORM=offscreen
exec "$home/usr/bin/wkhtmltopdf" "$@"
'''


def make():
    """Fetch wkhtmltopdf unless it is there; without it everything but PDF reports works."""
    if is_current(DEBIAN_WKHTMLTOPDF, RECIPE) or shutil.which('wkhtmltopdf'):
        return
    try:
        fetch()
    except Stop as problem:
        say(f"PDF reports will not print here: {problem}")


def fetch():
    """Unpack Debian's package with the libraries this machine lacks, and write the program that starts it.

    :raise Stop: without apt or network
    """
    say("Fetching wkhtmltopdf from Debian (30 MB) ...")
    apt.update()
    packages = [f'{name}/{apt.STABLE}' for name in apt.missing_packages('wkhtmltopdf')]
    if not packages:
        raise Stop("Debian's wkhtmltopdf does not fit this machine.")
    apt.fetch(packages, DEBIAN_WKHTMLTOPDF, 'wkhtmltopdf')
    library = next(DEBIAN_WKHTMLTOPDF.glob('usr/lib/*/libQt5Core.so.5'))
    BIN.mkdir(exist_ok=True)
    PROGRAM.write_text(WRAPPER.format(home=DEBIAN_WKHTMLTOPDF,
                                      libraries=os.path.relpath(library.parent, DEBIAN_WKHTMLTOPDF)))
    PROGRAM.chmod(0o755)
    write_stamp(DEBIAN_WKHTMLTOPDF, RECIPE)
