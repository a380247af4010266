from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .shipping_common import ShippingCommon


@tagged('post_install', '-at_install')
class TestClerk(ShippingCommon):
    """What a sales clerk finds and reads of orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(cls.env, 'clerk', 'sales_team.group_sale_salesman_all_leads', company_id=cls.company.id)

    def sale(self, order):
        """Return the sales order of an OnBuy order as the clerk sees it, nothing of it in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        return order.sale_order_id.with_user(self.clerk)

    def find(self, name):
        """Return the sales orders that a filter of the list finds for the clerk."""
        orders = self.env['sale.order'].with_user(self.clerk)
        arch = orders.get_view(self.env.ref('sale.view_sales_order_filter').id, 'search')['arch']
        domain, = etree.fromstring(arch).xpath(f"//filter[@name='{name}']/@domain")
        return orders.search(safe_eval(domain))

    # === THE TAB === #

    def test_the_tab_tells_ids_fees_and_the_margin_after_them(self):
        order = self.receive(2)
        sale = self.sale(order)
        self.assertEqual((sale.onbuy_name, sale.onbuy_status_label, sale.onbuy_buyer_email),
                         (order.name, 'Awaiting Dispatch', order.buyer_email))
        self.assertTrue(order.fee_total)
        self.assertAlmostEqual(sale.onbuy_margin, sale.margin - order.fee_total)
        self.assertAlmostEqual(sale.onbuy_margin_percent, sale.onbuy_margin / sale.amount_untaxed)

    def test_the_history_tells_dispatches_with_their_parcels_and_refunds(self):
        order = self.receive(2)
        self.pickings(order).carrier_tracking_ref = 'AB123456789GB'
        self.validate(self.pickings(order))
        self.send()
        self.sandbox.control('POST', f'/orders/{order.name}/refund', {
            'items': [{'onbuy_internal_reference': order.line_ids.reference, 'amount': 1.5}]})
        self.read(order)
        told = self.sale(order).onbuy_history
        sku = order.line_ids.sku
        for text in ("Ordered", order.buyer_name, "Dispatched", f"2 × {sku}", "AB123456789GB", "Refunded", "£1.50"):
            with self.subTest(text=text):
                self.assertIn(text, told)

    def test_the_history_of_a_cancelled_order_tells_the_cancellation(self):
        order = self.receive(1)
        self.sandbox.control('POST', f'/orders/{order.name}/cancel', {})
        self.read(order)
        self.assertIn("Cancelled", self.sale(order).onbuy_history)

    def test_what_buyers_write_is_shown_as_text(self):
        order = self.receive(1, buyer={'name': '<script>alert(1)</script>'})
        told = self.sale(order).onbuy_history
        self.assertNotIn('<script>', told)
        self.assertIn('&lt;script&gt;', told)

    def test_a_tracking_page_that_is_no_web_address_is_no_link(self):
        order = self.receive(1)
        order.payload = {**order.payload, 'dispatches': [
            {'dispatch_id': '1', 'tracking': {'tracking_number': 'X', 'tracking_url': 'javascript:alert(1)'}}]}
        self.assertNotIn('javascript', self.sale(order).onbuy_history)

    def test_the_history_of_an_erased_order_tells_what_is_left(self):
        order = self.receive(1)
        order.write({'payload': False, 'shipped_date': fields.Datetime.now()})
        self.assertIn("Dispatched", self.sale(order).onbuy_history)

    def test_the_lines_link_to_their_pages_on_onbuy(self):
        order = self.receive(1)
        url = self.store.listing_ids.filtered(lambda listing: listing.sku == order.line_ids.sku).product_url
        self.assertTrue(url)
        self.assertEqual(self.sale(order).onbuy_line_ids.product_url, url)

    def test_the_document_is_a_managers_and_holds_no_internet_address(self):
        order = self.receive(1)
        with self.assertRaises(AccessError):
            self.sale(order).read(['onbuy_document'])
        manager = new_test_user(self.env, 'documents', 'onbuy_connector.group_onbuy_manager')
        text = order.with_user(manager).document
        self.assertIn(order.name, text)
        self.assertNotIn('ip_address', text)

    def test_a_clerk_without_onbuy_rights_sees_the_stores_name_but_not_the_store(self):
        sale = self.sale(self.receive(1))
        seen, = sale.web_read({
            'onbuy_store_id': {'fields': {'display_name': {}}}, 'onbuy_line_ids': {'fields': {'sku': {}}}})
        self.assertEqual(seen['onbuy_store_id']['display_name'], "Lamp House")
        with self.assertRaises(AccessError):
            sale.onbuy_store_id.read(['name'])

    # === FINDING === #

    def test_filters_find_orders_to_ship_late_waiting_and_to_fix(self):
        order = self.receive(1)
        order.dispatch_by = '2020-01-01 00:00:00'
        waiting = self.receive(1000000)
        for name, found in (('onbuy', order | waiting), ('onbuy_open', order | waiting), ('onbuy_late', order),
                            ('onbuy_partial', waiting), ('onbuy_fix', order.browse()), ('onbuy_refunded', order.browse())):
            with self.subTest(filter=name):
                self.assertEqual(self.find(name), found.sale_order_id.sorted())
        self.go_wrong('status', status=400)
        self.validate(self.pickings(order))
        self.send()
        self.assertEqual(self.find('onbuy_fix'), order.sale_order_id)

    def test_orders_are_grouped_by_fulfilment_day_and_service(self):
        self.receive(1)
        orders = self.env['sale.order'].with_user(self.clerk)
        for group in ('onbuy_fulfilment_state', 'onbuy_dispatch_by:day', 'onbuy_delivery_service', 'onbuy_store_id'):
            with self.subTest(group=group):
                found = orders.formatted_read_group([('onbuy_order_id', '!=', False)], [group], ['__count'])
                self.assertEqual([one['__count'] for one in found], [1])

    def test_an_order_is_found_by_onbuys_id_and_by_sku(self):
        order = self.receive(1)
        for text in (order.name, order.line_ids.sku):
            found = self.env['sale.order'].with_user(self.clerk).search([
                '|', ('onbuy_order_id.name', 'ilike', text), ('onbuy_order_id.line_ids.sku', 'ilike', text)])
            self.assertEqual(found, order.sale_order_id)

    def test_the_favourites_that_come_with_the_module_work_for_everybody(self):
        order = self.receive(1)
        order.dispatch_by = '2020-01-01 00:00:00'
        mine = self.env['ir.model.data'].search([('module', '=', 'onbuy_connector'), ('model', '=', 'ir.filters')])
        for favourite in self.env['ir.filters'].browse(mine.mapped('res_id')):
            with self.subTest(favourite=favourite.name):
                user = self.env.user if favourite.model_id == 'stock.picking' else self.clerk
                model = self.env[favourite.model_id].with_user(user)
                domain, context = safe_eval(favourite.domain), safe_eval(favourite.context)
                found = model.formatted_read_group(domain, context.get('group_by', []), ['__count'])
                self.assertEqual(sum(one['__count'] for one in found) > 0, 'refunds' not in favourite.name)

    # === FIGURES === #

    def test_orders_and_fees_are_analysed(self):
        order = self.receive(1)
        found = self.env['onbuy.order'].with_user(self.clerk)._read_group(
            [('name', '=', order.name)], ['date_order:month'], ['amount_total:sum', 'fee_total:sum'])
        self.assertEqual(found[0][1:], (order.amount_total, order.fee_total))

    # === DOING === #

    def test_a_clerk_without_stock_rights_is_not_offered_to_ship(self):
        order = self.receive(1)
        arch = self.sale(order).get_view(view_type='form')['arch']
        self.assertNotIn('action_onbuy_ready_to_ship', arch)
