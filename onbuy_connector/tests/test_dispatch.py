import unittest

from odoo.tests import tagged

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

    def test_deliveries_validated_together_wake_the_outgoing_task_once(self):
        pickings = self.pickings(self.receive(1)) | self.pickings(self.receive(1))
        cron = self.env.ref('onbuy_connector.ir_cron_send_actions')
        cron.active = True
        self.env.cr.flush()
        self.env.cr.execute("DELETE FROM ir_cron_trigger")
        self.validate(pickings)
        self.env.cr.flush()
        self.assertEqual(len(pickings.onbuy_action_ids), 2)
        self.assertEqual(self.env['ir.cron.trigger'].search_count([('cron_id', '=', cron.id)]), 1)

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
