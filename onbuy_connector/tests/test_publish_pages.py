from odoo.tests import tagged

from ..lib.client import OnBuyClient
from ..lib.products import FoundProduct
from .publish_common import NUMBERS, PublishCommon, gtin

NEIGHBOUR = {'name': "Somebody else's Saucepan", 'product_codes': ['5012345678900', '5012345678917']}


@tagged('post_install', '-at_install')
class TestPublishPages(PublishCommon):
    """The right page: existing ones, other products' ones, several, none."""

    # === EXISTING === #

    def existing_code(self):
        """Return a product code and the OPC of a page that the seller has no listing on."""
        product = self.make_product()
        listing = self.list_to_the_end(product)
        listing.action_delete_on_onbuy()
        self.publish()
        code, product.barcode = product.barcode, False
        return code, listing.opc

    def hide_pages(self, *calls):
        """Let OnBuy's search find nothing, in the calls of these numbers."""
        find, made = OnBuyClient.find_products, []

        def find_products(client, codes):
            made.append(codes)
            return find(client, codes) if len(made) not in calls else {code: [] for code in codes}

        self.patch(OnBuyClient, 'find_products', find_products)

    def test_a_product_code_that_onbuy_has_after_all_is_listed_on_its_page(self):
        code, opc = self.existing_code()
        draft = self.draft(self.make_product(barcode=code))
        self.hide_pages(1, 2)
        draft.action_list_now()
        self.publish()
        self.assertEqual((draft.opc, draft.is_on_onbuy or draft.publish_state), (opc, 'offering'))
        self.publish()
        self.assertTrue(draft.is_on_onbuy)

    def test_where_the_search_does_not_find_it_a_person_decides(self):
        code, opc = self.existing_code()
        draft = self.draft(self.make_product(barcode=code))
        self.hide_pages(1, 2, 3, 4)
        draft.action_list_now()
        self.publish()
        self.assertEqual((draft.publish_state, draft.existing_opc), ('refused', opc))
        self.assertIn("press List on the existing page", draft.publish_error)
        draft.action_list_on_existing()
        self.publish()
        self.assertEqual((draft.is_on_onbuy, draft.opc), (True, opc))

    def test_a_code_that_another_seller_took_while_it_was_in_the_queue_leads_to_that_page(self):
        draft, other = self.draft(self.make_product()), self.make_product()
        draft.action_list_now()
        self.publish()
        # Meanwhile somebody creates a product with the same code.
        body = self.sent('/products')[0]['products'][0]
        other = {**body, 'uid': 'OTHER', 'listings': {}}
        with self.store._connect() as client:
            client.request('POST', '/products', json={'site_id': 2000, 'products': [other]})
        self.sandbox.control('POST', '/queues/drain')
        self.publish()
        self.assertTrue(draft.is_on_onbuy)

    def test_of_a_family_only_the_variants_that_onbuy_lacks_are_created(self):
        code, opc = self.existing_code()
        products = self.make_family(("Red", "Blue", "Green"))
        products[0].barcode = code
        drafts = self.draft(products)
        self.hide_pages(1, 2)
        drafts.action_list_now()
        self.publish()  # OnBuy refuses the family, and the page of the red one is found.
        self.assertEqual((drafts[0].publish_state, drafts[0].opc), ('offering', opc))
        self.publish()
        self.drain()
        self.publish()
        self.assertEqual(drafts.mapped('is_on_onbuy'), [True, True, True])
        self.assertEqual([len(body['products'][0].get('variants', [])) for body in self.sent('/products')][-2:], [3, 2])

    def test_several_pages_with_one_code_are_told_and_a_person_chooses(self):
        code, opc = self.existing_code()
        draft = self.draft(self.make_product(barcode=code))
        pages = [FoundProduct(one, f"Lamp {one}", '', (code,), '') for one in (opc, 'P7QX4M2')]
        find = OnBuyClient.find_products
        self.patch(OnBuyClient, 'find_products', lambda client, codes: {one: pages for one in codes})
        draft.action_list_now()
        self.assertEqual(draft.publish_state, 'draft')
        self.assertIn(f"{opc} Lamp {opc}; P7QX4M2", draft.to_mend)
        draft.opc = opc
        draft.action_list_now()
        self.patch(OnBuyClient, 'find_products', find)
        self.publish()
        self.assertEqual((draft.is_on_onbuy, draft.opc), (True, opc))

    def test_a_page_is_forgotten_when_the_product_code_changes(self):
        code, opc = self.existing_code()
        product = self.make_product(barcode=code)
        draft = self.draft(product)
        draft._check_drafts()
        self.assertEqual(draft.opc, opc)
        product.barcode = gtin(next(NUMBERS))
        draft._check_drafts()
        self.assertFalse(draft.opc)

    # === NEIGHBOURS === #

    def test_a_listing_on_another_products_page_shows_no_stock_and_says_what_to_do(self):
        draft = self.list_now(self.make_product())
        self.publish()
        self.drain()
        self.lay_over(draft.sku, **NEIGHBOUR, stock=10)
        self.publish()
        self.assertIn("OnBuy put this listing on another product's page", draft.publish_error)
        self.assertIn("Somebody else's Saucepan", draft.publish_error)
        self.assertEqual((draft.publish_state, self.remote(draft.sku)['stock']), ('refused', 0))

    def test_a_listing_on_another_page_is_left_alone_by_reading_and_by_pushing(self):
        draft = self.list_now(self.make_product())
        self.publish()
        self.drain()
        self.lay_over(draft.sku, **NEIGHBOUR, opc='P7QX4M2', stock=10)
        self.publish()
        self.store.action_sync_listings()
        self.run_cron('push_offers')
        self.assertEqual((draft.publish_state, draft.is_on_onbuy), ('refused', False))
        self.assertEqual(self.remote(draft.sku)['stock'], 0)

    def test_what_was_on_the_wrong_page_is_deleted_there_and_listed_again(self):
        draft = self.list_now(self.make_product())
        self.publish()
        self.drain()
        self.lay_over(draft.sku, **NEIGHBOUR)
        self.publish()
        draft.action_delete_on_onbuy()
        self.publish()
        self.assertEqual(draft.publish_state, 'deleted')
        draft.action_relist()
        draft.action_list_now()
        self.publish()
        self.assertTrue(draft.is_on_onbuy)

    def test_a_sku_that_is_on_another_page_of_the_seller_is_told(self):
        taken = self.skus()[0]
        code, _opc = self.existing_code()
        draft = self.draft(self.make_product(barcode=code))
        self.env.cr.execute("UPDATE onbuy_listing SET sku = 'GONE' WHERE sku = %s", (taken,))
        self.env.invalidate_all()
        draft.sku = taken
        draft.action_list_now()
        self.publish()
        self.assertEqual(draft.publish_state, 'refused')
        self.assertIn("Your listing with this SKU is on another page", draft.publish_error)

    def test_a_page_of_this_product_code_alone_is_the_right_one_whatever_onbuy_calls_it(self):
        draft = self.list_now(self.make_product())
        self.publish()
        self.drain()
        self.lay_over(draft.sku, name="Lamp (Lumora)")
        self.publish()
        self.assertTrue(draft.is_on_onbuy)

    def test_names_are_compared_without_marks_and_capitals(self):
        draft = self.list_now(self.make_product())
        self.publish()
        self.drain()
        self.lay_over(draft.sku, name=f" {draft.name.upper()} &amp; ", product_codes=[])
        self.publish()
        self.assertTrue(draft.is_on_onbuy)

    # === WITHOUT A CODE === #

    def test_a_category_that_needs_no_product_code_takes_products_without(self):
        self.category = self.find_category("Chutneys")
        listing = self.list_to_the_end(self.make_product(barcode=False))
        self.assertTrue(listing.is_on_onbuy)

    def test_without_a_code_a_lost_answer_is_settled_by_the_sku(self):
        self.category = self.find_category("Chutneys")
        draft = self.list_now(self.make_product(barcode=False))
        self.fault('drop_after', path='/products', method='POST', count=1)
        self.publish()
        self.drain()
        for _run in range(2):
            self.publish()
        self.assertTrue(draft.is_on_onbuy)
        self.assertEqual(len(self.sent('/products')), 1)

    def test_without_a_code_and_any_trace_a_person_decides_what_became_of_a_lost_answer(self):
        self.sandbox.control('PUT', '/settings', {'create_listing_with_product': False})
        self.category = self.find_category("Chutneys")
        draft = self.list_now(self.make_product(barcode=False))
        self.fault('drop_after', path='/products', method='POST', count=1)
        self.publish()
        self.drain()
        for _run in range(7):
            self.publish()
        self.assertEqual(draft.publish_state, 'refused')
        self.assertIn("may be this one", draft.publish_error)
        self.assertEqual(len(self.sent('/products')), 1)
