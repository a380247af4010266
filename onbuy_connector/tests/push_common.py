"""What the tests of stock and prices share: what OnBuy shows, and ways to change what it should show."""
from datetime import datetime
from urllib.parse import quote

from .common import OnbuyCommon


class PushCommon(OnbuyCommon):
    """A live store whose listings have their goods in stock and are in step with OnBuy."""

    def setUp(self):
        super().setUp()
        self.go_live()
        # Room for the tests that are not about the brake.
        self.store.write({'sync_stock': True, 'brake_zero_percent': 100, 'brake_move_percent': 10000,
                          'brake_prices_percent': 100})
        self.wanted = {}
        self.patch(type(self.env['onbuy.listing']), '_get_sellable_quantities', lambda listings: {
            listing: self.wanted[listing.sku] for listing in listings if listing.sku in self.wanted})
        self.set_stocks()
        self.clear_rows()
        # Orders were fetched by going live; here the next push does so again.
        self.env['onbuy.store.state']._save(self.store, 'done_orders', {})
        self.sandbox.control('DELETE', '/requests')

    def set_stocks(self, stock=10, price=20):
        """Let OnBuy have the same stock and price of every listing, and know it."""
        for listing in self.listings():
            values = {'stock': stock, 'price': price}
            self.sandbox.control('PATCH', f'/listings/{quote(listing.sku, safe="")}', values)
        self.listings().write({'stock': stock, 'price': price, 'stock_unknown': False, 'digest': False})

    def clear_rows(self):
        """Forget what waits to be sent."""
        self.env['onbuy.offer.change'].flush_model()
        self.env.cr.execute("DELETE FROM onbuy_offer_change")

    def listings(self):
        """Return the store's listings on OnBuy, in order."""
        return self.env['onbuy.listing'].search([('store_id', '=', self.store.id), ('is_on_onbuy', '=', True)])

    def want_all(self, stocks):
        """Note that listings should show other stock.

        :param dict stocks: listing or SKU → pieces
        """
        by_sku = {listing.sku: listing for listing in self.listings()}
        stocks = {getattr(key, 'sku', key): stock for key, stock in stocks.items()}
        self.wanted.update(stocks)
        self.note(self.env['onbuy.listing'].union(*(by_sku[sku] for sku in stocks)))

    def note(self, listings, kind='stock'):
        """Note a change of listings."""
        self.env['onbuy.offer.change']._note(listings, kind)
        self.env.flush_all()

    def push(self):
        """Run the push; the requests that the sandbox got because of it are what ``puts`` gives."""
        self.run_cron('push_offers')

    def push_all(self):
        """Run the push as often as it asks for: a run lasts ten seconds."""
        for _round in range(10):
            self.push()
            if not self.count_rows():
                break

    def puts(self):
        """Return the bodies of the by-SKU updates that the sandbox got, oldest first."""
        return [one['body']['listings'] for one in self.sandbox.requests('/listings/by-sku', 'PUT')]

    def remote(self, listing):
        """Return a listing as OnBuy's seller panel shows it."""
        return self.sandbox.control('GET', f'/listings/{quote(listing.sku, safe="")}')

    def count_rows(self):
        """Return how many changes wait."""
        self.env.cr.execute("SELECT count(*) FROM onbuy_offer_change WHERE store_id = %s", (self.store.id,))
        return self.env.cr.fetchone()[0]

    def spend_puts(self, calls):
        """Note PUT calls as made a few minutes ago."""
        state = self.env['onbuy.store.state']
        known = state._load_committed(self.store, 'api')
        known['usage']['hour']['PUT'] = [[int(datetime.now().timestamp()) // 60 - 5, calls]]
        state._save_committed(self.store, 'api', known)
