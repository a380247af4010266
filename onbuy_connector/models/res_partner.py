from odoo import fields, models


class ResPartner(models.Model):
    _inherit = 'res.partner'

    onbuy_store_id = fields.Many2one(
        'onbuy.store', string="OnBuy Store", index='btree_not_null', readonly=True, copy=False, ondelete='set null',
        help="The store whose orders this contact was made from. Only such contacts are matched with buyers.",
    )
