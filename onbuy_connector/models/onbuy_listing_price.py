from odoo import api, fields, models
from odoo.exceptions import UserError

from .onbuy_price_book import OfferPrice, PriceBook

PRICE_OPTIONS = {
    'price_mode', 'fixed_price', 'price_floor', 'own_sale_price', 'own_sale_start', 'own_sale_end', 'product_id', 'uom_id',
}

__all__ = ['OfferPrice', 'OnbuyListing']


class OnbuyListing(models.Model):
    """The price and sale price that OnBuy should show, and where they come from."""

    _inherit = 'onbuy.listing'

    price_mode = fields.Selection(
        selection=[('store', "As the store says"), ('fixed', "Fixed here"), ('none', "Keep OnBuy's price")],
        string="Price From", default='store', required=True,
    )
    fixed_price = fields.Monetary(help="Including VAT; sent as it is.")
    price_floor = fields.Monetary(
        string="Lowest Price", help="No price or sale price goes below this (including VAT). 0: the store's lowest price.",
    )
    own_sale_price = fields.Monetary(
        string="Sale Price", help="Including VAT. While set, and until its end, it counts instead of the sale pricelist.",
    )
    own_sale_start = fields.Datetime(string="Sale Start", help="Empty: at once.")
    own_sale_end = fields.Datetime(string="Sale End", help="Empty: until the sale price is taken away.")
    next_price_date = fields.Datetime(index='btree_not_null', readonly=True, copy=False)

    price_here = fields.Monetary(string="Price to Show", compute='_compute_price_here', compute_sudo=True)
    sale_price_here = fields.Monetary(string="Sale Price to Show", compute='_compute_price_here', compute_sudo=True)
    sale_start_here = fields.Datetime(string="Sale From", compute='_compute_price_here', compute_sudo=True)
    sale_end_here = fields.Datetime(string="Sale Until", compute='_compute_price_here', compute_sudo=True)
    price_source = fields.Char(compute='_compute_price_here', compute_sudo=True)

    _price_options_check = models.Constraint(
        'CHECK (LEAST(fixed_price, price_floor, own_sale_price) >= 0)', "Prices cannot be negative.")
    _own_sale_check = models.Constraint(
        'CHECK (own_sale_start < own_sale_end)', "A sale must end after it begins.")

    # === COMPUTE METHODS === #

    @api.depends(*sorted(PRICE_OPTIONS))
    def _compute_price_here(self):
        prices, problems = self._get_selling_prices()
        for listing in self:
            price = prices.get(listing)
            listing.price_here = price and price.price
            listing.sale_price_here = price and price.sale_price
            listing.sale_start_here = price and price.sale_start
            listing.sale_end_here = price and price.sale_end
            listing.price_source = price.source if price else problems.get(listing) or listing._explain_price()

    def _explain_price(self):
        """Return why this listing's price is left to OnBuy."""
        if self.price_mode == 'none':
            return self.env._("OnBuy's price is kept, as chosen here.")
        return self.env._("OnBuy's price is kept: the listing has no product yet.")

    # === CRUD METHODS === #

    def _follow_write(self, names):
        """Override to look again at the price when an option changes."""
        result = super()._follow_write(names)
        if not PRICE_OPTIONS.isdisjoint(names):
            self.env['onbuy.offer.change'].sudo()._note(self, 'price')
        return result

    # === BUSINESS METHODS === #

    def _get_selling_prices(self):
        """Return the prices that OnBuy should show, whether or not the store's switch is on.

        :return: dict of listing → :class:`OfferPrice`, and dict of listing → why its price cannot be told; listings whose
            price is left to OnBuy are in neither
        """
        prices, problems = {}, {}
        now = fields.Datetime.now()
        for store, listings in self.sudo()._filter_price_managed().grouped('store_id').items():
            book = PriceBook(store, listings, now)
            for listing in listings:
                try:
                    prices[listing] = listing._get_selling_price(book.get_price(listing))
                except UserError as error:
                    problems[listing] = str(error)
        return prices, problems

    def _get_selling_price(self, price):
        """Return what OnBuy should show of this listing; a hook for other modules.

        :param OfferPrice price: as the options give it
        :rtype: OfferPrice
        :raise UserError: when no price can be told, with the reason
        """
        return price

    def _filter_price_managed(self):
        """Return the listings whose prices come from here."""
        return self.filtered(lambda listing: listing.price_mode == 'fixed'
                             or listing.price_mode == 'store' and listing.product_id)

    def _has_own_sale(self, now):
        """Return whether a sale set on this listing counts: it runs, or is still to come.

        :param datetime now: naive UTC
        :rtype: bool
        """
        return bool(self.own_sale_price) and not (self.own_sale_end and self.own_sale_end <= now)
