import base64
import io

from PIL import Image

from odoo.tests import HttpCase, tagged

from ..models import product_onbuy_images


def picture(kind, size=(20, 10), **options):
    """Return a picture in base64."""
    content = io.BytesIO()
    Image.new('RGBA' if kind != 'JPEG' else 'RGB', size, 'red').save(content, kind, **options)
    return base64.b64encode(content.getvalue())


@tagged('post_install', '-at_install')
class TestImageRoute(HttpCase):
    """Pictures that OnBuy fetches from Odoo: by an address that cannot be guessed, and only those of listings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store = cls.env['onbuy.store'].create({'name': "Lamp House"})
        cls.product = cls.env['product.product'].create({'name': "Lamp", 'image_1920': picture('JPEG')})
        cls.draft = cls.env['onbuy.listing']._make_drafts(cls.store, cls.product)
        cls.env['ir.config_parameter'].set_param('web.base.url', cls.base_url())

    def url(self, product=None):
        """Return the address of the first picture of a product."""
        return (product or self.product)._get_onbuy_picture_urls()[0]

    def get(self, url):
        """Fetch an address as somebody who is not logged in."""
        self.env.flush_all()
        return self.url_open(url[len(self.base_url()):])

    def test_onbuy_fetches_a_picture_without_logging_in(self):
        answer = self.get(self.url())
        self.assertEqual((answer.status_code, answer.headers['Content-Type']), (200, 'image/jpeg'))
        self.assertEqual(Image.open(io.BytesIO(answer.content)).size, (20, 10))
        self.assertIn('max-age', answer.headers['Cache-Control'])
        self.assertEqual(answer.headers['X-Content-Type-Options'], 'nosniff')

    def test_no_other_picture_can_be_had_by_guessing(self):
        url = self.url()
        _base, picture_id, token, name = url.rsplit('/', 3)
        other = self.env['ir.attachment'].search([('id', '!=', int(picture_id)), ('res_model', '=', 'res.partner')], limit=1)
        for changed in (f'{_base}/{picture_id}/{"0" * 32}/{name}', f'{_base}/{other.id or 1}/{token}/{name}',
                        f'{_base}/{picture_id}/{token[:-1]}/{name}', f'{_base}/999999999/{token}/{name}'):
            with self.subTest(url=changed):
                self.assertEqual(self.get(changed).status_code, 404)

    def test_a_token_of_an_attachment_that_is_no_products_picture_opens_nothing(self):
        secret = self.env['ir.attachment'].create({
            'name': "secret", 'raw': base64.b64decode(picture('PNG')), 'mimetype': 'image/png'})
        url = f'{self.base_url()}/onbuy/picture/{secret.id}/{secret._get_onbuy_token()}/x.png'
        self.assertEqual(self.get(url).status_code, 404)

    def test_the_picture_of_a_product_without_listing_is_not_served(self):
        product = self.env['product.product'].create({'name': "Private", 'image_1920': picture('JPEG')})
        self.assertEqual(self.get(self.url(product)).status_code, 404)
        self.env['onbuy.listing']._make_drafts(self.store, product)
        self.assertEqual(self.get(self.url(product)).status_code, 200)

    def test_a_webp_is_served_as_the_jpeg_that_the_web_client_stored_with_it(self):
        webp = b'RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0'
        self.product.image_1920 = base64.b64encode(webp)
        self.assertEqual(self.product._get_onbuy_picture_urls(), ())
        original = self.env['ir.attachment'].create({'name': "lamp.webp", 'raw': webp, 'mimetype': 'image/webp'})
        self.env['ir.attachment'].create({
            'name': "lamp.jpg", 'raw': base64.b64decode(picture('JPEG')), 'mimetype': 'image/jpeg',
            'res_model': 'ir.attachment', 'res_id': original.id})
        answer = self.get(self.url())
        self.assertTrue(self.url().endswith('.jpg'))
        self.assertEqual((answer.headers['Content-Type'], answer.content[:2]), ('image/jpeg', b'\xff\xd8'))

    def test_a_changed_picture_has_another_address(self):
        before = self.url()
        self.product.image_1920 = picture('PNG', (30, 30))
        self.env.flush_all()
        self.assertNotEqual(self.url(), before)
        self.assertTrue(self.url().endswith('.png'))

    def test_a_variant_with_a_picture_of_its_own_shows_that_first(self):
        attribute = self.env['product.attribute'].create({
            'name': "Colour", 'value_ids': [(0, 0, {'name': "Red"}), (0, 0, {'name': "Blue"})]})
        template = self.env['product.template'].create({
            'name': "Mug", 'image_1920': picture('JPEG'), 'attribute_line_ids': [
                (0, 0, {'attribute_id': attribute.id, 'value_ids': [(6, 0, attribute.value_ids.ids)]})]})
        red, blue = template.product_variant_ids
        red.image_variant_1920 = picture('PNG')
        self.assertEqual(len(red._get_onbuy_picture_urls()), 2)
        self.assertTrue(red._get_onbuy_picture_urls()[0].endswith('.png'))
        self.assertEqual(blue._get_onbuy_picture_urls(), template._get_onbuy_picture_urls())
        self.env['onbuy.listing']._make_drafts(self.store, red)
        for url in red._get_onbuy_picture_urls():
            self.assertEqual(self.get(url).status_code, 200)

    def test_a_picture_that_is_too_large_is_not_served(self):
        self.patch(product_onbuy_images, 'MAX_IMAGE_BYTES', 10)
        self.assertEqual(self.get(self.url()).status_code, 404)
