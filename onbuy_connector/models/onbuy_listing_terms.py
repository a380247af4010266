from odoo import api, fields, models

from ..lib.offers import NewListing
from .product_onbuy import split_lines

NEW = 'new'  # OnBuy API reference, 9
MOST_NOTES = 5  # OnBuy API reference, 16.1


class OnbuyStore(models.Model):
    """The terms that new listings begin with."""

    _inherit = 'onbuy.store'

    new_condition_id = fields.Many2one('onbuy.condition', string="Condition", help="Empty: new.")
    new_template_id = fields.Many2one(
        'onbuy.delivery.template', string="Delivery Template", check_company=True, domain="[('store_id', '=', id)]",
        help="Empty: OnBuy's default template.")
    new_handling_time = fields.Integer(string="Handling (days)", default=1)
    new_return_time = fields.Integer(string="Returns (days)", default=30)
    new_free_returns = fields.Boolean(string="Free returns")
    new_warranty = fields.Integer(string="Warranty (months)")
    new_boost = fields.Float(string="Boost (%)", help="Extra commission for a better place on OnBuy.")

    _new_terms_check = models.Constraint(
        'CHECK (LEAST(new_handling_time, new_return_time, new_warranty, new_boost) >= 0 AND new_boost <= 100)',
        "Days, months and percentages of new listings cannot be negative, nor a boost above 100 %.")

    def _prepare_new_terms(self):
        """Return the terms of a new listing, as values of ``onbuy.listing``.

        :rtype: dict
        """
        return {
            'condition': self.new_condition_id.code or NEW,
            'template_id': self.new_template_id.code,
            'handling_time': self.new_handling_time,
            'return_time': self.new_return_time,
            'free_returns': self.new_free_returns,
            'warranty': self.new_warranty,
            'boost': self.new_boost,
        }


class OnbuyListing(models.Model):
    """The terms of a listing: what OnBuy has; of a draft, what it is to have."""

    _inherit = 'onbuy.listing'

    condition_id = fields.Many2one(
        'onbuy.condition', compute='_compute_condition_id', inverse='_inverse_condition_id')
    condition_notes = fields.Text(readonly=True, help="On the state of a used thing: one a line, five at most.")
    delivery_template_id = fields.Many2one(
        'onbuy.delivery.template', compute='_compute_delivery_template_id', inverse='_inverse_delivery_template_id',
        domain="[('store_id', '=', store_id)]",
        help="Empty: OnBuy's default template.")
    return_time = fields.Integer(string="Returns (days)", readonly=True)
    free_returns = fields.Boolean(readonly=True)
    warranty = fields.Integer(string="Warranty (months)", readonly=True)
    boost = fields.Float(string="Boost (%)", readonly=True, help="Extra commission for a better place on OnBuy.")

    # === COMPUTE METHODS === #

    @api.depends('condition')
    def _compute_condition_id(self):
        known = self.env['onbuy.condition']._get_known([])
        for listing in self:
            listing.condition_id = known.get(listing._get_condition())

    def _inverse_condition_id(self):
        for listing in self:
            listing.condition = listing.condition_id.code or NEW

    @api.depends('template_id', 'store_id')
    def _compute_delivery_template_id(self):
        templates = self.env['onbuy.delivery.template'].with_context(active_test=False).search([
            ('store_id', 'in', self.store_id.ids), ('code', 'in', self.mapped('template_id'))])
        by_code = {(template.store_id, template.code): template for template in templates}
        for listing in self:
            listing.delivery_template_id = by_code.get((listing.store_id, listing.template_id))

    def _inverse_delivery_template_id(self):
        for listing in self:
            listing.template_id = listing.delivery_template_id.code

    # === BUSINESS METHODS === #

    def _get_condition(self):
        """Return OnBuy's code of the condition: its list of listings shows the name, such as "Refurbished" (16.3)."""
        return (self.condition or NEW).casefold()

    @api.model
    def _prepare_values(self, store, listing):
        """Override to keep the terms; what OnBuy wrote unreadably counts as none."""
        return {
            **super()._prepare_values(store, listing),
            'condition_notes': '\n'.join(listing.condition_notes),
            'return_time': listing.return_time or 0,
            'free_returns': bool(listing.free_returns),
            'warranty': listing.warranty or 0,
            'boost': listing.boost or 0,
        }

    def _prepare_terms(self):
        """Return the terms of a draft without price and stock; a hook for other modules.

        The boost is not among them: OnBuy shows its own default where none is sent, and it can be changed afterwards
        (OnBuy API reference, 16.3 and 25).

        :return: fields of :class:`~..lib.offers.NewListing`
        :rtype: dict
        """
        self.ensure_one()
        return {
            'condition': self._get_condition(),
            'condition_notes': split_lines(self.condition_notes)[:MOST_NOTES],
            'group_sku': self.group_sku or None,
            'delivery_template_id': self.template_id or None,
            'delivery_weight': self.delivery_weight or None,
            'handling_time': self.handling_time,
            'return_time': self.return_time,
            'free_returns': self.free_returns,
            'warranty': self.warranty,
        }

    def _prepare_new_listing(self, price, stock, **values):
        """Return the document of a draft.

        :param Decimal price: pounds including VAT
        :param int stock: pieces
        :param values: further fields of :class:`~..lib.offers.NewListing`
        :rtype: NewListing
        """
        return NewListing(self.sku, price=price, stock=stock, **self._prepare_terms(), **values)
