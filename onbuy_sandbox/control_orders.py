"""The control API for orders: what buyers do, and what the seller does in OnBuy's own panel."""

from decimal import Decimal

from . import parsing
from .cancel_refund import (
    CANCEL_REASONS,
    REFUND_REASONS,
    cancel_order,
    complete_cancellation,
    refund_order,
    refund_parts,
)
from .control import PREFIX, BadWish, account_of, endpoint
from .dispatch import SENDABLE, make_tracking, ship
from .errors import ItemError
from .listing_values import sku_of
from .models import STATUSES
from .order_view import merge, show_order
from .ordering import Pick, Wishes, place, take_stock
from .seed import buyers

MOST_AT_ONCE = 1000
BUYER_CANCELLED = 2
CUSTOMER_RETURN = 1
WISHES = ('buyer', 'delivery_address', 'billing_address')


def add_routes(app, world):
    """Add the addresses of orders to `app`."""
    for method, path, handler in (
        ('POST', '', create), ('GET', '/{id}', view), ('PATCH', '/{id}', change),
        ('POST', '/{id}/cancel', cancel),
        ('POST', '/{id}/complete', complete), ('POST', '/{id}/refund', refund),
        ('POST', '/{id}/dispatch', dispatch),
    ):
        app.router.add_route(method, PREFIX + '/orders' + path, endpoint(world, handler))


def create(world, request, body):
    """`POST /_control/orders`: one order with `lines`, or `count` random ones."""
    account = account_of(world, request, body)
    if 'lines' in body:
        orders = [order_for(world, account, body)]
    else:
        count = parsing.integer(body.get('count', 1))
        if count is None or not 1 <= count <= MOST_AT_ONCE:
            raise BadWish(f"count must be a whole number from 1 to {MOST_AT_ONCE}.")
        orders = [random_order(world, account) for _number in range(count)]
    return {'orders': [_show(request, order) for order in orders]}


def random_order(world, account):
    """Return a new order of one or two listings in stock, by an ordinary buyer."""
    buyable = [item for item in account.listings.values() if item.active and item.sku]
    if not buyable:
        raise BadWish("No listing is in stock.")
    listings = world.rng.sample(buyable, min(len(buyable), world.rng.choice((1, 1, 2))))
    picks = [Pick(item, min(item.stock, world.rng.choice((1, 1, 2)))) for item in listings]
    return _buy(world, account, picks, Wishes(), world.clock.now())


def order_for(world, account, body):
    """Return a new order as `body` describes it (see the README)."""
    known = {'lines', 'account', 'price_delivery', 'price_discount', 'date', 'overrides', *WISHES}
    unknown = set(body) - known
    if unknown:
        raise BadWish(f"An order cannot be told {', '.join(sorted(unknown))}; use overrides.")
    picks = [_pick(account, line) for line in body['lines'] or [None]]
    wishes = Wishes(**{name: _object(body, name) for name in WISHES})
    if 'billing_address' in body and body['billing_address'] is None:
        wishes.billing_address = buyers.blank_address()
    wishes.delivery = _gbp(body, 'price_delivery', None)
    wishes.discount = _gbp(body, 'price_discount', Decimal('0'))
    when = world.clock.now() if 'date' not in body else parsing.moment(body['date'])
    if when is None:
        raise BadWish("date must be in the format YYYY-MM-DD HH:MM:SS.")
    overrides = _object(body, 'overrides') or {}
    order = _buy(world, account, picks, wishes, when)
    order.overrides = overrides
    return order


def _buy(world, account, picks, wishes, when):
    order = place(world, account, picks, wishes, when)
    take_stock(picks)
    return order


def _object(body, name):
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise BadWish(f"{name} must be an object.")
    return value


def _gbp(body, name, default):
    if body.get(name) is None:
        return default
    value = parsing.number(body[name])
    if value is None or value < 0:
        raise BadWish(f"{name} must be an amount.")
    return parsing.pennies(value)


def _pick(account, line):
    if not isinstance(line, dict):
        raise BadWish('lines is a list of {"sku": …, "quantity": …}.')
    listing = account.by_sku(sku_of(line))
    quantity = parsing.integer(line.get('quantity', 1))
    if listing is None:
        raise BadWish(f"There is no listing with the SKU {line.get('sku')!r}.", 404)
    if quantity is None or quantity < 1:
        raise BadWish("quantity must be a whole number above 0.")
    return Pick(listing, quantity, _gbp(line, 'unit_price', None))


def _show(request, order):
    return show_order(order, str, f'{request.scheme}://{request.host}')


def find(world, order_id):
    """Return (account, order) of an order id. Raises BadWish 404."""
    for account in world.accounts.values():
        if order_id in account.orders:
            return account, account.orders[order_id]
    raise BadWish("There is no order with this id.", 404)


def _order(world, request):
    return find(world, request.match_info['id'])[1]


def view(world, request, body):
    """`GET /_control/orders/{id}`: as the API lists it, without marking it exported."""
    return _show(request, _order(world, request))


def change(world, request, body):
    """`PATCH /_control/orders/{id}`: lay any JSON over the order; a known status word changes its state."""
    order = _order(world, request)
    words = {word: status for status, word in STATUSES.items()}
    changes = dict(body)
    now = world.clock.now()
    if changes.get('status') in words:
        order.move_to(words[changes.pop('status')], now)
    order.overrides = merge(order.overrides, changes)
    order.touch(now)
    return _show(request, order)


def cancel(world, request, body):
    """`POST /_control/orders/{id}/cancel`: by the buyer, or `{"by": "seller"}`; `{"refund": "pending"}`
    leaves its refund open."""
    order = _order(world, request)
    by = body.get('by', 'buyer')
    if by not in ('buyer', 'seller'):
        raise BadWish("by is buyer or seller.")
    cancel_by(world, order, by, pending=body.get('refund') == 'pending')
    return _show(request, order)


def cancel_by(world, order, by='buyer', pending=False):
    """Cancel `order` in the panel. Raises BadWish unless it awaits dispatch."""
    if order.status != 'awaiting_dispatch':
        raise BadWish(f"The order cannot be cancelled: its status is {STATUSES[order.status]}.")
    reason = BUYER_CANCELLED if by == 'buyer' else min(CANCEL_REASONS)
    cancel_order(order, by, reason, None, world.clock.now(), pending)


def complete(world, request, body):
    """`POST /_control/orders/{id}/complete`: the refund of a `Cancelled` order went through, or a
    dispatched order becomes `Complete`."""
    order = _order(world, request)
    if order.status == 'cancelled':
        complete_cancellation(order, world.clock.now())
    elif order.status == 'dispatched':
        order.move_to('complete', world.clock.now())
    else:
        raise BadWish(f"The order cannot be completed: its status is {STATUSES[order.status]}.")
    return _show(request, order)


def dispatch(world, request, body):
    """`POST /_control/orders/{id}/dispatch`: all that is open, optionally `{"supplier_name", "number",
    "url"}`."""
    order = _order(world, request)
    if order.status not in SENDABLE:
        raise BadWish(f"The order cannot be dispatched: its status is {STATUSES[order.status]}.")
    number = body.get('number')
    tracking = make_tracking(body.get('supplier_name', "Royal Mail"), number,
                             body.get('url')) if number else None
    ship(world, order, [(line, line.open, tracking) for line in order.lines if line.open], world.clock.now())
    return _show(request, order)


def refund(world, request, body):
    """`POST /_control/orders/{id}/refund`: made in the panel, in full or `{"items": […], "delivery": …}`."""
    order = _order(world, request)
    reason = parsing.integer(body.get('order_refund_reason_id', CUSTOMER_RETURN))
    if reason not in REFUND_REASONS:
        raise BadWish("order_refund_reason_id is not valid.")
    if order.refunded >= order.total:
        raise BadWish("The order is already refunded in full.")
    try:
        parts, delivery = refund_parts(order, body)
    except ItemError as error:
        raise BadWish(error.message) from error
    notes = (body.get('seller_note'), body.get('customer_note'))
    refund_order(world, order, parts, delivery, reason, notes, world.clock.now())
    return _show(request, order)
