from odoo import fields, models


class SaleReport(models.Model):
    """What OnBuy leaves of the margin, in the sales analysis."""

    _inherit = 'sale.report'

    onbuy_store_id = fields.Many2one('onbuy.store', string="OnBuy Store", readonly=True)
    onbuy_fee = fields.Monetary(string="OnBuy Fees", readonly=True)
    onbuy_margin = fields.Monetary(string="Margin after Fees", readonly=True)

    def _select_additional_fields(self):
        """Override of `sale` to add OnBuy's fees and the margin less them, in the report's currency."""
        fields_ = super()._select_additional_fields()
        rate = (f"/ {self._case_value_or_one('s.currency_rate')}"
                f" * {self._case_value_or_one('account_currency_table.rate')}")
        fields_['onbuy_store_id'] = 's.onbuy_store_id'
        fields_['onbuy_fee'] = f'SUM(COALESCE(l.onbuy_fee, 0) {rate})'
        fields_['onbuy_margin'] = f'SUM((COALESCE(l.margin, 0) - COALESCE(l.onbuy_fee, 0)) {rate})'
        return fields_

    def _group_by_sale(self):
        """Override of `sale` for the store."""
        return f"{super()._group_by_sale()},\n            s.onbuy_store_id"
