"""What becomes of an order: OnBuy's status against what happened in Odoo before."""
from typing import NamedTuple

from odoo.tests import tagged

from .aftersales_common import AftersalesCommon

DISPATCHED = "Dispatched on OnBuy"
PARTLY = "Partly dispatched on OnBuy"
REFUNDED = "Refunded on OnBuy"
REFUNDED_STOP = "Refunded on OnBuy – do not ship"
CANCELLED_STOP = "Cancelled on OnBuy – do not ship"
CANCELLED_LATE = "Cancelled on OnBuy after it was shipped"
OPEN_THERE = "Cancelled here, open on OnBuy"
DISPATCHED_THERE = "Dispatched on OnBuy, cancelled here"
NONE = frozenset()


class Cell(NamedTuple):
    """What is expected of one cell of the table.

    :param str status: OnBuy's, reached by ``reach_<status>``
    :param str fulfilment: of the OnBuy order
    :param str sale: state of the sales order; '' if there is none
    :param str pickings: states of the deliveries, sorted
    :param activities: set of the summaries of the activities on the sales order
    :param int notes: draft credit notes
    """

    status: str
    fulfilment: str
    sale: str
    pickings: str
    activities: frozenset = NONE
    notes: int = 0


TABLE = {
    'nothing': (
        Cell('awaiting_dispatch', 'new', 'sale', 'assigned'),
        Cell('partially_dispatched', 'new', 'sale', 'assigned'),
        Cell('dispatched', 'transit', '', ''),
        Cell('complete', 'complete', '', ''),
        Cell('cancelled', 'cancelling', '', ''),
        Cell('cancelled_by_seller', 'cancelled_by_seller', '', ''),
        Cell('cancelled_by_buyer', 'cancelled', '', ''),
        Cell('cancelled_by_customer', 'cancelled', '', ''),
        Cell('partially_refunded', 'transit', '', ''),
        Cell('refunded', 'transit', '', ''),
    ),
    'quotation': (
        Cell('awaiting_dispatch', 'new', 'draft', ''),
        Cell('partially_dispatched', 'new', 'draft', '', {PARTLY}),
        Cell('dispatched', 'transit', 'draft', '', {DISPATCHED}),
        Cell('complete', 'complete', 'draft', '', {DISPATCHED}),
        Cell('cancelled', 'cancelling', 'cancel', ''),
        Cell('cancelled_by_seller', 'cancelled_by_seller', 'cancel', ''),
        Cell('cancelled_by_buyer', 'cancelled', 'cancel', ''),
        Cell('cancelled_by_customer', 'cancelled', 'cancel', ''),
        Cell('partially_refunded', 'transit', 'draft', '', {DISPATCHED, REFUNDED}),
        Cell('refunded', 'transit', 'draft', '', {REFUNDED, REFUNDED_STOP}),
    ),
    'reserved': (
        Cell('awaiting_dispatch', 'new', 'sale', 'assigned'),
        Cell('partially_dispatched', 'new', 'sale', 'assigned', {PARTLY}),
        Cell('dispatched', 'transit', 'sale', 'assigned', {DISPATCHED}),
        Cell('complete', 'complete', 'sale', 'assigned', {DISPATCHED}),
        Cell('cancelled', 'cancelling', 'cancel', 'cancel'),
        Cell('cancelled_by_seller', 'cancelled_by_seller', 'cancel', 'cancel'),
        Cell('cancelled_by_buyer', 'cancelled', 'cancel', 'cancel'),
        Cell('cancelled_by_customer', 'cancelled', 'cancel', 'cancel'),
        Cell('partially_refunded', 'transit', 'sale', 'assigned', {DISPATCHED, REFUNDED}),
        Cell('refunded', 'transit', 'sale', 'assigned', {REFUNDED, REFUNDED_STOP}),
    ),
    'part_shipped': (
        Cell('awaiting_dispatch', 'new', 'sale', 'assigned done'),
        Cell('partially_dispatched', 'new', 'sale', 'assigned done'),
        Cell('dispatched', 'transit', 'sale', 'assigned done', {DISPATCHED}),
        Cell('complete', 'complete', 'sale', 'assigned done', {DISPATCHED}),
        Cell('cancelled', 'cancelling', 'sale', 'assigned done', {CANCELLED_STOP}),
        Cell('cancelled_by_seller', 'cancelled_by_seller', 'sale', 'assigned done', {CANCELLED_STOP}),
        Cell('cancelled_by_buyer', 'cancelled', 'sale', 'assigned done', {CANCELLED_STOP}),
        Cell('cancelled_by_customer', 'cancelled', 'sale', 'assigned done', {CANCELLED_STOP}),
        Cell('partially_refunded', 'transit', 'sale', 'assigned done', {DISPATCHED, REFUNDED}),
        Cell('refunded', 'transit', 'sale', 'assigned done', {REFUNDED, REFUNDED_STOP}),
    ),
    'shipped': (
        Cell('awaiting_dispatch', 'ready', 'sale', 'done'),
        Cell('partially_dispatched', 'ready', 'sale', 'done'),
        Cell('dispatched', 'transit', 'sale', 'done'),
        Cell('complete', 'complete', 'sale', 'done'),
        Cell('cancelled', 'cancelling', 'sale', 'done', {CANCELLED_LATE}),
        Cell('cancelled_by_seller', 'cancelled_by_seller', 'sale', 'done', {CANCELLED_LATE}),
        Cell('cancelled_by_buyer', 'cancelled', 'sale', 'done', {CANCELLED_LATE}),
        Cell('cancelled_by_customer', 'cancelled', 'sale', 'done', {CANCELLED_LATE}),
        Cell('partially_refunded', 'transit', 'sale', 'done', {REFUNDED}),
        Cell('refunded', 'transit', 'sale', 'done', {REFUNDED}),
    ),
    'invoiced': (
        Cell('awaiting_dispatch', 'new', 'sale', 'assigned'),
        Cell('partially_dispatched', 'new', 'sale', 'assigned', {PARTLY}),
        Cell('dispatched', 'transit', 'sale', 'assigned', {DISPATCHED}),
        Cell('complete', 'complete', 'sale', 'assigned', {DISPATCHED}),
        Cell('cancelled', 'cancelling', 'cancel', 'cancel', NONE, 1),
        Cell('cancelled_by_seller', 'cancelled_by_seller', 'cancel', 'cancel', NONE, 1),
        Cell('cancelled_by_buyer', 'cancelled', 'cancel', 'cancel', NONE, 1),
        Cell('cancelled_by_customer', 'cancelled', 'cancel', 'cancel', NONE, 1),
        Cell('partially_refunded', 'transit', 'sale', 'assigned', {DISPATCHED}, 1),
        Cell('refunded', 'transit', 'sale', 'assigned', {REFUNDED_STOP}, 1),
    ),
    'settled': (
        Cell('awaiting_dispatch', 'ready', 'sale', 'done'),
        Cell('partially_dispatched', 'ready', 'sale', 'done'),
        Cell('dispatched', 'transit', 'sale', 'done'),
        Cell('complete', 'complete', 'sale', 'done'),
        Cell('cancelled', 'cancelling', 'sale', 'done', {CANCELLED_LATE}),
        Cell('cancelled_by_seller', 'cancelled_by_seller', 'sale', 'done', {CANCELLED_LATE}),
        Cell('cancelled_by_buyer', 'cancelled', 'sale', 'done', {CANCELLED_LATE}),
        Cell('cancelled_by_customer', 'cancelled', 'sale', 'done', {CANCELLED_LATE}),
        Cell('partially_refunded', 'transit', 'sale', 'done', NONE, 1),
        Cell('refunded', 'transit', 'sale', 'done', NONE, 1),
    ),
    'cancelled': (
        Cell('awaiting_dispatch', 'new', 'cancel', 'cancel', {OPEN_THERE}),
        Cell('partially_dispatched', 'new', 'cancel', 'cancel', {DISPATCHED_THERE, OPEN_THERE}),
        Cell('dispatched', 'transit', 'cancel', 'cancel', {DISPATCHED_THERE}),
        Cell('complete', 'complete', 'cancel', 'cancel', {DISPATCHED_THERE}),
        Cell('cancelled', 'cancelling', 'cancel', 'cancel'),
        Cell('cancelled_by_seller', 'cancelled_by_seller', 'cancel', 'cancel'),
        Cell('cancelled_by_buyer', 'cancelled', 'cancel', 'cancel'),
        Cell('cancelled_by_customer', 'cancelled', 'cancel', 'cancel'),
        Cell('partially_refunded', 'transit', 'cancel', 'cancel', {DISPATCHED_THERE, REFUNDED}),
        Cell('refunded', 'transit', 'cancel', 'cancel', {DISPATCHED_THERE, REFUNDED}),
    ),
}


@tagged('post_install', '-at_install')
class TestStatusMatrix(AftersalesCommon):
    """A test for each cell: named by what happened here and by OnBuy's status."""

    # === WHAT HAPPENED HERE === #

    def make_nothing(self):
        """OnBuy has an order that was not read yet."""
        return self.sandbox.place_order((self.skus()[0], 2), price_delivery=3.49)['order_id']

    def make_quotation(self):
        """Its sales order is a quotation."""
        self.store.workflow = 'quotation'
        return self.receive(2, price_delivery=3.49).name

    def make_reserved(self):
        """Its sales order is confirmed, its goods are reserved."""
        return self.receive(2, price_delivery=3.49).name

    def make_part_shipped(self):
        """One of its two pieces left; OnBuy is not told yet."""
        order = self.receive(2, price_delivery=3.49)
        self.deliver(order, quantities={order.line_ids.sale_line_ids.product_id: 1})
        return order.name

    def make_shipped(self):
        """All of it left; OnBuy is not told yet."""
        order = self.receive(2, price_delivery=3.49)
        self.deliver(order)
        return order.name

    def make_invoiced(self):
        """It is reserved, and its invoice is posted."""
        order = self.receive(2, price_delivery=3.49)
        self.invoice(order)
        return order.name

    def make_settled(self):
        """All of it left, and its invoice is posted; OnBuy is not told yet."""
        order = self.receive(2, price_delivery=3.49)
        self.deliver(order)
        self.invoice(order)
        return order.name

    def make_cancelled(self):
        """Its sales order was cancelled here."""
        order = self.receive(2, price_delivery=3.49)
        order.sale_order_id.action_cancel()
        return order.name

    # === WHAT ONBUY SAYS === #

    def reach_awaiting_dispatch(self, name):
        """It changed in some other way."""
        self.control(name, method='PATCH', price_note="changed")

    def reach_partially_dispatched(self, name):
        """One of its two pieces was dispatched in the seller's panel."""
        product = {**self.sandbox.order(name)['products'][0], 'quantity_dispatched': '1'}
        self.control(name, method='PATCH', status="Partially Dispatched", products=[product])

    def reach_dispatched(self, name):
        """It was dispatched in the seller's panel."""
        self.control(name, '/dispatch')

    def reach_complete(self, name):
        """It arrived."""
        self.control(name, '/dispatch')
        self.control(name, '/complete')

    def reach_cancelled(self, name):
        """It was cancelled; the buyer's money is on its way."""
        self.control(name, '/cancel', refund='pending')

    def reach_cancelled_by_seller(self, name):
        """It was cancelled in the seller's panel."""
        self.control(name, '/cancel', by='seller')

    def reach_cancelled_by_buyer(self, name):
        """The buyer cancelled it."""
        self.control(name, '/cancel')

    def reach_cancelled_by_customer(self, name):
        """The buyer cancelled it, and OnBuy says so in its other words."""
        self.control(name, '/cancel')
        self.control(name, method='PATCH', status="Cancelled By Customer")

    def reach_partially_refunded(self, name):
        """It was dispatched, and a pound of it refunded, in the seller's panel."""
        self.control(name, '/dispatch')
        reference = self.sandbox.order(name)['products'][0]['onbuy_internal_reference']
        self.control(name, '/refund', items=[{'onbuy_internal_reference': reference, 'amount': 1}])

    def reach_refunded(self, name):
        """It was dispatched, and all of it refunded, in the seller's panel."""
        self.control(name, '/dispatch')
        self.control(name, '/refund')

    def control(self, name, path='', method='POST', **body):
        """Have something happen to an order on OnBuy."""
        self.sandbox.control(method, f'/orders/{name}{path}', body)

    # === THE CELLS === #

    def check(self, situation, cell):
        """Bring an order there, read it twice, and compare."""
        name = getattr(self, f'make_{situation}')()
        getattr(self, f'reach_{cell.status}')(name)
        for _time in range(2):  # The second reading changes nothing.
            self.store.action_recover_order(name)
            self.env.invalidate_all()
            order = self.env['onbuy.order'].search([('name', '=', name)])
            self.assertEqual(order.sync_state, 'synced', order.sync_error)
            self.assertEqual(self.see(cell.status, order), cell)

    def see(self, status, order):
        """Return what became of an order, as a cell."""
        sale_order = order.sale_order_id
        pickings = ' '.join(sorted(sale_order.picking_ids.mapped('state')))
        notes = self.notes(order)
        self.assertEqual(set(notes.mapped('state')) - {'draft'}, set())
        return Cell(
            status, order.fulfilment_state, sale_order.state or '', pickings,
            frozenset(sale_order.activity_ids.mapped('summary')), len(notes))


def add_test(situation, cell):
    """Give the class the test of one cell."""
    def test(self):
        self.check(situation, cell)

    name = f'test_an_order_that_is_{situation}_here_and_{cell.status}_on_onbuy'
    test.__name__, test.__qualname__ = name, f'TestStatusMatrix.{name}'
    setattr(TestStatusMatrix, name, test)


for here, cells in TABLE.items():
    for one in cells:
        add_test(here, one)
