from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Install what keeps the shop's promotions off orders from OnBuy where the shop has some: an update alone installs no
    addon that is new.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    modules = env['ir.module.module']
    if modules.search_count([('name', '=', 'sale_loyalty'), ('state', 'in', ('installed', 'to upgrade'))]):
        modules.search([('name', '=', 'onbuy_connector_loyalty'), ('state', '=', 'uninstalled')]).button_install()
        env.flush_all()
