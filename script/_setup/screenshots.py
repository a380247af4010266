"""script/screenshots: pictures of every main screen of the demonstration, at two widths.

Light only: Odoo's community edition has no dark mode.
"""

import contextlib
import json
import time
import urllib.request
import xmlrpc.client
from pathlib import Path

from . import chromium, demo
from .console import Stop, say
from .paths import RUN
from .ports import HOST, VARIABLES, number

SIZES = {'wide': (1366, 768), 'phone': (390, 844)}
SETTLE_SECONDS = 0.7  # animations of the web client
READY = "!!document.querySelector('.o_action_manager > *, .o_dialog') && !document.querySelector('.o_loading_indicator')"
# Name of the picture → model and domain of the record to open, or None; window action; what to click on then.
SCREENS = {
    'dashboard': (None, 'onbuy_connector.onbuy_store_action_dashboard', []),
    'deliveries': (None, 'stock.action_picking_tree_outgoing', []),
    'delivery': (('stock.picking', [('sale_id.onbuy_order_id', '!=', False), ('state', '=', 'assigned')]),
                 'stock.action_picking_tree_outgoing', []),
    'sale-order': (('sale.order', [('onbuy_order_id', '!=', False)]), 'sale.action_orders', []),
    'sale-order-onbuy': (('sale.order', [('onbuy_order_id', '!=', False)]), 'sale.action_orders', ['.nav-link[name=onbuy]']),
    'sale-orders': (None, 'sale.action_orders', []),
    'sale-order-filters': (None, 'sale.action_orders', ['.o_searchview_dropdown_toggler']),
    'orders-report': (None, 'onbuy_connector.onbuy_order_action_report', []),
    'orders': (None, 'onbuy_connector.onbuy_order_action', []),
    'order': (('onbuy.order', [('sale_order_ids', '!=', False)]), 'onbuy_connector.onbuy_order_action', []),
    'listings': (None, 'onbuy_connector.onbuy_listing_action', []),
    'listing': (('onbuy.listing', []), 'onbuy_connector.onbuy_listing_action', []),
    'store': (('onbuy.store', []), 'onbuy_connector.onbuy_store_action', []),
}


def take(arguments):
    """Take the pictures.

    :param list arguments: a folder, by default ``.run/pictures``, then names of screens, by default all
    :return int: exit code
    """
    folder = Path(arguments[0]) if arguments else RUN / 'pictures'
    wanted = arguments[1:] or list(SCREENS)
    if unknown := [name for name in wanted if name not in SCREENS]:
        raise Stop(f"There is no screen {unknown[0]}. There are: {', '.join(SCREENS)}.")
    folder.mkdir(parents=True, exist_ok=True)
    with running_server() as url, chromium.page() as page:
        server = Server(url)
        page.set_cookie(url, 'session_id', server.session())
        for size, (width, height) in SIZES.items():
            page.resize(width, height)
            for name in wanted:
                path = folder / f'{name}-{size}.png'
                say(path.name)
                show(page, server, *SCREENS[name])
                path.write_bytes(page.picture())
    return 0


@contextlib.contextmanager
def running_server():
    """Have the demonstration run: the one that is running already, else one of our own.

    :return: a context manager giving Odoo's URL
    """
    url = f"http://{HOST}:{number('ODOO_PORT', VARIABLES['ODOO_PORT'])}"
    with contextlib.ExitStack() as running:
        if not demo.answers(f'{url}/web/login'):
            demo.start(running)
        yield url


class Server:
    """The running Odoo, as its administrator.

    :param str url: where it is
    """

    def __init__(self, url):
        self.url = url
        self.objects = xmlrpc.client.ServerProxy(f'{url}/xmlrpc/2/object', allow_none=True)
        self.uid = xmlrpc.client.ServerProxy(f'{url}/xmlrpc/2/common').login(demo.DATABASE, 'admin', 'admin')

    def find(self, model, domain):
        """Return the id of the first record of a domain.

        :raise Stop: when there is none
        """
        found = self.objects.execute_kw(demo.DATABASE, self.uid, 'admin', model, 'search', [domain], {'limit': 1})
        if not found:
            raise Stop(f"The demonstration has no {model} with {domain}.")
        return found[0]

    def session(self):
        """Log in.

        :return str: the session's id
        """
        body = {'jsonrpc': '2.0', 'params': {'db': demo.DATABASE, 'login': 'admin', 'password': 'admin'}}
        request = urllib.request.Request(f'{self.url}/web/session/authenticate', json.dumps(body).encode(),
                                         {'Content-Type': 'application/json'})
        with demo.loopback.open(request, timeout=60) as answer:
            return answer.headers['Set-Cookie'].split('session_id=')[1].split(';')[0]


def show(page, server, record, action, clicks):
    """Open a screen.

    :param chromium.Page page: where
    :param Server server: the running Odoo
    :param record: pair of model and domain, or None
    :param str action: XML id of a window action
    :param list clicks: CSS selectors, clicked on one after the other; a text after ``|`` must be in the element
    """
    path = f'/{server.find(*record)}' if record else ''
    page.open(f'{server.url}/odoo/action-{action}{path}')
    page.wait(READY)
    for click in clicks:
        selector, _bar, text = click.partition('|')
        found = (f"[...document.querySelectorAll({json.dumps(selector)})]"
                 f".find(one => one.textContent.includes({json.dumps(text)}))")
        page.wait(f'!!{found}')
        page.evaluate(f'{found}.click()')
        page.wait(READY)
    time.sleep(SETTLE_SECONDS)
    page.wait(READY)
    if page.evaluate("!!document.querySelector('.o_error_dialog')"):
        raise Stop(f"{action} shows an error.")

