from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from odoo import models
from odoo.exceptions import UserError

from ..lib.money import split_by_share
from ..lib.values import digest

PENNY = Decimal('0.01')
ZERO = Decimal('0.00')
# Once something was dispatched (OnBuy API reference, 20); before that an order is cancelled instead.
REFUNDABLE_STATUSES = ('partially_dispatched', 'dispatched', 'complete', 'partially_refunded')


@dataclass(frozen=True)
class Amounts:
    """Pounds, including VAT, per line of an order and of its delivery charge.

    :param dict lines: OnBuy's reference of the line → Decimal
    :param Decimal delivery: of the delivery charge
    """

    lines: dict
    delivery: Decimal = ZERO

    @property
    def total(self):
        """The sum of it all, in pounds."""
        return sum(self.lines.values(), self.delivery)

    def less(self, others):
        """Return what is left after others were taken away; nothing is below zero.

        :param list others: of :class:`Amounts`
        """
        return Amounts({
            reference: max(ZERO, amount - sum((other.lines.get(reference, ZERO) for other in others), ZERO))
            for reference, amount in self.lines.items()
        }, max(ZERO, self.delivery - sum((other.delivery for other in others), ZERO)))


def to_pence(amount):
    """Return an amount of a Monetary field as exact pounds with two places."""
    return Decimal(str(amount or 0)).quantize(PENNY, ROUND_HALF_UP)


class OnbuyOrder(models.Model):
    """What may still be refunded, and refunds that were made on OnBuy: each comes in once."""

    _inherit = 'onbuy.order'

    # === WHAT IS LEFT === #

    def _get_paid(self):
        """Return what the buyer paid, each line with its share of the discount.

        :rtype: Amounts
        """
        self.ensure_one()
        total, delivery = to_pence(self.amount_total), to_pence(self.amount_delivery)
        goods = max(ZERO, total - delivery)
        shares = split_by_share(goods, [to_pence(line.amount_total) for line in self.line_ids])
        return Amounts(dict(zip(self.line_ids.mapped('reference'), shares, strict=True)), total - goods)

    def _get_refund_left(self, without=None):
        """Return what can still be refunded, less what is on its way to OnBuy.

        :param without: an ``onbuy.order.action`` that is not counted: the one to be sent
        :return: the most per line, and the most in total (it is less where OnBuy names no lines of a refund)
        :rtype: tuple(Amounts, Decimal)
        """
        paid, done = self._get_paid(), self._parse().refunds
        waiting = [action._get_amounts() for action in self._get_refunds_in_flight() - (without or self.action_ids[:0])]
        left = paid.less([*(self._read_amounts(info) for info in done), *waiting])
        total = paid.total - sum((info.total or ZERO for info in done), ZERO)
        total -= sum((amounts.total for amounts in waiting), ZERO)
        if self.status == 'refunded':
            total = ZERO
        return left, max(ZERO, min(total, left.total))

    def _get_refunds_in_flight(self):
        """Return the refunds that OnBuy was asked for, or is about to be, and that its order does not show yet."""
        shown = digest((self.sudo().payload or {}).get('refunds'))
        return self.action_ids.filtered(lambda action: action.kind == 'refund' and (
            action.sync_state in ('pending', 'sending', 'uncertain')
            or action.sync_state == 'synced' and (action.snapshot or {}).get('refunds') == shown))

    def _read_amounts(self, info):
        """Return the amounts of a refund on OnBuy, by line; items that name no line of this order are left out.

        :param info: :class:`~..lib.order_parts.RefundInfo`
        :rtype: Amounts
        """
        lines = {}
        for key, amount in info.items:
            line = self.line_ids.filtered(lambda line, key=key: key in (line.reference, line.sku, line.opc))[:1]
            if line:
                lines[line.reference] = lines.get(line.reference, ZERO) + amount
        return Amounts(lines, info.delivery or ZERO)

    def _check_refund(self, amounts, without=None):
        """Raise unless OnBuy can be asked for a refund of these amounts.

        :param Amounts amounts: wanted
        :param without: the action that holds them already
        :raise UserError: saying what is in the way
        """
        self._check_refundable()
        left, most = self._get_refund_left(without)
        wanted = {**amounts.lines, None: amounts.delivery}
        limits = {**left.lines, None: left.delivery}
        if amounts.total <= 0 or any(amount < 0 for amount in wanted.values()):
            raise UserError(self.env._("Enter an amount to refund."))
        names = {line.reference: line.sku or line.name for line in self.line_ids} | {None: self.env._("the delivery")}
        for reference, amount in wanted.items():
            if amount > limits.get(reference, ZERO):
                raise UserError(self.env._(
                    "£%(amount)s of %(name)s cannot be refunded: £%(left)s of what the buyer paid is left.",
                    amount=amount, name=names.get(reference, reference), left=limits.get(reference, ZERO)))
        if amounts.total > most:
            raise UserError(self.env._(
                "£%(amount)s cannot be refunded: £%(left)s of what the buyer paid for order %(order)s is left.",
                amount=amounts.total, left=most, order=self.name))

    def _check_refundable(self):
        """Raise unless OnBuy takes refunds of this order in its present status (OnBuy API reference, 20).

        :raise UserError: saying what to do instead
        """
        if self.status == 'awaiting_dispatch':
            raise UserError(self.env._(
                "Order %(order)s was not dispatched, so OnBuy refunds nothing of it. Cancel it on OnBuy instead; the "
                "buyer then gets all the money back.", order=self.name))
        if self.status not in REFUNDABLE_STATUSES:
            raise UserError(self.env._(
                "OnBuy takes no refund of order %(order)s: its status is %(status)s.",
                order=self.name, status=self.status_label))

    # === REFUNDS MADE ON ONBUY === #

    def _follow_refunds(self, order):
        """Take in each refund that OnBuy shows, once; of a cancelled order the cancellation says it all.

        :param order: :class:`~..lib.orders.Order`
        """
        for info in order.refunds:
            key = self._get_refund_key(info)
            if not self._is_told(key):
                self._remember(key)
                if not self._is_cancelled():
                    self._take_in_refund(order, info)
        if self.refund_state and not order.refunds:
            self._tell_once(f'refund-{self.status}', self.sale_order_id, self.status_label, self.env._(
                "OnBuy does not say what was refunded. Look at the order in the Seller Control Panel, and make the "
                "credit note by hand."))

    def _get_refund_key(self, info):
        """Return under which key a refund is remembered once it was dealt with."""
        return f'refund:{info.refund_id or digest(info.raw)}'

    def _take_in_refund(self, order, info):
        """Draft the credit note of a refund; where that cannot be done, tell its amount.

        A refund that was asked for here, or credited already, is only noted.

        :param order: :class:`~..lib.orders.Order`
        :param info: :class:`~..lib.order_parts.RefundInfo`
        """
        action = self._find_action_of(info)
        if action:
            action._set_refunded(info.refund_id)
            action._set_synced()
            return
        if self._find_credit_note_of(info):
            return
        amounts = self._understand_refund(order, info)
        notes = amounts and self._draft_credit_note(amounts, info.refund_id, info.reason)
        if notes:
            self.sale_order_id.message_post(body=self.env._(
                "OnBuy refunded £%(amount)s (%(reason)s). A draft credit note was made.",
                amount=info.total, reason=info.reason or self.env._("no reason given")))
            return
        self._tell_once(f'activity:{self._get_refund_key(info)}', self.sale_order_id, self.env._("Refunded on OnBuy"),
                        self._get_refund_note(info))

    def _get_refund_note(self, info):
        """Return what someone is told of a refund that cannot be credited by itself."""
        if info.total is None:
            return self.env._("OnBuy shows a refund whose amount cannot be read. Look at the order in the Seller "
                              "Control Panel, and make the credit note by hand.")
        return self.env._(
            "OnBuy refunded £%(amount)s (%(reason)s). No credit note was made: either nothing is invoiced, or OnBuy "
            "does not say which lines it is for.",
            amount=info.total, reason=info.reason or self.env._("no reason given"))

    def _find_action_of(self, info):
        """Return the refund of ours that this must be: one whose answer was lost, or named no id, of the same sum."""
        candidates = self.action_ids.filtered(
            lambda action: action.kind == 'refund' and not action.remote_id and action.snapshot
            and action.sync_state in ('sending', 'uncertain', 'synced') and action._get_amounts().total == info.total)
        return candidates[-1:]

    def _find_refund_of(self, action):
        """Return the refund on OnBuy that an action with a lost answer must have made, if there is just one.

        :param action: ``onbuy.order.action``
        :return: :class:`~..lib.order_parts.RefundInfo` or None
        """
        total = action._get_amounts().total
        fresh = [info for info in self._parse().refunds
                 if info.total == total and not self._is_told(self._get_refund_key(info))]
        return fresh[0] if len(fresh) == 1 else None

    def _find_credit_note_of(self, info):
        """Return a credit note of the same sum that someone made already; it is linked with the refund."""
        notes = self._get_credit_notes().filtered(
            lambda note: not note.onbuy_refund_id and to_pence(note.amount_total) == info.total)[:1]
        notes.onbuy_refund_id = info.refund_id
        return notes

    def _understand_refund(self, order, info):
        """Return what a refund consists of, if its parts add up to its sum, or if it is all that was left.

        :param order: :class:`~..lib.orders.Order`
        :param info: :class:`~..lib.order_parts.RefundInfo`
        :return: the amounts, or None
        :rtype: Amounts or None
        """
        if not info.total:
            return None
        amounts = self._read_amounts(info)
        if amounts.total == info.total:
            return amounts
        earlier = order.refunds[:order.refunds.index(info)]
        left = self._get_paid().less([self._read_amounts(other) for other in earlier])
        return left if left.total == info.total else None

    # === RETURNS === #

    def _get_returned_amounts(self):
        """Return what the buyer paid for goods that came back and has not got back yet, nor is about to.

        :rtype: Amounts
        """
        returned = {line: line._get_quantity_returned() for line in self.line_ids}
        if not any(returned.values()) or self.status not in REFUNDABLE_STATUSES or not self.sudo().payload:
            return Amounts({})
        left, paid = self._get_refund_left()[0], self._get_paid()
        return Amounts({
            line.reference: max(ZERO, line._get_amount_of(quantity)
                                - paid.lines[line.reference] + left.lines[line.reference])
            for line, quantity in returned.items() if quantity})
