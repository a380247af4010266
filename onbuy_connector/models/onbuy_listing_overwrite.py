from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.tools import float_compare

SWITCHES = {  # the store's switch → the listing's field
    'overwrite_name': 'name',
    'overwrite_price': 'price',
    'overwrite_barcode': 'product_codes',
    'overwrite_weight': 'delivery_weight',
    'overwrite_image': 'image_url',
}
SHARED = {'name', 'price'}  # by all variants of a product


class OnbuyStore(models.Model):
    """What OnBuy may overwrite on matched products: nothing, unless the store says so."""

    _inherit = 'onbuy.store'

    overwrite_name = fields.Boolean(string="Product name", tracking=True)
    overwrite_price = fields.Boolean(
        string="Sales price", tracking=True,
        help="OnBuy's price, without VAT where your sales prices are without. Not together with Send prices.")
    overwrite_barcode = fields.Boolean(string="Barcode, if empty", tracking=True)
    overwrite_weight = fields.Boolean(string="Weight", tracking=True, help="By OnBuy's delivery weight.")
    overwrite_image = fields.Boolean(string="Picture, if empty", tracking=True)

    @api.constrains('overwrite_price', 'sync_prices')
    def _check_price_direction(self):
        if self.filtered(lambda store: store.overwrite_price and store.sync_prices):
            raise ValidationError(self.env._(
                "Prices go one way: either Odoo sends them to OnBuy (Send prices), or OnBuy's price becomes the sales "
                "price. Turn one of the two off."))

    def _get_overwritten(self):
        """Return the fields of listings that may overwrite the product's.

        :rtype: set
        """
        return {name for switch, name in SWITCHES.items() if self[switch]}


class OnbuyListing(models.Model):
    """What OnBuy may overwrite on the product of a listing, and what stands in the way."""

    _inherit = 'onbuy.listing'

    delivery_weight = fields.Float(string="Delivery Weight (kg)", digits='Stock Weight', readonly=True)
    overwrite_note = fields.Text(
        string="Not Taken Over", compute='_compute_overwrite_note', compute_sudo=True,
        help="What OnBuy may overwrite on the product, but does not, and why.")

    @api.depends('product_id', 'uom_id', *SWITCHES.values(), *(f'store_id.{switch}' for switch in SWITCHES))
    def _compute_overwrite_note(self):
        labels = {name: self._fields[name]._description_string(self.env) for name in SWITCHES.values()}
        for listing in self:
            _values, notes = listing._plan_overwrite(listing.store_id._get_overwritten())
            listing.overwrite_note = '\n'.join(f'{labels[name]}: {why}' for name, why in notes.items()) or False

    # === ACTIONS === #

    def action_overwrite_product(self):
        """Overwrite now what OnBuy may overwrite on the products of these listings.

        :raise UserError: when no store lets OnBuy overwrite anything
        """
        self.check_access('write')
        if not any(store._get_overwritten() for store in self.store_id):
            raise UserError(self.env._(
                "OnBuy may overwrite nothing on your products. Choose what it may in the Products tab of the store."))
        for listing in self.sudo():
            listing.with_company(listing.company_id)._overwrite_product(listing.store_id._get_overwritten())

    # === BUSINESS METHODS === #

    @api.model
    def _prepare_values(self, store, listing):
        """Override to keep the weight."""
        return {**super()._prepare_values(store, listing), 'delivery_weight': listing.delivery_weight or False}

    def _set_received(self, values):
        """Override to let what changed on OnBuy overwrite the product's, where the store says so."""
        names = self.store_id._get_overwritten()
        before = {name: self[name] for name in names}
        result = super()._set_received(values)
        self._overwrite_product({name for name in names if self[name] != before[name]})
        return result

    def _overwrite_product(self, names):
        """Write on the product what OnBuy has otherwise, where nothing stands in the way.

        :param set names: fields of the listing
        """
        values, _notes = self._plan_overwrite(names)
        if values.pop('image_url', None):
            self._want_image()
        if values:
            self._write_product(values)

    def _plan_overwrite(self, names):
        """Compare the product with OnBuy.

        :param set names: fields of the listing
        :return: values to write on the product (a picture's address, which is fetched later), and why others are left
            as they are: field of the listing → sentence
        """
        values, notes = {}, {}
        for name in SWITCHES.values() if self.product_id else ():
            if name not in names:
                continue
            try:
                news = getattr(self, f'_get_new_{name}')()
            except UserError as error:
                notes[name] = str(error)
                continue
            if news and (why := self._get_obstacle(name)):
                notes[name] = why
            else:
                values |= news
        return values, notes

    def _get_obstacle(self, name):
        """Return why a value of the listing is not the product's, or an empty string.

        :param str name: field of the listing
        :rtype: str
        """
        product = self.product_id
        unit = product.uom_id
        if (self.uom_id or unit) != unit:
            return self.env._("This listing sells %(unit)s, the product is counted in %(own)s.", unit=self.uom_id.name,
                              own=unit.name)
        if name in SHARED and len(product.product_tmpl_id.product_variant_ids) > 1:
            return self.env._("The product has variants, which share it.")
        others = product.onbuy_listing_ids.filtered(
            lambda listing: listing != self and listing.is_on_onbuy and listing.uom_id == self.uom_id
            and listing[name] != self[name])
        if others:
            return self.env._("The product has other listings where it is different: %(skus)s.", skus=", ".join(
                others.mapped('sku')))
        if name == 'product_codes' and self._get_taken_codes():
            return self.env._("Another product or packaging has the barcode %(code)s.", code=self._get_first_code())
        return ""

    def _get_new_name(self):
        """Return the product's new name, in a dict that is empty if nothing changes; so do the methods below."""
        names = {self.product_id.with_context(lang=lang).name for lang in self._get_english()}
        return {'name': self.name} if self.name and names != {self.name} else {}

    def _get_new_price(self):
        """Return the new sales price.

        :raise UserError: when there is no exchange rate
        """
        taxes, _shown = self.store_id._get_shown_taxes(self.product_id)
        price = self._get_list_price(taxes)
        is_other = self.price and self.company_id.currency_id.compare_amounts(price, self.product_id.list_price)
        return {'list_price': price} if is_other else {}

    def _get_new_product_codes(self):
        """Return the barcode of a product that has none."""
        code = self._get_first_code()
        return {'barcode': code} if code and not self.product_id.barcode else {}

    def _get_new_delivery_weight(self):
        """Return the new weight, in the unit of weight that is set."""
        unit = self.product_id.product_tmpl_id._get_weight_uom_id_from_ir_config_parameter()
        weight = self.env.ref('uom.product_uom_kgm')._compute_quantity(self.delivery_weight, unit, round=False)
        digits = self.env['decimal.precision'].precision_get('Stock Weight')
        is_other = weight and float_compare(weight, self.product_id.weight, precision_digits=digits)
        return {'weight': weight} if is_other else {}

    def _get_new_image_url(self):
        """Return the address of the picture of a product that has none."""
        return {'image_url': self.image_url} if self.image_url and not self.product_id.image_128 else {}

    def _get_english(self):
        """Return the codes of the installed languages that OnBuy's texts are in."""
        return [code for code, _name in self.env['res.lang'].get_installed() if code.startswith('en')]

    def _write_product(self, values):
        """Write on the product; what Odoo refuses is told on the listing.

        :param dict values: of ``product.product``
        """
        product = self.product_id
        try:
            with self.env.cr.savepoint():
                product.write(values)
                for lang in self._get_english() if 'name' in values else ():
                    product.with_context(lang=lang).name = values['name']
                self.env.flush_all()
        except (OperationalError, ConcurrencyError):
            raise
        except Exception as error:  # noqa: BLE001  One bad value must not stop the other listings.
            self._set_sync_error(self.env._("The product could not be changed as OnBuy has it: %(error)s", error=error),
                                 retry=False)
