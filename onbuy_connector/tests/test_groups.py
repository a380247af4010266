from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models import onbuy_store_buttons
from .common import OnbuyCommon


class GroupCommon(OnbuyCommon):
    """A store that reads; nothing has a product yet."""

    sandbox_options = ('--no-limits', '--listings', '60', '--orders', '0', '--seed', '7')

    def setUp(self):
        super().setUp()
        self.store.create_products = False
        self.store.action_connect()
        self.run_cron('sync_listings')
        self.user = new_test_user(self.env, 'clerk', groups='onbuy_connector.group_onbuy_user')

    def listings(self):
        """Return the store's listings."""
        return self.env['onbuy.listing'].search([('store_id', '=', self.store.id)])

    def find_groups(self):
        """Sync group products as a user; return the groups."""
        self.store.with_user(self.user).action_sync_group_products()
        return self.env['onbuy.product.group'].search([('store_id', '=', self.store.id)])

    def lone(self, *new_names, **values):
        """Give the first listings other names and no group SKU; return them."""
        listings = self.listings()[:len(new_names)]
        for listing, name in zip(listings, new_names, strict=True):
            listing.write({'name': name, 'group_sku': False, 'price': 12, 'product_id': False, **values})
        return listings

    def make_group(self, *new_names, **values):
        """Make a group by hand of listings with these names; return it."""
        action = self.lone(*new_names, **values).with_user(self.user).action_make_group()
        return self.env['onbuy.product.group'].browse(action['res_id'])

    def confirm(self, groups):
        """Confirm groups as a user."""
        return groups.with_user(self.user).action_confirm()


@tagged('post_install', '-at_install')
class TestFindGroups(GroupCommon):
    """Which listings are proposed as one product."""

    def test_listings_of_one_group_sku_are_proposed_and_nothing_is_made(self):
        before = self.env['product.template'].search_count([])
        groups = self.find_groups().filtered('group_sku')
        by_sku = self.listings().filtered('group_sku').grouped('group_sku')
        self.assertEqual({group.group_sku: group.line_ids.listing_id for group in groups},
                         {sku: listings for sku, listings in by_sku.items() if len(listings) > 1})
        self.assertGreater(len(groups), 5)
        self.assertEqual(set(groups.mapped('state')), {'draft'})
        self.assertFalse(any(groups.mapped('problem')), groups.mapped('problem'))
        self.assertEqual(self.env['product.template'].search_count([]), before)

    def test_attributes_and_values_come_from_the_names(self):
        attributes = {group.attribute1 for group in self.find_groups()}
        self.assertEqual(attributes, {'Colour', 'Size'} if 'Color' not in attributes else {'Color', 'Size'})
        line = self.env['onbuy.product.group.line'].search([('value1', '=', 'Navy Blue')], limit=1)
        self.assertTrue(line.name.endswith('Navy Blue'))

    def test_names_group_listings_only_where_they_are_clear(self):
        alike = self.lone("Old Stone Jug Red", "Old Stone Jug Blue", "Old Stone Jug", "Mug Red", "Mug Blue",
                          "Great Big Bear Brown Hat", "Great Big Bear Brown Cap", "Acme Garden Chair", "Acme Garden Table",
                          "Tall Oak Book Case", "Tall Oak Book Case")
        found = {group.name: group.line_ids.listing_id for group in self.find_groups() if group.source == 'name'}
        self.assertEqual(found, {"Old Stone Jug": alike[:2], "Great Big Bear Brown": alike[5:7]})

    def test_a_second_sync_doubles_nothing_and_proposes_no_dismissed_group_again(self):
        groups = self.find_groups()
        groups[0].with_user(self.user).action_archive()
        self.assertEqual(self.find_groups(), groups[1:])

    def test_an_open_group_takes_in_a_latecomer_and_keeps_what_a_person_wrote(self):
        group = self.find_groups().filtered('group_sku')[0]
        listing = group.line_ids[-1:].listing_id
        value = group.line_ids[-1:].value1
        group.line_ids[-1:].unlink()
        group.write({'name': "My own name", 'attribute1': "Shade"})
        self.find_groups()
        self.assertEqual((group.name, group.attribute1), ("My own name", "Shade"))
        self.assertEqual(group.line_ids.filtered(lambda line: line.listing_id == listing).value1, value)

    def test_listings_whose_products_have_a_history_or_siblings_are_not_proposed(self):
        listings = self.lone("Old Stone Jug Red", "Old Stone Jug Blue")
        listings.action_create_product()
        self.env['sale.order'].create({'partner_id': self.user.partner_id.id, 'order_line': [
            (0, 0, {'product_id': listings[0].product_id.id})]})
        self.assertFalse(listings & self.find_groups().line_ids.listing_id)

    def test_listings_whose_products_nobody_used_are_proposed(self):
        listings = self.lone("Old Stone Jug Red", "Old Stone Jug Blue")
        listings.action_create_product()
        self.assertLessEqual(listings, self.find_groups().line_ids.listing_id)

    def test_an_attribute_that_exists_is_used_by_name_or_by_its_values(self):
        attributes = self.env['product.attribute']
        attributes.search([]).filtered(lambda one: one.name in ('Color', 'Colour')).name = "Hue"
        attributes.create({'name': "COLOR"})
        attributes.create({'name': "Design", 'value_ids': [
            (0, 0, {'name': name}) for name in ("pirate", "captain", "cook")]})
        self.assertEqual(self.make_group("Old Stone Jug Red", "Old Stone Jug Blue").attribute1, "COLOR")
        self.assertEqual(self.make_group("Big Wool Rug Pirate", "Big Wool Rug Captain").attribute1, "Design")

    # === BY HAND === #

    def test_a_person_groups_any_listings_by_hand_also_out_of_proposals(self):
        groups = self.find_groups()
        listings = groups[0].line_ids.listing_id[:2]
        rest = len(groups[0].line_ids) - 2
        action = listings.with_user(self.user).action_make_group()
        group = self.env['onbuy.product.group'].browse(action['res_id'])
        self.assertEqual((group.source, group.line_ids.listing_id, listings.product_group_id), ('hand', listings, group))
        self.assertEqual(bool(groups[0].exists()), rest > 1)

    def test_one_listing_or_two_stores_make_no_group(self):
        with self.assertRaises(UserError):
            self.listings()[:1].action_make_group()

    def test_a_listing_of_a_product_that_was_made_of_a_group_cannot_be_taken_out(self):
        group = self.make_group("Old Stone Jug Red", "Old Stone Jug Blue")
        self.confirm(group)
        with self.assertRaises(UserError):
            (group.line_ids.listing_id[:1] | self.listings()[10]).action_make_group()

    def test_a_plain_user_groups_and_confirms_nothing(self):
        plain = new_test_user(self.env, 'plain', groups='base.group_user')
        group = self.make_group("Old Stone Jug Red", "Old Stone Jug Blue")
        for record, method in ((self.listings()[5:7], 'action_make_group'), (group, 'action_confirm'),
                               (self.store, 'action_sync_group_products')):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(record.with_user(plain), method)()


@tagged('post_install', '-at_install')
class TestConfirmGroups(GroupCommon):
    """How a group becomes one product."""

    def variants(self, group):
        """Return the variants, archived ones too."""
        return group.product_tmpl_id.with_context(active_test=False).product_variant_ids

    def test_a_group_becomes_one_product_with_a_variant_for_each_listing(self):
        group = self.find_groups().filtered('group_sku')[0]
        self.confirm(group)
        template = group.product_tmpl_id
        self.assertEqual((group.state, template.name, template.attribute_line_ids.attribute_id.name),
                         ('done', group.name, group.attribute1))
        self.assertEqual(self.variants(group), group.line_ids.product_id)
        for line in group.line_ids:
            variant = line.product_id
            self.assertEqual(variant.product_template_attribute_value_ids.name, line.value1)
            self.assertEqual((variant.default_code, variant.barcode), (line.sku, line.listing_id.product_codes))
            self.assertAlmostEqual(variant.lst_price, line.price / 1.2, 2)
            self.assertEqual((line.listing_id.match_state, line.listing_id.uom_id), ('matched', variant.uom_id))
        self.assertTrue(template.onbuy_vat_to_check and template.is_storable)

    def test_a_hundred_are_confirmed_at_once_and_what_takes_longer_goes_on_in_the_background(self):
        groups = self.find_groups()
        self.patch(onbuy_store_buttons, 'BUTTON_SECONDS', -1)
        answer = self.confirm(groups)
        self.assertIn("background", answer['params']['message'])
        self.assertEqual(sorted(set(groups.mapped('state'))), ['done', 'waiting'])
        self.run_cron('create_products')
        self.assertEqual(set(groups.mapped('state')), {'done'})
        self.assertEqual(len(groups.product_tmpl_id), len(groups))

    def test_one_group_in_three_that_fails_says_why_and_stops_no_other(self):
        groups = self.find_groups()[:3]
        groups[1].line_ids[0].value1 = groups[1].line_ids[1].value1.upper()
        self.assertIn("the same values", groups[1].problem)
        self.confirm(groups)
        self.assertEqual(groups.mapped('state'), ['done', 'draft', 'done'])
        self.assertIn("values of its own", groups[1].error)
        groups[1].line_ids[0].value1 = "Another"
        self.confirm(groups[1])
        self.assertEqual((groups[1].state, groups[1].error), ('done', False))

    def test_a_failure_half_way_leaves_nothing_behind(self):
        group = self.find_groups()[0]
        before = self.env['product.template'].with_context(active_test=False).search_count([])

        def fail(line, variant):
            raise ValueError("a bad day")

        self.patch(type(group.line_ids), '_become_variant', fail)
        self.confirm(group)
        self.assertIn("a bad day", group.error)
        self.assertEqual(self.env['product.template'].with_context(active_test=False).search_count([]), before)
        self.assertFalse(group.line_ids.product_id)

    def test_values_and_names_can_be_edited_and_listings_left_out(self):
        group = self.make_group("Old Stone Jug Red", "Old Stone Jug Blue", "Old Stone Jug Green")
        group.with_user(self.user).write({'name': "Jug", 'attribute1': "Glaze"})
        first, second, third = group.with_user(self.user).line_ids.sorted('sku')
        first.value1 = "Oxblood"
        third.is_included = False
        self.confirm(group)
        self.assertEqual((group.product_tmpl_id.name, group.product_tmpl_id.attribute_line_ids.attribute_id.name),
                         ("Jug", "Glaze"))
        self.assertEqual(first.product_id.product_template_attribute_value_ids.name, "Oxblood")
        self.assertFalse(third.product_id)
        self.assertEqual(third.listing_id.product_group_id, group)

    def test_a_missing_value_or_attribute_is_told_before_and_makes_nothing(self):
        group = self.make_group("Old Stone Jug", "Old Stone Jug Blue")
        self.assertIn("missing", group.problem)
        self.confirm(group)
        self.assertEqual(group.state, 'draft')
        group.line_ids.filtered(lambda line: not line.value1).value1 = "Plain"
        group.attribute1 = False
        self.assertIn("name", group.problem)
        self.confirm(group)
        self.assertEqual((group.state, group.product_tmpl_id.ids), ('draft', []))

    # === COMBINATIONS === #

    def test_no_variant_exists_without_a_listing_whichever_way_attributes_make_them(self):
        for mode in ('always', 'dynamic'):
            with self.subTest(mode=mode):
                for name in ("Colour", "Size"):
                    found = self.env['onbuy.product.group']._find_attribute(name, [])
                    found.name = f"Old {name}"
                    self.env['product.attribute'].create({'name': name, 'create_variant': mode})
                group = self.make_group("Duvet Cover Single White", "Duvet Cover Double White", "Duvet Cover Single Grey")
                self.assertEqual((group.attribute1, group.attribute2), ("Size", "Colour"))
                self.confirm(group)
                self.assertEqual(self.variants(group), group.line_ids.product_id, group.error)
                self.assertEqual(len(group.line_ids.product_id), 3)
                template = group.product_tmpl_id
                template._create_variant_ids()
                self.assertEqual(self.variants(group), group.line_ids.product_id)
                double, grey = template.attribute_line_ids.product_template_value_ids.filtered(
                    lambda value: value.name in ("Double", "Grey"))
                self.assertFalse(template._create_product_variant(double | grey))
                group.line_ids.unlink()

    def test_the_same_attribute_twice_is_refused(self):
        group = self.make_group("Duvet Cover Single White", "Duvet Cover Double Grey")
        group.attribute2 = group.attribute1.upper()
        self.confirm(group)
        self.assertIn("different", group.error)

    # === PRICES === #

    def price(self, group, *prices):
        """Give the listings of a group, in the order of their SKUs, prices on OnBuy with VAT."""
        for line, price in zip(group.line_ids.sorted('sku'), prices, strict=True):
            line.listing_id.price = price

    def test_extra_prices_tell_what_a_value_adds(self):
        group = self.make_group("Duvet Cover Single White", "Duvet Cover Double White", "Duvet Cover Single Grey",
                                "Duvet Cover Double Grey")
        self.price(group, 12, 24, 18, 30)
        self.confirm(group)
        extras = {value.name: value.price_extra
                  for value in group.product_tmpl_id.attribute_line_ids.product_template_value_ids}
        self.assertEqual(group.product_tmpl_id.list_price, 10)
        self.assertEqual(extras, {"Single": 0, "Double": 10, "White": 0, "Grey": 5})
        self.assertEqual(group.line_ids.sorted('sku').mapped('product_id.lst_price'), [10, 20, 15, 25])
        self.assertFalse(group.price_note)

    def test_prices_that_no_extra_tells_are_left_to_onbuy_and_said(self):
        group = self.make_group("Duvet Cover Single White", "Duvet Cover Double White", "Duvet Cover Single Grey",
                                "Duvet Cover Double Grey")
        self.price(group, 12, 24, 18, 60)
        self.confirm(group)
        self.assertEqual((group.state, group.product_tmpl_id.list_price), ('done', 10))
        self.assertIn("prices differ", group.problem)
        self.assertEqual(set(group.line_ids.listing_id.mapped('price_mode')), {'none'})

    # === PRODUCTS THAT EXIST ALREADY === #

    def test_single_products_that_nobody_used_are_replaced_and_archived(self):
        group = self.make_group("Old Stone Jug Red", "Old Stone Jug Blue")
        listings = group.line_ids.listing_id
        listings.action_create_product()
        old = listings.product_id
        old[0].write({'default_code': "MY-OWN", 'list_price': 11, 'standard_price': 4, 'weight': 2})
        barcodes = old.mapped('barcode')
        self.confirm(group)
        self.assertEqual(group.state, 'done', group.error)
        self.assertFalse(any(old.mapped('active')))
        self.assertEqual(listings.product_id.mapped('barcode'), barcodes)
        new = listings.filtered(lambda listing: listing.product_id.default_code == "MY-OWN").product_id
        self.assertEqual((new.lst_price, new.standard_price, new.weight), (11, 4, 2))

    def test_the_picture_of_a_single_product_goes_with_it(self):
        group = self.make_group("Old Stone Jug Red", "Old Stone Jug Blue")
        listings = group.line_ids.listing_id
        listings.action_create_product()
        self.fetch_pictures()
        self.assertTrue(all(listings.product_id.mapped('image_1920')))
        self.confirm(group)
        self.assertTrue(all(listings.product_id.mapped('image_variant_1920')))

    def test_products_with_stock_or_orders_stay_separate_and_linked(self):
        group = self.make_group("Old Stone Jug Red", "Old Stone Jug Blue", "Old Stone Jug Green", "Old Stone Jug Grey")
        listings = group.line_ids.sorted('sku').listing_id
        listings[:2].action_create_product()
        moved, sold = listings[0].product_id, listings[1].product_id
        self.count_stock(moved, 5)
        self.env['sale.order'].create({'partner_id': self.user.partner_id.id, 'order_line': [
            (0, 0, {'product_id': sold.id})]})
        group.invalidate_recordset()
        self.assertEqual([bool(line.kept_reason) for line in group.line_ids.sorted('sku')], [True, True, False, False])
        self.assertIn("stays separate", group.problem)
        self.confirm(group)
        self.assertEqual(group.state, 'done', group.error)
        self.assertEqual((listings[0].product_id, listings[1].product_id), (moved, sold))
        self.assertTrue(moved.active and sold.active)
        self.assertEqual(listings.product_group_id, group)
        self.assertEqual(self.variants(group), listings[2:].product_id)

    def test_a_group_of_which_one_listing_is_left_makes_no_product(self):
        group = self.make_group("Old Stone Jug Red", "Old Stone Jug Blue")
        group.line_ids[0].is_included = False
        self.confirm(group)
        self.assertIn("two listings", group.error)

    def test_products_of_different_taxes_are_not_mixed(self):
        group = self.make_group("Old Stone Jug Red", "Old Stone Jug Blue")
        listings = group.line_ids.listing_id
        listings.action_create_product()
        listings[0].product_id.taxes_id = False
        self.confirm(group)
        self.assertIn("taxes", group.error)

    def test_orders_that_wait_for_a_variant_are_released(self):
        self.go_live()
        group = self.make_group("Old Stone Jug Red", "Old Stone Jug Blue")
        listing = group.line_ids[0].listing_id
        order = self.receive_order((listing.sku, 1))
        self.assertEqual(order.sync_state, 'error')
        self.confirm(group)
        self.assertEqual(order.sync_state, 'pending')

    def test_a_group_is_confirmed_once(self):
        group = self.make_group("Old Stone Jug Red", "Old Stone Jug Blue")
        self.confirm(group)
        with self.assertRaises(UserError):
            self.confirm(group)

    def test_another_companys_user_sees_no_group(self):
        group = self.make_group("Old Stone Jug Red", "Old Stone Jug Blue")
        elsewhere = self.env['res.company'].create({'name': "Elsewhere"})
        stranger = new_test_user(self.env, 'stranger', 'onbuy_connector.group_onbuy_manager', company_id=elsewhere.id,
                                 company_ids=[(6, 0, elsewhere.ids)])
        with self.assertRaises(AccessError):
            group.with_user(stranger).read(['name'])
        with self.assertRaises(AccessError):
            group.with_user(stranger).action_confirm()
