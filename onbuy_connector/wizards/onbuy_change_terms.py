from collections import Counter
from decimal import Decimal
from functools import partial

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..lib.errors import UncertainError
from ..lib.offers import UPDATES_PER_CALL, ListingUpdate
from ..models.onbuy_words import explain

TERMS = {  # field of the listing → that of ListingUpdate
    'template_id': 'delivery_template_id', 'handling_time': 'handling_time', 'return_time': 'return_time',
    'free_returns': 'free_returns', 'warranty': 'warranty', 'boost': 'boost', 'group_sku': 'group_sku',
    'delivery_weight': 'delivery_weight',
}


class OnbuyChangeTerms(models.TransientModel):
    """Change terms of one listing or many: only what is ticked."""

    _name = 'onbuy.change.terms'
    _description = "Change Terms on OnBuy"

    listing_ids = fields.Many2many('onbuy.listing', required=True)
    store_id = fields.Many2one('onbuy.store', required=True)
    set_template_id = fields.Boolean(string="Change the delivery template")
    delivery_template_id = fields.Many2one('onbuy.delivery.template', domain="[('store_id', '=', store_id)]")
    set_handling_time = fields.Boolean(string="Change handling")
    handling_time = fields.Integer(string="Handling (days)")
    set_return_time = fields.Boolean(string="Change returns")
    return_time = fields.Integer(string="Returns (days)")
    set_free_returns = fields.Boolean(string="Change free returns")
    free_returns = fields.Boolean()
    set_warranty = fields.Boolean(string="Change the warranty")
    warranty = fields.Integer(string="Warranty (months)")
    set_boost = fields.Boolean(string="Change the boost")
    boost = fields.Float(string="Boost (%)")
    set_group_sku = fields.Boolean(string="Change the group SKU")
    group_sku = fields.Char(string="Group SKU")
    set_delivery_weight = fields.Boolean(string="Change the weight")
    delivery_weight = fields.Float(string="Weight (kg)", digits='Stock Weight')

    _terms_check = models.Constraint(
        'CHECK (LEAST(handling_time, return_time, warranty, boost, delivery_weight) >= 0 AND boost <= 100)',
        "Days, months, weights and percentages cannot be negative, nor a boost above 100 %.")

    def action_apply(self):
        """Change what is ticked: of drafts here, of listings on OnBuy there.

        :return: a client action that tells what came of it
        :raise UserError: when nothing is ticked
        """
        self.ensure_one()
        self.listing_ids.check_access('write')
        values = self._get_values()
        if not values:
            raise UserError(self.env._("Nothing would change: tick what is to be changed."))
        live = self.listing_ids.filtered('is_on_onbuy')
        (self.listing_ids - live).sudo().write(values)
        if live:
            return self.store_id._run_now('terms', live.ids, values)
        return self.store_id._notify(self.env._("The drafts were changed."), kind='success')

    def _get_values(self):
        """Return what is ticked, as values of listings.

        :rtype: dict
        :raise UserError: when a text or template that OnBuy cannot take away is empty
        """
        values = {name: self[name] for name in TERMS if name != 'template_id' and self[f'set_{name}']}
        if self.set_template_id:
            values['template_id'] = self.delivery_template_id.code
        if any(name in values and not values[name] for name in ('template_id', 'group_sku')):
            raise UserError(self.env._("A delivery template or group SKU can be replaced by another one, not taken away."))
        return values


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    def _task_terms(self, client, listing_ids, values):
        """Change terms of listings; repeating it is harmless.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param list listing_ids: ``onbuy.listing``
        :param dict values: of listings
        :return: a generator of units
        """
        for ids in split_every(UPDATES_PER_CALL, listing_ids, list):
            listings = self.env['onbuy.listing'].browse(ids)
            try:
                results = client.update_listings([listing._prepare_terms_update(values) for listing in listings])
            except UncertainError as error:
                yield partial(self._set_doubtful, list(listings), error)
            else:
                yield partial(listings._store_terms, results, values)


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    def action_change_terms(self):
        """Ask which terms of these listings to change.

        :return: a window action
        :raise UserError: when they are of several stores, or one is on its way
        """
        self.check_access('write')
        listings = self.filtered(lambda listing: listing.is_on_onbuy and not listing.publish_state) | self._filter_drafts()
        if not listings or len(listings.store_id) > 1:
            raise UserError(self.env._("Choose listings on OnBuy, or drafts, of one store."))
        wizard = self.env['onbuy.change.terms'].create({
            'listing_ids': [fields.Command.set(listings.ids)], 'store_id': listings.store_id.id})
        action = self.env['ir.actions.act_window']._for_xml_id('onbuy_connector.onbuy_change_terms_action')
        return {**action, 'res_id': wizard.id}

    def _prepare_terms_update(self, values):
        """Return the document that changes terms of this listing.

        :param dict values: of listings
        :rtype: ListingUpdate
        """
        return ListingUpdate(self.sku, **{
            TERMS[name]: Decimal(f'{value:.4f}') if isinstance(value, float) else value for name, value in values.items()})

    def _store_terms(self, results, values):
        """Store OnBuy's answer to each listing.

        :param dict results: SKU → :class:`~..lib.items.ItemResult`
        :param dict values: of listings, as they were sent
        :rtype: Counter
        """
        figures = Counter()
        for listing in self:
            result = results[listing.sku]
            if result.ok:
                listing.write({**values, 'digest': False})
                figures['sent'] += 1
            else:
                listing._set_sync_error(explain(self.env, result.message or result.code), retry=False)
                figures['failed'] += 1
        return figures
