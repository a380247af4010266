"""The seller's own listings (OnBuy API reference, 16.3)."""
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from . import values
from .values import first, maybe, to_datetime, to_decimal, to_int, to_key, to_money, to_text


@dataclass(frozen=True)
class Listing:
    """One offer on OnBuy. Prices are pounds including VAT, times naive UTC.

    :param listing_id: `product_listing_id`
    :param boost: percentage of extra commission, or None
    :param delivery_weight: kilograms; None when unreadable
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
    """Return the Listing of one row (reference, 16.3).

    :param dict row: a row of `GET /listings`
    :raise ParseError: a field cannot be understood, or there is no SKU to call the listing by
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
        name=to_text(row.get('name'), 'name'),
        price=price,
        stock=stock,
        condition=to_text(row.get('condition'), 'condition'),
        condition_id=to_int(row.get('product_listing_condition_id'), 'product_listing_condition_id'),
        handling_time=to_int(row.get('handling_time'), 'handling_time'),
        boost=to_decimal(row.get('boost_marketing_commission'), 'boost_marketing_commission'),
        delivery_template_id=parse_template_id(row.get('delivery_template_id')),
        delivery_weight=maybe(to_decimal, row.get('delivery_weight')),
        image_url=to_text(row.get('image_url'), 'image_url', limit=2000),
        product_url=to_text(row.get('product_url'), 'product_url', limit=2000),
        product_codes=_product_codes(row.get('product_codes')),
        sale_price=to_money(row.get('sale_price'), 'sale_price'),
        sale_start=to_datetime(row.get('sale_start_date'), 'sale_start_date'),
        sale_end=to_datetime(row.get('sale_end_date'), 'sale_end_date'),
        created_at=to_datetime(row.get('created_at'), 'created_at'),
        updated_at=to_datetime(row.get('updated_at'), 'updated_at'),
        raw=raw,
        digest=values.digest(raw),
    )


def parse_template_id(value, field_name='delivery_template_id'):
    """Return a delivery template's id as text; None for none, which OnBuy writes as null or 0 (17.1)."""
    return to_key(None if value in (0, '0') else value, field_name, '') or None


def _product_codes(value):
    """Return the GTINs without blanks: the list may be `[""]` (16.3)."""
    codes = value if isinstance(value, list) else [value]
    return tuple(code for code in (to_key(code, 'product_codes', '') for code in codes) if code)
