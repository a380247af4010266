import base64
from collections import Counter
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.tools.image import image_process

from ..lib.errors import UnavailableError

IMAGE_SIZE = (1024, 1024)
IMAGE_WAITS = [timedelta(hours=hours) for hours in (1, 4, 16, 64, 128, 256)]  # the last one is not waited
MOST_FAILURES = 3  # of one run; more look like a bad day of the network, so the others wait for the next run


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    @api.model
    def _cron_fetch_images(self):
        """Fetch the pictures that are still wanted."""
        self._cron_run('images')

    def _get_images_work(self):
        """Return where the task of pictures finds what it has to do (see :meth:`_has_work`)."""
        return [('onbuy.listing', self._get_images_domain())]

    def _get_images_domain(self):
        """Return the domain of the listings whose picture is to be fetched now."""
        return [
            ('store_id', '=', self.id), ('product_id', '!=', False), ('image_state', 'in', ('wanted', 'again')),
            '|', ('image_date', '=', False), ('image_date', '<=', fields.Datetime.now()),
        ]

    def _task_images(self, client):
        """Store the first picture of products that were made from listings; apart from the listings, for it takes long.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        listings = self.env['onbuy.listing'].search(self._get_images_domain(), order='image_date NULLS FIRST, id')
        failures, hosts = 0, self._get_image_hosts()
        for listing in listings:
            try:
                content = client.fetch_image(listing.image_url, hosts)
            except UnavailableError:
                yield listing._put_off_image
                failures += 1
                if failures == MOST_FAILURES:
                    return
                continue
            except ValueError:
                content = None
            yield partial(listing._store_image, content)

    def _get_image_hosts(self):
        """Return from which hosts pictures may come, as a system administrator set it; none: from any public one.

        :rtype: list
        """
        hosts = self.env['ir.config_parameter'].sudo().get_param('onbuy_connector.image_hosts') or ''
        return hosts.replace(',', ' ').split()


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    image_state = fields.Selection(
        selection=[('wanted', "To fetch"), ('again', "To fetch again"), ('done', "Fetched"), ('refused', "Not usable")],
        string="Picture", readonly=True, copy=False)
    image_attempts = fields.Integer(readonly=True, copy=False)
    image_date = fields.Datetime(string="Picture Tried Again", readonly=True, copy=False)

    _image_wanted_index = models.Index("(store_id) WHERE image_state IN ('wanted', 'again')")

    def _want_image(self):
        """Have the first picture of these listings fetched for their products."""
        with_picture = self.filtered('image_url')
        if with_picture:
            with_picture.write({'image_state': 'wanted', 'image_attempts': 0, 'image_date': False})
            self.env['onbuy.store']._trigger_task('images')

    def _put_off_image(self):
        """Note that the picture could not be had, or is none; a host has bad hours, so it is tried again for some days."""
        self.image_attempts += 1
        is_last = self.image_attempts == len(IMAGE_WAITS)
        self.image_date = not is_last and fields.Datetime.now() + IMAGE_WAITS[self.image_attempts - 1]
        self.image_state = 'refused' if is_last else 'again'

    def _store_image(self, content):
        """Store a fetched picture on the product, if it has none.

        :param bytes content: None when the picture is not acceptable
        :rtype: Counter
        """
        try:  # Core takes whatever begins with < for an SVG, and stores it unseen.
            usable = content and not content.startswith(b'<')
            image = usable and image_process(content, size=IMAGE_SIZE, verify_resolution=True)
        except Exception:  # noqa: BLE001  Whatever a picture does to the decoder, it is only not usable.
            image = None
        if not image:
            self._put_off_image()
            return Counter()
        self.image_state = 'done'
        has_siblings = len(self.product_id.product_tmpl_id.product_variant_ids) > 1
        name = 'image_variant_1920' if has_siblings else 'image_1920'
        if self.product_id[name]:
            return Counter()
        self.product_id[name] = base64.b64encode(image)
        return Counter(updated=1)

    def _create_products_together(self):
        """Override to fetch the first picture of a product that was made from a listing."""
        result = super()._create_products_together()
        self._want_image()
        return result
