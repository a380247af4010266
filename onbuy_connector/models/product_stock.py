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


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def _onbuy_filter_without_stock(self):
        """Return the products of which no stock was ever here."""
        found = self.env['stock.quant'].sudo().search([('product_id', 'in', self.ids)]).product_id
        found |= self.env['stock.move'].sudo()._read_group(
            [('product_id', 'in', self.ids), ('state', '=', 'done')], [], ['product_id:recordset'])[0][0]
        return self.filtered(lambda product: product not in found)
