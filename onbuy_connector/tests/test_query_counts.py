from dataclasses import replace

from odoo.tests import tagged

from ..models.onbuy_store_tasks import TASK_CRONS
from .push_common import PushCommon

ASKING = ('orders', 'listings', 'comparison', 'reconciliation')  # tasks that have to ask OnBuy


@tagged('post_install', '-at_install')
class TestQueryCounts(PushCommon):
    """What is done for a page or a call costs as many queries for many records as for few; script/benchmark has the rest."""

    def count(self, work, *args):
        """Return how many queries a piece of work takes, with nothing in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        work(*args)
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def assert_flat(self, work, few, many):
        """Check that many take as few queries as few."""
        work(few)  # What is done for the first time is done.
        self.assertEqual(self.count(work, many), self.count(work, few))

    def read_page(self, read):
        """Return the first page of a list, and the same with two rows only."""
        with self.store._connect() as client:
            page = next(read(client))
        self.assertGreater(len(page.items), 2)
        return replace(page, items=page.items[:2]), page

    def test_listings_that_did_not_change(self):
        self.run_cron('sync_listings')
        few, many = self.read_page(lambda client: client.iter_listings())
        self.assert_flat(lambda page: self.store._store_listings_pages([page], {}, replace=True), few, many)

    def test_orders_that_did_not_change(self):
        for number in range(4):
            self.sandbox.place_order((self.skus()[number], 1))
        self.store.action_sync_orders()
        few, many = self.read_page(lambda client: client.iter_orders(
            modified_since=self.store._get_orders_since(self.store._get_orders_state())))
        self.assert_flat(self.store._store_orders_page, few, many)
        self.assert_flat(self.store._reconcile_page, few, many)

    def test_stock_that_changed(self):
        def push(stocks):
            self.want_all(stocks)
            self.push()

        listings = self.listings()
        push(dict.fromkeys(listings[:2], 3))
        few = self.count(push, dict.fromkeys(listings[:2], 4))
        many = self.count(push, dict.fromkeys(listings, 5))
        self.assertEqual(many, few)

    # === NOTHING TO DO === #

    def run_task(self, task):
        """Run a task's cron."""
        self.run_cron(TASK_CRONS[task].removeprefix('onbuy_connector.ir_cron_'))

    def settle(self):
        """Let every task do what there is for it, so that nothing is left."""
        for task in TASK_CRONS:
            self.run_task(task)
        self.clear_rows()
        self.env['onbuy.listing'].search([]).image_state = False

    def test_a_task_with_nothing_to_do_knows_that_by_few_queries_and_takes_no_lock(self):
        self.settle()
        self.patch(type(self.store), '_connect', lambda store: self.fail("It took the lock."))
        most = {'order_statuses': 2, 'offers': 2, 'categories': 2, 'reference': 3}
        for task in TASK_CRONS.keys() - set(ASKING):
            with self.subTest(task=task):
                self.assertLessEqual(self.count(self.store._has_work, task), most.get(task, 1))
                self.assertFalse(self.store._has_work(task))
                self.env['onbuy.store.state']._save(self.store, f'done_{task}', {})
                self.run_task(task)
                self.assertTrue(self.store._get_done_date(task), "it went through")

    def test_a_task_that_failed_is_right_again_when_nothing_is_left_to_do(self):
        self.settle()
        self.env['onbuy.store.state']._save(self.store, 'done_publish', {'error': "No.", 'cause': 'refused', 'since': ''})
        self.run_task('publish')
        self.assertFalse(self.store._get_failures())

    def test_who_waits_for_a_task_is_work(self):
        self.settle()
        self.store._hand_over('categories', [True], {})
        self.assertTrue(self.store._has_work('categories'))
        self.assertFalse(self.store._has_work('brands'))

    def test_orders_of_which_none_changed_are_looked_for_with_few_queries(self):
        self.settle()
        self.patch(self.cr, 'commit', self.cr.flush)  # The test's transaction goes on.
        self.assertLessEqual(self.count(self.store._cron_run_store, 'orders'), 40)
