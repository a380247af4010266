"""script/screenshots: pictures of every main screen of the demonstration, at two widths, in light and dark.

Dark is as browsers darken pages for their users: the community edition has no dark mode of its own.
"""

import contextlib
import json
import time
import urllib.request
from pathlib import Path

from . import chromium, demo, scenes
from .console import Stop, say
from .paths import RUN
from .ports import HOST, VARIABLES, number

SIZES = {'wide': (1366, 768), 'phone': (390, 844)}
SETTLE_SECONDS = 0.7  # animations of the web client
READY = "!!document.querySelector('.o_action_manager > *, .o_dialog') && !document.querySelector('.o_loading_indicator')"
ERROR = "document.querySelector('.o_error_dialog').textContent"
# Name of the picture → what to open: model and domain of a record, a function that makes it, or None; window action; what
# to click on then.
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
    'orders-to-fix': (None, 'onbuy_connector.onbuy_order_action_fix', []),
    'order': (('onbuy.order', [('sale_order_ids', '!=', False)]), 'onbuy_connector.onbuy_order_action', []),
    'listings': (None, 'onbuy_connector.onbuy_listing_action', []),
    'listing': (('onbuy.listing', []), 'onbuy_connector.onbuy_listing_action', []),
    'store': (('onbuy.store', []), 'onbuy_connector.onbuy_store_action', []),
    'groups': (None, 'onbuy_connector.onbuy_product_group_action', []),
    'sync-log': (None, 'onbuy_connector.onbuy_sync_run_action', []),
    'settings': (None, 'sale.action_sale_config_settings', ['#onbuy_connector']),
    'setup-check': (('onbuy.store', []), 'onbuy_connector.onbuy_store_action',
                    ['.nav-link[name=support]', 'button[name=action_check_setup]']),
    'product-onbuy': (('product.template', [('product_variant_ids.onbuy_listing_ids', '!=', False)]),
                      'sale.product_template_action', ['.nav-link[name=onbuy]']),
    'listing-wizard': (scenes.listing_wizard, 'onbuy_connector.onbuy_publish_action', []),
    'listing-checklist': (scenes.listing_checklist, 'onbuy_connector.onbuy_publish_action', []),
    'excel-file': (scenes.excel_result, 'onbuy_connector.onbuy_excel_import_action', []),
    'excel-result': (scenes.excel_result, 'onbuy_connector.onbuy_excel_import_action',
                     ['button[name=action_view_rows]', '.o_facet_remove']),
    'matching': (scenes.matching, 'onbuy_connector.onbuy_listing_action_match', []),
    'checklist': (scenes.checklist, 'onbuy_connector.onbuy_store_action', []),
}
WIDE_ONLY = {'sale-order-filters', 'excel-result'}  # a phone folds the search away


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
        page.set_cookie(url, 'session_id', server.session)
        for size, (width, height) in SIZES.items():
            page.resize(width, height)
            for name in [name for name in wanted if size == 'wide' or name not in WIDE_ONLY]:
                say(f'{name}-{size}')
                with contextlib.ExitStack() as cleanup:
                    show(page, server, cleanup, *SCREENS[name])
                    (folder / f'{name}-{size}.png').write_bytes(page.picture())
                    page.darken(True)
                    time.sleep(SETTLE_SECONDS)
                    (folder / f'{name}-{size}-dark.png').write_bytes(page.picture())
                    page.darken(False)
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
        body, self.session = self.post('/web/session/authenticate', db=demo.DATABASE, login='admin', password='admin')
        self.uid = body['uid']

    def post(self, path, **parameters):
        """Call a route.

        :param str path: of it
        :param parameters: of the route
        :return: pair of what it returns and the id of the session
        :raise Stop: when it fails
        """
        request = urllib.request.Request(self.url + path, json.dumps({'jsonrpc': '2.0', 'params': parameters}).encode(),
                                         {'Content-Type': 'application/json'})
        with demo.loopback.open(request, timeout=60) as answer:
            body, cookie = json.load(answer), answer.headers['Set-Cookie'] or ''
        if 'error' in body:
            raise Stop(f"Odoo refuses {path}: {body['error']['data']['message']}")
        return body.get('result'), cookie.partition('session_id=')[2].partition(';')[0]

    def call(self, model, method, *arguments, **options):
        """Call a method and return what it returns."""
        return self.post('/jsonrpc', service='object', method='execute_kw', args=[
            demo.DATABASE, self.uid, 'admin', model, method, arguments, options])[0]

    def find(self, model, domain):
        """Return the id of the first record of a domain.

        :raise Stop: when there is none
        """
        found = self.call(model, 'search', domain, limit=1)
        if not found:
            raise Stop(f"The demonstration has no {model} with {domain}.")
        return found[0]

    def wait(self, model, domain):
        """Wait until there is a record of a domain, and return its id.

        :raise Stop: when there is none after a minute
        """
        for _second in range(60):
            with contextlib.suppress(Stop):
                return self.find(model, domain)
            time.sleep(1)
        return self.find(model, domain)


def show(page, server, cleanup, record, action, clicks):
    """Open a screen.

    :param chromium.Page page: where
    :param Server server: the running Odoo
    :param contextlib.ExitStack cleanup: undoes what was made for the picture
    :param record: pair of model and domain, a function of :mod:`.scenes`, or None
    :param str action: XML id of a window action
    :param list clicks: CSS selectors, clicked on one after the other; a text after ``|`` must be in the element
    """
    number = record(server, cleanup) if callable(record) else record and server.find(*record)
    page.open(f'{server.url}/odoo/action-{action}' + (f'/{number}' if number else ''))
    page.wait(READY)
    for click in clicks:
        selector, _bar, text = click.partition('|')
        found = (f"[...document.querySelectorAll({json.dumps(selector)})]"
                 f".find(one => one.textContent.includes({json.dumps(text)}))")
        page.wait(f'!!{found}')
        page.evaluate(f'{found}.scrollIntoView({{block: "center"}}), {found}.click()')
        page.wait(READY)
    time.sleep(SETTLE_SECONDS)
    page.wait(READY)
    if page.evaluate("!!document.querySelector('.o_error_dialog')"):
        raise Stop(f"{action} shows an error: {page.evaluate(ERROR)}")

