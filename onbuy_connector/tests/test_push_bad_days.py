from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..lib.client import OnBuyClient
from ..lib.errors import AnswerError, RejectedError, UncertainError
from ..models import onbuy_listing_push
from ..models.onbuy_store_alerts import REFUSED
from .push_common import PushCommon

TASKS = 'odoo.addons.onbuy_connector.models.onbuy_store_tasks'


@tagged('post_install', '-at_install')
class TestPushBadDays(CronMixinCase, PushCommon):
    """When OnBuy refuses, is silent or has no time: nothing is lost, nothing stops the rest."""

    def make_due(self):
        """Let the time of every next attempt have come."""
        self.listings().filtered('next_attempt').next_attempt = fields.Datetime.now() - timedelta(minutes=1)

    # === REFUSALS === #

    def test_a_refused_listing_shows_onbuys_words_and_stops_no_other(self):
        bad, good = self.listings()[:2]
        self.want_all({bad: 3, good: 4})
        bad.sku = 'GONE-1'
        self.wanted['GONE-1'] = 3
        self.push()
        self.assertEqual((bad.sync_state, good.sync_state), ('error', 'synced'))
        self.assertIn("SKU does not exist", bad.sync_error)
        self.assertEqual((self.remote(good)['stock'], self.count_rows()), (4, 0))

    def test_a_refused_listing_is_tried_again_after_a_growing_while(self):
        listing = self.listings()[0]
        sku, listing.sku = listing.sku, 'GONE-1'
        self.wanted = {sku: 3, 'GONE-1': 3}
        self.note(listing)
        waits = []
        for _attempt in range(3):
            self.push()
            waits.append(listing.next_attempt - listing.sync_date)
            self.make_due()
        self.assertEqual([wait.total_seconds() / 60 for wait in waits], [30, 60, 120])
        listing.sku = sku
        self.push()
        self.assertEqual((listing.sync_state, listing.sync_error, self.remote(listing)['stock']), ('synced', False, 3))

    def test_an_item_that_the_answer_does_not_mention_is_asked_for(self):
        listings = self.listings()[:2]
        call = OnBuyClient.request

        def request(client, method, path, **content):
            answer = call(client, method, path, **content)
            return {'results': answer['results'][:1]} if method == 'PUT' else answer

        self.patch(OnBuyClient, 'request', request)
        self.want_all(dict.fromkeys(listings, 3))
        self.push()
        self.assertEqual((sorted(listings.mapped('sync_state')), self.count_rows()), (['synced', 'uncertain'], 1))
        self.make_due()
        self.push()
        self.assertEqual((listings.mapped('sync_state'), listings.mapped('stock')), (['synced'] * 2, [3, 3]))

    def test_one_over_which_onbuy_stumbles_holds_up_no_other_for_long(self):
        self.patch(onbuy_listing_push, 'UPDATES_PER_CALL', 100)
        listings = self.listings()[:12]
        poison, update, calls = listings[5].sku, OnBuyClient.update_listings, []

        def update_listings(client, updates):
            calls.append(len(updates))
            if any(one.sku == poison for one in updates):
                raise UncertainError("OnBuy has a problem of its own (HTTP 500).", status=500)
            return update(client, updates)

        self.patch(OnBuyClient, 'update_listings', update_listings)
        self.want_all(dict.fromkeys(listings, 3))
        for _push in range(4):
            self.push()
            self.make_due()
        self.assertEqual(sorted(set(calls)), [1, 2, 10, 12])
        self.assertEqual({self.remote(one)['stock'] for one in listings if one.sku != poison}, {3})
        self.assertEqual(listings.filtered(lambda one: one.sync_state != 'synced').mapped('sku'), [poison])
        self.assertEqual(self.env['onbuy.listing'].search_count([('store_id', '=', self.store.id), *REFUSED]), 1)

    def test_after_three_lost_answers_in_a_row_the_rest_waits(self):
        self.patch(onbuy_listing_push, 'UPDATES_PER_CALL', 1)
        self.fault('status', status=500, path='/listings/by-sku', method='PUT')
        self.want_all(dict.fromkeys(self.listings()[:5], 3))
        self.push()
        self.assertEqual((len(self.puts()), self.count_rows()), (3, 5))

    def test_a_listing_that_cannot_be_read_back_stays_uncertain_and_stops_no_other(self):
        odd, good = self.listings()[:2]
        find = OnBuyClient.find_listing

        def find_listing(client, sku):
            if sku == odd.sku:
                raise AnswerError("OnBuy's answer cannot be understood.")
            return find(client, sku)

        self.patch(OnBuyClient, 'find_listing', find_listing)
        self.want_all({odd: 3})
        self.fault('drop_before', path='/listings/by-sku', method='PUT', count=1)
        self.push()
        self.make_due()
        self.want_all({odd: 3, good: 3})
        self.push()
        self.assertEqual((odd.sync_state, good.sync_state, self.remote(good)['stock']), ('uncertain', 'synced', 3))
        self.assertGreater(odd.next_attempt, fields.Datetime.now())

    def test_one_poisoned_item_is_found_by_halving_the_call(self):
        listings = self.listings()[:8]
        poison, update = listings[5].sku, OnBuyClient.update_listings
        calls = []

        def update_listings(client, updates):
            calls.append(len(updates))
            if any(one.sku == poison for one in updates):
                raise RejectedError("OnBuy chokes on it.")
            return update(client, updates)

        self.patch(OnBuyClient, 'update_listings', update_listings)
        self.want_all(dict.fromkeys(listings, 3))
        self.push()
        self.assertEqual(listings.filtered(lambda one: one.sync_state == 'error').mapped('sku'), [poison])
        self.assertEqual({self.remote(one)['stock'] for one in listings if one.sku != poison}, {3})
        self.assertEqual(sorted(calls), [1, 1, 2, 2, 4, 4, 8])

    # === LOST ANSWERS === #

    def lose_answer(self, kind):
        """Push one listing to 3 and lose the answer; return the listing."""
        listing = self.listings()[0]
        self.want_all({listing: 3})
        self.fault(kind, path='/listings/by-sku', method='PUT', count=1)
        self.push()
        return listing

    def test_after_a_lost_answer_onbuy_is_asked_and_what_it_has_is_not_sent_again(self):
        listing = self.lose_answer('drop_after')
        self.assertEqual((listing.sync_state, self.count_rows()), ('uncertain', 1))
        self.push()
        self.assertEqual(len(self.puts()), 1, "not before it was asked")
        self.make_due()
        self.push()
        self.assertEqual((listing.sync_state, listing.stock, len(self.puts()), self.count_rows()), ('synced', 3, 1, 0))

    def test_after_a_lost_answer_the_push_does_not_come_back_before_it_can_ask(self):
        with self.capture_triggers('onbuy_connector.ir_cron_push_offers') as triggers:
            self.lose_answer('drop_after')
            now = fields.Datetime.now()
            triggers_before = len(triggers.records)
            self.push()
            late = triggers.records[triggers_before:]
        self.assertFalse(late.filtered(lambda trigger: trigger.call_at < now + timedelta(seconds=30)))

    def test_what_was_lost_before_onbuy_took_it_is_sent_again(self):
        listing = self.lose_answer('drop_before')
        self.make_due()
        self.push()
        self.assertEqual((self.remote(listing)['stock'], listing.sync_state, self.count_rows()), (3, 'synced', 0))

    def test_many_uncertain_listings_are_read_by_the_page(self):
        listings = self.listings()
        self.want_all(dict.fromkeys(listings, 3))
        self.fault('drop_before', path='/listings/by-sku', method='PUT', count=1)
        self.push()
        self.assertEqual(set(listings.mapped('sync_state')), {'uncertain'})
        self.make_due()
        self.sandbox.control('DELETE', '/requests')
        self.push()
        self.assertEqual(len(self.sandbox.requests('/listings', 'GET')), 1)
        self.assertEqual({self.remote(listing)['stock'] for listing in listings}, {3})

    # === NO ALLOWANCE === #

    def test_without_allowance_stock_waits_and_the_store_says_why_and_until_when(self):
        listing = self.listings()[0]
        self.spend_puts(144)
        self.want_all({listing: 3})
        self.env.cr.execute("UPDATE onbuy_offer_change SET date = date - interval '2 minutes'")
        with self.capture_triggers('onbuy_connector.ir_cron_push_offers') as triggers:
            self.push()
        self.assertEqual((self.puts(), self.count_rows()), ([], 1))
        self.assertRegex(self.store.offers_wait_text, r"Stock waits until \d\d:\d\d:\d\d: The allowance of calls is used up")
        self.assertTrue(any(at > fields.Datetime.now() + timedelta(minutes=30) for at in triggers.records.mapped('call_at')))

    def test_a_dispatch_still_leaves_when_stock_has_to_wait(self):
        self.stock_up()
        order = self.receive_order((self.listings()[0].sku, 1))
        self.spend_puts(144)
        self.want_all({self.listings()[1]: 3})
        self.deliver(order)
        self.run_cron('send_actions')
        self.assertEqual(self.sandbox.order(order.name)['status'], 'Dispatched')

    def test_what_waited_leaves_once_there_is_allowance_again(self):
        listing = self.listings()[0]
        self.spend_puts(144)
        self.want_all({listing: 3})
        self.env.cr.execute("UPDATE onbuy_offer_change SET date = date - interval '2 minutes'")
        self.push()
        self.spend_puts(0)
        self.push()
        self.assertEqual((self.remote(listing)['stock'], self.store.offers_wait_text), (3, False))

    def test_when_orders_cannot_be_read_only_falling_stock_is_sent(self):
        for kind, values in (('status', {'status': 429}), ('status', {'status': 404}), ('non_json', {'status': 200})):
            with self.subTest(kind=kind, **values):
                self.sandbox.control('DELETE', '/requests')
                falling, rising = self.listings()[:2]
                self.fault(kind, path='/orders', method='GET', count=1, **values)
                self.want_all({falling: falling.stock - 1, rising: 20})
                with mute_logger(TASKS):
                    self.push()
                self.assertEqual(self.puts(), [[{'sku': falling.sku, 'stock': falling.stock}]])
                self.assertTrue(self.env['onbuy.offer.change'].search([('listing_id', '=', rising.id)]))

    def test_stock_locations_that_cannot_be_told_stop_stock_and_say_so(self):
        listing = self.listings()[0]
        self.want_all({listing: 3})

        def fail(listings):
            raise UserError("The stock location is archived.")  # pylint: disable=translation-required

        self.patch(type(listing), '_get_sellable_quantities', fail)
        with mute_logger(TASKS):
            self.push()
        self.assertEqual((self.puts(), self.count_rows()), ([], 1))
        self.assertIn("archived", self.store.connection_error)

    def test_a_change_noted_while_a_call_is_on_its_way_is_not_forgotten(self):
        listing = self.listings()[0]
        update = OnBuyClient.update_listings

        def update_listings(client, updates):
            answer = update(client, updates)
            self.wanted[listing.sku] = 2
            self.note(listing)
            return answer

        self.patch(OnBuyClient, 'update_listings', update_listings)
        self.want_all({listing: 3})
        self.push()
        self.assertEqual((listing.stock, self.count_rows()), (3, 1))
