from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib import values as lib_values
from ..lib.aftersales import Cancellation, Refund, RefundItem
from .fields import LooseMany2one
from .onbuy_order_refund import ZERO, Amounts

LOOKS = 2  # for a refund whose answer was lost, before it is sent once more
ASKED_STATES = ('pending', 'sending', 'uncertain', 'synced')


class OnbuyOrderAction(models.Model):
    """Cancellations and refunds in the outbox (OnBuy API reference, 19 and 20)."""

    _inherit = 'onbuy.order.action'

    move_id = LooseMany2one('account.move', string="Credit Note", readonly=True, index='btree_not_null')

    # === CANCELLATION === #

    def _prepare_cancel(self):
        """Return the cancellation to send.

        :return: the document, or None when OnBuy cancelled the order already
        :rtype: Cancellation or None
        :raise UserError: when OnBuy would not take it any more
        """
        self.ensure_one()
        if self.order_id._is_cancelled():
            return None
        self.order_id._check_cancellable()
        return Cancellation(self.order_id.name, self.values['reason_id'], self.values.get('info') or '')

    def _accept_cancel(self, document, result):
        """The order's new status is read right after; then the sales order follows."""

    def _resolve_cancel(self):
        """A cancelled order needs no second cancellation."""
        if self.order_id._is_cancelled():
            self._set_synced()
        else:
            self._queue_again()

    # === REFUND === #

    def _get_amounts(self):
        """Return the amounts of a refund, as they were asked for.

        :rtype: Amounts
        """
        asked = self.values or {}
        return Amounts(
            {reference: Decimal(amount) for reference, amount in (asked.get('lines') or {}).items()},
            Decimal(asked.get('delivery') or '0.00'))

    def _prepare_refund(self):
        """Return the refund to send; checked once more, because the order may have changed since it was asked for.

        All that the buyer paid is asked for as OnBuy's full refund, the rest by lines and delivery. The delivery alone
        goes with a line of nothing, because without lines OnBuy might refund the whole order.

        :rtype: Refund
        :raise UserError: when it is more than is left, or not the time for it
        """
        self.ensure_one()
        order, amounts = self.order_id, self._get_amounts()
        order._check_refund(amounts, without=self)
        whole = amounts.total == order._get_paid().total
        items = tuple(RefundItem(reference, amount) for reference, amount in amounts.lines.items() if amount)
        items = items or (RefundItem(order.line_ids[0].reference, ZERO),)
        return Refund(
            order.name, self.values['reason_id'],
            delivery=None if whole else amounts.delivery,
            items=() if whole else items,
            seller_note=self.values.get('seller_note') or '',
            customer_note=self.values.get('customer_note') or '',
        )

    def _accept_refund(self, document, result):
        """Remember OnBuy's id of the refund, so that it does not come in as a new one; tell if its sum is another."""
        self._set_refunded(lib_values.maybe(lib_values.to_key, result.data.get('order_refund_id')) or '')
        total = lib_values.maybe(lib_values.to_money, result.data.get('refund_total'))
        asked = self._get_amounts().total
        if total is not None and total != asked:
            order = self.order_id
            order._tell_once(
                f'refund-sum:{self.id}', order.sale_order_id or order, self.env._("OnBuy's refund differs"),
                self.env._("OnBuy refunded £%(total)s, but £%(asked)s were asked for. Correct the credit note.",
                           total=total, asked=asked))

    def _set_refunded(self, refund_id):
        """Note that the refund was made, under OnBuy's id.

        :param str refund_id: '' if OnBuy did not name it
        """
        self.remote_id = refund_id
        note = self.move_id.exists()
        if refund_id:
            self.order_id._remember(f'refund:{refund_id}')
            note.onbuy_refund_id = refund_id

    def _resolve_refund(self):
        """A refund is repeated only if the order did not change for an hour after it was sent. If just one new refund of its
        sum is there, it was made; else a person decides.
        """
        if self.snapshot == self._take_snapshot():
            self._resolve_missing_refund()
            return
        made = self.order_id._find_refund_of(self)
        if made:
            self.order_id._remember(self.order_id._get_refund_key(made))
            self._set_refunded(made.refund_id)
            self._set_synced()
            return
        self._set_sync_error(self.env._(
            "OnBuy's answer to this refund was lost, and the order has changed since. Look at the order in the "
            "Seller Control Panel: if the refund is there, discard this; if not, retry."), retry=False)

    def _resolve_missing_refund(self):
        """OnBuy may book a refund late (OnBuy API reference, 17.1): it is looked for twice, then sent once more. If that
        answer is lost as well, a person decides.
        """
        if self.sync_attempts == LOOKS:
            self._queue_again()
            return
        self._set_sync_error(self.env._(
            "OnBuy's answer to this refund was lost, and OnBuy does not show it. If a next attempt is shown, it is looked "
            "for again, and sent once more only then. Else look at the order in the Seller Control Panel: if the refund "
            "is there, discard this; if not, retry."), state='uncertain', retry=self.sync_attempts < LOOKS)


class OnbuyOrder(models.Model):
    _inherit = 'onbuy.order'

    def _is_cancellation_asked(self):
        """Return whether OnBuy was asked to cancel this order, or is about to be; a refused wish does not count."""
        return bool(self.action_ids.filtered(
            lambda action: action.kind == 'cancel' and action.sync_state in ASKED_STATES))

    def _check_cancellable(self):
        """Raise unless OnBuy takes a cancellation: only while nothing was dispatched (OnBuy API reference, 19).

        :raise UserError: saying what to do instead
        """
        if self.status in ('partially_dispatched', 'dispatched', 'complete', 'partially_refunded'):
            raise UserError(self.env._(
                "Order %(order)s is %(status)s on OnBuy, so it can no longer be cancelled. Use Refund on OnBuy to give "
                "the buyer the money back.", order=self.name, status=self.status_label))
        if self.status != 'awaiting_dispatch':
            raise UserError(self.env._(
                "Order %(order)s cannot be cancelled: its status on OnBuy is %(status)s.",
                order=self.name, status=self.status_label or self.env._("unknown")))

    def _check_cancellable_here(self):
        """As :meth:`_check_cancellable`, and nothing left this warehouse or is being told to OnBuy.

        :raise UserError: saying what to do instead
        """
        self._check_cancellable()
        if self._is_cancellation_asked():
            raise UserError(self.env._("OnBuy is being asked to cancel order %(order)s already.", order=self.name))
        leaving = self.action_ids.filtered(
            lambda action: action.kind == 'dispatch' and action.sync_state in ('pending', 'sending', 'uncertain'))
        if self._is_delivered() or leaving:
            raise UserError(self.env._(
                "The goods of order %(order)s have left, so it can no longer be cancelled. Once OnBuy knows of the "
                "dispatch, use Refund on OnBuy to give the buyer the money back.", order=self.name))

    def _ask_cancel(self, reason_id, reason, info):
        """Ask OnBuy to cancel the order; if its goods were picked, its deliveries are cancelled first.

        The sales order is cancelled once OnBuy has accepted.

        :param int reason_id: key of ``CANCEL_REASONS``
        :param str reason: for people
        :param str info: for OnBuy, may be ''
        """
        self._check_cancellable_here()
        if self._is_picked():
            self._undo_delivery()
        self.env['onbuy.order.action']._ask(self, 'cancel', values={
            'reason_id': reason_id, 'info': info or '', 'text': reason})

    def _undo_delivery(self):
        """Cancel what is open of the deliveries; someone puts back what earlier steps moved."""
        sale_order = self.sale_order_id
        moved = sale_order.picking_ids.filtered(lambda picking: picking.state == 'done')
        self._get_open_pickings().action_cancel()
        if moved:
            self._tell_once('put-back', sale_order, self.env._("Put the goods back"), self.env._(
                "Order %(order)s is being cancelled, but its goods were moved already by %(steps)s. Put them back, for "
                "example with a return of these transfers.", order=self.name, steps=", ".join(moved.mapped('name'))))

    def _ask_refund(self, amounts, reason_id, reason, **texts):
        """Ask OnBuy for a refund.

        :param Amounts amounts: to refund, including VAT
        :param int reason_id: key of ``REFUND_REASONS``
        :param str reason: for people
        :param texts: ``seller_note`` and ``customer_note``
        :return: the action
        :raise UserError: when it is more than is left, or not the time for it
        """
        self._check_refund(amounts)
        return self.env['onbuy.order.action']._ask(self, 'refund', values={
            'reason_id': reason_id,
            'lines': {reference: str(amount) for reference, amount in amounts.lines.items() if amount},
            'delivery': str(amounts.delivery),
            'text': f'{reason} · £{amounts.total}',
            **{name: text for name, text in texts.items() if text},
        })

    # === BUTTONS === #

    def action_cancel_on_onbuy(self):
        """Open the form that asks for the reason of a cancellation.

        :raise UserError: when the order can no longer be cancelled
        """
        self.ensure_one()
        self.check_access('write')
        self.sudo()._check_cancellable_here()
        return self._open_form('onbuy.order.cancel', self.env._("Cancel on OnBuy"))

    def action_refund_on_onbuy(self):
        """Open the form that asks what is refunded.

        :raise UserError: when OnBuy takes no refund now
        """
        self.ensure_one()
        self.check_access('write')
        self.sudo()._check_refundable()
        return self._open_form('onbuy.order.refund', self.env._("Refund on OnBuy"))

    def _open_form(self, model, name, **defaults):
        """Return the action that opens a form about this order in a dialog.

        :param str model: of the form
        :param str name: translated title
        :param defaults: further default values
        """
        context = {f'default_{key}': value for key, value in {'order_id': self.id, **defaults}.items()}
        return {'type': 'ir.actions.act_window', 'name': name, 'res_model': model, 'view_mode': 'form',
                'target': 'new', 'context': context}


class AccountMove(models.Model):
    _inherit = 'account.move'

    onbuy_action_ids = fields.One2many('onbuy.order.action', 'move_id', string="Sent to OnBuy")
