from odoo import models


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    def _filter_countable(self):
        """Override to leave out kits: only their components are in stock."""
        return super()._filter_countable().filtered(lambda listing: not listing.product_id.is_kits)
