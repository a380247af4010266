from odoo import api, models

WATCHED = {
    'state', 'product_uom_qty', 'product_uom', 'product_id', 'location_id', 'location_dest_id', 'location_final_id',
}


class StockMove(models.Model):
    """What is to leave or to come: demand takes from what can be sold, also where nothing is reserved yet."""

    _inherit = 'stock.move'

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `stock` to note the products' listings."""
        moves = super().create(vals_list)
        self.env['onbuy.offer.change']._collect_products(moves.product_id.ids, 'stock')
        return moves

    def write(self, vals):
        """Override of `stock` to note the products' listings, before and after a change of the product."""
        watched = not WATCHED.isdisjoint(vals)
        products = set(self.product_id.ids) if watched else set()
        result = super().write(vals)
        if watched:
            self.env['onbuy.offer.change']._collect_products(products | {vals.get('product_id')}, 'stock')
        return result

    def unlink(self):
        """Override of `stock` to note the products' listings."""
        self.env['onbuy.offer.change']._collect_products(self.product_id.ids, 'stock')
        return super().unlink()
