"""Brands, conditions and commission (OnBuy API reference, 9, 11 and 12)."""
from dataclasses import dataclass
from decimal import Decimal

from .values import ParseError, as_object, first, to_decimal, to_key, to_money, to_text


@dataclass(frozen=True)
class Brand:
    """A brand that OnBuy knows.

    :param str brand_id: OnBuy's id
    :param str kind: "Standard", or "Store": one that may be restricted to its owner
    """

    brand_id: str
    name: str
    kind: str


UNBRANDED = Brand('1', "Unbranded", "Standard")  # of goods without a brand (11)


@dataclass(frozen=True)
class Condition:
    """A state that things are sold in (9).

    :param str slug: `code`; listings and categories have further words, such as `refurbished`
    """

    condition_id: str
    name: str
    slug: str


@dataclass(frozen=True)
class CommissionTier:
    """What OnBuy takes of a sale, without VAT (12).

    :param str tier_id: a GUID, or a number in the old view
    :param Decimal rate: per cent; ``upper_rate``: above the threshold, None without one
    :param threshold: pounds, None without one
    :param Decimal minimum: pounds
    """

    tier_id: str
    name: str
    rate: Decimal
    upper_rate: Decimal | None = None
    threshold: Decimal | None = None
    minimum: Decimal = Decimal(0)
    group: str = ''

    def fee(self, price):
        """Return the commission on one piece, without VAT and boost.

        OnBuy does not say whether the upper rate applies to the part above the threshold or to the whole price;
        the part above is assumed (reference, 12 and 28).

        :param Decimal price: pounds including VAT
        :return: Decimal with two places
        """
        above = Decimal(0)
        if self.threshold is not None and self.upper_rate is not None:
            above = max(price - self.threshold, above)
        fee = ((price - above) * self.rate + above * (self.upper_rate or 0)) / 100
        return to_money(max(fee, self.minimum))


def parse_brand(row):
    """Return the Brand of one row.

    :param dict row: of `results`
    :raise ParseError: no id or name
    """
    return Brand(to_key(row.get('brand_id'), 'brand_id'), to_text(row.get('name'), 'name'), to_text(row.get('type')) or '')


def parse_condition(row):
    """Return the Condition of one row (9).

    :raise ParseError: no id or code
    """
    return Condition(
        condition_id=to_key(row.get('condition_id'), 'condition_id'),
        name=to_text(row.get('name'), 'name'),
        slug=to_key(row.get('code'), 'code'),
    )


def parse_tier(row):
    """Return the CommissionTier of a row of the list or of the old single view (12).

    :raise ParseError: no id or rate
    """
    fees = as_object(row.get('attributes')) or row
    rate = to_decimal(first(fees, 'sales_fee_lower_threshold_percentage', 'fee'), 'fee')
    if rate is None:
        raise ParseError('fee', None, "is missing.")
    return CommissionTier(
        tier_id=to_key(first(row, 'id', 'commission_tier_id'), 'id'),
        name=to_text(first(fees, 'sales_fee_name', 'name'), 'name'),
        rate=rate,
        upper_rate=to_decimal(fees.get('sales_fee_upper_threshold_percentage'), 'sales_fee_upper_threshold_percentage'),
        threshold=_pounds(fees, 'sales_fee_threshold_amount'),
        minimum=_pounds(fees, 'sales_fee_min_amount') or Decimal(0),
        group=to_text(fees.get('sales_fee_group'), 'sales_fee_group'),
    )


def _pounds(row, field):
    """Return an amount in pence as pounds, None for none."""
    pence = to_decimal(row.get(field), field)
    return None if pence is None else pence / 100
