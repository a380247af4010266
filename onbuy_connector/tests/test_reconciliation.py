from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..lib.governor import Governor
from ..models import onbuy_reconciliation
from .shipping_common import ShippingCommon

TOLD = "OnBuy: Odoo and OnBuy differ"


@tagged('post_install', '-at_install')
class TestReconciliation(ShippingCommon):
    """Once a day OnBuy is compared with Odoo: each kind of difference is found and told, and goes away when it is gone."""

    def setUp(self):
        super().setUp()
        self.patch(onbuy_reconciliation, 'SETTLING', timedelta(seconds=-5))  # What just happened counts as well.
        self.boss = new_test_user(
            self.env, 'boss', groups='onbuy_connector.group_onbuy_manager', email='boss@example.com')
        self.store.responsible_id = self.boss
        self.reconcile()
        self.sandbox.control('DELETE', '/requests')

    def reconcile(self):
        """Run the cron."""
        self.run_cron('reconcile')

    def assert_found(self, order, *sentences):
        """Compare, and check what is told of an order; and that it is told once, with a link to it."""
        self.reconcile()
        self.assertEqual((order.difference or '').split('\n'), list(sentences))
        self.assertEqual(self.store.activity_ids.mapped('summary').count(TOLD), 1)
        self.assertIn("1 orders differ", self.store.reconciliation_text)
        line = next(line for line in self.store._get_digest_lines(fields.Datetime.now()) if 'differ' in line['label'])
        self.assertEqual((line['count'], line['is_to_do']), (1, True))

    def assert_equal(self):
        """Compare, and check that nothing is found, and that nobody is told anything any more."""
        self.reconcile()
        self.assertFalse(self.env['onbuy.order'].search([('difference', '!=', False)]).mapped('difference'))
        self.assertNotIn(TOLD, self.store.activity_ids.mapped('summary'))
        self.assertIn("No difference.", self.store.reconciliation_text)

    def write_behind(self, records, **values):
        """Change rows as no part of the module does: a defect, or a person in the database."""
        records.flush_recordset()
        for name, value in values.items():
            self.env.cr.execute(f'UPDATE {records._table} SET {name} = %s WHERE id IN %s', (value, records._ids))
        records.invalidate_recordset()

    def skip_new_orders(self):
        """Let what was ordered until now not be read any more."""
        later = fields.Datetime.now() + timedelta(hours=1)
        self.env['onbuy.store.state']._save(self.store, 'orders', {'watermark': fields.Datetime.to_string(later)})

    # === NOTHING === #

    def test_a_whole_life_of_orders_leaves_no_difference(self):
        plain, part, cancelled = self.receive(2), self.receive(3), self.receive(1)
        delivery = self.pickings(plain)
        delivery.carrier_tracking_ref = 'T1,T2'
        self.validate(delivery)
        self.validate(self.pickings(part), 1)
        self.send()
        self.sandbox.control('POST', f'/orders/{cancelled.name}/cancel', {})
        self.sandbox.control('POST', f'/orders/{plain.name}/refund', {})
        self.store.action_sync_orders()
        self.assert_equal()

    def test_what_waits_to_be_sent_is_no_difference(self):
        order = self.receive(1)
        self.validate(self.pickings(order))
        self.assert_equal()

    def test_it_costs_a_call_for_a_hundred_orders_and_writes_nothing_to_equal_ones(self):
        self.receive(1)
        self.env.flush_all()
        self.env.cr.execute("SELECT max(xmin::text::bigint) FROM onbuy_order")
        before = self.env.cr.fetchall()
        self.sandbox.control('DELETE', '/requests')
        self.reconcile()
        calls = self.sandbox.requests('/orders')
        self.assertEqual(len(calls), 2, "what changed just now, and what changed in a week")
        self.env.cr.execute("SELECT max(xmin::text::bigint) FROM onbuy_order")
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_it_leaves_the_reserve_to_orders_and_dispatch(self):
        usage = self.env['onbuy.store.state']._load(self.store, 'api')['usage']
        while Governor(self.store._get_limits(), usage).left('GET'):
            self.store.limit_get -= 1
        self.reconcile()
        self.assertEqual(len(self.sandbox.requests('/orders')), 1, "only what changed just now")
        self.store.action_sync_orders()
        self.assertEqual(len(self.sandbox.requests('/orders')), 2)

    # === EACH KIND === #

    def test_an_order_that_never_came_in_is_told_and_fetched(self):
        order = self.receive(1)
        name = order.name
        order.sale_order_id.onbuy_order_id = False
        order.unlink()
        self.skip_new_orders()
        self.reconcile()
        order = self.env['onbuy.order'].search([('name', '=', name)])
        self.assertEqual(order.difference, "It had not come in, and was fetched by the comparison.")
        self.run_cron('sync_orders')
        self.assert_equal()

    def test_figures_that_are_old_here_are_told_and_read_again(self):
        order = self.receive(2)
        self.write_behind(order, amount_total=1)
        self.write_behind(order.line_ids, quantity=1)
        total, line = self.sandbox.order(order.name)['price_total'], order.line_ids
        self.assert_found(
            order, f"Total was £{total} on OnBuy and £1.00 here; it was read again.",
            f"Pieces of {line.sku} was 2 on OnBuy and 1 here; it was read again.")
        self.assertEqual(line.quantity, 2)
        self.run_cron('sync_orders')
        self.assert_equal()

    def test_a_status_that_is_old_here_is_told(self):
        order = self.receive(1)
        self.write_behind(order, status='complete', status_label='Complete')
        self.assert_found(order, "Status was Awaiting Dispatch on OnBuy and Complete here; it was read again.")

    def test_a_sum_that_someone_changed_is_told_to_the_penny_until_it_is_mended(self):
        order = self.receive(1)
        line = order.sale_order_id.order_line[0]
        total, price = order.amount_total, line.price_unit
        line.price_unit = price + 0.01
        self.assert_found(order, f"OnBuy's total is £{total:.2f}, the sales order's £{total + 0.01:.2f}.")
        line.price_unit = price
        self.assert_equal()

    def test_an_order_without_its_sales_order_is_told(self):
        order = self.receive(1)
        order.sale_order_id.onbuy_order_id = False
        self.assert_found(order, "It has no sales order.")

    def test_a_cancellation_on_one_side_is_told(self):
        order = self.receive(1)
        order.sale_order_id._action_cancel()
        self.assert_found(order, "It is cancelled here, but OnBuy waits for it.")

    def test_a_cancellation_on_onbuy_of_what_was_delivered_is_told(self):
        order = self.receive(1)
        self.validate(self.pickings(order))
        self.sandbox.control('POST', f'/orders/{order.name}/cancel', {})
        self.send()
        order.action_ids.unlink()
        order.action_refresh()
        self.assert_found(order, "It is cancelled on OnBuy, but not here.")

    def test_goods_that_left_without_a_word_to_onbuy_are_told(self):
        order = self.receive(1)
        self.validate(self.pickings(order))
        order.action_ids.unlink()
        self.assert_found(order, "Goods were delivered here that are not dispatched on OnBuy.")

    def test_goods_dispatched_on_onbuy_alone_are_told_until_they_are_delivered_here(self):
        order = self.receive(1)
        self.sandbox.control('POST', f'/orders/{order.name}/dispatch', {})
        self.store.action_sync_orders()
        self.assert_found(order, "Goods are dispatched on OnBuy that were not delivered here.")
        self.validate(self.pickings(order))
        self.send()
        self.assert_equal()

    def test_a_tracking_number_that_onbuy_lacks_is_told(self):
        order = self.receive(1)
        delivery = self.pickings(order)
        self.validate(delivery)
        self.send()
        self.write_behind(delivery, carrier_tracking_ref='LOST1')
        self.assert_found(order, "OnBuy does not show tracking number LOST1.")

    def test_a_refund_that_no_credit_note_tells_of_is_told(self):
        order = self.receive(1)
        self.validate(self.pickings(order))
        self.send()
        order.sale_order_id._create_invoices().action_post()
        self.sandbox.control('POST', f'/orders/{order.name}/refund', {})
        self.store.action_sync_orders()
        self.assert_equal()
        total = order.amount_total
        order._get_credit_notes().unlink()
        self.assert_found(order, f"OnBuy refunded £{total:.2f}, the credit notes come to £0.00.")

    def test_a_refund_that_onbuy_does_not_show_is_told(self):
        order = self.receive(1)
        self.validate(self.pickings(order))
        self.send()
        action = self.env['onbuy.order.action']._ask(order, 'refund', values={'lines': {order.line_ids.reference: '1.00'}})
        action._set_synced()
        self.assert_found(order, "£1.00 was refunded from here, OnBuy shows £0.00.")

    # === LISTINGS === #

    def test_a_listing_that_shows_what_it_should_not_is_told_and_sent_again(self):
        self.store.write({'sync_stock': True, 'brake_zero_percent': 100, 'brake_move_percent': 10000})
        self.env['onbuy.listing'].search([]).stock_mode = 'yes'
        self.run_cron('push_offers')
        self.assert_equal()
        listing = self.env['onbuy.listing'].search([('store_id', '=', self.store.id)], limit=1)
        stock = listing.stock
        self.write_behind(listing, stock=stock + 1)
        self.reconcile()
        self.assertIn("1 listings showed another stock", ''.join(self.store.activity_ids.mapped('note')))
        self.run_cron('push_offers')
        self.assertEqual(listing.stock, stock)
        self.assert_equal()

    # === ACCEPTING === #

    def test_what_someone_accepted_is_not_told_again_but_something_else_is(self):
        order = self.receive(1)
        line = order.sale_order_id.order_line[0]
        line.price_unit += 1
        self.reconcile()
        clerk = new_test_user(self.env, 'clerk', groups='onbuy_connector.group_onbuy_user')
        order.with_user(clerk).action_settle_difference()
        self.assert_equal()
        line.price_unit += 1
        self.reconcile()
        self.assertTrue(order.difference)

    def test_read_from_onbuy_looks_again(self):
        order = self.receive(1)
        line = order.sale_order_id.order_line[0]
        line.price_unit += 1
        self.reconcile()
        line.price_unit -= 1
        order.action_refresh()
        self.assertFalse(order.difference)

    def test_what_differed_before_and_is_old_by_now_is_looked_at_too(self):
        order = self.receive(1)
        line = order.sale_order_id.order_line[0]
        line.price_unit += 1
        self.reconcile()
        line.price_unit -= 1
        self.patch(onbuy_reconciliation, 'DAYS', timedelta(days=-1))
        self.assert_equal()

    # === BAD DAYS === #

    def test_a_pass_that_is_cut_goes_on_where_it_stood(self):
        for _time in range(3):
            self.receive(1)
        self.skip_new_orders()
        self.env['onbuy.store.state']._save(self.store, 'reconciliation', {})
        self.sandbox.control('PUT', '/settings', {'page_limit': 1})
        self.addCleanup(self.sandbox.control, 'PUT', '/settings', {'page_limit': 100})
        self.fault('status', status=503, path='/orders', after=3, count=1)
        with mute_logger('odoo.addons.onbuy_connector.models.onbuy_store_tasks'):
            self.reconcile()
        state = self.env['onbuy.store.state']._load(self.store, 'reconciliation')
        self.assertTrue(state.get('reached') and state.get('seen') and not state.get('at'), state)
        triggers = self.env['ir.cron.trigger'].search([
            ('cron_id', '=', self.env.ref('onbuy_connector.ir_cron_reconcile').id)])
        self.assertTrue(triggers.filtered(lambda one: one.call_at > fields.Datetime.now() + timedelta(minutes=50)))
        self.assert_equal()

    def test_one_order_that_makes_no_sense_does_not_hide_the_others(self):
        good, bad = self.receive(1), self.receive(1)
        self.sandbox.control('PATCH', f'/orders/{bad.name}', {'price_total': 'plenty'})
        good.sale_order_id.order_line[0].price_unit += 1
        self.reconcile()
        self.assertTrue(good.difference)

    def test_a_store_that_is_not_live_is_left_alone(self):
        self.store.state = 'readonly'
        self.reconcile()
        self.assertFalse(self.sandbox.requests())
