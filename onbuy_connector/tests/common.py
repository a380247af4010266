"""A real sandbox, real HTTP: what the tests of flows share."""
import atexit
import importlib.util
import re
import subprocess
import sys
import unittest
from pathlib import Path
from urllib.parse import quote

import requests

from odoo.tests import TransactionCase
from odoo.tests.common import _super_send

from ..models import onbuy_store_buttons

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r'http://127\.0\.0\.1:\d+')
SEND = _super_send


class Sandbox:
    """A sandbox of OnBuy in a process of its own.

    :param options: of ``python -m onbuy_sandbox``
    """

    def __init__(self, *options):
        self.options = options
        self.start('0')
        atexit.register(self.stop)

    def start(self, port):
        """Start the process.

        :param str port: '0' takes a free one
        """
        self.process = subprocess.Popen(
            [sys.executable, '-m', 'onbuy_sandbox', '--port', port, *self.options],
            cwd=ROOT, stdout=subprocess.PIPE, text=True)
        lines = [self.process.stdout.readline() for _number in range(3)]
        self.url = READY.search(lines[0]).group()
        words = ' '.join(lines).split()
        self.keys = {word[:8]: word for word in words if word[:3] in ('ck_', 'sk_')}

    def stop(self):
        """End the process."""
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()

    def restart(self):
        """End the process and start it at the same address; it goes on from what the option ``--state`` keeps."""
        self.stop()
        self.start(self.url.rpartition(':')[2])

    def control(self, method, path, json=None):
        """Call the sandbox's control API and return its JSON."""
        session = requests.Session()
        request = session.prepare_request(requests.Request(method, f'{self.url}/_control{path}', json=json))
        response = SEND(session, request, timeout=20)
        response.raise_for_status()
        return response.json() if response.content else None

    def place_order(self, *lines, **values):
        """Place a test order.

        :param lines: pairs of SKU and quantity; none: a random one
        :param values: further fields of ``POST /_control/orders``
        :return: the order's JSON
        """
        wanted = {'lines': [{'sku': sku, 'quantity': quantity} for sku, quantity in lines]} if lines else {'count': 1}
        answer = self.control('POST', '/orders', {**wanted, **values})
        return answer['orders'][0]

    def order(self, order_id):
        """Return an order's JSON as OnBuy's seller panel sees it."""
        return self.control('GET', f'/orders/{order_id}')

    def requests(self, path=None, method=None):
        """Return the requests received, newest last."""
        found = self.control('GET', '/requests')
        found = found['requests'] if isinstance(found, dict) else found
        return [one for one in found if (not path or path in one['path']) and (not method or one['method'] == method)]


@unittest.skipUnless(
    importlib.util.find_spec('aiohttp') and (ROOT / 'onbuy_sandbox').is_dir(),
    "the sandbox is not here: it needs aiohttp and the repository's onbuy_sandbox",
)
class OnbuyCommon(TransactionCase):
    """A live store connected to a sandbox of its own, in a British company."""

    sandbox_options = ('--no-limits', '--listings', '12', '--orders', '0', '--seed', '7')

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        """Override to leave the sandbox's requests and their time-outs alone."""
        if hasattr(cls, 'sandbox') and request.url.startswith(cls.sandbox.url):
            return SEND(session, request, **kwargs)
        return super()._request_handler(session, request, **kwargs)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, 'tracking_disable': True})
        cls.sandbox = Sandbox(*cls.sandbox_options)
        cls.addClassCleanup(cls.sandbox.stop)
        cls.env['ir.config_parameter'].set_param('onbuy_connector.api_url', f'{cls.sandbox.url}/v2')
        cls.company = cls._make_british(cls.env.company)
        cls.warehouse = cls.env['stock.warehouse'].search([('company_id', '=', cls.company.id)], limit=1)
        cls.store = cls._create_store()

    def setUp(self):
        super().setUp()
        self.patch(onbuy_store_buttons, 'BUTTON_SECONDS', 60)  # However slow the machine is.
        # Other cursors than the test's see its data, and what they commit is undone with it.
        if not self._registry_patched:
            self.enterContext(self.enter_registry_test_mode())

    @classmethod
    def _make_british(cls, company):
        """Return the company with the UK's country, currency and chart of accounts."""
        if company.chart_template != 'uk':
            company.country_id = cls.env.ref('base.uk')
            cls.env['account.chart.template'].try_loading('uk', company, install_demo=False)
        return company

    @classmethod
    def _create_store(cls, **values):
        """Create a store with the sandbox's live keys; not yet connected."""
        return cls.env['onbuy.store'].create({
            'name': 'Lamp House',
            'company_id': cls.company.id,
            'consumer_key': cls.sandbox.keys['ck_live_'],
            'secret_key': cls.sandbox.keys['sk_live_'],
            'call_interval': 0,
            'create_products': True,
            **values,
        })

    def fault(self, kind, **values):
        """Have the sandbox misbehave until the test ends.

        :param str kind: and ``values``: of ``POST /_control/faults``
        """
        self.sandbox.control('POST', '/faults', {'kind': kind, **values})
        self.addCleanup(self.sandbox.control, 'DELETE', '/faults')

    def lay_over(self, sku, /, **overrides):
        """Have OnBuy's list show other values of a listing until the test ends.

        :param overrides: fields as `GET /listings` has them
        """
        path = f'/listings/{quote(sku, safe="")}'
        self.sandbox.control('PATCH', path, {'overrides': overrides})
        self.addCleanup(self.sandbox.control, 'PATCH', path, {'overrides': None})

    def go_live(self, **values):
        """Connect the store and take it live.

        :param values: of the store
        :return: the store
        """
        domestic = self.env['account.fiscal.position'].search([
            ('company_id', '=', self.company.id), ('name', '=', 'United Kingdom')], limit=1)
        self.store.write({'northern_ireland_position_id': domestic.id, 'isle_of_man_position_id': domestic.id, **values})
        self.store.action_connect()
        self.store.action_go_live()
        return self.store

    def run_cron(self, name):
        """Run one of the module's crons for real.

        :param str name: e.g. ``sync_orders``
        """
        self.env.flush_all()
        self.env.ref(f'onbuy_connector.ir_cron_{name}').method_direct_trigger()
        self.env.invalidate_all()

    def fetch_pictures(self):
        """Fetch the pictures that are wanted."""
        self.run_cron('fetch_images')

    def skus(self):
        """Return the SKUs of the store's listings, in order."""
        return self.env['onbuy.listing'].search([('store_id', '=', self.store.id)]).mapped('sku')

    def stock_up(self, quantity=1000):
        """Put goods of every listing in stock."""
        location = self.warehouse.lot_stock_id
        for product in self.env['onbuy.listing'].search([('store_id', '=', self.store.id)]).product_id:
            self.env['stock.quant']._update_available_quantity(product, location, quantity)

    def count_stock(self, product, quantity):
        """Adjust the inventory of a product, as the warehouse does: with a move, which `stock_up` leaves out."""
        quant = self.env['stock.quant'].with_context(inventory_mode=True).create({
            'product_id': product.id, 'location_id': self.warehouse.lot_stock_id.id, 'inventory_quantity': quantity})
        quant.action_apply_inventory()

    def receive_order(self, *lines, **values):
        """Place an order on OnBuy and fetch it.

        :return: the ``onbuy.order``
        """
        placed = self.sandbox.place_order(*lines, **values)
        self.store.action_sync_orders()
        return self.env['onbuy.order'].search([('store_id', '=', self.store.id), ('name', '=', placed['order_id'])])

    def deliver(self, order, tracking=None, quantities=None):
        """Validate the deliveries of an order that are ready.

        :param order: ``onbuy.order``
        :param str tracking: number
        :param dict quantities: product → quantity, for a part; the rest becomes a back-order
        :return: the deliveries
        """
        pickings = order.sale_order_id.picking_ids.filtered(lambda picking: picking.state not in ('done', 'cancel'))
        if tracking:
            pickings.carrier_tracking_ref = tracking
        for move in pickings.move_ids:
            if quantities is not None:
                move.quantity = quantities.get(move.product_id, 0)
        pickings.move_ids.picked = True
        pickings.with_context(skip_backorder=True).button_validate()
        return pickings
