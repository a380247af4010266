"""OCA's Shopify connector, had for a comparison only: it lies outside of what we ship and outside of our environment."""

import os

from . import python_env
from .odoo_cli import OPTIONS
from .paths import ROOT, RUN

FOLDER = RUN / 'rival'
PACKAGES = ['odoo-addon-shopify_connector==19.0.1.1.0.4', 'odoo-addon-queue_job==19.0.2.4.0.1', 'openupgradelib==3.13.7']


def install():
    """Make the connector available to every Odoo started from here on.

    :return str: the module's name
    :raise Stop: when it cannot be had
    """
    python_env.install_apart(FOLDER, PACKAGES, "OCA's Shopify connector")
    OPTIONS['addons_path'] = f'{ROOT},{FOLDER / "odoo" / "addons"}'
    os.environ['PYTHONPATH'] = str(FOLDER)
    return 'shopify_connector'
