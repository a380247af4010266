from odoo import fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    onbuy_order_id = fields.Many2one(
        'onbuy.order', string="OnBuy Order", readonly=True, copy=False, ondelete='restrict', index='btree_not_null')
    onbuy_store_id = fields.Many2one(
        related='onbuy_order_id.store_id', string="OnBuy Store", store=True, index='btree_not_null')
    onbuy_fulfilment_state = fields.Selection(related='onbuy_order_id.fulfilment_state', string="OnBuy Fulfilment")
    onbuy_refund_state = fields.Selection(related='onbuy_order_id.refund_state', string="OnBuy Refund")
    onbuy_status_label = fields.Char(related='onbuy_order_id.status_label')
    onbuy_dispatch_by = fields.Datetime(related='onbuy_order_id.dispatch_by', string="Dispatch by")
    onbuy_delivery_service = fields.Char(related='onbuy_order_id.delivery_service', string="OnBuy Service")
    # What is no buyer's business, should one have a portal user, is for employees.
    onbuy_buyer_email = fields.Char(
        related='onbuy_order_id.buyer_email', string="Buyer's Alias", groups='base.group_user')
    onbuy_action_ids = fields.One2many(
        related='onbuy_order_id.action_ids', string="Sent to OnBuy", groups='base.group_user')
    onbuy_fee_total = fields.Monetary(
        related='onbuy_order_id.fee_total', string="OnBuy Fees excl. VAT", groups='base.group_user')
    onbuy_fee_vat = fields.Monetary(
        related='onbuy_order_id.fee_vat', string="VAT on OnBuy Fees", groups='base.group_user')
    onbuy_sync_state = fields.Selection(
        related='onbuy_order_id.sync_state', string="OnBuy Sync", groups='base.group_user')

    _onbuy_order_unique = models.UniqueIndex(
        '(onbuy_order_id) WHERE onbuy_order_id IS NOT NULL', "This OnBuy order has a sales order already.")

    def action_onbuy_ready_to_ship(self):
        """Validate the ready deliveries of these orders and tell OnBuy, which e-mails the buyers.

        :return: what validating asks of the user, if anything
        """
        orders = self.filtered('onbuy_order_id')
        if not orders:
            raise UserError(self.env._("These are no OnBuy orders."))
        without = orders.filtered(lambda order: not order.picking_ids and order.onbuy_store_id.sudo().stock_elsewhere)
        for order in without:
            order.onbuy_order_id.sudo()._ask_whole_dispatch()
        pickings = (orders - without).picking_ids
        return pickings.action_onbuy_ready_to_ship() if orders - without else True

    def _send_order_notification_mail(self, mail_template, *args, **kwargs):
        """Override of `sale` to send OnBuy's buyers no mail by itself: OnBuy writes to them."""
        others = self.filtered(lambda order: not order.onbuy_order_id)
        if not others:
            return None
        return super(SaleOrder, others)._send_order_notification_mail(mail_template, *args, **kwargs)

    def _onbuy_is_picked(self):
        """Return whether the warehouse has begun with this order: goods picked, a step done, a batch started, or a
        label printed.

        :rtype: bool
        """
        self.ensure_one()
        moves = self.picking_ids.move_ids.filtered(lambda move: move.state != 'cancel')
        pickings = moves.picking_id
        in_batch = 'batch_id' in pickings._fields and pickings.batch_id.filtered(lambda batch: batch.state == 'in_progress')
        return bool(
            in_batch or any(moves.mapped('picked')) or 'done' in moves.mapped('state') or any(pickings.mapped('printed')))

    def action_view_onbuy_order(self):
        """Open OnBuy's order."""
        self.ensure_one()
        return {'type': 'ir.actions.act_window', 'res_model': 'onbuy.order', 'view_mode': 'form',
                'res_id': self.onbuy_order_id.id}


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    onbuy_line_id = fields.Many2one(
        'onbuy.order.line', string="OnBuy Line", readonly=True, copy=False, index='btree_not_null', ondelete='set null')
    onbuy_kind = fields.Selection(
        selection=[('delivery', "Delivery"), ('discount', "Discount"), ('rounding', "Rounding")],
        string="OnBuy Line Kind", readonly=True,
        help="Lines of the whole OnBuy order: their VAT follows the goods', so it is not taken from their product.",
    )

    def _compute_tax_ids(self):
        """Override of `sale` to keep the taxes of lines whose VAT follows the goods', and to include those of goods in
        the price, whatever product is chosen.
        """
        goods = self - self.filtered('onbuy_kind')._onbuy_keep('tax_ids')
        for position, lines in goods.grouped(lambda line: line.order_id.fiscal_position_id._origin).items():
            if position.onbuy_store_id:
                position._ensure_twins(lines.product_id.taxes_id)
        return super(SaleOrderLine, goods)._compute_tax_ids()

    def _compute_price_unit(self):
        """Override of `sale` to keep the price that was paid on OnBuy, whatever product or quantity is chosen."""
        return super(SaleOrderLine, self - self._onbuy_keep('price_unit'))._compute_price_unit()

    def _compute_discount(self):
        """Override of `sale` to give no discount on the price that was paid on OnBuy."""
        return super(SaleOrderLine, self - self._onbuy_keep('discount'))._compute_discount()

    def _onbuy_keep(self, name):
        """Keep the value of a computed field of the lines that came from OnBuy.

        :param str name: of the field
        :return: these lines
        """
        ours = self.filtered(lambda line: line.onbuy_line_id or line.onbuy_kind)
        for line in ours:
            line[name] = line[name]
        return ours

    def _can_be_invoiced_alone(self):
        """Override of `sale`: delivery, discount and rounding go with goods."""
        return super()._can_be_invoiced_alone() and not self.onbuy_kind
