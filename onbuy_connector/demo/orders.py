"""Orders in every state."""
from decimal import Decimal

from odoo import fields

from ..lib.orders import parse_order
from ..lib.paging import RowError
from ..lib.values import ParseError
from ..models.onbuy_order_refund import Amounts
from .documents import changed, dispatched, make_order, refunded
from .products import PRODUCTS

BUYERS = [
    ("Sam Example", "1 High Street", "Leeds", "LS1 1AA"),
    ("Priya Example", "22 Mill Lane", "Bristol", "BS1 4DJ"),
    ("Owen Example", "7 Station Road", "Cardiff", "CF10 1EP"),
    ("Isla Example", "3 Castle Terrace", "Edinburgh", "EH1 2DP"),
]


class Orders:
    """Makes the orders of a store.

    :param store: one ``onbuy.store``
    """

    def __init__(self, store):
        self.store, self.env = store, store.env

    def load(self):
        """Create orders in every state: on OnBuy, in the warehouse, and of what OnBuy is told of them."""
        self.load_open_orders()
        self.load_dispatches()
        self.load_aftersales()
        self.load_troubles()

    # === STEPS === #

    def make_document(self, number, code, quantity=1, *, days=1, **values):
        """Return OnBuy's order of one product; see :func:`.documents.make_order`."""
        name, price, _cost, _stock = PRODUCTS.get(code, ("Unknown lamp", 20, 0, 0))
        return make_order(number, BUYERS[number % len(BUYERS)], [(code, name, str(price), quantity)], days=days, **values)

    def receive(self, document):
        """Let an order, or its change, come in from OnBuy.

        :param dict document: as OnBuy sends it
        :return: the ``onbuy.order``
        """
        orders = self.env['onbuy.order']
        orders._store(self.store, [parse_order(document)])
        order = orders.search([('store_id', '=', self.store.id), ('name', '=', document['order_id'])])
        order._apply_batch()
        return order

    def order(self, *arguments, **values):
        """Let a new order come in; see :meth:`make_document`."""
        return self.receive(self.make_document(*arguments, **values))

    def change(self, order, change, *arguments, **values):
        """Let an order change on OnBuy.

        :param change: a function of :mod:`.documents`, with its ``arguments`` and ``values``
        """
        return self.receive(change(order.payload, *arguments, **values))

    def ship(self, order, quantity=None, number=False):
        """Validate the delivery of an order, or a part of it.

        :param str number: of the parcel
        :return: the action that tells OnBuy
        """
        picking = order.sale_order_id.picking_ids.filtered(lambda picking: picking.state == 'assigned')
        picking.carrier_tracking_ref = number
        for move in picking.move_ids if quantity else ():
            move.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
        return order.action_ids.filtered(lambda action: action.picking_id == picking)

    def dispatch(self, order, number=False):
        """Ship an order, and let OnBuy know it."""
        action = self.ship(order, number=number)
        action._set_synced(remote_id=f'd-{order.name}')
        return self.change(order, dispatched, number=number or '')

    # === STATES === #

    def load_open_orders(self):
        """Orders that wait for goods, for packing, or for the carrier."""
        self.order(1, 'DEMO-ARC-BLACK', 2, days=0.2)
        self.order(2, 'DEMO-FINCH-OAK', days=0.4, due=0.2)
        packing = self.order(3, 'DEMO-NOOK-CLIP', 3, days=1.2, due=0.3)
        packing.sale_order_id.picking_ids.printed = True
        self.order(4, 'DEMO-DOCK-WALL', days=3, due=-1)

    def load_dispatches(self):
        """Orders whose goods left: OnBuy is about to be told, was told, did not take it, or did not answer."""
        self.ship(self.order(5, 'DEMO-ARC-WHITE', days=1.5))
        self.ship(self.order(6, 'DEMO-ARC-WHITE', days=1.6))._set_sending()
        self.ship(self.order(7, 'DEMO-HALO-FLOOR', days=2.5, due=-0.5))._set_refused(
            "The tracking number is not known to the carrier.")
        self.ship(self.order(8, 'DEMO-MOSS', days=2.6))._set_uncertain(
            "OnBuy did not answer in time; it is asked whether it took this.")
        part = self.order(9, 'DEMO-ARC-BLACK', 3, days=3.2)
        self.ship(part, 1)._set_synced(remote_id=f'd-{part.name}')
        self.change(part, dispatched, 1)
        sent = self.dispatch(self.order(10, 'DEMO-PEBBLE', days=4), 'AB123456789GB')
        sent.action_ids._ask_tracking()
        sent.action_ids.filtered(lambda action: action.kind == 'tracking')._set_synced()
        for number, days in ((11, 6), (12, 8), (13, 9.5), (14, 12)):
            done = self.dispatch(self.order(number, 'DEMO-NOOK-CLIP', days=days))
            self.change(done, changed, status='Complete')

    def load_aftersales(self):
        """Orders that were cancelled or refunded, by whom and in whatever part."""
        self.change(self.order(15, 'DEMO-MOSS', days=5), changed, status='Cancelled')
        self.change(self.order(16, 'DEMO-MOSS', days=5.5), changed, status='Cancelled By Buyer')
        seller = self.order(17, 'DEMO-DOCK-WALL', days=7)
        seller._ask_cancel(1, "Out of Stock", '')
        seller.action_ids._set_synced()
        self.change(seller, changed, status='Cancelled By Seller')
        part = self.dispatch(self.order(18, 'DEMO-ARC-BLACK', 2, days=10))
        refund = part._ask_refund(Amounts({part.line_ids.reference: Decimal('10.00')}), 3, "Item is Damaged/Faulty")
        refund._set_sending()
        refund._set_synced()
        self.change(part, refunded, '10.00', 'Partially Refunded')
        whole = self.dispatch(self.order(19, 'DEMO-FINCH-OAK', days=11))
        self.change(whole, refunded, str(whole.payload['price_total']), 'Refunded')

    def load_troubles(self):
        """Orders that cannot be followed: a person is to see to each, and reads why."""
        self.order(20, 'DEMO-NOBODY-KNOWS', days=0.6)
        self.order(21, 'DEMO-ARC-BLACK', days=0.7, price_total='1.00')
        self.change(self.order(22, 'DEMO-MOSS', days=0.8), changed, status='On Hold')
        broken = changed(self.make_document(23, 'DEMO-MOSS', days=0.9), price_total="to follow")
        try:
            parse_order(broken)
        except ParseError as error:
            self.env['onbuy.order']._store_broken(self.store, RowError(
                broken['order_id'], fields.Datetime.now(), broken, str(error)))
        waiting = self.make_document(24, 'DEMO-ARC-BLACK', days=0.01)
        self.env['onbuy.order']._store(self.store, [parse_order(waiting)])
