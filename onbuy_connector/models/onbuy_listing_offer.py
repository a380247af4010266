from dataclasses import dataclass, field
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..lib.offers import ListingUpdate
from ..lib.prices import sale_change


@dataclass(frozen=True)
class OfferPlan:
    """What a push would send, and what became clear on the way.

    :param dict updates: ``onbuy.listing`` → :class:`~..lib.offers.ListingUpdate`, only what differs
    :param dict prices: ``onbuy.listing`` → OfferPrice, of all that were looked at
    :param dict problems: ``onbuy.listing`` → why its price cannot be told
    :param str stock_error: why no stock can be told at all, or ''
    """

    updates: dict = field(default_factory=dict)
    prices: dict = field(default_factory=dict)
    problems: dict = field(default_factory=dict)
    stock_error: str = ''


class OnbuyListing(models.Model):
    """What OnBuy should show of a listing, against what it shows."""

    _inherit = 'onbuy.listing'

    sale_start_date = fields.Datetime(string="Sale Start on OnBuy", readonly=True)
    sale_end_date = fields.Datetime(string="Sale End on OnBuy", readonly=True)
    stock_unknown = fields.Boolean(
        string="Stock on OnBuy Changed", readonly=True, copy=False,
        help="OnBuy sold some since its stock was last read or sent, so the figure known here may be old.",
    )

    price_problem = fields.Text(readonly=True, copy=False, help="Why no price can be told for this listing.")
    _price_problem_index = models.Index('(store_id) WHERE price_problem IS NOT NULL')

    is_stock_off = fields.Boolean(
        string="Stock or Price Off", compute='_compute_is_stock_off', search='_search_is_stock_off',
        help="OnBuy shows another stock or price than it should.",
    )

    # === COMPUTE METHODS === #

    @api.depends('stock', 'price', 'sale_price')
    def _compute_is_stock_off(self):
        pushed = self.filtered(lambda listing: listing.is_on_onbuy and listing.store_id.state == 'live').sudo()
        off = set(pushed._plan_offers(pushed).updates)
        for listing in self:
            listing.is_stock_off = listing.sudo() in off

    def _search_is_stock_off(self, operator, value):
        if operator != 'in':
            return NotImplemented
        off = self.search([('store_id.state', '=', 'live'), ('is_on_onbuy', '=', True)]).filtered('is_stock_off')
        return Domain('id', 'in' if True in value else 'not in', off.ids)

    # === BUSINESS METHODS === #

    def _plan_offers(self, for_price, *, anyway=False):
        """Compare what OnBuy should show with what it shows.

        :param for_price: listings whose prices to look at; ``self`` are those whose stock to look at
        :param bool anyway: also what the store's switches keep back
        :rtype: OfferPlan
        """
        stocks, stock_error = self._get_wanted_stocks(anyway)
        prices, problems = for_price._filter_priced(anyway)._get_wanted_prices()
        updates = {}
        for listing in self | for_price:
            changes = listing._get_changes(stocks.get(listing), prices.get(listing))
            if changes:
                updates[listing] = ListingUpdate(listing.sku, **changes)
        return OfferPlan(updates, prices, problems, stock_error)

    def _get_wanted_stocks(self, anyway=False):
        """Return what OnBuy should show: nothing of what is stopped or whose store is offline, else what may be sold.

        :param bool anyway: also where the store's switch is off
        :return: dict of listing → int, and why no stock can be told ('' if it can)
        """
        offline = self.filtered(lambda listing: listing._is_held_at_zero())
        here = self - offline
        wanted = dict.fromkeys(offline, 0)
        wanted |= {listing: listing.stock_before_offline for listing in here if listing.is_taken_offline}
        managed = here if anyway else here.filtered('store_id.sync_stock')
        try:
            return wanted | managed._get_sellable_quantities(), ''
        except UserError as error:
            # Without locations nothing is known of what can be sold; a listing that is offline stays so.
            return {listing: stock for listing, stock in wanted.items() if listing in offline}, str(error)

    def _get_wanted_prices(self):
        """Return the prices that OnBuy should show; options that make all of them impossible are each one's problem.

        :return: as :meth:`_get_selling_prices`
        """
        try:
            return self._get_selling_prices()
        except UserError as error:
            return {}, dict.fromkeys(self, str(error))

    def _filter_priced(self, anyway):
        """Return the listings whose store sends prices."""
        return self if anyway else self.filtered('store_id.sync_prices')

    def _get_changes(self, stock, price):
        """Return what to send of one listing.

        :param stock: pieces that OnBuy should show, or None to leave it alone
        :param price: OfferPrice, or None to leave it alone
        :return: dict of fields of :class:`~..lib.offers.ListingUpdate`
        """
        self.ensure_one()
        changes = {}
        if stock is not None and (stock != self.stock or self.stock_unknown):
            changes['stock'] = stock
        if price:
            if price.price != self._get_remote_price('price'):
                changes['price'] = price.price
            known = (self._get_remote_price('sale_price'), self.sale_start_date or None, self.sale_end_date or None)
            wanted = (price.sale_price, price.sale_start, price.sale_end) if price.sale_price else None
            changes |= sale_change(known, wanted, fields.Datetime.now())
        return changes

    def _get_remote_price(self, name):
        """Return a price that OnBuy has, None for none.

        :param str name: ``price`` or ``sale_price``
        :rtype: Decimal
        """
        return Decimal(f'{self[name]:.2f}') if self[name] else None

    def _set_sent(self, update):
        """Note that OnBuy took an update.

        :param update: :class:`~..lib.offers.ListingUpdate`
        """
        values = {'digest': False}  # What was read before is old: the next reading counts whatever it says.
        if update.stock is not None:
            values |= {'stock': update.stock, 'stock_unknown': False, **self._get_offline_values()}
        for name, value in (('price', update.price), ('sale_price', update.sale_price),
                            ('sale_start_date', update.sale_start), ('sale_end_date', update.sale_end)):
            if value is not None:
                values[name] = value
        if self.sync_state == 'uncertain' or self.next_attempt or self._get_lost_count():
            self._set_synced(**values)
        else:
            self.write(values)

    def _forget_stock(self):
        """OnBuy sold some of these: the figure known here is old, and one more push makes sure of the right one."""
        self.write({'stock_unknown': True, 'digest': False})
        self._note_stock()

    def _note_stock(self):
        """Have the stock of these, and of what shares their goods, compared with OnBuy."""
        changes = self.env['onbuy.offer.change'].sudo()
        changes._note(self.filtered(lambda listing: not listing.product_id), 'stock')
        changes._collect_products(self.product_id.ids, 'stock')
