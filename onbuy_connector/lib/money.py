"""Splitting an amount so that the parts add up to it, to the penny."""
from decimal import ROUND_DOWN, Decimal

from .values import PENNY


def split_by_share(amount, shares):
    """Split an amount in proportion to shares, by largest remainder.

    :param Decimal amount: pounds with two places; may be negative
    :param shares: Decimals ≥ 0, such as line totals; when all are 0 the first takes everything
    :return: list of Decimals with two places, one per share, whose sum is exactly ``amount``
    :raise ValueError: a negative share, parts of a penny, or an amount without any share
    """
    shares = [Decimal(share) for share in shares]
    if amount != amount.quantize(PENNY) or any(share < 0 for share in shares) or (amount and not shares):
        raise ValueError(f"{amount} cannot be split by {shares}.")
    if not any(shares):
        shares[:1] = [Decimal(1)] if shares else []
    sign = -1 if amount < 0 else 1
    exact = [abs(amount) * share / sum(shares) for share in shares]
    parts = [part.quantize(PENNY, ROUND_DOWN) for part in exact]
    left = int((abs(amount) - sum(parts, Decimal())) / PENNY)
    # Ties go to the earlier share, so that the same order always gives the same split.
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in by_remainder[:left]:
        parts[index] += PENNY
    return [sign * part + 0 for part in parts]  # + 0 turns a negative zero into a plain one.
