from odoo import models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """An order from OnBuy is what the buyer paid there: no promotion, code or loyalty card of the shop is for it."""

    _inherit = 'sale.order'

    def _get_program_domain(self):
        """Override of `sale_loyalty` to find no programme for orders from OnBuy."""
        return list(Domain.FALSE) if self.onbuy_order_id else super()._get_program_domain()

    def _get_trigger_domain(self):
        """Override of `sale_loyalty` to find no code for orders from OnBuy."""
        return list(Domain.FALSE) if self.onbuy_order_id else super()._get_trigger_domain()
