"""What becomes of an order: OnBuy's status against what happened in Odoo before."""
from typing import NamedTuple

from odoo.tests import tagged

from .aftersales_common import AftersalesCommon


class Cell(NamedTuple):
    """What is expected of one cell of the table.

    :param str status: of ``REACHED_BY``, OnBuy's
    :param str fulfilment: of the OnBuy order
    :param str sale: state of the sales order; '' if there is none
    :param str pickings: states of the deliveries, sorted
    :param str activities: first words of the activities on the sales order, sorted
    :param int notes: draft credit notes
    """

    status: str
    fulfilment: str
    sale: str
    pickings: str
    activities: str = ''
    notes: int = 0


TABLE = {}


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
        notes = self.notes(order)
        self.assertEqual(set(notes.mapped('state')) - {'draft'}, set())
        return Cell(
            status, order.fulfilment_state, sale_order.state or '', ' '.join(sorted(sale_order.picking_ids.mapped('state'))),
            ', '.join(sorted(sale_order.activity_ids.mapped('summary'))), len(notes))

    def test_print(self):
        names = [name[6:] for name in dir(self) if name.startswith('reach_')]
        for situation in ('nothing', 'quotation', 'reserved', 'part_shipped', 'shipped', 'invoiced', 'settled', 'cancelled'):
            for status in names:
                self.store.workflow = 'confirmed'
                name = getattr(self, f'make_{situation}')()
                getattr(self, f'reach_{status}')(name)
                self.store.action_recover_order(name)
                self.env.invalidate_all()
                order = self.env['onbuy.order'].search([('name', '=', name)])
                with open('/tmp/cells', 'a') as f: f.write(f'{situation}: {self.see(status, order)} {order.sync_state}\n')
