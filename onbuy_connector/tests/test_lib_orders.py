"""Orders as OnBuy sends them, official and observed (OnBuy API reference, 17 and 22)."""
from datetime import datetime
from decimal import Decimal

from odoo.tests import BaseCase

from ..lib.order_parts import Address, Fees, Tracking
from ..lib.orders import parse_order
from ..lib.values import ParseError
from .lib_common import document, order_row


def parse_with_line(**changed):
    """Return the parsed order whose only line has fields changed."""
    row = order_row()
    row['products'][0].update(changed)
    return parse_order(row)


class TestOrder(BaseCase):

    def test_the_official_order_is_read_in_full(self):
        order = parse_order(order_row())
        self.assertEqual((order.order_id, order.reference, order.currency), ('TQ4M7XA', '900101', 'GBP'))
        self.assertEqual((order.status, order.status_label), ('awaiting_dispatch', "Awaiting Dispatch"))
        self.assertEqual(
            (order.date, order.updated_at), (datetime(2026, 3, 2, 9, 22, 9), datetime(2026, 3, 2, 9, 25))
        )
        self.assertEqual((order.cancelled_at, order.shipped_at, order.payment_reference), (None, None, ''))
        self.assertEqual(
            [str(amount) for amount in (order.subtotal, order.delivery, order.discount, order.total)],
            ['49.98', '3.99', '0.00', '53.97'],
        )
        self.assertEqual((order.buyer_name, order.buyer_email, order.buyer_phone),
                         ("Sam Buyer", 'B10001-TQ4M7XA@comms.onbuy.com', '07000 000000'))
        self.assertEqual(order.delivery_address, Address(
            "Sam Buyer", ("1 High Street",), "Leeds", "West Yorkshire", 'LS1 1AA', "United Kingdom", 'GB'))
        self.assertEqual(order.billing, order.delivery_address)
        self.assertEqual((order.delivery_service, order.delivery_tag), ("Standard", '1-13-2375-1'))
        self.assertEqual(
            (order.dispatches, order.refunds, order.tracking, order.tax_total), ((), (), None, None)
        )

    def test_the_official_line_is_read_in_full(self):
        line, = parse_order(order_row()).lines
        self.assertEqual(
            (line.reference, line.sku, line.opc, line.template_id), ('186001', 'LAMP-001', 'P7QX4M2', '2375')
        )
        self.assertEqual((line.quantity, line.quantity_dispatched), (2, 0))
        self.assertEqual((line.unit_price, line.total_price, line.delivery_total),
                         (Decimal('24.99'), Decimal('49.98'), Decimal('3.99')))
        self.assertEqual(line.expected_dispatch, datetime(2026, 3, 3, 9, 22, 8))
        self.assertEqual((line.expected_delivery_from, line.expected_delivery_to),
                         (datetime(2026, 3, 6, 9, 22, 8), datetime(2026, 3, 8, 9, 22, 8)))
        self.assertEqual(
            (line.fee_category, line.fee_boost, line.boost_percentage, line.tax_product, line.tracking),
            (Decimal('7.50'), Decimal('0.00'), Decimal('0.0'), None, None),
        )

    def test_integers_instead_of_texts_change_nothing(self):
        official, observed = (
            parse_order(document(name)['results'][0]) for name in ('orders_official', 'orders_observed')
        )
        self.assertEqual((official.reference, official.lines[0].reference, official.lines[0].quantity),
                         (observed.reference, observed.lines[0].reference, observed.lines[0].quantity))

    def test_the_single_view_is_the_same_order(self):
        order = parse_order(document('order_view')['results'])
        self.assertEqual((order.total, order.buyer_phone, order.lines[0].fee_category),
                         (Decimal('53.97'), '', Decimal('7.50')))

    def test_every_status_word_has_a_key_and_an_unknown_one_is_shown(self):
        for word, key in (
            ("Partially Dispatched", 'partially_dispatched'),
            ("DISPATCHED", 'dispatched'),
            ("Complete", 'complete'),
            ("Cancelled", 'cancelled'),
            (" Refunded ", 'refunded'),
            ("Cancelled By Seller", 'cancelled_by_seller'),
            ("Cancelled By Buyer", 'cancelled_by_buyer'),
            ("Cancelled By Customer", 'cancelled_by_buyer'),
            ("Partially Refunded", 'partially_refunded'),
            ('awaiting_dispatch', 'awaiting_dispatch'),
            ('awaiting-dispatch', 'awaiting_dispatch'),
            ("On Hold", 'unknown'),
            (None, 'unknown'),
        ):
            with self.subTest(word=word):
                order = parse_order(order_row(status=word))
                self.assertEqual((order.status, order.status_label), (key, (word or '').strip()))

    def test_a_blank_billing_address_is_none(self):
        blank = {
            'name': None,
            'line_1': None,
            'town': None,
            'postcode': None,
            'country': None,
            'country_code': 'GB',
        }
        for value in (blank, None, [], {}):
            with self.subTest(value=value):
                self.assertIsNone(parse_order(order_row(billing_address=value)).billing)

    def test_odd_addresses_are_kept_whole(self):
        address = {
            'name': "Cpl Sam Buyer",
            'line_1': "Hut 3",
            'line_2': '',
            'line_3': "BFPO 58",
            'line_4': "Dhekelia",
            'town': None,
            'county': None,
            'postcode': 'BF1 2AT',
            'country': "United Kingdom",
            'country_code': 'gb',
        }
        parsed = parse_order(order_row(delivery_address=address)).delivery_address
        self.assertEqual(
            (parsed.lines, parsed.town, parsed.country_code), (("Hut 3", "BFPO 58", "Dhekelia"), '', 'GB')
        )

    def test_a_missing_delivery_address_is_blank_and_not_an_error(self):
        self.assertTrue(parse_order(order_row(delivery_address=None)).delivery_address.is_blank)

    def test_neither_the_stored_row_nor_repr_holds_the_buyers_ip_address(self):
        order = parse_order(order_row())
        self.assertNotIn('203.0.113.7', repr(order) + repr(order.raw))
        self.assertNotIn('Sam Buyer', repr(order))

    def test_the_digest_changes_with_the_order_and_only_then(self):
        self.assertEqual(parse_order(order_row()).digest, parse_order(order_row()).digest)
        self.assertNotEqual(
            parse_order(order_row()).digest, parse_order(order_row(status='Dispatched')).digest
        )

    def test_what_cannot_be_understood_is_an_error_that_names_the_field(self):
        for name, value in (
            ('order_id', None),
            ('price_total', 'abc'),
            ('price_total', None),
            ('price_subtotal', ''),
            ('updated_at', 'soon'),
            ('currency_code', []),
            ('date', 'today'),
            ('products', None),
            ('products', 'none'),
            ('products', [None]),
            ('price_delivery', []),
        ):
            with self.subTest(name=name, value=value), self.assertRaises(ParseError) as caught:
                parse_order(order_row(**{name: value}))
            self.assertIn(name, str(caught.exception))

    def test_what_neither_names_nor_prices_an_order_does_not_spoil_it(self):
        plain = parse_order(order_row())
        names = ('cancelled_at', 'shipped_at', 'delivery_service', 'delivery_tag', 'stripe_transaction_id')
        order = parse_order(order_row(
            **dict.fromkeys(names, [{}]), buyer=dict.fromkeys(('name', 'email', 'phone'), False), tax={'tax_total': "N/A"},
            delivery_address={'line_1': False, 'line_2': "1 High Street", 'county': [], 'postcode': 'LS1 1AA'}))
        self.assertEqual((order.cancelled_at, order.shipped_at, order.tax_total), (None, None, None))
        self.assertEqual((order.delivery_service, order.delivery_tag, order.payment_reference), ('', '', ''))
        self.assertEqual((order.buyer_name, order.buyer_email, order.buyer_phone), ('', '', ''))
        self.assertEqual((order.delivery_address.lines, order.delivery_address.county), (("1 High Street",), ''))
        self.assertEqual((order.total, order.lines), (plain.total, plain.lines))

    def test_an_order_that_never_changed_changed_when_it_was_placed(self):
        order = parse_order(order_row(updated_at=None))
        self.assertEqual(order.updated_at, order.date)

    def test_what_neither_names_nor_prices_a_line_does_not_spoil_it(self):
        names = ('name', 'condition', 'price_delivery_total', 'seller_delivery_template_id', 'expected_dispatch_date',
                 'commission_boost_marketing_percentage')
        line, = parse_with_line(
            **dict.fromkeys(names, ["5%"]), expected_delivery_date="Unavailable", tax={'tax_product': "N/A"}).lines
        self.assertEqual((line.name, line.condition, line.delivery_total, line.template_id), ('', '', None, None))
        self.assertEqual((line.expected_dispatch, line.expected_delivery_from, line.expected_delivery_to), (None,) * 3)
        self.assertEqual((line.boost_percentage, line.tax_product), (None, None))
        self.assertEqual((line.quantity, line.total_price), (2, Decimal('49.98')))

    def test_days_without_a_time_are_both_ends(self):
        line, = parse_with_line(expected_delivery_date='2026-03-06 - 2026-03-08').lines
        ends = (line.expected_delivery_from, line.expected_delivery_to)
        self.assertEqual(ends, (datetime(2026, 3, 6), datetime(2026, 3, 8)))

    def test_a_line_without_meaning_is_an_error(self):
        for name, value in (('quantity', '1.5'), ('quantity', 0), ('quantity', '-1'), ('unit_price', None),
                            ('total_price', 'x'), ('quantity_dispatched', '?'), ('sku', ['A']),
                            ('commission_category_total_excluding_vat', '?'), ('onbuy_internal_reference', None)):
            with self.subTest(name=name, value=value), self.assertRaises(ParseError):
                parse_with_line(**{name: value})

    def test_lines_keyed_by_number_are_read(self):
        row = order_row()
        self.assertEqual(len(parse_order({**row, 'products': {'0': row['products'][0]}}).lines), 1)

    def test_the_template_comes_from_the_line_and_zero_means_none(self):
        for value, expected in ((2375, '2375'), ('2375', '2375'), (None, None), (0, None), ('0', None)):
            with self.subTest(value=value):
                self.assertEqual(
                    parse_with_line(seller_delivery_template_id=value).lines[0].template_id, expected
                )

    def test_an_unavailable_image_gives_way_to_the_next_size(self):
        for urls, expected in (({'large': 'Unavailable', 'thumb': 'https://x/t.png'}, 'https://x/t.png'),
                               ({'large': 'Unavailable'}, ''), (None, ''), ('text', '')):
            with self.subTest(urls=urls):
                self.assertEqual(parse_with_line(image_urls=urls).lines[0].image_url, expected)

    def test_a_single_expected_time_is_both_ends(self):
        line = parse_with_line(expected_delivery_date='2026-03-06 09:22:08').lines[0]
        self.assertEqual(line.expected_delivery_from, line.expected_delivery_to)


class TestSums(BaseCase):

    def test_sums_that_add_up_are_no_problem(self):
        order = parse_order(order_row(price_discount='5.00', price_total='48.97'))
        self.assertEqual((order.problems, order.sum_gap), ([], Decimal('0.00')))

    def test_a_wrong_total_names_both_sums(self):
        order = parse_order(order_row(price_total='53.98'))
        self.assertEqual(order.sum_gap, Decimal('0.01'))
        self.assertEqual(
            order.problems, ["49.98 + delivery 3.99 − discount 0.00 = 53.97, but OnBuy says 53.98."]
        )

    def test_a_wrong_line_total_names_the_line(self):
        problems = parse_with_line(total_price='49.97').problems
        self.assertEqual(problems, ["Line LAMP-001: 2 × 24.99 = 49.98, but OnBuy says 49.97.",
                                    "The lines = 49.97, but OnBuy says 49.98."])

    def test_an_order_without_lines_is_a_problem(self):
        self.assertEqual(parse_order(order_row(products=[])).sum_gap, Decimal('49.98'))


class TestFees(BaseCase):

    def fees(self, **changed):
        """Return the fees of the official order with its `fee` changed."""
        return parse_order(order_row(fee={**order_row()['fee'], **changed})).fees

    def test_the_orders_own_fee_is_read(self):
        self.assertEqual(
            self.fees(), Fees(*map(Decimal, ('7.50', '0.00', '0.00', '7.50', '20.00', '1.50', '9.00')))
        )

    def test_a_float_with_a_long_tail_is_rounded(self):
        self.assertEqual(self.fees(fees_tax=16.200000000000003).vat, Decimal('16.20'))

    def test_a_rate_that_cannot_be_read_counts_as_none(self):
        self.assertEqual(self.fees(vat_rate="20%").vat_rate, 0)

    def test_vat_that_cannot_be_read_follows_from_the_totals_and_is_an_error_without_them(self):
        self.assertEqual(self.fees(fees_tax="N/A").vat, Decimal('1.50'))
        row = order_row(sales_fee_inc_VAT=None, fee={'total_fee_excluding_vat': '7.50', 'fees_tax': "N/A"})
        with self.assertRaises(ParseError):
            parse_order(row)

    def test_fees_that_bills_are_made_of_are_an_error_when_they_cannot_be_read(self):
        for name in ('category_fee_excluding_vat', 'boost_marketing_fee_excluding_vat', 'total_fee_excluding_vat'):
            with self.subTest(name=name), self.assertRaises(ParseError):
                self.fees(**{name: "N/A"})

    def test_without_a_fee_the_sales_fee_counts(self):
        fees = parse_order(order_row(fee=None)).fees
        self.assertEqual(
            (fees.total_ex_vat, fees.vat, fees.total_inc_vat),
            (Decimal('7.50'), Decimal('1.50'), Decimal('9.00')),
        )

    def test_fees_without_vat_are_equal_with_and_without(self):
        fees = parse_order(document('orders_observed')['results'][0]).fees
        self.assertEqual((fees.vat_rate, fees.vat, fees.total_ex_vat), (0, 0, fees.total_inc_vat))

    def test_an_order_without_any_fee_has_none(self):
        fees = parse_order(order_row(fee=None, sales_fee_ex_VAT=None, sales_fee_inc_VAT=None)).fees
        self.assertEqual(fees.total_inc_vat, 0)


class TestAfterDispatch(BaseCase):

    def test_tracking_dispatch_and_refund_are_read(self):
        order = parse_order(document('order_refunded')['results'])
        self.assertEqual(order.tracking, Tracking("Royal Mail", 'AB123456789GB', 'https://track.example.com/AB123456789GB'))
        dispatch, refund = order.dispatches[0], order.refunds[0]
        self.assertEqual((dispatch.dispatch_id[:8], dispatch.tracking.number, dispatch.items),
                         ('6f0c2b1a', 'AB123456789GB', (('186001', 2),)))
        self.assertEqual(
            (refund.refund_id[:8], refund.total, refund.delivery, refund.items, refund.reason),
            (
                'b1e0c9d8',
                Decimal('40.00'),
                Decimal('3.99'),
                (('186001', Decimal('36.01')),),
                "Customer Return",
            ),
        )

    def test_undocumented_shapes_never_break_the_order(self):
        for value in (
            None,
            [],
            {},
            'x',
            5,
            [None],
            [[]],
            {'dispatch_id': {}},
            [{'items': 'x', 'date': []}],
            {'a': {'b': 1}},
            [{'refund_total': 'lots', 'items': [{'amount': []}, {'sku': 'A', 'quantity': 1.5}]}],
        ):
            with self.subTest(value=value):
                order = parse_order(order_row(dispatches=value, refunds=value, tracking=value))
                self.assertFalse([refund for refund in order.refunds if refund.total is not None])

    def test_a_single_object_or_objects_keyed_by_id_serve_as_a_list(self):
        for value in (
            {'order_refund_id': 'R1', 'refund_total': 4},
            {'R1': {'refund_total': '4.00', 'id': 'R1'}},
        ):
            with self.subTest(value=value):
                refund, = parse_order(order_row(refunds=value)).refunds
                self.assertEqual((refund.refund_id, refund.total), ('R1', Decimal('4.00')))

    def test_a_refund_of_another_currency_or_of_nothing_has_no_amounts(self):
        for changed in ({'currency': 'EUR'}, {'currency_code': 'eur'}, {'refund_total': 0}, {'refund_total': '-40.00'}):
            with self.subTest(changed=changed):
                refund, = parse_order(order_row(refunds=[{
                    'id': 'R1', 'refund_total': '40.00', 'delivery': '3.99',
                    'items': [{'sku': 'A', 'amount': '36.01'}], **changed}])).refunds
                self.assertEqual((refund.refund_id, refund.total, refund.delivery, refund.items), ('R1', None, None, ()))

    def test_a_refund_of_the_orders_currency_is_read_with_its_thousands(self):
        refund, = parse_order(order_row(refunds=[{'refund_total': '1,024.99', 'currency': 'gbp'}])).refunds
        self.assertEqual(refund.total, Decimal('1024.99'))

    def test_tracking_is_read_in_every_spelling_and_nothing_is_none(self):
        for value, expected in (
            ({'tracking_number': 5, 'supplier_name': None, 'tracking_url': ''}, Tracking(number='5')),
            ({'number': 'A', 'carrier_name': 'DPD'}, Tracking('DPD', 'A')),
            ([{'number': 'A'}], Tracking(number='A')), ('A', Tracking(number='A')),
            ({'tracking_number': None}, None), ({}, None), (None, None), ([], None),
        ):
            with self.subTest(value=value):
                self.assertEqual(parse_order(order_row(tracking=value)).tracking, expected)
