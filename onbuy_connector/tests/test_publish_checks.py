from odoo.tests import tagged

from .publish_common import NUMBERS, PublishCommon, gtin

PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='


@tagged('post_install', '-at_install')
class TestPublishChecks(PublishCommon):
    """The checklist: what must be mended before a draft is listed, what is to be known, and where."""

    def look(self, product=None, **values):
        """Return what is found about a draft of a product."""
        drafts = self.draft(product or self.make_product(), **values)
        found, trouble = drafts._check_drafts()
        self.assertFalse(trouble)
        return [finding for draft in drafts for finding in found[draft]]

    def assert_blocks(self, findings, text, record=None):
        """Check that a text is in the way, and where it is mended; return the finding."""
        blocking = [finding for finding in findings if finding.blocks]
        self.assertEqual(len(blocking), 1, blocking)
        self.assertIn(text, blocking[0].text)
        if record:
            self.assertEqual(blocking[0].record, record)

    def assert_tells(self, findings, text):
        """Check that nothing is in the way, and that a text is told."""
        self.assertFalse([finding for finding in findings if finding.blocks])
        self.assertTrue([finding for finding in findings if text in finding.text], findings)

    def test_nothing_is_in_the_way_of_a_product_that_has_all(self):
        findings = self.look()
        self.assertEqual([finding.text for finding in findings],
                         ["No delivery template is chosen: OnBuy takes your default one."])

    def test_each_missing_text_is_found_and_leads_to_the_product(self):
        for values, text in (
            ({'onbuy_category_id': False}, "Choose the OnBuy category"),
            ({'onbuy_brand_id': False}, "Choose the brand"),
            ({'onbuy_brand_id': False, 'onbuy_brand_name': "X"}, "a name of two letters"),
            ({'onbuy_description': "<p><br></p>"}, "no description"),
            ({'onbuy_title': "ü" * 76}, "The title has 152 bytes, OnBuy takes 150"),
            ({'onbuy_description': f"<p>{'x' * 50001}</p>"}, "too long"),
            ({'onbuy_image_urls': False}, "There is no picture"),
            ({'onbuy_image_urls': 'ftp://img.example.com/1.jpg'}, "must begin with https://"),
        ):
            with self.subTest(text=text):
                product = self.make_product(**values)
                self.assert_blocks(self.look(product), text, product.product_tmpl_id)

    def test_the_sales_description_will_do(self):
        self.assertFalse([one for one in self.look(self.make_product(
            onbuy_description=False, description_sale="A lamp.")) if one.blocks])

    def test_a_picture_on_the_own_network_is_in_the_way_where_onbuy_is_not(self):
        local = {'onbuy_image_urls': 'http://192.168.1.5/lamp.jpg'}
        self.assertFalse([one for one in self.look(self.make_product(**local)) if one.blocks], "the sandbox is local, too")
        self.patch(type(self.store), '_get_api_url', lambda store: 'https://api.onbuy.com/v2')
        product = self.make_product(**local)
        draft = self.draft(product)
        self.assert_blocks(draft._find_obstacles(self.store)[draft], "OnBuy must be able to fetch it",
                           product.product_tmpl_id)

    def test_pictures_of_a_server_that_onbuy_cannot_reach_name_the_setting(self):
        product = self.make_product(onbuy_image_urls=False, image_1920=PIXEL)
        self.patch(type(self.store), '_get_api_url', lambda store: 'https://api.onbuy.com/v2')
        self.env['ir.config_parameter'].set_param('web.base.url', 'http://localhost:8069')
        draft = self.draft(product)
        self.assert_blocks(draft._find_obstacles(self.store)[draft], "web.base.url")

    def test_product_codes_are_checked(self):
        for barcode, text in ((False, "There is no product code"), ('5012345678901', "mistyped"),
                              ('2000000000008', "each shop"), ('ABC', "digits only")):
            with self.subTest(text=text):
                product = self.make_product(barcode=barcode)
                self.assert_blocks(self.look(product), text, product.product_tmpl_id)

    def test_a_product_code_that_another_product_has_in_another_spelling_is_in_the_way(self):
        product = self.make_product(barcode='036000291452')
        other = self.make_product(barcode='0036000291452')
        self.assert_blocks(self.look(product), other.display_name, product.product_tmpl_id)

    def test_a_pack_is_listed_by_the_code_of_the_pack(self):
        product, dozen = self.make_product(), self.env.ref('uom.product_uom_dozen')
        draft = self.draft(product)
        draft.uom_id = dozen
        self.assert_blocks(draft._find_obstacles(self.store)[draft], "There is no product code")
        self.env['product.uom'].create({'product_id': product.id, 'uom_id': dozen.id, 'barcode': gtin(next(NUMBERS))})
        self.assertFalse([one for one in draft._find_obstacles(self.store)[draft] if one.blocks])

    def test_features_that_the_category_demands_are_in_the_way_until_they_are_chosen(self):
        self.category = self.find_category("Children's Raincoats")
        product = self.make_product()
        self.assertEqual(product.onbuy_missing_features, "Age")
        self.assert_blocks(self.look(product), "The category demands: Age", product.product_tmpl_id)
        product.onbuy_option_ids = self.category.feature_ids.filtered('is_required').option_ids[0]
        self.assertFalse([one for one in self.look(product) if one.blocks])

    def test_features_of_another_category_are_not_sent(self):
        product = self.make_product(onbuy_option_ids=[
            (6, 0, self.find_category("Children's Raincoats").feature_ids.option_ids[0].ids)])
        self.assertEqual(product._prepare_onbuy_content()['features'], None)

    def test_a_category_whose_features_are_not_known_yet_has_to_wait(self):
        category = self.env['onbuy.category'].search([('name', '=', "Jigsaws")])
        self.category = category
        product = self.make_product()
        self.assertTrue(category.is_wanted, "choosing it has its features read")
        self.assert_blocks(self.look(product), "are being read", category)
        self.run_cron('sync_reference')
        self.assertFalse([one for one in self.look(product) if one.blocks])

    def test_a_category_that_onbuy_closed_is_in_the_way(self):
        product = self.make_product()
        self.category.can_list_in = False
        self.assert_blocks(self.look(product), "choose a lowest one", product.product_tmpl_id)

    def test_a_unit_that_onbuy_does_not_take_is_in_the_way(self):
        product, detail = self.make_product(), self.category.detail_ids.filtered(lambda detail: detail.name == 'Height')
        self.env['onbuy.detail.value'].create({
            'product_tmpl_id': product.product_tmpl_id.id, 'detail_id': detail.id, 'value': '4', 'unit': 'inch'})
        self.assert_blocks(self.look(product), "Height: OnBuy takes these units: mm, cm, m", product.product_tmpl_id)

    def test_a_condition_that_the_category_does_not_take_is_in_the_way(self):
        product = self.make_product()
        self.category.condition_ids = self.category.condition_ids.filtered(lambda condition: condition.code == 'new')
        self.assert_blocks(self.look(product, condition='refurbished'), "takes no refurbished things")

    def test_a_listing_without_a_price_is_in_the_way(self):
        self.assert_blocks(self.look(self.make_product(list_price=0)), "OnBuy suspends listings without a price")
        draft = self.draft(self.make_product())
        draft.price_mode = 'none'
        self.assert_blocks(draft._find_obstacles(self.store)[draft], "needs a price")

    def test_a_sale_that_is_dearer_is_in_the_way(self):
        draft = self.draft(self.make_product())
        draft.own_sale_price = 30
        self.assert_blocks(draft._find_obstacles(self.store)[draft], "is not below the price")

    def test_a_price_is_never_below_the_lowest(self):
        self.store.price_floor = 100
        listing = self.list_to_the_end(self.make_product())
        self.assertEqual(listing.price, 100)

    def test_sold_out_goods_and_unchecked_vat_are_told(self):
        self.assert_tells(self.look(self.make_product(stock=0)), "It begins sold out")
        self.assert_tells(self.look(self.make_product(onbuy_vat_to_check=True)), "VAT was not checked")

    def test_a_brand_that_onbuy_guards_is_told(self):
        brand = self.env['onbuy.brand'].create({'name': "Guarded Goods", 'code': '9002', 'kind': 'Store'})
        self.assert_tells(self.look(self.make_product(onbuy_brand_id=brand.id)), "may refuse the brand Guarded Goods")

    def test_stock_that_cannot_be_told_is_in_the_way(self):
        draft = self.draft(self.make_product())
        self.store.stock_excluded_location_ids = self.store._get_sellable_locations()
        self.assert_blocks(draft._find_obstacles(self.store)[draft], "does not know what can be sold", self.store)

    def test_a_store_that_is_not_live_lists_nothing(self):
        draft = self.draft(self.make_product())
        self.store.state = 'readonly'
        draft.action_list_now()
        self.assertEqual(draft.publish_state, 'draft')
        self.assertEqual(draft.to_mend, f"{self.store.name} is not live: nothing is written to OnBuy before it is.")

    def test_a_delivery_template_that_is_gone_is_in_the_way(self):
        template = self.store.delivery_template_ids[0]
        draft = self.draft(self.make_product(), template_id=template.code)
        template.active = False
        self.assert_blocks(draft._find_obstacles(self.store)[draft], "does not have this delivery template any more")

    def test_a_sku_with_odd_blanks_is_in_the_way(self):
        draft = self.draft(self.make_product())
        draft.sku += ' '
        self.assert_blocks(draft._find_obstacles(self.store)[draft], "no blanks at its ends")

    def test_variants_that_differ_by_three_attributes_are_in_the_way(self):
        attributes = self.env['product.attribute'].create([
            {'name': name, 'value_ids': [(0, 0, {'name': "A"}), (0, 0, {'name': "B"})]} for name in ("One", "Two", "Three")])
        template = self.env['product.template'].create({
            'name': "Set", 'type': 'consu', 'list_price': 5, **self.prepare_page(), 'attribute_line_ids': [
                (0, 0, {'attribute_id': one.id, 'value_ids': [(6, 0, one.value_ids.ids)]}) for one in attributes]})
        variants = template.product_variant_ids
        drafts = self.draft(variants[0] | variants[-1])
        found = drafts._find_obstacles(self.store)
        self.assertTrue(any("differ by One, Two, Three" in finding.text for finding in found[drafts[0]]))
        same = self.draft(variants[:2])
        self.assertFalse(any("differ by" in finding.text for finding in same._find_obstacles(self.store)[same[0]]),
                         "these differ by one")

    def test_what_is_in_the_way_stays_with_the_draft_and_blocks_it_alone(self):
        good, bad = self.draft(self.make_product()), self.draft(self.make_product(onbuy_description=False))
        (good | bad).action_list_now()
        self.assertEqual((good.publish_state, bad.publish_state), ('waiting', 'draft'))
        self.assertEqual(bad.to_mend, "There is no description.")

    def test_where_onbuy_cannot_be_asked_the_rest_is_checked_all_the_same(self):
        draft = self.draft(self.make_product())
        self.fault('status', path='/products', method='GET', status=500)
        found, trouble = draft._check_drafts()
        self.assertIn("HTTP 500", trouble)
        self.assertFalse([one for one in found[draft] if one.blocks])

    def test_what_changed_for_the_worse_before_it_was_sent_is_refused_here(self):
        product = self.make_product()
        draft = self.list_now(product)
        product.onbuy_description = False
        self.publish()
        self.assertEqual((draft.publish_state, draft.publish_error), ('refused', "There is no description."))
        self.assertFalse(self.sent('/products'))

    def test_fees_and_margin_are_estimated(self):
        draft = self.draft(self.make_product(), boost=5)
        self.assertAlmostEqual(draft.fee_estimate, 24 * 0.15 + 24 * 0.05)
        self.assertAlmostEqual(draft.margin_estimate, 20 - 4.8 - 5)
        self.store.vat_treatment = 'none'
        draft.invalidate_recordset()
        self.assertAlmostEqual(draft.fee_estimate, (20 * 0.15 + 20 * 0.05) * 1.2)
        self.assertAlmostEqual(draft.margin_estimate, 20 - 4.8 - 5)

    def test_a_further_draft_costs_few_queries(self):
        drafts = self.draft(self.env['product.product'].union(*(self.make_product(stock=0) for _number in range(10))))
        drafts._find_obstacles(self.store)
        counts = []
        for some in (drafts[:2], drafts):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._find_obstacles(self.store)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 8 * 6)
