"""The prices of many listings of one store at one moment."""
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from odoo.exceptions import UserError

from ..lib.prices import apply_floor, round_to_ending, to_pounds

AFTER = timedelta(seconds=1)  # A rule and a window still count at their very end.


@dataclass(frozen=True)
class OfferPrice:
    """What OnBuy should show of a listing's price.

    :param Decimal price: pounds including VAT; so is ``sale_price`` (None: no sale)
    :param datetime sale_start: and ``sale_end``: naive UTC; None: it runs already, it has no end
    :param str source: where the price, and the sale price, come from
    :param datetime next_change: naive UTC, when it will be different by itself; None if never
    """

    price: Decimal
    sale_price: Decimal | None = None
    sale_start: datetime | None = None
    sale_end: datetime | None = None
    source: str = ''
    next_change: datetime | None = None


class DatedRules:
    """The rules of a pricelist, and of those it is based on, that begin or end after a moment.

    :param pricelist: ``product.pricelist``, may be empty
    :param datetime now: naive UTC
    """

    def __init__(self, pricelist, now):
        self.now = now
        self.by_target = defaultdict(pricelist.env['product.pricelist.item'].browse)
        for rule in pricelist._onbuy_get_dated_rules(now):
            target = rule.product_id or rule.product_tmpl_id or rule.categ_id
            self.by_target[target._name if target else None, target.id] |= rule

    def find(self, product):
        """Return the rules that may count for a product, whatever the quantity."""
        categories = [int(part) for part in (product.categ_id.parent_path or '').split('/') if part]
        targets = [('product.product', product.id), ('product.template', product.product_tmpl_id.id), (None, False),
                   *(('product.category', category) for category in categories)]
        found = self.by_target.default_factory()
        return found.union(*(self.by_target[target] for target in targets if target in self.by_target))

    def get_moments(self, product):
        """Return when something changes for a product, as a set of datetimes."""
        moments = set()
        for rule in self.find(product):
            if rule.date_start and rule.date_start > self.now:
                moments.add(rule.date_start)
            if rule.date_end and rule.date_end >= self.now:
                moments.add(rule.date_end + AFTER)
        return moments


class PriceBook:
    """Computes prices for many listings together: a few queries, however many they are.

    :param store: one ``onbuy.store``
    :param listings: ``onbuy.listing`` of this store whose prices are managed
    :param datetime now: naive UTC
    """

    def __init__(self, store, listings, now):
        self.store, self.listings, self.now = store, listings, now
        self.env = store.env
        self.with_product = listings.filtered('product_id')

    # === WHAT MANY HAVE IN COMMON === #

    @cached_property
    def base_amounts(self):
        """Dict of listing → (amount, rule) by the store's price source, and why there is none ('' if there is)."""
        try:
            listings = self.with_product.filtered(lambda listing: listing.price_mode == 'store')
            return self.store._compute_amounts(self.store._get_base_pricelist(), listings, self.now), ''
        except UserError as error:
            return {}, str(error)

    @cached_property
    def base_rules(self):
        """The dated rules of the store's price source."""
        return DatedRules(self.store._get_base_pricelist(), self.now)

    @cached_property
    def sale_pricelist(self):
        """The pricelist of sales, may be empty."""
        return self.store.sale_pricelist_id.with_company(self.store.company_id)

    @cached_property
    def sale_rules(self):
        """The dated rules of the sale pricelist."""
        return DatedRules(self.sale_pricelist, self.now)

    @cached_property
    def sale_amounts(self):
        """Dict of listing → (amount, rule) by the sale pricelist, and why there is none ('' if there may be)."""
        try:
            return self._compute_sale_amounts() if self.sale_pricelist else {}, ''
        except UserError as error:
            return {}, str(error)

    def _compute_sale_amounts(self):
        """Return dict of listing → (amount, rule): the rule that runs, else the next one to begin."""
        listings = self.with_product.filtered(lambda listing: not listing._has_own_sale(self.now))
        running = self.store._compute_amounts(self.sale_pricelist, listings, self.now)
        found = {listing: one for listing, one in running.items() if one[1]}
        by_start = defaultdict(self.listings.browse)
        for listing in listings:
            start = None if listing in found else self._get_next_start(listing)
            if start:
                by_start[start] |= listing
        for start, group in by_start.items():
            coming = self.store._compute_amounts(self.sale_pricelist, group, start)
            found.update((listing, one) for listing, one in coming.items() if one[1])
        return found

    def _get_next_start(self, listing):
        """Return when the next sale of a listing begins, None if none is planned."""
        product, uom = listing.product_id, listing.uom_id or listing.product_id.uom_id
        quantity = uom._compute_quantity(1.0, product.uom_id, raise_if_failure=False)
        return min((
            rule.date_start for rule in self.sale_rules.find(product)
            if rule.pricelist_id == self.sale_pricelist and rule.date_start and rule.date_start > self.now
            and rule._is_applicable_for(product, quantity)
        ), default=None)

    # === ONE LISTING === #

    def get_price(self, listing):
        """Return what OnBuy should show.

        :param listing: one ``onbuy.listing``
        :rtype: OfferPrice
        :raise UserError: when no price can be told, with the reason
        """
        price, source = self._get_base(listing)
        if price <= 0:
            raise UserError(self.env._(
                "The price comes to £%(price)s (%(origin)s), and OnBuy suspends listings without a price, so nothing is "
                "sent. Set the product's price, or a price on the listing.", price=price, origin=source))
        sale_price, start, end, sale_source = self._get_sale(listing)
        if sale_price is not None and not 0 < sale_price < price:
            raise UserError(self.env._(
                "The sale price £%(sale)s (%(sale_source)s) is not below the price £%(price)s (%(origin)s), so neither is "
                "sent. Correct one of them.", sale=sale_price, sale_source=sale_source, price=price, origin=source))
        if sale_source:
            source = self.env._("%(origin)s. Sale: %(sale_source)s", origin=source, sale_source=sale_source)
        return OfferPrice(price, sale_price, start, end, source, self._get_next_change(listing))

    def _get_base(self, listing):
        """Return a listing's price and its source."""
        if listing.price_mode == 'fixed':
            return self._get_floored(listing, to_pounds(listing.fixed_price), self.env._("Fixed on the listing"))
        amount, rule = self._look_up(self.base_amounts, listing)
        return self._get_rounded(listing, amount, self._describe(self.store._get_base_pricelist(), rule))

    def _get_sale(self, listing):
        """Return a listing's sale price, its start and end, and its source; price None and an empty source for none."""
        if listing._has_own_sale(self.now):
            price, source = self._get_floored(listing, to_pounds(listing.own_sale_price), self.env._("Set on the listing"))
            return price, listing.own_sale_start or None, listing.own_sale_end or None, source
        amount, rule = self._look_up(self.sale_amounts, listing)
        if not rule:
            return None, None, None, ''
        price, source = self._get_rounded(listing, amount, self._describe(self.sale_pricelist, rule))
        return price, rule.date_start or None, rule.date_end or None, source

    @staticmethod
    def _look_up(amounts, listing):
        """Return a listing's amount and rule; None twice if it has none.

        :param amounts: ``base_amounts`` or ``sale_amounts``
        :raise UserError: when nobody has any
        """
        found, trouble = amounts
        if trouble:
            raise UserError(trouble)
        return found.get(listing, (None, None))

    def _get_rounded(self, listing, amount, source):
        """Return what an amount of Odoo becomes, with its source: VAT added, rounded, not below the lowest price."""
        gross = self.store._add_vat(listing.product_id, amount)
        if to_pounds(gross) != to_pounds(amount):
            source = self.env._("%(origin)s + VAT", origin=source)
        if gross <= 0:
            return to_pounds(gross), source  # Nothing to round: a missing price stays missing.
        price = round_to_ending(to_pounds(gross), self.store._get_price_ending())
        if price != to_pounds(gross):
            source = self.env._("%(origin)s, rounded to %(ending)s", origin=source, ending=self.store.price_rounding)
        return self._get_floored(listing, price, source)

    def _get_floored(self, listing, price, source):
        """Return a price and its source, raised to the lowest price; a missing one stays missing."""
        floor = listing.price_floor or self.store.price_floor
        floored = apply_floor(price, to_pounds(floor)) if floor and price > 0 else price
        if floored != price:
            source = self.env._("%(origin)s, raised to the lowest price", origin=source)
        return floored, source

    def _describe(self, pricelist, rule):
        """Return where an amount comes from."""
        if not pricelist:
            return self.env._("Sales price")
        if not rule:
            return self.env._("Pricelist %(name)s has no rule for it: sales price", name=pricelist.name)
        return self.env._("Pricelist %(name)s, rule %(rule)s", name=pricelist.name, rule=rule.name)

    def _get_next_change(self, listing):
        """Return when this listing's price, or sale, will be another by itself; None if never."""
        moments = set()
        if listing.price_mode == 'store':
            moments |= self.base_rules.get_moments(listing.product_id)
        if listing._has_own_sale(self.now):
            moments |= {listing.own_sale_end + AFTER} if listing.own_sale_end else set()
        else:
            moments |= self.sale_rules.get_moments(listing.product_id)
        return min(moments, default=None)
