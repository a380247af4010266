"""Dispatch, tracking and carriers ("OnBuy API reference", 18)."""

import uuid

from . import parsing
from .clock import stamp
from .errors import ItemError
from .models import STATUSES
from .seed.delivery import CARRIERS, PROVIDERS

SENDABLE = ('awaiting_dispatch', 'partially_dispatched')
REFERENCES = ('sku', 'opc', 'onbuy_internal_reference')


def ship(world, order, portions, now):
    """Send `portions`, a list of (line, quantity, tracking or None), of `order` at `now`.

    `tracking` is the dict that `make_tracking` returns; portions with the same one travel as one parcel.
    """
    parcels = []
    for line, quantity, tracking in portions:
        line.dispatched += quantity
        line.tracking = tracking or line.tracking
        parcel = next((items for known, items in parcels if known == tracking), None)
        if parcel is None:
            parcels.append((tracking, parcel := []))
        parcel.append({'onbuy_internal_reference': line.reference, 'sku': line.sku, 'quantity': quantity})
    for tracking, items in parcels:
        order.dispatches.append(_dispatch(world, tracking, items, now))
        order.tracking = tracking or order.tracking
    done = not any(line.open for line in order.lines)
    order.shipped_at = now if done else None
    order.move_to('dispatched' if done else 'partially_dispatched', now)


def _dispatch(world, tracking, items, now):
    return {
        'dispatch_id': str(uuid.UUID(int=world.rng.getrandbits(128), version=4)), 'date': stamp(now),
        'tracking': tracking, 'tracking_number': tracking and tracking['tracking_number'], 'products': items,
    }


def make_tracking(supplier, number, url=None):
    """Return a tracking object as orders show it."""
    return {'tracking_number': number, 'supplier_name': supplier, 'tracking_url': url or None}


def dispatch(call):
    """`PUT /orders/dispatch`: send whole orders or parts of them; results are keyed by order id (18.1)."""
    results = {}
    for item in parsing.rows(call.body.get('orders'), 'orders'):
        order_id = str(item.get('order_id') or '') if isinstance(item, dict) else ''
        try:
            _dispatch_item(call, order_id, item)
            results[order_id] = {'success': True}
        except ItemError as error:
            results[order_id] = {'success': False, 'errorcode': error.code, 'message': error.message}
    return {'success': True, 'results': results}


def _dispatch_item(call, order_id, item):
    order = call.account.orders.get(order_id)
    if order is None:
        raise ItemError("The order could not be found", 'OrderNotFound')
    if order.status not in SENDABLE:
        raise ItemError("The order could not be marked as dispatched because it has a status of "
                        f'"{STATUSES[order.status]}"', 'InvalidOrderStatus')
    sent = item.get('tracking') or {}
    inside = isinstance(sent, dict) and sent.get('products')
    products = item.get('products') or inside or []  # official samples have them inside tracking
    tracking = _tracking({name: value for name, value in sent.items() if name != 'products'}
                         if isinstance(sent, dict) else sent)
    ship(call.world, order, _portions(order, products, tracking), call.now())


def _tracking(sent):
    """Return the tracking object of what was sent, None if nothing was.

    Raises ItemError if it is incomplete.
    """
    if not sent:
        return None
    if not isinstance(sent, dict):
        raise ItemError("tracking must be an object", 'InvalidTracking')
    number = str(sent.get('number') or '').strip()
    if not number:
        raise ItemError("A tracking number is required", 'InvalidTracking')
    supplier = str(sent.get('supplier_name') or '').strip()
    supplier = supplier or PROVIDERS.get(parsing.integer(sent.get('tracking_id')))
    if not supplier:
        raise ItemError("A valid tracking_id or supplier_name is required", 'InvalidTracking')
    return make_tracking(supplier, number, sent.get('url'))


def _portions(order, products, tracking):
    """Return what to send as (line, quantity, tracking): the wanted products, or all that is still open."""
    if not products:
        return [(line, line.open, tracking) for line in order.lines if line.open]
    left = {line.reference: line.open for line in order.lines}
    portions = []
    for wanted in products if isinstance(products, list) else [products]:
        if not isinstance(wanted, dict):
            raise ItemError("A product must be an object", 'InvalidProduct')
        own = _tracking(wanted.get('tracking')) or tracking
        portions += [(line, count, own) for line, count in _take(order, wanted, left)]
    return portions


def _take(order, wanted, left):
    """Yield (line, quantity) for one wanted product, lowering `left` (open pieces by line reference)."""
    lines = _matching(order, wanted)
    if not lines:
        raise ItemError("The product is not part of the order", 'InvalidProduct')
    available = sum(left[line.reference] for line in lines)
    sent = wanted.get('quantity')
    quantity = available if sent in (None, '') else parsing.integer(sent)
    if quantity is None or quantity < 1 or quantity > available:
        raise ItemError(f"The quantity must be between 1 and the {available} not yet dispatched",
                        'InvalidQuantity')
    for line in lines:
        count = min(quantity, left[line.reference])
        if count:
            left[line.reference] -= count
            quantity -= count
            yield line, count


def _matching(order, wanted):
    names = [name for name in REFERENCES if wanted.get(name) not in (None, '')]

    def same(line):
        values = {'sku': line.sku, 'opc': line.opc, 'onbuy_internal_reference': line.reference}
        return all(str(values[name]) == str(wanted[name]).strip() for name in names)

    return [line for line in order.lines if names and same(line)]


def update_tracking(call):
    """`PUT /dispatches/tracking`: add or change the tracking of a dispatch (18.2)."""
    results = []
    for item in parsing.rows(call.body.get('dispatches'), 'dispatches'):
        item = item if isinstance(item, dict) else {}
        row = {'dispatch_id': item.get('dispatch_id')}
        try:
            _update_tracking_item(call, item)
            results.append({**row, 'success': True})
        except ItemError as error:
            results.append({**row, 'success': False, 'message': error.message})
    return {'success': True, 'results': results}


def _update_tracking_item(call, item):
    order, dispatched = _find_dispatch(call.account, str(item.get('dispatch_id') or ''))
    number = str(item.get('tracking_number') or '').strip()
    if not number:
        raise ItemError("tracking_number is required")
    code = item.get('onbuy_carrier_code')
    supplier = dict(CARRIERS).get(str(code)) if code else (dispatched['tracking'] or {}).get('supplier_name')
    if code and not supplier:
        raise ItemError("The onbuy_carrier_code is not valid")
    tracking = make_tracking(supplier, number)
    dispatched.update(tracking=tracking, tracking_number=number)
    order.tracking = tracking
    sent = {product['onbuy_internal_reference'] for product in dispatched['products']}
    for line in order.lines:
        if line.reference in sent:
            line.tracking = tracking
    order.touch(call.now())


def _find_dispatch(account, dispatch_id):
    for order in account.orders.values():
        for dispatched in order.dispatches:
            if dispatched['dispatch_id'] == dispatch_id:
                return order, dispatched
    raise ItemError("The dispatch could not be found")


def carriers(call):
    """`GET /carriers`: a bare array, filtered by part of a name (18.3)."""
    part = (call.filter('name') or '').lower()
    return [{'onbuy_carrier_code': code, 'carrier_name': name} for code, name in CARRIERS
            if part in name.lower()]


def tracking_providers(call):
    """`GET /orders/tracking-providers`: the old provider ids (18.4)."""
    return {'results': [
        {'tracking_id': number, 'name': name, 'tracking_url': None} for number, name in PROVIDERS.items()
    ]}
