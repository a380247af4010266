"""What the tests of dispatches, tracking and labels share."""
from contextlib import ExitStack
from datetime import timedelta

from .common import OnbuyCommon


class ShippingCommon(OnbuyCommon):
    """A live store with goods in stock."""

    sandbox_options = ('--no-limits', '--listings', '4', '--orders', '0', '--seed', '7')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with ExitStack() as stack:  # Going live once for all tests of the class, as they would see it.
            for patch in cls._registry_test_mode_patches(cr=cls.cr, registry=cls.registry):
                stack.enter_context(patch)
            cls.go_live(cls)
            cls.stock_up(cls)
            cls.env.flush_all()
            cls.env.invalidate_all()

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.control, 'DELETE', '/faults')

    def receive(self, *quantities, **values):
        """Place an order of the first listings and fetch it alone, so that other tests' orders stay away.

        :param quantities: of each listing in turn; default one of the first
        :param values: further fields of the sandbox's order
        :return: the ``onbuy.order``
        """
        return self.receive_lines(*zip(self.skus(), quantities or (1,), strict=False), **values)

    def receive_lines(self, *lines, **values):
        """As :meth:`receive`, with pairs of SKU and quantity."""
        placed = self.sandbox.place_order(*lines, **values)
        self.store.action_recover_order(placed['order_id'])
        return self.env['onbuy.order'].search([('name', '=', placed['order_id'])])

    def send(self):
        """Run the outgoing cron until nothing is due, as its own triggers have it run."""
        for _round in range(4):
            self.run_cron('send_actions')
            if not self.env['onbuy.order.action']._has_due(self.store):
                break

    def later(self, **delta):
        """Let what waits for a time be due: the actions' times pass."""
        actions = self.env['onbuy.order.action'].search([('next_attempt', '!=', False)])
        for action in actions:
            action.next_attempt -= timedelta(**delta)
        self.send()

    def read(self, order):  # pylint: disable=method-required-super
        """Read the order from OnBuy now."""
        order.action_refresh()
        self.env.invalidate_all()

    def pickings(self, order):
        """Return the transfers of an order that are open."""
        return order.sale_order_id.picking_ids.filtered(lambda picking: picking.state not in ('done', 'cancel'))

    def validate(self, picking, quantity=None):
        """Validate one transfer.

        :param float quantity: of each move, the rest is back-ordered; default all
        """
        for move in picking.move_ids if quantity is not None else []:
            move.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        return picking

    def bring_back(self, picking, to_refund=True):
        """Validate a return of a whole transfer."""
        form = self.env['stock.return.picking'].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model='stock.picking').create({})
        for line in form.product_return_moves:
            line.quantity = line.move_quantity
            line.to_refund = to_refund
        back = self.env['stock.picking'].browse(form.action_create_returns()['res_id'])
        return self.validate(back)

    def dispatches(self, order):
        """Return the dispatches that OnBuy has of an order: pairs of tracking number and list of quantities."""
        return [(one['tracking_number'], [int(item['quantity']) for item in one['products']])
                for one in self.sandbox.order(order.name).get('dispatches') or []]

    def status(self, order):
        """Return OnBuy's own word."""
        return self.sandbox.order(order.name)['status']

    def go_wrong(self, kind, path='/orders/dispatch', **values):
        """Have the next call to an address go wrong."""
        self.sandbox.control('POST', '/faults', {'kind': kind, 'path': path, 'count': 1, 'seconds': 0.1, **values})

    def calls(self, path='/orders/dispatch'):
        """Return how often an address of OnBuy was called to write."""
        return len(self.sandbox.requests(path, 'PUT'))

    def map_shipping(self, **values):
        """Add a shipping mapping to the store."""
        return self.env['onbuy.shipping.mapping'].create({'store_id': self.store.id, **values})

    def make_carrier(self, name='Royal Mail', **values):
        """Return a delivery method with a fixed price."""
        product = self.env['product.product'].create({'name': name, 'type': 'service'})
        return self.env['delivery.carrier'].create(
            {'name': name, 'product_id': product.id, 'delivery_type': 'fixed', **values})
