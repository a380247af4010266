"""The control API outside `/v2`: clock, settings, faults, queues, listings, the record of requests."""

import json
from functools import wraps

from aiohttp import web

from . import parsing
from .clock import stamp
from .models import STATUSES
from .state import MODES, set_price

PREFIX = '/_control'
MOST_SECONDS = 100 * 365 * 24 * 3600  # that the clock moves at once


class BadWish(Exception):
    """A control request that cannot be done: a sentence, and 400 or 404."""

    def __init__(self, message, status=400):
        super().__init__(message)
        self.status = status


def endpoint(world, handler):
    """Return the aiohttp handler of `handler(world, request, body)`, which returns JSON or raises BadWish."""
    @wraps(handler)
    async def serve(request):
        try:
            body = _body(await request.read())
            world.settle()
            return web.json_response(handler(world, request, body))
        except (BadWish, ValueError) as error:
            return web.json_response({'error': str(error)}, status=getattr(error, 'status', 400))
    return serve


def _body(raw):
    try:
        body = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise BadWish("The body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise BadWish("The body must be a JSON object.")
    return body


def account_of(world, request, body=None):
    """Return the account named by `account` in body or query: 'live' (default) or 'test'."""
    mode = (body or {}).get('account') or request.query.get('account') or 'live'
    if mode not in MODES:
        raise BadWish(f"account is one of {', '.join(MODES)}.")
    return world.accounts[mode]


def add_routes(app, world):
    """Add the control API's addresses, except those of orders, to `app`."""
    for method, path, handler in (
        ('GET', '/state', state), ('GET', '/settings', settings), ('PUT', '/settings', change_settings),
        ('POST', '/clock', clock), ('POST', '/queues/drain', drain), ('DELETE', '/queues', clear_queues),
        ('GET', '/listings/{sku:.+}', view_listing), ('PATCH', '/listings/{sku:.+}', change_listing),
        ('POST', '/listings/{sku:.+}/suspend', suspend), ('POST', '/listings/{sku:.+}/restore', restore),
        ('GET', '/requests', requests), ('DELETE', '/requests', clear_requests),
        ('GET', '/faults', faults), ('POST', '/faults', add_fault), ('DELETE', '/faults', clear_faults),
        ('DELETE', '/faults/{id}', clear_faults),
    ):
        app.router.add_route(method, PREFIX + path, endpoint(world, handler))


def state(world, request, body):
    """`GET /_control/state`: everything but keys and tokens."""
    return {
        'clock': _clock(world), 'seed': world.seed, 'settings': world.settings.as_dict(),
        'faults': [fault.as_dict() for fault in world.faults.active], 'products': len(world.products),
        'accounts': {mode: _account(world, account) for mode, account in world.accounts.items()},
    }


def _clock(world):
    return {'now': stamp(world.clock.now()), 'unix': int(world.clock.unix()), 'frozen': world.clock.frozen}


def _account(world, account):
    now = world.clock.now()
    listings, orders = account.listings.values(), account.orders.values()
    return {
        'usage': account.usage.report(world.settings, world.clock.ticks()),
        'tokens': world.tokens.report(account, world.clock.unix()),
        'counts': {
            'listings': _count(item.status(now) for item in listings),
            'orders': _count(order.status for order in orders),
            'queues': _count(row.status for row in account.queue),
        },
        'listings': [{'sku': item.sku, 'opc': item.product.opc, 'price': parsing.money(item.price),
                      'stock': item.stock, 'status': item.status(now)} for item in listings],
        'orders': [{'order_id': order.order_id, 'status': STATUSES[order.status], 'date': stamp(order.date),
                    'updated_at': stamp(order.updated_at), 'price_total': parsing.money(order.total)}
                   for order in orders],
    }


def _count(words):
    counts = {'total': 0}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
        counts['total'] += 1
    return counts


def settings(world, request, body):
    """`GET /_control/settings`."""
    return world.settings.as_dict()


def change_settings(world, request, body):
    """`PUT /_control/settings`: change the named ones, answer with all."""
    world.settings.change(body)
    return world.settings.as_dict()


def clock(world, request, body):
    """`POST /_control/clock`: `{"advance": seconds}` and/or `{"freeze": true|false}`."""
    seconds, freeze = body.get('advance', 0), body.get('freeze')
    number = parsing.number(seconds)
    if number is None or not 0 <= number <= MOST_SECONDS:
        raise BadWish(f"advance must be a number of seconds from 0 to {MOST_SECONDS}, a hundred years.")
    if freeze is not None:
        world.clock.freeze(bool(freeze))
    world.clock.advance(float(number))
    world.settle()
    return _clock(world)


def drain(world, request, body):
    """`POST /_control/queues/drain`: finish all pending queue rows now."""
    return {'finished': world.drain()}


def clear_queues(world, request, body):
    """`DELETE /_control/queues`: forget what is in the queue, and what was."""
    rows = account_of(world, request, body).queue
    removed = len(rows)
    rows.clear()
    return {'removed': removed}


def _listing(world, request, body):
    listing = account_of(world, request, body).by_sku(request.match_info['sku'])
    if listing is None:
        raise BadWish("There is no listing with this SKU.", 404)
    return listing


def _show_listing(world, listing):
    other = listing.competitor
    return {
        'sku': listing.sku, 'opc': listing.product.opc, 'name': listing.product.name,
        'price': parsing.money(listing.price), 'stock': listing.stock, 'suspended': listing.suspended,
        'status': listing.status(world.clock.now()), 'forced_winning': listing.forced_winning,
        'competitor': other and {name: parsing.money(value) for name, value in other.items()},
    }


def view_listing(world, request, body):
    """`GET /_control/listings/{sku}`."""
    return _show_listing(world, _listing(world, request, body))


def suspend(world, request, body):
    """`POST /_control/listings/{sku}/suspend`."""
    listing = _listing(world, request, body)
    listing.suspended = True
    return _show_listing(world, listing)


def restore(world, request, body):
    """`POST /_control/listings/{sku}/restore`: end a suspension; the days at price 0 begin anew."""
    listing = _listing(world, request, body)
    listing.suspended = False
    listing.zero_since = world.clock.now() if listing.zero_since else None
    return _show_listing(world, listing)


def change_listing(world, request, body):
    """`PATCH /_control/listings/{sku}`: `price`, `stock`, `competitor`, `forced_winning`, `name`, `overrides`."""
    listing = _listing(world, request, body)
    unknown = set(body) - {'account', 'price', 'stock', 'competitor', 'forced_winning', 'name', 'overrides'}
    if unknown:
        raise BadWish(f"A listing has no {', '.join(sorted(unknown))} that could be changed here.")
    amount, stock = parsing.number(body.get('price', 0)), parsing.integer(body.get('stock', 0))
    if amount is None or amount < 0 or stock is None:
        raise BadWish("price and stock must be numbers.")
    competitor, overrides = _competitor(body.get('competitor')), body.get('overrides')
    if not isinstance(overrides, dict | None):
        raise BadWish("overrides is null or an object of fields as GET /listings shows them.")
    if 'price' in body:
        set_price(listing, amount, world.clock.now())
    if 'stock' in body:
        listing.stock = stock
    if 'competitor' in body:
        listing.competitor = competitor
    if 'forced_winning' in body:
        listing.forced_winning = parsing.boolean(body['forced_winning'])
    if 'overrides' in body:
        listing.overrides = overrides
    listing.product.name = str(body.get('name') or listing.product.name)
    return _show_listing(world, listing)


def _competitor(sent):
    if sent is None:
        return None
    prices = {name: parsing.number(sent.get(name, 0)) for name in ('item_price', 'delivery_price')
              } if isinstance(sent, dict) else {}
    if not prices or None in prices.values():
        raise BadWish('competitor is null or {"item_price": …, "delivery_price": …}.')
    return prices


def requests(world, request, body):
    """`GET /_control/requests?since=N`: API requests received, newest last."""
    since = parsing.integer(request.query.get('since', 0))
    if since is None:
        raise BadWish("since must be the id of a request.")
    return {'requests': world.journal.since(since)}


def clear_requests(world, request, body):
    """`DELETE /_control/requests`."""
    return {'removed': world.journal.clear()}


def faults(world, request, body):
    """`GET /_control/faults`."""
    return {'faults': [fault.as_dict() for fault in world.faults.active]}


def add_fault(world, request, body):
    """`POST /_control/faults`: set one, answer with it."""
    return world.faults.add(body).as_dict()


def clear_faults(world, request, body):
    """`DELETE /_control/faults` and `DELETE /_control/faults/{id}`."""
    wanted = request.match_info.get('id')
    return {'removed': world.faults.remove(parsing.integer(wanted) if wanted else None)}
