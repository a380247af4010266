from odoo import api, fields, models


class OnbuyOfferPreview(models.TransientModel):
    """One listing whose stock or price would be sent, as a line to look at."""

    _name = 'onbuy.offer.preview'
    _description = "OnBuy: What Would Be Sent"
    _order = 'id'

    store_id = fields.Many2one('onbuy.store', required=True, ondelete='cascade')
    listing_id = fields.Many2one('onbuy.listing', required=True, ondelete='cascade')
    name = fields.Char(related='listing_id.name')
    currency_id = fields.Many2one(related='store_id.currency_id')
    stock_now = fields.Integer(string="Stock on OnBuy")
    stock_new = fields.Integer(string="Stock to Send")
    stock_difference = fields.Integer()
    has_stock = fields.Boolean()
    price_now = fields.Monetary(string="Price on OnBuy")
    price_new = fields.Monetary(string="Price to Send")
    sale_now = fields.Monetary(string="Sale Price on OnBuy")
    sale_new = fields.Monetary(string="Sale Price to Send")
    price_difference = fields.Monetary()
    has_price = fields.Boolean()
    has_sale = fields.Boolean()
    reason = fields.Char(string="Why")

    @api.model
    def _make(self, store):
        """Create the lines of a store: all that would be sent if all listings were compared now.

        :param store: one ``onbuy.store``
        :return: the lines
        """
        listings = self.env['onbuy.listing'].search([('store_id', '=', store.id), ('is_on_onbuy', '=', True)])
        listings = listings.sudo().with_company(store.company_id)  # Whoever looks need not see the warehouse.
        plan = listings._plan_offers(listings, anyway=True)
        values = [self._prepare_values(listing, update, plan) for listing, update in plan.updates.items()]
        values += [{'store_id': store.id, 'listing_id': listing.id, 'stock_now': listing.stock, 'price_now': listing.price,
                    'reason': problem} for listing, problem in plan.problems.items() if listing not in plan.updates]
        return self.create(values)

    @api.model
    def _prepare_values(self, listing, update, plan):
        """Return the values of one line.

        :param listing: one ``onbuy.listing``
        :param update: :class:`~..lib.offers.ListingUpdate`
        :param plan: :class:`~..models.onbuy_listing_offer.OfferPlan`
        :rtype: dict
        """
        has_stock, has_price = update.stock is not None, update.price is not None
        return {
            'store_id': listing.store_id.id, 'listing_id': listing.id,
            'stock_now': listing.stock, 'price_now': listing.price, 'sale_now': listing.sale_price,
            'has_stock': has_stock, 'has_price': has_price, 'has_sale': update.sale_price is not None,
            'stock_new': update.stock or 0, 'price_new': update.price or 0, 'sale_new': update.sale_price or 0,
            'stock_difference': update.stock - listing.stock if has_stock else 0,
            'price_difference': float(update.price) - listing.price if has_price else 0,
            'reason': ' '.join(self._get_reasons(listing, update, plan)),
        }

    @api.model
    def _get_reasons(self, listing, update, plan):
        """Give sentences that say where the figures of a line come from, and what keeps them back."""
        store = listing.store_id
        if update.stock is not None and store.is_offline:
            yield self.env._("The store is offline.")
        elif update.stock is not None and not store.sync_stock:
            yield self.env._("Stock is not sent: its switch is off.")
        if update.stock is not None and listing.stock_unknown:
            yield self.env._("OnBuy sold some meanwhile.")
        if update.price is not None or update.sale_price is not None:
            yield f'{plan.prices[listing].source}.'
            if not store.sync_prices:
                yield self.env._("Prices are not sent: their switch is off.")


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    def action_preview_offers(self):
        """Open a list of what would be sent if all listings were compared with OnBuy now. Sends nothing.

        :return: a window action
        """
        self.ensure_one()
        self.check_access('read')
        lines = self.env['onbuy.offer.preview']._make(self)
        action = self.env['ir.actions.act_window']._for_xml_id('onbuy_connector.onbuy_offer_preview_action')
        return {**action, 'domain': [('id', 'in', lines.ids)]}
