from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .test_listing_pass import PassCommon


@tagged('post_install', '-at_install')
class TestListingProblems(PassCommon):
    """Listings on OnBuy that cannot be kept here as they are: a list to work off."""

    def problems(self):
        """Return the store's problems."""
        return self.env['onbuy.listing.problem'].search([('store_id', '=', self.store.id)])

    def by_age(self):
        """Return the listings, the oldest first."""
        return self.listings().sorted(lambda listing: int(listing.remote_id))

    # === WHICH === #

    def test_of_two_listings_with_one_sku_the_older_is_kept_and_the_other_reported(self):
        older, newer = self.by_age()[1], self.by_age()[10]
        self.lay_over(newer.sku, sku=older.sku)
        remote_id = older.remote_id
        for _pass in range(2):
            self.read_all()
            self.assertEqual(older.remote_id, remote_id)
            self.assertEqual((older.sync_state, older.sync_error), ('synced', False))
            problem = self.problems()
            self.assertEqual((problem.kind, problem.sku, problem.remote_id), ('duplicate', older.sku, newer.remote_id))
            self.assertEqual((problem.listing_id, problem.opc, problem.name), (older, newer.opc, newer.name))
            self.assertIn(remote_id, problem.message)
            self.assertTrue(problem.url and problem.advice)

    def test_a_duplicate_on_the_same_page_and_one_on_the_newest_page_change_nothing(self):
        older, newer, newest = self.by_age()[0], self.by_age()[1], self.by_age()[11]
        self.lay_over(newer.sku, sku=older.sku)
        self.lay_over(newest.sku, sku=older.sku)
        remote_id = older.remote_id
        self.read_all()
        self.assertEqual(older.remote_id, remote_id)
        self.assertEqual(self.problems().mapped('kind'), ['duplicate', 'duplicate'])

    def test_a_listing_without_a_sku_is_reported_with_what_tells_which_it_is(self):
        for sku in (None, '', '   ', 'x' * 300):
            with self.subTest(sku=sku):
                listing = self.listings()[3]
                self.lay_over(listing.sku, sku=sku)
                self.read_all()
                problem = self.problems()
                self.assertEqual((problem.kind, problem.sku, problem.remote_id), ('missing', False, listing.remote_id))
                self.assertEqual((problem.opc, problem.name), (listing.opc, listing.name))

    def test_one_row_in_three_that_makes_no_sense_is_reported_and_the_others_are_read(self):
        bad = self.listings()[4]
        stock = bad.stock
        self.lay_over(bad.sku, stock='many', name="Renamed")
        self.read_all()
        self.assertEqual((self.problems().kind, self.problems().listing_id), ('broken', bad))
        self.assertIn('many', self.problems().message)
        self.assertEqual((bad.stock, bad.is_on_onbuy), (stock, True))
        self.assertEqual(len(self.present()), 12)

    def test_a_sku_that_differs_in_capitals_or_blanks_is_reported_and_both_are_kept(self):
        first, second = self.by_age()[2], self.by_age()[8]
        for spelling in (first.sku.lower(), f' {first.sku}', f'{first.sku[:2]} {first.sku[2:]}'):
            with self.subTest(spelling=spelling):
                self.lay_over(second.sku, sku=spelling)
                self.read_all()
                problem = self.problems()
                self.assertEqual((problem.kind, problem.sku), ('duplicate', spelling))
                self.assertIn(first.sku, problem.message)
                self.assertTrue(first.is_on_onbuy and problem.listing_id.is_on_onbuy)
                self.assertNotEqual(problem.listing_id, first)

    def test_rows_of_no_sense_at_all_are_counted_and_stop_nothing(self):
        listing = self.listings()[0]
        self.lay_over(listing.sku, sku=None, product_listing_id=None)
        self.read_all()
        self.assertEqual((self.problems().kind, self.problems().remote_id), ('broken', False))

    # === COMING AND GOING === #

    def test_a_problem_that_is_still_there_keeps_its_first_day(self):
        self.lay_over(self.listings()[3].sku, sku=None)
        self.read_all()
        problem = self.problems()
        problem.write({'first_seen': '2020-01-01 00:00:00', 'last_seen': '2020-01-02 00:00:00'})
        self.read_all()
        self.assertEqual(self.problems(), problem)
        self.assertEqual(problem.first_seen.year, 2020)
        self.assertGreater(problem.last_seen.year, 2020)

    def test_a_problem_goes_away_when_a_whole_pass_does_not_meet_it(self):
        sku = self.listings()[3].sku
        self.lay_over(sku, sku=None)
        self.read_all()
        self.sandbox.control('PATCH', f'/listings/{sku}', {'overrides': None})
        self.problems().last_seen = '2020-01-01 00:00:00'
        self.read_all()
        self.assertFalse(self.problems())

    def test_a_pass_of_short_pages_takes_no_fresh_problem_away(self):
        listing = self.by_age()[11]
        self.lay_over(listing.sku, sku=None)
        self.read_all()
        problem = self.problems()
        problem.last_seen = self.env.cr.now().replace(microsecond=0)
        self.env['onbuy.store.state']._save(self.store, 'listings', {})
        self.fault('short_page', path='/listings', after=3)
        self.run_cron('sync_listings')
        self.assertTrue(problem.exists())

    def test_the_message_follows_what_onbuy_sends(self):
        sku = self.listings()[3].sku
        for stock in ('many', 'few'):
            self.lay_over(sku, stock=stock)
            self.read_all()
            self.assertIn(stock, self.problems().message)

    def test_the_store_counts_them_and_a_user_reads_all_again(self):
        sku = self.listings()[3].sku
        self.lay_over(sku, sku=None)
        self.read_all()
        self.assertEqual(self.store.listing_problem_count, 1)
        action = self.store.with_context(figure='listing_problem').action_view_figure()
        self.assertEqual(self.env[action['res_model']].search(action['domain']), self.problems())
        self.sandbox.control('PATCH', f'/listings/{sku}', {'overrides': None})
        self.problems().last_seen = '2020-01-01 00:00:00'
        user = new_test_user(self.env, 'reader', groups='onbuy_connector.group_onbuy_user')
        self.problems().with_user(user).action_read_again()
        self.assertFalse(self.problems())

    def test_only_onbuy_users_see_them(self):
        self.lay_over(self.listings()[3].sku, sku=None)
        self.read_all()
        plain = new_test_user(self.env, 'plain', groups='base.group_user')
        with self.assertRaises(AccessError):
            self.problems().with_user(plain).read(['sku'])
