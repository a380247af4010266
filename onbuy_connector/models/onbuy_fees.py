from odoo import api, fields, models

from ..lib.money import split_by_share
from .onbuy_order_refund import to_pence


class SaleOrderLine(models.Model):
    """OnBuy's fees on the lines of a sales order, for its true margin."""

    _inherit = 'sale.order.line'

    onbuy_fee = fields.Monetary(
        string="OnBuy Fees", compute='_compute_onbuy_fee', store=True, groups='base.group_user',
        help="OnBuy's fees excluding VAT: the order's, shared by its lines.")

    @api.depends(
        'order_id.order_line.onbuy_line_id', 'order_id.onbuy_order_id.fee_total',
        'order_id.onbuy_order_id.line_ids.fee_total',
    )
    def _compute_onbuy_fee(self):
        for order, lines in self.grouped('order_id').items():
            fees = order._get_onbuy_line_fees()
            for line in lines:
                line.onbuy_fee = fees.get(line, 0)


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    def _get_onbuy_line_fees(self):
        """Return what each line bears of OnBuy's fees; together they are the order's, to the penny.

        Shared by the lines' own fees, which OnBuy does not always fill (OnBuy API reference, 17.1), else by their price.

        :return: dict of ``sale.order.line`` → float
        """
        lines = self.order_line.filtered('onbuy_line_id') or self.order_line.filtered('product_id')[:1]
        if not lines or not self.onbuy_order_id:
            return {}
        remote = lines.onbuy_line_id
        by_fee = any(remote.mapped('fee_total'))
        shares = [to_pence(line.onbuy_line_id.fee_total if by_fee else line.onbuy_line_id.amount_total) for line in lines]
        parts = split_by_share(to_pence(self.onbuy_order_id.fee_total), shares)
        return dict(zip(lines, map(float, parts), strict=True))
