from odoo import models

WATCHED = {'is_storable', 'type', 'uom_id'}


class ProductTemplate(models.Model):
    """Whether stock of a product is kept, and in which unit."""

    _inherit = 'product.template'

    def write(self, vals):
        """Override of `product` to note the listings of its variants."""
        result = super().write(vals)
        if not WATCHED.isdisjoint(vals):
            self.env['onbuy.offer.change']._collect_products(
                self.with_context(active_test=False).product_variant_ids.ids, 'stock')
        return result
