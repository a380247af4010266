import base64
from collections import Counter
from functools import partial

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.image import image_process

from ..lib.errors import UnavailableError

IMAGES_PER_UNIT = 10
IMAGE_SIZE = (1024, 1024)


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    def _get_image_units(self, client):
        """Give units that store the first picture of products that were made from listings.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        listings = self.env['onbuy.listing'].search([
            ('store_id', '=', self.id), ('image_state', '=', 'wanted'), ('product_id', '!=', False)])
        for start in range(0, len(listings), IMAGES_PER_UNIT):
            batch = listings[start:start + IMAGES_PER_UNIT]
            images = {listing.id: batch._fetch_image(client, listing.image_url) for listing in batch}
            yield partial(batch._store_images, images)


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    image_state = fields.Selection(
        selection=[('wanted', "To fetch"), ('done', "Fetched"), ('refused', "Not usable")], readonly=True, copy=False)

    def _fetch_image(self, client, url):
        """Return a picture's bytes, None if it is not acceptable, False if it may be had later."""
        try:
            return client.fetch_image(url)
        except UnavailableError:
            return False
        except ValueError:
            return None

    def _store_images(self, images):
        """Store fetched pictures on the products that have none.

        :param dict images: listing id → bytes, None (not usable) or False (later)
        :rtype: Counter
        """
        figures = Counter()
        for listing in self.filtered(lambda listing: images[listing.id] is not False):
            content = images[listing.id]
            try:
                image = content and image_process(content, size=IMAGE_SIZE, verify_resolution=True)
            except UserError:
                image = None
            listing.image_state = 'done' if image else 'refused'
            if image and not listing.product_id.image_1920:
                listing.product_id.image_1920 = base64.b64encode(image)
                figures['updated'] += 1
        return figures

    def _create_products(self):
        """Override to fetch the first picture of a product that was made from a listing."""
        super()._create_products()
        self.filtered('image_url').image_state = 'wanted'
