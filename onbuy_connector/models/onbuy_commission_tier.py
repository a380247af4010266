from decimal import Decimal

from odoo import api, fields, models

from ..lib.catalogue import CommissionTier
from ..lib.prices import to_pounds


class OnbuyCommissionTier(models.Model):
    """What OnBuy takes of a sale, by category (OnBuy API reference, 12)."""

    _name = 'onbuy.commission.tier'
    _description = "OnBuy Commission Tier"
    _inherit = ['onbuy.reference.mixin']
    _order = 'name, id'

    number = fields.Char(readonly=True, help="By this number OnBuy's list of categories names the tier.")
    currency_id = fields.Many2one('res.currency', compute='_compute_currency_id')
    rate = fields.Float(string="Rate (%)", digits=(5, 2), readonly=True)
    upper_rate = fields.Float(string="Rate above the Threshold (%)", digits=(5, 2), readonly=True)
    threshold = fields.Monetary(readonly=True)
    minimum = fields.Monetary(readonly=True)
    group = fields.Char(readonly=True)
    rate_text = fields.Char(string="Commission", compute='_compute_rate_text')

    _code_unique = models.UniqueIndex('(code)', "OnBuy has one commission tier of this id.")

    # === COMPUTE METHODS === #

    def _compute_currency_id(self):
        self.currency_id = self.env.ref('base.GBP')

    @api.depends('rate', 'upper_rate', 'threshold', 'minimum')
    def _compute_rate_text(self):
        for tier in self:
            rate = self.env._("%(rate)s %%", rate=f'{tier.rate:g}')
            if tier.threshold:
                rate = self.env._(
                    "%(rate)s up to %(threshold)s, %(upper)s %% of the rest", rate=rate, upper=f'{tier.upper_rate:g}',
                    threshold=tier.currency_id.format(tier.threshold))
            tier.rate_text = self.env._(
                "%(rate)s, at least %(minimum)s, without VAT", rate=rate, minimum=tier.currency_id.format(tier.minimum))

    # === BUSINESS METHODS === #

    @api.model
    def _store(self, tiers):
        """Create or update commission tiers; archive those that OnBuy has no more.

        :param list tiers: of :class:`~..lib.catalogue.CommissionTier`
        :return: figures
        :rtype: Counter
        """
        known = self._get_known([])
        wanted = {tier.tier_id: self._prepare_values(tier) for tier in tiers}
        return self._upsert(known, wanted) + self._retire(known, wanted)

    @api.model
    def _prepare_values(self, tier):
        """Return the values of a tier as OnBuy sent it.

        :param tier: :class:`~..lib.catalogue.CommissionTier`
        :rtype: dict
        """
        has_threshold = tier.threshold is not None and tier.upper_rate is not None
        return {
            'code': tier.tier_id,
            'name': tier.name or tier.tier_id,
            'rate': float(tier.rate),
            'upper_rate': float(tier.upper_rate) if has_threshold else 0,
            'threshold': float(tier.threshold) if has_threshold else 0,
            'minimum': float(tier.minimum),
            'group': tier.group,
        }

    def _get_fee(self, price):
        """Return what OnBuy takes of one piece, without VAT and boost.

        :param float price: pounds including VAT
        :rtype: float
        """
        self.ensure_one()
        rate, upper_rate, threshold, minimum = (
            Decimal(str(self[name])) for name in ('rate', 'upper_rate', 'threshold', 'minimum'))
        tier = CommissionTier(self.code, self.name, rate, upper_rate, threshold or None, minimum)
        return float(tier.fee(to_pounds(float(price))))
