"""Parts of an order: addresses, fees, tracking, dispatches, refunds (OnBuy API reference, 17.1 and 22)."""
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from . import values
from .values import (
    as_object,
    as_rows,
    first,
    maybe,
    text_of,
    to_datetime,
    to_decimal,
    to_int,
    to_key,
    to_money,
)

ZERO = Decimal('0.00')


@dataclass(frozen=True)
class Address:
    """A postal address; missing parts are ''.

    :param lines: the street lines that are not empty, in their order
    :param country_code: ISO code in upper case, such as GB
    """

    name: str
    lines: tuple[str, ...]
    town: str
    county: str
    postcode: str
    country: str
    country_code: str

    @property
    def is_blank(self):
        """True when it says nothing: OnBuy's blank addresses hold only a country (17.1)."""
        return not (self.name or self.lines or self.town or self.county or self.postcode)


@dataclass(frozen=True)
class Fees:
    """OnBuy's fees on an order, in the order's currency.

    :param vat_rate: percent of VAT on the fees, not on the goods (22)
    """

    category_ex_vat: Decimal
    boost_ex_vat: Decimal
    delivery_ex_vat: Decimal
    total_ex_vat: Decimal
    vat_rate: Decimal
    vat: Decimal
    total_inc_vat: Decimal


@dataclass(frozen=True)
class Tracking:
    """A parcel.

    :param carrier: name as free text (18.1), '' if unknown
    :param number: tracking number, '' if unknown
    :param url: tracking page, '' if there is none
    """

    carrier: str = ''
    number: str = ''
    url: str = ''


@dataclass(frozen=True)
class DispatchInfo:
    """A dispatch as the order shows it; the shape is not documented (28), so ``raw`` is kept.

    :param items: pairs of the line's reference (else its SKU) and the quantity
    """

    dispatch_id: str
    date: datetime | None
    tracking: Tracking | None
    items: tuple[tuple[str, int], ...]
    raw: dict = field(repr=False)


@dataclass(frozen=True)
class RefundInfo:
    """A refund as the order shows it; the shape is not documented (28), so ``raw`` is kept.

    :param total: None when OnBuy's amounts are not understood; ``delivery`` likewise
    :param items: pairs of the line's reference and the amount refunded on it
    """

    refund_id: str
    date: datetime | None
    total: Decimal | None
    delivery: Decimal | None
    items: tuple[tuple[str, Decimal], ...]
    reason: str
    raw: dict = field(repr=False)


def parse_address(value):
    """Return the Address of an address object; null gives a blank one (17.1), and a part that is no text is blank."""
    row = as_object(value)
    names = sorted(name for name in row if str(name).startswith('line_'))
    lines = (text_of(row, name) for name in names)
    parts = {name: text_of(row, name)
             for name in ('name', 'town', 'county', 'postcode', 'country', 'country_code')}
    parts['country_code'] = parts['country_code'].upper()
    return Address(lines=tuple(line for line in lines if line), **parts)


def parse_fees(order):
    """Return the Fees of an order: its own `fee`, which is filled from the start, not its lines' (17.1).

    :param dict order: its row; `sales_fee_ex_VAT` and `sales_fee_inc_VAT` stand in for a missing `fee`
    :raise ParseError: an amount that bills are made of cannot be understood
    """
    fee = as_object(order.get('fee'))

    def amount(*names, default=ZERO):
        return to_money(first(fee, *names), names[0], default)

    sales_ex = to_money(order.get('sales_fee_ex_VAT'), 'sales_fee_ex_VAT', ZERO)
    total_ex = amount('total_fee_excluding_vat', 'net_fees', default=sales_ex)
    sales_inc = to_money(order.get('sales_fee_inc_VAT'), 'sales_fee_inc_VAT')
    total_inc = amount(
        'total_fee_including_vat', 'total_fee_including_tax', 'total_fees_inc_tax', default=sales_inc)
    return Fees(
        category_ex_vat=amount('category_fee_excluding_vat', default=sales_ex),
        boost_ex_vat=amount('boost_marketing_fee_excluding_vat', 'total_boost_fee'),
        delivery_ex_vat=maybe(to_money, fee.get('delivery_fee_excluding_vat')) or ZERO,
        total_ex_vat=total_ex,
        vat_rate=maybe(to_decimal, fee.get('vat_rate')) or ZERO,
        vat=_fees_vat(fee.get('fees_tax'), total_ex, total_inc),
        total_inc_vat=total_ex if total_inc is None else total_inc,
    )


def _fees_vat(value, total_ex, total_inc):
    """Return the VAT on the fees; where it is absent, what lies between the totals.

    :raise ParseError: it cannot be understood, and no total including VAT tells it
    """
    if total_inc is None:
        return to_money(value, 'fees_tax', ZERO)
    vat = maybe(to_money, value)
    return total_inc - total_ex if vat is None else vat


def parse_tracking(value):
    """Return the Tracking of a `tracking` object, None when it says nothing (17.1, C)."""
    row = value[0] if isinstance(value, list) and value else value
    row = {'tracking_number': row} if isinstance(row, str) else as_object(row)
    tracking = Tracking(
        carrier=text_of(row, 'supplier_name', 'carrier_name', 'carrier'),
        number=text_of(row, 'tracking_number', 'number'),
        url=text_of(row, 'tracking_url', 'url'),
    )
    return tracking if tracking != Tracking() else None


def parse_dispatches(value):
    """Return the DispatchInfo of each of `dispatches[]`, tolerant of shapes (17.1, 28)."""
    return tuple(_parse_dispatch(row) for row in as_rows(value))


def _parse_dispatch(row):
    """Return the DispatchInfo of one object."""
    return DispatchInfo(
        dispatch_id=text_of(row, 'dispatch_id', 'id', 'guid'),
        date=maybe(to_datetime, first(row, 'date', 'dispatched_at', 'shipped_at', 'created_at')),
        tracking=parse_tracking(first(row, 'tracking') or row),
        items=_pairs(row, to_int, 'quantity', 'quantity_dispatched'),
        raw=values.redact(row),
    )


def parse_refunds(value, currency):
    """Return the RefundInfo of each of `refunds`, tolerant of shapes (17.1, 28).

    :param str currency: of the order
    """
    return tuple(_parse_refund(row, currency) for row in as_rows(value))


def _parse_refund(row, currency):
    """Return the RefundInfo of one object; without amounts if they are of another currency, or not above 0."""
    total = maybe(to_money, first(row, 'refund_total', 'total', 'amount'))
    delivery = maybe(to_money, first(row, 'delivery', 'delivery_amount', 'refund_delivery'))
    items = _pairs(row, to_money, 'amount', 'refund_amount', 'total')
    is_other = (text_of(row, 'currency_code', 'currency') or currency).upper() != currency
    if is_other or total is not None and total <= 0:
        total, delivery, items = None, None, ()
    return RefundInfo(
        refund_id=text_of(row, 'order_refund_id', 'refund_id', 'id'),
        date=maybe(to_datetime, first(row, 'date', 'refunded_at', 'created_at')),
        total=total,
        delivery=delivery,
        items=items,
        reason=text_of(row, 'reason', 'order_refund_reason', 'refund_reason'),
        raw=values.redact(row),
    )


def _pairs(row, parse, *names):
    """Return ``(line reference or SKU, value)`` of an object's items; unreadable ones are left out."""
    found = []
    for item in as_rows(first(row, 'items', 'products', 'lines')):
        line = maybe(to_key, first(item, 'onbuy_internal_reference', 'sku', 'opc'))
        value = maybe(parse, first(item, *names))
        if line is not None and value is not None:
            found.append((line, value))
    return tuple(found)
