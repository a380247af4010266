"""Prices as plain numbers: rounding, the lowest price, a sale's window (OnBuy API reference, 16.4 and 22)."""
from datetime import timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from .values import PENNY

PAST = timedelta(days=1)  # An ended sale ended so long ago, so that no clock takes it for running.
FAR = timedelta(days=3650)  # OnBuy wants an end: a sale that has none lasts so long.
POUND = Decimal(1)


def to_pounds(amount):
    """Return an amount with two places, halves rounded up.

    :param amount: float or Decimal; the last digits of a float are noise, so 1.005 counts as what it was meant to be
    :rtype: Decimal
    """
    if isinstance(amount, float):
        amount = Decimal(repr(round(amount, 8)))
    return amount.quantize(PENNY, ROUND_HALF_UP)


def round_to_ending(amount, ending):
    """Return the nearest price with the asked pence; between two equally near the higher one. It is never 0.

    :param Decimal amount: pounds, not negative
    :param ending: e.g. Decimal('0.99'); None to round to whole pence
    :rtype: Decimal
    """
    amount = to_pounds(amount)
    if ending is None or not amount:
        return amount
    below = (amount - ending).quantize(POUND, ROUND_DOWN) + ending  # Towards 0, so this may be the one above.
    candidates = [price for price in (below - POUND, below, below + POUND) if price > 0]
    return min(candidates, key=lambda price: (abs(price - amount), -price))


def apply_floor(price, floor):
    """Return a price that is not below the floor.

    :param Decimal price: pounds
    :param floor: Decimal, or None for none
    """
    return price if floor is None else max(price, to_pounds(floor))


def sale_change(known, wanted, now):
    """Return what to send so that OnBuy shows the wanted sale.

    A running sale cannot be cleared (16.4): it is ended by its own price with a window in the past.

    :param known: what OnBuy has: ``(sale_price, start, end)``, Decimal or None and naive UTC datetimes or None
    :param wanted: the same, or None for no sale; start None: it runs already; end None: it has no end
    :param datetime now: naive UTC
    :return: dict with `sale_price`, `sale_start`, `sale_end`; empty when OnBuy shows it already
    """
    if wanted and wanted[0] is not None and not (wanted[2] and wanted[2] <= now):
        return _open_sale(known, wanted, now)
    price, _start, end = known
    if not price or end and end <= now:
        return {}
    return {'sale_price': price, 'sale_start': now - 2 * PAST, 'sale_end': now - PAST}


def _open_sale(known, wanted, now):
    """Return what to send so that OnBuy shows this sale; see :func:`sale_change`."""
    price, start, end = wanted
    if known[0] == price and _is_same_start(known[1], start, now) and _is_same_end(known[2], end, now):
        return {}
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return {'sale_price': price, 'sale_start': start or today, 'sale_end': end or today + FAR}


def _is_same_start(known, start, now):
    """Return whether a sale begins as wanted: since when it has been running makes no difference to buyers."""
    return known is not None and (known == start or known <= now and (start is None or start <= now))


def _is_same_end(known, end, now):
    """Return whether a sale ends as wanted; a far end is as good as none."""
    return known is not None and (known == end or end is None and known >= now + FAR / 2)
