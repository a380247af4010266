"""Site, seller entities, delivery templates, carriers (OnBuy API reference, 8, 13 and 18.3)."""
from dataclasses import dataclass, replace
from decimal import Decimal

from .values import to_bool, to_decimal, to_int, to_key, to_text


@dataclass(frozen=True)
class Site:
    """A marketplace of OnBuy's (8)."""

    site_id: str
    name: str
    country_code: str


@dataclass(frozen=True)
class SellerEntity:
    """A trading entity of the seller (13)."""

    entity_id: str
    trading_name: str


@dataclass(frozen=True)
class Carrier:
    """A carrier that OnBuy knows (18.3).

    :param code: `onbuy_carrier_code`, for tracking updates; a dispatch takes the name
    """

    code: str
    name: str


@dataclass(frozen=True)
class DeliveryRate:
    """What a delivery template charges for one region (13); prices in pounds including VAT.

    :param region: part of the country, '' for all of it
    :param delivery_type: "Standard" or "Priority"
    :param tag: `delivery_tag`, which comes back on orders (17.1)
    """

    country: str
    region: str
    delivery_type: str
    charge_type: str
    min_days: int | None
    max_days: int | None
    price: Decimal
    additional_price: Decimal
    tag: str


@dataclass(frozen=True)
class DeliveryTemplate:
    """A delivery template of the seller: OnBuy sends one row for each region (13)."""

    template_id: str
    name: str
    is_default: bool
    rates: tuple[DeliveryRate, ...]


def parse_site(row):
    """Return the Site of a row or single view (8)."""
    return Site(
        site_id=to_key(row.get('site_id'), 'site_id'),
        name=to_text(row.get('name'), 'name'),
        country_code=to_text(row.get('country_code'), 'country_code').upper(),
    )


def parse_entity(row):
    """Return the SellerEntity of a row (13)."""
    return SellerEntity(
        entity_id=to_key(row.get('entity_id'), 'entity_id'),
        trading_name=to_text(row.get('trading_name'), 'trading_name'),
    )


def parse_carrier(row):
    """Return the Carrier of a row (18.3)."""
    return Carrier(
        code=to_key(row.get('onbuy_carrier_code'), 'onbuy_carrier_code'),
        name=to_text(row.get('carrier_name'), 'carrier_name'),
    )


def parse_template(row):
    """Return a DeliveryTemplate with the one rate of a row (13)."""
    return DeliveryTemplate(
        template_id=to_key(row.get('seller_delivery_template_id'), 'seller_delivery_template_id'),
        name=to_text(row.get('template_name'), 'template_name'),
        is_default=to_bool(row.get('is_default_template'), 'is_default_template', False),
        rates=(_parse_rate(row),),
    )


def _parse_rate(row):
    """Return the DeliveryRate of a row (13); prices have four places there."""
    return DeliveryRate(
        country=to_text(row.get('country'), 'country'),
        region=to_text(row.get('country_sub_region'), 'country_sub_region'),
        delivery_type=to_text(row.get('delivery_type'), 'delivery_type'),
        charge_type=to_text(row.get('delivery_charge_type'), 'delivery_charge_type'),
        min_days=to_int(row.get('min_days'), 'min_days'),
        max_days=to_int(row.get('max_days'), 'max_days'),
        price=to_decimal(row.get('price'), 'price', Decimal(0)),
        additional_price=to_decimal(row.get('additional_price'), 'additional_price', Decimal(0)),
        tag=to_text(row.get('delivery_tag'), 'delivery_tag'),
    )


def merge_templates(templates):
    """Return one DeliveryTemplate for each id, with the rates of all its rows, in the order received."""
    merged = {}
    for template in templates:
        known = merged.get(template.template_id)
        if known:
            template = replace(known, rates=known.rates + template.rates)
        merged[template.template_id] = template
    return list(merged.values())
