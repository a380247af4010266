"""Dispatches and tracking as OnBuy takes them (OnBuy API reference, 18)."""
from dataclasses import dataclass

from .order_parts import Tracking


@dataclass(frozen=True)
class DispatchLine:
    """A line, or a part of it, that left.

    :param sku: names the line; ``opc`` and ``reference`` (its `onbuy_internal_reference`) go along when given
    :param int quantity: pieces sent now
    :param tracking: this line's own parcel, else the dispatch's counts
    """

    sku: str
    quantity: int
    tracking: Tracking | None = None
    opc: str | None = None
    reference: str | None = None


@dataclass(frozen=True)
class Dispatch:
    """What left of one order.

    :param tracking: None for an untracked parcel
    :param lines: empty = the whole order
    """

    order_id: str
    tracking: Tracking | None = None
    lines: tuple[DispatchLine, ...] = ()


@dataclass(frozen=True)
class TrackingUpdate:
    """Tracking added to, or changed on, a dispatch that OnBuy has (18.2).

    :param carrier_code: `onbuy_carrier_code` of `GET /carriers`, or None
    """

    dispatch_id: str
    number: str
    carrier_code: str | None = None


def build_dispatch(dispatch):
    """Return the JSON of one of `orders[]` (18.1): `products` beside `tracking`, what is empty left out.

    :raise ValueError: a line without a positive quantity or without any identifier
    """
    order = {'order_id': dispatch.order_id}
    if tracking := build_tracking(dispatch.tracking):
        order['tracking'] = tracking
    if dispatch.lines:
        order['products'] = [_build_line(line) for line in dispatch.lines]
    return order


def build_tracking(tracking):
    """Return the JSON of a `tracking` object, None without a number, which OnBuy requires in it (18.1)."""
    if not tracking or not tracking.number:
        return None
    parts = {'supplier_name': tracking.carrier, 'number': tracking.number, 'url': tracking.url}
    return {name: value for name, value in parts.items() if value}


def _build_line(line):
    """Return the JSON of one of `products[]` (18.1)."""
    names = {'sku': line.sku, 'opc': line.opc, 'onbuy_internal_reference': line.reference}
    product = {name: value for name, value in names.items() if value}
    if not product or line.quantity != int(line.quantity) or line.quantity < 1:
        raise ValueError(f"A dispatched line needs a SKU and a whole quantity: {line}.")
    product['quantity'] = int(line.quantity)
    if tracking := build_tracking(line.tracking):
        product['tracking'] = tracking
    return product


def build_tracking_update(update):
    """Return the JSON of one of `dispatches[]` (18.2).

    :raise ValueError: no tracking number, which OnBuy requires
    """
    if not update.number:
        raise ValueError("A tracking update needs a number.")
    row = {'dispatch_id': update.dispatch_id, 'tracking_number': update.number}
    if update.carrier_code:
        row['onbuy_carrier_code'] = update.carrier_code
    return row
