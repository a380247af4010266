"""Brands (OnBuy API reference, 11)."""
from dataclasses import dataclass

from .values import to_key, to_text


@dataclass(frozen=True)
class Brand:
    """A brand that OnBuy knows.

    :param str brand_id: OnBuy's id; 1 is Unbranded
    :param str kind: "Standard", or "Store": one that may be restricted to its owner
    """

    brand_id: str
    name: str
    kind: str


def parse_brand(row):
    """Return the Brand of one row.

    :param dict row: of `results`
    :raise ParseError: no id or name
    """
    return Brand(to_key(row.get('brand_id'), 'brand_id'), to_text(row.get('name'), 'name'), to_text(row.get('type')) or '')
