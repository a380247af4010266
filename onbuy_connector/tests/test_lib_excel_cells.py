import unittest
from datetime import datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ..lib.excel import Column
from ..lib.excel_cells import CLEAR, READERS, make_choices, read_cell

COLOURS = make_choices([("Black", '1', 11), ("White", '2', 12), ("Sky  Blue", '3', 13)])


def column(kind='text', **values):
    """Return a column of a kind."""
    return Column('key', "Title", kind, **values)


def read(raw, kind='text', **values):
    """Return what a cell of a column of a kind means."""
    return read_cell(column(kind, **values), raw)


class TestLibExcelCells(unittest.TestCase):
    """What cells mean, however people and spreadsheets write them."""

    def assertWrong(self, words, raw, kind='text', **values):
        """Check that a cell is refused with some words."""
        with self.assertRaisesRegex(ValueError, words):
            read(raw, kind, **values)

    # === EMPTY CELLS === #

    def test_a_blank_cell_says_nothing(self):
        for raw in (None, '', '  ', ' \n'):
            self.assertIsNone(read(raw, 'number'))

    def test_clear_empties_only_what_may_be_empty(self):
        for raw in ('(clear)', ' (Clear) ', '(CLEAR)'):
            self.assertEqual(read(raw, clearable=True), CLEAR)
        self.assertWrong("cannot be emptied", '(clear)')

    # === TEXTS AND CODES === #

    def test_numbers_become_the_texts_that_they_show(self):
        for raw, text in ((12, '12'), (12.0, '12'), (12.5, '12.5'), (1200, '1200'), (1e-7, '0.0000001'), (True, 'TRUE')):
            self.assertEqual(read(raw), text)
            self.assertEqual(read(raw, 'code'), text)

    def test_a_text_stays_as_it_is_whatever_it_begins_with(self):
        for text in ('=1+1', '+44 20', '-5', '@home', '#N/A', '(x)', "line\nline"):
            self.assertEqual(read(text), text)

    def test_a_code_whose_last_digits_are_lost_is_explained(self):
        self.assertWrong("lost its last digits", 1.2345678901234567e19, 'code')

    def test_a_product_code_is_restored_where_nothing_is_lost(self):
        for raw in ('5012345678900', '5012 3456 78900', 5012345678900, 5012345678900.0, '5.012345678900E+12'):
            self.assertEqual(read(raw, 'gtin'), '5012345678900', raw)
        self.assertEqual(read(12345678905, 'gtin'), '012345678905', "the zero at the front")
        self.assertEqual(read(96385074, 'gtin'), '96385074')

    def test_a_product_code_that_lost_digits_is_explained(self):
        self.assertWrong("Excel shortened the code to 5.01235E\\+12", '5.01235E+12', 'gtin')
        self.assertWrong("mistyped", '5012345678901', 'gtin')
        self.assertWrong("digits only", 'ABC', 'gtin')
        self.assertWrong("has 11 digits", '12345678905', 'gtin')
        self.assertWrong("digits only", 5012345678900.5, 'gtin')

    # === NUMBERS === #

    def test_prices_are_read_as_people_write_them(self):
        for raw in (12.5, '12.5', '12.50', '£12.50', ' £ 12.50 '):
            self.assertEqual(read(raw, 'number'), Decimal('12.50'))
        self.assertEqual(read('1,250.5', 'number'), Decimal('1250.50'))
        self.assertEqual(read('7.5%', 'number'), Decimal('7.50'))
        self.assertEqual(read(12.345, 'number'), Decimal('12.35'))
        self.assertEqual(read(0.1 + 0.2, 'number'), Decimal('0.30'))
        self.assertEqual(read('1.2345', 'number', places=3), Decimal('1.235'))

    def test_a_number_that_is_not_clear_is_refused(self):
        for raw, words in (('12,50', "with a point"), ('1.250,00', "with a point"), ('abc', "not a number"),
                           ('£', "not a number"), (-1, "below 0"), ('-1', "below 0"), (True, "not a number"),
                           (10**10, "too large"),
                           ('12.50 GBP', "not a")):
            self.assertWrong(words, raw, 'number')

    def test_a_price_is_above_0_as_it_counts_to_the_penny(self):
        for raw in (0, 0.0, '0', '£0.00', 0.004):
            self.assertEqual(read(raw, 'number'), 0)
            self.assertWrong("is not above 0", raw, 'number', positive=True)
        self.assertEqual(read(0.005, 'number', positive=True), Decimal('0.01'))

    def test_whole_numbers(self):
        for raw in (7, 7.0, '7', '7.0', '£7'):
            self.assertEqual(read(raw, 'whole'), 7)
        self.assertEqual(read('1,000', 'whole'), 1000)
        self.assertWrong("not a whole number", 2.5, 'whole')
        self.assertWrong("below 0", -3, 'whole')

    # === DATES === #

    def test_dates_in_the_two_usual_spellings(self):
        day = datetime(2026, 12, 31)
        for raw in ('2026-12-31', '31/12/2026', ' 2026-12-31 ', datetime(2026, 12, 31)):
            self.assertEqual(read(raw, 'date'), day)
        for raw in ('2026-12-31 18:30', '31/12/2026 18:30', '2026-12-31T18:30:00'):
            self.assertEqual(read(raw, 'date'), day.replace(hour=18, minute=30))
        self.assertEqual(read('1/2/2026', 'date'), datetime(2026, 2, 1), "day first")

    def test_an_end_without_a_time_is_the_end_of_its_day(self):
        self.assertEqual(read('2026-12-31', 'until'), datetime(2026, 12, 31, 23, 59, 59))
        self.assertEqual(read('2026-12-31 00:00', 'until'), datetime(2026, 12, 31))

    def test_what_is_no_date_is_refused(self):
        for raw, words in (('soon', "is no date"), (46387, "is no date"), ('31/02/2026', "calendar"),
                           ('12/31/2026', "calendar"),
                           ('31.12.2026', "is no date"), ('1026-12-31', "not between"), ('18:00:00', "is no date"),
                           ('2026-12-31 24:00', "calendar"), (True, "is no date")):
            self.assertWrong(words, raw, 'date')

    # === CHOICES === #

    def test_a_choice_is_found_in_any_case(self):
        for raw in ('Black', 'black', ' BLACK '):
            self.assertEqual(read(raw, 'choice', choices=COLOURS), 11)
        self.assertEqual(read("sky blue", 'choice', choices=COLOURS), 13)
        self.assertWrong("not in the list", 'Red', 'choice', choices=COLOURS)

    def test_yes_and_no_may_be_truth_values(self):
        answers = {'Yes': True, 'No': False}
        for raw, value in ((True, True), (False, False), ('yes', True), ('NO', False)):
            self.assertIs(read(raw, 'choice', choices=answers), value)

    def test_several_choices_stand_on_lines_of_their_own(self):
        self.assertEqual(read("White\nblack\n\nWhite", 'choices', choices=COLOURS), (11, 12))
        self.assertWrong("not in the list", "White\nRed", 'choices', choices=COLOURS)

    def test_equal_names_are_told_apart_by_their_codes(self):
        choices = make_choices([("Acme", '7', 1), ("ACME", '8', 2), ("Other", '9', 3)])
        self.assertEqual(list(choices), ["Acme [7]", "ACME [8]", "Other"])
        self.assertEqual(read("acme [8]", 'choice', choices=choices), 2)
        self.assertWrong(r"choose Acme \[7\] or ACME \[8\]", "Acme", 'choice', choices=choices)
        self.assertWrong("several of this name", "Acme", 'known', choices=choices)

    def test_a_name_that_is_not_known_stays_a_name(self):
        self.assertEqual(read("black", 'known', choices=COLOURS), 11)
        self.assertEqual(read(" New  Brand", 'known', choices=COLOURS), "New Brand")

    # === MEASURES === #

    def test_a_measure_is_a_value_and_a_unit(self):
        units = ('mm', 'cm', 'm')
        for raw in ('42 cm', '42cm', '42 CM', ' 42  cm'):
            self.assertEqual(read(raw, 'measure', units=units), ('42', 'cm'))
        self.assertEqual(read('5 mm', 'measure', units=units), ('5', 'mm'))
        self.assertEqual(read('10-20 m', 'measure', units=units), ('10-20', 'm'))
        self.assertEqual(read(42, 'measure', units=('cm',)), ('42', 'cm'), "the only one")
        self.assertEqual(read("Oak", 'measure'), ("Oak", ''))

    def test_a_measure_without_a_clear_unit_is_refused(self):
        for raw in (42, '42', '42 inch', '42 gram', 'cm', 'about'):
            self.assertWrong("needs a unit of these behind the value: mm, cm, m", raw, 'measure', units=('mm', 'cm', 'm'))

    # === ANYTHING === #

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(st.one_of(st.text(), st.integers(), st.floats(allow_nan=False), st.booleans(),
                     st.datetimes(datetime(1000, 1, 1))), st.sampled_from(sorted(READERS)))
    def test_any_cell_is_read_or_refused_with_a_sentence(self, raw, kind):
        try:
            read(raw, kind, choices=COLOURS, units=('cm', 'm'), clearable=True)
        except ValueError as error:
            self.assertRegex(str(error), r'^\S.*[.]$')
