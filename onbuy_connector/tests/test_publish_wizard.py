from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .publish_common import PublishCommon


@tagged('post_install', '-at_install')
class TestPublishWizard(PublishCommon):
    """List on OnBuy: fill in, check, list; and Change terms."""

    def open(self, products):
        """Press List on OnBuy and return the page that opens."""
        return self.env['onbuy.publish'].browse(products.action_list_on_onbuy()['res_id'])

    def bare(self, **values):
        """Create goods that lack all that OnBuy needs but a product code and a description."""
        return self.make_product(**{'onbuy_category_id': False, 'onbuy_brand_id': False, **values})

    def test_what_products_have_in_common_is_filled_in_where_they_have_none(self):
        mine = self.env['onbuy.brand'].create({'name': "Mine", 'code': '77'})
        empty, full = self.bare(), self.make_product(onbuy_brand_id=mine.id)
        wizard = self.open(empty | full)
        wizard.write({'category_id': self.category.id, 'brand_id': self.brand.id})
        wizard.action_check()
        self.assertEqual((empty.onbuy_category_id, empty.onbuy_brand_id, full.onbuy_brand_id),
                         (self.category, self.brand, mine))
        self.assertEqual((wizard.step, len(wizard.listing_ids), wizard.summary),
                         ('check', 2, "2 of 2 drafts are ready to be listed."))

    def test_features_are_filled_in_where_none_of_that_kind_is_chosen(self):
        self.category = self.find_category("Children's Raincoats")
        first, second = self.category.feature_ids.filtered('is_required').option_ids[:2]
        empty, full = self.make_product(), self.make_product(onbuy_option_ids=[(6, 0, second.ids)])
        wizard = self.open(empty | full)
        wizard.write({'category_id': self.category.id, 'option_ids': [(6, 0, first.ids)]})
        wizard.action_check()
        self.assertEqual((empty.onbuy_option_ids, full.onbuy_option_ids), (first, second))

    def test_the_features_of_a_chosen_category_are_read_at_once(self):
        category = self.env['onbuy.category'].search([('name', '=', "Women's Jumpers")])
        self.assertFalse(category.read_date)
        wizard = self.open(self.bare())
        wizard.category_id = category
        wizard.action_read_features()
        self.assertTrue(category.read_date and category.feature_ids)

    def test_the_store_s_terms_are_proposed_and_the_wizard_s_are_taken(self):
        template = self.store.delivery_template_ids[0]
        self.store.write({'new_handling_time': 3, 'new_return_time': 14, 'new_warranty': 6, 'new_boost': 10,
                          'new_free_returns': True, 'new_template_id': template.id})
        wizard = self.open(self.make_product())
        with Form(wizard) as form:
            self.assertEqual((form.handling_time, form.return_time, form.warranty, form.boost, form.template_id),
                             (3, 14, 6, 10, template))
            form.warranty = 24
        wizard.action_check()
        draft = wizard.listing_ids
        self.assertEqual((draft.handling_time, draft.warranty, draft.boost, draft.free_returns, draft.delivery_template_id),
                         (3, 24, 10, True, template))

    def test_each_line_of_the_checklist_leads_to_where_it_is_mended(self):
        product = self.make_product(onbuy_description=False, barcode=False)
        wizard = self.open(product)
        wizard.action_check()
        lines = {line.text: line for line in wizard.finding_ids if line.kind == 'block'}
        self.assertEqual(len(lines), 2)
        line = lines["There is no description."]
        self.assertEqual((line.place, line.skus), ("Product", wizard.listing_ids.sku))
        action = line.action_open()
        self.assertEqual((action['res_model'], action['res_id']), ('product.template', product.product_tmpl_id.id))

    def test_what_is_ready_is_listed_and_the_rest_stays_and_is_found_again(self):
        good, bad = self.make_product(), self.make_product(onbuy_description=False)
        wizard = self.open(good | bad)
        wizard.action_check()
        self.assertEqual(wizard.summary, "1 of 2 drafts are ready to be listed.")
        wizard.action_list_now()
        self.assertEqual((good.onbuy_listing_ids.publish_state, bad.onbuy_listing_ids.publish_state), ('waiting', 'draft'))
        self.assertEqual(set(wizard.finding_ids.mapped('skus')), {bad.default_code})
        bad.onbuy_description = "<p>A lamp.</p>"
        again = self.env['onbuy.publish'].browse(bad.onbuy_listing_ids.action_open_checklist()['res_id'])
        self.assertEqual(again.summary, "1 of 1 drafts are ready to be listed.")
        again.action_list_now()
        self.assertEqual(bad.onbuy_listing_ids.publish_state, 'waiting')

    def test_going_back_and_checking_again_makes_no_second_draft(self):
        wizard = self.open(self.make_product())
        for _time in range(2):
            wizard.action_check()
            wizard.action_back()
        self.assertEqual(len(wizard.product_ids.onbuy_listing_ids), 1)

    def test_a_product_that_is_on_onbuy_is_told_and_gets_no_draft(self):
        listed, fresh = self.make_product(), self.make_product()
        self.list_to_the_end(listed)
        wizard = self.open(listed | fresh)
        wizard.action_check()
        self.assertEqual(wizard.listing_ids.product_id, fresh)
        self.assertIn(listed.display_name, wizard.note)

    def test_a_template_is_listed_with_all_its_variants(self):
        products = self.make_family()
        wizard = self.open(products.product_tmpl_id)
        self.assertEqual(wizard.product_ids, products)

    def test_services_cannot_be_listed(self):
        with self.assertRaisesRegex(UserError, "Only goods"):
            self.env['product.product'].create({'name': "Hour", 'type': 'service'}).action_list_on_onbuy()

    def test_an_onbuy_user_lists_and_a_plain_user_does_not(self):
        product = self.bare()
        user = new_test_user(self.env, 'lister', 'onbuy_connector.group_onbuy_user')
        wizard = self.env['onbuy.publish'].with_user(user).browse(product.with_user(user).action_list_on_onbuy()['res_id'])
        wizard.write({'category_id': self.category.id, 'brand_id': self.brand.id})
        wizard.action_check()
        wizard.action_list_now()
        self.assertEqual(product.onbuy_listing_ids.publish_state, 'waiting')
        plain = new_test_user(self.env, 'plain', 'base.group_user')
        for call in ('action_list_on_onbuy', 'action_send_onbuy_content'):
            with self.subTest(call=call), self.assertRaises(AccessError):
                getattr(product.with_user(plain), call)()

    def test_a_sales_clerk_without_onbuy_rights_opens_and_saves_a_product(self):
        product = self.make_product()
        clerk = new_test_user(self.env, 'clerk', 'sales_team.group_sale_manager,product.group_product_manager')
        for record in (product, product.product_tmpl_id):
            self.env.flush_all()
            self.env.invalidate_all()
            with Form(record.with_user(clerk)) as form:
                form.name = "Lamp of the clerk"
        self.assertNotIn('onbuy_category_id', product.with_user(clerk).get_view(view_type='form')['arch'])

    # === CHANGE TERMS === #

    def terms(self, listings, **values):
        """Change terms of listings; return what the person is told."""
        wizard = self.env['onbuy.change.terms'].browse(listings.action_change_terms()['res_id'])
        wizard.write(values)
        return wizard.action_apply()

    def test_only_what_is_ticked_is_sent_in_one_call(self):
        listings = self.list_to_the_end(self.make_product() | self.make_product())
        self.sandbox.control('DELETE', '/requests')
        self.terms(listings, set_warranty=True, warranty=36, handling_time=9)
        self.assertEqual(self.sent('/listings/by-sku', 'PUT')[0]['listings'], [
            {'sku': listing.sku, 'warranty': 36} for listing in listings])
        self.assertEqual(set(listings.mapped('warranty')), {36})
        self.assertNotIn(9, listings.mapped('handling_time'))

    def test_a_refused_change_is_told_on_its_listing_alone(self):
        good, bad = self.list_to_the_end(self.make_product() | self.make_product())
        self.sandbox.control('POST', f'/listings/{bad.sku}/suspend')
        self.terms(good | bad, set_boost=True, boost=12)
        self.assertEqual((good.boost, good.sync_error), (12, False))
        self.assertEqual(bad.sync_error, "Suspended listings cannot be edited\n"
                                         "OnBuy suspended this listing: its seller support can say why.")

    def test_after_a_lost_answer_the_terms_are_read_from_onbuy(self):
        listing = self.list_to_the_end(self.make_product())
        self.fault('drop_after', path='/listings/by-sku', method='PUT', count=1)
        self.terms(listing, set_return_time=True, return_time=60)
        self.assertEqual(listing.sync_state, 'uncertain')
        listing.next_attempt = listing.sync_date
        self.run_cron('push_offers')
        self.assertEqual((listing.sync_state, listing.return_time), ('synced', 60))

    def test_the_terms_of_drafts_are_changed_here(self):
        draft = self.draft(self.make_product())
        template = self.store.delivery_template_ids[0]
        self.sandbox.control('DELETE', '/requests')
        self.terms(draft, set_template_id=True, delivery_template_id=template.id, set_free_returns=True, free_returns=True)
        self.assertEqual((draft.delivery_template_id, draft.free_returns), (template, True))
        self.assertFalse(self.sandbox.requests())

    def test_a_change_of_nothing_is_refused(self):
        with self.assertRaisesRegex(UserError, "tick what"):
            self.terms(self.draft(self.make_product()))
        with self.assertRaisesRegex(UserError, "not taken away"):
            self.terms(self.draft(self.make_product()), set_group_sku=True)
