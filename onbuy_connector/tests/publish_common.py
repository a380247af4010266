"""What the tests of listing on OnBuy share: products that could be listed, and the way of a draft."""
from datetime import timedelta
from itertools import count
from urllib.parse import quote

from odoo import fields

from .common import OnbuyCommon

PAST = timedelta(minutes=1)
NUMBERS = count(1)  # the sandbox remembers what other tests listed


def gtin(number):
    """Return a valid EAN-13 that the sandbox does not use."""
    digits = f'50999{number:07d}'
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return digits + str(-total % 10)


class PublishCommon(OnbuyCommon):
    """A live store that knows OnBuy's categories, and goods in stock that OnBuy does not have yet."""

    sandbox_options = ('--no-limits', '--listings', '6', '--orders', '0', '--seed', '7')

    def setUp(self):
        super().setUp()
        self.sandbox.control('PUT', '/settings', {
            'queue_delay_seconds': 3600, 'queue_uid': False, 'sku_unaddressable_seconds': 0, 'opc_unknown_seconds': 0,
            'sku_reserved_seconds': 0, 'create_listing_with_product': True})
        self.sandbox.control('DELETE', '/queues')
        self.go_live(create_products=False)
        self.store.action_sync_categories()
        self.category = self.find_category("Desk Lamps")
        self.brand = self.env['onbuy.brand'].create({'name': "Lumora", 'code': '4400'})
        self.sandbox.control('DELETE', '/requests')

    def find_category(self, name):
        """Return a category whose features are known."""
        category = self.env['onbuy.category'].search([('name', '=', name)])
        if not category.read_date:
            category.action_read_features()
        return category

    def make_product(self, stock=10, **values):
        """Create goods that nothing is in the way of listing.

        :param int stock: pieces
        """
        number = next(NUMBERS)
        product = self.env['product.product'].create({
            'name': f"Lumora Lamp {number}", 'type': 'consu', 'is_storable': True, 'default_code': f'LAMP-{number}',
            'barcode': gtin(number), 'list_price': 20, 'standard_price': 5, **self.prepare_page(), **values})
        if stock:
            self.count_stock(product, stock)
        return product

    def prepare_page(self):
        """Return the values of a product that OnBuy's page needs."""
        return {'onbuy_category_id': self.category.id, 'onbuy_brand_id': self.brand.id,
                'onbuy_description': "<p>A lamp.</p>", 'onbuy_image_urls': 'https://img.example.com/lamp.jpg'}

    def make_family(self, colours=("Red", "Blue")):
        """Create goods with a variant for each colour, all of which could be listed.

        :return: ``product.product``
        """
        attribute = self.env['product.attribute'].create({
            'name': "Colour", 'value_ids': [(0, 0, {'name': colour}) for colour in colours]})
        template = self.env['product.template'].create({
            'name': f"Lumora Mug {next(NUMBERS)}", 'type': 'consu', 'is_storable': True, 'list_price': 10,
            **self.prepare_page(),
            'attribute_line_ids': [(0, 0, {
                'attribute_id': attribute.id, 'value_ids': [(6, 0, attribute.value_ids.ids)]})]})
        for place, product in enumerate(template.product_variant_ids):
            number = next(NUMBERS)
            product.write({'barcode': gtin(number), 'default_code': f'MUG-{number}'})
            self.count_stock(product, 5 + place)
        return template.product_variant_ids

    def draft(self, products, **values):
        """Make drafts of products."""
        return self.env['onbuy.listing']._make_drafts(self.store, products, **values)

    def list_now(self, products, **values):
        """Make drafts of products and have them listed; return them."""
        drafts = self.draft(products, **values)
        drafts.action_list_now()
        self.assertEqual(set(drafts.mapped('publish_state')) - {'waiting', 'offering'}, set(), drafts.mapped('to_mend'))
        return drafts

    def publish(self):
        """Run the cron, everything being due."""
        now = fields.Datetime.now() - PAST
        self.env['onbuy.listing'].search([('publish_next', '!=', False)]).publish_next = now
        self.env['onbuy.product.queue'].search([('next_attempt', '!=', False)]).next_attempt = now
        self.run_cron('publish')

    def drain(self):
        """Let OnBuy finish all that is in its queue."""
        self.sandbox.control('POST', '/queues/drain')

    def list_to_the_end(self, products, **values):
        """List products until they are on OnBuy; return the listings."""
        drafts = self.list_now(products, **values)
        self.publish()
        self.drain()
        self.publish()
        return drafts

    def remote(self, sku):
        """Return a listing as OnBuy's seller panel shows it."""
        return self.sandbox.control('GET', f'/listings/{quote(sku, safe="")}')

    def sent(self, path, method='POST'):
        """Return the bodies of the requests of a path that the sandbox got."""
        return [one['body'] for one in self.sandbox.requests(path, method) if one['path'].endswith(path)]
