from odoo import models
from odoo.exceptions import UserError


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    def action_push_to_onbuy(self):
        """Compare the listings of these products with OnBuy and send what differs, now.

        :return: a client action that tells what came of it
        :raise UserError: when they have no listings
        """
        return self.product_variant_ids.action_push_to_onbuy()


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def action_push_to_onbuy(self):
        """Compare the listings of these products with OnBuy and send what differs, now.

        :return: a client action that tells what came of it
        :raise UserError: when they have no listings
        """
        if not self.onbuy_listing_ids:
            raise UserError(self.env._("Nothing is sent: these products have no listing on OnBuy."))
        return self.onbuy_listing_ids.action_push()
