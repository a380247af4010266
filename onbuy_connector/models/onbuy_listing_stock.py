from odoo import api, fields, models

MOST = 2_000_000_000  # the largest figure that a whole number of the database and of OnBuy's takes
OPTIONS = {
    'stock_mode', 'has_own_stock_rules', 'stock_buffer', 'stock_cap', 'stock_minimum', 'published_stock', 'product_id',
    'uom_id',
}


class OnbuyListing(models.Model):
    """How many pieces of a listing OnBuy should show."""

    _inherit = 'onbuy.listing'

    stock_mode = fields.Selection(
        selection=[('auto', "When Odoo knows it"), ('yes', "Always"), ('no', "Never")],
        string="Send Stock", default='auto', required=True, copy=False,
        help="When Odoo knows it: once goods of the product came to or left the sellable locations. Never: OnBuy's figure "
             "stays.")
    has_own_stock_rules = fields.Boolean(string="Own Stock Rules", help="Instead of the store's.")
    stock_buffer = fields.Integer(string="Keep back")
    stock_cap = fields.Integer(string="Show at most", help="0: no limit.")
    stock_minimum = fields.Integer(string="Show 0 below")
    published_stock = fields.Integer(
        help="What OnBuy shows of goods whose stock Odoo does not keep.")
    is_stock_kept = fields.Boolean(compute='_compute_stock_here', compute_sudo=True)
    stock_here = fields.Integer(
        string="Stock to Show", compute='_compute_stock_here', compute_sudo=True,
        help="What OnBuy should show: what can be sold here, by the rules of the listing or store.")
    stock_note = fields.Char(string="About Stock", compute='_compute_stock_here', compute_sudo=True)

    _stock_rules_check = models.Constraint(
        'CHECK (LEAST(stock_buffer, stock_cap, stock_minimum, published_stock) >= 0)',
        "The figures of the stock rules cannot be negative.")

    # === COMPUTE METHODS === #

    @api.depends('product_id', 'uom_id', 'stock_mode', 'published_stock')
    def _compute_stock_here(self):
        for store, listings in self.grouped('store_id').items():
            problem = store._get_stock_problem() if store else ''
            figures = {} if problem else listings._get_sellable_quantities()
            kept = store._filter_stock_kept(listings.product_id)
            for listing in listings:
                listing.is_stock_kept = listing.product_id in kept
                listing.stock_here = figures.get(listing, 0)
                listing.stock_note = problem or (listing._explain_stock(kept) if listing not in figures else False)

    # === CRUD METHODS === #

    def _follow_write(self, names):
        """Override to compare listings with OnBuy when an option of their stock changes."""
        result = super()._follow_write(names)
        if not OPTIONS.isdisjoint(names):
            self.env['onbuy.offer.change'].sudo()._note(self, 'stock')
        return result

    # === BUSINESS METHODS === #

    def _get_sellable_quantities(self):
        """Return how many pieces OnBuy should show.

        :return: dict of listing → int; listings whose stock is not sent are left out
        :raise UserError: when the locations of a store cannot be told
        """
        wanted = {}
        for store, listings in self.grouped('store_id').items():
            store = store.sudo().with_company(store.company_id)
            managed = listings.sudo()._filter_stock_managed(store)
            kept = store._filter_stock_kept(managed.product_id)
            free = store._get_free_quantities(kept)
            wanted |= {listing: listing._get_sellable_quantity(
                free.get(listing.product_id.id, 0) if listing.product_id in kept else None) for listing in managed}
        return {listing: wanted[listing.sudo()] for listing in self if listing.sudo() in wanted}

    def _get_sellable_quantity(self, quantity):
        """Return how many pieces OnBuy should show; a hook for other modules.

        :param float quantity: what can be sold, in the product's unit; None of goods whose stock Odoo does not keep
        :return: pieces of the listing, 0 or more
        :rtype: int
        """
        self.ensure_one()
        if quantity is None:
            return min(self.published_stock, MOST)
        unit, rules = self.product_id.uom_id, self if self.has_own_stock_rules else self.store_id
        pieces = int(unit._compute_quantity(max(quantity, 0), self.uom_id or unit, round=False) + 1e-6)
        pieces = max(0, min(pieces - rules.stock_buffer, rules.stock_cap or MOST, MOST))
        return pieces if pieces >= rules.stock_minimum else 0

    def _filter_stock_managed(self, store):
        """Return the listings whose stock is sent.

        :param store: their store
        """
        able = self.filtered(lambda listing: listing._can_have_stock() and listing.stock_mode != 'no')
        by_itself = able.filtered(lambda listing: listing.stock_mode == 'auto')
        moved = store._get_moved_products(store._filter_stock_kept(by_itself.product_id)) if by_itself else []
        return able.filtered(lambda listing: listing.stock_mode == 'yes' or listing.product_id in moved)

    def _can_have_stock(self):
        """Return whether a listing has a product, and a unit that the product can be counted in."""
        product = self.product_id
        return bool(product) and product.uom_id._has_common_reference(self.uom_id or product.uom_id)

    def _filter_countable(self):
        """Return the listings whose goods can be counted as such; a hook for goods that are made of others."""
        return self.filtered(lambda listing: listing._can_have_stock())

    def _explain_stock(self, kept):
        """Return why the stock of this listing is not sent, for a person.

        :param kept: ``product.product``, those of its store that Odoo keeps stock of
        :rtype: str
        """
        self.ensure_one()
        if not self.product_id:
            return self.env._("No product yet, so OnBuy's figure stays.")
        if not self._can_have_stock():
            return self.env._("The product cannot be counted in the unit of this listing, so OnBuy's figure stays.")
        if self.stock_mode == 'no':
            return self.env._("Not sent: OnBuy's figure stays.")
        if self.product_id not in kept:
            return self.env._("Odoo does not keep stock of this product. Choose Always and a figure to publish.")
        return self.env._("No goods of this product came in or left yet, so OnBuy's figure stays.")
