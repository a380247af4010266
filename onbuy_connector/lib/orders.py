"""Orders as OnBuy sends them (OnBuy API reference, 17 and 22)."""
import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from . import const, values
from .listings import parse_template_id
from .order_parts import (
    Address,
    DispatchInfo,
    Fees,
    RefundInfo,
    Tracking,
    parse_address,
    parse_dispatches,
    parse_fees,
    parse_refunds,
    parse_tracking,
)
from .values import (
    ParseError,
    as_object,
    as_rows,
    maybe,
    text_of,
    to_datetime,
    to_decimal,
    to_int,
    to_key,
    to_money,
    to_text,
)

ZERO = Decimal('0.00')


@dataclass(frozen=True)
class OrderLine:
    """One line of an order; amounts in the order's currency, including VAT where there is any.

    :param reference: the line's `onbuy_internal_reference`
    :param expected_dispatch: naive UTC; likewise the two ends of the expected delivery
    :param fee_category: OnBuy's category fee without VAT; ``fee_boost`` likewise
    :param tax_product: VAT contained in ``total_price``, where OnBuy tells it
    """

    reference: str
    name: str
    sku: str
    opc: str
    condition: str
    quantity: int
    quantity_dispatched: int
    unit_price: Decimal
    total_price: Decimal
    delivery_total: Decimal | None
    template_id: str | None
    expected_dispatch: datetime | None
    expected_delivery_from: datetime | None
    expected_delivery_to: datetime | None
    image_url: str
    boost_percentage: Decimal | None
    fee_category: Decimal | None
    fee_boost: Decimal | None
    tax_product: Decimal | None
    tracking: Tracking | None


@dataclass(frozen=True)
class Order:
    """One order; amounts as Decimal with two places, times naive UTC.

    :param status: key of ours (``const.STATUSES``) or ``'unknown'``; ``status_label``: OnBuy's own word
    :param subtotal: goods; ``total`` = subtotal + delivery − discount, if OnBuy's sums add up
    :param delivery_service: such as "Standard"; ``delivery_tag``: country-region-template-type
    :param payment_reference: Stripe's or PayPal's id, or ''
    :param billing: None when blank; then the delivery address counts (reference, 27)
    :param delivery_address: always there, its fields may be ''
    :param tax_total: VAT contained in the total, where OnBuy tells it
    :param raw: the order as received, without secrets and the buyer's IP address
    :param digest: sha256 of ``raw``. List and single view differ in some fields (17.1), so do their digests.
    """

    order_id: str
    reference: str
    status: str
    status_label: str
    date: datetime
    updated_at: datetime
    cancelled_at: datetime | None
    shipped_at: datetime | None
    currency: str
    subtotal: Decimal
    delivery: Decimal
    discount: Decimal
    total: Decimal
    delivery_service: str
    delivery_tag: str
    payment_reference: str
    buyer_name: str = field(repr=False)
    buyer_email: str = field(repr=False)
    buyer_phone: str = field(repr=False)
    billing: Address | None = field(repr=False)
    delivery_address: Address = field(repr=False)
    fees: Fees
    lines: tuple[OrderLine, ...]
    dispatches: tuple[DispatchInfo, ...]
    refunds: tuple[RefundInfo, ...]
    tracking: Tracking | None
    tax_total: Decimal | None
    raw: dict = field(repr=False)
    digest: str = field(repr=False)

    @property
    def sum_gap(self):
        """Total minus what lines, delivery and discount come to (Decimal, 0 when all is well)."""
        return self.total - (self._goods + self.delivery - self.discount)

    @property
    def _goods(self):
        """Sum of the lines' totals."""
        return sum((line.total_price for line in self.lines), ZERO)

    @property
    def problems(self):
        """List of sentences, one for each sum of OnBuy's that does not add up (reference, 22)."""
        checks = [(f"Line {line.sku or line.reference}: {line.quantity} × {line.unit_price}",
                   line.quantity * line.unit_price, line.total_price) for line in self.lines]
        checks.append(("The lines", self._goods, self.subtotal))
        checks.append((f"{self.subtotal} + delivery {self.delivery} − discount {self.discount}",
                       self.subtotal + self.delivery - self.discount, self.total))
        return [f"{what} = {ours}, but OnBuy says {theirs}."
                for what, ours, theirs in checks if ours != theirs]


def parse_status(label):
    """Return our key of OnBuy's word for a status (17.1), ``'unknown'`` for a word that is not known."""
    return const.STATUSES.get(re.sub('[-_]', ' ', label.strip().lower()), const.UNKNOWN_STATUS)


def parse_order(row):
    """Return the Order of one row (reference, 17.1). What neither names nor prices it may be unreadable: then it is absent.

    :param dict row: a row of `GET /orders`, or the object of `GET /orders/{id}`
    :raise ParseError: a field whose meaning matters is missing or cannot be understood
    """
    raw = values.redact(row)
    buyer, tax = as_object(row.get('buyer')), as_object(row.get('tax'))
    label, date = to_text(row.get('status'), 'status'), _needed(to_datetime, row, 'date')
    currency = to_text(row.get('currency_code'), 'currency_code', const.CURRENCY).upper()
    return Order(
        order_id=to_key(row.get('order_id'), 'order_id', limit=64),
        reference=to_key(row.get('onbuy_internal_reference'), 'onbuy_internal_reference', ''),
        status=parse_status(label),
        status_label=label,
        date=date,
        updated_at=to_datetime(row.get('updated_at'), 'updated_at', date),
        cancelled_at=maybe(to_datetime, row.get('cancelled_at')),
        shipped_at=maybe(to_datetime, row.get('shipped_at')),
        currency=currency,
        subtotal=_needed(to_money, row, 'price_subtotal'),
        delivery=to_money(row.get('price_delivery'), 'price_delivery', ZERO),
        discount=to_money(row.get('price_discount'), 'price_discount', ZERO),
        total=_needed(to_money, row, 'price_total'),
        delivery_service=text_of(row, 'delivery_service'),
        delivery_tag=text_of(row, 'delivery_tag'),
        payment_reference=text_of(row, 'stripe_transaction_id', 'paypal_capture_id'),
        buyer_name=text_of(buyer, 'name'),
        buyer_email=text_of(buyer, 'email'),
        buyer_phone=text_of(buyer, 'phone'),
        billing=_or_none(parse_address(row.get('billing_address'))),
        delivery_address=parse_address(row.get('delivery_address')),
        fees=parse_fees(row),
        lines=tuple(parse_line(line) for line in _line_rows(row)),
        dispatches=parse_dispatches(row.get('dispatches')),
        refunds=parse_refunds(row.get('refunds'), currency),
        tracking=parse_tracking(row.get('tracking')),
        tax_total=maybe(to_money, tax.get('tax_total')),
        raw=raw,
        digest=values.digest(raw),
    )


def _needed(parse, row, name):
    """Return a field without which the order means nothing."""
    value = parse(row.get(name), name)
    if value is None:
        raise ParseError(name, row.get(name), "is missing.")
    return value


def _or_none(address):
    """Return None for a blank billing address: an object of nulls but for its country (17.1)."""
    return None if address.is_blank else address


def _line_rows(row):
    """Return the line objects; anything else among them is an error, for a lost line is lost money."""
    lines = row.get('products')
    objects = as_rows(lines)
    if not isinstance(lines, list | dict) or (isinstance(lines, list) and len(objects) != len(lines)):
        raise ParseError('products', lines, "is not a list of order lines.")
    return objects


def parse_line(row):
    """Return the OrderLine of one of `products[]` (reference, 17.1). What neither names nor prices it may be unreadable.

    :raise ParseError: a field that matters cannot be understood, or the quantity is not positive
    """
    quantity = _needed(to_int, row, 'quantity')
    if quantity < 1:
        raise ParseError('quantity', row['quantity'], "is not positive.")
    earliest, latest = _delivery_range(row.get('expected_delivery_date'))
    return OrderLine(
        reference=to_key(row.get('onbuy_internal_reference'), 'onbuy_internal_reference'),
        name=text_of(row, 'name'),
        sku=to_key(row.get('sku'), 'sku', ''),
        opc=to_key(row.get('opc'), 'opc', ''),
        condition=text_of(row, 'condition'),
        quantity=quantity,
        quantity_dispatched=to_int(row.get('quantity_dispatched'), 'quantity_dispatched', 0),
        unit_price=_needed(to_money, row, 'unit_price'),
        total_price=_needed(to_money, row, 'total_price'),
        delivery_total=maybe(to_money, row.get('price_delivery_total')),
        template_id=parse_template_id(row.get('seller_delivery_template_id')),
        expected_dispatch=maybe(to_datetime, row.get('expected_dispatch_date')),
        expected_delivery_from=earliest,
        expected_delivery_to=latest,
        image_url=_image_url(row.get('image_urls')),
        boost_percentage=maybe(to_decimal, row.get('commission_boost_marketing_percentage')),
        fee_category=_line_fee(row, 'commission_category_total_excluding_vat', 'total_sales_fee'),
        fee_boost=_line_fee(row, 'commission_boost_marketing_total_excluding_vat', 'total_boost_fee'),
        tax_product=maybe(to_money, as_object(row.get('tax')).get('tax_product')),
        tracking=parse_tracking(row.get('tracking')),
    )


def _line_fee(row, name, fee_name):
    """Return a fee without VAT from the line itself, else from its `fee`, else None (17.1)."""
    return to_money(row.get(name), name, to_money(as_object(row.get('fee')).get(fee_name), fee_name))


def _delivery_range(value):
    """Return both ends of `from - to` in one text (22); a single time is both."""
    ends = value.split(' - ') if isinstance(value, str) else [value]
    times = [maybe(to_datetime, end) for end in ends]
    return times[0], times[-1]


def _image_url(urls):
    """Return the best image of `image_urls`, '' when all are missing or "Unavailable" (17.1)."""
    urls = as_object(urls)
    found = (urls.get(size) for size in ('large', 'original', 'small', 'thumb'))
    return next((url for url in found if isinstance(url, str) and url.startswith('http')), '')
