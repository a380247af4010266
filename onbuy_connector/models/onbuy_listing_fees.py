from odoo import api, fields, models

FEE_VAT = 1.2  # OnBuy API reference, 22


class OnbuyListing(models.Model):
    """What OnBuy would take of a sale, and what would be left."""

    _inherit = 'onbuy.listing'

    fee_estimate = fields.Monetary(
        string="OnBuy's Fees", compute='_compute_fee_estimate', compute_sudo=True,
        help="Estimate for one piece: the commission of the category and the boost.")
    margin_estimate = fields.Monetary(
        string="Margin", compute='_compute_fee_estimate', compute_sudo=True,
        help="Estimate for one piece: the price without VAT, less OnBuy's fees and the product's cost; without delivery.")

    @api.depends('boost', 'price_mode', 'fixed_price', 'own_sale_price', 'product_id', 'uom_id')
    def _compute_fee_estimate(self):
        prices, _problems = self._get_wanted_prices()
        for listing in self:
            price, tier = prices.get(listing), listing.product_id.onbuy_category_id.tier_id
            amount = float(price.sale_price or price.price) if price else 0
            listing.fee_estimate = listing._estimate_fee(amount, tier) if amount and tier else 0
            listing.margin_estimate = listing._estimate_margin(amount) if listing.fee_estimate else 0

    def _estimate_fee(self, amount, tier):
        """Return what OnBuy takes of one piece; who cannot take its VAT back pays that as well.

        :param float amount: pounds including VAT
        :param tier: ``onbuy.commission.tier``
        :rtype: float
        """
        fee = tier._get_fee(amount) + amount * self.boost / 100
        return fee * FEE_VAT if self.store_id.vat_treatment == 'none' else fee

    def _estimate_margin(self, amount):
        """Return what is left of one piece.

        :param float amount: pounds including VAT
        :rtype: float
        """
        store, product = self.store_id, self.product_id.with_company(self.company_id)
        taxes, _shown = store._get_shown_taxes(product)
        if store.vat_treatment != 'none':
            amount = taxes.with_context(force_price_include=True).compute_all(amount, currency=self.currency_id)[
                'total_excluded']
        pieces = (self.uom_id or product.uom_id)._compute_quantity(1, product.uom_id, round=False, raise_if_failure=False)
        cost = self.company_id.currency_id._convert(
            product.standard_price * pieces, self.currency_id, self.company_id, fields.Date.today(), round=False)
        return amount - self.fee_estimate - cost
