from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.money import split_by_share
from .onbuy_order_refund import REFUNDABLE_STATUSES, ZERO, Amounts, to_pence


class AccountMove(models.Model):
    """Credit notes of OnBuy orders: made of refunds, or to be refunded on OnBuy."""

    _inherit = 'account.move'

    onbuy_refund_id = fields.Char(
        string="OnBuy Refund", readonly=True, copy=False, index='btree_not_null', help="OnBuy's id of the refund.")
    onbuy_order_id = fields.Many2one(
        'onbuy.order', string="OnBuy Order", compute='_compute_onbuy_order_id', compute_sudo=True)
    onbuy_state = fields.Selection(
        selection=[('open', "To refund on OnBuy"), ('waiting', "Waiting for OnBuy"), ('sent', "Refunded on OnBuy"),
                   ('refused', "Refused by OnBuy")],
        string="OnBuy", compute='_compute_onbuy_state', compute_sudo=True,
    )
    onbuy_error = fields.Text(string="OnBuy's Answer", compute='_compute_onbuy_state', compute_sudo=True)

    # === COMPUTE METHODS === #

    @api.depends('invoice_line_ids.sale_line_ids', 'reversed_entry_id.invoice_line_ids.sale_line_ids')
    def _compute_onbuy_order_id(self):
        for move in self:
            lines = (move | move.reversed_entry_id).invoice_line_ids
            move.onbuy_order_id = lines.sale_line_ids.order_id.onbuy_order_id[:1]

    @api.depends('move_type', 'state', 'onbuy_refund_id', 'onbuy_action_ids.sync_state',
                 'onbuy_action_ids.sync_error')
    def _compute_onbuy_state(self):
        for move in self:
            action = move.onbuy_action_ids[:1]
            move.onbuy_error = action.sync_error if action.sync_state in ('error', 'uncertain') else False
            move.onbuy_state = move._get_onbuy_state(action)

    def _get_onbuy_state(self, action):
        """Return how far a credit note is refunded on OnBuy.

        :param action: the last ``onbuy.order.action`` about it, or none
        :return: a value of ``onbuy_state`` or False
        """
        if self.move_type != 'out_refund' or not self.onbuy_order_id:
            return False
        if self.onbuy_refund_id:
            return 'sent'
        if action:
            return {'synced': 'sent', 'error': 'refused', 'uncertain': 'refused'}.get(action.sync_state, 'waiting')
        refundable = self.onbuy_order_id.status in REFUNDABLE_STATUSES and self.state != 'cancel'
        return 'open' if refundable else False

    # === ACTION METHODS === #

    def action_onbuy_refund(self):
        """Open the form that asks OnBuy to refund what this credit note gives back.

        :raise UserError: when its lines cannot be told apart as OnBuy's, or OnBuy takes no refund now
        """
        self.ensure_one()
        order = self.onbuy_order_id
        order.check_access('write')
        order.sudo()._check_refundable()
        self.sudo()._get_onbuy_amounts()
        return order._open_form('onbuy.order.refund', self.env._("Refund on OnBuy"), move_id=self.id)

    def action_onbuy_retry(self):
        """Send this credit note's refund again after OnBuy refused it."""
        self.onbuy_order_id.check_access('write')
        self.sudo().onbuy_action_ids.filtered(lambda action: action.sync_state in ('error', 'uncertain'))._retry()

    # === BUSINESS METHODS === #

    def _get_onbuy_amounts(self):
        """Return what this credit note gives back, by OnBuy's lines; a discount is spread over them.

        :rtype: Amounts
        :raise UserError: naming a line that belongs to no line on OnBuy
        """
        amounts, delivery, discount = {}, ZERO, ZERO
        for line in self.invoice_line_ids.filtered(lambda line: line.display_type == 'product'):
            kind, reference = line._get_onbuy_target(self.onbuy_order_id)
            amount = line._get_onbuy_gross()
            if kind == 'delivery':
                delivery += amount
            elif kind:
                discount += amount
            else:
                amounts[reference] = amounts.get(reference, ZERO) + amount
        if discount and amounts:
            shares = split_by_share(discount, [max(ZERO, amount) for amount in amounts.values()])
            amounts = {reference: amount + share
                       for (reference, amount), share in zip(amounts.items(), shares, strict=True)}
        return Amounts(amounts, delivery)


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _get_onbuy_gross(self):
        """Return what this line comes to including VAT. Not `price_total` where prices include VAT: rounding a whole
        document's VAT at once may move a penny from one line to another.

        :rtype: Decimal
        """
        if all(tax.price_include for tax in self.tax_ids):
            return to_pence(self.quantity * self.price_unit * (1 - self.discount / 100))
        return to_pence(self.price_total)

    def _get_onbuy_target(self, order):
        """Return which line of an OnBuy order this line of a credit note gives back.

        :param order: one ``onbuy.order``
        :return: the kind of a line of the whole order, or else OnBuy's reference of the line
        :rtype: tuple
        :raise UserError: when it cannot be told
        """
        sale_line = self.sale_line_ids[:1] or order.sale_order_id.order_line.filtered(
            lambda line: self.product_id and line.product_id == self.product_id)[:1]
        if sale_line.onbuy_kind:
            return sale_line.onbuy_kind, None
        if not sale_line.onbuy_line_id:
            raise UserError(self.env._(
                "It cannot be told which line of the OnBuy order %(line)s gives back. Use Refund on OnBuy on the sales "
                "order instead.", line=self.name or self.product_id.display_name))
        return False, sale_line.onbuy_line_id.reference
