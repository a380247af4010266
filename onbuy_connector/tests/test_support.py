import base64
import contextlib
import io
import json
import zipfile
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from ..lib.client import OnBuyClient
from ..lib.errors import OnBuyError
from ..models.onbuy_store_tasks import TASK_CRONS
from .common import OnbuyCommon

BUYER = {'name': "Bartholomew Featherstonehaugh", 'email': 'b10001-x@comms.onbuy.com', 'phone': '07123 456789'}
ADDRESS = {'name': "Bartholomew Featherstonehaugh", 'line_1': "17 Larkspur Crescent", 'line_2': "The Old Brewery",
           'town': "Wivelsfield", 'county': "East Sussex", 'postcode': "RH17 7QL", 'country': "United Kingdom",
           'country_code': 'GB'}
WORDS = {value for values in (BUYER, ADDRESS) for key, value in values.items() if not key.startswith('country')}


class SupportCommon(OnbuyCommon):
    """A live store with an order of a buyer whose words are easy to find."""

    def setUp(self):
        super().setUp()
        self.go_live()
        self.boss = new_test_user(
            self.env, 'boss', groups='onbuy_connector.group_onbuy_manager', email='boss@example.com', password='boss-boss')
        self.clerk = new_test_user(self.env, 'clerk', groups='onbuy_connector.group_onbuy_user', password='clerk-clerk')
        self.company.email = 'shop@example.com'
        self.store.responsible_id = self.boss

    def buy(self):
        """Have the buyer order something; return the ``onbuy.order``."""
        return self.receive_order((self.skus()[0], 1), buyer=BUYER, delivery_address=ADDRESS, billing_address=ADDRESS)

    def get_secrets(self):
        """Return keys and token."""
        token = self.env['onbuy.store.state']._load(self.store, 'api').get('token')
        return {self.store.consumer_key, self.store.secret_key, token[0]}

    def assert_clean(self, text):
        """Check that neither a key, a token nor a word of the buyer is in a text."""
        for word in WORDS | self.get_secrets():
            self.assertNotIn(word, text)


@tagged('post_install', '-at_install')
class TestSetupCheck(SupportCommon):
    """Check set-up: what is right, what is not, and where to mend it."""

    def check(self):
        """Return the lines of a check by their titles."""
        action = self.store.with_user(self.boss).action_check_setup()
        return {line.title: line for line in self.env[action['res_model']].browse(action['res_id']).line_ids}

    def test_while_a_sync_runs_the_keys_cannot_be_proved_which_is_no_fault(self):
        with self.store._connect():
            line = self.check()["Keys"]
        self.assertEqual(line.state, 'info')
        self.assertIn("is running", line.text)

    def assert_says(self, title, state, text):
        """Check what a line says, and that it leads somewhere."""
        line = self.check()[title]
        self.assertEqual((line.state, line.action_open()['type']), (state, 'ir.actions.act_window'))
        self.assertRegex(line.text, text)

    def test_every_line_says_something_and_leads_somewhere(self):
        lines = self.check()
        self.assertGreater(len(lines), 22)
        for title, line in lines.items():
            with self.subTest(title=title):
                self.assertTrue(line.text and self.env[line.action_open()['res_model']]._name)

    def test_keys_and_permissions_are_proved_by_calls_of_their_own(self):
        self.sandbox.control('DELETE', '/requests')
        lines = self.check()
        self.assertEqual({line.state for title, line in lines.items() if "Permission" in title or title == "Keys"}, {'ok'})
        self.assertLessEqual(len(self.sandbox.requests()), 6)

    def test_wrong_keys_are_told_and_nothing_more_is_asked(self):
        self.store.secret_key = 'sk_live_0000'
        lines = self.check()
        self.assertIn("does not accept these keys", lines["Keys"].text)
        self.assertNotIn("Permission: orders", lines)

    def test_one_missing_permission_of_several_is_told(self):
        self.fault('status', status=403, path='/sellers/deliveries*')
        lines = self.check()
        self.assertEqual((lines["Permission: delivery templates"].state, lines["Permission: orders"].state), ('bad', 'ok'))

    def test_without_network_everything_else_is_checked(self):
        self.env['ir.config_parameter'].set_param('onbuy_connector.api_url', 'http://127.0.0.1:9/v2')
        lines = self.check()
        self.assertIn("could not be reached", lines["Keys"].text)
        self.assertEqual(lines["Warehouse"].state, 'ok')

    def test_a_store_that_is_busy_says_so(self):
        with self.store._connect():
            self.assertIn("A sync of Lamp House is running", self.check()["Keys"].text)

    def test_a_slow_onbuy_is_not_asked_for_all(self):
        check = OnBuyClient.check
        self.patch(OnBuyClient, 'check', lambda client: (check(client), client.stop_after(-1)))
        self.assertIn("time for this is up", self.check()["Permission: orders"].text)

    def test_clocks_that_differ_are_told(self):
        check = OnBuyClient.check

        def late(client):
            check(client)
            client.clock_gap = 95.2

        self.patch(OnBuyClient, 'check', late)
        for name in ('iter_orders', 'iter_listings', 'iter_categories'):
            self.patch(OnBuyClient, name, lambda client, **values: iter(()))
        self.patch(OnBuyClient, 'delivery_templates', lambda client: [])
        self.assert_says("Clock", 'info', "95 seconds apart")

    def test_an_address_that_is_not_onbuys_is_told(self):
        self.assert_says("Address of OnBuy's API", 'info', "not to OnBuy's own address")

    def test_an_address_that_leads_nowhere_from_outside_is_told(self):
        for url, state in (('http://localhost:8069', 'info'), ('https://10.0.0.3', 'info'),
                           ('http://shop.example.com', 'info'), ('https://shop.example.com', 'ok')):
            self.env['ir.config_parameter'].set_param('web.base.url', url)
            with self.subTest(url=url):
                self.assertEqual(self.check()["Address of this server"].state, state)

    def test_a_copied_database_is_told(self):
        self.store.database_fingerprint = 'of the original'
        self.assert_says("Database", 'bad', "This database is a copy")

    def test_scheduled_actions_that_do_not_run_are_told(self):
        self.env.ref('onbuy_connector.ir_cron_push_offers').active = False
        self.assert_says("Scheduled actions", 'bad', "Switched off: OnBuy: send stock")

    def test_what_orders_need_and_is_gone_is_told(self):
        self.store.delivery_product_id.active = False
        self.assert_says("Products of delivery, discount and rounding", 'bad', "Missing or archived")

    def test_stock_locations_that_cannot_be_told_are_told(self):
        self.store.stock_location_ids = self.warehouse.lot_stock_id
        self.env.cr.execute("UPDATE stock_location SET active = false WHERE id = %s", (self.warehouse.lot_stock_id.id,))
        self.env.invalidate_all()
        self.assert_says("Stock locations", 'bad', "does not know what can be sold")

    def test_a_carrier_that_onbuy_does_not_know_is_told(self):
        product = self.env['product.product'].create({'name': "Pigeon Post", 'type': 'service'})
        carrier = self.env['delivery.carrier'].create({'name': "Pigeon Post", 'product_id': product.id})
        self.store.mapping_ids = [fields.Command.create({'carrier_id': carrier.id})]
        self.assert_says("Carriers", 'info', "Pigeon Post")

    def test_an_e_mail_that_cannot_be_sent_is_told(self):
        self.boss.email = self.company.email = False
        self.assert_says("Daily e-mail", 'info', "boss.* has no e-mail address.* has no e-mail address")

    def test_taxes_that_changed_since_are_told(self):
        self.buy()
        twin = self.store.position_ids.tax_ids.filtered('onbuy_twin_of_id')[:1]
        twin.amount = 17.5
        self.assert_says("Taxes included in prices", 'info', "differ from your taxes")

    def test_only_a_manager_checks(self):
        with self.assertRaises(AccessError):
            self.store.with_user(self.clerk).action_check_setup()


@tagged('post_install', '-at_install')
class TestDiagnostics(SupportCommon, HttpCase):
    """What is sent to whoever supports the seller, and what is not in it."""

    def read(self, content):  # pylint: disable=method-required-super
        """Return the files of the diagnostics: name → parsed JSON."""
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: json.loads(archive.read(name)) for name in archive.namelist()}

    def fail_with_words(self):
        """Have errors of all kinds that hold words of the buyer and keys."""
        order = self.buy()
        order._set_sync_error(f'{BUYER["name"]} of {ADDRESS["town"]}, {BUYER["email"]}: no such address', retry=False)
        action = self.env['onbuy.order.action']._ask(order, 'dispatch')
        action._set_refused(f'OnBuy knows no {ADDRESS["line_1"]}')
        self.store.listing_ids[0]._set_sync_error(f'Refused with {self.store.consumer_key}')
        self.env['onbuy.sync.run']._note(
            self.store, 'orders', fields.Datetime.now(), dict.fromkeys(
                ('seen', 'created', 'updated', 'sent', 'failed', 'calls'), 0),
            error=f'{BUYER["name"]}, {BUYER["phone"]}, {self.store.secret_key}')
        return order

    def test_it_says_what_is_needed(self):
        self.fail_with_words()
        files = self.read(self.store._make_diagnostics())
        self.assertEqual(set(files), {
            f'{name}.json' for name in ('about', 'modules', 'settings', 'scheduled_actions', 'state', 'counts', 'errors',
                                        'runs', 'calls')})
        self.assertEqual(files['modules.json']['onbuy_connector'][:5], '19.0.')
        self.assertTrue(files['about.json']['postgresql'])
        self.assertEqual(files['counts.json']['onbuy.order']['error'], 1)
        self.assertIn("no such address", str(files['errors.json']['onbuy.order']))
        self.assertEqual(len(files['scheduled_actions.json']), len(TASK_CRONS))
        self.assertIn('GET', files['state.json']['allowance'])
        self.assertEqual(files['settings.json']['settings']['workflow'], 'confirmed')

    def test_neither_keys_nor_tokens_nor_buyers_words_are_in_it(self):
        self.store.action_debug()
        self.fail_with_words()
        with zipfile.ZipFile(io.BytesIO(self.store._make_diagnostics())) as archive:
            for name in archive.namelist():
                self.assert_clean(archive.read(name).decode())

    def test_its_size_is_bounded(self):
        order = self.buy()
        for number in range(60):
            order._set_sync_error(f'{number} ' + 'x' * 20000)
            self.env['onbuy.sync.run']._note(
                self.store, 'orders', fields.Datetime.now(), dict.fromkeys(
                    ('seen', 'created', 'updated', 'sent', 'failed', 'calls'), 0), error=f'{number} ' + 'x' * 20000)
        with zipfile.ZipFile(io.BytesIO(self.store._make_diagnostics())) as archive:
            self.assertEqual(len(json.loads(archive.read('runs.json'))), 50)
            self.assertLess(sum(one.file_size for one in archive.infolist()), 500_000)

    def test_a_manager_downloads_it_and_no_attachment_is_left_behind(self):
        self.buy()
        before = self.env['ir.attachment'].search_count([])
        url = self.store.with_user(self.boss).action_download_diagnostics()['url']
        self.authenticate('boss', 'boss-boss')
        answer = self.url_open(url)
        self.assertEqual((answer.status_code, answer.headers['Content-Type']), (200, 'application/zip'))
        self.assertIn('about.json', self.read(answer.content))
        self.assertEqual(self.env['ir.attachment'].search_count([]), before)

    def test_others_download_nothing(self):
        for login in ('clerk', None):
            self.authenticate(login, login and f'{login}-{login}')
            for name in ('diagnostics', 'settings'):
                with self.subTest(user=login, file=name), mute_logger('odoo.http'):
                    answer = self.url_open(f'/onbuy/store/{self.store.id}/{name}', allow_redirects=False)
                    self.assertNotEqual(answer.status_code, 200)
                    self.assertNotIn(b'workflow', answer.content)
        self.authenticate('boss', 'boss-boss')
        self.assertEqual(self.url_open('/onbuy/store/999999/settings').status_code, 404)

    def test_a_manager_downloads_the_settings(self):
        self.authenticate('boss', 'boss-boss')
        answer = self.url_open(self.store.with_user(self.boss).action_export_settings()['url'])
        self.assertEqual(json.loads(answer.content), json.loads(json.dumps(self.store._export_settings())))


@tagged('post_install', '-at_install')
class TestDebug(SupportCommon):
    """Debug for one hour: every call, masked, for a day."""

    def calls(self):
        """Return the calls that were kept."""
        return self.env['onbuy.debug.call'].search([('store_id', '=', self.store.id)])

    def test_every_call_is_kept_while_it_is_on(self):
        self.store.with_user(self.boss).action_debug()
        self.sandbox.control('DELETE', '/requests')
        self.buy()
        self.assertEqual(len(self.calls()), len(self.sandbox.requests()))
        call = self.calls().filtered(lambda call: call.path == '/orders')[:1]
        self.assertEqual((call.method, call.status), ('GET', 200))
        self.assertIn('filter%5Bstatus%5D=all', call.query)
        self.assertIn('order_id', call.answer)

    def test_no_call_is_kept_while_it_is_off_or_when_its_hour_is_over(self):
        self.buy()
        self.store.action_debug()
        self.store.action_stop_debug()
        self.buy()
        self.store.action_debug()
        with freeze_time(fields.Datetime.now() + timedelta(minutes=61)):
            self.assertFalse(self.store.is_debugged)
            self.store.action_sync_orders()
        self.assertFalse(self.calls())

    def test_neither_keys_nor_tokens_nor_buyers_words_are_kept(self):
        self.store.action_debug()
        self.store.action_connect()
        self.stock_up()
        order = self.buy()
        self.deliver(order, tracking='AB123456789GB')
        self.run_cron('send_actions')
        self.assertIn('/orders/dispatch', self.calls().mapped('path'))
        self.env.flush_all()
        self.env.cr.execute("SELECT string_agg(call::text, ' ') FROM onbuy_debug_call call")
        self.assert_clean(self.env.cr.fetchone()[0])

    def test_a_call_that_failed_is_kept_with_what_onbuy_said(self):
        self.store.action_debug()
        self.fault('status', status=503, path='/orders*', message="Down for maintenance")
        with self.store._connect() as client, contextlib.suppress(OnBuyError):
            client.orders_by_id(['TQ4M7XA'])
        call = self.calls()[:1]
        self.assertEqual((call.path, call.status), ('/orders', 503))
        self.assertIn("Down for maintenance", call.answer)

    def test_a_clerk_neither_debugs_nor_reads_calls(self):
        for name in ('action_debug', 'action_stop_debug'):
            with self.subTest(name=name), self.assertRaises(AccessError):
                getattr(self.store.with_user(self.clerk), name)()
        with self.assertRaises(AccessError):
            self.env['onbuy.debug.call'].with_user(self.clerk).search([])

    def test_a_deleted_store_leaves_no_calls_behind(self):
        self.store.action_debug()
        self.store.action_sync_listings()
        self.assertTrue(self.calls())
        self.store.unlink()
        self.assertFalse(self.env['onbuy.debug.call'].search([]))


@tagged('post_install', '-at_install')
class TestSettings(SupportCommon):
    """A store's settings as a file."""

    def make_other(self):
        """Return another store of the company."""
        return self._create_store(
            name="Second", consumer_key=self.sandbox.keys['ck_test_'], secret_key=self.sandbox.keys['sk_test_'])

    def upload(self, data, store=None):
        """Return the wizard with a file of these data, as the manager has it."""
        content = data if isinstance(data, bytes) else json.dumps(data).encode()
        return self.env['onbuy.settings.import'].with_user(self.boss).create({
            'store_id': (store or self.store).id, 'file': base64.b64encode(content)})

    def test_keys_and_what_is_not_a_setting_are_not_in_it(self):
        settings = self.store._export_settings()
        self.assert_clean(json.dumps(settings))
        for name in ('consumer_key', 'secret_key', 'database_fingerprint', 'state', 'live_date', 'cutover_date',
                     'debug_until'):
            self.assertNotIn(name, settings['settings'])
        for name in ('workflow', 'sync_stock', 'limit_get', 'warehouse_id', 'stock_location_ids', 'digest', 'log_days'):
            self.assertIn(name, settings['settings'])

    def test_another_store_gets_all_of_it_records_by_their_names(self):
        product = self.env['product.product'].create({'name': "Post", 'type': 'service'})
        carrier = self.env['delivery.carrier'].create({'name': "Post", 'product_id': product.id})
        self.store.write({
            'workflow': 'quotation', 'stock_buffer': 3, 'order_prefix': 'OB-', 'warehouse_id': self.warehouse.id,
            'stock_location_ids': self.warehouse.lot_stock_id.ids, 'user_id': self.boss.id,
            'mapping_ids': [fields.Command.create({
                'delivery_service': "Standard", 'carrier_id': carrier.id, 'tracking_rule': 'wait', 'wait_hours': 2})]})
        other = self.make_other()
        settings = json.loads(json.dumps(self.store._export_settings()))
        self.assertEqual(settings['settings']['warehouse_id'], self.warehouse.name)
        self.upload(settings, other).action_import()
        self.assertEqual({**other._export_settings(), 'store': 0}, {**settings, 'store': 0})
        self.assertEqual((other.name, other.mapping_ids.carrier_id, other.state), ("Second", carrier, 'draft'))

    def test_the_preview_shows_what_would_change_and_changes_nothing(self):
        settings = self.store._export_settings()
        settings['settings'].update(stock_buffer=7, digest=False)
        wizard = self.upload(settings)
        self.assertEqual(wizard.change_count, 2)
        for text in ("Keep back", ">0<", ">7<", "Daily e-mail", ">yes<", ">no<"):
            self.assertIn(text, wizard.preview)
        self.assertEqual((self.store.stock_buffer, self.store.digest), (0, True))

    def test_the_same_settings_change_nothing(self):
        wizard = self.upload(self.store._export_settings())
        self.assertEqual(wizard.change_count, 0)
        self.assertIn("has these settings already", wizard.preview)
        with self.assertRaisesRegex(UserError, "Nothing of this file"):
            wizard.action_import()

    def test_what_does_not_fit_is_told_by_name_and_the_rest_is_taken_over(self):
        settings = self.store._export_settings()
        settings['settings'].update(
            consumer_key='ck_live_stolen', no_such_thing=1, workflow='never', limit_get='many', sync_stock='yes',
            warehouse_id='Moon', stock_location_ids=[7], stock_buffer=4)
        plan = {line['label']: line for line in self.store._plan_settings(settings)}
        problems = {label: line['problem'] for label, line in plan.items() if 'problem' in line}
        self.assertEqual(set(problems), {
            'consumer_key', 'no_such_thing', "Take orders to", "GET per hour", "Send stock", "Warehouse",
            "Sellable Locations"})
        self.assertIn("no such setting", problems['consumer_key'])
        self.assertIn("none called Moon", problems["Warehouse"])
        message = self.upload(settings).action_import()['params']['message']
        self.assertIn("1 settings were changed", message)
        self.assertIn("GET per hour", message)
        self.assertEqual(self.store.stock_buffer, 4)

    def test_a_bad_line_of_the_shipping_mapping_leaves_all_of_it_as_it_is(self):
        settings = self.store._export_settings()
        settings['shipping'] = [{'delivery_service': "Standard"}, {'tracking_rule': 'perhaps'}, "three"]
        line, = self.store._plan_settings(settings)
        self.assertIn("2, Tracking Rule: ", line['problem'])
        self.assertIn("3, three: ", line['problem'])
        self.assertNotIn('value', line)

    def test_a_name_that_several_have_is_not_guessed(self):
        self.env['product.pricelist'].create([{'name': "Twin", 'company_id': self.company.id} for _number in range(2)])
        settings = self.store._export_settings()
        settings['settings']['price_pricelist_id'] = "Twin"
        line, = self.store._plan_settings(settings)
        self.assertIn("Several are called Twin", line['problem'])

    def test_a_record_of_another_company_is_not_found(self):
        other = self.env['res.company'].create({'name': "Elsewhere"})
        name = self.env['stock.warehouse'].search([('company_id', '=', other.id)], limit=1).name
        settings = self.store._export_settings()
        settings['settings']['warehouse_id'] = name
        line, = self.store._plan_settings(settings)
        self.assertIn("none called", line['problem'])

    def test_a_file_that_is_none_of_settings_is_told(self):
        for content, text in ((b'{', "no JSON"), (b'[]', "no file of OnBuy settings"), (b'{"format": 99}', "no file of"),
                              (b'[' * 100000, "no JSON"), (b' ' * 600000, "too large"), (b'\xff\xfe', "no JSON")):
            with self.subTest(content=content[:5]):
                self.assertIn(text, self.upload(content).preview)

    def test_words_of_a_file_are_shown_as_text(self):
        settings = self.store._export_settings()
        settings['settings'].update({'<img src=x>': 1, 'order_prefix': '<img src=y>'})
        self.assertNotIn('<img', self.upload(settings).preview)

    def test_only_a_manager_takes_settings_over(self):
        with self.assertRaises(AccessError):
            self.env['onbuy.settings.import'].with_user(self.clerk).create({'store_id': self.store.id, 'file': b'e30='})
        with self.assertRaises(AccessError):
            self.store.with_user(self.clerk)._apply_settings([])
