from dataclasses import replace

from odoo.tests import tagged

from .push_common import PushCommon


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
        few, many = self.read_page(lambda client: client.iter_orders(modified_since=self.store._get_orders_since()))
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
