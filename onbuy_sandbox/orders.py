"""`GET /orders` and `GET /orders/{order_id}` ("OnBuy API reference", 17)."""

from operator import attrgetter

from . import parsing
from .call import page
from .errors import ApiError
from .models import STATUSES
from .order_view import show_order

OPEN = ('awaiting_dispatch', 'dispatched')  # so the reference words it (17.1)
FILTERS = ('status', 'order_ids', 'modified_since', 'previously_exported', 'date_from', 'date_to')
SORTS = {'created': 'date', 'modified': 'updated_at'}


def browse(call):
    """Return a page of orders, those awaiting dispatch unless asked for others.

    Reading marks them exported.
    """
    sort = call.sort(*SORTS)
    rows = _sorted(filter(_wanted(call), call.account.orders.values()), sort)
    answer = page(call, rows, lambda order: _show(call, order), filters=call.filters(*FILTERS), sort=sort)
    offset = answer['metadata']['offset']
    for order in rows[offset:offset + answer['metadata']['limit']]:
        order.exported = True
    return answer


def _sorted(orders, sort):
    rows = sorted(orders, key=attrgetter('date', 'reference'))
    for name, way in sort.items():
        rows.sort(key=attrgetter(SORTS[name]), reverse=way == 'desc')
    return rows


def view(call):
    """Return one order. Raises ApiError 404 on an unknown id."""
    order = call.account.orders.get(call.path['order_id'])
    if order is None:
        raise ApiError(404, "Order not found")
    if call.settings.export_flag_on_view:
        order.exported = True
    return {'results': _show(call, order, single=True)}


def _show(call, order, single=False):
    kind = str if call.settings.types == 'official' else int
    return show_order(order, kind, call.base_url, single)


def _wanted(call):
    """Return the test that an order must pass to be listed."""
    statuses = _statuses(call)
    ids = set(parsing.csv(call.filter('order_ids')))
    since, low, high = (_moment(call, name) for name in ('modified_since', 'date_from', 'date_to'))
    exported = _exported(call)

    def passes(order):
        return (
            order.status in statuses
            and (not ids or order.order_id in ids)
            and (since is None or order.updated_at >= since)
            and (low is None or order.date >= low)
            and (high is None or order.date <= high)
            and (exported is None or order.exported == exported)
        )

    return passes


def _statuses(call):
    word = (call.filter('status') or 'awaiting_dispatch').lower()
    if word == 'all':
        return STATUSES
    if word == 'open':
        return OPEN
    if word not in STATUSES:
        raise ApiError(400, f"'{word}' is not a valid status")
    return (word,)


def _moment(call, name):
    text = call.filter(name)
    if text is None:
        return None
    moment = parsing.moment(text)
    if moment is None:
        raise ApiError(400, f"{name} must be in the format YYYY-MM-DD HH:MM:SS")
    return moment


def _exported(call):
    """Return the wanted export flag; an official example writes it without `filter[]`."""
    bare = call.query.get('previously_exported')
    return call.flag('previously_exported') if bare in (None, '') else parsing.boolean(bare)
