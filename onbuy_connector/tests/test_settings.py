from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import OnbuyCommon

SETTLED = {'ok', 'info'}


@tagged('post_install', '-at_install')
class TestSettings(OnbuyCommon):
    """Connecting in Odoo's settings: two keys, no store yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store.unlink()
        cls.admin = new_test_user(
            cls.env, 'sysadmin', 'base.group_system,onbuy_connector.group_onbuy_manager,sales_team.group_sale_manager',
            company_id=cls.company.id)
        cls.keys = {'onbuy_consumer_key': cls.sandbox.keys['ck_live_'], 'onbuy_secret_key': cls.sandbox.keys['sk_live_']}

    def settings(self, **values):
        """Save the settings page with some values, as the web client does."""
        return self.env['res.config.settings'].with_user(self.admin).create(values)

    def stores(self):
        """Return the company's stores."""
        return self.env['onbuy.store'].search([('company_id', '=', self.company.id)])

    def connect(self):
        """Connect with the right keys; return the store."""
        settings = self.settings(**self.keys)
        settings.action_onbuy_connect()
        return self.stores()

    # === CONNECTING === #

    def test_two_keys_make_a_connected_store_of_the_company(self):
        settings = self.settings(**{key: f' {value}\n' for key, value in self.keys.items()})
        result = settings.action_onbuy_connect()
        self.assertEqual(result['params']['type'], 'success')
        store = self.stores()
        self.assertEqual((store.state, store.name, store.site_name), ('readonly', self.company.name, 'OnBuy UK'))
        self.assertEqual(store.consumer_key, self.keys['onbuy_consumer_key'])
        self.assertEqual((settings.onbuy_store_id, settings.onbuy_state), (store, 'readonly'))

    def test_wrong_keys_say_so_and_leave_nothing_behind(self):
        with self.assertRaisesRegex(UserError, "does not accept these keys"), self.env.cr.savepoint():
            self.settings(**{**self.keys, 'onbuy_secret_key': 'sk_live_wrong'})
        self.assertFalse(self.stores())

    def test_one_key_alone_is_refused(self):
        for name, value in self.keys.items():
            with self.subTest(key=name), self.assertRaisesRegex(UserError, "needs both keys"), self.env.cr.savepoint():
                self.settings(**{name: value})
        self.assertFalse(self.stores())

    def test_connect_without_keys_says_where_they_are(self):
        with self.assertRaisesRegex(UserError, "Integrations > OnBuy API"):
            self.settings().action_onbuy_connect()

    def test_saving_the_page_without_keys_changes_nothing(self):
        self.connect()
        with mute_logger('odoo.addons.base.models.ir_module'):
            self.settings(onbuy_consumer_key=False, onbuy_secret_key=False).set_values()
        self.assertTrue(self.stores().consumer_key)

    def test_keys_are_kept_in_the_store_alone(self):
        settings = self.settings(**self.keys)
        self.assertFalse(settings.onbuy_consumer_key)
        self.env.flush_all()
        self.env.cr.execute("SELECT row_to_json(s)::text FROM res_config_settings s WHERE id = %s", [settings.id])
        self.assertNotIn(self.keys['onbuy_secret_key'], self.env.cr.fetchone()[0])

    def test_a_store_that_is_still_a_draft_is_used(self):
        draft = self._create_store(consumer_key='ck_live_old', secret_key='sk_live_old')
        self.connect()
        self.assertEqual((self.stores(), draft.state), (draft, 'readonly'))

    def test_the_company_of_the_page_gets_the_store(self):
        other = self.env['res.company'].create({'name': "Elsewhere"})
        self.admin.company_ids |= other
        self.settings().with_company(other).create({**self.keys, 'company_id': other.id})
        self.assertFalse(self.stores())
        self.assertEqual(self.env['onbuy.store'].search([('company_id', '=', other.id)]).state, 'readonly')

    def test_only_a_system_administrator_enters_keys(self):
        manager = new_test_user(self.env, 'just_manager', 'onbuy_connector.group_onbuy_manager')
        with self.assertRaises(AccessError):
            self.env['res.config.settings'].with_user(manager).create(self.keys)
        with self.assertRaises(AccessError):
            self.env['onbuy.store.keys'].with_user(manager).create({'store_id': self._create_store().id})

    def test_onbuy_cannot_be_reached_says_what_to_check(self):
        self.env['ir.config_parameter'].set_param('onbuy_connector.api_url', 'http://127.0.0.1:9/v2')
        with self.assertRaisesRegex(UserError, "could not be reached"):
            self.settings(**self.keys)

    # === CHANGING KEYS === #

    def change(self, store, consumer_key, secret_key):
        """Change a store's keys in the dialog."""
        form = Form(self.env['onbuy.store.keys'].with_user(self.admin).with_context(default_store_id=store.id))
        form.consumer_key, form.secret_key = consumer_key, secret_key
        return form.save()

    def test_wrong_new_keys_leave_the_old_ones(self):
        store = self.connect()
        with self.assertRaisesRegex(UserError, "does not accept these keys"), self.env.cr.savepoint():
            self.change(store, 'ck_live_new', 'sk_live_new')
        self.assertEqual(store.consumer_key, self.keys['onbuy_consumer_key'])

    def test_right_new_keys_are_used_at_once_and_kept_nowhere_else(self):
        store = self.connect()
        store.write({'consumer_key': 'ck_live_old', 'secret_key': 'sk_live_old'})
        wizard = self.change(store, *self.keys.values())
        self.assertEqual((wizard.consumer_key, wizard.secret_key), (False, False))
        self.assertEqual(wizard.action_done()['params']['type'], 'success')
        self.assertEqual(store.secret_key, self.keys['onbuy_secret_key'])
        store.action_sync_orders()

    def test_keys_of_another_account_are_refused(self):
        store = self.connect()
        store.action_sync_listings()
        for listing in store.listing_ids:
            listing.sku = f'OTHER-{listing.id}'
        with self.assertRaisesRegex(UserError, "another OnBuy account"), self.env.cr.savepoint():
            self.change(store, *self.keys.values())

    # === PROGRESS === #

    def test_the_first_reading_is_told_while_it_goes_on(self):
        store = self.connect()
        progress = store.progress
        self.assertEqual((progress['done'], progress['store']), (False, store.id))
        self.assertEqual([step['text'] for step in progress['steps']], ["0 read", "0 read"])
        store._save_listings_state({'offset': 5, 'total': 12})
        self.assertEqual(store._get_listings_progress()['text'], "0 of 12 read")
        store._save_listings_state({})
        self.run_cron('sync_listings')
        self.run_cron('sync_orders')
        progress = store.progress
        self.assertTrue(progress['done'])
        self.assertEqual([step['text'] for step in progress['steps']], ["12 read", f"{len(store.order_ids)} read"])

    def test_the_orders_progress_follows_the_days_that_are_read(self):
        store = self.connect()
        self.env['onbuy.store.state']._save(store, 'orders', {'watermark': 'x', 'reached': '2000-01-01 00:00:00'})
        self.assertEqual(store._get_orders_progress()['percent'], 0)
        half = fields.Datetime.subtract(fields.Datetime.now(), days=45)
        self.env['onbuy.store.state']._save(
            store, 'orders', {'watermark': 'x', 'reached': fields.Datetime.to_string(half)})
        self.assertEqual(store._get_orders_progress()['percent'], 50)

    def test_errors_are_told_with_the_progress(self):
        store = self.connect()
        self.fault('status', status=500, path='/listings*')
        with mute_logger('odoo.addons.onbuy_connector.models.onbuy_store_notes'):
            self.run_cron('sync_listings')
        self.assertTrue(store.progress['error'])

    def test_a_user_sees_the_progress_but_no_keys(self):
        store = self.connect()
        user = new_test_user(self.env, 'watcher', 'onbuy_connector.group_onbuy_user', company_id=self.company.id)
        self.assertTrue(store.with_user(user).read(['progress', 'checklist'])[0]['checklist'])

    # === CHECKLIST === #

    def test_every_line_of_the_checklist_leads_to_where_it_is_mended(self):
        store = self.connect()
        self.sandbox.place_order()
        self.run_cron('sync_listings')
        self.run_cron('sync_orders')
        tabs = self.env['onbuy.store'].with_user(self.admin).get_view(view_type='form')['arch']
        for check in store.checklist:
            for link in check['links']:
                with self.subTest(check=check['title'], link=link['label']):
                    if 'tab' in link:
                        self.assertIn(f'name="{link["tab"]}"', tabs)
                    elif 'button' in link:
                        call = getattr(store.with_user(self.admin).with_context(**link.get('context', {})), link['button'])
                        self.assertIn('res_model', call())
                    else:
                        self.assertTrue(self.env.ref(link['action']))
        self.assertTrue({check['state'] for check in store.checklist} <= SETTLED)

    def test_an_archived_product_of_order_lines_is_told_by_its_setting(self):
        store = self.connect()
        store.rounding_product_id.active = False
        for checks in (store._get_checklist(), store._get_setup_checks()):
            told = [check['text'] for check in checks if check['state'] == 'bad' and "archived" in check['text']]
            self.assertEqual(len(told), 1)
            self.assertIn(store._fields['rounding_product_id'].string, told[0])

    def test_northern_ireland_and_the_isle_of_man_are_taxed_as_the_mainland_unless_told(self):
        store = self.connect()
        domestic = self.company.domestic_fiscal_position_id
        self.assertTrue(domestic)
        self.assertEqual(store.northern_ireland_position_id | store.isle_of_man_position_id, domestic)
        self.assertFalse(store.jersey_position_id)

    def test_an_order_can_be_tried_without_keeping_anything(self):
        store = self.connect()
        store.create_products = True
        self.sandbox.place_order()
        self.run_cron('sync_listings')
        self.run_cron('sync_orders')
        trial = self.env['onbuy.order.trial'].browse(store.action_try_order()['res_id'])
        self.assertIn("No product for SKU", trial.problem)
        store.listing_ids._create_products()
        before = self.env['sale.order'].search_count([]), self.env['res.partner'].search_count([])
        trial = self.env['onbuy.order.trial'].browse(store.action_try_order()['res_id'])
        order = trial.order_id
        self.assertFalse(trial.problem)
        self.assertIn(f'{order.amount_total:,.2f}', trial.result)
        self.assertEqual((self.env['sale.order'].search_count([]), self.env['res.partner'].search_count([])), before)
        self.assertEqual((store.workflow, order.sale_order_ids), ('confirmed', self.env['sale.order']))
