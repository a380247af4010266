from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .test_groups import GroupCommon

PROPOSED, BY_HAND = 80, 20
PAIR = (("One", None), ("Two", None))
TRIPLE = (("Round", "Small"), ("Round", "Large"), ("Square", "Small"))  # and no square large one
MOST_RUNS = 30  # a run of the cron ends after some seconds, so there may be many
KEPT = ['name', 'sku', 'group_sku', 'product_id', 'match_state', 'uom_id', 'price', 'price_mode', 'stock', 'write_date']


@tagged('post_install', '-at_install')
class TestGroupsMany(GroupCommon):
    """A hundred groups on their way to a hundred products: eighty by OnBuy's group SKU, twenty put together by hand."""

    sandbox_options = ('--no-limits', '--listings', '380', '--orders', '0', '--seed', '7')

    def make_by_hand(self, number, listings, values):
        """Put a group together as a person does: choose listings, start the action, fill the grid in; return the group.

        :param tuple values: of each listing in the order of its SKU, the first and the second value
        """
        action = self.env.ref('onbuy_connector.onbuy_listing_action_server_group').with_user(self.user).with_context(
            active_model='onbuy.listing', active_ids=listings.ids).run()
        group = self.env['onbuy.product.group'].browse(action['res_id'])
        wanted = dict(zip(listings.mapped('sku'), values, strict=True))
        with Form(group.with_user(self.user)) as form:
            form.name = f"Thing {number}"
            form.attribute1 = "Shape"
            form.attribute2 = "Size" if values[0][1] else False
            for place in range(len(listings)):
                with form.line_ids.edit(place) as line:
                    line.value1 = wanted[line.sku][0]
                    if values[0][1]:
                        line.value2 = wanted[line.sku][1]
        return group

    def confirm_to_the_end(self, groups):
        """Confirm groups as a user and let the background do the rest."""
        self.confirm(groups)
        for _run in range(MOST_RUNS):
            if not groups.filtered(lambda group: group.state == 'waiting'):
                break
            self.run_cron('create_products')
        self.assertEqual(set(groups.mapped('state')), {'done'}, groups.mapped('error'))

    def make_all_by_hand(self):
        """Make twenty groups of listings that no proposal has: pairs, and threes that differ by two attributes.

        :return: the groups, and the listings that are in none
        """
        left, groups = self.listings().filtered(lambda listing: not listing.group_line_ids), self.env['onbuy.product.group']
        for number in range(BY_HAND):
            values = (PAIR, TRIPLE)[number % 2]
            groups |= self.make_by_hand(number, left[:len(values)], values)
            left = left[len(values):]
        return groups, left

    def test_a_hundred_groups_become_a_hundred_products_and_nothing_else_happens(self):
        templates, variants = self.count_products()
        self.sandbox.control('DELETE', '/requests')
        proposed = self.find_groups()
        self.assertEqual((len(proposed), set(proposed.mapped('source'))), (PROPOSED, {'sku'}))
        by_hand, ungrouped = self.make_all_by_hand()
        self.assertGreater(len(ungrouped), 40)
        before = ungrouped.read(KEPT)
        self.confirm_to_the_end(proposed)
        self.confirm_to_the_end(by_hand)
        self.assertFalse(self.sandbox.requests(), "OnBuy is not asked for any of it")
        groups = proposed | by_hand
        self.check_products(groups)
        self.assertEqual(self.count_products(), (templates + 100, variants + len(groups.line_ids)))
        self.assertEqual(ungrouped.read(KEPT), before)
        self.check_nothing_new(groups)

    def count_products(self):
        """Return how many templates and variants there are, archived ones too."""
        return tuple(self.env[model].with_context(active_test=False).search_count([])
                     for model in ('product.template', 'product.product'))

    def check_products(self, groups):
        """Check that each group is one product, each listing one variant of it, and that nothing is there twice."""
        self.assertEqual((len(groups), len(groups.product_tmpl_id)), (100, 100))
        self.assertEqual(len(groups.line_ids.product_id), len(groups.line_ids))
        for group in groups:
            with self.subTest(group=group.name):
                variants = group.product_tmpl_id.with_context(active_test=False).product_variant_ids
                self.assertEqual(variants, group.line_ids.product_id)
                for line in group.line_ids:
                    values = line.product_id.product_template_attribute_value_ids
                    self.assertEqual({value.attribute_id.name: value.name for value in values},
                                     dict(zip(group._get_attribute_names(), line._get_values(), strict=True)))
                    self.assertEqual((line.product_id.default_code, line.listing_id.match_state), (line.sku, 'matched'))
        attributes = groups.product_tmpl_id.attribute_line_ids.attribute_id
        for records in (attributes, *(attribute.value_ids for attribute in attributes)):
            names = [name.casefold() for name in records.mapped('name')]
            self.assertEqual(len(set(names)), len(names), names)

    def check_nothing_new(self, groups):
        """Check that neither another search for groups, nor another confirmation, nor OnBuy's list changes anything."""
        products, links = self.count_products(), {listing: listing.product_id for listing in self.listings()}
        self.assertEqual(self.find_groups(), groups)
        with self.assertRaises(UserError):
            self.confirm(groups)
        self.store.action_sync_listings()
        self.assertEqual({listing: listing.product_id for listing in self.listings()}, links)
        self.assertEqual(self.count_products(), products)

    def test_the_last_group_costs_no_more_than_the_first(self):
        groups = self.find_groups()
        alike = groups.filtered(lambda group: group.attribute1 == groups[0].attribute1 and len(group.line_ids) == 4)
        self.assertGreater(len(alike), 3)
        self.confirm_to_the_end(alike[:1])  # What is done for the first time is done.
        first = self.count_queries(alike[1])
        self.confirm_to_the_end(groups - alike)
        self.assertLessEqual(self.count_queries(alike[2]), first)

    def count_queries(self, group):
        """Return how many queries it takes to make one product of a group."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.assertFalse(group._confirm()['failed'], group.error)
        return self.cr.sql_log_count - before
