import tempfile
from datetime import timedelta
from pathlib import Path

from lxml import etree

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import OnbuyCommon, Sandbox
from .shipping_common import ShippingCommon

ANN = {'name': "Ann Example", 'line_1': "1 Mill Road", 'town': "Leeds", 'postcode': "LS1 4AP"}


@tagged('post_install', '-at_install')
class TestWarehouse(ShippingCommon):
    """What a warehouse worker sees and does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.worker = new_test_user(cls.env, 'worker', 'stock.group_stock_user', company_id=cls.company.id)

    def picking(self, order):
        """Return the open delivery of an order as the worker sees it."""
        return self.pickings(order).with_user(self.worker)

    def receive_due(self, hours, **values):
        """Receive an order that is to be dispatched so many hours from now."""
        order = self.receive(**values)
        order.dispatch_by = fields.Datetime.now() + timedelta(hours=hours)
        self.env.flush_all()
        return order

    def find(self, name):
        """Return the deliveries that a filter of the list finds."""
        arch = self.env['stock.picking'].with_user(self.worker).get_view(
            self.env.ref('stock.view_picking_internal_search').id, 'search')['arch']
        domain = fields.Domain(self.literal(arch, f"//filter[@name='{name}']/@domain"))
        return self.env['stock.picking'].with_user(self.worker).search(domain)

    def literal(self, arch, path):
        """Return the Python value of an attribute in a view."""
        return safe_eval(etree.fromstring(arch).xpath(path)[0])

    # === WHAT IS SEEN === #

    def test_the_delivery_tells_channel_service_and_deadline(self):
        order = self.receive()
        picking = self.picking(order)
        self.assertEqual(picking.onbuy_channel, "OnBuy · Lamp House")
        self.assertEqual(picking.onbuy_delivery_service, order.delivery_service)
        self.assertEqual(picking.onbuy_dispatch_by, order.dispatch_by)

    def test_filters_find_what_is_to_ship_today_late_and_refused(self):
        late, later = self.receive_due(-2), self.receive_due(50)
        self.assertEqual(self.find('onbuy_late'), self.picking(late))
        self.assertEqual(self.find('onbuy_today'), self.picking(late))
        self.assertEqual(self.find('onbuy'), self.picking(late) | self.picking(later))
        self.go_wrong('status', status=400)
        done = self.validate(self.picking(late))
        self.send()
        self.assertEqual(self.find('onbuy_refused'), done)
        self.assertFalse(self.find('onbuy_late'))

    def test_deliveries_are_grouped_by_service_and_dispatch_day(self):
        order = self.receive_due(50)
        groups = self.env['stock.picking'].with_user(self.worker).formatted_read_group(
            [('sale_id.onbuy_order_id', '!=', False)], ['onbuy_delivery_service', 'onbuy_dispatch_by:day'], ['__count'])
        self.assertEqual([(group['onbuy_delivery_service'], group['__count']) for group in groups],
                         [(order.delivery_service, 1)])

    def test_an_order_is_found_by_its_id_on_onbuy(self):
        order = self.receive()
        domain = [('sale_id.onbuy_order_id.name', 'ilike', order.name)]
        self.assertEqual(self.env['stock.picking'].with_user(self.worker).search(domain), self.picking(order))

    # === THE SAME ADDRESS === #

    def test_open_deliveries_to_the_same_address_are_flagged(self):
        first, second = self.receive(delivery_address=ANN), self.receive(delivery_address=ANN)
        other = self.receive(delivery_address={**ANN, 'name': "Ben Example"})
        self.assertEqual(self.picking(first).onbuy_neighbour_ids, self.picking(second))
        self.assertFalse(self.picking(other).onbuy_neighbour_ids)
        action = self.picking(first).action_onbuy_view_neighbours()
        self.assertEqual(self.env['stock.picking'].search(action['domain']), self.pickings(first) | self.pickings(second))

    def test_another_contact_of_the_same_name_and_postcode_is_the_same_address(self):
        order = self.receive(delivery_address=ANN)
        partner = order.sale_order_id.partner_shipping_id.copy({'name': 'ANN example'})
        product = order.sale_order_id.order_line.product_id[0]
        here = self.env['sale.order'].create({'partner_id': partner.id, 'order_line': [
            fields.Command.create({'product_id': product.id, 'product_uom_qty': 1})]})
        here.action_confirm()
        self.assertEqual(self.picking(order).onbuy_neighbour_ids, here.picking_ids)
        partner.zip = 'ZZ1 1ZZ'
        self.env.invalidate_all()
        self.assertFalse(self.picking(order).onbuy_neighbour_ids)

    def test_what_has_left_is_flagged_no_more(self):
        first, second = self.receive(delivery_address=ANN), self.receive(delivery_address=ANN)
        self.assertTrue(self.picking(first).onbuy_neighbour_ids)
        self.validate(self.picking(second))
        self.env.invalidate_all()
        self.assertFalse(self.picking(first).onbuy_neighbour_ids)

    # === WHAT IS DONE === #

    def test_a_scanner_validates_without_a_form(self):
        order = self.receive(2)
        picking = self.picking(order)
        picking.move_line_ids.write({'quantity': 2, 'picked': True})
        self.assertIs(picking.button_validate(), True)
        self.send()
        self.assertEqual(self.dispatches(order), [(None, [2])])

    def test_a_selection_is_shipped_and_its_labels_printed_at_once(self):
        orders = self.receive(1) | self.receive(1)
        pickings = self.pickings(orders[0]) | self.pickings(orders[1])
        action = self.env.ref('onbuy_connector.stock_picking_action_server_print_labels')
        run = action.with_user(self.worker).with_context(active_model='stock.picking', active_ids=pickings.ids).run()
        self.assertEqual(run['report_name'], 'onbuy_connector.report_onbuy_label')
        self.assertEqual(run['context']['active_ids'], pickings.ids)
        action = self.env.ref('onbuy_connector.stock_picking_action_server_ready_to_ship')
        action.with_user(self.worker).with_context(active_model='stock.picking', active_ids=pickings.ids).run()
        self.assertEqual(pickings.mapped('state'), ['done', 'done'])
        self.send()
        self.assertEqual(orders.mapped('status'), ['dispatched', 'dispatched'])

    def test_a_refused_dispatch_tells_the_reason_and_is_retried_by_the_worker(self):
        order = self.receive(1)
        self.go_wrong('status', status=400, message="Tracking is not valid")
        picking = self.validate(self.picking(order))
        self.send()
        self.assertEqual(picking.onbuy_state, 'refused')
        self.assertIn("Tracking is not valid", picking.onbuy_error)
        picking.action_onbuy_retry()
        self.send()
        self.assertEqual((picking.onbuy_state, self.status(order)), ('sent', 'Dispatched'))

    def test_labels_of_other_deliveries_are_not_printed(self):
        with self.assertRaisesRegex(UserError, "no label to print"):
            self.env['stock.picking'].with_user(self.worker).action_onbuy_print_label()


@tagged('post_install', '-at_install')
class TestWithoutOnbuy(OnbuyCommon):
    """OnBuy is down: the warehouse works on."""

    @classmethod
    def setUpClass(cls):
        cls.file = Path(cls.enterClassContext(tempfile.TemporaryDirectory())) / 'sandbox.state'
        cls.sandbox_options = (*cls.sandbox_options, '--state', str(cls.file))
        super().setUpClass()

    def test_a_delivery_is_validated_and_told_once_onbuy_is_back(self):
        self.go_live()
        self.stock_up()
        order = self.receive_order((self.skus()[0], 1))
        port = self.sandbox.url.rpartition(':')[2]
        self.sandbox.stop()

        picking = self.deliver(order)
        self.assertEqual((picking.state, picking.onbuy_state), ('done', 'waiting'))
        with mute_logger('odoo.addons.onbuy_connector.models.onbuy_store_notes'):
            self.run_cron('send_actions')
        self.assertEqual(picking.onbuy_state, 'waiting')
        self.assertIn("cannot be reached", picking.onbuy_error)

        type(self).sandbox = Sandbox(*self.sandbox_options, '--port', port)
        order.action_ids.next_attempt = False
        self.run_cron('send_actions')
        self.assertEqual(picking.onbuy_state, 'sent')
        self.assertEqual(self.sandbox.order(order.name)['status'], 'Dispatched')
