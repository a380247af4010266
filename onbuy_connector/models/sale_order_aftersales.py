from odoo import api, fields, models


class SaleOrder(models.Model):
    """Cancellations and refunds on the sales order."""

    _inherit = 'sale.order'

    onbuy_status = fields.Selection(related='onbuy_order_id.status', string="OnBuy Status Key")
    onbuy_warning = fields.Selection(
        selection=[
            ('cancelled', "Cancelled on OnBuy – do not ship"),
            ('shipped', "Cancelled on OnBuy after it was shipped"),
            ('refunded', "Refunded on OnBuy – do not ship"),
        ],
        string="OnBuy Warning", compute='_compute_onbuy_warning', compute_sudo=True,
    )
    onbuy_action_error = fields.Text(
        related='onbuy_order_id.action_error', string="OnBuy's Refusal", groups='base.group_user')
    onbuy_refund_due = fields.Boolean(
        string="OnBuy Refund Due", compute='_compute_onbuy_refund_due', compute_sudo=True, groups='base.group_user',
        help="Goods came back for which the buyer has no money back yet.")

    # === COMPUTE METHODS === #

    @api.depends('state', 'onbuy_order_id.status', 'picking_ids.state', 'order_line.qty_delivered')
    def _compute_onbuy_warning(self):
        for sale_order in self:
            order = sale_order.onbuy_order_id
            sale_order.onbuy_warning = order and sale_order.state != 'cancel' and order._get_warning()

    @api.depends('onbuy_order_id.status', 'onbuy_order_id.action_ids.sync_state', 'order_line.qty_delivered')
    def _compute_onbuy_refund_due(self):
        for sale_order in self:
            order = sale_order.onbuy_order_id
            sale_order.onbuy_refund_due = bool(order) and bool(order._get_returned_amounts().total)

    @api.depends('order_line.invoice_lines.move_id.reversal_move_ids')
    def _get_invoiced(self):
        """Override of `sale` to count the credit notes of OnBuy refunds, which need not have lines of the order."""
        result = super()._get_invoiced()
        for order in self.filtered('onbuy_order_id'):
            reversals = order.invoice_ids.reversal_move_ids.filtered(lambda move: move.move_type == 'out_refund')
            order.invoice_ids |= reversals
            order.invoice_count = len(order.invoice_ids)
        return result

    # === ACTION METHODS === #

    def _action_cancel(self):
        """Override of `sale` to credit what OnBuy cancelled, and to tell if OnBuy still waits for an order."""
        result = super()._action_cancel()
        self.onbuy_order_id.sudo()._note_stock()
        for order in self.onbuy_order_id.sudo():
            if order._is_cancelled():
                order._reverse_invoices()
            else:
                order._tell_cancelled_here()
        return result

    def action_onbuy_cancel(self):
        """Open the form that asks OnBuy to cancel this order."""
        return self.onbuy_order_id.action_cancel_on_onbuy()

    def action_onbuy_refund(self):
        """Open the form that asks OnBuy for a refund of this order."""
        return self.onbuy_order_id.action_refund_on_onbuy()

    def action_onbuy_retry(self):
        """Send again what OnBuy refused of these orders."""
        return self.onbuy_order_id.action_retry()

    def action_onbuy_create_return(self):
        """Open core's form for the return of what was shipped last."""
        self.ensure_one()
        shipped = self.picking_ids.filtered(
            lambda picking: picking.state == 'done' and picking.picking_type_code == 'outgoing')
        return shipped.sorted('date_done')[-1:].action_onbuy_create_return()


class OnbuyOrder(models.Model):
    _inherit = 'onbuy.order'

    action_error = fields.Text(
        string="OnBuy's Refusal", compute='_compute_action_error', compute_sudo=True,
        help="What OnBuy said to a dispatch, cancellation or refund that it did not take.")
    trouble_text = fields.Text(string="What to Do", compute='_compute_action_error', compute_sudo=True)

    @api.depends('sync_error', 'action_ids.sync_state', 'action_ids.sync_error')
    def _compute_action_error(self):
        for order in self:
            refused = order._get_refused_actions()
            order.action_error = '\n'.join(f'{action.summary}: {action.sync_error}' for action in refused) or False
            order.trouble_text = '\n'.join(filter(None, (order.sync_error, order.action_error))) or False

    def _get_warning(self):
        """Return of what the people who handle its goods must be warned.

        :return: a value of ``sale.order.onbuy_warning`` or False
        """
        if self._is_cancelled():
            return 'shipped' if self._is_delivered() and not self._get_open_pickings() else 'cancelled'
        return 'refunded' if self._must_not_ship() and self._get_open_pickings() else False

    def _get_refused_actions(self):
        """Return what OnBuy did not take, or whose answer is lost."""
        return self.action_ids.filtered(lambda action: action.sync_state in ('error', 'uncertain'))
