from odoo import fields, models

from .product_onbuy import split_lines
from .product_onbuy_images import MOST_ADDITIONAL


class ProductProduct(models.Model):
    """Pictures by address of one variant, such as the red one."""

    _inherit = 'product.product'

    onbuy_variant_image_urls = fields.Text(
        string="Addresses of the Variant's Pictures", copy=False,
        help="One a line, the main picture first. Empty: the pictures of all variants.")

    def _get_onbuy_written_urls(self):
        """Return the addresses of pictures that were entered for this variant, else for all."""
        return split_lines(self.onbuy_variant_image_urls) or split_lines(self.onbuy_image_urls)

    def _get_onbuy_picture_urls(self):
        """Override: the variant's own addresses come before everything."""
        if self.onbuy_variant_image_urls or self.product_variant_count < 2:
            if urls := self._get_onbuy_written_urls():
                return urls[:1 + MOST_ADDITIONAL]
        return super()._get_onbuy_picture_urls()
