from odoo import api, fields, models


class StockPicking(models.Model):
    """What the warehouse must know of orders that OnBuy cancelled, and returns that call for a refund."""

    _inherit = 'stock.picking'

    onbuy_warning = fields.Selection(
        selection=[
            ('cancelled', "Cancelled on OnBuy – do not ship"),
            ('shipped', "Cancelled on OnBuy after it was shipped"),
            ('refunded', "Refunded on OnBuy – do not ship"),
        ],
        string="OnBuy Warning", compute='_compute_onbuy_warning', compute_sudo=True,
    )

    @api.depends('state', 'picking_type_code', 'onbuy_order_id.status', 'sale_id.order_line.qty_delivered')
    def _compute_onbuy_warning(self):
        for picking in self:
            picking.onbuy_warning = picking._get_onbuy_warning()

    def _get_onbuy_warning(self):
        """Return of what must be warned at this delivery: while it is open not to ship it, afterwards to get it back.

        :return: a value of ``onbuy_warning`` or False
        """
        order = self.onbuy_order_id
        if not order or self.picking_type_code == 'incoming' or self.state == 'cancel' or not order._must_not_ship():
            return False
        if self.state != 'done':
            return 'cancelled' if order._is_cancelled() else 'refunded'
        left = order._is_cancelled() and self.picking_type_code == 'outgoing' and order._is_delivered()
        return 'shipped' if left else False

    def _pre_action_done_hook(self):
        """Override of `stock` to ask before goods leave whose order OnBuy cancelled."""
        if not self.env.context.get('skip_onbuy_warning'):
            warned = self.filtered(lambda picking: picking.onbuy_warning in ('cancelled', 'refunded'))
            if warned:
                return warned._onbuy_ask_confirmation(others=bool(self - warned))
        return super()._pre_action_done_hook()

    def _onbuy_ask_confirmation(self, others):
        """Return the action that asks whether these deliveries are really validated.

        :param bool others: whether deliveries without a warning are validated with them
        """
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Do not ship"),
            'res_model': 'onbuy.delivery.confirm',
            'view_mode': 'form',
            'target': 'new',
            'context': {**self.env.context, 'default_picking_ids': self.ids, 'default_has_others': others},
        }

    def action_onbuy_create_return(self):
        """Open core's form for the return of this delivery."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('stock.act_stock_return_picking')
        return {**action, 'context': {'active_model': 'stock.picking', 'active_id': self.id, 'active_ids': self.ids}}


class StockMove(models.Model):
    _inherit = 'stock.move'

    def _action_done(self, cancel_backorder=False):
        """Override of `stock` to propose a refund for goods that came back. Nothing is sent by itself."""
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        moves.filtered(lambda move: move.state == 'done' and move.to_refund)._onbuy_propose_refund()
        return moves

    def _onbuy_propose_refund(self):
        """Give the salesperson an activity for each return; it writes to no row that a sync writes to."""
        back = self.filtered(lambda move: move.origin_returned_move_id and move.location_id.usage == 'customer')
        for picking, moves in back.grouped('picking_id').items():
            for order in moves.sudo().sale_line_id.order_id.onbuy_order_id:
                if order._get_returned_amounts().total:
                    sale_order = order.sale_order_id
                    user = sale_order.user_id or order.store_id._get_responsible()
                    order.store_id._give_activity(
                        sale_order, user, self.env._("Refund the buyer on OnBuy?"),
                        self.env._("Goods came back with %(picking)s. Refund on OnBuy is filled with what the buyer "
                                   "paid for them; nothing is sent by itself.", picking=picking.name))
