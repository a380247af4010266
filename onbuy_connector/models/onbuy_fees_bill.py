from collections import Counter
from datetime import datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .onbuy_order import CANCELLED_STATUSES
from .onbuy_order_refund import ZERO, to_pence

LONDON = ZoneInfo('Europe/London')
KINDS = ('category', 'boost', 'other', 'vat')


class AccountMove(models.Model):
    _inherit = 'account.move'

    onbuy_fees_store_id = fields.Many2one(
        'onbuy.store', string="OnBuy Store of Fees", readonly=True, copy=False, index='btree_not_null',
        ondelete='restrict')
    onbuy_fees_month = fields.Date(
        string="Month of OnBuy Fees", readonly=True, copy=False, help="The first day of the month whose fees it bills.")

    _onbuy_fees_unique = models.UniqueIndex(
        '(onbuy_fees_store_id, onbuy_fees_month) WHERE onbuy_fees_month IS NOT NULL',
        "There is a bill of this store's OnBuy fees of this month already.")

    def _onbuy_set_vat(self, vat):
        """Make the VAT of a draft fees bill what OnBuy charged, order by order; a sum of rounded pennies is not the
        rounded sum.

        :param Decimal vat: pounds
        """
        taxed = self.line_ids.filtered('tax_line_id')[:1]
        gap = float(vat) - self.amount_tax
        if taxed and self.currency_id.compare_amounts(gap, 0):
            self.write({'line_ids': [fields.Command.update(taxed.id, {
                'amount_currency': taxed.amount_currency + gap})]})

    def _onbuy_open(self):
        """Return the window action of these bills."""
        action = self.env['ir.actions.act_window']._for_xml_id('account.action_move_in_invoice_type')
        if len(self) == 1:
            return {**action, 'views': [(False, 'form')], 'view_mode': 'form', 'res_id': self.id}
        return {**action, 'domain': [('id', 'in', self.ids)]}


class OnbuyStore(models.Model):
    """One vendor bill per store and month for OnBuy's fees, from the orders' own figures."""

    _inherit = 'onbuy.store'

    fees_partner_id = fields.Many2one(
        'res.partner', string="Vendor of fees", check_company=True,
        default=lambda self: self.env.ref('onbuy_connector.partner_onbuy', raise_if_not_found=False))
    fees_product_id = fields.Many2one(
        'product.product', string="Fees", domain=[('type', '=', 'service')], check_company=True,
        default=lambda self: self._default_product('fees'),
        help="Its expense account is that of the fees bill. Its purchase tax is used where its rate is that of OnBuy's "
             "fees.")
    fees_bill_auto = fields.Boolean(
        string="Fees bill each month", help="A draft vendor bill of the last month's OnBuy fees is made by itself.")

    # === ACTIONS === #

    @api.model
    def _cron_create_fees_bills(self):
        """Draft the bill of last month's fees of each store that wants it."""
        stores = self.search([('fees_bill_auto', '=', True)])
        for store in stores:
            store.with_company(store.company_id)._create_fees_bill_alone()
            self.env['ir.cron']._commit_progress(1)

    def _create_fees_bill_alone(self):
        """Draft last month's bill; what is in the way is told to the store's responsible."""
        try:
            with self.env.cr.savepoint():
                self._create_fees_bill(self._get_last_month())
        except UserError as error:
            self.env['onbuy.store.state']._save(self, 'fees_bill', {'error': str(error)})
        self._update_alerts()

    def _get_record_alerts(self):
        """Override to tell why the fees were not billed."""
        error = self.env['onbuy.store.state']._load(self, 'fees_bill').get('error')
        return [*super()._get_record_alerts(), *([self._make_alert(
            'fees', self.env._("Fees are not billed"), error, is_urgent=False)] if error else [])]

    def action_create_last_fees_bill(self):
        """Draft the bill of last month's fees of these stores, or bring the draft up to date.

        :return: the window action of the bills
        """
        bills = self.env['account.move']
        for store in self:
            bills += store._create_fees_bill(store._get_last_month())
        return bills._onbuy_open()

    # === BUSINESS METHODS === #

    @api.model
    def _get_last_month(self):
        """Return the first day of last month."""
        return fields.Date.context_today(self).replace(day=1) - relativedelta(months=1)

    def _create_fees_bill(self, month):
        """Draft the vendor bill of a month's fees, or bring the draft up to date; never a second one.

        :param date month: any day of it
        :return: the draft bill
        :raise UserError: when it is posted or cancelled already, or something for it is missing
        """
        self.ensure_one()
        self.check_access('write')
        month = month.replace(day=1)
        moves = self.env['account.move'].with_company(self.company_id)
        bill = moves.search([('onbuy_fees_store_id', '=', self.id), ('onbuy_fees_month', '=', month)])
        if bill and bill.state != 'draft':
            raise UserError(self.env._(
                "The bill of OnBuy's fees of %(month)s is there already: %(bill)s. Reset it to draft to have it "
                "brought up to date.", month=self._format_month(month), bill=bill.display_name))
        fees, vat = self._get_fees(month)
        values = self._prepare_fees_bill_values(month, fees)
        if bill:
            bill.invoice_line_ids.unlink()
            bill.write(values)
        else:
            bill = moves.create(values)
        if self.vat_treatment != 'none':
            bill._onbuy_set_vat(vat)
        self.env['onbuy.store.state'].sudo()._save(self, 'fees_bill', {})
        return bill

    def _get_fees_orders(self, month):
        """Return the orders whose fees are in a month's bill: placed in it, by London's clock, and not cancelled.

        :param date month: its first day
        """
        start, end = (
            datetime.combine(day, time(), LONDON).astimezone(ZoneInfo('UTC')).replace(tzinfo=None)
            for day in (month, month + relativedelta(months=1)))
        return self.env['onbuy.order'].search([
            ('store_id', '=', self.id), ('date_order', '>=', start), ('date_order', '<', end),
            ('status', 'not in', CANCELLED_STATUSES)])

    def _get_fees(self, month):
        """Return the fees of a month.

        Who is not registered for VAT cannot take it back: there it is a fee like the others.

        :param date month: its first day
        :return: dict of (kind, percent of VAT) → pounds excluding VAT; and the VAT on them
        :rtype: tuple(dict, Decimal)
        :raise UserError: when there are none
        """
        fees, total_vat = Counter(), ZERO
        for order in self._get_fees_orders(month):
            total, category, boost, vat = (
                to_pence(order[name]) for name in ('fee_total', 'fee_category', 'fee_boost', 'fee_vat'))
            rate = 0 if self.vat_treatment == 'none' else order._get_fee_vat_rate()
            fees['category', rate] += category
            fees['boost', rate] += boost
            fees['other', rate] += total - category - boost
            total_vat += vat
        if self.vat_treatment == 'none':
            fees['vat', 0] += total_vat
        if not any(fees.values()):
            raise UserError(self.env._("There are no OnBuy fees in %(month)s.", month=self._format_month(month)))
        return {key: amount for key, amount in fees.items() if amount}, total_vat

    def _prepare_fees_bill_values(self, month, fees):
        """Return the values of the vendor bill; see :meth:`_get_fees` for the fees.

        :rtype: dict
        :raise UserError: when the vendor or the product is missing
        """
        if not self.fees_partner_id or not self.fees_product_id:
            raise UserError(self.env._("Choose the vendor and the product of OnBuy's fees in the store's Accounting tab."))
        end = month + relativedelta(months=1, days=-1)
        return {
            'move_type': 'in_invoice',
            'company_id': self.company_id.id,
            'partner_id': self.fees_partner_id.id,
            'currency_id': self.currency_id.id,
            'fiscal_position_id': False,
            'invoice_date': end,
            'date': end,
            'ref': self.env._("OnBuy fees %(store)s %(month)s", store=self.name, month=self._format_month(month)),
            'onbuy_fees_store_id': self.id,
            'onbuy_fees_month': month,
            'invoice_line_ids': [
                fields.Command.create(self._prepare_fees_line_values(kind, rate, amount))
                for (kind, rate), amount in sorted(fees.items(), key=lambda fee: (KINDS.index(fee[0][0]), fee[0][1]))],
        }

    def _prepare_fees_line_values(self, kind, rate, amount):
        """Return the values of a line of the fees bill.

        :param str kind: ``category``, ``boost``, ``other`` or ``vat``
        :param int rate: percent of VAT
        :param Decimal amount: pounds
        :rtype: dict
        """
        names = {'category': self.env._("Category fees"), 'boost': self.env._("Boost fees"),
                 'other': self.env._("Other fees"), 'vat': self.env._("VAT on OnBuy's fees")}
        tax = self.env['account.tax'] if self.vat_treatment == 'none' else self._get_fees_tax(rate)
        return {
            'name': names[kind],
            'product_id': self.fees_product_id.id,
            'quantity': 1,
            'price_unit': float(amount),
            'tax_ids': [fields.Command.set(tax.ids)],
        }

    def _get_fees_tax(self, rate):
        """Return the purchase tax of OnBuy's fees: the product's if its rate fits, else the first plain one of the
        company for services.

        :param int rate: percent
        :raise UserError: when there is none
        """
        domain = [('type_tax_use', '=', 'purchase'), ('amount_type', '=', 'percent'), ('amount', '=', rate),
                  ('company_id', '=', self.company_id.id), ('price_include', '=', False)]
        taxes = self.fees_product_id.supplier_taxes_id.filtered_domain(domain) or self.env['account.tax'].search([
            *domain, ('tax_scope', '!=', 'consu'), ('is_domestic', '=', True),
        ]).filtered(lambda tax: not tax.has_negative_factor)
        if not taxes:
            raise UserError(self.env._(
                "OnBuy's fees bear %(rate)s %% VAT, and there is no purchase tax of that rate. Put one on the product "
                "%(product)s.", rate=rate, product=self.fees_product_id.display_name))
        return taxes[:1]

    @api.model
    def _format_month(self, month):
        """Return a month for a person."""
        return month.strftime('%m/%Y')


class OnbuyOrder(models.Model):
    _inherit = 'onbuy.order'

    def _get_fee_vat_rate(self):
        """Return the rate of VAT on this order's fees: of the UK's rates, what comes next to the VAT that OnBuy charged.

        :rtype: int
        """
        net, vat = to_pence(self.fee_total), to_pence(self.fee_vat)
        return min((0, 20), key=lambda rate: abs(net * Decimal(rate) / 100 - vat))
