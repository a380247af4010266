from odoo import api, models
from odoo.tools import hmac

from ..lib.const import MAX_IMAGE_BYTES
from .product_onbuy import split_lines

SCOPE = 'onbuy_connector.picture'
MOST_ADDITIONAL = 10  # OnBuy API reference, 14.1
WEBP = 'image/webp'
KINDS = {'image/jpeg': 'jpg', 'image/png': 'png', WEBP: 'jpg'}
FIELDS = ('image_1920', 'image_variant_1920')


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    def _get_onbuy_picture_urls(self):
        """Return the addresses of the pictures of a family's page, the main one first."""
        return split_lines(self.onbuy_image_urls)[:1 + MOST_ADDITIONAL] or self._get_onbuy_pictures()._get_onbuy_urls()

    def _get_onbuy_pictures(self):
        """Return the product's own pictures: its image, and the e-commerce images where that app is installed.

        :return: ``ir.attachment``
        """
        more = self.product_template_image_ids if 'product_template_image_ids' in self._fields else ()
        return self.env['ir.attachment']._find_onbuy_pictures([self, *more])


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def _get_onbuy_picture_urls(self):
        """Return the addresses of the pictures of this variant, the main one first."""
        pictures = self._get_onbuy_pictures()
        urls = split_lines(self.onbuy_image_urls)
        if not urls or self.product_variant_count > 1 and pictures[:1].res_model == self._name:
            return pictures._get_onbuy_urls()
        return urls[:1 + MOST_ADDITIONAL]

    def _get_onbuy_pictures(self):
        """Return the variant's own pictures, then those of all variants; as :meth:`ProductTemplate._get_onbuy_pictures`."""
        more = self.product_variant_image_ids if 'product_variant_image_ids' in self._fields else ()
        own = self.env['ir.attachment']._find_onbuy_pictures([self, *more])
        return own | self.product_tmpl_id._get_onbuy_pictures()


class IrAttachment(models.Model):
    """Pictures that OnBuy may fetch from here: by an address that nobody can guess."""

    _inherit = 'ir.attachment'

    @api.model
    def _find_onbuy_pictures(self, records):
        """Return the pictures of some records, in their order.

        :param list records: of products and of e-commerce images
        :return: ``ir.attachment``, with the rights to read them
        """
        found = self.sudo().search([
            ('res_model', 'in', list({record._name for record in records})), ('res_field', 'in', FIELDS),
            ('res_id', 'in', [record.id for record in records]), ('mimetype', 'in', list(KINDS))])
        by_owner = {(picture.res_model, picture.res_id): picture for picture in found if picture._get_onbuy_original()}
        keys = ((record._name, record.id) for record in records)
        return found.browse([by_owner[key].id for key in keys if key in by_owner])[:1 + MOST_ADDITIONAL]

    def _get_onbuy_urls(self):
        """Return the addresses of these pictures; a changed picture has another one.

        :rtype: tuple
        """
        base = self.browse().get_base_url()
        return tuple(
            f'{base}/onbuy/picture/{picture.id}/{picture._get_onbuy_token()}/{picture.checksum[:8]}.{KINDS[picture.mimetype]}'
            for picture in self)

    def _get_onbuy_token(self):
        """Return what proves that a picture's address was given out here."""
        return hmac(self.sudo().env, SCOPE, self.id)[:32]

    def _is_onbuy_picture(self):
        """Tell whether this is a picture of a product that has a listing or draft."""
        if self.res_model not in ('product.template', 'product.product', 'product.image') or self.res_field not in FIELDS:
            return False
        owner = self.env[self.res_model].browse(self.res_id).exists() if self.res_model in self.env else None
        if not owner:
            return False
        if self.res_model == 'product.image':
            owner = owner.product_variant_id or owner.product_tmpl_id
        return bool(owner.product_variant_ids.onbuy_listing_ids)

    def _get_onbuy_original(self):
        """Return the picture that is sent in place of this one: of a WebP, the JPEG that Odoo's web client stored with it.

        :return: ``ir.attachment``, an empty one if there is none
        """
        if self.mimetype != WEBP:
            return self
        originals = self.search([('id', '!=', False), ('checksum', '=', self.checksum), ('mimetype', '=', WEBP)])
        return self.search([('res_model', '=', self._name), ('res_id', 'in', originals.ids),
                            ('mimetype', '=', 'image/jpeg')], limit=1)

    def _get_onbuy_content(self):
        """Return a picture as OnBuy takes it.

        :return: bytes and content type
        :rtype: tuple(bytes, str)
        :raise ValueError: it cannot be sent: too large, or of another type
        """
        original = self._get_onbuy_original()
        if original.mimetype not in KINDS or original.file_size > MAX_IMAGE_BYTES:
            raise ValueError("The picture is too large, or of a type that OnBuy does not take.")
        return original.raw, original.mimetype
