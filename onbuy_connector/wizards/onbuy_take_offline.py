from odoo import fields, models
from odoo.exceptions import UserError


class OnbuyTakeOffline(models.TransientModel):
    """Asks from when to when a store shows 0 for every listing."""

    _name = 'onbuy.take.offline'
    _description = "OnBuy: Take Offline"

    store_id = fields.Many2one('onbuy.store', required=True, ondelete='cascade')
    offline_from = fields.Datetime(string="From", required=True, default=fields.Datetime.now)
    offline_until = fields.Datetime(string="To", help="Leave empty to stay offline until you say otherwise.")

    def action_confirm(self):
        """Take the store offline, now or later.

        :return: a client action that tells what came of it
        :raise UserError: when the dates make no sense
        """
        self.ensure_one()
        self.store_id.check_access('write')
        if self.offline_until and self.offline_until <= max(self.offline_from, fields.Datetime.now()):
            raise UserError(self.env._("The end must lie in the future and after the beginning."))
        result = self.store_id._take_offline(self.offline_from, self.offline_until or False)
        result['params']['next'] = {'type': 'ir.actions.act_window_close'}
        return result
