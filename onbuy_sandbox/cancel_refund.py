"""Cancelling and refunding orders ("OnBuy API reference", 19 and 20)."""

import uuid

from . import parsing
from .clock import stamp
from .errors import ItemError
from .models import STATUSES, ZERO
from .order_view import plain
from .parsing import money, pennies

CANCEL_REASONS = {
    1: "Out of Stock", 2: "Buyer Cancelled Order", 3: "Undeliverable Address", 4: "Pricing Error",
    5: "Other Issue",
}
REFUND_REASONS = {
    1: "Customer Return", 2: "Item not Delivered", 3: "Item is Damaged/Faulty", 4: "Incorrect Item Sent",
    5: "Other Issue", 6: "Order Cancelled",
}
ORDER_CANCELLED = 6
REFUNDABLE = ('dispatched', 'partially_dispatched', 'partially_refunded', 'complete')
NOT_FOUND = "The order could not be found"
NOT_REFUNDABLE = "The order is not in a refundable status."


def cancel_order(order, by, reason_id, note, now, pending=False):
    """Cancel `order` on behalf of `by` ('seller' or 'buyer').

    `pending` leaves its refund open (`Cancelled`).
    """
    order.cancelled_at = now
    order.cancelled_by = by
    order.cancellation = {
        'date': stamp(now), 'cancelled_by': by, 'order_cancellation_reason_id': reason_id,
        'reason': CANCEL_REASONS.get(reason_id), 'cancel_order_additional_info': note or None,
    }
    order.move_to('cancelled' if pending else f'cancelled_by_{by}', now)


def complete_cancellation(order, now):
    """The refund of a `Cancelled` order went through."""
    order.move_to(f'cancelled_by_{order.cancelled_by}', now)


def cancel(call):
    """`PUT /orders/cancel`: whole orders that await dispatch; the container is `result` (19)."""
    rows = parsing.rows(call.body.get('orders'), 'orders')
    return {'success': True,
            'result': [_cancel_row(call, item if isinstance(item, dict) else {}) for item in rows]}


def _cancel_row(call, item):
    order_id = str(item.get('order_id') or '')
    try:
        order = call.account.orders.get(order_id)
        _check_cancellable(order)
        sent = item.get('order_cancellation_reason_id')
        reason = _reason(item.get('cancel_order_reason') if sent is None else sent, CANCEL_REASONS)
    except ItemError as error:
        return {'success': False, 'message': error.message, 'order_id': order_id}
    note = item.get('cancel_order_additional_info')
    cancel_order(order, 'seller', reason, note, call.now(), call.settings.cancel_refund_pending)
    url = f'https://www.onbuy.com/gb/orders/{order_id}/forget-balance/'
    return {'success': True, 'forget_balance_url': url, 'order_id': order_id}


def _check_cancellable(order):
    if order is None:
        raise ItemError(NOT_FOUND)
    if order.status != 'awaiting_dispatch':
        state = STATUSES[order.status]
        raise ItemError(f'The order could not be cancelled because it has a status of "{state}"')


def _reason(sent, reasons):
    """Return a reason id sent as integer or text, None if none was. Raises ItemError on an unknown one."""
    if sent in (None, ''):
        return None
    reason = parsing.integer(sent)
    if reason not in reasons:
        raise ItemError("The reason id is not valid")
    return reason


def refund_order(world, order, parts, delivery, reason_id, notes, now):
    """Refund `parts`, a list of (line, GBP), and `delivery` (GBP) of `order`; return the entry of `refunds`.

    `notes` is (seller's, customer's). The order is refunded when the buyer has all money back.
    """
    total = min(sum((amount for _line, amount in parts), delivery), order.total - order.refunded)
    for line, amount in parts:
        line.refunded += amount
    order.refunded_delivery += delivery
    order.refunded += total
    entry = {
        'order_refund_id': str(uuid.UUID(int=world.rng.getrandbits(128), version=4)), 'date': stamp(now),
        'order_refund_reason_id': reason_id, 'reason': REFUND_REASONS.get(reason_id),
        'refund_total': money(total), 'delivery': money(delivery),
        'items': [{'onbuy_internal_reference': str(line.reference), 'amount': money(amount)}
                  for line, amount in parts],
        'seller_note': notes[0] or None, 'customer_note': notes[1] or None,
    }
    order.refunds.append(entry)
    _move_after_refund(order, now)
    return entry


def _move_after_refund(order, now):
    whole = order.refunded >= order.total
    if order.status != 'cancelled':
        order.move_to('refunded' if whole else 'partially_refunded', now)
    elif whole:
        complete_cancellation(order, now)
    else:
        order.touch(now)


def refund(call):
    """`PUT /orders/refund`: in full, or amounts of lines and of the delivery (20)."""
    rows = parsing.rows(call.body.get('orders'), 'orders')
    return {'success': True,
            'results': [_refund_row(call, item if isinstance(item, dict) else {}) for item in rows]}


def _refund_row(call, item):
    order_id = str(item.get('order_id') or '')
    try:
        order = call.account.orders.get(order_id)
        reason = _reason(item.get('order_refund_reason_id'), REFUND_REASONS)
        check_refundable(order, reason, call.settings)
        parts, delivery = refund_parts(order, item)
    except ItemError as error:
        return {'success': False, 'message': error.message, 'data': 'null', 'order_id': order_id}
    notes = (item.get('seller_note'), item.get('customer_note'))
    entry = refund_order(call.world, order, parts, delivery, reason, notes, call.now())
    total = plain(parsing.number(entry['refund_total']))
    return {'success': True, 'order_refund_id': entry['order_refund_id'], 'refund_total': total,
            'order_id': order_id}


def check_refundable(order, reason, settings):
    """Raise ItemError unless `order` may be refunded for `reason` (id or None), as rule 12 says."""
    if order is None:
        raise ItemError(NOT_FOUND)
    cancelling = order.status == 'cancelled' and reason == ORDER_CANCELLED and settings.refund_while_cancelled
    if order.status not in REFUNDABLE and not cancelling:
        raise ItemError(NOT_REFUNDABLE)


def refund_parts(order, item):
    """Return ([(line, GBP)], delivery GBP) of a refund request (dict); without items and delivery it is
    the rest.

    Raises ItemError on unknown lines, on amounts that are none and on more than was paid.
    """
    delivery = _amount(item.get('delivery') or 0, order.delivery - order.refunded_delivery)
    items = item.get('items') or []
    if not items and not delivery:
        rest = [(line, line.total - line.refunded) for line in order.lines if line.total > line.refunded]
        return rest, order.delivery - order.refunded_delivery
    parts = []
    for wanted in items if isinstance(items, list) else [items]:
        line = _line(order, wanted)
        taken = sum((amount for known, amount in parts if known is line), ZERO)
        amount = _amount(wanted.get('amount'), line.total - line.refunded - taken)
        parts.append((line, amount))
    if not delivery and not any(amount for _line, amount in parts):
        raise ItemError("The refund amount must be greater than 0")
    return parts, delivery


def _line(order, wanted):
    reference = parsing.integer(wanted.get('onbuy_internal_reference')) if isinstance(wanted, dict) else None
    for line in order.lines:
        if line.reference == reference:
            return line
    raise ItemError("The item is not part of the order")


def _amount(sent, most):
    amount = parsing.number(sent)
    if amount is None or amount < 0:
        raise ItemError("The refund amount must be a positive number")
    amount = pennies(amount)
    if amount > most:
        raise ItemError(f"The refund amount cannot be more than {money(most)}")
    return amount
