import json

from odoo.tests import new_test_user, tagged

from ..lib.client import OnBuyClient
from ..models import onbuy_store_buttons
from .common import OnbuyCommon
from .test_sync_orders import SlicedMixin


@tagged('post_install', '-at_install')
class TestNotifications(SlicedMixin, OnbuyCommon):
    """What a button leaves to the background is told, once, to whoever pressed it."""

    def setUp(self):
        super().setUp()
        self.go_live()
        self.clerk, self.manager = (
            new_test_user(self.env, name, groups='onbuy_connector.group_onbuy_manager') for name in ('clerk', 'boss'))

    def hurry(self):
        """Let a button have no time for more than it has begun."""
        self.patch(onbuy_store_buttons, 'BUTTON_SECONDS', -1)

    def press(self, user, name='action_sync_orders'):
        """Press a button of the store and return what it says."""
        answer = getattr(self.store.with_user(user), name)()
        self.env.flush_all()
        return answer['params']['message']

    def told(self, user):
        """Return the notifications that a user got on the screen."""
        self.env.cr.flush()
        channel = json.dumps([self.env.cr.dbname, 'res.partner', user.partner_id.id], separators=(',', ':'))
        rows = self.env['bus.bus'].search([('channel', '=', channel)], order='id')
        messages = [json.loads(row.message) for row in rows]
        return [message['payload'] for message in messages if message['type'] == 'simple_notification']

    def count_waiting(self):
        """Return how many wait to be told something."""
        return len(self.env['onbuy.store.state']._load_below(self.store, 'asked/'))

    # === A BUTTON === #

    def test_a_button_says_what_was_done_in_the_words_of_its_task(self):
        self.sandbox.place_order((self.skus()[0], 1))
        self.assertRegex(self.press(self.clerk), r"^Orders: [1-9]\d* read, 1 new, \d+ changed\.$")
        self.assertRegex(self.press(self.clerk, 'action_sync_listings'), r"^Listings: [1-9]\d* read")

    def test_a_button_with_nothing_to_do_says_so(self):
        self.assertEqual(self.store._run_now('brands')['params']['message'], "Brands: nothing to do.")

    def test_a_button_begins_no_call_when_its_time_is_up(self):
        self.hurry()
        self.sandbox.control('DELETE', '/requests')
        self.assertIn("goes on in the background", self.press(self.clerk))
        self.assertFalse(self.sandbox.requests())

    def test_what_was_done_before_the_time_was_up_is_kept(self):
        placed = self.sandbox.place_order((self.skus()[0], 1))
        iter_orders = OnBuyClient.iter_orders

        def slow(client, **values):
            yield from iter_orders(client, **values)
            client.stop_after(-1)

        self.patch(OnBuyClient, 'iter_orders', slow)
        self.patch(type(self.store), '_get_unknown_listing_units', lambda store, client: client.find_listing('x') and ())
        self.assertRegex(self.press(self.clerk), r"1 new.* goes on in the background")
        self.assertTrue(self.env['onbuy.order'].search([('name', '=', placed['order_id'])]))

    def test_a_button_whose_cron_is_switched_off_says_so_and_promises_nothing(self):
        self.env.ref('onbuy_connector.ir_cron_sync_orders').active = False
        self.assertIn("its scheduled action is switched off", self.press(self.clerk))
        self.hurry()
        self.assertIn("The rest is not done", self.press(self.clerk))
        self.assertFalse(self.count_waiting())

    def test_a_button_whose_cron_was_deleted_says_so_too(self):
        self.env.ref('onbuy_connector.ir_cron_sync_brands').unlink()
        self.assertIn("switched off", self.store._run_now('brands')['params']['message'])

    def test_going_live_waits_until_all_is_read(self):
        self.store.write({'state': 'readonly', 'live_date': False})
        self.env['onbuy.store.state']._save(self.store, 'listings', {})
        self.hurry()
        self.assertIn("not live yet", self.press(self.manager, 'action_go_live'))
        self.assertEqual(self.store.state, 'readonly')
        self.patch(onbuy_store_buttons, 'BUTTON_SECONDS', 60)
        self.press(self.manager, 'action_go_live')
        self.assertEqual(self.store.state, 'live')

    # === THE BACKGROUND === #

    def test_who_pressed_is_told_the_counts_when_it_is_done_and_only_once(self):
        self.hurry()
        self.press(self.clerk)
        self.sandbox.place_order((self.skus()[0], 1))
        for _run in range(2):
            self.run_cron('sync_orders')
        message, = self.told(self.clerk)
        self.assertRegex(message['message'], r"^Orders: [1-9]\d* read, 1 new")
        self.assertEqual((message['title'], message['type'], message['sticky']), ("Lamp House", 'success', False))
        self.assertFalse(self.count_waiting())

    def test_all_who_pressed_are_told_once_each_however_often_they_did(self):
        self.hurry()
        for user in (self.clerk, self.manager, self.clerk):
            self.press(user)
        self.run_cron('sync_orders')
        self.assertEqual([len(self.told(user)) for user in (self.clerk, self.manager)], [1, 1])

    def test_a_failure_is_told_with_its_reason_and_stays_on_the_screen(self):
        self.hurry()
        self.press(self.clerk)
        self.fault('status', status=503, path='/orders*')
        for _run in range(2):
            self.run_cron('sync_orders')
        message, = self.told(self.clerk)
        self.assertIn("problem of its own (HTTP 503)", message['message'])
        self.assertEqual((message['type'], message['sticky']), ('danger', True))

    def test_while_it_goes_on_nobody_is_told_and_the_counts_add_up(self):
        self.sandbox.place_order((self.skus()[0], 1))
        self.press(self.clerk)
        self.hurry()
        self.sandbox.place_order((self.skus()[0], 1))
        self.press(self.clerk)
        self.slice_crons(1)
        self.run_cron('sync_orders')
        self.assertFalse(self.told(self.clerk))
        self.assertEqual(self.count_waiting(), 1)
        self.slice_crons(100)
        self.run_cron('sync_orders')
        message, = self.told(self.clerk)
        self.assertIn("1 new", message['message'])

    def test_a_used_up_allowance_is_not_the_end_of_it(self):
        self.hurry()
        self.press(self.clerk)
        self.store.limit_get = 1
        self.run_cron('sync_orders')
        self.assertFalse(self.told(self.clerk))
        self.store.limit_get = 600
        self.run_cron('sync_orders')
        self.assertEqual(len(self.told(self.clerk)), 1)

    def test_who_finds_the_store_busy_is_told_by_the_run_that_comes_after(self):
        with self.store._connect():
            self.assertIn("you are told when it is done", self.press(self.clerk))
        self.run_cron('sync_orders')
        self.assertEqual(len(self.told(self.clerk)), 1)

    def test_a_run_that_began_before_answers_nobody_who_pressed_since(self):
        self.hurry()
        task = type(self.store)._task_orders

        def press_meanwhile(store, client):
            store.with_user(self.manager).sudo()._hand_over('orders', (), {})
            yield from task(store, client)

        self.press(self.clerk)
        self.patch(type(self.store), '_task_orders', press_meanwhile)
        self.run_cron('sync_orders')
        self.assertEqual([len(self.told(user)) for user in (self.clerk, self.manager)], [1, 0])
        self.patch(type(self.store), '_task_orders', task)
        self.run_cron('sync_orders')
        self.assertEqual([len(self.told(user)) for user in (self.clerk, self.manager)], [1, 1])

    def test_what_the_button_was_asked_is_what_the_background_does(self):
        self.store.action_sync_reference()
        self.hurry()
        self.press(self.clerk, 'action_sync_reference')
        self.sandbox.control('DELETE', '/requests')
        self.run_cron('sync_reference')
        self.assertTrue(self.sandbox.requests('/sellers/deliveries'))
        self.sandbox.control('DELETE', '/requests')
        self.run_cron('sync_reference')
        self.assertFalse(self.sandbox.requests())

    def test_a_user_who_is_gone_stops_nobody_elses_notification(self):
        self.hurry()
        for user in (self.clerk, self.manager):
            self.press(user)
        self.clerk.unlink()
        self.run_cron('sync_orders')
        self.assertEqual(len(self.told(self.manager)), 1)

    def test_another_stores_run_tells_nothing(self):
        self.hurry()
        self.press(self.clerk)
        self.store.sync_orders = False
        other = self._create_store(
            name="Second", consumer_key=self.sandbox.keys['ck_test_'], secret_key=self.sandbox.keys['sk_test_'])
        other.action_connect()
        self.run_cron('sync_orders')
        self.assertTrue(self.env['onbuy.store.state']._load(other, 'done_orders').get('at'))
        self.assertFalse(self.told(self.clerk))
