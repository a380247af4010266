import math
from collections import Counter

from odoo import models


class OnbuyStore(models.Model):
    """A kit has no stock of its own: as many can be sold as its scarcest component allows."""

    _inherit = 'onbuy.store'

    def _get_free_quantities(self, products):
        """Override to compute kits from what is free of each component.

        Core takes the minima of on hand and of outgoing apart, over different components, so their difference is wrong.
        """
        needs = self._get_kit_needs(products)
        components = products.browse({component for need in needs.values() for component in need})
        free = super()._get_free_quantities((products - products.browse(needs)) | components)
        return free | {
            kit: min((math.floor(free[component] / quantity + 1e-6) for component, quantity in need.items()), default=0)
            for kit, need in needs.items()
        }

    def _get_sold_quantities(self):
        """Override to take the components of kits that were sold."""
        sold = super()._get_sold_quantities()
        needs = self._get_kit_needs(self.env['product.product'].browse(sold))
        for kit, need in needs.items():
            kits = sold.pop(kit)
            sold.update({component: kits * quantity for component, quantity in need.items()})
        return sold

    def _filter_stock_kept(self, products):
        """Override to count kits, whether Odoo tracks their own stock or not."""
        kits = products.browse(kit for kit, need in self._get_kit_needs(products).items() if need)
        return super()._filter_stock_kept(products) | kits

    def _get_moved_products(self, products):
        """Override to know a kit's stock once that of all its components is known."""
        needs = self._get_kit_needs(products)
        components = products.browse({component for need in needs.values() for component in need})
        moved = super()._get_moved_products((products - products.browse(needs)) | components)
        return moved | products.browse(kit for kit, need in needs.items() if need and moved.browse(need) <= moved)

    def _get_kit_needs(self, products):
        """Return what one piece of each kit among the products is made of.

        :param products: ``product.product``
        :return: dict of kit id → Counter of storable component id → quantity in the component's unit
        """
        boms = self.env['mrp.bom'].sudo()._bom_find(products, company_id=self.company_id.id, bom_type='phantom')
        return {product.id: self._get_components(product, bom) for product, bom in boms.items() if bom}

    def _get_components(self, product, bom):
        """Return what one piece of a kit is made of; kits within it are taken apart.

        :return: Counter of storable component id → quantity in the component's unit
        """
        made = bom.product_uom_id._compute_quantity(bom.product_qty, product.uom_id, round=False)
        needs = Counter()
        for line, values in bom.explode(product, 1)[1]:  # As the bill has it: parts of it would be rounded up.
            if line.product_id.is_storable:
                needs[line.product_id.id] += line.product_uom_id._compute_quantity(
                    values['qty'], line.product_id.uom_id, round=False) / made
        return Counter({component: quantity for component, quantity in needs.items() if quantity > 0})
