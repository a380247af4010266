"""wkhtmltopdf, which Odoo prints PDF reports with: the machine's, else Debian's, unpacked into .run/."""

import shlex
import shutil
from xml.sax.saxutils import escape

from . import apt
from .commands import run
from .console import Stop, say
from .paths import BIN, DEBIAN_WKHTMLTOPDF
from .stamps import is_current, write_stamp

PROGRAM = BIN / 'wkhtmltopdf'
FONTS = DEBIAN_WKHTMLTOPDF / 'fonts.conf'
# counted up when what is written here changes
RECIPE = ['wkhtmltopdf', 2]
WRAPPER = '''#!/bin/sh
# Made by script/bootstrap: runs Debian's wkhtmltopdf from the folder it was unpacked into.
home={home}
libraries="$home/usr/lib/{machine}:$home/lib/{machine}"
export LD_LIBRARY_PATH="$libraries${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export QT_PLUGIN_PATH="$home/usr/lib/{machine}/qt5/plugins" QT_QPA_PLATFORM=offscreen
export FONTCONFIG_FILE={fonts}
exec "$home/usr/bin/wkhtmltopdf" "$@"
'''
FONTS_CONF = '''<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
    <dir>/usr/share/fonts</dir>
    <dir>{home}/usr/share/fonts</dir>
    <cachedir>{home}/font-cache</cachedir>
</fontconfig>
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
    write_wrapper()
    # before the check: fetching it again would not make it print
    write_stamp(DEBIAN_WKHTMLTOPDF, RECIPE)
    check()


def write_wrapper():
    """Write the program that starts wkhtmltopdf with the libraries and fonts it was unpacked with."""
    library = next(DEBIAN_WKHTMLTOPDF.glob('usr/lib/*/libQt5Core.so.5'))
    FONTS.write_text(FONTS_CONF.format(home=escape(str(DEBIAN_WKHTMLTOPDF))))
    BIN.mkdir(exist_ok=True)
    PROGRAM.write_text(WRAPPER.format(home=shlex.quote(str(DEBIAN_WKHTMLTOPDF)), machine=library.parent.name,
                                      fonts=shlex.quote(str(FONTS))))
    PROGRAM.chmod(0o755)


def check():
    """Print a page.

    :raise Stop: when it does not print
    """
    page = DEBIAN_WKHTMLTOPDF / 'page.html'
    page.write_text('<h1>A page</h1>')
    try:
        run([PROGRAM, '--quiet', page, page.with_suffix('.pdf')], 'wkhtmltopdf', "wkhtmltopdf does not print")
    except Stop:
        PROGRAM.unlink()
        raise
