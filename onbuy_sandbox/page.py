"""The page at `/`: listings, orders and requests, and buyers' buttons.

It stands in for OnBuy's seller panel.
"""

from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web
from jinja2 import Environment, FileSystemLoader

from .clock import stamp
from .control import BadWish, account_of
from .control_orders import cancel_by, find, order_for, random_order
from .models import STATUSES
from .parsing import money

TABS = ('orders', 'listings', 'requests')
MOST_ROWS = 200
MOST_SKUS = 2000  # offered for test orders; others can be typed
TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent / 'templates'), autoescape=True,
                        trim_blocks=True, lstrip_blocks=True)
TEMPLATES.filters.update(money=money, stamp=stamp)


def add_routes(app, world):
    """Add the page and its two buttons to `app`."""
    app.router.add_get('/', partial(show, world))
    app.router.add_post('/_page/orders', partial(place_order, world))
    app.router.add_post('/_page/orders/{id}/cancel', partial(cancel_order, world))


async def show(world, request):
    """`GET /?tab=…&q=…&account=…&auto=1`: one tab as HTML."""
    world.settle()
    account = _account(world, request)
    tab = request.query.get('tab') if request.query.get('tab') in TABS else TABS[0]
    word = request.query.get('q', '').strip()
    rows = ROWS[tab](world, account, word.lower())
    html = TEMPLATES.get_template('page.html').render(
        tab=tab, tabs=TABS, word=word, account=account, rows=rows[:MOST_ROWS], found=len(rows),
        counts={name: len(ROWS[name](world, account, '')) for name in TABS}, now=world.clock.now(),
        auto=request.query.get('auto') == '1', notice=request.query.get('notice'), statuses=STATUSES,
        skus=sorted(item.sku for item in account.listings.values() if item.sku and item.active)[:MOST_SKUS],
        link=partial(_link, {'tab': tab, 'q': word, 'account': account.mode}), frozen=world.clock.frozen,
    )
    return web.Response(body=html.encode(errors='replace'), content_type='text/html', charset='utf-8')


def _account(world, request):
    try:
        return account_of(world, request)
    except BadWish:
        return world.accounts['live']


def _link(current, **changes):
    """Return the address of this page with some query values changed; empty ones are left out."""
    return '/?' + urlencode({name: value for name, value in {**current, **changes}.items() if value})


def _orders(world, account, word):
    rows = sorted(account.orders.values(), key=lambda order: order.date, reverse=True)
    return [order for order in rows if word in ' '.join((
        order.order_id, STATUSES[order.status], order.buyer.get('name') or '',
        order.delivery_address.get('postcode')
        or '', *(f'{line.sku} {line.name}' for line in order.lines))).lower()]


def _listings(world, account, word):
    now = world.clock.now()
    return [(item, item.status(now)) for item in account.listings.values()
            if word in f'{item.sku} {item.product.name} {item.product.opc} {item.status(now)}'.lower()]


def _requests(world, account, word):
    return [entry for entry in reversed(world.journal.since())
            if word in f"{entry['method']} {entry['path']} {entry['status']} {entry['query']}".lower()]


ROWS = {'orders': _orders, 'listings': _listings, 'requests': _requests}


async def place_order(world, request):
    """The *Place test order* button: of the chosen SKU and quantity, or at random."""
    form = await request.post()
    account = _chosen(world, form)
    try:
        if form.get('sku'):
            lines = [{'sku': form['sku'], 'quantity': form.get('quantity') or 1}]
            order = order_for(world, account, {'lines': lines})
        else:
            order = random_order(world, account)
        notice = f"Order {order.order_id} is placed."
    except BadWish as error:
        notice = str(error)
    return _back(account, notice)


async def cancel_order(world, request):
    """The *Cancel as buyer* button."""
    form = await request.post()
    try:
        account, order = find(world, request.match_info['id'])
        cancel_by(world, order)
        notice = f"Order {order.order_id} is cancelled by its buyer."
    except BadWish as error:
        account, notice = _chosen(world, form), str(error)
    return _back(account, notice)


def _chosen(world, form):
    return world.accounts.get(form.get('account'), world.accounts['live'])


def _back(account, notice):
    query = urlencode({'tab': 'orders', 'account': account.mode, 'notice': notice})
    return web.Response(status=303, headers={'Location': f'/?{query}'})
