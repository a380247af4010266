from collections import Counter

from odoo import api, fields, models

from .catalogue import Catalogue
from .orders import Orders
from .products import BARCODE, PRODUCTS


class OnbuyDemo(models.AbstractModel):
    """A store for demonstrations: paused and without keys, so that nothing is ever sent, with records in every state.

    OnBuy's part is told in documents; the rest is made by the same methods that serve real stores.
    """

    _name = 'onbuy.demo'
    _description = "OnBuy Demonstration"

    @api.model
    def _load(self):
        """Create the demonstration, and a second store that is still to be connected.

        :return: the first store
        """
        store = self._create_store()
        self._create_products(store._get_warehouse().lot_stock_id)
        Catalogue(store).load()
        Orders(store).load()
        self._note_runs(store)
        store.create({'name': "Lamp House Outlet (demonstration)", 'company_id': store.company_id.id})
        return store

    @api.model
    def _create_store(self):
        """Return a new store that looks as if it had been live for some weeks."""
        pounds = self.env.ref('base.GBP')
        pounds.active = True
        now = fields.Datetime.now()
        carrier = self.env['product.product'].create({'name': "Royal Mail", 'type': 'service', 'sale_ok': False})
        return self.env['onbuy.store'].create({
            'name': "Lamp House (demonstration)",
            'state': 'paused',
            'site_name': 'OnBuy UK',
            'live_date': now,
            'cutover_date': fields.Datetime.subtract(now, years=1),
            'responsible_id': self.env.ref('base.user_admin').id,
            'pricelist_id': self.env['product.pricelist'].create({
                'name': "OnBuy (demonstration)", 'currency_id': pounds.id, 'company_id': self.env.company.id}).id,
            'mapping_ids': [(0, 0, {'delivery_service': 'Standard', 'carrier_id': self.env['delivery.carrier'].create({
                'name': "Royal Mail", 'product_id': carrier.id, 'delivery_type': 'fixed'}).id})],
        })

    @api.model
    def _create_products(self, location):
        """Create the products, and count their stock.

        :param location: where it lies
        """
        products = self.env['product.product'].create([
            {'default_code': code, 'name': name, 'list_price': price, 'standard_price': cost, 'type': 'consu',
             'is_storable': True, 'barcode': BARCODE if code == 'DEMO-ARC-BLACK' else False}
            for code, (name, price, cost, _stock) in PRODUCTS.items()])
        self.env['stock.quant'].with_context(inventory_mode=True).create([
            {'product_id': product.id, 'location_id': location.id, 'inventory_quantity': PRODUCTS[product.default_code][3]}
            for product in products if PRODUCTS[product.default_code][3]
        ]).action_apply_inventory()

    @api.model
    def _note_runs(self, store):
        """Write what the sync log of such a store would say."""
        runs, now = self.env['onbuy.sync.run'], fields.Datetime.now()
        runs._note(store, 'listings', now, Counter(seen=22, created=20, failed=3, calls=1))
        runs._note(store, 'orders', now, Counter(seen=20, created=20, calls=1))
        runs._note(store, 'actions', now, Counter(sent=6, failed=2, calls=3))
        runs._note(store, 'offers', now, Counter(calls=1), error="OnBuy could not be reached: the connection timed out.",
                   cause='unreachable')
