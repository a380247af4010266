"""Orders of the last 90 days in mixed states, made by the same functions that the API uses."""

from datetime import timedelta
from decimal import Decimal

from ..cancel_refund import REFUND_REASONS, cancel_order, refund_order
from ..dispatch import make_tracking, ship
from ..ordering import Pick, Wishes, place
from . import buyers
from .delivery import CARRIERS, region_of

AWAITING_SHARE = (2, 3)
LATER = (  # what the others are, in turn
    'dispatched', 'partially_dispatched', 'dispatched', 'cancelled_by_seller', 'dispatched',
    'cancelled_by_buyer',
    'dispatched', 'partially_refunded', 'refunded', 'cancelled',
)
DAYS = 90


def fill(world, account, count, now):
    """Make `count` orders, two thirds of them awaiting dispatch, most of those younger than 5 days."""
    awaiting = count * AWAITING_SHARE[0] // AWAITING_SHARE[1]
    plan = [(_age(world.rng, True), None) for _number in range(awaiting)]
    plan += [(_age(world.rng, False), LATER[number % len(LATER)]) for number in range(count - awaiting)]
    plan.sort(key=lambda item: item[0], reverse=True)
    for number, (age, status) in enumerate(plan):
        order = make_order(world, account, now - age, number)
        if status:
            _finish(world, order, status, order.date, now)


def _age(rng, waits):
    days = rng.uniform(0.02, 4.8) if waits and rng.random() < 0.85 else rng.uniform(5, DAYS - 1)
    return timedelta(seconds=int(days * 86400))


def make_order(world, account, when, number):
    """Return a plausible order at `when`; its `number` decides which oddities it has."""
    rng = world.rng
    name = buyers.new_name(rng)
    odd = number % 7 == 3
    address = buyers.odd_address(number // 7, name) if odd else buyers.new_address(rng, name)
    billing = buyers.blank_address(address['country_code']) if number % 9 == 4 else dict(address)
    if number % 11 == 6:
        billing = buyers.new_address(rng, name)
    picks = _picks(world, account, rng, address)
    discount = Decimal('0')
    if number % 8 == 5:
        discount = Decimal(rng.choice(('1.00', '2.50', '4.99'))).min(picks[0].listing.price)
    wishes = Wishes(
        {'name': name}, address, billing, discount=discount, boost=number % 4 == 1,
        vat_rate=Decimal('0.00') if number % 6 == 2 else Decimal('20.00'), no_template=number % 10 == 7,
    )
    return place(world, account, picks, wishes, when)


def _picks(world, account, rng, address):
    """Return one to three different listings that can be sent to `address`, mostly one piece each."""
    candidates = [item for item in account.visible(world.clock.now()) if item.price > 0 and item.sku]
    region = region_of(address)
    served = {row['seller_delivery_template_id'] for row in world.deliveries
              if (row['country_id'], row['country_sub_region_id']) == region}
    near = [item for item in candidates if world.template_of(item) in served] or candidates
    count = min(rng.choice((1, 1, 1, 1, 2, 2, 3)), len(near))
    return [Pick(listing, rng.choice((1, 1, 1, 1, 2, 2, 3, 5))) for listing in rng.sample(near, count)]


def _finish(world, order, status, start, now):
    """Take `order` through its life to `status`, at times between its date `start` and `now`."""
    def after(share):
        return start + timedelta(seconds=int((now - start).total_seconds() * share))

    if status.startswith('cancelled'):
        by = 'buyer' if status.endswith('buyer') else 'seller'
        cancel_order(order, by, 2 if by == 'buyer' else 1, None, after(0.1), pending=status == 'cancelled')
        return
    first = order.lines[0]
    if status == 'partially_dispatched':
        _make_divisible(order)
        portions = [(first, max(1, first.quantity // 2), _tracking(world.rng))]
    else:
        tracking = _tracking(world.rng)
        portions = [(line, line.quantity, tracking) for line in order.lines]
    ship(world, order, portions, after(0.15))
    reason = world.rng.choice([1, 2, 3, 4])
    if status == 'partially_refunded':
        amount = min(first.unit_price, order.total) / 2
        refund_order(world, order, [(first, amount.quantize(Decimal('0.01')))], Decimal(0), reason,
                     ("", REFUND_REASONS[reason]), after(0.5))
    elif status == 'refunded':
        parts = [(line, line.total) for line in order.lines]
        refund_order(world, order, parts, order.delivery, reason, ("", ""), after(0.5))


def _make_divisible(order):
    """Let an order of a single piece be one of two, so that a part of it can be sent."""
    line = order.lines[0]
    if len(order.lines) == 1 and line.quantity == 1:
        line.quantity = 2
        line.category_fee *= 2


def _tracking(rng):
    carrier = rng.choice(CARRIERS[:6])[1]
    if carrier == "Royal Mail":
        return make_tracking(carrier, f"QA{rng.randrange(10 ** 9):09d}GB")
    return make_tracking(carrier, f"{rng.randrange(10 ** 14):014d}")
