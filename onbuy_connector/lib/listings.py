"""The seller's own listings (OnBuy API reference, 16.3)."""
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from . import values
from .values import as_keys, first, maybe, text_of, to_bool, to_datetime, to_decimal, to_int, to_key, to_money, to_text


@dataclass(frozen=True)
class Listing:
    """One offer on OnBuy. Prices are pounds including VAT, times naive UTC.

    :param listing_id: `product_listing_id`
    :param boost: percentage of extra commission, or None
    :param delivery_weight: kilograms; ``warranty``: months; ``return_time``: days; None when unreadable
    :param image_url: '' when there is none
    :param raw: the row as received, without secrets
    :param digest: sha256 of ``raw``
    """

    listing_id: str
    sku: str
    group_sku: str
    opc: str
    name: str
    price: Decimal
    stock: int
    condition: str
    condition_id: int | None
    handling_time: int | None
    boost: Decimal | None
    delivery_template_id: str | None
    delivery_weight: Decimal | None
    warranty: int | None
    return_time: int | None
    free_returns: bool | None
    condition_notes: tuple[str, ...]
    image_url: str
    product_url: str
    product_codes: tuple[str, ...]
    sale_price: Decimal | None
    sale_start: datetime | None
    sale_end: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    raw: dict = field(repr=False)
    digest: str = field(repr=False)


def parse_listing(row):
    """Return the Listing of one row (reference, 16.3). What neither names nor prices it may be unreadable.

    :param dict row: a row of `GET /listings`
    :raise ParseError: a field that matters cannot be understood, or there is no SKU to call the listing by
    """
    raw = values.redact(row)
    price, stock = to_money(row.get('price'), 'price'), to_int(row.get('stock'), 'stock')
    if price is None or stock is None:
        raise values.ParseError('price' if price is None else 'stock', None, "is missing.")
    return Listing(
        listing_id=to_key(row.get('product_listing_id'), 'product_listing_id'),
        sku=to_key(row.get('sku'), 'sku'),
        group_sku=to_key(row.get('group_sku'), 'group_sku', ''),
        opc=to_key(first(row, 'opc', 'product_encoded_id'), 'opc'),
        name=text_of(row, 'name'),
        price=price,
        stock=stock,
        condition=text_of(row, 'condition'),
        condition_id=maybe(to_int, row.get('product_listing_condition_id')),
        handling_time=maybe(to_int, row.get('handling_time')),
        boost=maybe(to_decimal, row.get('boost_marketing_commission')),
        delivery_template_id=parse_template_id(row.get('delivery_template_id')),
        delivery_weight=maybe(to_decimal, row.get('delivery_weight')),
        warranty=maybe(to_int, row.get('warranty')),
        return_time=maybe(to_int, row.get('return_time')),
        free_returns=maybe(to_bool, row.get('free_returns')),
        condition_notes=_condition_notes(row),
        image_url=text_of(row, 'image_url', limit=2000),
        product_url=text_of(row, 'product_url', limit=2000),
        product_codes=as_keys(row.get('product_codes')),
        sale_price=to_money(row.get('sale_price'), 'sale_price'),
        sale_start=to_datetime(row.get('sale_start_date'), 'sale_start_date'),
        sale_end=to_datetime(row.get('sale_end_date'), 'sale_end_date'),
        created_at=maybe(to_datetime, row.get('created_at')),
        updated_at=maybe(to_datetime, row.get('updated_at')),
        raw=raw,
        digest=values.digest(raw),
    )


def parse_template_id(value):
    """Return a delivery template's id as text; None for none, which OnBuy writes as null or 0 (17.1)."""
    return None if value in (0, '0') else maybe(to_key, value)


def _condition_notes(row):
    """Return the notes on a used thing's state, `condition_note_1` to `_5`, without blanks."""
    notes = (maybe(to_text, row.get(f'condition_note_{place}')) for place in range(1, 6))
    return tuple(note for note in notes if note)
