import json
from unittest.mock import patch

from odoo.tests import tagged

from .shipping_common import ShippingCommon

TRACKING = '/dispatches/tracking'


@tagged('post_install', '-at_install')
class TestTracking(ShippingCommon):
    """Tracking numbers: with the dispatch, after it, of several parcels."""

    def ship(self, *quantities, number=False):
        """Deliver an order, tell OnBuy, and return the order with its delivery."""
        order = self.receive(*quantities or (1,))
        picking = self.pickings(order)
        picking.carrier_tracking_ref = number
        self.validate(picking)
        self.send()
        return order, picking

    def test_a_number_added_after_the_dispatch_is_told(self):
        order, picking = self.ship()
        self.assertEqual(self.dispatches(order), [(None, [1])])
        picking.carrier_tracking_ref = 'NEW1'
        self.send()
        self.assertEqual(self.dispatches(order), [('NEW1', [1])])
        self.assertEqual(picking.onbuy_state, 'sent')

    def test_a_number_changed_after_the_dispatch_is_told(self):
        order, picking = self.ship(number='OLD1')
        picking.carrier_tracking_ref = 'NEW1'
        self.send()
        self.assertEqual(self.dispatches(order), [('NEW1', [1])])

    def test_a_number_changed_twice_before_it_is_told_is_told_once(self):
        order, picking = self.ship(number='OLD1')
        before = self.calls(TRACKING)
        picking.carrier_tracking_ref = 'TYPO1'
        picking.carrier_tracking_ref = 'NEW1'
        self.send()
        self.assertEqual(self.calls(TRACKING), before + 1)
        self.assertEqual(self.dispatches(order), [('NEW1', [1])])

    def test_a_number_that_onbuy_knows_is_not_told_again(self):
        order, picking = self.ship(number='SAME1')
        before = self.calls(TRACKING)
        picking.carrier_tracking_ref = 'SAME1 '
        self.send()
        self.assertEqual(self.calls(TRACKING), before)
        self.assertEqual(set(order.action_ids.mapped('sync_state')), {'synced'})

    def test_a_number_taken_away_is_not_told(self):
        order, picking = self.ship(number='OLD1')
        before = self.calls(TRACKING)
        picking.carrier_tracking_ref = False
        self.send()
        self.assertEqual(self.calls(TRACKING), before)
        self.assertEqual(self.dispatches(order), [('OLD1', [1])])

    def test_the_number_of_one_of_two_deliveries_changes_that_dispatch_only(self):
        order = self.receive(3)
        first = self.pickings(order)
        first.carrier_tracking_ref = 'ONE'
        self.validate(first, 1)
        self.send()
        second = self.pickings(order)
        second.carrier_tracking_ref = 'TWO'
        self.validate(second)
        self.send()
        first.carrier_tracking_ref = 'ONE-B'
        self.send()
        self.assertEqual(self.dispatches(order), [('ONE-B', [1]), ('TWO', [2])])

    def test_the_carriers_code_goes_along_with_a_later_number(self):
        carrier = self.env['onbuy.carrier'].search([], limit=1)
        self.map_shipping(onbuy_carrier_id=carrier.id)
        order, picking = self.ship()
        picking.carrier_tracking_ref = 'NEW1'
        self.send()
        self.assertEqual(self.sandbox.order(order.name)['dispatches'][0]['tracking']['supplier_name'], carrier.name)

    def test_a_later_number_waits_for_onbuys_id_of_the_dispatch(self):
        order = self.receive(1)
        picking = self.pickings(order)
        self.validate(picking)
        with patch.object(type(self.env['onbuy.order.action']), '_get_read_back_units', lambda *args: iter(())):
            self.send()
        self.assertFalse(order.action_ids.remote_id)
        picking.carrier_tracking_ref = 'NEW1'
        self.send()
        self.assertEqual(self.dispatches(order), [('NEW1', [1])])

    def test_a_refused_number_shows_onbuys_words_and_can_be_retried(self):
        order, picking = self.ship()
        dispatch_id = self.sandbox.order(order.name)['dispatches'][0]['dispatch_id']
        self.go_wrong('non_json', path=TRACKING, status=200, body=json.dumps({'success': True, 'results': [
            {'dispatch_id': dispatch_id, 'success': False, 'message': "This carrier knows no such number"}]}))
        picking.carrier_tracking_ref = 'NEW1'
        self.send()
        self.assertEqual((picking.onbuy_state, picking.onbuy_error), ('refused', "This carrier knows no such number"))
        picking.action_onbuy_retry()
        self.send()
        self.assertEqual(self.dispatches(order), [('NEW1', [1])])

    def test_a_time_out_of_a_later_number_is_mended(self):
        order, picking = self.ship()
        self.go_wrong('timeout_after', path=TRACKING)
        picking.carrier_tracking_ref = 'NEW1'
        self.send()
        self.later(minutes=2)
        self.assertEqual(self.dispatches(order), [('NEW1', [1])])
        self.assertEqual(set(order.action_ids.mapped('sync_state')), {'synced'})

    # === SEVERAL PARCELS === #

    def test_two_parcels_of_two_lines_are_one_line_each(self):
        order, _picking = self.ship(2, 1, number='P1, P2')
        self.assertEqual(self.dispatches(order), [('P1', [2]), ('P2', [1])])

    def test_more_parcels_than_lines_are_dealt_out_to_the_pieces(self):
        order, _picking = self.ship(3, number='P1,P2')
        self.assertEqual(self.dispatches(order), [('P1', [2]), ('P2', [1])])
        self.assertEqual(order.line_ids.quantity_dispatched, 3)

    def test_more_parcels_than_pieces_keep_the_first_numbers(self):
        order, _picking = self.ship(1, number='P1,P2,P3')
        self.assertEqual(self.dispatches(order), [('P1', [1])])

    def test_a_changed_number_of_one_parcel_leaves_the_other_alone(self):
        order, picking = self.ship(2, number='P1,P2')
        before = self.calls(TRACKING)
        picking.carrier_tracking_ref = 'P1,P9'
        self.send()
        self.assertEqual(self.dispatches(order), [('P1', [1]), ('P9', [1])])
        self.assertEqual(self.calls(TRACKING), before + 1)

    # === RULES === #

    def test_a_dispatch_waits_for_its_number_and_goes_out_with_it(self):
        self.map_shipping(tracking_rule='wait', wait_hours=4)
        order, picking = self.ship()
        self.assertEqual((self.status(order), picking.onbuy_state), ('Awaiting Dispatch', 'waiting'))
        picking.carrier_tracking_ref = 'LATE1'
        self.send()
        self.assertEqual(self.dispatches(order), [('LATE1', [1])])

    def test_a_dispatch_whose_number_never_comes_goes_out_without(self):
        self.map_shipping(tracking_rule='wait', wait_hours=4)
        order, _picking = self.ship()
        self.later(hours=3)
        self.assertEqual(self.status(order), 'Awaiting Dispatch')
        self.later(hours=2)
        self.assertEqual(self.dispatches(order), [(None, [1])])

    def test_a_delivery_that_has_its_number_does_not_wait(self):
        self.map_shipping(tracking_rule='wait', wait_hours=4)
        order, _picking = self.ship(number='HERE1')
        self.assertEqual(self.dispatches(order), [('HERE1', [1])])

    def test_a_rule_made_changed_or_dropped_counts_from_the_next_delivery_on(self):
        def sent():
            return self.status(self.ship()[0]) == 'Dispatched'

        self.assertTrue(sent())
        mapping = self.map_shipping(tracking_rule='wait', wait_hours=4)
        self.assertFalse(sent())
        mapping.tracking_rule = 'now'
        self.assertTrue(sent())
        mapping.tracking_rule = 'wait'
        self.assertFalse(sent())
        mapping.unlink()
        self.assertTrue(sent())

    def test_where_no_tracking_is_wanted_none_is_told(self):
        self.map_shipping(tracking_rule='none')
        order, picking = self.ship(number='SECRET1')
        picking.carrier_tracking_ref = 'SECRET2'
        self.send()
        self.assertEqual(self.dispatches(order), [(None, [1])])

    def test_the_link_of_the_delivery_method_goes_along(self):
        carrier = self.make_carrier(tracking_url='https://track.example.com/<shipmenttrackingnumber>')
        order = self.receive(2)
        picking = self.pickings(order)
        picking.write({'carrier_id': carrier.id, 'carrier_tracking_ref': 'P1,P2'})
        self.validate(picking)
        self.send()
        urls = [one['tracking']['tracking_url'] for one in self.sandbox.order(order.name)['dispatches']]
        self.assertEqual(urls, ['https://track.example.com/P1', 'https://track.example.com/P2'])

    # === SHIPPED BY THE SALES CHANNEL === #

    def test_the_channels_number_is_read_back_and_not_echoed(self):
        self.store.shipping_mode = 'channel'
        order, picking = self.ship(number='MINE1')
        self.assertEqual(self.dispatches(order), [(None, [1])])
        picking.with_context(onbuy_read_back=True).carrier_tracking_ref = False
        dispatch = self.sandbox.order(order.name)['dispatches'][0]
        tracking = {'tracking_number': 'CHANNEL1', 'supplier_name': 'Evri', 'tracking_url': None}
        self.sandbox.control('PATCH', f'/orders/{order.name}', {
            'tracking': tracking, 'dispatches': [{**dispatch, 'tracking': tracking, 'tracking_number': 'CHANNEL1'}]})
        before = self.calls(TRACKING)
        self.read(order)
        self.send()
        self.assertEqual(picking.carrier_tracking_ref, 'CHANNEL1')
        self.assertEqual(self.calls(TRACKING), before)

    def test_the_channels_numbers_go_to_their_own_deliveries(self):
        self.store.shipping_mode = 'channel'
        order = self.receive(3)
        first = self.validate(self.pickings(order), 1)
        self.send()
        second = self.validate(self.pickings(order))
        self.send()
        dispatches = self.sandbox.order(order.name)['dispatches']
        for number, dispatch in zip(('C1', 'C2'), dispatches, strict=True):
            dispatch['tracking'] = {'tracking_number': number, 'supplier_name': 'Evri', 'tracking_url': None}
        self.sandbox.control('PATCH', f'/orders/{order.name}', {'dispatches': dispatches})
        self.read(order)
        self.assertEqual([first.carrier_tracking_ref, second.carrier_tracking_ref], ['C1', 'C2'])
