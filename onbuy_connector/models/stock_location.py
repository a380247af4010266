from odoo import models

WATCHED = {'active', 'location_id', 'usage', 'company_id'}


class StockLocation(models.Model):
    """Where goods are: an archived or moved location takes its goods along."""

    _inherit = 'stock.location'

    def write(self, vals):
        """Override of `stock` to have the stores of the company compared."""
        result = super().write(vals)
        if not WATCHED.isdisjoint(vals):
            stores = self.env['onbuy.store'].sudo().search([
                ('state', '=', 'live'), ('sync_stock', '=', True), ('company_id', 'in', self.company_id.ids)])
            for store in stores:
                store._note_all_offers('stock')
        return result
