from odoo.tests import tagged

from .common import OnbuyCommon

# Beside all tables of the module; its log and the counters of calls are the only rows that may change.
CORE_TABLES = (
    'sale_order', 'sale_order_line', 'res_partner', 'product_template', 'product_product', 'stock_picking',
    'stock_move', 'stock_move_line', 'stock_quant', 'account_move', 'account_move_line', 'account_tax', 'mail_message',
    'mail_activity', 'ir_attachment', 'mail_followers',
)
LOGS = ('onbuy_sync_run', 'onbuy_store_state')


@tagged('post_install', '-at_install')
class TestReimport(OnbuyCommon):
    """Reading everything again changes nothing."""

    sandbox_options = ('--no-limits', '--listings', '1000', '--orders', '60', '--seed', '3')

    def photograph(self):
        """Return where every row of the tables lies: an update moves it, even one that changes no value."""
        self.env.flush_all()
        tables = {model._table for name, model in self.env.registry.items()
                  if name.startswith('onbuy.') and not model._abstract and not model._transient} - set(LOGS)
        rows = {}
        for table in [*sorted(tables), *CORE_TABLES]:
            self.env.cr.execute(f"SELECT id, ctid::text FROM {table}")
            rows[table] = dict(self.env.cr.fetchall())
        return rows

    def test_reading_1000_listings_and_60_orders_again_writes_no_row(self):
        domestic = self.env['account.fiscal.position'].search([
            ('company_id', '=', self.company.id), ('name', '=', 'United Kingdom')], limit=1)
        self.go_live(jersey_position_id=domestic.id, guernsey_position_id=domestic.id)
        for name in ('sync_listings', 'sync_orders', 'sync_order_statuses'):
            self.run_cron(name)
        self.assertEqual(len(self.store.listing_ids), 1000)
        self.assertEqual(len(self.store.order_ids), 60)
        self.assertFalse(self.store.order_ids.filtered(lambda order: order.sync_state != 'synced').mapped('sync_error'))
        before = self.photograph()
        self.env['onbuy.store.state']._save(self.store, 'orders', {'watermark': '2000-01-01 00:00:00'})
        self.sandbox.control('DELETE', '/requests')
        for name in ('sync_orders', 'sync_order_statuses', 'send_actions', 'sync_listings', 'sync_listings'):
            self.run_cron(name)
        self.store.action_sync_orders()
        self.assertGreater(len(self.sandbox.requests('/listings')), 10, "the listings were read")
        after = self.photograph()
        for table, rows in before.items():
            with self.subTest(table=table):
                self.assertEqual(after[table], rows)
