from odoo import api, models


class MrpBom(models.Model):
    """What a kit is made of: a change of it changes how many can be sold."""

    _inherit = 'mrp.bom'

    def _onbuy_note_kits(self):
        """Note the listings of these kits."""
        products = self.product_id | self.filtered(lambda bom: not bom.product_id).product_tmpl_id.product_variant_ids
        self.env['onbuy.offer.change']._collect_products(products.ids, 'stock')

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `mrp` to note the kits' listings."""
        boms = super().create(vals_list)
        boms._onbuy_note_kits()
        return boms

    def write(self, vals):
        """Override of `mrp` to note the kits' listings, those of before as well."""
        self._onbuy_note_kits()
        result = super().write(vals)
        self._onbuy_note_kits()
        return result

    def unlink(self):
        """Override of `mrp` to note the kits' listings."""
        self._onbuy_note_kits()
        return super().unlink()


class MrpBomLine(models.Model):
    _inherit = 'mrp.bom.line'

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `mrp` to note the kits' listings."""
        lines = super().create(vals_list)
        lines.bom_id._onbuy_note_kits()
        return lines

    def write(self, vals):
        """Override of `mrp` to note the kits' listings."""
        self.bom_id._onbuy_note_kits()
        return super().write(vals)

    def unlink(self):
        """Override of `mrp` to note the kits' listings."""
        self.bom_id._onbuy_note_kits()
        return super().unlink()
