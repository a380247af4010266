from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..lib import const
from ..lib.categories import Category
from ..lib.client import OnBuyClient
from ..lib.errors import UnavailableError
from ..lib.paging import Page, RowError
from ..models import onbuy_store_buttons
from .reference_common import ReferenceCommon

TASKS = 'odoo.addons.onbuy_connector.models.onbuy_store_tasks'


def make_category(code, parent=None, *, tree='', level=3, name=None, tier='4', conditions=('new', 'refurbished')):
    """Return a category as the client gives it."""
    return Category(
        category_id=str(code), name=name or f"Category {code}", parent_id=parent and str(parent), tree=tree, level=level,
        kind="Standard", can_list_in=True, product_code_required=True, refurbished=False, restricted=None,
        conditions=conditions, tier_id=tier)


@tagged('post_install', '-at_install')
class TestCategories(ReferenceCommon):
    """The whole tree of categories, with conditions and commission."""

    def setUp(self):
        super().setUp()
        self.categories = self.env['onbuy.category']
        self.patch(const, 'CATALOGUE_PAGE', 20)  # The sandbox's tree is small.

    def read_tree(self):
        """Read the tree by its button and return the categories."""
        self.store.action_sync_categories()
        return self.categories.search([])

    def read_pages(self, *pages):
        """Read a tree of these pages; OnBuy answers by id as it is."""
        def iter_categories(client, *, offset=0):
            yield from (page for page in pages if page.offset >= offset)
        self.patch(OnBuyClient, 'iter_categories', iter_categories)
        return self.read_tree()

    # === READING === #

    def test_the_whole_tree_comes_in_with_its_paths_and_parents(self):
        categories = self.read_tree()
        lamps = self.category("Desk Lamps")
        with self.store._connect() as client:
            wanted = [one for page in client.iter_categories() for one in page.items]
        self.assertEqual(set(categories.mapped('code')), {one.category_id for one in wanted})
        self.assertEqual(lamps.display_name, "Home & Garden > Lighting > Lamps > Desk Lamps")
        self.assertEqual(lamps.parent_id.complete_name, "Home & Garden > Lighting > Lamps")
        self.assertEqual(categories.filtered(lambda one: not one.parent_id).name, "Root")
        self.assertIn(lamps, self.categories.search([('id', 'child_of', self.category("Home & Garden").id)]))
        self.assertTrue(lamps.can_list_in and not lamps.parent_id.can_list_in)
        self.assertEqual(lamps.condition_ids.mapped('code'), ['new', 'refurbished'])

    def test_a_category_is_found_by_a_part_of_its_path_and_by_its_id(self):
        self.read_tree()
        lamps = self.category("Desk Lamps")
        self.assertIn(lamps.id, dict(self.categories.name_search("Lamps > Desk")))
        self.assertEqual(list(dict(self.categories.name_search(lamps.code))), lamps.ids)

    def test_each_page_is_one_call_besides_conditions_commission_and_the_meaning_of_tiers(self):
        categories = self.read_tree()
        pages = -(-len(categories) // 20)
        calls = self.calls()
        self.assertEqual(len([one for one in calls if one['path'] == '/v2/categories']), pages)
        self.assertEqual(len([one for one in calls if one['path'] in ('/v2/conditions', '/v2/commission-tiers')]), 2)
        numbers = set(categories.filtered('can_list_in').mapped('tier_code'))
        self.assertEqual(len([one for one in calls if one['path'].startswith('/v2/categories/')]), len(numbers))

    def test_a_second_reading_of_the_same_tree_writes_nothing(self):
        self.read_tree()
        before = self.rows()
        self.assertTrue(before['onbuy_category'] and before['onbuy_category_onbuy_condition_rel'])
        self.calls()
        self.read_tree()
        self.assertEqual(self.rows(), before)
        self.assertFalse([one for one in self.calls() if one['path'].startswith('/v2/categories/')], "tiers are known")

    def test_what_changed_is_written_and_nothing_else(self):
        self.read_tree()
        lamps = self.category("Desk Lamps")
        self.env.cr.execute("UPDATE onbuy_category SET complete_name = 'Old', can_list_in = false, parent_id = NULL "
                            "WHERE id = %s", [lamps.id])
        self.env.invalidate_all()
        before = set(self.rows()['onbuy_category'])
        self.read_tree()
        self.assertEqual(lamps.complete_name, "Home & Garden > Lighting > Lamps > Desk Lamps")
        self.assertTrue(lamps.can_list_in and lamps.parent_id)
        self.assertTrue(lamps.parent_path.startswith(lamps.parent_id.parent_path))
        self.assertEqual(len(set(self.rows()['onbuy_category']) - before), 1)

    def test_parents_that_come_later_or_on_the_same_page_are_linked(self):
        self.read_pages(
            Page([make_category(3, 2, level=4), make_category(2, 1, level=3), make_category(9, 7)], [], offset=0),
            Page([make_category(1, level=2), make_category(8, 8)], [], offset=20))
        one, two, three, lost = (self.category(f"Category {code}") for code in (1, 2, 3, 9))
        self.assertEqual((three.parent_id, two.parent_id), (two, one))
        self.assertFalse(one.parent_id or lost.parent_id or self.category("Category 8").parent_id)
        self.assertEqual(three.parent_path, f'{one.id}/{two.id}/{three.id}/')

    def test_a_page_of_a_hundred_costs_few_queries(self):
        parents = [make_category(code, level=2) for code in range(1, 6)]
        page = [make_category(code, code % 5 + 1) for code in range(100, 200)]
        self.categories._store(parents)
        with self.assertQueryCount(10):
            self.categories._store(page)
            self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(5):
            self.assertEqual(self.categories._store(page), {'seen': 100})
            self.env.flush_all()

    # === RETIRED CATEGORIES === #

    def make_known(self, code, name="Old Things"):
        """Return a category that was read long ago."""
        return self.categories.create({'code': code, 'name': name, 'complete_name': name, 'can_list_in': True})

    def test_a_category_that_onbuy_has_no_more_is_archived_and_not_deleted(self):
        old = self.make_known('99999')
        self.read_tree()
        self.assertTrue(old.exists() and not old.active)

    def test_a_category_that_the_pages_left_out_is_asked_for_and_kept(self):
        everything = self.read_tree()
        lamps = self.category("Desk Lamps")
        with self.store._connect() as client:
            items = [one for page in client.iter_categories() for one in page.items if one.category_id != lamps.code]
        self.calls()
        self.read_pages(Page(items, []))
        self.assertEqual(self.categories.search([]), everything)
        self.assertEqual(len(self.calls('/v2/categories')), 1)

    def test_a_category_that_is_back_is_active_again(self):
        self.read_tree()
        lamps = self.category("Desk Lamps")
        lamps.active = False
        self.read_tree()
        self.assertTrue(lamps.active)

    def test_an_empty_tree_retires_nothing(self):
        everything = self.read_tree()
        self.read_pages(Page([], []))
        self.assertEqual(self.categories.search([]), everything)

    def test_a_row_that_is_not_understood_is_logged_and_retires_nothing(self):
        old = self.make_known('99999')
        error = RowError(None, None, {}, "name is missing.")
        self.read_pages(Page([make_category(code) for code in range(1, 9)], [error]))
        self.assertTrue(old.active)
        self.assertEqual(self.categories.search_count([]), 9)
        run = self.env['onbuy.sync.run'].search([('task', '=', 'categories'), ('message', '!=', False)])
        self.assertEqual((run.message, run.failed), ("name is missing.", 1))

    # === RUNS === #

    def test_connecting_has_the_tree_read_when_the_rest_is_done(self):
        with self.capture_triggers('onbuy_connector.ir_cron_sync_categories') as categories, \
                self.capture_triggers('onbuy_connector.ir_cron_sync_reference') as reference:
            self.store.action_connect()
        self.assertEqual((len(categories.records), len(reference.records)), (1, 1))
        self.assertGreater(categories.records.call_at, reference.records.call_at)

    def test_a_reading_that_is_cut_goes_on_where_it_was(self):
        self.slice_crons(2)
        state = self.env['onbuy.store.state']
        for _slice in range(30):
            self.run_cron('sync_categories')
        offsets = [one['query'].rpartition('offset=')[2] for one in self.calls('/v2/categories')
                   if one['path'] == '/v2/categories']
        pages = -(-self.categories.search_count([]) // 20)
        self.assertEqual(sorted(set(map(int, offsets)))[:pages], [20 * page for page in range(pages)])
        self.assertEqual(list(state._load(self.store, 'categories')), ['read'])

    def test_by_itself_it_is_read_once_a_month(self):
        self.run_cron('sync_categories')
        self.assertTrue(self.calls())
        self.run_cron('sync_categories')
        self.assertFalse(self.calls())
        self.forget(days=31)
        self.run_cron('sync_categories')
        self.assertTrue(self.calls())

    def test_after_a_bad_day_the_next_day_goes_on(self):
        def fail(client, *, offset=0):
            yield from pages[:1]
            raise UnavailableError("no")
        with self.store._connect() as client:
            pages = list(client.iter_categories())
        with self.subTest("the bad day"), mute_logger(TASKS):
            read, OnBuyClient.iter_categories = OnBuyClient.iter_categories, fail
            self.addCleanup(setattr, OnBuyClient, 'iter_categories', read)
            self.run_cron('sync_categories')
            OnBuyClient.iter_categories = read
        self.assertEqual(self.categories.search_count([]), 20)
        self.calls()
        self.run_cron('sync_categories')
        self.assertNotIn('offset=0', self.calls('/v2/categories')[0]['query'].split('&'))
        self.assertEqual(self.categories.search_count([]), sum(len(page.items) for page in pages))

    def make_other_store(self):
        """Return another connected store."""
        other = self._create_store(
            name="Outlet", consumer_key=self.sandbox.keys['ck_test_'], secret_key=self.sandbox.keys['sk_test_'])
        other.action_connect()
        self.calls()
        return other

    def test_one_store_reads_for_all(self):
        other = self.make_other_store()
        self.read_tree()
        self.calls()
        self.run_cron('sync_categories')
        self.assertFalse(self.calls(), "neither the store itself nor the other one")
        self.forget(days=31)
        other.action_sync_categories()
        self.calls()
        self.run_cron('sync_categories')
        self.assertFalse(self.calls())

    def test_what_one_store_is_reading_no_other_store_begins(self):
        other = self.make_other_store()
        page = Page([make_category(1)], [])
        self.store._store_categories_page(page, offset=20)
        self.assertTrue(other._are_categories_current())
        self.assertFalse(self.store._are_categories_current())
        with self.store._connect() as client:
            next(self.store._task_categories(client))
        self.assertIn('offset=20', self.calls('/v2/categories')[0]['query'])

    def test_what_takes_longer_than_a_button_goes_on_in_the_background(self):
        self.patch(onbuy_store_buttons, 'BUTTON_SECONDS', -1)
        with self.capture_triggers('onbuy_connector.ir_cron_sync_categories') as triggers:
            message = self.store.action_sync_categories()['params']['message']
        self.assertIn("goes on in the background", message)
        self.assertEqual(len(triggers.records), 1)

    # === COMMISSION === #

    def test_the_numbers_of_the_tree_find_their_commission_tiers(self):
        self.read_tree()
        lamps = self.category("Desk Lamps")
        with self.store._connect() as client:
            view = client.get_category(lamps.code)
            tier = next(one for one in client.commission_tiers() if one.tier_id == view.tier_id)
        self.assertNotEqual(lamps.tier_code, lamps.tier_id.code)
        self.assertEqual(lamps.tier_id.code, view.tier_id)
        self.assertEqual(Decimal(str(lamps.tier_id._get_fee(24.99))), tier.fee(Decimal('24.99')))
        self.assertIn("%", lamps.rate_text)

    def test_a_tier_with_a_threshold_takes_the_upper_rate_of_the_rest_only(self):
        self.read_tree()
        tier = self.env['onbuy.commission.tier'].search([('threshold', '=', 45)])
        self.assertEqual((tier.rate, tier.upper_rate, tier.minimum), (13.5, 9.0, 0.25))
        self.assertEqual((tier._get_fee(100), tier._get_fee(45), tier._get_fee(0.5)), (11.03, 6.08, 0.25))
        self.assertRegex(tier.rate_text, r"13\.5 % up to .*45\.00.*, 9 % of the rest, at least .*0\.25")

    def test_a_tree_that_names_tiers_by_id_needs_no_more_calls(self):
        self.read_tree()
        tier = self.env['onbuy.commission.tier'].search([], limit=1)
        self.categories._store([make_category(1, tier=tier.code)])
        self.assertEqual(self.category("Category 1").tier_id, tier)
        self.assertNotIn(self.category("Category 1"), self.categories._get_tier_samples())

    # === PEOPLE === #

    def test_users_and_managers_read_and_nobody_edits_by_hand(self):
        self.read_tree()
        for group in ('user', 'manager'):
            user = new_test_user(self.env, group, groups=f'onbuy_connector.group_onbuy_{group}')
            lamps = self.category("Desk Lamps").with_user(user)
            self.assertTrue(lamps.read(['complete_name', 'rate_text', 'feature_ids']))
            with self.subTest(group=group), self.assertRaises(AccessError):
                lamps.name = "Mine"

    def test_others_neither_read_nor_have_categories_read(self):
        self.read_tree()
        plain = new_test_user(self.env, 'plain', groups='base.group_user')
        lamps = self.category("Desk Lamps").with_user(plain)
        for call in (lamps.read, lamps.action_read_features, lamps.action_stop_reading):
            with self.subTest(call=call.__name__), self.assertRaises(AccessError):
                call()

    def test_without_a_connected_store_nothing_can_be_read(self):
        self.read_tree()
        self.store.action_pause()
        with self.assertRaisesRegex(UserError, "Connect a store first"):
            self.category("Desk Lamps").action_read_features()
