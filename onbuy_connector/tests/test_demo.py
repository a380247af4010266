"""The demonstration: every state, and no call."""
from odoo.tests import TransactionCase, freeze_time, tagged

STATES = {  # model → field → values that nothing ever gets there
    'onbuy.order': {'status': (), 'sync_state': ('uncertain',), 'fulfilment_state': (), 'refund_state': ()},
    'onbuy.order.action': {'kind': (), 'sync_state': ()},
    'onbuy.listing': {'match_state': (), 'publish_state': (), 'sync_state': ()},
    'onbuy.listing.problem': {'kind': ()},
    'onbuy.product.group': {'state': ()},
    'onbuy.product.queue': {'state': ()},
    'onbuy.sync.run': {'state': ()},
}


@tagged('post_install', '-at_install')
@freeze_time('2026-11-20 10:00:00')  # In the evening nothing may be due today any more.
class TestDemo(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store = cls.env['onbuy.demo']._load()

    def find(self, model, *domain):
        """Return records of the demonstration's store."""
        return self.env[model].search([('store_id', '=', self.store.id), *domain])

    def test_every_state_is_shown(self):
        for model, names in STATES.items():
            for name, never in names.items():
                with self.subTest(model=model, field=name):
                    there = set(self.find(model).mapped(name)) - {False}
                    self.assertEqual(there | set(never), set(self.env[model]._fields[name].get_values(self.env)))

    def test_listings_are_suspended_stopped_on_sale_and_winning_or_not(self):
        listed = self.find('onbuy.listing', ('publish_state', '=', False))
        self.assertTrue(listed.filtered(lambda listing: not listing.is_on_onbuy))
        self.assertTrue(listed.filtered('is_stopped'))
        self.assertTrue(listed.filtered('sale_price'))
        self.assertEqual(set(listed.filtered('winning_date').mapped('is_winning')), {True, False})

    def test_what_is_wrong_is_said_in_words(self):
        wrong = [('sync_state', 'in', ('error', 'uncertain'))]
        for model in ('onbuy.order', 'onbuy.order.action', 'onbuy.listing'):
            with self.subTest(model=model):
                self.assertTrue(all(self.find(model, *wrong).mapped('sync_error')))
        self.assertTrue(self.find('onbuy.listing', ('publish_state', '=', 'draft')).to_mend)

    def test_the_dashboard_has_something_to_show(self):
        self.store.invalidate_recordset()
        for name in self.store._get_figures().keys() - {'waiting', 'stock_off'}:  # Those of a live store.
            with self.subTest(figure=name):
                self.assertTrue(self.store[f'{name}_count'])

    def test_no_task_calls_onbuy(self):
        before = len(self.find('onbuy.sync.run'))
        with self.enter_registry_test_mode():
            for cron in self.env['ir.cron'].search([('model_id.model', '=', 'onbuy.store')]):
                cron.method_direct_trigger()  # A call that is refused here would be noted.
        self.assertFalse(self.store.sudo().consumer_key)
        self.assertEqual(len(self.find('onbuy.sync.run')), before)
