from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class AccountTax(models.Model):
    _inherit = 'account.tax'

    onbuy_twin_of_id = fields.Many2one(
        'account.tax', string="OnBuy Twin of", readonly=True, copy=False, index='btree_not_null', ondelete='cascade',
        help="OnBuy's prices include VAT: this tax is the other one, included in the price, with the same accounts and "
             "grids.",
    )

    @api.depends('onbuy_twin_of_id.name')
    @api.depends_context('formatted_display_name')
    def _compute_display_name(self):
        """Override of `account` to call a twin on the lines of documents as the tax behind it. What is offered for choice
        keeps the whole name, which tells the twins of several fiscal positions apart.
        """
        is_choice = self.env.context.get('formatted_display_name')
        twins = self.filtered(lambda tax: tax.onbuy_twin_of_id and not is_choice)
        for twin in twins:
            twin.display_name = self.env._("%(tax)s incl.", tax=twin.onbuy_twin_of_id.name)
        return super(AccountTax, self - twins)._compute_display_name()

    def _onbuy_create_twin(self, position):
        """Create the price-included twin of a tax for a fiscal position.

        :param position: one ``account.fiscal.position``
        :return: the twin
        :raise UserError: for a tax that cannot be included in a price
        """
        self.ensure_one()
        if self.amount_type != 'percent':
            raise UserError(self.env._(
                "The tax %(tax)s cannot be included in OnBuy's prices: only percentages can.", tax=self.name))
        return self.copy({
            'name': f'{self.name} {position.name}',
            'invoice_label': self.tax_label,
            'active': True,
            'price_include_override': 'tax_included',
            'onbuy_twin_of_id': self.id,
            'fiscal_position_ids': [Command.set(position.ids)],
            'original_tax_ids': [Command.clear()],
        })


class AccountFiscalPosition(models.Model):
    _inherit = 'account.fiscal.position'

    onbuy_store_id = fields.Many2one(
        'onbuy.store', string="OnBuy Store", readonly=True, copy=False, index='btree_not_null', ondelete='cascade')
    onbuy_base_id = fields.Many2one(
        'account.fiscal.position', string="OnBuy Twin of", readonly=True, copy=False, ondelete='cascade',
        help="Maps taxes as the other position does, then to twins that are included in the price.")
    onbuy_no_vat = fields.Boolean(string="OnBuy without VAT", readonly=True, copy=False)

    _onbuy_unique = models.UniqueIndex(
        '(onbuy_store_id, COALESCE(onbuy_base_id, 0), onbuy_no_vat) WHERE onbuy_store_id IS NOT NULL')

    def _ensure_twins(self, taxes):
        """Make sure that this position of a store maps taxes to twins that are included in the price, as the position
        behind it maps them today.

        :param taxes: customer taxes of products
        """
        self.ensure_one()
        if self.onbuy_no_vat:
            return
        position = self.sudo()  # A salesperson who changes a product may not write taxes.
        for tax in taxes._filter_taxes_by_company(self.company_id):
            targets = position.onbuy_base_id.map_tax(tax) if position.onbuy_base_id else tax
            if not targets and position.tax_ids:
                position.tax_ids = False  # An empty position takes all taxes away, as the one behind it does.
            if targets and not position._has_twins(tax, targets):
                position._map_to_twins(tax, targets)

    def _has_twins(self, tax, targets):
        """Return whether a tax is mapped to twins of just these taxes, at their rates.

        :param tax: of a product
        :param targets: what it is to become, before it is included in the price
        :rtype: bool
        """
        twins = self.map_tax(tax) if self.tax_ids else self.tax_ids
        return twins.onbuy_twin_of_id == targets and all(twin.amount == twin.onbuy_twin_of_id.amount for twin in twins)

    def _map_to_twins(self, tax, targets):
        """Map a tax to the twins of these taxes; see :meth:`_has_twins`."""
        self._claim()
        for target in targets:
            twin = self.env['account.tax'].with_context(active_test=False).search([
                ('onbuy_twin_of_id', '=', target.id), ('fiscal_position_ids', 'in', self.ids)], limit=1)
            if twin:
                twin.write({'active': True, 'amount': target.amount})
            else:
                twin = target._onbuy_create_twin(self)
            twin.original_tax_ids |= tax
        self.invalidate_recordset(['tax_ids', 'tax_map'])
        for twin in self.tax_ids.filtered(lambda twin: tax in twin.original_tax_ids):
            if twin.onbuy_twin_of_id not in targets:
                twin.original_tax_ids -= tax
        self.invalidate_recordset(['tax_map'])

    def _claim(self):
        """Have one transaction at a time make twins: another one fails here, tries again, and finds them."""
        self.env.cr.execute("UPDATE account_fiscal_position SET write_date = write_date WHERE id = %s", [self.id])
