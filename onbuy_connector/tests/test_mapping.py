from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..lib.sellers import Carrier
from .shipping_common import ShippingCommon


@tagged('post_install', '-at_install')
class TestShippingMapping(ShippingCommon):
    """From OnBuy's service and template to the delivery method, and back to OnBuy's carrier name."""

    def test_an_order_and_its_delivery_get_the_mapped_delivery_method(self):
        carrier = self.make_carrier()
        self.map_shipping(delivery_service='standard', carrier_id=carrier.id)
        order = self.receive(1, overrides={'delivery_service': 'Standard'})
        self.assertEqual(order.sale_order_id.carrier_id, carrier)
        self.assertEqual(self.pickings(order).carrier_id, carrier)
        self.assertEqual(order.sale_order_id.amount_total, order.amount_total)

    def test_the_first_line_that_fits_service_and_template_decides(self):
        express, other = self.make_carrier('DPD'), self.make_carrier('Evri')
        self.map_shipping(sequence=1, delivery_service='Next Day', carrier_id=express.id)
        self.map_shipping(sequence=2, template_id='no such template', carrier_id=express.id)
        self.map_shipping(sequence=3, carrier_id=other.id)
        order = self.receive(1, overrides={'delivery_service': 'Standard'})
        self.assertEqual(order.sale_order_id.carrier_id, other)

    def test_without_a_mapping_the_order_has_no_delivery_method(self):
        self.assertFalse(self.receive(1).sale_order_id.carrier_id)

    def test_onbuy_gets_its_own_name_of_the_carrier(self):
        known = self.env['onbuy.carrier'].search([], limit=1)
        carrier = self.make_carrier('Our van to the depot')
        self.map_shipping(carrier_id=carrier.id, onbuy_carrier_id=known.id)
        order = self.receive(1)
        self.pickings(order).carrier_tracking_ref = 'N1'
        self.validate(self.pickings(order))
        self.send()
        self.assertEqual(self.sandbox.order(order.name)['tracking']['supplier_name'], known.name)

    def test_a_delivery_method_chosen_in_the_warehouse_decides_the_name(self):
        self.map_shipping(carrier_id=self.make_carrier('Royal Mail').id)
        order = self.receive(1)
        self.pickings(order).write({'carrier_id': self.make_carrier('Yodel').id, 'carrier_tracking_ref': 'N1'})
        self.validate(self.pickings(order))
        self.send()
        self.assertEqual(self.sandbox.order(order.name)['tracking']['supplier_name'], 'Yodel')

    def test_a_number_without_any_carrier_is_told_as_of_another_carrier(self):
        order = self.receive(1)
        self.pickings(order).carrier_tracking_ref = 'N1'
        self.validate(self.pickings(order))
        self.send()
        self.assertEqual(self.sandbox.order(order.name)['tracking']['supplier_name'], 'Other')

    def test_what_the_carrier_really_costs_is_not_added_to_the_buyers_order(self):
        carrier = self.make_carrier(invoice_policy='real', fixed_price=7)
        self.map_shipping(carrier_id=carrier.id)
        order = self.receive(1)
        picking = self.pickings(order)
        picking.carrier_price = 7
        picking._add_delivery_cost_to_so()
        self.assertEqual(order.sale_order_id.amount_total, order.amount_total)

    def test_connecting_reads_onbuys_carriers(self):
        carriers = self.env['onbuy.carrier'].search([])
        self.assertIn('Royal Mail', carriers.mapped('name'))

    def test_connecting_works_where_carriers_cannot_be_read(self):
        self.go_wrong('status', path='/carriers', status=500)
        self.store.action_connect()
        self.assertEqual(self.store.state, 'live')

    def test_reading_carriers_again_renames_and_adds(self):
        first = self.env['onbuy.carrier'].search([], limit=1)
        count = self.env['onbuy.carrier'].search_count([])
        self.store._store_carriers([Carrier(first.code, 'Renamed'), Carrier('OCC-NEW', 'New Carrier')])
        self.assertEqual(first.name, 'Renamed')
        self.assertEqual(self.env['onbuy.carrier'].search_count([]), count + 1)
        self.store.action_sync_reference()
        self.assertNotEqual(first.name, 'Renamed')

    def test_the_earliest_expected_dispatch_is_the_deliverys_deadline_in_utc(self):
        order = self.receive(1, 1)
        dates = [line['expected_dispatch_date'] for line in self.sandbox.order(order.name)['products']]
        picking = self.pickings(order)
        self.assertEqual(fields.Datetime.to_string(picking.date_deadline), min(dates))
        self.assertEqual(picking.onbuy_dispatch_by, picking.date_deadline)
        self.assertEqual(picking.scheduled_date, picking.date_deadline - timedelta(days=self.company.security_lead))

    def test_a_lead_time_for_safety_schedules_the_delivery_before_its_deadline(self):
        self.company.security_lead = 1
        picking = self.pickings(self.receive(1))
        self.assertEqual(picking.scheduled_date, picking.date_deadline - timedelta(days=1))
