from odoo import api, fields, models


class OnbuyDetailValue(models.Model):
    """What a product, or one of its variants, has of a technical detail of its OnBuy category."""

    _name = 'onbuy.detail.value'
    _description = "OnBuy Technical Detail of a Product"
    _order = 'product_tmpl_id, product_id, detail_id, id'
    _rec_name = 'value'

    product_tmpl_id = fields.Many2one('product.template', required=True, index=True, ondelete='cascade')
    product_id = fields.Many2one(
        'product.product', string="Variant", index='btree_not_null', ondelete='cascade',
        domain="[('product_tmpl_id', '=', product_tmpl_id)]", help="Empty: all variants.")
    detail_id = fields.Many2one('onbuy.technical.detail', required=True, index=True, ondelete='cascade')
    value = fields.Char(required=True)
    unit = fields.Char()
    units_text = fields.Char(string="Possible Units", compute='_compute_units_text')

    @api.depends('detail_id')
    def _compute_units_text(self):
        for value in self:
            value.units_text = ", ".join(value._get_units())

    def _get_units(self):
        """Return the units that OnBuy takes for this detail, none where it has none."""
        return (self.detail_id.units or '').split('\n') if self.detail_id.units else []
