from odoo import fields, models


class OnbuySetupCheck(models.TransientModel):
    """What a check of a store's set-up found."""

    _name = 'onbuy.setup.check'
    _description = "OnBuy Set-up Check"

    store_id = fields.Many2one('onbuy.store', required=True, readonly=True, ondelete='cascade')
    line_ids = fields.One2many('onbuy.setup.check.line', 'check_id', readonly=True)

    def action_again(self):
        """Check again.

        :return: a window action
        """
        return self.store_id.action_check_setup()


class OnbuySetupCheckLine(models.TransientModel):
    """One thing that was checked."""

    _name = 'onbuy.setup.check.line'
    _description = "OnBuy Set-up Check Line"

    check_id = fields.Many2one('onbuy.setup.check', required=True, readonly=True, index=True, ondelete='cascade')
    state = fields.Selection([('bad', "To mend"), ('info', "To know"), ('ok', "Good")], required=True, readonly=True)
    title = fields.Char(required=True, readonly=True)
    text = fields.Text(readonly=True)
    action = fields.Json(readonly=True)

    def action_open(self):
        """Open what is to be mended.

        :return: a window action
        """
        self.ensure_one()
        return self.action
