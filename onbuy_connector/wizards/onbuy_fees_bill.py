from odoo import fields, models


class OnbuyFeesBill(models.TransientModel):
    """Asks which month's OnBuy fees to bill."""

    _name = 'onbuy.fees.bill'
    _description = "OnBuy: Create Fees Bill"

    store_id = fields.Many2one('onbuy.store', required=True, ondelete='cascade')
    month = fields.Date(
        required=True, default=lambda self: self.env['onbuy.store']._get_last_month(), help="Any day of the month.")

    def action_create_bill(self):
        """Draft the vendor bill, or bring the draft up to date, and open it.

        :return: a window action
        :raise UserError: when the bill is posted already, or there is nothing to bill
        """
        self.ensure_one()
        return self.store_id._create_fees_bill(self.month)._onbuy_open()
