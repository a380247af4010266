"""Dispatches, tracking, cancellations, refunds: what is sent, and each item's own answer (18 to 20)."""
from decimal import Decimal

from ..lib import const
from ..lib.aftersales import Cancellation, Refund, RefundItem
from ..lib.dispatch import Dispatch, DispatchLine, TrackingUpdate
from ..lib.errors import UncertainError
from ..lib.order_parts import Tracking
from .lib_common import LibCase, document

A, B, C = 'TQ4M7XA', 'TQ4M7XB', 'TQ4M7XC'


class TestActions(LibCase):

    def dispatch(self, answer, *ids):
        """Dispatch whole orders and return the results."""
        self.expect('PUT', '/orders/dispatch', answer)
        return self.client.dispatch([Dispatch(order_id) for order_id in ids or (A, B)])

    def test_a_dispatch_is_sent_as_documented(self):
        self.expect('PUT', '/orders/dispatch', document('dispatch_answer'))
        self.client.dispatch([
            Dispatch(A, Tracking("Royal Mail", 'AB123456789GB')),
            Dispatch(B, lines=(DispatchLine('LAMP-001', 1, Tracking("DPD", '15501234567890', 'https://track.example.com/1')),)),
        ])
        self.assertEqual(self.sent()['json'], {'site_id': 2000, 'orders': [
            {'order_id': A, 'tracking': {'supplier_name': "Royal Mail", 'number': 'AB123456789GB'}},
            {'order_id': B, 'products': [{'sku': 'LAMP-001', 'quantity': 1, 'tracking': {
                'supplier_name': "DPD", 'number': '15501234567890', 'url': 'https://track.example.com/1'}}]}]})

    def test_an_untracked_dispatch_leaves_tracking_out(self):
        for tracking in (None, Tracking(), Tracking("Royal Mail")):
            with self.subTest(tracking=tracking):
                self.expect('PUT', '/orders/dispatch', {'results': {A: {'success': True}}})
                self.client.dispatch([Dispatch(A, tracking)])
                self.assertEqual(self.sent()['json']['orders'], [{'order_id': A}])

    def test_each_orders_own_answer_counts_and_not_the_success_at_the_top(self):
        results = self.dispatch(document('dispatch_answer'))
        self.assertEqual((results[A].ok, results[B].ok, results[B].code), (True, False, 'InvalidOrderStatus'))
        self.assertIn('has a status of "Dispatched"', results[B].message)

    def test_every_container_is_read(self):
        for answer in (
            {'results': {A: {'success': True}, B: {'success': 'false', 'message': 'no'}}},
            {'result': {A: {'success': 1}, B: {'success': 0, 'error': {'message': 'no'}}}},
            {
                'results': [
                    {'order_id': B, 'success': False, 'message': 'no'},
                    {'order_id': A, 'success': True},
                ]
            },
            {'result': [{'success': True}, {'success': False, 'error': 'no'}]},
            {'results': [], 'result': [{'success': True}, {'message': 'no'}]},
        ):
            with self.subTest(answer=answer):
                results = self.dispatch({'success': True, **answer})
                self.assertEqual((results[A].ok, results[B].ok, results[B].message), (True, False, 'no'))

    def test_an_item_with_an_error_failed_whatever_its_success_says(self):
        result = self.dispatch({'results': {A: {'success': True, 'error': "no"}, B: {}}})[A]
        self.assertEqual((result.ok, result.message), (False, "no"))

    def test_an_order_that_the_answer_does_not_mention_is_missing(self):
        for answer in ({'results': {A: {'success': True}}}, {'results': [{'order_id': A, 'success': True}]},
                       {'results': [{'success': True}]}, {'results': {A: {'success': True}, B: {}}},
                       {'results': [{'order_id': A, 'success': True}, {'order_id': C, 'success': True}]},
                       {'results': [{'order_id': A, 'success': True}, {'order_id': B, 'success': True},
                                    {'order_id': B, 'success': False}]},
                       {'results': {A: {'success': True}, B: 'ok'}}):
            with self.subTest(answer=answer):
                result = self.dispatch({'success': True, **answer})[B]
                self.assertEqual((result.ok, result.code), (False, const.MISSING))
                self.assertIn(B, result.message)

    def test_rows_that_contradict_each_other_are_not_matched_by_position(self):
        results = self.dispatch({'results': [{'order_id': B, 'success': True}, {'success': True}]})
        self.assertEqual((results[B].ok, results[A].code), (True, const.MISSING))

    def test_an_answer_without_items_leaves_the_write_uncertain(self):
        for answer in (
            {'success': True},
            {'success': False, 'error': {'message': "Something broke"}},
            {'results': None},
        ):
            with self.subTest(answer=answer), self.assertRaises(UncertainError):
                self.dispatch(answer)

    def test_nothing_to_send_means_no_call(self):
        self.assertEqual((self.client.dispatch([]), self.client.refund([])), ({}, {}))

    def test_an_order_may_be_sent_once_a_call(self):
        with self.assertRaises(ValueError):
            self.client.dispatch([Dispatch(A), Dispatch(A)])

    def test_a_dispatched_line_needs_a_name_and_a_whole_quantity(self):
        for line in (
            DispatchLine('', 1),
            DispatchLine('A', 0),
            DispatchLine('A', -1),
            DispatchLine('A', 1.5),
        ):
            with self.subTest(line=line), self.assertRaises(ValueError):
                self.client.dispatch([Dispatch(A, lines=(line,))])

    def test_a_quantity_is_sent_as_an_integer_and_every_name_given(self):
        self.expect('PUT', '/orders/dispatch', {'results': {A: {'success': True}}})
        self.client.dispatch([Dispatch(A, lines=(DispatchLine('S', 2.0, opc='P1', reference='186001'),))])
        self.assertEqual(
            repr(self.sent()['json']['orders'][0]['products']),
            repr([{'sku': 'S', 'opc': 'P1', 'onbuy_internal_reference': '186001', 'quantity': 2}]),
        )

    def test_tracking_is_updated_by_dispatch_id(self):
        dispatch_id = '6f0c2b1a-7d3e-4a58-9b41-0c1d2e3f4a5b'
        self.expect('PUT', '/dispatches/tracking', document('tracking_answer'))
        results = self.client.update_tracking([TrackingUpdate(dispatch_id, 'AB1', 'OCC-1')])
        self.assertTrue(results[dispatch_id].ok)
        self.assertEqual(self.sent()['json'], {'site_id': 2000, 'dispatches': [
            {'dispatch_id': dispatch_id, 'tracking_number': 'AB1', 'onbuy_carrier_code': 'OCC-1'}]})

    def test_a_cancellation_is_sent_as_documented_and_its_singular_container_read(self):
        self.expect('PUT', '/orders/cancel', document('cancel_answer'))
        results = self.client.cancel([Cancellation(A, 1, "damaged in warehouse")])
        self.assertTrue(results[A].ok)
        self.assertEqual(
            self.sent()['json'],
            {
                'site_id': 2000,
                'orders': [
                    {
                        'order_id': A,
                        'order_cancellation_reason_id': 1,
                        'cancel_order_additional_info': "damaged in warehouse",
                    }
                ],
            },
        )

    def test_a_refund_is_sent_as_documented_and_each_item_read(self):
        self.expect('PUT', '/orders/refund', document('refund_answer'))
        results = self.client.refund(
            [
                Refund(
                    A, 3, Decimal('0.00'), (RefundItem('186001', Decimal('24.99')),), customer_note="Sorry!"
                ),
                Refund(B, 1),
            ]
        )
        self.assertEqual(self.sent()['json'], {'site_id': 2000, 'orders': [
            {'order_id': A, 'order_refund_reason_id': 3, 'delivery': 0, 'customer_note': "Sorry!",
             'items': [{'onbuy_internal_reference': 186001, 'amount': 24.99}]},
            {'order_id': B, 'order_refund_reason_id': 1}]})
        self.assertEqual((results[A].ok, results[A].data['refund_total']), (True, 24.99))
        self.assertEqual(
            (results[B].ok, results[B].message), (False, "The order is not in a refundable status.")
        )

    def test_delivery_alone_is_never_sent_for_it_would_refund_everything(self):
        with self.assertRaises(ValueError):
            self.client.refund([Refund(A, 1, Decimal('3.99'))])

    def test_reasons_and_amounts_that_onbuy_does_not_know_are_refused(self):
        line = (RefundItem('1', Decimal('1.00')),)
        for build, entry in ((self.client.cancel, Cancellation(A, 6)), (self.client.refund, Refund(A, 7)),
                             (self.client.refund, Refund(A, 1, Decimal('-1'), line)),
                             (self.client.refund, Refund(A, 1, Decimal('1.005'), line)),
                             (self.client.update_tracking, TrackingUpdate('x', ''))):
            with self.subTest(entry=entry), self.assertRaises(ValueError):
                build([entry])

    def test_an_items_words_are_redacted_and_shortened(self):
        said = 'no ' + 'x' * 900 + ' sk_live_00112233445566778899aabbccddeeff'
        result = self.dispatch(
            {'results': {A: {'success': False, 'message': said, 'secret_key': 'x'}, B: {}}}
        )[A]
        self.assertLessEqual(len(result.message), 500)
        self.assertNotIn('secret_key', result.data)

    def test_a_refusal_without_words_still_says_something(self):
        self.assertTrue(self.dispatch({'results': {A: {'success': False}, B: {}}})[A].message)
