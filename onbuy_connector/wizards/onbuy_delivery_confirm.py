from odoo import fields, models


class OnbuyDeliveryConfirm(models.TransientModel):
    """Asks before deliveries are validated whose orders OnBuy cancelled or refunded."""

    _name = 'onbuy.delivery.confirm'
    _description = "OnBuy: Ship a Cancelled Order"

    picking_ids = fields.Many2many('stock.picking', string="Deliveries", readonly=True)
    has_others = fields.Boolean(readonly=True, help="Deliveries without a warning are validated with these.")

    def action_validate(self):
        """Validate all the same.

        :return: what validating asks of the user next, if anything
        """
        return self._get_asked().with_context(skip_onbuy_warning=True).button_validate()

    def action_leave_out(self):
        """Validate the others only.

        :return: what validating asks of the user next, if anything
        """
        others = self._get_asked() - self.picking_ids
        return others.with_context(button_validate_picking_ids=others.ids).button_validate()

    def _get_asked(self):
        """Return the deliveries that someone wanted to validate."""
        self.ensure_one()
        return self.env['stock.picking'].browse(
            self.env.context.get('button_validate_picking_ids') or self.picking_ids.ids)
