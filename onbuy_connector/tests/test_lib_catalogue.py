"""Conditions and commission (OnBuy API reference, 9 and 12)."""
from decimal import Decimal

from odoo.tests import BaseCase

from ..lib.catalogue import CommissionTier, Condition, parse_tier
from ..lib.errors import IncompleteError
from ..lib.values import ParseError
from .lib_common import LibCase, document, page

STANDARD, FURNITURE, GROCERY = document('commission_tiers')


class TestReferenceLists(LibCase):

    def test_conditions_are_read_in_one_call(self):
        self.expect('GET', '/conditions', document('conditions'))
        self.assertEqual(self.client.conditions(), [
            Condition('1', "New", 'new'), Condition('14', "Refurbished (Refurbished)", 'refurbished-ungraded')])

    def test_tiers_are_read_in_one_call_and_amounts_are_pence(self):
        self.expect('GET', '/commission-tiers', document('commission_tiers'))
        standard, furniture, _grocery = self.client.commission_tiers()
        self.assertEqual(self.sent()['params'], {'site_id': 2000, 'limit': 100})
        self.assertEqual(standard, CommissionTier(
            '0f2f7a1e-5a1c-4c5e-9d1b-3a2b1c0d9e8f', "Standard Selling Fee", Decimal('15.00'), None, None,
            Decimal('0.25'), 'EE'))
        self.assertEqual((furniture.upper_rate, furniture.threshold), (Decimal('9.00'), Decimal('45')))

    def test_one_bad_tier_is_logged_and_the_others_are_read(self):
        self.expect('GET', '/commission-tiers', [{'id': 'x'}, STANDARD])
        with self.assertLogs('odoo.addons.onbuy_connector.lib.calls', 'WARNING') as logs:
            self.assertEqual(len(self.client.commission_tiers()), 1)
        self.assertIn('fee is missing', logs.output[0])

    def test_a_list_that_lacks_what_onbuy_counts_or_is_empty_is_told_so_that_nothing_is_taken_for_gone(self):
        short = {'results': document('conditions')['results'][:1], 'metadata': {'total_rows': 2}}
        for path, read, answer in (('/conditions', self.client.conditions, short),
                                   ('/commission-tiers', self.client.commission_tiers, []),
                                   ('/carriers', self.client.carriers, [])):
            with self.subTest(path=path):
                self.expect('GET', path, answer)
                with self.assertRaises(IncompleteError):
                    read()

    def test_a_paged_list_that_stays_short_empty_or_repeated_is_told(self):
        rows = document('deliveries')['results'][:2]
        for answers in ([page(rows[:1], 2)] * 2, [page([], 2)] * 2, [page(rows[:1], 2, limit=1)] * 3):
            with self.subTest(answers=answers):
                for answer in answers:
                    self.expect('GET', '/sellers/deliveries', answer)
                with self.assertRaises(IncompleteError):
                    self.client.delivery_templates()


class TestTiers(BaseCase):

    def test_the_old_view_is_understood_too(self):
        tier = parse_tier(document('commission_tier')['results'][0])
        self.assertEqual(tier, CommissionTier('4', "Home Fee", Decimal('12.00')))

    def test_a_rate_that_is_none_is_refused(self):
        for rate in (None, '', 'abc', True):
            with self.subTest(rate=rate), self.assertRaises(ParseError):
                parse_tier({'id': '1', 'fee': rate})

    def test_the_fee_of_one_piece(self):
        for row, price, fee in (
            (STANDARD, '19.99', '3.00'),
            (STANDARD, '1.00', '0.25'),  # The minimum.
            (FURNITURE, '45.00', '6.08'),
            (FURNITURE, '100.00', '11.03'),  # 13.5 % of 45.00 and 9 % of the rest.
            (GROCERY, '20.00', '2.15'),  # 8 % of 10.00 and 13.5 % of the rest.
            (GROCERY, '10.00', '0.80'),
        ):
            with self.subTest(row=row['attributes']['sales_fee_name'], price=price):
                self.assertEqual(parse_tier(row).fee(Decimal(price)), Decimal(fee))

    def test_a_threshold_without_a_rate_above_it_is_none(self):
        tier = CommissionTier('1', '', Decimal(10), None, Decimal(5))
        self.assertEqual(tier.fee(Decimal(100)), Decimal('10.00'))
