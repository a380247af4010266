"""OCA's Shopify connector, had for a comparison only: it lies outside of what we ship and outside of our environment."""

import os

from .commands import run
from .odoo_cli import OPTIONS
from .paths import ROOT, RUN, VENV_PYTHON
from .python_env import PIP_OPTIONS
from .stamps import is_current, write_stamp

FOLDER = RUN / 'rival'
PACKAGES = ['odoo-addon-shopify_connector==19.0.1.1.0.4', 'odoo-addon-queue_job==19.0.2.4.0.1', 'openupgradelib==3.13.7']


def install():
    """Make the connector available to every Odoo started from here on.

    :return str: the module's name
    :raise Stop: when it cannot be had
    """
    if not is_current(FOLDER, PACKAGES):
        run([VENV_PYTHON, '-m', 'pip', 'install', *PIP_OPTIONS, '--no-deps', '--upgrade', '--target', FOLDER, *PACKAGES],
            'rival', "OCA's Shopify connector cannot be installed", attempts=2)
        write_stamp(FOLDER, PACKAGES)
    OPTIONS['addons_path'] = f'{ROOT},{FOLDER / "odoo" / "addons"}'
    os.environ['PYTHONPATH'] = str(FOLDER)
    return 'shopify_connector'
