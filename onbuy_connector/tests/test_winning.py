from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .push_common import PushCommon


@tagged('post_install', '-at_install')
class TestWinning(PushCommon):
    """How listings stand among the offers for their products."""

    def test_a_dearer_listing_loses_and_tells_by_how_much(self):
        listing = self.listings().filtered(lambda one: one.stock and one.price > 2)[0]
        competitor = {'item_price': f'{listing.price - 1:.2f}', 'delivery_price': '0.00'}
        self.sandbox.control('PATCH', f'/listings/{listing.sku}', {'competitor': competitor})
        self.run_cron('compare_offers')
        self.assertFalse(listing.is_winning)
        self.assertAlmostEqual(listing.lead_price, listing.price - 1)
        self.assertGreaterEqual(listing.lead_difference, 1)
        self.assertIn(listing, self.env['onbuy.listing'].search([
            ('winning_date', '!=', False), ('is_winning', '=', False)]))

    def test_a_listing_without_competitors_wins(self):
        listing = self.listings().filtered('stock')[0]
        self.sandbox.control('PATCH', f'/listings/{listing.sku}', {'competitor': None})
        self.run_cron('compare_offers')
        self.assertEqual((listing.is_winning, listing.lead_difference), (True, 0))

    def test_all_listings_are_asked_for_in_one_call_a_day(self):
        for _run in range(2):
            self.run_cron('compare_offers')
        self.assertEqual(len(self.sandbox.requests('/check-winning')), 1)
        self.listings().winning_date = fields.Datetime.now() - timedelta(days=1)
        self.run_cron('compare_offers')
        self.assertEqual(len(self.sandbox.requests('/check-winning')), 2)

    def test_a_listing_that_onbuy_does_not_know_is_told_in_the_log_and_stops_no_other(self):
        first = self.listings()[0]
        first.sku = 'GONE-1'
        self.run_cron('compare_offers')
        self.assertTrue(all(self.listings().mapped('winning_date')))
        run = self.env['onbuy.sync.run'].search([('task', '=', 'comparison'), ('state', '=', 'failed')])
        self.assertRegex(run.message, r"1 of 12 .*GONE-1: SKU does not exist\n.*press Sync listings")

    def test_listings_that_onbuy_leaves_out_are_told_in_the_log(self):
        self.fault('short_page', path='/listings/check-winning', rows=2)
        self.run_cron('compare_offers')
        run = self.env['onbuy.sync.run'].search([('task', '=', 'comparison'), ('state', '=', 'failed')])
        self.assertIn("did not say how 2 of 12 listings stand", run.message)
