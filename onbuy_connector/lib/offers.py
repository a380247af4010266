"""What buyers see of a listing, price and stock: changing it, and how it stands among others (16.4, 16.6)."""
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from .values import ParseError, first, from_datetime, to_bool, to_key, to_money

UPDATES_PER_CALL = 1000
CHECKS_PER_CALL = 500
QUERY_LENGTH = 6000  # Characters of an address that every server takes.


@dataclass(frozen=True)
class ListingUpdate:
    """What to change of one listing; what is None stays as it is (16.4).

    :param str sku: names the listing
    :param int stock: pieces
    :param Decimal price: pounds including VAT; so is ``sale_price``
    :param datetime sale_start: and ``sale_end``: naive UTC
    """

    sku: str
    stock: int | None = None
    price: Decimal | None = None
    sale_price: Decimal | None = None
    sale_start: datetime | None = None
    sale_end: datetime | None = None


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
    :raise ValueError: a negative amount or stock
    """
    numbers = (update.stock, update.price, update.sale_price)
    if any(number is not None and number < 0 for number in numbers):
        raise ValueError(f"Neither price nor stock can be negative: {update}.")
    values = {
        'sku': update.sku,
        'price': _money(update.price),
        'stock': update.stock,
        'sale_price': _money(update.sale_price),
        'sale_start_date': update.sale_start and from_datetime(update.sale_start),
        'sale_end_date': update.sale_end and from_datetime(update.sale_end),
    }
    return {name: value for name, value in values.items() if value is not None}


def _money(amount):
    """Return an amount as OnBuy's samples write it, None for none."""
    return None if amount is None else f'{amount:.2f}'


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
