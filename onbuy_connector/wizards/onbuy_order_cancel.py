from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.const import CANCEL_REASONS


class OnbuyOrderCancel(models.TransientModel):
    """Asks for the reason before OnBuy is asked to cancel an order."""

    _name = 'onbuy.order.cancel'
    _description = "OnBuy: Cancel an Order"

    order_id = fields.Many2one('onbuy.order', required=True, readonly=True)
    currency_id = fields.Many2one(related='order_id.currency_id')
    amount_total = fields.Monetary(related='order_id.amount_total')
    reason = fields.Selection([(str(key), text) for key, text in CANCEL_REASONS.items()], required=True, default='1')
    info = fields.Char(string="Note for OnBuy")
    is_picked = fields.Boolean(compute='_compute_is_picked')
    is_confirmed = fields.Boolean(string="Cancel its delivery; the goods are put back")

    @api.depends('order_id')
    def _compute_is_picked(self):
        for form in self:
            form.is_picked = form.order_id.sudo()._is_picked()

    def action_cancel_order(self):
        """Put the cancellation in the outbox.

        :return: an action that closes the form
        :raise UserError: when the order can no longer be cancelled, or the warehouse has begun and nobody confirmed
        """
        self.ensure_one()
        self.order_id.check_access('write')
        if self.is_picked and not self.is_confirmed:
            raise UserError(self.env._(
                "The warehouse has begun with this order. Tick that its delivery is cancelled and the goods are put "
                "back."))
        reason = dict(self._fields['reason']._description_selection(self.env))[self.reason]
        self.order_id.sudo()._ask_cancel(int(self.reason), reason, self.info)
        return {'type': 'ir.actions.act_window_close'}
