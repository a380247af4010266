"""Cancellations and refunds as OnBuy takes them (OnBuy API reference, 19 and 20)."""
from dataclasses import dataclass
from decimal import Decimal

from . import const
from .values import to_money


@dataclass(frozen=True)
class Cancellation:
    """Cancel a whole order; OnBuy refunds the buyer.

    :param int reason_id: key of ``const.CANCEL_REASONS``
    :param str info: a remark for OnBuy, may be ''
    """

    order_id: str
    reason_id: int
    info: str = ''


@dataclass(frozen=True)
class RefundItem:
    """An amount refunded on one line.

    :param reference: the line's `onbuy_internal_reference`, not the order's (20)
    :param Decimal amount: in pounds
    """

    reference: str
    amount: Decimal


@dataclass(frozen=True)
class Refund:
    """Refund an order, in full (neither items nor delivery) or in part.

    :param int reason_id: key of ``const.REFUND_REASONS``
    :param delivery: pounds of the delivery charge to refund, or None
    """

    order_id: str
    reason_id: int
    delivery: Decimal | None = None
    items: tuple[RefundItem, ...] = ()
    seller_note: str = ''
    customer_note: str = ''


def build_cancellation(cancellation):
    """Return the JSON of one of `orders[]` (19).

    :raise ValueError: a reason that OnBuy does not know
    """
    if cancellation.reason_id not in const.CANCEL_REASONS:
        raise ValueError(f"OnBuy has no cancellation reason {cancellation.reason_id}.")
    row = {'order_id': cancellation.order_id, 'order_cancellation_reason_id': int(cancellation.reason_id)}
    if cancellation.info:
        row['cancel_order_additional_info'] = cancellation.info
    return row


def build_refund(refund):
    """Return the JSON of one of `orders[]` (20).

    :raise ValueError: an unknown reason, a negative amount, or delivery without items: "none = full refund"
        (20) may then mean the whole order, so delivery alone is left to OnBuy's own panel
    """
    if refund.reason_id not in const.REFUND_REASONS:
        raise ValueError(f"OnBuy has no refund reason {refund.reason_id}.")
    if refund.delivery is not None and not refund.items:
        raise ValueError("Without a line OnBuy may refund the whole order: name one, or use OnBuy's panel.")
    row = {'order_id': refund.order_id, 'order_refund_reason_id': int(refund.reason_id)}
    if refund.delivery is not None:
        row['delivery'] = _amount(refund.delivery)
    if refund.items:
        row['items'] = [_build_item(item) for item in refund.items]
    notes = {'seller_note': refund.seller_note, 'customer_note': refund.customer_note}
    return row | {name: note for name, note in notes.items() if note}


def _build_item(item):
    """Return the JSON of one of `items[]` (20); the reference is an integer there."""
    reference = str(item.reference)
    return {
        'onbuy_internal_reference': int(reference) if reference.isdecimal() else reference,
        'amount': _amount(item.amount),
    }


def _amount(amount):
    """Return pounds as a JSON number: the float nearest to two decimals is written with at most two.

    :raise ValueError: negative, or parts of a penny
    """
    exact = to_money(amount, 'amount')
    if exact is None or exact < 0 or exact != amount:
        raise ValueError(f"{amount} is not an amount that can be refunded.")
    return float(exact)
