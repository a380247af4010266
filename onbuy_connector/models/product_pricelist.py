from odoo import api, models
from odoo.fields import Domain

COLLECTED = 'onbuy_connector.pricelists'  # key of ``cr.precommit.data``
PRICE_FIELDS = {'list_price', 'standard_price', 'taxes_id', 'uom_id', 'categ_id'}


class ProductPricelist(models.Model):
    _inherit = 'product.pricelist'

    def write(self, vals):
        """Override of the ORM to look again at OnBuy's prices when the currency changes."""
        result = super().write(vals)
        if 'currency_id' in vals:
            self._onbuy_collect()
        return result

    def _onbuy_collect(self):
        """Have the prices looked at that come from these pricelists: once per transaction, when it ends."""
        precommit = self.env.cr.precommit
        if COLLECTED not in precommit.data:
            precommit.add(self.env['product.pricelist'].sudo()._onbuy_note_collected)
        precommit.data.setdefault(COLLECTED, set()).update(self.ids)

    @api.model
    def _onbuy_note_collected(self):
        """Note a price change for the listings of the stores that use the collected pricelists."""
        pricelists = self.browse(self.env.cr.precommit.data.pop(COLLECTED, ())).exists()._onbuy_get_dependent()
        stores = self.env['onbuy.store'].search([
            ('state', '=', 'live'), ('sync_prices', '=', True),
            '|', ('price_pricelist_id', 'in', pricelists.ids), ('sale_pricelist_id', 'in', pricelists.ids)])
        for store in stores:
            store._note_all_offers('price')
        self.env.flush_all()  # The other functions of this stage count on a flushed transaction.

    def _onbuy_get_dependent(self):
        """Return these pricelists and all whose rules are based on them."""
        found = fresh = self.with_context(active_test=False)
        while fresh:
            rules = self.env['product.pricelist.item'].sudo().search([
                ('base', '=', 'pricelist'), ('base_pricelist_id', 'in', fresh.ids)])
            fresh = rules.pricelist_id - found
            found |= fresh
        return found

    def _onbuy_get_bases(self):
        """Return these pricelists and all that their rules are based on."""
        found = fresh = self
        while fresh:
            rules = self.env['product.pricelist.item'].search([
                ('base', '=', 'pricelist'), ('pricelist_id', 'in', fresh.ids)])
            fresh = rules.base_pricelist_id - found
            found |= fresh
        return found

    def _onbuy_get_dated_rules(self, now):
        """Return the rules of these pricelists, and of those they are based on, that begin or end after a moment.

        :param datetime now: naive UTC
        """
        dated = Domain('date_start', '>', now) | Domain('date_end', '>=', now)
        return self.env['product.pricelist.item'].search(dated & Domain('pricelist_id', 'in', self._onbuy_get_bases().ids))


class ProductPricelistItem(models.Model):
    _inherit = 'product.pricelist.item'

    @api.model_create_multi
    def create(self, vals_list):
        """Override of the ORM to look again at the prices of listings."""
        rules = super().create(vals_list)
        rules.pricelist_id._onbuy_collect()
        return rules

    def write(self, vals):
        """Override of the ORM to look again at the prices of listings, by the old pricelist and the new."""
        before = self.pricelist_id
        result = super().write(vals)
        (before | self.pricelist_id)._onbuy_collect()
        return result

    def unlink(self):
        """Override of the ORM to look again at the prices of listings."""
        self.pricelist_id._onbuy_collect()
        return super().unlink()


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    def write(self, vals):
        """Override of the ORM to look again at the prices of listings."""
        result = super().write(vals)
        if PRICE_FIELDS & vals.keys():
            self.env['onbuy.offer.change']._collect_products(self.product_variant_ids.ids, 'price')
        return result


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def write(self, vals):
        """Override of the ORM to look again at the prices of listings."""
        result = super().write(vals)
        if 'standard_price' in vals:  # The others are the template's.
            self.env['onbuy.offer.change']._collect_products(self.ids, 'price')
        return result


class ProductTemplateAttributeValue(models.Model):
    _inherit = 'product.template.attribute.value'

    def write(self, vals):
        """Override of the ORM to look again at the prices of listings when a variant's extra price changes."""
        result = super().write(vals)
        if 'price_extra' in vals:
            self.env['onbuy.offer.change']._collect_products(self.ptav_product_variant_ids.ids, 'price')
        return result
