from psycopg2 import OperationalError

from odoo import models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    def action_match_listings(self):
        """Look again for products of the listings that have none."""
        self.check_access('read')
        for store in self.sudo():
            listings = self.env['onbuy.listing'].search([('store_id', '=', store.id), ('product_id', '=', False)])
            listings._match()
        return self._notify(self.env._("Listings were compared with your products again."))


class OnbuyListing(models.Model):
    """Which product a listing stands for: by SKU, else by barcode; never by name."""

    _inherit = 'onbuy.listing'

    def _match(self):
        """Find the product of each listing; create it where the store says so."""
        for store, listings in self.grouped('store_id').items():
            by_sku = listings._find_by_sku(store)
            rest = listings - listings.filtered_domain([('sku', 'in', list(by_sku))])
            by_code = rest._find_by_barcode(store)
            for listing in listings:
                found = by_sku.get(listing.sku) or by_code.get(listing.id) or {}
                listing._set_match(found)
            if store.create_products and store.state == 'live':
                listings.filtered(lambda listing: listing.match_state == 'none')._create_products()

    def _set_match(self, found):
        """Store what was found, if it is news.

        :param dict found: product → unit (or None for the product's own)
        """
        values = {'match_state': 'ambiguous' if len(found) > 1 else 'none'}
        if len(found) == 1:
            (product, uom), = found.items()
            values = {'match_state': 'matched', 'product_id': product.id, 'uom_id': (uom or product.uom_id).id}
        if values['match_state'] != self.match_state or values.get('product_id'):
            self.write(values)

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
        return {
            listing_id: {product: uom for code, product, uom in owners if code in wanted}
            for listing_id, wanted in spellings.items()
        }

    def _get_barcode_spellings(self):
        """Return a listing's codes with and without leading zeros: OnBuy lists both (OnBuy API reference, 14.3).

        :rtype: set
        """
        cores = {code.strip().lstrip('0') for code in (self.product_codes or '').split(',')} - {''}
        return {spelling for core in cores for spelling in (core, core.zfill(12), core.zfill(13), core.zfill(14))}

    def _create_products(self):
        """Create the missing product of each listing; if one fails, one by one, each with its own error."""
        try:
            with self.env.cr.savepoint():
                self._create_products_together()
        except (OperationalError, ConcurrencyError):
            raise
        except Exception as error:  # noqa: BLE001  One bad listing must not stop the others.
            if len(self) > 1:
                for listing in self:
                    listing._create_products()
            else:
                self._set_sync_error(self.env._("No product could be created: %(error)s", error=error), retry=False)

    def _create_products_together(self):
        """Create the missing product of each listing, flagged for a look at its VAT."""
        taken, values = set(), []
        for listing in self:
            values.append(listing._prepare_product_values(taken))
            taken.add(values[-1]['barcode'])
        templates = self.env['product.template'].with_context(tracking_disable=True).create(values)
        for listing, template in zip(self, templates, strict=True):
            product = template.product_variant_id
            listing.write({'match_state': 'matched', 'product_id': product.id, 'uom_id': product.uom_id.id})
        self.env.flush_all()

    def _prepare_product_values(self, taken=()):
        """Return the values of the product made from a listing.

        :param taken: barcodes that may not be used
        :rtype: dict
        """
        self.ensure_one()
        code = (self.product_codes or '').split(',')[0].strip()
        is_taken = code in taken or self.env['product.uom'].search_count([('barcode', '=', code)], limit=1) or self.env[
            'product.product'].with_context(active_test=False).search_count([('barcode', '=', code)], limit=1)
        return {
            'name': self.name or self.sku,
            'default_code': self.sku,
            'barcode': False if is_taken else code or False,
            'type': 'consu',
            'is_storable': True,
            'list_price': self._get_list_price(),
            'onbuy_vat_to_check': True,
            'company_id': self.company_id.id,
        }

    def _get_list_price(self):
        """Return the sales price that, with the company's own tax, comes to the price on OnBuy, which includes VAT.

        :rtype: float
        """
        tax = self.company_id.account_sale_tax_id
        result = tax.with_context(force_price_include=True).compute_all(self.price) if tax else {}
        return result.get('total_included' if tax.price_include else 'total_excluded', self.price)
