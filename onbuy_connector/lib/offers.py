"""What a listing offers: making and changing it, and how it stands among others (16.1, 16.4, 16.6)."""
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from .values import PENNY, ParseError, first, from_datetime, from_key, to_bool, to_key, to_money

UPDATES_PER_CALL = 1000
CREATIONS_PER_CALL = 100
BOOST_STEPS = (0, 5, 10, 15, 20, 30)  # Of a new listing; an update takes any percentage (22).
FIGURES = ('price', 'stock', 'sale_price', 'delivery_weight', 'handling_time', 'return_time', 'warranty', 'boost')
CHECKS_PER_CALL = 500
QUERY_LENGTH = 6000  # Characters of an address that every server takes.


@dataclass(frozen=True)
class ListingTerms:
    """What a listing says, by the names that creating and changing it share; None is left to OnBuy (16.1, 16.4).

    :param str sku: names the listing
    :param int stock: pieces
    :param Decimal price: pounds including VAT; so is ``sale_price``
    :param datetime sale_start: and ``sale_end``: naive UTC
    :param str group_sku: groups the seller's variants
    :param str delivery_template_id: OnBuy's id of a delivery template
    :param Decimal delivery_weight: kilograms
    :param int handling_time: days; so is ``return_time``
    :param int warranty: months
    :param boost: percentage of extra commission
    """

    sku: str
    stock: int | None = None
    price: Decimal | None = None
    sale_price: Decimal | None = None
    sale_start: datetime | None = None
    sale_end: datetime | None = None
    group_sku: str | None = None
    delivery_template_id: str | None = None
    delivery_weight: Decimal | None = None
    handling_time: int | None = None
    return_time: int | None = None
    free_returns: bool | None = None
    warranty: int | None = None
    boost: Decimal | int | None = None


@dataclass(frozen=True)
class ListingUpdate(ListingTerms):
    """What to change of one listing; what is None stays as it is (16.4)."""


@dataclass(frozen=True)
class NewListing(ListingTerms):
    """An offer to make: on an existing product (16.1), or, without ``opc``, together with a new one (14.1).

    :param str opc: OnBuy's code of the product
    :param str condition: a slug that the product's category takes
    :param condition_notes: at most five texts on the state of a used thing
    """

    opc: str = ''
    condition: str = 'new'
    condition_notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Winning:
    """How a listing stands among the offers for its product (16.6). Prices are pounds and include delivery.

    :param str sku: as asked for
    :param price: the own one; ``lead_price``: that of the offer shown first; both may be None
    :param str error: OnBuy's words when it does not know the SKU, else ''
    """

    sku: str
    price: Decimal | None = None
    lead_price: Decimal | None = None
    winning: bool = False
    error: str = ''


def build_update(update):
    """Return the JSON of one of `listings[]` (16.4): prices as text with two decimals, what is None left out.

    :param ListingUpdate update: what to send
    :raise ValueError: a negative figure
    """
    return _build_terms(update)


def build_new_listing(listing):
    """Return the JSON of one of `listings[]` of a creation (16.1).

    :param NewListing listing: what to send
    :raise ValueError: no product, no price above 0, a negative figure, or a boost that OnBuy does not take here
    """
    if not listing.opc:
        raise ValueError(f"{listing.sku} cannot be listed without the OnBuy code of its product.")
    if (listing.price or 0) < PENNY:
        raise ValueError(f"{listing.sku} cannot be listed without a price above 0.")
    if listing.boost is not None and listing.boost not in BOOST_STEPS:
        raise ValueError(f"The boost of {listing.sku} must be one of {', '.join(map(str, BOOST_STEPS))} per cent.")
    return {'opc': listing.opc, 'condition': listing.condition, **_build_terms(listing), **_build_notes(listing)}


def build_product_listing(listing):
    """Return the JSON of a listing inside a new product, by its condition (14.1): `free_returns` is yes or no there.

    OnBuy does not apply price and stock of it: they are sent again when the product is made.

    :param NewListing listing: what to send
    :raise ValueError: a price of 0, or a negative figure
    """
    if listing.price is not None and listing.price < PENNY:
        raise ValueError(f"{listing.sku} cannot be listed for nothing: set a price above 0.")
    terms = {**_build_terms(listing), **_build_notes(listing)}
    if listing.free_returns is not None:
        terms['free_returns'] = 'yes' if listing.free_returns else 'no'
    return {listing.condition: terms}


def _build_terms(listing):
    """Return the JSON of :class:`ListingTerms`, without what is None."""
    for name in FIGURES:
        if (getattr(listing, name) or 0) < 0:
            raise ValueError(f"The {name.replace('_', ' ')} of {listing.sku} cannot be negative.")
    terms = {
        'sku': listing.sku,
        'price': _money(listing.price),
        'stock': listing.stock,
        'sale_price': _money(listing.sale_price),
        'sale_start_date': listing.sale_start and from_datetime(listing.sale_start),
        'sale_end_date': listing.sale_end and from_datetime(listing.sale_end),
        'group_sku': listing.group_sku,
        'delivery_template_id': listing.delivery_template_id and from_key(listing.delivery_template_id),
        'delivery_weight': _number(listing.delivery_weight),
        'handling_time': listing.handling_time,
        'return_time': listing.return_time,
        'free_returns': listing.free_returns,
        'warranty': listing.warranty,
        'boost_marketing_commission': _number(listing.boost),
    }
    return {name: value for name, value in terms.items() if value is not None}


def _build_notes(listing):
    """Return the JSON of a new listing's notes, nothing without any."""
    return {'condition_notes': list(listing.condition_notes)} if listing.condition_notes else {}


def _money(amount):
    """Return an amount as OnBuy's samples write it, None for none."""
    return None if amount is None else f'{amount:.2f}'


def _number(number):
    """Return a number as JSON has it: whole where it is, None for none."""
    return None if number is None else int(number) if number == int(number) else float(number)


def parse_winning(row):
    """Return the Winning of one row (16.6); null prices stay None.

    :param dict row: of `results`
    :raise ParseError: no SKU, or an amount that is none
    """
    sku = to_key(row.get('sku'), 'sku')
    if row.get('error'):
        return Winning(sku, error=str(row['error']))
    return Winning(
        sku,
        price=to_money(row.get('price'), 'price'),
        lead_price=to_money(row.get('lead_price'), 'lead_price'),
        winning=to_bool(first(row, 'winning'), 'winning', False),
    )


def parse_winnings(rows, asked):
    """Return the Winning of every asked SKU that the rows speak of; a row that cannot be understood counts as none.

    OnBuy matches SKUs without regard to case and echoes the stored spelling (16.6).

    :param list rows: of `results`
    :param list asked: SKUs
    :return: ``{sku: Winning}``
    """
    found, folded = {}, {sku.casefold(): sku for sku in asked}
    for row in rows:
        try:
            winning = parse_winning(row if isinstance(row, dict) else {})
        except ParseError:
            continue
        sku = winning.sku if winning.sku in asked else folded.get(winning.sku.casefold())
        if sku:
            found[sku] = winning
    return found


def split_for_query(skus, name):
    """Give lists of SKUs that fit into one address each.

    :param list skus: texts
    :param str name: of the parameter, e.g. ``skus[]``
    """
    part, length = [], 0
    for sku in skus:
        size = len(urlencode({name: sku})) + 1
        if part and (len(part) == CHECKS_PER_CALL or length + size > QUERY_LENGTH):
            yield part
            part, length = [], 0
        part.append(sku)
        length += size
    if part:
        yield part
