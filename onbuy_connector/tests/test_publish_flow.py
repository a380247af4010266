from odoo.tests import tagged

from .publish_common import PublishCommon, gtin


@tagged('post_install', '-at_install')
class TestPublishFlow(PublishCommon):
    """The way of a draft onto OnBuy, on good days."""

    def test_a_product_that_onbuy_does_not_have_is_created_and_put_on_sale(self):
        listing = self.list_now(self.make_product())
        self.publish()
        self.assertEqual((listing.publish_state, listing.queue_ids.state), ('creating', 'pending'))
        self.drain()
        self.publish()
        self.assertEqual((listing.publish_state, listing.is_on_onbuy, listing.sync_state), (False, True, 'synced'))
        remote = self.remote('LAMP-1')
        self.assertEqual((remote['price'], remote['stock'], remote['status']), ('24.00', 10, 'active'))
        self.assertEqual((listing.price, listing.stock, listing.opc), (24, 10, remote['opc']))
