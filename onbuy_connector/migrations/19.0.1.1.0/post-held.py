from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Take the activities of held changes away with their type: alerts are in their place, and tell what is still held."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    kind = env.ref('onbuy_connector.mail_activity_held', raise_if_not_found=False)
    if kind:
        env['mail.activity'].with_context(active_test=False).search([('activity_type_id', '=', kind.id)]).unlink()
        kind.unlink()
