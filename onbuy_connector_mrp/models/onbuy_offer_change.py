from odoo import api, models
from odoo.tools import SQL


class OnbuyOfferChange(models.Model):
    _inherit = 'onbuy.offer.change'

    @api.model
    def _get_affected_sql(self, product_ids, kinds):
        """Override to add the kits that are made of what changed, however deep, in the same query.

        Of a component only the stock matters to its kits: their price is their own.
        """
        return SQL("""
            WITH RECURSIVE affected(product_id, kind) AS (
                %s
                UNION
                SELECT product.id, affected.kind
                  FROM affected
                  JOIN mrp_bom_line line ON line.product_id = affected.product_id
                  JOIN mrp_bom bom ON bom.id = line.bom_id AND bom.type = 'phantom' AND bom.active
                  JOIN product_product product ON product.id = bom.product_id
                    OR bom.product_id IS NULL AND product.product_tmpl_id = bom.product_tmpl_id
                 WHERE affected.kind = 'stock'
            )
            SELECT * FROM affected
        """, super()._get_affected_sql(product_ids, kinds))
