import contextlib
from base64 import b64encode

from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.service.model import get_public_method
from odoo.tests import new_test_user, tagged

from .common import OnbuyCommon

MODULE = 'odoo.addons.onbuy_connector'
MANAGER = 'onbuy_connector.group_onbuy_manager,sales_team.group_sale_manager,account.group_account_invoice'
OPERATIONS = {'read': 'r', 'write': 'w', 'create': 'c', 'unlink': 'd'}
INSIDERS = ('stock', 'sales')  # who work with orders and know nothing else of OnBuy
# What each role may do with a model: read, write, create, delete. Of models that are not named here, users and
# managers read, and nobody else does anything.
ACCESS = {
    'onbuy.store': {'user': 'r', 'manager': 'rwcd'},
    'onbuy.store.state': {},
    'onbuy.listing': {'user': 'rw', 'manager': 'rwcd'},
    'onbuy.listing.problem': {'user': 'r', 'manager': 'rd'},
    'onbuy.order': {'user': 'rw', 'manager': 'rwd', 'stock': 'r', 'sales': 'r'},
    'onbuy.order.line': {'user': 'r', 'manager': 'r', 'stock': 'r', 'sales': 'r'},
    'onbuy.order.action': {'user': 'r', 'manager': 'r', 'stock': 'r', 'sales': 'r'},
    'onbuy.product.group': {'user': 'rwd', 'manager': 'rwcd'},
    'onbuy.product.group.line': {'user': 'rwd', 'manager': 'rwcd'},
    'onbuy.shipping.mapping': {'user': 'r', 'manager': 'rwcd'},
    'onbuy.carrier': {'user': 'r', 'manager': 'rwcd'},
    'onbuy.brand': {'user': 'r', 'manager': 'rwcd'},
    'onbuy.sync.run': {'user': 'r', 'manager': 'rd'},
    'onbuy.detail.value': {'user': 'rwcd', 'manager': 'rwcd'},
    'onbuy.debug.call': {'manager': 'r'},
    'onbuy.excel.import': {'user': 'rwcd', 'manager': 'rwcd'},
}
# Which fields of what the sync keeps in step a person may write. A manager's others are told by their module.
USER_FIELDS = {
    'onbuy.order': {'to_import'},
    'onbuy.listing': {'product_id', 'uom_id'},
    'onbuy.product.group': {'active', 'name', 'attribute1', 'attribute2', 'line_ids'},
    'onbuy.product.group.line': {'value1', 'value2', 'is_included'},
}
MANAGER_METHODS = {
    'action_connect', 'action_go_live', 'action_pause', 'action_resume', 'action_take_offline', 'action_back_online',
    'action_send_held', 'action_create_last_fees_bill', 'action_check_setup', 'action_debug', 'action_stop_debug',
    'action_download_diagnostics', 'action_export_settings', 'action_delete_on_onbuy',
    'action_change_keys', 'action_try_order',
}
SYSTEM_METHODS = {'action_confirm_database'}
ARGUMENTS = {'action_recover_order': ('TQ4M7XA',)}


@tagged('post_install', '-at_install')
class TestRoles(OnbuyCommon):
    """Who may do what: portal user, plain user, warehouse worker, sales clerk, OnBuy's user and manager, administrator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env['res.company'].create({'name': "Elsewhere"})
        groups = {
            'portal': 'base.group_portal',
            'plain': 'base.group_user',
            'stock': 'stock.group_stock_user',
            'sales': 'sales_team.group_sale_salesman_all_leads',
            'alone': 'onbuy_connector.group_onbuy_user',
            'user': 'onbuy_connector.group_onbuy_user,sales_team.group_sale_salesman_all_leads',
            'manager': MANAGER,
            'system': f'base.group_system,{MANAGER}',
        }
        cls.users = {role: new_test_user(cls.env, role, group) for role, group in groups.items()}
        cls.users['stranger'] = new_test_user(
            cls.env, 'stranger', f'{MANAGER},stock.group_stock_manager', company_id=cls.elsewhere.id,
            company_ids=[Command.set(cls.elsewhere.ids)])

    def setUp(self):
        super().setUp()
        self.go_live()
        self.stock_up()
        self.order = self.receive_order((self.skus()[0], 1))

    def as_role(self, role, record):
        """Return a record as someone of a role sees it, nothing of it in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        return record.with_user(self.users[role]).with_context(allowed_company_ids=self.users[role].company_ids.ids)

    def models(self):
        """Return the names of all stored models of the module."""
        return [name for name, model in self.env.registry.items() if name.startswith('onbuy.') and not model._abstract]

    def records(self):
        """Return one record of each model that has buttons."""
        listings = self.store.listing_ids
        listings[:2].action_make_group()
        problem = self.env['onbuy.listing.problem'].create({
            'store_id': self.store.id, 'key': 'x', 'kind': 'missing', 'name': 'x'})
        action = self.env['onbuy.order.action']._ask(self.order, 'cancel', values={'reason_id': 1})
        return [
            self.store, self.order, action, listings[0], problem, listings[:2].product_group_id,
            self.env['onbuy.category'].create({'code': '1', 'name': 'x', 'complete_name': 'x'}),
            self.env['onbuy.brand'].create({'code': '9001', 'name': 'x'}),
        ]

    # === MODELS === #

    def test_each_role_does_with_each_model_what_the_table_says(self):
        for name in self.models():
            if self.env[name]._transient:
                continue
            wanted = ACCESS.get(name, {'user': 'r', 'manager': 'r'})
            for role in ('portal', 'plain', *INSIDERS, 'user', 'manager'):
                model = self.as_role(role, self.env[name])
                with self.subTest(model=name, role=role):
                    may = ''.join(letter for operation, letter in OPERATIONS.items() if model.has_access(operation))
                    self.assertEqual(may, wanted.get(role, ''))

    def test_no_wizard_opens_for_who_has_no_onbuy_rights(self):
        for name in self.models():
            if self.env[name]._transient and name != 'onbuy.delivery.confirm':
                for role in ('portal', 'plain', *INSIDERS):
                    with self.subTest(model=name, role=role):
                        self.assertFalse(self.as_role(role, self.env[name]).has_access('create'))

    # === FIELDS === #

    def test_a_user_writes_only_what_is_a_users_to_decide(self):
        for name, wanted in USER_FIELDS.items():
            model = self.as_role('user', self.env[name])
            with self.subTest(model=name):
                self.assertEqual({key for key, field in model._fields.items()
                                  if model._has_field_access(field, 'write')}, wanted)

    def test_what_onbuy_says_is_written_by_no_person(self):
        group = self.records()[5]
        for record in (self.order, self.store.listing_ids[0], group, group.line_ids[0]):
            for name, field in record._fields.items():
                if field.readonly:
                    for role in ('user', 'manager', 'system'):
                        with self.subTest(model=record._name, field=name, role=role), self.assertRaises(AccessError):
                            self.as_role(role, record).write({name: False})

    def test_stock_and_price_options_of_a_listing_are_a_managers(self):
        listing = self.store.listing_ids[0]
        for values in ({'stock_mode': 'no'}, {'price_mode': 'fixed', 'fixed_price': 1}):
            with self.assertRaises(AccessError):
                self.as_role('user', listing).write(values)
            self.as_role('manager', listing).write(values)
        self.assertEqual((listing.stock_mode, listing.fixed_price), ('no', 1))

    def test_forms_show_as_read_only_what_their_user_may_not_write(self):
        names = ['stock_mode', 'product_id', 'price']
        for role, wanted in (('user', [True, False, True]), ('manager', [False, False, True])):
            told = self.as_role(role, self.env['onbuy.listing']).fields_get(names)
            self.assertEqual([told[name]['readonly'] for name in names], wanted)

    def test_a_user_matches_a_listing_by_hand_and_its_orders_go_on(self):
        listing = self.store.listing_ids[0]
        product = listing.product_id
        listing.product_id = False
        self.assertEqual(listing.match_state, 'none')
        self.as_role('user', listing).product_id = product
        self.assertEqual(listing.match_state, 'matched')

    def test_a_user_has_listings_compared_with_products_again(self):
        listing = self.store.listing_ids[0]
        product, listing.product_id = listing.product_id, False
        self.as_role('user', self.store).action_match_listings()
        self.assertEqual(listing.product_id, product)

    def test_a_user_takes_the_import_tick_off_an_order(self):
        self.as_role('user', self.order).to_import = False
        self.assertFalse(self.order.to_import)

    # === METHODS === #

    def public_methods(self, model):
        """Give the names of a model's methods that are the module's and that RPC lets through."""
        for name in dir(type(model)):
            if (getattr(getattr(type(model), name), '__module__', None) or '').startswith(MODULE):
                with contextlib.suppress(AccessError, AttributeError):
                    get_public_method(model, name)
                    yield name

    def buttons(self, record):
        """Return the names of the record's methods that people call."""
        return [name for name in self.public_methods(record) if name.startswith('action_')]

    def call(self, role, record, name):
        """Call a method as someone of a role, and undo what it did."""
        with self.env.cr.savepoint() as point:
            try:
                return getattr(self.as_role(role, record), name)(*ARGUMENTS.get(name, ()))
            finally:
                point.rollback()
                self.env.invalidate_all()

    def test_only_buttons_can_be_called_over_rpc(self):
        for model in self.models():
            others = set(self.public_methods(self.env[model])) - set(self.buttons(self.env[model]))
            with self.subTest(model=model):
                self.assertLessEqual(others, {'create', 'write', 'unlink'})

    def test_every_button_asks_who_presses_it(self):
        self.sandbox.control('DELETE', '/requests')
        count = 0
        for record in self.records():
            for name in self.buttons(record):
                if name.startswith('action_view_'):
                    continue  # Names the list to open; its records ask for themselves.
                refused = ['portal', 'plain', *INSIDERS, *(['stranger'] if 'company_id' in record else [])]
                refused += ['user'] if name in MANAGER_METHODS else ['user', 'manager'] if name in SYSTEM_METHODS else []
                for role in refused:
                    count += 1
                    with self.subTest(model=record._name, method=name, role=role), self.assertRaises(AccessError):
                        self.call(role, record, name)
        self.assertGreater(count, 150)
        self.assertFalse(self.sandbox.requests())

    def test_every_button_works_for_those_it_is_for(self):
        for record in self.records():
            for name in self.buttons(record):
                roles = ['system']
                roles += [] if name in SYSTEM_METHODS else ['manager'] if name in MANAGER_METHODS else ['manager', 'user']
                for role in roles:
                    with self.subTest(model=record._name, method=name, role=role):
                        try:
                            self.call(role, record, name)
                        except (UserError, RedirectWarning) as error:  # It says what is in the way.
                            self.assertNotIsInstance(error, AccessError)

    # === SCREENS === #

    def assert_opens(self, role, record, word=''):
        """Check that someone of a role can open each screen of a record.

        :param str word: in the names of the fields to read; default: all
        """
        for kind in ('list', 'form', 'kanban'):
            with self.subTest(model=record._name, view=kind, role=role):
                seen = self.as_role(role, record)
                shown, allowed = seen.get_view(view_type=kind)['models'][record._name], seen.fields_get()
                self.assertTrue(seen.web_read({name: {} for name in shown if name in allowed and word in name}))

    def test_an_onbuy_user_opens_every_screen_of_onbuy_without_other_rights(self):
        for record in self.records():
            self.assert_opens('alone', record)

    def test_a_clerk_and_a_worker_open_the_documents_of_an_order(self):
        sale_order = self.order.sale_order_id
        self.deliver(self.order)
        self.assert_opens('sales', sale_order, 'onbuy')
        self.assert_opens('stock', sale_order.picking_ids, 'onbuy')
        for role in INSIDERS:
            self.assert_opens(role, self.order)

    def test_nobody_is_refused_a_product_or_contact_because_of_onbuys_fields(self):
        product, partner = self.store.listing_ids.product_id[0], self.order.sale_order_id.partner_id
        for record in (product, product.product_tmpl_id, partner):
            for role in ('plain', *INSIDERS):
                with self.subTest(model=record._name, role=role):
                    seen = self.as_role(role, record)
                    self.assertTrue(seen.read([name for name in seen.fields_get() if 'onbuy' in name]))

    def test_a_portal_user_is_not_told_of_fees_and_answers_on_an_order_of_theirs(self):
        sale_order = self.order.sale_order_id
        sale_order.partner_id = self.users['portal'].partner_id
        seen = self.as_role('portal', sale_order)
        self.assertTrue(seen.read(['onbuy_status_label']))
        for name in {*seen.fields_get(), *seen.order_line.fields_get()}:
            if 'onbuy' in name:
                self.assertNotRegex(name, 'fee|action|error|email|sync|due')

    # === ANOTHER COMPANY === #

    def test_no_wizard_tells_of_another_company(self):
        for name in self.models():
            wizard = self.as_role('stranger', self.env[name])
            if not wizard._transient:
                continue
            values = {key: record.id for key, record in {
                'store_id': self.store, 'order_id': self.order, 'listing_id': self.store.listing_ids[0],
                'order_line_id': self.order.line_ids[0]}.items() if key in wizard._fields}
            values |= {'file': b64encode(b'{}')} if 'file' in wizard._fields else {}
            lacking = [key for key, field in wizard._fields.items()
                       if field.type == 'many2one' and field.required and key not in values]
            if values and not lacking:
                with self.subTest(model=name), self.assertRaises(AccessError), self.env.cr.savepoint():
                    wizard.create(values).read()
