"""Rounding, the lowest price, and a sale's window (16.4)."""
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..lib.prices import FAR, apply_floor, round_to_ending, sale_change, to_pounds

ENDINGS = [None, *map(Decimal, ('0.99', '0.95', '0.50', '0.00'))]
NOW = datetime(2026, 6, 15, 12, 30)
DAY = timedelta(days=1)
PRICE = Decimal('8.00')


def pounds(least=0):
    """A strategy for amounts with two places."""
    return st.integers(least, 10_000_000).map(lambda pence: Decimal(pence) / 100)


@tagged('post_install', '-at_install')
class TestRounding(BaseCase):

    def round(self, amount, ending):
        """Return the rounded amount as text."""
        return str(round_to_ending(Decimal(amount), ending and Decimal(ending)))

    def test_a_price_goes_to_the_nearest_ending(self):
        self.assertEqual(self.round('12.40', '0.99'), '11.99')
        self.assertEqual(self.round('12.60', '0.99'), '12.99')
        self.assertEqual(self.round('12.20', '0.50'), '12.50')
        self.assertEqual(self.round('12.49', '0.00'), '12.00')
        self.assertEqual(self.round('12.99', '0.99'), '12.99')

    def test_between_two_equally_near_endings_the_higher_is_taken(self):
        self.assertEqual(self.round('12.49', '0.99'), '12.99')
        self.assertEqual(self.round('12.50', '0.00'), '13.00')

    def test_a_small_price_never_becomes_nothing(self):
        self.assertEqual(self.round('0.30', '0.00'), '1.00')
        self.assertEqual(self.round('0.05', '0.99'), '0.99')

    def test_no_price_stays_no_price(self):
        self.assertEqual(self.round('0', '0.99'), '0.00')

    def test_without_ending_a_price_goes_to_the_penny_halves_up(self):
        self.assertEqual(self.round('9.995', None), '10.00')
        self.assertEqual(str(to_pounds(1.005)), '1.01')

    @given(pounds(1), st.sampled_from(ENDINGS[1:]))
    def test_a_rounded_price_ends_as_asked_and_is_near(self, amount, ending):
        price = round_to_ending(amount, ending)
        self.assertEqual(price % 1, ending)
        self.assertGreater(price, 0)
        self.assertTrue(abs(price - amount) <= Decimal('0.50') or price <= 1)

    @given(pounds(1), st.sampled_from(ENDINGS), st.none() | pounds())
    def test_a_price_is_never_below_the_floor_and_ends_as_asked_or_is_the_floor(self, amount, ending, floor):
        price = apply_floor(round_to_ending(amount, ending), floor)
        self.assertGreaterEqual(price, floor or 0)
        self.assertTrue(price == floor or price % 1 == ending or ending is None and price == amount)


@tagged('post_install', '-at_install')
class TestSaleChange(BaseCase):

    NONE = (None, None, None)
    RUNNING = (PRICE, NOW - DAY, NOW + DAY)

    def change(self, known, wanted, now=NOW):
        """Return what is to be sent, as a tuple; empty for nothing."""
        return tuple(sale_change(known, wanted, now).values())

    def test_a_new_sale_is_sent_with_its_window(self):
        wanted = (PRICE, NOW + DAY, NOW + 2 * DAY)
        self.assertEqual(sale_change(self.NONE, wanted, NOW), {
            'sale_price': PRICE, 'sale_start': NOW + DAY, 'sale_end': NOW + 2 * DAY})

    def test_the_sale_that_onbuy_has_is_not_sent_again(self):
        self.assertEqual(self.change(self.RUNNING, self.RUNNING), ())

    def test_no_sale_wanted_and_none_there_sends_nothing(self):
        self.assertEqual(self.change(self.NONE, None), ())
        self.assertEqual(self.change(self.NONE, self.NONE), ())

    def test_another_price_or_end_is_sent(self):
        self.assertEqual(self.change(self.RUNNING, (Decimal('7.00'), *self.RUNNING[1:]))[0], Decimal('7.00'))
        self.assertEqual(self.change(self.RUNNING, (*self.RUNNING[:2], NOW + 5 * DAY))[2], NOW + 5 * DAY)

    def test_a_running_sale_is_ended_by_its_own_price_and_a_past_window(self):
        price, start, end = self.change(self.RUNNING, None)
        self.assertEqual(price, PRICE)
        self.assertLess(start, end)
        self.assertLess(end, NOW)

    def test_a_planned_sale_is_called_off_the_same_way(self):
        self.assertLess(self.change((PRICE, NOW + DAY, NOW + 2 * DAY), None)[2], NOW)

    def test_an_ended_sale_needs_no_ending(self):
        ended = (PRICE, *self.change(self.RUNNING, None)[1:])
        self.assertEqual(self.change(ended, None), ())

    def test_a_sale_price_without_dates_on_onbuy_is_ended_too(self):
        self.assertLess(self.change((PRICE, None, None), None)[2], NOW)

    def test_a_wanted_window_that_is_over_counts_as_no_sale(self):
        over = (PRICE, NOW - 3 * DAY, NOW - 2 * DAY)
        self.assertEqual(self.change(self.NONE, over), ())
        self.assertLess(self.change(self.RUNNING, over)[2], NOW)

    def test_since_when_a_sale_has_been_running_makes_no_difference(self):
        self.assertEqual(self.change(self.RUNNING, (PRICE, NOW - 5 * DAY, NOW + DAY)), ())
        self.assertEqual(self.change(self.RUNNING, (PRICE, None, NOW + DAY)), ())

    def test_a_sale_that_onbuy_would_begin_too_late_is_sent(self):
        self.assertEqual(self.change((PRICE, NOW + DAY, NOW + 2 * DAY), (PRICE, None, NOW + 2 * DAY))[1],
                         datetime(2026, 6, 15))

    def test_a_sale_without_end_gets_a_far_one_and_is_not_sent_every_day(self):
        sent = self.change(self.NONE, (PRICE, None, None))
        self.assertEqual(sent, (PRICE, datetime(2026, 6, 15), datetime(2026, 6, 15) + FAR))
        self.assertEqual(self.change(sent, (PRICE, None, None), NOW + 100 * DAY), ())
        self.assertEqual(self.change(self.RUNNING, (PRICE, None, None))[2], datetime(2026, 6, 15) + FAR)

    @given(st.integers(-400, 400), st.integers(1, 400), st.booleans(), st.integers(-400, 400), st.integers(1, 400))
    def test_what_was_sent_is_not_sent_again(self, start, length, is_wanted, known_start, known_length):
        known = (PRICE, NOW + known_start * DAY, NOW + (known_start + known_length) * DAY)
        wanted = (PRICE, NOW + start * DAY, NOW + (start + length) * DAY) if is_wanted else None
        after = self.change(known, wanted) or known
        self.assertEqual(self.change(after, wanted), ())
