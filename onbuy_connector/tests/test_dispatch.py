import json
import unittest

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .shipping_common import ShippingCommon


@tagged('post_install', '-at_install')
class TestDispatchQuantities(ShippingCommon):
    """What is dispatched on OnBuy follows what was delivered here."""

    def test_a_part_and_its_back_order_are_two_dispatches_each_with_its_own_number(self):
        order = self.receive(3)
        picking = self.pickings(order)
        picking.carrier_tracking_ref = 'PART1'
        self.validate(picking, 1)
        self.send()
        self.assertEqual(self.status(order), 'Partially Dispatched')
        rest = self.pickings(order)
        rest.carrier_tracking_ref = 'PART2'
        self.validate(rest)
        self.send()
        self.assertEqual(self.dispatches(order), [('PART1', [1]), ('PART2', [2])])
        self.assertEqual(order.status, 'dispatched')

    def test_two_deliveries_validated_before_anything_is_sent_keep_their_own_numbers(self):
        order = self.receive(3)
        picking = self.pickings(order)
        picking.carrier_tracking_ref = 'PART1'
        self.validate(picking, 1)
        rest = self.pickings(order)
        rest.carrier_tracking_ref = 'PART2'
        self.validate(rest)
        self.send()
        self.assertEqual(self.dispatches(order), [('PART1', [1]), ('PART2', [2])])

    def test_goods_that_came_back_before_the_dispatch_was_sent_are_not_dispatched(self):
        order = self.receive(1)
        picking = self.validate(self.pickings(order))
        self.bring_back(picking)
        before = self.calls()
        self.send()
        self.assertEqual(self.calls(), before)
        self.assertEqual(self.status(order), 'Awaiting Dispatch')

    def test_goods_that_came_back_and_left_again_are_not_dispatched_twice(self):
        order = self.receive(1)
        picking = self.validate(self.pickings(order))
        self.send()
        back = self.bring_back(picking)
        before = self.calls()
        self.bring_back(back)
        self.send()
        self.assertEqual(self.calls(), before)
        self.assertEqual(order.sale_order_id.order_line[0].qty_delivered, 1)

    def test_more_delivered_than_ordered_is_dispatched_as_ordered(self):
        order = self.receive(2)
        self.validate(self.pickings(order), 5)
        self.send()
        self.assertEqual(self.dispatches(order), [(None, [2])])
        self.assertEqual(order.sale_order_id.order_line[0].qty_delivered, 5)

    def test_fewer_pieces_in_the_sales_order_leave_the_rest_open_on_onbuy(self):
        order = self.receive(3)
        order.sale_order_id.order_line[0].product_uom_qty = 2
        self.validate(self.pickings(order))
        self.send()
        self.assertEqual(self.dispatches(order), [(None, [2])])
        self.assertEqual(order.status, 'partially_dispatched')

    def test_the_same_sku_on_two_lines_is_told_by_reference(self):
        sku = self.skus()[0]
        order = self.receive_lines((sku, 1), (sku, 2))
        picking = self.pickings(order)
        self.assertEqual(len(order.line_ids), 2)
        moves = picking.move_ids.filtered(lambda move: move.sale_line_id.onbuy_line_id == order.line_ids[1])
        (picking.move_ids - moves).quantity = 0
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.send()
        remote = self.sandbox.order(order.name)
        self.assertEqual([int(line['quantity_dispatched']) for line in remote['products']], [0, 2])

    def test_a_listing_sold_in_packs_is_dispatched_in_packs(self):
        listing = self.env['onbuy.listing'].search([('store_id', '=', self.store.id)], limit=1)
        unit = listing.product_id.uom_id
        listing.uom_id = self.env['uom.uom'].create(
            {'name': "Pack of 6", 'relative_factor': 6, 'relative_uom_id': unit.id})
        order = self.receive_lines((listing.sku, 2))
        picking = self.pickings(order)
        self.assertEqual(picking.move_ids.product_qty, 12)
        move = picking.move_ids
        move.quantity = move.product_uom._compute_quantity(1.5, move.product_uom) if move.product_uom != unit else 9
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.send()
        self.assertEqual(self.dispatches(order), [(None, [1])])
        self.validate(self.pickings(order))
        self.send()
        self.assertEqual(self.dispatches(order), [(None, [1]), (None, [1])])
        self.assertEqual(order.status, 'dispatched')

    def test_serial_numbers_are_one_dispatch(self):
        product = self.env['onbuy.listing'].search([('store_id', '=', self.store.id)])[1].product_id
        product.tracking = 'serial'
        location = self.warehouse.lot_stock_id
        quants = self.env['stock.quant']
        quants.search([('product_id', '=', product.id), ('location_id', '=', location.id)]).quantity = 0
        for name in ('S1', 'S2', 'S3'):
            lot = self.env['stock.lot'].create({'name': name, 'product_id': product.id})
            quants._update_available_quantity(product, location, 1, lot_id=lot)
        order = self.receive_lines((self.skus()[1], 3))
        picking = self.pickings(order)
        self.assertEqual(len(picking.move_line_ids), 3)
        self.validate(picking)
        self.send()
        self.assertEqual(self.dispatches(order), [(None, [3])])

    def test_moves_that_were_split_and_merged_come_out_right(self):
        order = self.receive(4)
        move = self.pickings(order).move_ids
        self.env['stock.move'].create(move._split(1))._action_confirm(merge=False)
        self.assertEqual(len(self.pickings(order).move_ids), 2)
        self.pickings(order).move_ids._merge_moves()
        self.pickings(order).action_assign()
        self.validate(self.pickings(order))
        self.send()
        self.assertEqual(self.dispatches(order), [(None, [4])])

    def test_moves_done_directly_as_by_a_bar_code_scanner_are_dispatched(self):
        order = self.receive(2, 1)
        moves = self.pickings(order).move_ids
        moves.picked = True
        moves._action_done()
        self.send()
        self.assertEqual(order.status, 'dispatched')

    def test_deliveries_validated_together_go_in_one_call(self):
        orders = self.receive(1) + self.receive(2)
        pickings = self.pickings(orders[0]) + self.pickings(orders[1])
        before = self.calls()
        pickings.move_ids.picked = True
        pickings.button_validate()
        self.send()
        self.assertEqual(self.calls(), before + 1)
        self.assertEqual(orders.mapped('status'), ['dispatched', 'dispatched'])

    def test_a_batch_transfer_dispatches_its_orders(self):
        if 'stock.picking.batch' not in self.env:
            raise unittest.SkipTest("stock_picking_batch is not installed")
        orders = self.receive(1) + self.receive(2)
        batch = self.env['stock.picking.batch'].create({
            'picking_ids': [(6, 0, (self.pickings(orders[0]) + self.pickings(orders[1])).ids)]})
        batch.action_confirm()
        batch.move_ids.picked = True
        batch.action_done()
        self.send()
        self.assertEqual(orders.mapped('status'), ['dispatched', 'dispatched'])

    def test_one_delivery_of_two_orders_dispatches_both(self):
        orders = self.receive(1) + self.receive(2)
        one, other = self.pickings(orders[0]), self.pickings(orders[1])
        one.carrier_tracking_ref = 'BOTH'
        other.move_ids.picking_id = one
        self.validate(one)
        self.send()
        self.assertEqual([self.dispatches(order) for order in orders], [[('BOTH', [1])], [('BOTH', [2])]])

    def test_a_kit_is_dispatched_when_its_components_left(self):
        if 'mrp.bom' not in self.env or 'sale_mrp' not in self.env.registry._init_modules:
            raise unittest.SkipTest("sale_mrp is not installed")
        kit = self.env['onbuy.listing'].search([('store_id', '=', self.store.id)])[2].product_id
        parts = self.env['product.product'].create([{'name': "Part", 'is_storable': True} for _part in range(2)])
        for part in parts:
            self.env['stock.quant']._update_available_quantity(part, self.warehouse.lot_stock_id, 100)
        self.env['mrp.bom'].create({
            'product_tmpl_id': kit.product_tmpl_id.id, 'type': 'phantom', 'product_qty': 1,
            'bom_line_ids': [(0, 0, {'product_id': part.id, 'product_qty': 2}) for part in parts]})
        order = self.receive_lines((self.skus()[2], 2))
        self.validate(self.pickings(order), 2)
        self.send()
        self.assertEqual(self.dispatches(order), [(None, [1])])

    def test_what_onbuy_had_dispatched_before_is_not_dispatched_again(self):
        placed = self.sandbox.place_order((self.skus()[0], 3))
        self.sandbox.control('PATCH', f'/orders/{placed["order_id"]}', {
            'status': 'Partially Dispatched',
            'products': [{**placed['products'][0], 'quantity_dispatched': '1'}]})
        self.store.action_recover_order(placed['order_id'])
        order = self.env['onbuy.order'].search([('name', '=', placed['order_id'])])
        self.assertEqual(order.line_ids.quantity_before, 1)
        self.assertEqual(self.pickings(order).move_ids.product_uom_qty, 2)
        self.validate(self.pickings(order))
        self.assertEqual(order.line_ids._get_quantity_to_send(), 2)


@tagged('post_install', '-at_install')
class TestDispatchTrigger(ShippingCommon):
    """When OnBuy is told: after the last step, after packing or after picking."""

    def order_in(self, steps, trigger, *quantities):
        """Return an order in a warehouse of so many steps, and its first transfer."""
        self.warehouse.delivery_steps = steps
        self.store.dispatch_trigger = trigger
        order = self.receive(*quantities)
        return order, self.pickings(order)

    def test_by_default_only_the_last_of_three_steps_dispatches(self):
        order, _pick = self.order_in('pick_pack_ship', 'last', 2)
        before = self.calls()
        for _step in range(2):
            self.validate(self.pickings(order))
        self.send()
        self.assertEqual(self.calls(), before)
        self.validate(self.pickings(order))
        self.send()
        self.assertEqual(order.status, 'dispatched')

    def test_picking_dispatches_once_where_the_store_says_so(self):
        order, pick = self.order_in('pick_ship', 'pick', 2)
        self.validate(pick)
        self.send()
        self.assertEqual(order.status, 'dispatched')
        before = self.calls()
        self.validate(self.pickings(order))
        self.send()
        self.assertEqual(self.calls(), before)

    def test_packing_dispatches_where_the_store_says_so(self):
        order, pick = self.order_in('pick_pack_ship', 'pack', 1)
        before = self.calls()
        self.validate(pick)
        self.send()
        self.assertEqual(self.calls(), before)
        self.validate(self.pickings(order))
        self.send()
        self.assertEqual(order.status, 'dispatched')

    def test_a_part_picked_is_a_part_dispatched(self):
        order, pick = self.order_in('pick_ship', 'pick', 3)
        self.validate(pick, 1)
        self.send()
        self.assertEqual(self.dispatches(order), [(None, [1])])

    def test_goods_put_back_before_the_dispatch_was_sent_are_not_dispatched(self):
        order, pick = self.order_in('pick_ship', 'pick', 2)
        self.validate(pick)
        self.bring_back(pick)
        before = self.calls()
        self.send()
        self.assertEqual(self.calls(), before)

    def test_a_store_that_counts_picking_still_dispatches_from_a_one_step_warehouse(self):
        order, picking = self.order_in('ship_only', 'pick', 1)
        self.validate(picking)
        self.send()
        self.assertEqual(order.status, 'dispatched')

    def test_the_number_of_the_delivery_goes_out_with_the_dispatch_of_its_picking(self):
        order, pick = self.order_in('pick_ship', 'pick', 1)
        self.validate(pick)
        ship = self.pickings(order)
        ship.carrier_tracking_ref = 'LATE1'
        self.validate(ship)
        self.send()
        self.assertEqual(self.dispatches(order), [('LATE1', [1])])

    def test_the_number_given_at_the_delivery_follows_a_dispatch_made_at_picking(self):
        order, pick = self.order_in('pick_ship', 'pick', 1)
        self.validate(pick)
        self.send()
        self.pickings(order).carrier_tracking_ref = 'LATE2'
        self.send()
        self.assertEqual(self.dispatches(order), [('LATE2', [1])])


@tagged('post_install', '-at_install')
class TestReadyToShip(ShippingCommon):
    """The button that validates and tells OnBuy."""

    def test_the_button_on_several_sales_orders_validates_and_dispatches_them(self):
        orders = self.receive(1) + self.receive(2)
        orders.sale_order_id.action_onbuy_ready_to_ship()
        self.send()
        self.assertEqual(orders.mapped('status'), ['dispatched', 'dispatched'])

    def test_the_button_on_a_partly_reserved_delivery_lets_core_ask_about_the_back_order(self):
        order = self.receive(3)
        picking = self.pickings(order)
        picking.move_ids.quantity = 1
        action = picking.action_onbuy_ready_to_ship()
        self.assertEqual(action['res_model'], 'stock.backorder.confirmation')
        self.assertFalse(order.action_ids)

    def test_a_delivery_without_goods_says_why_it_is_not_ready(self):
        order = self.receive(1)
        self.pickings(order).do_unreserve()
        with self.assertRaisesRegex(UserError, "not reserved"):
            self.pickings(order).action_onbuy_ready_to_ship()

    def test_sales_orders_of_others_are_refused(self):
        sale_order = self.env['sale.order'].create({'partner_id': self.env.user.partner_id.id})
        with self.assertRaisesRegex(UserError, "no OnBuy orders"):
            sale_order.action_onbuy_ready_to_ship()

    def test_a_store_whose_stock_is_moved_elsewhere_dispatches_without_validating(self):
        self.store.stock_elsewhere = True
        order = self.receive(2, 1)
        order.sale_order_id.action_onbuy_ready_to_ship()
        self.send()
        self.assertEqual(order.status, 'dispatched')
        self.assertEqual(self.pickings(order).state, 'assigned')

    def test_the_button_pressed_twice_dispatches_once(self):
        self.store.stock_elsewhere = True
        order = self.receive(2)
        before = self.calls()
        order.sale_order_id.action_onbuy_ready_to_ship()
        order.sale_order_id.action_onbuy_ready_to_ship()
        self.send()
        self.assertEqual(self.calls(), before + 1)
        self.assertEqual(self.dispatches(order), [(None, [2])])

    def test_a_warehouse_worker_without_any_sales_rights_ships_an_onbuy_order(self):
        worker = new_test_user(self.env, 'picker', groups='stock.group_stock_user', company_id=self.company.id)
        order = self.receive(1)
        picking = self.pickings(order).with_user(worker)
        picking.carrier_tracking_ref = 'BYWORKER'
        picking.action_onbuy_ready_to_ship()
        self.send()
        self.assertEqual(self.dispatches(order), [('BYWORKER', [1])])


@tagged('post_install', '-at_install')
class TestDispatchBadDays(ShippingCommon):
    """Time-outs, refusals and nonsense."""

    def ship(self, *quantities, number='BAD1'):
        """Deliver an order and return it; nothing is sent yet."""
        order = self.receive(*quantities or (1,))
        picking = self.pickings(order)
        picking.carrier_tracking_ref = number
        self.validate(picking)
        return order

    def check_sent_once(self, kind, **values):
        """Have the call go wrong; after a while exactly one dispatch is on OnBuy."""
        order = self.ship(2)
        self.go_wrong(kind, **values)
        self.send()
        self.later(minutes=2)
        self.later(minutes=2)
        self.assertEqual(self.dispatches(order), [('BAD1', [2])])
        self.assertEqual(order.action_ids.sync_state, 'synced')
        self.assertEqual(order.sale_order_id.picking_ids.onbuy_state, 'sent')

    def test_a_time_out_after_the_effect_dispatches_once(self):
        self.check_sent_once('timeout_after')

    def test_a_time_out_before_the_effect_dispatches_once(self):
        self.check_sent_once('timeout_before')

    def test_a_connection_cut_after_the_effect_dispatches_once(self):
        self.check_sent_once('drop_after')

    def test_a_connection_cut_before_the_effect_dispatches_once(self):
        self.check_sent_once('drop_before')

    def test_a_server_error_dispatches_once(self):
        self.check_sent_once('status', status=500)

    def test_html_instead_of_json_dispatches_once(self):
        self.check_sent_once('non_json')

    def test_json_cut_off_after_the_effect_dispatches_once(self):
        self.check_sent_once('malformed_json')

    def test_too_many_requests_are_sent_later(self):
        order = self.ship()
        self.go_wrong('status', status=429, retry_after=1)
        self.run_cron('send_actions')
        self.assertEqual(order.action_ids.sync_state, 'pending')
        self.assertEqual(order.sale_order_id.picking_ids.onbuy_state, 'waiting')

    def test_an_uncertain_dispatch_shows_as_waiting_with_its_reason(self):
        order = self.ship()
        self.go_wrong('timeout_after')
        self.send()
        picking = order.sale_order_id.picking_ids
        self.assertEqual((order.action_ids.sync_state, picking.onbuy_state), ('uncertain', 'waiting'))
        self.assertTrue(picking.onbuy_error)

    def test_the_order_is_read_before_an_uncertain_dispatch_is_sent_again(self):
        order = self.ship()
        self.go_wrong('timeout_before')
        self.send()
        seen = len(self.sandbox.requests())
        self.later(minutes=2)
        calls = [(one['method'], one['path']) for one in self.sandbox.requests()[seen:]]
        methods = [method for method, path in calls if '/orders' in path]
        self.assertEqual(methods[:2], ['GET', 'PUT'], calls)

    def test_an_order_dispatched_on_onbuy_meanwhile_counts_as_done(self):
        order = self.ship()
        self.sandbox.control('POST', f'/orders/{order.name}/dispatch', {})
        self.send()
        self.assertEqual(order.action_ids.sync_state, 'synced')
        self.assertEqual(order.status, 'dispatched')
        self.assertEqual(order.sale_order_id.picking_ids.onbuy_state, 'sent')

    def test_an_order_cancelled_on_onbuy_meanwhile_is_refused_with_onbuys_words(self):
        order = self.ship()
        self.sandbox.control('POST', f'/orders/{order.name}/cancel', {})
        self.send()
        picking = order.sale_order_id.picking_ids
        self.assertEqual(picking.onbuy_state, 'refused')
        self.assertIn("could not be marked as dispatched", picking.onbuy_error)
        self.assertIn("could not be marked as dispatched", order.action_ids.sync_error)

    def answer(self, answer, path='/orders/dispatch'):
        """Have OnBuy answer the next call with this JSON, without any effect."""
        self.go_wrong('non_json', path=path, status=200, body=json.dumps(answer))

    def test_a_refused_dispatch_is_sent_by_retry(self):
        order = self.ship()
        self.answer({'success': True, 'results': {order.name: {
            'success': False, 'errorcode': 'InvalidTracking', 'message': "That number is not valid"}}})
        self.send()
        picking = order.sale_order_id.picking_ids
        self.assertEqual(picking.onbuy_error, "That number is not valid")
        self.assertIn(picking, self.env['stock.picking'].search([('onbuy_action_ids.sync_state', '=', 'error')]))
        picking.action_onbuy_retry()
        self.send()
        self.assertEqual(order.status, 'dispatched')
        self.assertEqual(picking.onbuy_state, 'sent')

    def test_one_refusal_of_two_in_a_call_leaves_the_other_dispatched(self):
        orders = self.ship() + self.ship()
        self.sandbox.control('POST', f'/orders/{orders[0].name}/cancel', {})
        before = self.calls()
        self.send()
        self.assertEqual(self.calls(), before + 1)
        self.assertEqual([order.action_ids.sync_state for order in orders], ['error', 'synced'])

    def test_an_answer_in_a_list_under_result_is_understood(self):
        order = self.ship()
        self.answer({'success': True, 'result': [{
            'order_id': order.name, 'success': False, 'errorcode': 'InvalidProduct', 'message': "No such product"}]})
        self.send()
        self.assertEqual(order.action_ids.sync_error, "No such product")

    def test_an_answer_that_leaves_the_order_out_is_uncertain(self):
        order = self.ship()
        self.answer({'success': True, 'results': {}})
        self.send()
        self.assertEqual(order.action_ids.sync_state, 'uncertain')
        self.later(minutes=2)
        self.assertEqual(order.status, 'dispatched')

    def test_a_call_refused_as_a_whole_is_tried_one_by_one(self):
        orders = self.ship() + self.ship()
        self.go_wrong('status', status=400, message="One of the orders is bad")
        self.send()
        self.assertEqual(orders.mapped('status'), ['dispatched', 'dispatched'])

    def test_nothing_is_sent_while_the_switch_is_off(self):
        order = self.ship()
        self.store.sync_actions = False
        self.send()
        self.assertEqual(self.status(order), 'Awaiting Dispatch')
        self.store.sync_actions = True
        self.send()
        self.assertEqual(order.status, 'dispatched')
