import re

from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import onbuy_listing_pass
from .common import OnbuyCommon
from .test_sync_orders import SlicedMixin

OFFSET = re.compile(r'(?:^|&)offset=(\d+)')
WRITING = re.compile(r'(UPDATE|INSERT INTO|DELETE FROM) "?onbuy_listing\b')


class PassCommon(OnbuyCommon):
    """A store that reads; twelve listings on four pages."""

    page = 3

    def setUp(self):
        super().setUp()
        self.store.action_connect()
        self.run_cron('sync_listings')
        self.patch(onbuy_listing_pass, 'PAGE', self.page)
        self.patch(onbuy_listing_pass, 'PAGES_TOGETHER', 1)
        self.sandbox.control('DELETE', '/requests')

    def listings(self):
        """Return the store's listings."""
        return self.env['onbuy.listing'].search([('store_id', '=', self.store.id)])

    def present(self):
        """Return the listings that count as on OnBuy."""
        return self.listings().filtered('is_on_onbuy')

    def hide(self, listings):
        """Have OnBuy suspend listings, which hides them, until the test ends."""
        for sku in listings.mapped('sku'):
            self.sandbox.control('POST', f'/listings/{sku}/suspend')
            self.addCleanup(self.sandbox.control, 'POST', f'/listings/{sku}/restore')

    def read_all(self):
        """Read all listings, as the cron does when that was asked for."""
        self.store._ask_full_reading()
        self.run_cron('sync_listings')

    def get_offsets(self):
        """Return the offsets of the pages that were asked for since the last call."""
        calls = self.sandbox.requests('/listings', 'GET')
        self.sandbox.control('DELETE', '/requests')
        return [int(OFFSET.search(one['query'])[1]) for one in calls if 'filter' not in one['query']]


@tagged('post_install', '-at_install')
class TestListingPass(SlicedMixin, PassCommon):
    """Passes through all listings, and what they conclude."""

    # === A PART AFTER THE OTHER === #

    def test_after_the_first_reading_each_run_reads_the_newest_page_and_the_next_window(self):
        self.patch(onbuy_listing_pass, 'WINDOW', 6)
        for offsets in ([0, 0, 3], [0, 6, 9], [0, 0, 3]):
            self.run_cron('sync_listings')
            self.assertEqual(self.get_offsets(), offsets)

    def test_a_window_that_is_cut_goes_on_where_it_was_and_comes_to_an_end(self):
        self.patch(onbuy_listing_pass, 'WINDOW', 6)
        self.slice_crons(2)
        for _slice in range(2):
            self.run_cron('sync_listings')
        self.assertEqual(self.get_offsets(), [0, 0, 3], "one window and no more")

    def test_once_a_day_and_on_demand_everything_is_read_at_once(self):
        self.patch(onbuy_listing_pass, 'WINDOW', 6)
        self.store.action_sync_listings()
        self.assertEqual(self.get_offsets(), [0, 0, 3, 6, 9])
        self.run_cron('sync_listings')
        self.assertEqual(self.get_offsets(), [0, 0, 3])
        self.run_cron('sync_listings')
        state = self.store._get_listings_state()
        self.store._save_listings_state({**state, 'full_at': '2020-01-01 00:00:00'})
        self.get_offsets()
        self.run_cron('sync_listings')
        self.assertEqual(self.get_offsets(), [0, 0, 3, 6, 9])

    def test_a_full_reading_that_is_asked_for_in_the_middle_of_a_pass_starts_at_the_beginning(self):
        self.patch(onbuy_listing_pass, 'WINDOW', 6)
        self.run_cron('sync_listings')
        self.get_offsets()
        self.read_all()
        self.assertEqual(self.get_offsets(), [0, 0, 3, 6, 9])

    def test_a_full_reading_that_is_asked_for_twice_goes_on(self):
        self.slice_crons(3)
        self.read_all()
        self.get_offsets()
        self.read_all()
        self.assertEqual(self.get_offsets(), [3, 6])

    def test_what_was_read_before_a_call_fails_is_kept(self):
        self.patch(onbuy_listing_pass, 'PAGES_TOGETHER', 5)
        self.fault('status', status=503, path='/listings', after=3, count=1)
        with mute_logger('odoo.addons.onbuy_connector.models.onbuy_store_notes'):
            self.read_all()
        self.assertEqual(self.store._get_listings_state()['offset'], 6)

    # === ABSENCE === #

    def test_a_listing_that_was_removed_is_marked_and_comes_back_when_it_does(self):
        listing = self.listings()[0]
        stock = listing.stock
        self.hide(listing)
        self.read_all()
        self.assertEqual((listing.is_on_onbuy, listing.sync_state, listing.stock), (False, 'error', stock))
        self.assertIn("suspended or removed", listing.sync_error)
        self.sandbox.control('POST', f'/listings/{listing.sku}/restore')
        self.read_all()
        self.assertEqual((listing.is_on_onbuy, listing.sync_state, listing.sync_error), (True, 'synced', False))

    def test_many_that_are_gone_are_called_gone_after_a_second_look(self):
        gone = self.listings()[2:10]
        self.hide(gone)
        self.read_all()
        self.assertEqual(self.present(), self.listings() - gone)
        self.assertEqual(self.get_offsets(), [0, 0, 3, 0, 3])

    def test_deletions_that_shift_the_pages_hide_no_other_listing(self):
        self.patch(onbuy_listing_pass, 'WINDOW', 6)
        self.run_cron('sync_listings')
        oldest = self.listings().sorted(lambda listing: int(listing.remote_id))[:6]
        self.hide(oldest)
        for _run in range(3):  # The end of this pass, which met them, and the next one.
            self.run_cron('sync_listings')
            self.assertLessEqual(self.listings() - oldest, self.present())
        self.assertEqual(self.present(), self.listings() - oldest)

    # === BAD PAGES === #

    def test_a_short_empty_or_repeated_page_is_read_again_wherever_it_stands(self):
        for kind in ('short_page', 'empty_page', 'repeated_page'):
            first = 1 if kind == 'repeated_page' else 0  # Nothing comes before the first page.
            for page in range(first, 4):
                with self.subTest(kind=kind, page=page):
                    self.get_offsets()
                    self.fault(kind, path='/listings', after=page - 1 if first else page + 1, count=1)
                    self.read_all()
                    self.sandbox.control('DELETE', '/faults')
                    self.assertEqual(self.get_offsets(), sorted([0, 0, 3, 6, 9, 3 * page]))
                    self.assertEqual(len(self.present()), 12)

    def test_whatever_the_pages_lack_no_listing_is_called_gone(self):
        for kind in ('short_page', 'empty_page', 'repeated_page'):
            for values in ({'count': 2}, {'count': 3, 'after': 1}, {'rows': 3}, {}):
                with self.subTest(kind=kind, values=values):
                    self.fault(kind, path='/listings', **values)
                    for _pass in range(2):
                        self.read_all()
                    self.sandbox.control('DELETE', '/faults')
                    self.assertEqual(len(self.present()), 12)

    def test_a_pass_that_lacks_listings_is_told_in_the_log(self):
        self.fault('short_page', path='/listings')
        self.read_all()
        runs = self.env['onbuy.sync.run'].search([('task', '=', 'listings'), ('state', '=', 'failed')])
        self.assertIn("left out listings that it counts", runs.message)

    def test_after_bad_days_the_next_pass_is_whole(self):
        self.fault('empty_page', path='/listings')
        self.read_all()
        self.sandbox.control('DELETE', '/faults')
        gone = self.listings()[5]
        self.hide(gone)
        self.read_all()
        self.assertEqual(self.listings() - self.present(), gone)


@tagged('post_install', '-at_install')
class TestUnchanged(PassCommon):
    """What it takes to read a catalogue in which nothing changed."""

    sandbox_options = ('--no-limits', '--listings', '200', '--orders', '0', '--seed', '7')
    page = 10

    def capture(self):
        """Return a list that all SQL statements from now on are added to."""
        statements, execute = [], Cursor.execute

        def note(cursor, query, *args, **kwargs):
            statements.append(query if isinstance(query, str) else query.code)
            return execute(cursor, query, *args, **kwargs)

        self.patch(Cursor, 'execute', note)
        return statements

    def test_nothing_is_written_on_listings_and_the_calls_are_as_few_as_pages(self):
        statements = self.capture()
        self.read_all()
        self.assertEqual(len(self.get_offsets()), 1 + 200 // 10)
        self.assertTrue(statements)
        self.assertFalse([one for one in statements if WRITING.search(one)])

    def test_a_page_costs_the_same_few_queries_whatever_it_holds(self):
        self.patch(onbuy_listing_pass, 'PAGES_TOGETHER', 5)
        self.read_all()  # Warm caches.
        counts = []
        for page in (10, 20):
            self.patch(onbuy_listing_pass, 'PAGE', page)
            statements = self.capture()
            self.read_all()
            counts.append(len([one for one in statements if not one.startswith(('SAVEPOINT', 'RELEASE', 'ROLLBACK'))]))
        units = (200 // 10 - 200 // 20) // 5
        self.assertLess((counts[0] - counts[1]) / units, 25)

    def test_what_is_remembered_of_a_pass_is_written_in_small_parts_and_forgotten_at_its_end(self):
        self.patch(onbuy_listing_pass, 'WINDOW', 100)
        self.run_cron('sync_listings')
        topics = self.env['onbuy.store.state'].search([
            ('store_id', '=', self.store.id), ('topic', '=like', f'{onbuy_listing_pass.MET}%')])
        self.assertEqual([len(topic.data) for topic in topics], [10] * 10)
        self.run_cron('sync_listings')
        self.assertFalse(topics.exists())
