import json
import threading

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import OnbuyCommon

WATCHED_SECONDS = 90  # Then the tour has failed already.


class TourCommon(OnbuyCommon, HttpCase):
    """People at their screens, in a real browser. The crons run between the tours, or while one waits."""

    def person(self, login, *groups):
        """Create someone who logs in."""
        return new_test_user(self.env, login, ','.join(groups), company_id=self.company.id, password=login)

    def place(self, buyer, quantity=1):
        """Place an order on OnBuy and fetch it; return the ``onbuy.order``."""
        return self.receive_order((self.skus()[0], quantity), buyer={'name': buyer}, delivery_address={'name': buyer})

    def status(self, order):
        """Return OnBuy's own word."""
        return self.sandbox.order(order.name)['status']


@tagged('post_install', '-at_install')
class TestTour(TourCommon):
    """A store that is live."""

    def setUp(self):
        super().setUp()
        self.go_live()
        self.stock_up()

    def test_a_person_clicks_from_the_dashboard_to_a_dispatch_on_onbuy(self):
        admin = self.env.ref('base.user_admin')
        admin.group_ids |= self.env.ref('stock.group_stock_user') | self.env.ref('sales_team.group_sale_manager')
        placed = self.sandbox.place_order((self.skus()[0], 2), buyer={'name': 'Tour Buyer'})

        self.start_tour('/odoo', 'onbuy_order_to_delivery', login='admin')
        self.run_cron('send_actions')

        order = self.env['onbuy.order'].search([('name', '=', placed['order_id'])])
        self.assertEqual(self.status(order), 'Dispatched')
        self.start_tour(f'/odoo/sales/{order.sale_order_id.id}', 'onbuy_order_dispatched', login='admin')

    def test_a_warehouse_worker_ships_ten_orders_and_retries_the_one_that_onbuy_refused(self):
        # The second group every new user has. Without it Odoo itself opens no delivery: `stock_delivery` looks for the
        # carriers that fit (`allowed_carrier_ids`) with the user's rights, which lack their postcodes.
        self.person('worker', 'stock.group_stock_user', 'base.group_partner_manager')
        orders = self.env['onbuy.order'].union(*(self.place(f"Buyer {number}") for number in range(10)))
        self.place("Buyer who can wait")  # So that the filter is seen to work.
        self.store.order_ids.dispatch_by = fields.Datetime.add(fields.Datetime.now(), days=5)
        orders.dispatch_by = fields.Datetime.now()

        self.start_tour('/odoo', 'onbuy_ship_ten', login='worker')
        # Refused together, then one by one: the first of them once more.
        self.fault('status', status=400, path='/orders/dispatch', count=2, message="OnBuy is having tea")
        self.run_cron('send_actions')
        self.assertEqual(sorted(map(self.status, orders)), ['Awaiting Dispatch'] + ['Dispatched'] * 9)

        self.start_tour('/odoo', 'onbuy_retry_refused', login='worker')
        self.run_cron('send_actions')
        self.assertEqual(set(map(self.status, orders)), {'Dispatched'})

    def test_a_sales_clerk_finds_explains_refunds_and_cancels(self):
        self.person('clerk', 'sales_team.group_sale_salesman_all_leads', 'onbuy_connector.group_onbuy_user')
        asked, unwanted = self.place("Asking Buyer", 2), self.place("Sorry Buyer")
        self.deliver(asked, tracking='AB123456789GB')
        self.run_cron('send_actions')

        self.start_tour('/odoo', 'onbuy_explain_order', login='clerk')
        self.start_tour('/odoo', 'onbuy_cancel_order', login='clerk')
        self.run_cron('send_actions')
        self.assertEqual((self.status(asked), self.status(unwanted)), ('Partially Refunded', 'Cancelled By Seller'))
        self.start_tour('/odoo', 'onbuy_clerk_answers', login='clerk')


@tagged('post_install', '-at_install')
class TestPhone(TourCommon):
    """A small screen."""

    browser_size = '390x844'
    touch_enabled = True

    def test_a_phone_shows_orders_and_listings_as_cards(self):
        self.go_live()
        self.place("Road Buyer")
        self.env['onbuy.listing'].search([('store_id', '=', self.store.id)], limit=1).product_id = False
        self.store.order_ids[:1].copy({'name': 'WRONG', 'sync_state': 'error'})
        self.person('owner', 'onbuy_connector.group_onbuy_user', 'sales_team.group_sale_salesman_all_leads')
        for name in ('order', 'order_fix', 'listing', 'listing_match'):
            with self.subTest(menu=name):
                action = self.env.ref(f'onbuy_connector.onbuy_{name}_menu').action
                self.browser_js(f'/odoo/action-{action.id}', "console.log('test successful')",
                                ready="!!document.querySelector('.o_kanban_record:not(.o_kanban_ghost)')", login='owner')
                self.assertEqual(action.view_mode.partition(',')[0], 'list')  # Elsewhere.


@tagged('post_install', '-at_install')
class TestConnectTour(TourCommon):
    """No store yet."""

    def run_crons_once_watched(self, *names):
        """Run crons beside the browser, as a cron worker does, once the screen has asked how far they are."""
        Store, asked = self.registry['onbuy.store'], threading.Event()
        read = Store.read

        def read_and_tell(stores, fnames=None, load='_classic_read'):
            if fnames == ['progress']:
                asked.set()
            return read(stores, fnames, load)

        def run():
            if asked.wait(WATCHED_SECONDS):
                with self.registry.cursor() as cr:
                    for name in names:
                        api.Environment(cr, SUPERUSER_ID, {}).ref(f'onbuy_connector.ir_cron_{name}').method_direct_trigger()

        self.patch(Store, 'read', read_and_tell)
        thread = threading.Thread(target=run)
        thread.start()
        self.addCleanup(thread.join)

    def test_an_odoo_user_connects_watches_and_goes_live(self):
        self.store.unlink()
        self.person('owner', 'base.group_system', 'onbuy_connector.group_onbuy_manager', 'sales_team.group_sale_manager',
                    'stock.group_stock_manager')
        self.sandbox.place_order()
        keys = {'onbuy_consumer': self.sandbox.keys['ck_live_'], 'onbuy_secret': self.sandbox.keys['sk_live_']}
        leave_keys = ''.join(f'sessionStorage.setItem({json.dumps(name)}, {json.dumps(key)});' for name, key in keys.items())

        self.run_crons_once_watched('sync_listings', 'sync_orders')
        self.start_tour('/odoo/action-sale.action_sale_config_settings', 'onbuy_connect', login='owner',
                        code=f"{leave_keys} odoo.startTour('onbuy_connect', {{}})", timeout=120)

        store = self.env['onbuy.store'].search([('company_id', '=', self.company.id)])
        self.assertEqual((store.state, store.create_products), ('live', True))
        self.assertEqual(store.order_ids.sale_order_id.state, 'sale')
