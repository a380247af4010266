from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    onbuy_vat_to_check = fields.Boolean(
        string="VAT to check", copy=False,
        help="This product was made from an OnBuy listing, which says nothing of VAT. Check its customer taxes, then "
             "take this mark away.",
    )


class ProductProduct(models.Model):
    _inherit = 'product.product'

    onbuy_listing_ids = fields.One2many(
        'onbuy.listing', 'product_id', string="OnBuy Listings", groups='onbuy_connector.group_onbuy_user')
