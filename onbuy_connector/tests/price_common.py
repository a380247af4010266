"""What the tests of prices share: products, pricelists, and what OnBuy should show."""
from datetime import timedelta

from odoo import fields

from .money_common import MoneyCommon

DAY = timedelta(days=1)


class PriceCommon(MoneyCommon):
    """A live store and products of 20 %, 5 %, 0 % VAT at £10.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pounds = cls.env.ref('base.GBP')
        cls.now = fields.Datetime.now()
        for product in cls.products.values():
            product.list_price = 10

    def listing(self, sku='TWENTY'):
        """Return a listing."""
        return self.env['onbuy.listing'].search([('store_id', '=', self.store.id), ('sku', '=', sku)])

    def price(self, sku='TWENTY'):
        """Return the OfferPrice of a listing."""
        listing = self.listing(sku)
        prices, problems = listing._get_selling_prices()
        self.assertFalse(problems)
        return prices[listing]

    def problem(self, sku='TWENTY'):
        """Return why the price of a listing cannot be told."""
        listing = self.listing(sku)
        prices, problems = listing._get_selling_prices()
        self.assertNotIn(listing, prices)
        return problems[listing]

    def sale(self, sku='TWENTY'):
        """Return sale price, start and end of a listing."""
        price = self.price(sku)
        return price.sale_price, price.sale_start, price.sale_end

    def pricelist(self, *rules, field='price_pricelist_id', **values):
        """Create a pricelist of fixed prices, and have the store use it.

        :param rules: values of rules; a number for a price of everything
        :param str field: of the store
        """
        pricelist = self.env['product.pricelist'].create({
            'name': "Shelf", 'currency_id': self.pounds.id, 'company_id': self.company.id, **values})
        for rule in rules:
            rule = rule if isinstance(rule, dict) else {'fixed_price': rule}
            self.env['product.pricelist.item'].create({'pricelist_id': pricelist.id, 'compute_price': 'fixed', **rule})
        if field:
            source = 'pricelist' if field == 'price_pricelist_id' else self.store.price_source
            self.store.write({field: pricelist.id, 'price_source': source})
        return pricelist

    def sales(self, *rules, **values):
        """Create the store's sale pricelist; see :meth:`pricelist`."""
        return self.pricelist(*rules, field='sale_pricelist_id', **values)
