from odoo import api, fields, models


class OnbuyProductPreview(models.TransientModel):
    """One product that would be made from a listing, as a line to look at."""

    _name = 'onbuy.product.preview'
    _description = "OnBuy: New Product to Look At"
    _order = 'id'

    store_id = fields.Many2one('onbuy.store', required=True, readonly=True, ondelete='cascade')
    listing_id = fields.Many2one('onbuy.listing', required=True, readonly=True, ondelete='cascade')
    name = fields.Char(related='listing_id.name', string="Product")
    price = fields.Monetary(related='listing_id.price', string="Price on OnBuy")
    currency_id = fields.Many2one(related='store_id.currency_id')
    barcode = fields.Char(readonly=True)
    note = fields.Text(string="Look At", readonly=True)
    to_create = fields.Boolean(string="Create", default=True)

    @api.model
    def _make(self, store):
        """Create the lines of a store, instead of those this user had.

        :param store: one ``onbuy.store``
        :return: the lines
        """
        self._get_mine(store).unlink()
        listings = self.env['onbuy.listing'].search([
            ('store_id', '=', store.id), ('is_on_onbuy', '=', True), ('product_id', '=', False),
            ('match_state', '=', 'none')], order='name, sku').sudo()
        taken, references = listings._get_taken_codes(), listings._get_taken_references()
        variations = listings._get_variations()
        values = []
        for listing in listings:
            code = listing._get_first_code()
            values.append({
                'store_id': store.id, 'listing_id': listing.id, 'barcode': code if code not in taken else False,
                'note': ' '.join(self._get_notes(listing, taken, references, variations)) or False,
                'to_create': listing not in variations,
            })
            taken.add(code)
        return self.create(values)

    @api.model
    def _get_mine(self, store):
        """Return the lines of a store that this user looks at."""
        return self.search([('store_id', '=', store.id), ('create_uid', '=', self.env.uid)])

    @api.model
    def _get_notes(self, listing, taken, references, variations):
        """Give sentences about what is odd.

        :param set taken: barcodes in use
        :param set references: SKUs that products have which a listing cannot stand for
        :param variations: ``onbuy.listing`` that look like variations of one product
        """
        code = listing._get_first_code()
        if listing in variations:
            yield self.env._("Looks like a variation: Sync group products makes one product of them.")
        if not listing.name:
            yield self.env._("OnBuy sent no name: the SKU becomes the name.")
        if not code:
            yield self.env._("OnBuy knows no barcode.")
        elif code in taken:
            yield self.env._("The barcode %(code)s is in use: the product is made without.", code=code)
        if listing.sku in references:
            yield self.env._("An archived product, a service or one of another company has this reference.")

    def action_create_chosen(self):
        """Create the products that are ticked.

        :return: a client action that tells what came of it
        """
        store = self.env['onbuy.store'].browse(self.env.context.get('onbuy_preview_store_id')).exists()
        store.check_access('read')
        chosen = self._get_mine(store).filtered('to_create')
        result = chosen.listing_id.action_create_product()
        chosen.unlink()
        return result


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    def _get_taken_references(self):
        """Return which SKUs are the reference of a product, though none that matches.

        :rtype: set
        """
        products = self.env['product.product'].with_context(active_test=False).search([
            ('default_code', 'in', self.mapped('sku'))])
        return set(products.mapped('default_code'))


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    def action_preview_products(self):
        """Open a list of the products that would be made from listings without one. Creates nothing.

        :return: a window action
        """
        self.ensure_one()
        self.check_access('read')
        lines = self.env['onbuy.product.preview']._make(self)
        action = self.env['ir.actions.act_window']._for_xml_id('onbuy_connector.onbuy_product_preview_action')
        return {**action, 'domain': [('id', 'in', lines.ids)], 'context': {'onbuy_preview_store_id': self.id}}
