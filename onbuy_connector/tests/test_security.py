from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError
from odoo.models import BaseModel
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import OnbuyCommon

NO_BUSINESS_DATA = {  # OnBuy's own data; and the last one, which is for the system only
    'onbuy.sync.mixin', 'onbuy.brand', 'onbuy.carrier', 'onbuy.category', 'onbuy.condition', 'onbuy.commission.tier',
    'onbuy.feature', 'onbuy.feature.option', 'onbuy.technical.detail', 'onbuy.store.state',
}


@tagged('post_install', '-at_install')
class TestSecurity(OnbuyCommon):
    """Who sees and does what; what the database itself refuses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env['res.company'].create({'name': "Elsewhere"})
        cls.users = {
            'onbuy': new_test_user(cls.env, 'onbuy', 'onbuy_connector.group_onbuy_user'),
            'manager': new_test_user(cls.env, 'manager', 'onbuy_connector.group_onbuy_manager'),
            'plain': new_test_user(cls.env, 'plain', 'base.group_user'),
            'stock': new_test_user(cls.env, 'stock', 'stock.group_stock_user'),
            'sales': new_test_user(cls.env, 'sales', 'sales_team.group_sale_salesman_all_leads'),
            'stranger': new_test_user(
                cls.env, 'stranger', 'onbuy_connector.group_onbuy_manager', company_id=cls.elsewhere.id,
                company_ids=[Command.set(cls.elsewhere.ids)]),
        }

    def as_user(self, name, record):
        """Return a record as a user sees it, nothing of it in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        return record.with_user(self.users[name])

    def models(self):
        """Return the names of all stored models of the module."""
        return [name for name, model in self.env.registry.items() if name.startswith('onbuy.') and not model._abstract]

    # === ODOO'S OWN MODELS === #

    def test_who_does_not_know_onbuy_duplicates_a_product(self):
        category = self.env['onbuy.category'].create({'code': 'C1', 'name': "Lamps", 'complete_name': "Lamps"})
        template = self.env['product.template'].create({'name': "Lamp", 'onbuy_category_id': category.id})
        maker = new_test_user(self.env, 'maker', 'base.group_user,product.group_product_manager')
        self.env.flush_all()
        self.env.invalidate_all()
        for record in (template, template.product_variant_id):
            self.assertEqual(record.with_user(maker).copy().name, "Lamp (copy)")

    # === EVERY MODEL === #

    def test_every_model_has_access_lines(self):
        for name in self.models():
            with self.subTest(model=name):
                self.assertTrue(self.env['ir.model.access'].search([('model_id.model', '=', name)]))

    def test_no_field_hides_a_method_of_the_orm(self):
        for name in self.models():
            hidden = [field for field in self.env[name]._fields if callable(getattr(BaseModel, field, None))]
            with self.subTest(model=name):
                self.assertFalse(hidden)

    def test_nobody_without_a_group_gets_access(self):
        for name in self.models():
            with self.subTest(model=name):
                self.assertFalse(self.env['ir.model.access'].search(
                    [('model_id.model', '=', name), ('group_id', '=', False)]))

    def test_every_model_with_business_data_has_a_company_rule(self):
        for name in self.models():
            if name in NO_BUSINESS_DATA or self.env[name]._transient:
                continue
            with self.subTest(model=name):
                rules = self.env['ir.rule'].search([('model_id.model', '=', name), ('groups', '=', False)])
                self.assertTrue(any('company' in (rule.domain_force or '') for rule in rules))

    def test_a_user_of_another_company_sees_and_touches_nothing(self):
        self.go_live()
        self.stock_up()
        order = self.receive_order((self.skus()[0], 1))
        self.deliver(order)
        self.env['onbuy.sync.run']._note(self.store, 'orders', order.date_order, {
            name: 0 for name in ('seen', 'created', 'updated', 'sent', 'failed', 'calls')})
        for name in self.models():
            if name in NO_BUSINESS_DATA or self.env[name]._transient:
                continue
            with self.subTest(model=name):
                self.assertFalse(self.as_user('stranger', self.env[name]).search([]))
        for record in (self.store, order, order.line_ids[0], order.action_ids[0], self.store.listing_ids[0]):
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                self.as_user('stranger', record).read()
        for call in ('action_connect', 'action_sync_orders', 'action_pause', 'action_go_live', 'action_take_offline'):
            with self.subTest(call=call), self.assertRaises(AccessError):
                getattr(self.as_user('stranger', self.store), call)()

    # === KEYS AND SETTINGS === #

    def test_neither_user_nor_manager_reads_or_writes_the_keys(self):
        for name in ('onbuy', 'manager'):
            for field in ('consumer_key', 'secret_key', 'key_hash', 'database_fingerprint'):
                with self.subTest(user=name, field=field):
                    store = self.as_user(name, self.store)
                    with self.assertRaises(AccessError):
                        store.read([field])
                    with self.assertRaises(AccessError):
                        store.write({field: 'x'})
                    with self.assertRaises(AccessError):
                        store.search([(field, '=like', 'c%')])

    def test_the_token_is_for_the_system_only(self):
        self.store.action_connect()
        for name in ('onbuy', 'manager', 'plain'):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self.as_user(name, self.env['onbuy.store.state']).search([])

    def test_an_onbuy_user_sees_the_store_and_syncs_but_changes_no_setting(self):
        self.go_live()
        store = self.as_user('onbuy', self.store)
        seen = store.read(['name', 'state', 'usage_text', 'is_copied', 'connection_error'])
        self.assertEqual(seen[0]['state'], 'live')
        store.action_sync_orders()
        for call in ('action_connect', 'action_pause', 'action_take_offline', 'action_back_online', 'action_go_live',
                     'action_send_held', 'action_confirm_database'):
            with self.subTest(call=call), self.assertRaises(AccessError):
                getattr(self.as_user('onbuy', self.store), call)()
        with self.assertRaises(AccessError):
            self.as_user('onbuy', self.store).write({'limit_share': 100})

    def test_a_manager_connects_and_goes_live_without_seeing_the_keys(self):
        store = self.as_user('manager', self.store)
        store.action_connect()
        store.action_go_live()
        self.assertEqual(self.store.state, 'live')

    def test_the_outbox_is_written_by_the_module_only(self):
        self.go_live()
        order = self.receive_order((self.skus()[0], 1))
        for name in ('onbuy', 'manager'):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self.as_user(name, self.env['onbuy.order.action']).create({
                    'store_id': self.store.id, 'order_id': order.id, 'kind': 'refund', 'values': {}})

    def test_keys_and_tokens_are_in_no_log_error_run_or_payload(self):
        with self.assertLogs(level='DEBUG') as logs:
            self.go_live()
            self.stock_up()
            order = self.receive_order((self.skus()[0], 1))
            self.deliver(order)
            self.fault('superseded_token', count=1, path='/orders*')
            self.run_cron('send_actions')
            self.fault('status', status=401, path='/orders*', message=f'no {self.store.secret_key}')
            self.run_cron('sync_orders')
        token = self.env['onbuy.store.state']._load(self.store, 'api').get('token')
        secrets = [self.store.consumer_key, self.store.secret_key, *([token[0]] if token else [])]
        self.env.flush_all()
        self.env.cr.execute("SELECT string_agg(o::text, ' ') FROM onbuy_order o")
        kept = [self.env.cr.fetchone()[0]]
        self.env.cr.execute("SELECT string_agg(r::text, ' ') FROM onbuy_sync_run r")
        kept += [self.env.cr.fetchone()[0], self.store.connection_error]
        # PostgreSQL's own statements carry the values of the store's columns: they are logged at DEBUG only.
        said = [line for line in logs.output if not line.startswith('DEBUG:odoo.sql_db')]
        for text in [*said, *kept]:
            for secret in secrets:
                self.assertNotIn(secret, text)

    # === PEOPLE WITHOUT ONBUY RIGHTS === #

    def test_a_plain_user_is_refused_by_every_public_method(self):
        self.go_live()
        order = self.receive_order((self.skus()[0], 1))
        arguments = {'action_recover_order': ('TQ4M7XA',)}
        calls = [
            (record, name, arguments.get(name, ()))
            for record in (self.store, order, self.store.listing_ids[0]) for name in dir(type(record))
            if name.startswith('action_') and not name.startswith('action_view_')
            and getattr(getattr(type(record), name), '__module__', '').startswith('odoo.addons.onbuy_connector')
            and callable(getattr(type(record), name))
        ]
        self.assertGreater(len(calls), 25)
        self.sandbox.control('DELETE', '/requests')
        for record, name, args in calls:
            for user in ('plain', 'stock', 'sales'):
                with self.subTest(method=name, user=user), self.assertRaises(AccessError):
                    getattr(self.as_user(user, record), name)(*args)
        self.assertFalse(self.sandbox.requests())

    def test_a_warehouse_worker_without_onbuy_rights_validates_a_delivery(self):
        self.go_live()
        self.stock_up()
        order = self.receive_order((self.skus()[0], 1))
        picking = self.as_user('stock', order.sale_order_id.picking_ids)
        picking.carrier_tracking_ref = 'AB123456789GB'
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, 'done')
        self.assertTrue(picking.onbuy_state)
        self.run_cron('send_actions')
        self.assertEqual(self.sandbox.order(order.name)['status'], 'Dispatched')

    def test_a_sales_clerk_without_onbuy_rights_opens_an_onbuy_order(self):
        self.go_live()
        sale_order = self.as_user('sales', self.receive_order((self.skus()[0], 1)).sale_order_id)
        allowed = sale_order.fields_get()
        shown = sale_order.get_view(view_type='form')['models']['sale.order']
        seen = sale_order.web_read({name: {} for name in shown if name in allowed})
        self.assertTrue(seen[0]['onbuy_fulfilment_state'])

    # === THE DATABASE ITSELF === #

    def test_every_unique_index_and_check_of_the_module_exists_in_the_database(self):
        self.env.cr.execute("""
            SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%UNIQUE%'
        """)
        there = {name for name, in self.env.cr.fetchall()}
        wanted = {
            objekt.full_name(model) for name, model in self.env.registry.items() if not model._abstract
            for objekt in model._table_objects.values()
            if objekt._module == 'onbuy_connector' and type(objekt).__name__ in ('UniqueIndex', 'Constraint')
        } if hasattr(type(self.store), '_table_objects') else set()
        self.assertGreater(len(wanted), 5)
        self.assertFalse(wanted - there)

    def assert_duplicate_refused(self, record, index):
        """Insert a copy of a record's row by SQL and check that the index refuses it."""
        self.env.flush_all()
        table = record._table
        with self.subTest(index=index), self.assertRaises(IntegrityError) as caught, mute_logger('odoo.sql_db'), \
                self.env.cr.savepoint():
            self.env.cr.execute(f"""
                INSERT INTO {table} SELECT (copied).* FROM (
                    SELECT jsonb_populate_record(row, '{{"id": 0}}') AS copied FROM {table} row WHERE id = %s) x
            """, [record.id])
        self.assertEqual(caught.exception.diag.constraint_name, index)

    def test_the_database_refuses_every_duplicate(self):
        self.go_live()
        order = self.receive_order((self.skus()[0], 1))
        self.assert_duplicate_refused(order, 'onbuy_order_store_name_unique')
        self.assert_duplicate_refused(self.store.listing_ids[0], 'onbuy_listing_store_sku_unique')
        self.assert_duplicate_refused(
            self.env['onbuy.store.state'].search([('store_id', '=', self.store.id)], limit=1),
            'onbuy_store_state_store_topic_unique')
        self.assert_duplicate_refused(order.sale_order_id, 'sale_order_onbuy_order_unique')
        self.store.name = "Somebody else's"
        self.env.flush_all()
        self.env.cr.execute("UPDATE onbuy_store SET key_hash = NULL WHERE id = %s", [self.store.id])
        self.assert_duplicate_refused(self.store, 'onbuy_store_name_unique')
