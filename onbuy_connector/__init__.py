from . import controllers, demo, models, report, wizards


def uninstall_hook(env):
    """Remove the settings that belong to no record of the module."""
    env['ir.config_parameter'].search([('key', '=like', 'onbuy_connector.%')]).unlink()
