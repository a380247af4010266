"""Product codes: which OnBuy can take, and which are the same (OnBuy API reference, 14.1, 14.3 and 23)."""
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..lib.gtin import check_gtin, gtin_core

QUICK = settings(max_examples=300, deadline=None, database=None, derandomize=True)
DIGITS = st.text('0123456789', min_size=7, max_size=13)


def with_check_digit(digits):
    """Return digits and the one that GS1 demands after them, by its own rule: every second digit counts three times."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return f'{digits}{-total % 10}'


class TestCheckGtin(BaseCase):

    def refused(self, code):
        """Return the words with which a code is refused."""
        with self.assertRaises(ValueError) as caught:
            check_gtin(code)
        return str(caught.exception)

    def test_codes_of_every_length_are_taken_as_typed(self):
        for code in ('96385074', '036000291452', '0036000291452', '5012345678900', '15012345678907', '9780306406157'):
            with self.subTest(code=code):
                self.assertEqual(check_gtin(code), code)

    def test_blanks_and_hyphens_do_not_count(self):
        for typed in (' 5012345678900\n', '5 012345 678900', '978-0-306-40615-7', '5012345\u00a0678900'):
            with self.subTest(typed=typed):
                self.assertIn(check_gtin(typed), ('5012345678900', '9780306406157'))

    def test_a_mistyped_digit_is_found(self):
        self.assertIn("last digit does not fit", self.refused('5012345678901'))
        self.assertIn("last digit does not fit", self.refused('5102345678900'))

    def test_lost_zeros_and_letters_are_told(self):
        self.assertIn("36000291452 has 11 digits", self.refused('36000291452'))
        self.assertIn("digits only", self.refused('LAMP-001'))
        self.assertIn("digits only", self.refused('٥٠١٢٣٤٥٦٧٨٩٠٠'))

    def test_nothing_at_all_is_told(self):
        for code in ('', '  ', None):
            with self.subTest(code=code):
                self.assertIn("There is no product code", self.refused(code))

    def test_a_short_isbn_is_told_its_long_form(self):
        self.assertIn("enter 9780306406157", self.refused('0-306-40615-2'))
        self.assertIn("enter 9780804429573", self.refused('080442957x'))

    def test_coupons_are_refused(self):
        for digits in ('51234567890', '051234567890', '981234567890', '991234567890', '1991234567890'):
            with self.subTest(digits=digits):
                self.assertIn("coupon", self.refused(with_check_digit(digits)))

    def test_numbers_that_shops_give_themselves_are_refused(self):
        for digits in ('21234567890', '41234567890', '021234567890', '041234567890', '201234567890', '291234567890',
                       '2123456', '0123456', '000002123456', '000000000000'):
            with self.subTest(digits=digits):
                self.assertIn("each shop may use", self.refused(with_check_digit(digits)))

    def test_neighbours_of_those_ranges_are_taken(self):
        for digits in ('31234567890', '61234567890', '011234567890', '031234567890', '061234567890', '191234567890',
                       '301234567890', '971234567890', '1123456', '9912345'):
            with self.subTest(digits=digits):
                self.assertEqual(check_gtin(with_check_digit(digits)), with_check_digit(digits))

    @QUICK
    @given(st.text())
    def test_any_text_is_a_code_or_refused_with_a_sentence(self, text):
        try:
            code = check_gtin(text)
        except ValueError as error:
            self.assertRegex(str(error), r'\.$')
        else:
            self.assertRegex(code, r'^\d{8}$|^\d{12,14}$')

    @QUICK
    @given(DIGITS, st.integers(0, 12), st.integers(1, 9))
    def test_no_wrong_digit_passes(self, digits, place, change):
        code = with_check_digit(digits)
        place %= len(code)
        wrong = code[:place] + str((int(code[place]) + change) % 10) + code[place + 1:]
        with self.assertRaises(ValueError):
            check_gtin(wrong)


class TestGtinCore(BaseCase):

    def test_leading_zeros_make_no_difference(self):
        self.assertEqual(len({gtin_core(code) for code in ('036000291452', '0036000291452', '00036000291452')}), 1)

    def test_a_short_isbn_is_its_long_form(self):
        self.assertEqual(gtin_core('0-306-40615-2'), gtin_core('978 0306406157'))

    def test_ten_digits_that_are_no_isbn_stay(self):
        self.assertEqual(gtin_core('0306406153'), '306406153')

    def test_what_is_no_code_stays(self):
        self.assertEqual((gtin_core('lamp 1'), gtin_core(''), gtin_core(None)), ('LAMP1', '', ''))

    @QUICK
    @given(DIGITS)
    def test_a_padded_code_is_the_same_code(self, digits):
        code = with_check_digit(digits)
        if len(code) == 10:  # It may be an ISBN, which padded is none.
            return
        self.assertEqual(gtin_core(code.zfill(14)), gtin_core(code) if len(code.lstrip('0')) != 10 else code.lstrip('0'))
