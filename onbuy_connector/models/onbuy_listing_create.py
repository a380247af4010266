from collections import Counter
from functools import partial

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError

TOGETHER = 100  # products that one unit creates


class OnbuyStore(models.Model):
    """Products that are made because a person said so; what takes longer than a button may goes on in the background."""

    _inherit = 'onbuy.store'

    @api.model
    def _cron_create_products(self):
        """Make the products that are still asked for."""
        self._cron_run('products')

    def _get_products_work(self):
        """Return where the task of products finds what it has to do (see :meth:`_has_work`)."""
        return [('onbuy.listing', self._get_wanted_domain())]

    def _get_wanted_domain(self):
        """Return the domain of the listings of which a product was asked for."""
        return [('store_id', '=', self.id), ('is_product_wanted', '=', True)]

    def _task_products(self, client):
        """Make products of the listings for which that was asked.

        :param client: an :class:`~..lib.client.OnBuyClient`, not used: only the store's lock is
        :return: a generator of units
        """
        while listings := self.env['onbuy.listing'].search(self._get_wanted_domain(), limit=TOGETHER):
            yield partial(self._create_wanted, listings)

    def _create_wanted(self, listings):
        """Make the products that were asked for, unless one turned up meanwhile.

        Where products fit, the person chose to make another one all the same.

        :param listings: ``onbuy.listing``
        :rtype: Counter
        """
        listings.is_product_wanted = False
        without = listings.filtered(lambda listing: not listing.product_id)
        fresh = without.filtered(lambda listing: listing.match_state == 'none')
        fresh._match()
        without -= fresh.filtered(lambda listing: listing.match_state != 'none')
        without._create_products()
        made = without.filtered('product_id')
        return Counter(seen=len(listings), created=len(made), failed=len(without - made))


class OnbuyListing(models.Model):
    """Products made from listings."""

    _inherit = 'onbuy.listing'

    is_product_wanted = fields.Boolean(string="Product Asked For", readonly=True, copy=False)

    _product_wanted_index = models.Index('(store_id) WHERE is_product_wanted IS TRUE')

    # === ACTIONS === #

    def action_create_product(self):
        """Make a product of each of these listings that has none.

        :return: a client action that tells what came of it
        :raise UserError: when all of them have one
        """
        self.check_access('write')
        listings = self.filtered(lambda listing: not listing.product_id).sudo()
        if not listings:
            raise UserError(self.env._("There is nothing to create: these listings have their products."))
        listings.is_product_wanted = True
        result = None
        for store in listings.store_id.sudo(False):
            result = store._run_now('products')
        return result

    # === BUSINESS METHODS === #

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
        products = self.env['product.product'].with_context(tracking_disable=True).create(self._prepare_products())
        self._write_each({
            listing: {'match_state': 'matched', 'product_id': product.id, 'uom_id': product.uom_id.id}
            for listing, product in zip(self, products, strict=True)
        })
        self.env.flush_all()

    def _prepare_products(self):
        """Return the values of the products made from listings; no two get one barcode.

        :return: list of dict
        """
        taken, rows = self._get_taken_codes(), []
        prices = {key: listings[0]._get_list_price(listings.company_id.account_sale_tax_id)
                  for key, listings in self.grouped(lambda listing: (listing.store_id, listing.price)).items()}
        for listing in self:
            rows.append(listing._prepare_product_values(prices[listing.store_id, listing.price], taken))
            taken.add(rows[-1]['barcode'])
        return rows

    def _prepare_product_values(self, list_price, taken=()):
        """Return the values of the product made from a listing.

        :param float list_price: in the company's currency
        :param taken: barcodes that may not be used
        :rtype: dict
        """
        self.ensure_one()
        code = self._get_first_code()
        return {
            'name': self.name or self.sku,
            'default_code': self.sku,
            'barcode': code if code not in taken else False,
            'type': 'consu',
            'is_storable': True,
            'list_price': list_price,
            'onbuy_vat_to_check': True,
            'company_id': self.company_id.id,
        }

    def _get_first_code(self):
        """Return the first of a listing's product codes, False if it has none."""
        return (self.product_codes or '').split(',')[0].strip() or False

    def _get_taken_codes(self):
        """Return which of the codes that new products would get belong to something already.

        :rtype: set
        """
        codes = [code for code in (listing._get_first_code() for listing in self) if code]
        products = self.env['product.product'].with_context(active_test=False).search([('barcode', 'in', codes)])
        packs = self.env['product.uom'].search([('barcode', 'in', codes)])
        return {*products.mapped('barcode'), *packs.mapped('barcode')}

    def _get_list_price(self, taxes):
        """Return the sales price that, with these taxes, comes to the price on OnBuy, which includes VAT.

        A seller who is not registered for VAT adds none to it.

        :param taxes: ``account.tax`` of the product, as its price is meant
        :return: float in the company's currency
        :raise UserError: when there is no exchange rate
        """
        store, currency = self.store_id, self.company_id.currency_id
        store._check_rate(currency)
        amount = self.currency_id._convert(self.price, currency, self.company_id, fields.Date.context_today(self))
        if store.vat_treatment == 'none' or not taxes:
            return amount
        result = taxes._get_tax_details(
            amount, 1.0, precision_rounding=currency.rounding, special_mode='total_included',
            rounding_method=self.company_id.tax_calculation_rounding_method)
        return currency.round(result['total_included' if all(tax.price_include for tax in taxes) else 'total_excluded'])
