from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..lib.const import REFUND_REASONS
from ..models.onbuy_order_refund import Amounts, to_pence


class OnbuyOrderRefund(models.TransientModel):
    """Asks what is refunded, before OnBuy is asked to."""

    _name = 'onbuy.order.refund'
    _description = "OnBuy: Refund an Order"

    order_id = fields.Many2one('onbuy.order', required=True, readonly=True)
    move_id = fields.Many2one('account.move', string="Credit Note", readonly=True)
    currency_id = fields.Many2one(related='order_id.currency_id')
    reason = fields.Selection([(str(key), text) for key, text in REFUND_REASONS.items()], required=True, default='1')
    is_full = fields.Boolean(string="All that is left")
    line_ids = fields.One2many(
        'onbuy.order.refund.line', 'refund_id', compute='_compute_amounts', store=True, readonly=False)
    delivery_left = fields.Monetary(string="Delivery left", compute='_compute_amounts', store=True)
    amount_delivery = fields.Monetary(string="Delivery", compute='_compute_amounts', store=True, readonly=False)
    amount_left = fields.Monetary(string="Left in all", compute='_compute_amounts', store=True)
    amount_total = fields.Monetary(string="Refund", compute='_compute_amount_total')
    has_invoice = fields.Boolean(compute='_compute_has_invoice')
    with_credit_note = fields.Boolean(string="Draft a credit note", default=True)
    seller_note = fields.Text(string="Note to yourself", help="Kept on OnBuy; the buyer does not see it.")
    customer_note = fields.Text(string="Note to the buyer")

    # === COMPUTE METHODS === #

    @api.depends('order_id', 'move_id')
    def _compute_amounts(self):
        for form in self:
            order = form.order_id.sudo()
            left, most = order._get_refund_left()
            amounts = form._get_default_amounts(order, left)
            form.amount_left = most
            form.delivery_left = left.delivery
            form.amount_delivery = amounts.delivery
            form.line_ids = [Command.clear(), *(Command.create({
                'order_line_id': line.id,
                'quantity_returned': line._get_quantity_returned(),
                'left': left.lines[line.reference],
                'amount': amounts.lines.get(line.reference, 0),
            }) for line in order.line_ids)]

    @api.depends('order_id')
    def _compute_has_invoice(self):
        for form in self:
            form.has_invoice = bool(form.order_id.sudo()._get_invoices())

    @api.depends('line_ids.amount', 'amount_delivery')
    def _compute_amount_total(self):
        for form in self:
            form.amount_total = sum(form.line_ids.mapped('amount')) + form.amount_delivery

    def _get_default_amounts(self, order, left):
        """Return what is proposed: the credit note's amounts, else what came back, else all that is left.

        :param order: ``onbuy.order``
        :param Amounts left: the most
        :rtype: Amounts
        """
        if self.move_id:
            return self.move_id.sudo()._get_onbuy_amounts()
        returned = order._get_returned_amounts()
        if not returned.total:
            return left
        whole = all(returned.lines.get(reference) == amount for reference, amount in left.lines.items())
        return Amounts(returned.lines, left.delivery) if whole else returned

    @api.onchange('is_full')
    def _onchange_is_full(self):
        if self.is_full:
            for line in self.line_ids:
                line.amount = line.left
            self.amount_delivery = self.delivery_left

    # === ACTION METHODS === #

    def action_refund(self):
        """Put the refund in the outbox, with its draft credit note if one is wanted.

        :return: an action that closes the form
        :raise UserError: when it is more than is left, differs from its credit note, or none can be made
        """
        self.ensure_one()
        self.order_id.check_access('write')
        order, amounts = self.order_id.sudo(), self._get_amounts()
        reason = dict(self._fields['reason']._description_selection(self.env))[self.reason]
        action = order._ask_refund(
            amounts, int(self.reason), reason, seller_note=self.seller_note, customer_note=self.customer_note)
        action.move_id = self._get_credit_note(order, amounts, reason)
        return {'type': 'ir.actions.act_window_close'}

    def _get_amounts(self):
        """Return what was entered.

        :rtype: Amounts
        """
        lines = {line.reference: to_pence(line.amount) for line in self.line_ids}
        return Amounts(lines, to_pence(self.amount_delivery))

    def _get_credit_note(self, order, amounts, reason):
        """Return the refund's credit note: the given one, or a new draft, or none.

        :param order: ``onbuy.order``
        :param Amounts amounts: of the refund
        :param str reason: for people
        """
        if self.move_id:
            if to_pence(self.move_id.sudo().amount_total) != amounts.total:
                raise UserError(self.env._(
                    "The credit note gives back %(note)s, but %(refund)s would be refunded. Make them equal.",
                    note=to_pence(self.move_id.sudo().amount_total), refund=amounts.total))
            return self.move_id
        if not (self.has_invoice and self.with_credit_note):
            return self.env['account.move']
        note = order._draft_credit_note(amounts, reason=reason)
        if not note:
            raise UserError(self.env._(
                "No credit note can be made, because not all of this is on a posted invoice. Take the tick away from "
                "Draft a credit note, and make it by hand."))
        return note


class OnbuyOrderRefundLine(models.TransientModel):
    """How much is refunded on one line."""

    _name = 'onbuy.order.refund.line'
    _description = "OnBuy: Refund of a Line"

    refund_id = fields.Many2one('onbuy.order.refund', string="Form", required=True, ondelete='cascade')
    order_line_id = fields.Many2one('onbuy.order.line', required=True, readonly=True)
    reference = fields.Char(related='order_line_id.reference')
    currency_id = fields.Many2one(related='order_line_id.currency_id')
    sku = fields.Char(related='order_line_id.sku')
    name = fields.Char(related='order_line_id.name')
    quantity = fields.Integer(related='order_line_id.quantity')
    quantity_returned = fields.Integer(string="Returned", readonly=True)
    left = fields.Monetary(readonly=True, help="Of what the buyer paid for this line, less the refunds so far.")
    amount = fields.Monetary(string="Refund")
