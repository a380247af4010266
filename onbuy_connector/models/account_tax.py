from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class AccountTax(models.Model):
    _inherit = 'account.tax'

    onbuy_twin_of_id = fields.Many2one(
        'account.tax', string="OnBuy Twin of", readonly=True, copy=False, index='btree_not_null', ondelete='cascade',
        help="OnBuy's prices include VAT: this tax is the other one, included in the price, with the same accounts and "
             "grids.",
    )

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
        """Make sure that this position of a store maps taxes to twins that are included in the price.

        :param taxes: customer taxes of products
        """
        self.ensure_one()
        if self.onbuy_no_vat:
            return
        known = self.tax_ids.original_tax_ids
        for tax in taxes._filter_taxes_by_company(self.company_id) - known:
            for target in self.onbuy_base_id.map_tax(tax) if self.onbuy_base_id else tax:
                twin = self.tax_ids.filtered(lambda mine, target=target: mine.onbuy_twin_of_id == target)
                twin = twin or target._onbuy_create_twin(self)
                twin.original_tax_ids |= tax
