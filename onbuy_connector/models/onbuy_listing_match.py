from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

NEW = 'new'  # OnBuy API reference, 16.3


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    def action_match_listings(self):
        """Look again for products of the listings that have none."""
        self.check_access('read')
        for store in self.sudo():
            listings = store.env['onbuy.listing'].search([('store_id', '=', store.id), ('product_id', '=', False)])
            listings._match()
        return self._notify(self.env._("Listings were compared with your products again."))


class OnbuyListing(models.Model):
    """Which product a listing stands for: by SKU, else by barcode; never by name.

    A barcode says which thing it is, not in which condition, nor whether its stock is the listing's: it only proposes a
    product that is not sold as new, or that has a listing in this unit already.
    """

    _inherit = 'onbuy.listing'

    candidate_ids = fields.Many2many(
        'product.product', string="Fitting Products", compute='_compute_candidate_ids',
        help="By SKU, else by barcode. A person chooses.",
    )

    @api.depends('match_state', 'sku', 'product_codes')
    def _compute_candidate_ids(self):
        self.candidate_ids = False
        for store, listings in self.filtered(lambda listing: not listing.product_id).grouped('store_id').items():
            for listing, (found, _is_sure) in listings._find_products(store).items():
                listing.candidate_ids = self.env['product.product'].union(*found)

    # === MATCHING === #

    def _match(self):
        """Find the product of each listing; create it where the store says so."""
        for store, listings in self.grouped('store_id').items():
            found = listings._find_products(store)
            listed = listings._get_listed(store, self.env['product.product'].union(*(
                product for products, is_sure in found.values() if not is_sure for product in products)))
            news = {listing: listing._get_match(*found[listing], listed) for listing in listings}
            self._write_each({listing: values for listing, values in news.items() if values})
            if store.create_products and store.state == 'live':
                listings.filtered(lambda listing: listing.match_state == 'none')._create_products()

    def _find_products(self, store):
        """Return the products that each listing may stand for.

        :param store: of all of them
        :return: dict of listing → (dict of product → unit or None for the product's own, whether its SKU says so)
        """
        by_sku = self._find_by_sku(store)
        rest = self.filtered(lambda listing: listing.sku not in by_sku)
        by_code = rest._find_by_barcode(store)
        return {listing: (by_sku[listing.sku], True) if listing.sku in by_sku else (by_code[listing.id], False)
                for listing in self}

    def _get_match(self, found, is_sure, listed):
        """Return the values that say what was found, if it is news.

        :param dict found: product → unit (or None for the product's own)
        :param bool is_sure: False if it is only to be proposed when in doubt
        :param set listed: pairs of product and unit that have a listing; grows
        :rtype: dict
        """
        values = {'match_state': 'ambiguous' if len(found) > 1 else 'none'}
        if len(found) == 1:
            (product, uom), = found.items()
            uom = uom or product.uom_id
            is_doubtful = not is_sure and ((product, uom) in listed or self._is_second_hand())
            values = {'match_state': 'proposed'} if is_doubtful else {
                'match_state': 'matched', 'product_id': product.id, 'uom_id': uom.id}
            listed.add((product, uom))
        return values if values['match_state'] != self.match_state or values.get('product_id') else {}

    def _is_second_hand(self):
        """Return whether the thing is not sold as new."""
        return (self.condition or NEW).casefold() != NEW

    def _get_listed(self, store, products):
        """Return which products have a listing on OnBuy already, and in which unit.

        :param store: one ``onbuy.store``
        :param products: ``product.product``
        :return: set of pairs of product and unit
        """
        listings = products and self.search([
            ('store_id', '=', store.id), ('product_id', 'in', products.ids), ('is_on_onbuy', '=', True)])
        return {(listing.product_id, listing.uom_id or listing.product_id.uom_id) for listing in listings}

    def _get_product_domain(self, store):
        """Return the domain of the products that a store's listings may stand for."""
        return Domain('company_id', 'in', (False, store.company_id.id)) & Domain('type', '=', 'consu')

    def _find_by_sku(self, store):
        """Return the products whose internal reference is a listing's SKU.

        :return: dict of SKU → dict of product → None
        """
        domain = self._get_product_domain(store) & Domain('default_code', 'in', self.mapped('sku'))
        found = {}
        for product in self.env['product.product'].search(domain):
            found.setdefault(product.default_code, {})[product] = None
        return found

    def _find_by_barcode(self, store):
        """Return the products, or packagings of products, whose barcode is among a listing's product codes.

        :return: dict of listing id → dict of product → unit or None
        """
        spellings = {listing.id: listing._get_barcode_spellings() for listing in self}
        codes = list(set().union(*spellings.values())) if spellings else []
        domain = self._get_product_domain(store)
        owners = [
            (product.barcode, product, None)
            for product in self.env['product.product'].search(domain & Domain('barcode', 'in', codes))
        ] + [
            (pack.barcode, pack.product_id, pack.uom_id)
            for pack in self.env['product.uom'].search([('barcode', 'in', codes)])
            if pack.product_id.filtered_domain(domain)
        ]
        by_code = {}
        for code, product, uom in owners:
            by_code.setdefault(code, {})[product] = uom
        return {listing_id: {product: uom for code in wanted for product, uom in by_code.get(code, {}).items()}
                for listing_id, wanted in spellings.items()}

    def _get_barcode_spellings(self):
        """Return a listing's codes with and without leading zeros: OnBuy lists both (OnBuy API reference, 14.3).

        :rtype: set
        """
        cores = {code.strip().lstrip('0') for code in (self.product_codes or '').split(',')} - {''}
        return {spelling for core in cores for spelling in (core, core.zfill(12), core.zfill(13), core.zfill(14))}

    # === CHOOSING === #

    def action_choose(self):
        """Take the only product that fits; of several, show the listing so that one can be chosen.

        :return: a window action, where there is a choice
        :raise UserError: when none fits
        """
        self.ensure_one()
        self.check_access('write')
        if not self.candidate_ids:
            raise UserError(self.env._(
                "No product fits %(sku)s by SKU or barcode. Choose one by hand, or create it.", sku=self.sku))
        if len(self.candidate_ids) > 1:
            return {'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.id, 'view_mode': 'form'}
        return self._choose(self.candidate_ids)

    def _choose(self, product):
        """Link one of the fitting products, in the unit that its barcode stands for.

        :param product: one ``product.product``
        """
        found, _is_sure = self._find_products(self.store_id)[self]
        self.write({'product_id': product.id, 'uom_id': (found.get(product) or product.uom_id).id})


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def action_onbuy_choose(self):
        """Link this product to the listing that the context names: one of those that fit it."""
        self.ensure_one()
        listing = self.env['onbuy.listing'].browse(self.env.context.get('onbuy_listing_id')).exists()
        listing.check_access('write')
        listing._choose(self)
