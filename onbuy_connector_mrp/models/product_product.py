from odoo import models


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def _onbuy_filter_used(self):
        """Override to keep what has a bill of materials: nobody else would have one."""
        boms = self.env['mrp.bom'].sudo().search([('product_tmpl_id', 'in', self.product_tmpl_id.ids)])
        return super()._onbuy_filter_used() | self.filtered(lambda product: product.product_tmpl_id in boms.product_tmpl_id)
