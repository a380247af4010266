from odoo import api, fields, models


class SaleOrder(models.Model):
    """What a sales clerk reads of an OnBuy order: on its tab, in lists and filters. Nothing of it is written here."""

    _inherit = 'sale.order'

    onbuy_name = fields.Char(related='onbuy_order_id.name', string="OnBuy Order Id")
    onbuy_line_ids = fields.One2many(related='onbuy_order_id.line_ids', string="Lines on OnBuy", groups='base.group_user')
    onbuy_history = fields.Html(related='onbuy_order_id.history', string="What Happened on OnBuy", groups='base.group_user')
    onbuy_document = fields.Text(related='onbuy_order_id.document', groups='onbuy_connector.group_onbuy_manager')
    onbuy_margin = fields.Monetary(
        string="Margin after Fees", compute='_compute_onbuy_margin', groups='base.group_user',
        help="What is left of the margin after OnBuy's fees.")
    onbuy_margin_percent = fields.Float(
        string="Margin after Fees (%)", compute='_compute_onbuy_margin', groups='base.group_user')

    @api.depends('margin', 'amount_untaxed', 'onbuy_order_id.fee_total')
    def _compute_onbuy_margin(self):
        for order in self:
            order.onbuy_margin = order.onbuy_order_id and order.margin - order.onbuy_fee_total
            order.onbuy_margin_percent = order.amount_untaxed and order.onbuy_margin / order.amount_untaxed
