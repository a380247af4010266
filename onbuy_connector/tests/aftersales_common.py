"""What the tests of cancellations and refunds share."""
import json
from contextlib import ExitStack
from datetime import timedelta

from odoo import fields
from odoo.tests import Form, new_test_user

from ..models.onbuy_order_refund import to_pence
from .common import OnbuyCommon


class AftersalesCommon(OnbuyCommon):
    """A live store with goods in stock."""

    sandbox_options = ('--no-limits', '--listings', '3', '--orders', '0', '--seed', '7')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with ExitStack() as stack:  # Going live once for all tests of the class, as they would see it.
            for patch in cls._registry_test_mode_patches(cr=cls.cr, registry=cls.registry):
                stack.enter_context(patch)
            cls.go_live(cls)
            cls.stock_up(cls)
            cls.env.flush_all()
            cls.env.invalidate_all()

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.control, 'DELETE', '/faults')

    def receive(self, *quantities, **values):
        """Place an order of the first listings and fetch it alone, so that other tests' orders stay away.

        :param quantities: of each listing in turn; default one of the first
        :param values: further fields of the sandbox's order
        """
        lines = list(zip(self.skus(), quantities or (1,), strict=False))
        placed = self.sandbox.place_order(*lines, **values)
        self.store.action_recover_order(placed['order_id'])
        return self.env['onbuy.order'].search([('name', '=', placed['order_id'])])

    def tell(self, order, path='', method='POST', **body):
        """Have something happen to the order on OnBuy, and read it.

        :param str path: of the sandbox's control API below the order, e.g. ``/cancel``
        """
        self.sandbox.control(method, f'/orders/{order.name}{path}', body)
        self.reread(order)

    def reread(self, order):
        """Read the order from OnBuy now."""
        order.action_refresh()
        self.env.invalidate_all()

    def send(self):
        """Run the outgoing cron."""
        self.run_cron('send_actions')

    def ask_again(self, action):
        """Let a minute pass, after which OnBuy is asked what became of an action."""
        action.next_attempt = fields.Datetime.now() - timedelta(seconds=1)
        self.send()

    def ship(self, order, quantities=None):
        """Deliver the order, or a part of it, and tell OnBuy."""
        pickings = self.deliver(order, quantities=quantities)
        self.send()
        return pickings

    def invoice(self, order):
        """Invoice all that can be invoiced, and post it."""
        invoices = order.sale_order_id._create_invoices()
        invoices.action_post()
        return invoices

    def bring_back(self, picking, quantity=None):
        """Validate a return of a delivery.

        :param picking: the done delivery
        :param float quantity: of each product; default all
        """
        form = self.env['stock.return.picking'].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model='stock.picking').create({})
        for line in form.product_return_moves:
            line.quantity = line.move_quantity if quantity is None else quantity
        back = self.env['stock.picking'].browse(form.action_create_returns()['res_id'])
        back.move_ids.picked = True
        back.with_context(skip_backorder=True).button_validate()
        return back

    def open_form(self, action, user=None):
        """Return the form that an action opens, as a person sees it."""
        model = self.env[action['res_model']].with_user(user or self.env.user)
        return Form(model.with_context(**action['context']))

    def new_user(self, group):
        """Return a user who edits contacts, with one more group.

        :param str group: its XML id
        """
        return new_test_user(self.env, f'{group}-of-test', f'base.group_user,base.group_partner_manager,{group}')

    def ask_cancel(self, order, **values):
        """Fill and send the form *Cancel on OnBuy*."""
        form = self.open_form(order.sale_order_id.action_onbuy_cancel())
        for name, value in values.items():
            setattr(form, name, value)
        form.save().action_cancel_order()
        return order.action_ids.filtered(lambda action: action.kind == 'cancel')[:1]

    def ask_refund(self, order, amounts=None, delivery=None, **values):
        """Fill and send the form *Refund on OnBuy*.

        :param list amounts: pounds per line; default what is proposed
        :param delivery: pounds; default what is proposed
        """
        form = self.open_form(order.sale_order_id.action_onbuy_refund())
        for name, value in values.items():
            setattr(form, name, value)
        for index, amount in enumerate(amounts or []):
            with form.line_ids.edit(index) as line:
                line.amount = amount
        if delivery is not None:
            form.amount_delivery = delivery
        form.save().action_refund()
        return order.action_ids.filtered(lambda action: action.kind == 'refund')[:1]

    def activities(self, order):
        """Return the summaries of the sales order's activities."""
        return order.sale_order_id.activity_ids.mapped('summary')

    def notes(self, order):
        """Return the credit notes of an order."""
        return order._get_credit_notes()

    def prices(self, order):
        """Return what each line of an order costs, in pounds."""
        return [to_pence(line.amount_total) for line in order.line_ids]

    def calls(self, path):
        """Return what was sent to an address of OnBuy in this test's order: the bodies."""
        return [one['body'] for one in self.sandbox.requests(path, 'PUT')]

    def answer_with(self, path, answer):
        """Have OnBuy answer the next call with this JSON, without any effect."""
        self.sandbox.control('POST', '/faults', {
            'kind': 'non_json', 'status': 200, 'path': path, 'count': 1, 'body': json.dumps(answer)})

    def fault(self, kind, path, **values):
        """Have the next call to an address go wrong."""
        self.sandbox.control('POST', '/faults', {'kind': kind, 'path': path, 'count': 1, 'seconds': 0.1, **values})
