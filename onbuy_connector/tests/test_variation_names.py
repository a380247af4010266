from decimal import Decimal

from odoo.tests import BaseCase

from ..models import onbuy_variation_names as names
from ..models.onbuy_product_group_confirm import split_prices


class TestVariationNames(BaseCase):
    """What names say about variations."""

    def assert_proposed(self, listings, name, attributes, values):
        """Check what a list of names comes to."""
        with self.subTest(names=listings):
            self.assertEqual(names.propose(listings), (name, attributes, values))

    def test_the_part_that_differs_becomes_the_value(self):
        for case in (
                (["Enamel Mug Red", "Enamel Mug Blue"], "Enamel Mug", ['Colour'], [['Red'], ['Blue']]),
                (["Red Enamel Mug", "Blue Enamel Mug"], "Enamel Mug", ['Colour'], [['Red'], ['Blue']]),
                (["Jumper - Small", "Jumper - X-Large"], "Jumper", ['Size'], [['Small'], ['X-Large']]),
                (["Tee S", "Tee M", "Tee XL"], "Tee", ['Size'], [['S'], ['M'], ['XL']]),
                (["Trainers 38", "Trainers 40"], "Trainers", ['Size'], [['38'], ['40']]),
                (["Rug Captain", "Rug Pirate"], "Rug", ['Variant'], [['Captain'], ['Pirate']])):
            self.assert_proposed(*case)

    def test_what_belongs_to_a_value_stays_with_it(self):
        for case in (
                (["Lamp Navy Blue", "Lamp Sky Blue"], "Lamp", ['Colour'], [['Navy Blue'], ['Sky Blue']]),
                (["Cup Dark Red", "Cup Dark Green"], "Cup", ['Colour'], [['Dark Red'], ['Dark Green']]),
                (["Rope 2 m", "Rope 10 m"], "Rope", ['Size'], [['2 m'], ['10 m']]),
                (["Wellies UK 8", "Wellies UK 9"], "Wellies", ['Size'], [['UK 8'], ['UK 9']]),
                (["Coat (Age 2-3 Years)", "Coat (Age 4-5 Years)"], "Coat", ['Size'], [['2-3 Years'], ['4-5 Years']])):
            self.assert_proposed(*case)

    def test_two_parts_that_differ_become_two_attributes(self):
        for case in (
                (["Duvet Single White", "Duvet Double Grey"], "Duvet", ['Size', 'Colour'],
                 [['Single', 'White'], ['Double', 'Grey']]),
                (["Tee - Pirate / Cotton", "Tee - Captain / Wool"], "Tee", ['Variant', 'Variant 2'],
                 [['Pirate', 'Cotton'], ['Captain', 'Wool']]),
                (["Tee, Pirate, S", "Tee, Captain, L"], "Tee", ['Variant', 'Size'], [['Pirate', 'S'], ['Captain', 'L']])):
            self.assert_proposed(*case)

    def test_a_value_that_all_share_stays_in_the_name(self):
        self.assert_proposed(["Duvet Single White", "Duvet Double White"], "Duvet White", ['Size'], [['Single'], ['Double']])

    def test_a_name_without_a_value_of_its_own_lacks_one(self):
        self.assert_proposed(["Enamel Mug", "Enamel Mug Blue"], "Enamel Mug", ['Colour'], [[''], ['Blue']])

    def test_names_that_say_nothing_propose_nothing(self):
        self.assert_proposed(["Cup", "Cup"], "Cup", [], [[''], ['']])
        self.assert_proposed(["", ""], "", [], [[''], ['']])

    def test_a_stem_ends_before_colours_and_sizes_and_has_two_words_or_more(self):
        for name, stem in (
                ("Enamel Mug Red", "Enamel Mug"), ("Led Desk Lamp Sage Green", "Led Desk Lamp"),
                ("Duvet Cover Super King White", "Duvet Cover"), ("Aluminium Tripod 160 cm", "Aluminium Tripod"),
                ("Mug Red", ""), ("Red Wine 75 cl", ""), ("Desk Lamp", ""), ("Tomato Chutney 3 Jars", ""), ("", "")):
            with self.subTest(name=name):
                self.assertEqual(names.stem(name), stem)


class TestSplitPrices(BaseCase):
    """A base price and what each value adds to it."""

    def split(self, **prices):
        """Split prices given as S_red=5."""
        return split_prices({tuple(key.split('_')): Decimal(price) for key, price in prices.items()})

    def test_one_attribute_always_works(self):
        self.assertEqual(self.split(S=5, M=7), (5, {'S': 0, 'M': 2}))

    def test_two_attributes_work_where_each_value_adds_the_same_everywhere(self):
        self.assertEqual(self.split(S_red=5, M_red=7, S_blue=6, M_blue=8), (5, {'S': 0, 'M': 2, 'red': 0, 'blue': 1}))
        self.assertIsNone(self.split(S_red=5, M_red=7, S_blue=6, M_blue=9))

    def test_combinations_that_share_no_value_are_free(self):
        base, extras = self.split(S_red=5, M_blue=7)
        self.assertEqual((base + extras['S'] + extras['red'], base + extras['M'] + extras['blue']), (5, 7))
        self.assertGreaterEqual(min(extras.values()), 0)
