from odoo import api, models

WATCHED = {'quantity', 'reserved_quantity', 'location_id', 'owner_id'}


class StockQuant(models.Model):
    """What is in stock: whatever changes here may change what OnBuy should show."""

    _inherit = 'stock.quant'

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `stock` to note the products' listings."""
        quants = super().create(vals_list)
        self.env['onbuy.offer.change']._collect_products(quants.product_id.ids, 'stock')
        return quants

    def write(self, vals):
        """Override of `stock` to note the products' listings."""
        if not WATCHED.isdisjoint(vals):
            self.env['onbuy.offer.change']._collect_products(self.product_id.ids, 'stock')
        return super().write(vals)

    def unlink(self):
        """Override of `stock` to note the products' listings."""
        self.env['onbuy.offer.change']._collect_products(self.product_id.ids, 'stock')
        return super().unlink()
