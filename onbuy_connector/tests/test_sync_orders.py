from datetime import timedelta
from urllib.parse import parse_qs

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib.client import OnBuyClient
from ..lib.errors import UnavailableError
from .common import OnbuyCommon

INBOX = 'odoo.addons.onbuy_connector.models.onbuy_order_inbox'


class SlicedMixin:
    """Crons that have little time."""

    def slice_crons(self, units):
        """Let every cron believe that its time is up after so many units."""
        left = []

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            left[:] = [units] if remaining is not None else [left[0] - 1]
            return max(0, left[0])

        self.patch(type(self.env['ir.cron']), '_commit_progress', commit_progress)

    def find(self, *names):
        """Return the inbox rows of OnBuy's ids."""
        return self.env['onbuy.order'].search([('name', 'in', names)])

    def count_orders(self):
        """Return how many orders the inbox has."""
        return self.env['onbuy.order'].search_count([('store_id', '=', self.store.id)])


@tagged('post_install', '-at_install')
class TestSyncOrders(SlicedMixin, OnbuyCommon):
    """Orders in: none is lost, none is doubled, a bad one is seen and stops no other."""

    def setUp(self):
        super().setUp()
        self.go_live()

    def place_three(self, **overrides):
        """Place three orders of which the second answers oddly.

        :return: their ids
        """
        return [self.sandbox.place_order((self.skus()[0], 1), **values)['order_id']
                for values in ({}, {'overrides': overrides}, {})]

    def assert_only_the_second_fails(self, names, text):
        """Sync and check that two orders came in and the other shows why not; then mend and retry it."""
        self.store.action_sync_orders()
        first, bad, last = (self.find(name) for name in names)
        self.assertTrue(first.sale_order_id and last.sale_order_id)
        self.assertFalse(bad.sale_order_id)
        self.assertEqual(bad.sync_state, 'error')
        self.assertIn(text, bad.sync_error)
        return bad

    # === ONE BAD RECORD IN THREE === #

    def test_an_order_that_cannot_be_understood_waits_visibly_and_comes_in_when_onbuy_mends_it(self):
        names = self.place_three(price_total='a lot')
        bad = self.assert_only_the_second_fails(names, "price_total")
        self.sandbox.control('PATCH', f'/orders/{bad.name}', {'price_total': bad.payload and str(
            self.sandbox.order(names[0])['price_total'])})
        self.store.action_sync_orders()
        self.assertNotIn("cannot be understood", bad.sync_error or "")
        self.assertEqual((bad.status, bad.sale_order_id.state), ('awaiting_dispatch', 'sale'))

    def test_an_order_of_an_unknown_status_is_told_and_comes_in_once_onbuy_waits_for_its_goods(self):
        bad = self.assert_only_the_second_fails(self.place_three(status='On Hold'), "the status On Hold")
        listing = self.env['onbuy.listing'].search([('sku', '=', bad.line_ids.sku)])
        self.assertEqual(self.store._get_sold_quantities()[listing.product_id.id], 1)
        self.sandbox.control('PATCH', f'/orders/{bad.name}', {'status': 'Awaiting Dispatch'})
        self.store.action_sync_orders()
        self.assertEqual((bad.sync_state, bad.sale_order_id.state), ('synced', 'sale'), bad.sync_error)

    def test_an_order_of_an_unknown_status_that_a_person_does_not_want_stays_out(self):
        bad = self.assert_only_the_second_fails(self.place_three(status='On Hold'), "the status On Hold")
        bad.to_import = False
        self.sandbox.control('PATCH', f'/orders/{bad.name}', {'status': 'Awaiting Dispatch'})
        self.store.action_sync_orders()
        self.assertEqual((bad.status, bad.sync_state, bad.sale_order_id.ids), ('awaiting_dispatch', 'synced', []))

    def test_two_lines_of_one_reference_stay_two(self):
        known = self.sandbox.order(self.sandbox.place_order((self.skus()[0], 1))['order_id'])['products'][0]
        name = self.sandbox.place_order((self.skus()[0], 1), overrides={'products': [known, known]})['order_id']
        self.store.action_sync_orders()
        self.sandbox.control('PATCH', f'/orders/{name}', {'products': [{**known, 'quantity_dispatched': '1'}] * 2})
        self.store.action_sync_orders()
        self.assertEqual(self.find(name).line_ids.mapped('quantity_dispatched'), [1, 1])

    def test_an_order_that_does_not_add_up_names_both_sums_and_leaves_no_sales_order(self):
        bad = self.assert_only_the_second_fails(self.place_three(price_total='999.99'), "£999.99")
        self.assertFalse(self.env['sale.order'].search([('client_order_ref', '=', bad.name)]))

    def test_an_order_of_an_unknown_sku_waits_until_a_product_has_it(self):
        known = self.sandbox.order(self.sandbox.place_order((self.skus()[0], 1))['order_id'])
        names = self.place_three(products=[{**known['products'][0], 'sku': 'NOBODY-KNOWS', 'quantity': '1'}])
        bad = self.assert_only_the_second_fails(names, "No product for SKU NOBODY-KNOWS")
        self.env['product.product'].create({'name': "Lamp", 'default_code': 'NOBODY-KNOWS', 'type': 'consu'})
        bad.action_retry()
        self.assertEqual((bad.sync_state, bad.sale_order_id.state), ('synced', 'sale'), bad.sync_error)

    def test_an_order_that_the_database_refuses_is_kept_with_its_reason(self):
        self.patch(type(self.env['onbuy.order']), '_prepare_line_values', self._make_overflow())
        names = self.place_three()
        self.too_large = names[1]
        with mute_logger(INBOX, 'odoo.sql_db'):
            bad = self.assert_only_the_second_fails(names, "cannot be stored")
        self.assertEqual(bad.payload['order_id'], bad.name)

    def _make_overflow(self):
        original, test = type(self.env['onbuy.order'])._prepare_line_values, self

        def prepare(orders, line):
            values = original(orders, line)
            row = test.sandbox.order(test.too_large)['products'][0]
            if line.reference == str(row['onbuy_internal_reference']):
                values['quantity'] = 10 ** 12
            return values
        return prepare

    def test_a_sku_that_onbuy_cannot_look_up_now_does_not_keep_the_other_orders_waiting(self):
        known = self.sandbox.order(self.sandbox.place_order((self.skus()[0], 1))['order_id'])
        self.fault('status', status=503, path='/listings*')
        names = self.place_three(products=[{**known['products'][0], 'sku': 'NOBODY-KNOWS', 'quantity': '1'}])
        self.assert_only_the_second_fails(names, "NOBODY-KNOWS")

    def test_orders_that_onbuy_counts_but_does_not_send_are_told_on_the_store_and_come_in_later(self):
        placed = [self.sandbox.place_order((self.skus()[0], 1))['order_id'] for _number in range(3)]
        self.fault('short_page', path='/orders')
        self.run_cron('sync_orders')
        self.assertIn("left out some", self.store.connection_error)
        self.assertTrue(all(order.sale_order_id for order in self.find(*placed)), "what came is applied")
        self.sandbox.control('DELETE', '/faults')
        self.run_cron('sync_orders')
        self.assertEqual(len(self.find(*placed).sale_order_id), 3)
        self.assertFalse(self.store.connection_error)

    def test_what_was_read_before_onbuy_failed_is_applied(self):
        read = OnBuyClient.iter_orders

        def iter_orders(client, **query):
            yield from read(client, **query)
            raise UnavailableError("OnBuy has a problem of its own.")

        self.patch(OnBuyClient, 'iter_orders', iter_orders)
        placed = self.sandbox.place_order((self.skus()[0], 1))['order_id']
        self.run_cron('sync_orders')
        self.assertTrue(self.find(placed).sale_order_id)
        self.assertIn("problem of its own", self.store.connection_error)

    def test_a_row_without_an_id_is_noted_in_the_sync_log(self):
        self.place_three(order_id=None)
        self.store.action_sync_orders()
        run = self.env['onbuy.sync.run'].search([('store_id', '=', self.store.id), ('state', '=', 'failed')])
        self.assertIn("order_id", run.message)

    # === STARTING AND RECOVERING === #

    def test_an_order_is_recovered_by_its_id_whatever_its_age(self):
        old = fields.Datetime.to_string(fields.Datetime.now() - timedelta(days=400))
        name = self.sandbox.place_order((self.skus()[0], 1), date=old, overrides={'updated_at': old})['order_id']
        self.store.action_recover_order(f' {name.lower()} ')
        self.assertEqual(len(self.find(name)), 1)
        self.store.action_recover_order(name)
        self.assertEqual(len(self.find(name)), 1)

    def test_recovering_an_unknown_or_empty_id_says_so(self):
        with self.assertRaisesRegex(UserError, "OnBuy has no order NOSUCH1"):
            self.store.action_recover_order('nosuch1')
        with self.assertRaisesRegex(UserError, "Enter the id"):
            self.store.action_recover_order(' ')

    def test_orders_of_chosen_dates_are_fetched_by_the_form(self):
        name = self.sandbox.place_order((self.skus()[0], 1))['order_id']
        self.store.action_sync_orders()
        self.find(name).sale_order_ids.onbuy_order_id = False
        self.find(name).unlink()
        now = fields.Datetime.now()
        self.env['onbuy.store.state']._save(self.store, 'orders', {
            'watermark': fields.Datetime.to_string(now + timedelta(hours=1))})
        self.store.action_sync_orders()
        self.assertFalse(self.find(name), "the watermark is past it")
        form = self.env['onbuy.order.fetch'].create({
            'store_id': self.store.id, 'start': now - timedelta(hours=2), 'end': now + timedelta(minutes=5)})
        form.action_fetch()
        self.assertTrue(self.find(name))
        self.assertFalse(self.env['onbuy.store.state']._load(self.store, 'orders_range'))

    def test_dates_the_wrong_way_round_are_refused(self):
        now = fields.Datetime.now()
        form = self.env['onbuy.order.fetch'].create({
            'store_id': self.store.id, 'start': now, 'end': now - timedelta(days=1)})
        with self.assertRaisesRegex(UserError, "the earlier one first"):
            form.action_fetch()


@tagged('post_install', '-at_install')
class TestHistory(SlicedMixin, OnbuyCommon):
    """What the first reading fetches."""

    def read_first(self, days):
        """Read orders for the first time.

        :param int days: of history
        :return: the moment since which OnBuy was asked for changes
        """
        self.store.history_days = days
        self.store.action_connect()
        self.sandbox.control('DELETE', '/requests')
        self.run_cron('sync_orders')
        query = parse_qs(self.sandbox.requests('/orders')[0]['query'])
        return fields.Datetime.to_datetime(query['filter[modified_since]'][0])

    def test_ninety_days_are_asked_for(self):
        age = fields.Datetime.now() - self.read_first(90)
        self.assertEqual(round(age.total_seconds() / 3600), 90 * 24)

    def test_without_history_nothing_old_is_asked_for_but_everything_from_now_on(self):
        age = fields.Datetime.now() - self.read_first(0)
        self.assertLess(age, timedelta(minutes=1))
        between = self.sandbox.place_order()['order_id']
        self.run_cron('sync_orders')
        self.assertTrue(self.find(between))

    def test_days_outside_0_to_90_are_refused(self):
        for days in (-1, 91):
            with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
                self.store.history_days = days
                self.env.flush_all()


@tagged('post_install', '-at_install')
class TestPages(SlicedMixin, OnbuyCommon):
    """250 orders, three pages and bad servers: every order arrives once."""

    sandbox_options = ('--no-limits', '--listings', '300', '--orders', '250', '--seed', '7')
    orders = 250

    def setUp(self):
        super().setUp()
        self.store.history_days = 90
        self.store.action_connect()

    def assert_all_arrive(self):
        self.run_cron('sync_orders')
        known = {row['order_id'] for row in self.sandbox.control('GET', '/state')['accounts']['live']['orders']
                 if fields.Datetime.to_datetime(row['updated_at']) > fields.Datetime.now() - timedelta(days=90)}
        here = self.env['onbuy.order'].search([('store_id', '=', self.store.id)]).mapped('name')
        self.assertEqual(len(here), len(set(here)))
        self.assertFalse(known - set(here))
        self.assertGreater(len(known), 200)

    def test_an_honest_server(self):
        self.assert_all_arrive()

    def test_a_short_page(self):
        self.fault('short_page', path='/orders', rows=5, count=1)
        self.assert_all_arrive()

    def test_an_empty_page_in_the_middle(self):
        self.fault('empty_page', path='/orders', after=1, count=1)
        self.assert_all_arrive()

    def test_a_repeated_page(self):
        self.fault('repeated_page', path='/orders', count=1)
        self.assert_all_arrive()

    def test_an_order_that_changes_while_its_page_is_read(self):
        page = type(self.store)._store_orders_page
        row = self.sandbox.control('GET', '/state')['accounts']['live']['orders'][0]

        def change(store, *args, **values):
            self.sandbox.control('PATCH', f'/orders/{row["order_id"]}', {'buyer': {'phone': "01234"}})
            return page(store, *args, **values)

        self.patch(type(self.store), '_store_orders_page', change)
        self.assert_all_arrive()

    def test_a_crash_between_two_pages_loses_nothing(self):
        page, seen = type(self.store)._store_orders_page, []

        def crash(store, *args, **values):
            seen.append(args)
            if len(seen) == 2:
                raise RuntimeError("power cut")
            return page(store, *args, **values)

        self.patch(type(self.store), '_store_orders_page', crash)
        with mute_logger('odoo.addons.onbuy_connector.models.onbuy_store_tasks'):
            self.run_cron('sync_orders')
        self.assertEqual(self.count_orders(), 100)
        self.assert_all_arrive()

    def test_a_run_that_is_cut_after_each_page_goes_on_where_it_was_and_comes_to_an_end(self):
        self.slice_crons(2)
        self.sandbox.control('DELETE', '/requests')
        for _slice in range(4):
            self.run_cron('sync_orders')
        self.assertLess(len(self.sandbox.requests('/orders')), 8)
        state = self.env['onbuy.store.state']._load(self.store, 'orders')
        self.assertEqual(set(state), {'watermark'}, "the pass is over")
        self.assert_all_arrive()

    def test_a_look_at_open_orders_that_is_cut_goes_on_where_it_was(self):
        self.run_cron('sync_orders')
        self.env['onbuy.order'].search([('store_id', '=', self.store.id)]).status = 'awaiting_dispatch'
        self.slice_crons(1)
        asked = set()
        for _slice in range(10):
            self.sandbox.control('DELETE', '/requests')
            self.run_cron('sync_order_statuses')
            asked |= {one['query'] for one in self.sandbox.requests('/orders')}
            if not self.env['onbuy.store.state']._load(self.store, 'order_statuses'):
                break
        self.assertEqual(len(asked), -(-self.count_orders() // 50), "each fifty were asked for once")
