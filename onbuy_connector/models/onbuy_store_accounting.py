from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError, ValidationError

from .onbuy_order_partner import get_territory

CLEARING_CODE = 'ONBUY'


class OnbuyStore(models.Model):
    """How a store's orders are booked."""

    _inherit = 'onbuy.store'

    vat_treatment = fields.Selection(
        selection=[
            ('seller', "You account for VAT"),
            ('onbuy', "OnBuy accounts for VAT (overseas sellers)"),
            ('none', "Not registered for VAT"),
        ],
        string="VAT", default='seller', required=True,
    )
    fiscal_position_id = fields.Many2one(
        'account.fiscal.position', string="Mainland UK", check_company=True, domain=[('onbuy_store_id', '=', False)],
        help="Leave empty to use the taxes of your products as they are.",
    )
    northern_ireland_position_id = fields.Many2one(
        'account.fiscal.position', string="Northern Ireland", check_company=True,
        domain=[('onbuy_store_id', '=', False)],
    )
    jersey_position_id = fields.Many2one(
        'account.fiscal.position', string="Jersey", check_company=True, domain=[('onbuy_store_id', '=', False)])
    guernsey_position_id = fields.Many2one(
        'account.fiscal.position', string="Guernsey", check_company=True, domain=[('onbuy_store_id', '=', False)])
    isle_of_man_position_id = fields.Many2one(
        'account.fiscal.position', string="Isle of Man", check_company=True, domain=[('onbuy_store_id', '=', False)])
    position_ids = fields.One2many('account.fiscal.position', 'onbuy_store_id', string="Fiscal Positions", readonly=True)
    delivery_product_id = fields.Many2one(
        'product.product', string="Delivery", domain=[('type', '=', 'service')],
        default=lambda self: self._default_product('delivery'))
    discount_product_id = fields.Many2one(
        'product.product', string="Discount", domain=[('type', '=', 'service')],
        default=lambda self: self._default_product('discount'))
    rounding_product_id = fields.Many2one(
        'product.product', string="Rounding", domain=[('type', '=', 'service')],
        default=lambda self: self._default_product('rounding'))
    clearing_journal_id = fields.Many2one(
        'account.journal', check_company=True, domain=[('type', 'in', ('bank', 'cash'))],
        help="Payments that OnBuy collected are registered here, never in the bank's journal: OnBuy pays out later, less "
             "its fees. Leave empty to have one made when the first order is paid.",
    )
    pricelist_id = fields.Many2one(
        'product.pricelist', check_company=True, domain="[('currency_id', '=', currency_id)]",
        help="Only gives orders their currency, GBP; needed where the company's currency is another one.",
    )

    @api.constrains('clearing_journal_id')
    def _check_clearing_journal(self):
        for store in self.filtered('clearing_journal_id'):
            journal = store.clearing_journal_id
            lines = self.env['account.bank.statement.line'].sudo().search_count([('journal_id', '=', journal.id)], limit=1)
            if journal.bank_account_id or lines or journal == store._get_chart_bank_journal():
                raise ValidationError(self.env._(
                    "%(journal)s is a journal of your bank. OnBuy keeps the buyers' money until it pays out, so its "
                    "payments need a clearing journal of their own. Leave the field empty to have one made.",
                    journal=journal.name))

    def _get_chart_bank_journal(self):
        """Return the bank's journal that came with the company's chart of accounts, if it is still there."""
        chart = self.env['account.chart.template'].with_company(self.company_id)
        return chart.ref('bank', raise_if_not_found=False)

    def _get_clearing_journal(self):
        """Return the journal of payments that OnBuy collected; made at its first use.

        :return: one ``account.journal``
        """
        self.ensure_one()
        if not self.clearing_journal_id:
            journals = self.env['account.journal']
            found = journals.search([('company_id', '=', self.company_id.id), ('code', '=', CLEARING_CODE)], limit=1)
            self.clearing_journal_id = found or self._create_clearing_journal()
        return self.clearing_journal_id

    def _create_clearing_journal(self):
        """Return a new clearing journal, whose payments are booked on its own account at once."""
        journal = self.env['account.journal'].create({
            'name': self.env._("OnBuy Clearing"), 'code': CLEARING_CODE, 'type': 'bank',
            'company_id': self.company_id.id,
        })
        methods = journal.inbound_payment_method_line_ids + journal.outbound_payment_method_line_ids
        methods.payment_account_id = journal.default_account_id
        return journal

    def _default_product(self, kind):
        """Return the service that comes with the module for delivery, discount, rounding or fees."""
        return self.env.ref(f'onbuy_connector.product_{kind}', raise_if_not_found=False)

    def _get_pricelist(self):
        """Return the pricelist that gives orders the currency GBP; none if the company's currency is that.

        :raise UserError: when there is none
        """
        self.ensure_one()
        if not self.pricelist_id and self.company_id.currency_id != self.currency_id:
            raise UserError(self.env._(
                "OnBuy's orders are in GBP, your company's currency is %(currency)s. Choose a pricelist in GBP in the "
                "store's Accounting tab.", currency=self.company_id.currency_id.name))
        return self.pricelist_id

    def _get_fiscal_position(self, address, partner):
        """Return the store's own fiscal position for a delivery address; created at its first use.

        :param address: :class:`~..lib.orders.Address` or None
        :param partner: the delivery contact
        :raise UserError: when nobody said how orders to that territory are taxed
        """
        self.ensure_one()
        if self.vat_treatment != 'seller':
            return self._get_own_position(self.env['account.fiscal.position'], no_vat=True)
        territory = get_territory(address)
        if territory == 'mainland':
            return self._get_own_position(self.fiscal_position_id)
        if territory == 'abroad':
            base = self.env['account.fiscal.position'].with_company(self.company_id)._get_fiscal_position(partner)
        else:
            base = self[f'{territory}_position_id']
        if not base:
            raise UserError(self.env._(
                "This order goes to %(place)s, and no fiscal position says how it is taxed. Choose one in the store's "
                "Accounting tab; the order is then tried again.", place=self._get_place_name(territory, partner)))
        return self._get_own_position(base)

    def _get_place_name(self, territory, partner):
        """Return the name of a territory for a person."""
        if territory == 'abroad':
            return partner.country_id.name or self.env._("an unknown country")
        return self._fields[f'{territory}_position_id'].get_description(self.env)['string']

    def _get_own_position(self, base, no_vat=False):
        """Return this store's twin of a fiscal position.

        :param base: ``account.fiscal.position``, or empty for the company's taxes as they are
        :param bool no_vat: for a store without output VAT
        :raise ConcurrencyError: if another worker is just making it
        """
        found = self.position_ids.filtered(
            lambda position: position.onbuy_base_id == base and position.onbuy_no_vat == no_vat)
        if found:
            return found[0]
        try:
            return self.env['account.fiscal.position'].create(self._prepare_position_values(base, no_vat))
        except UniqueViolation as error:  # This transaction cannot see it: the next attempt can.
            raise ConcurrencyError("The same fiscal position was made by another worker.") from error

    @api.model
    def _prepare_position_values(self, base, no_vat):
        """Return the values of the store's own fiscal position."""
        suffix = self.env._("without VAT") if no_vat else base.name
        return {
            'name': ' – '.join(part for part in (f'OnBuy {self.name}', suffix) if part),
            'company_id': self.company_id.id,
            'auto_apply': False,
            'onbuy_store_id': self.id,
            'onbuy_base_id': base.id,
            'onbuy_no_vat': no_vat,
            'account_ids': [
                fields.Command.create({
                    'account_src_id': mapping.account_src_id.id, 'account_dest_id': mapping.account_dest_id.id,
                }) for mapping in base.account_ids
            ],
        }
