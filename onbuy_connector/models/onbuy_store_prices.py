from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

TOGETHER = 200  # products whose rules are looked up at once: Odoo compares each of them with each rule found
PRICE_OPTIONS = {  # What a new look at all prices follows from.
    'state', 'company_id', 'sync_prices', 'price_source', 'price_pricelist_id', 'sale_pricelist_id', 'price_rounding',
    'price_floor', 'vat_treatment', 'fiscal_position_id',
}


class OnbuyStore(models.Model):
    """Where a store's prices come from."""

    _inherit = 'onbuy.store'

    sync_prices = fields.Boolean(
        string="Send prices", tracking=True,
        help="Let OnBuy show the prices and sales from here: what you set on OnBuy itself is overwritten, and a sale that "
             "is not here is ended. When off, your prices on OnBuy stay as they are.",
    )
    price_source = fields.Selection(
        selection=[('list', "Sales price of the product"), ('pricelist', "Pricelist")],
        string="Price", default='list', required=True,
    )
    price_pricelist_id = fields.Many2one(
        'product.pricelist', string="Pricelist for Prices", check_company=True, ondelete='restrict')
    sale_pricelist_id = fields.Many2one(
        'product.pricelist', check_company=True, ondelete='restrict',
        help="Its rules become sale prices on OnBuy, and the dates of a rule are the sale's window. A product without a "
             "rule in it has no sale.",
    )
    price_rounding = fields.Selection(
        selection=[('none', "To the penny"), ('.99', "To .99"), ('.95', "To .95"), ('.50', "To .50"), ('.00', "To .00")],
        string="Round Prices", default='none', required=True,
        help="To the nearest price with these pence, after VAT. Prices set on a listing are not rounded.",
    )
    price_floor = fields.Monetary(
        string="Lowest Price", help="No price or sale price goes below this (including VAT). 0: no limit.",
    )

    _price_floor_check = models.Constraint('CHECK (price_floor >= 0)', "The lowest price cannot be negative.")

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of the ORM to look again at all prices when an option changes."""
        result = super().write(vals)
        if PRICE_OPTIONS & vals.keys():
            for store in self.filtered(lambda store: store.state == 'live' and store.sync_prices):
                store._note_all_offers('price')
        return result

    # === BUSINESS METHODS === #

    def _note_due_prices(self):
        """Note a price change for the store's listings whose price is another by itself by now: a sale's or rule's dates."""
        due = self.env['onbuy.listing'].search([
            ('store_id', '=', self.id), ('next_price_date', '<=', fields.Datetime.now())])
        if due:
            due.next_price_date = False
            self.env['onbuy.offer.change']._note(due, 'price')

    def _set_next_price_dates(self, prices):
        """Remember when prices change by themselves, and wake the push at the next such moment.

        :param dict prices: ``onbuy.listing`` → OfferPrice, of their ``_get_selling_prices``
        """
        for listing, price in prices.items():
            if listing.next_price_date != (price.next_change or False):
                listing.next_price_date = price.next_change
        if coming := [price.next_change for price in prices.values() if price.next_change]:
            self._trigger_task('offers', at=min(coming))

    def _get_price_ending(self):
        """Return the pence that prices end in, None for any.

        :rtype: Decimal
        """
        return None if self.price_rounding == 'none' else Decimal(f'0{self.price_rounding}')

    def _get_base_pricelist(self):
        """Return the pricelist of the prices; empty for the products' sales prices.

        :raise UserError: when a pricelist is wanted and none is chosen
        """
        pricelists = self.env['product.pricelist'].with_company(self.company_id)
        if self.price_source == 'list':
            return pricelists
        if not self.price_pricelist_id:
            raise UserError(self.env._(
                "%(store)s takes its prices from a pricelist, but none is chosen. Choose it in the store's Prices tab.",
                store=self.name))
        return self.price_pricelist_id.with_company(self.company_id)

    def _compute_amounts(self, pricelist, listings, date):
        """Return the prices of one sold piece each, as Odoo has them: with VAT or without, by the product's taxes.

        :param pricelist: ``product.pricelist``; empty for sales prices
        :param listings: ``onbuy.listing`` with products
        :param datetime date: naive UTC, at which rules and rates count
        :return: dict of listing → (float in pounds, the rule that gave it or an empty one)
        :raise UserError: when there is no exchange rate
        """
        currency = pricelist.currency_id or self.company_id.currency_id
        self._check_rate(currency)
        found = {}
        for uom, group in listings.grouped(lambda listing: listing.uom_id or listing.product_id.uom_id).items():
            for start in range(0, len(group), TOGETHER):
                part = group[start:start + TOGETHER]
                products = part.product_id.with_company(self.company_id).with_prefetch(group.product_id._prefetch_ids)
                prices = pricelist._compute_price_rule(products, 1.0, uom=uom, currency=currency, date=date)
                found |= {listing: prices[listing.product_id.id] for listing in part}
        rules = self.env['product.pricelist.item'].with_prefetch({rule_id for _amount, rule_id in found.values() if rule_id})
        return {
            listing: (currency._convert(amount, self.currency_id, self.company_id, date, round=False),
                      rules.browse(rule_id or []).with_prefetch(rules._prefetch_ids))
            for listing, (amount, rule_id) in found.items()
        }

    def _check_rate(self, currency):
        """Check that a price can be told in pounds; Odoo itself would take 1:1 where no rate is known.

        :param currency: ``res.currency``
        :raise UserError: when there is no exchange rate
        """
        if currency == self.currency_id:
            return
        foreign = (currency | self.currency_id) - self.company_id.currency_id
        rates = self.env['res.currency.rate'].sudo().search([
            ('currency_id', 'in', foreign.ids), ('company_id', 'in', (False, self.company_id.root_id.id))])
        if missing := foreign - rates.currency_id:
            raise UserError(self.env._(
                "There is no exchange rate of %(currency)s, so the price in pounds cannot be told. Enter one under "
                "Accounting > Configuration > Currencies.", currency=missing[0].name))

    def _get_shown_taxes(self, product):
        """Return a product's taxes: as its price is meant, and those that a buyer in the UK pays."""
        taxes = product.taxes_id._filter_taxes_by_company(self.company_id)
        return taxes, self.fiscal_position_id.map_tax(taxes) if self.vat_treatment == 'seller' else taxes

    def _add_vat(self, product, amount):
        """Return the price that a buyer in the UK sees: with VAT, where Odoo's price is without.

        A seller who is not registered charges none, so the price stays. Where OnBuy accounts for VAT, its buyers pay it
        all the same: it is added by the product's taxes as they are.

        :param product: one ``product.product``
        :param float amount: pounds, as :meth:`_compute_amounts` gives them
        :return: float, not rounded
        """
        if self.vat_treatment == 'none':
            return amount
        taxes, shown_taxes = self._get_shown_taxes(product)
        amount = taxes._adapt_price_unit_to_another_taxes(amount, product, taxes, shown_taxes)
        # Rounded once, at the end: 8.325 without VAT is 9.99, not 10.00.
        return shown_taxes._get_tax_details(
            amount, 1.0, rounding_method='round_globally', product=product)['total_included']
