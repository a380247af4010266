from odoo import fields, models
from odoo.exceptions import UserError


class OnbuyOrderFetch(models.TransientModel):
    """Asks which orders to fetch again: one by its id, or those that changed between two dates."""

    _name = 'onbuy.order.fetch'
    _description = "OnBuy: Fetch Orders"

    store_id = fields.Many2one('onbuy.store', required=True, ondelete='cascade')
    by = fields.Selection(
        selection=[('dates', "That changed between two dates"), ('name', "One, by its id")],
        string="Which orders", required=True, default='dates',
    )
    start = fields.Datetime(
        string="From", default=lambda self: fields.Datetime.subtract(fields.Datetime.now(), days=7))
    end = fields.Datetime(string="To", default=fields.Datetime.now)
    name = fields.Char(string="OnBuy Order")

    def action_fetch(self):
        """Fetch the orders now; what takes longer goes on in the background.

        :return: a client action that tells what came of it
        :raise UserError: when the dates make no sense, or OnBuy has no such order
        """
        self.ensure_one()
        if self.by == 'name':
            result = self.store_id.action_recover_order(self.name)
        else:
            if not self.start or not self.end or self.start > self.end:
                raise UserError(self.env._("Enter two dates, the earlier one first."))
            result = self.store_id._fetch_orders_between(self.start, self.end)
        result['params']['next'] = {'type': 'ir.actions.act_window_close'}
        return result
