"""Values of any type, read leniently, their meaning strictly (OnBuy API reference, 4 and 22)."""
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..lib import values
from ..lib.money import split_by_share
from ..lib.values import ParseError

QUICK = settings(max_examples=200, deadline=None, database=None, derandomize=True)


class TestNumbers(BaseCase):

    def test_amounts_of_every_type_become_pounds_and_pence(self):
        for value, expected in (
            ('24.99', '24.99'),
            (24.99, '24.99'),
            (40, '40.00'),
            (0, '0.00'),
            ('3.9900', '3.99'),
            (16.200000000000003, '16.20'),
            ('-5', '-5.00'),
            (' 7.5 ', '7.50'),
            ('.5', '0.50'),
            (1e-05, '0.00'),
            ('2.675', '2.68'),
            (Decimal('1.1'), '1.10'),
        ):
            with self.subTest(value=value):
                self.assertEqual(str(values.to_money(value)), expected)

    def test_commas_between_thousands_are_read(self):
        for value, expected in (('1,253.97', '1253.97'), ('-1,024', '-1024.00'), ('12,345,678.5', '12345678.50')):
            with self.subTest(value=value):
                self.assertEqual(str(values.to_money(value)), expected)

    def test_nothing_gives_the_default(self):
        for value in (None, '', '  '):
            for parse in (
                values.to_money,
                values.to_decimal,
                values.to_int,
                values.to_bool,
                values.to_datetime,
            ):
                with self.subTest(value=value, parse=parse.__name__):
                    self.assertIsNone(parse(value))
                    self.assertEqual(parse(value, 'field', 7), 7)

    def test_what_is_no_amount_is_refused(self):
        for value in (
            'abc',
            'NaN',
            float('nan'),
            'inf',
            float('inf'),
            '1e30',
            10**9 + 1,
            '1,5',
            '0,500',
            '12,34,567',
            '1,234,5',
            '1234,567',
            '1,234,',
            '£5',
            True,
            [],
            {},
            '1_0',
            '１２',
            '0x10',
            '--1',
            '1.2.3',
            '1e9999',
        ):
            with self.subTest(value=value), self.assertRaises(ParseError):
                values.to_money(value, 'price')

    def test_whole_numbers_are_read_from_any_type(self):
        for value, expected in (('2', 2), (2, 2), ('2.0', 2), (2.0, 2), ('0', 0), ('-1', -1)):
            with self.subTest(value=value):
                self.assertEqual(values.to_int(value), expected)

    def test_parts_of_a_piece_are_refused(self):
        for value in (1.5, '1.5', True, 'two', '2 pieces'):
            with self.subTest(value=value), self.assertRaises(ParseError):
                values.to_int(value)

    def test_the_error_names_field_and_value(self):
        with self.assertRaises(ParseError) as caught:
            values.to_money('abc', 'price_total')
        self.assertEqual(str(caught.exception), 'price_total "abc" is not a number.')

    @QUICK
    @given(st.decimals(min_value=-10 ** 6, max_value=10 ** 6, places=2))
    def test_an_amount_is_the_same_as_text_and_as_number(self, amount):
        self.assertEqual(values.to_money(str(amount)), amount)
        self.assertEqual(values.to_money(float(amount)), amount)

    @QUICK
    @given(
        st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.lists(st.integers()))
    )
    def test_whatever_comes_is_understood_or_refused_with_a_parse_error(self, value):
        for parse in (
            values.to_money,
            values.to_int,
            values.to_bool,
            values.to_datetime,
            values.to_text,
            values.to_key,
        ):
            values.maybe(parse, value, 'field')


class TestOtherValues(BaseCase):

    def test_truth_is_read_from_every_spelling(self):
        for value in (True, 1, '1', 'true', 'TRUE', 'yes'):
            self.assertIs(values.to_bool(value), True)
        for value in (False, 0, '0', 'false', 'no'):
            self.assertIs(values.to_bool(value), False)

    def test_what_is_neither_yes_nor_no_is_refused(self):
        for value in (2, 'maybe', [], 1.0):
            with self.subTest(value=value), self.assertRaises(ParseError):
                values.to_bool(value)

    def test_times_become_naive_utc_in_whole_seconds(self):
        for value in ('2026-03-02 09:22:09', '2026-03-02T09:22:09Z', '2026-03-02T09:22:09.123456Z',
                      '2026-03-02T10:22:09+01:00', '2026-03-02T04:22:09-0500'):
            with self.subTest(value=value):
                self.assertEqual(values.to_datetime(value), datetime(2026, 3, 2, 9, 22, 9))

    def test_a_time_without_seconds_and_a_day_alone_are_read(self):
        self.assertEqual(values.to_datetime('2026-03-02 09:22'), datetime(2026, 3, 2, 9, 22))
        self.assertEqual(values.to_datetime('2026-03-02T09:22+01:00'), datetime(2026, 3, 2, 8, 22))
        self.assertEqual(values.to_datetime('2026-03-02'), datetime(2026, 3, 2))

    def test_what_is_no_time_is_refused(self):
        for value in (
            '2026-03-02 09',
            '2026-03-02 09:22.5',
            '2026-03-02Z',
            'yesterday',
            '2026-13-02 09:22:09',
            '2026-02-30 00:00:00',
            '02/03/2026',
            1772442000,
            [],
            True,
            '0001-01-01 00:00:00+14:00',
            '2026-03-02 09:22:09+99:99',
        ):
            with self.subTest(value=value), self.assertRaises(ParseError):
                values.to_datetime(value)

    def test_a_time_of_zeros_is_nothing(self):
        self.assertIsNone(values.to_datetime('0000-00-00 00:00:00'))

    def test_times_are_written_in_utc(self):
        summer = timezone(timedelta(hours=1))
        self.assertEqual(
            values.from_datetime(datetime(2026, 7, 1, 10, 0, tzinfo=summer)), '2026-07-01 09:00:00'
        )

    def test_text_loses_control_characters_and_is_cut(self):
        self.assertEqual(values.to_text(' a\x00b\r\nc\ud800 '), 'a b c')
        self.assertEqual(len(values.to_text('x' * 5000, limit=10)), 10)

    def test_numbers_serve_as_text_and_ids(self):
        self.assertEqual((values.to_text(5), values.to_key(900101), values.to_key(2.0)), ('5', '900101', '2'))

    def test_an_identifier_is_never_trimmed_or_cut(self):
        self.assertEqual(values.to_key(' LAMP 001 '), ' LAMP 001 ')
        for value in ('x' * 300, 'a\x00b', 'a\nb', '', None, [], True):
            with self.subTest(value=value), self.assertRaises(ParseError):
                values.to_key(value)


class TestContainers(BaseCase):

    def test_rows_are_found_in_every_container(self):
        for answer in ({'results': [{'a': 1}]}, {'result': [{'a': 1}]}, {'data': [{'a': 1}]}, [{'a': 1}],
                       {'results': {'x': {'a': 1}}}, {'data': {'a': 1}}, {'products': [{'a': 1}]}):
            with self.subTest(answer=answer):
                self.assertEqual(values.rows(answer, 'products'), [{'a': 1}])

    def test_null_beside_a_total_of_none_is_an_empty_list(self):
        self.assertEqual(values.rows({'results': None, 'metadata': {'total_rows': '0'}}), [])
        for answer in ({'metadata': {'total_rows': 0}}, {'results': None, 'metadata': {'total_rows': 2}}):
            with self.subTest(answer=answer), self.assertRaises(ParseError):
                values.rows(answer)

    def test_objects_under_numbers_are_rows_whatever_else_stands_beside_them(self):
        self.assertEqual(values.as_rows({'0': {'a': 1}, '1': {'a': 2}, 'count': 2}), [{'a': 1}, {'a': 2}])
        for single in ({'order_id': 'A', 'buyer': {'name': 'B'}}, {'0': {'a': 1}, '1': 'lost'}):
            with self.subTest(single=single):
                self.assertEqual(values.as_rows(single), [single])

    def test_an_answer_without_rows_is_refused(self):
        for answer in ({}, {'results': None}, {'results': 'x'}, {'error': 'no'}):
            with self.subTest(answer=answer), self.assertRaises(ParseError):
                values.rows(answer)

    def test_a_digest_does_not_depend_on_the_order_of_keys(self):
        self.assertEqual(values.digest({'a': 1, 'b': [1, 2]}), values.digest({'b': [1, 2], 'a': 1}))
        self.assertNotEqual(values.digest({'a': [1, 2]}), values.digest({'a': [2, 1]}))

    def test_stored_payloads_hold_no_keys_tokens_or_ip_addresses(self):
        payload = {
            'buyer': {'name': 'Sam', 'ip_address': '203.0.113.7'},
            'Secret_Key': 'x',
            'list': [{'access_token': 'y'}],
        }
        self.assertEqual(values.redact(payload), {'buyer': {'name': 'Sam'}, 'list': [{}]})

    def test_stored_payloads_hold_nothing_that_the_database_refuses(self):
        self.assertEqual(values.redact({'a\x00': ['b\x00', '\ud800c']}), {'a': ['b', 'c']})

    def test_keys_and_tokens_of_any_time_are_taken_out_of_texts(self):
        key, token = 'sk_live_fedcba9876543210fedcba9876543210', '7C1F0A44-2B9E-4D1A-9F30-5A8E6B2D1C77'
        self.assertEqual(values.redact_text(f'No {key}, no "{token}".'), 'No [redacted], no "[redacted]".')
        self.assertEqual(values.redact_text("Lamp 7C1F0A44-2B9E"), "Lamp 7C1F0A44-2B9E")

    def test_redacting_leaves_the_original_alone(self):
        payload = {'buyer': {'ip_address': 'x'}}
        values.redact(payload)
        self.assertEqual(payload, {'buyer': {'ip_address': 'x'}})


class TestSplitting(BaseCase):

    def split(self, amount, *shares):
        """Return the parts as text."""
        return [str(part) for part in split_by_share(Decimal(amount), [Decimal(share) for share in shares])]

    def test_the_odd_penny_goes_to_the_largest_remainder(self):
        self.assertEqual(self.split('10.00', 2, 1), ['6.67', '3.33'])
        self.assertEqual(self.split('0.05', 1, 1), ['0.03', '0.02'])

    def test_shares_of_nothing_leave_all_to_the_first(self):
        self.assertEqual(self.split('3.99', 0, 0), ['3.99', '0.00'])

    def test_an_amount_without_shares_is_refused_but_nothing_is_nothing(self):
        self.assertEqual(split_by_share(Decimal(0), []), [])
        for amount, shares in (('1.00', []), ('1.005', [1]), ('1.00', [1, -1])):
            with self.subTest(amount=amount, shares=shares), self.assertRaises(ValueError):
                self.split(amount, *shares)

    @QUICK
    @given(st.decimals(min_value=-10 ** 6, max_value=10 ** 6, places=2),
           st.lists(st.decimals(min_value=0, max_value=10 ** 5, places=2), min_size=1, max_size=12))
    def test_parts_add_up_exactly_and_none_is_a_penny_off_its_share(self, amount, shares):
        parts = split_by_share(amount, shares)
        self.assertEqual(sum(parts), amount)
        total = sum(shares)
        for part, share in zip(parts, shares, strict=True):
            self.assertEqual(part, part.quantize(values.PENNY))
            self.assertFalse(part.is_signed() and not part, "a negative zero")
            if total:
                self.assertLess(abs(part - amount * share / total), values.PENNY)
