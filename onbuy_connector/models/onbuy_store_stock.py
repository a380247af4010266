from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..lib.const import OPEN_STATUSES, UNKNOWN_STATUS

OPEN_STATES = ('waiting', 'confirmed', 'partially_available', 'assigned')
OPTIONS = {
    'sync_stock', 'stock_location_ids', 'stock_excluded_location_ids', 'stock_basis', 'stock_buffer', 'stock_cap',
    'stock_minimum', 'warehouse_id', 'state',
}


class OnbuyStore(models.Model):
    """Which goods a store offers on OnBuy, and how many of them."""

    _inherit = 'onbuy.store'

    sync_stock = fields.Boolean(
        string="Send stock", help="Tell OnBuy within seconds what can be sold. Going live turns it on.")
    stock_location_ids = fields.Many2many(
        'stock.location', 'onbuy_store_stock_location_rel', string="Sellable Locations", check_company=True,
        ondelete='restrict', domain=[('usage', '=', 'internal')],
        help="What is in these locations, and in those inside them, is for sale on OnBuy. Empty: the stock location of "
             "the warehouse.")
    stock_excluded_location_ids = fields.Many2many(
        'stock.location', 'onbuy_store_excluded_location_rel', string="Except", check_company=True,
        ondelete='restrict', domain=[('usage', '=', 'internal')], help="E.g. a shelf of damaged goods.")
    stock_basis = fields.Selection(
        selection=[('promise', "Free to promise"), ('free', "Free"), ('forecast', "Forecast")],
        default='promise', required=True,
        help="Free to promise: on hand less all demand, reserved or not. Free: on hand less what is reserved. Forecast: "
             "free to promise plus what is on its way in.")
    stock_buffer = fields.Integer(string="Keep back", help="So many pieces of each listing are never offered.")
    stock_cap = fields.Integer(string="Show at most", help="0: no limit.")
    stock_minimum = fields.Integer(string="Show 0 below", help="Where less is left, OnBuy is told that it is sold out.")

    _stock_rules_check = models.Constraint(
        'CHECK (LEAST(stock_buffer, stock_cap, stock_minimum) >= 0)', "The figures of the stock rules cannot be negative.")

    @api.constrains('stock_location_ids', 'stock_excluded_location_ids')
    def _check_stock_locations(self):
        for store in self:
            odd = (store.stock_location_ids | store.stock_excluded_location_ids).filtered(
                lambda location: location.usage != 'internal')
            if odd:
                raise ValidationError(self.env._(
                    "%(location)s holds no stock of its own. Choose internal locations.", location=odd[0].display_name))

    def write(self, vals):
        """Override of the ORM to have all listings compared when an option of their stock changes."""
        result = super().write(vals)
        if not OPTIONS.isdisjoint(vals):
            for store in self.filtered(lambda store: store.state == 'live'):
                store._note_all_offers('stock')
        return result

    # === CHECKLIST === #

    def _get_checklist(self):
        """Override to tell what the first push of stock would do."""
        return [*super()._get_checklist(), self._check_stock()]

    def _check_stock(self):
        problem = self._get_stock_problem()
        return {'state': 'bad' if problem else 'info', 'title': self.env._("Stock"),
                'text': problem or self._describe_first_push(), 'links': [
                    {'label': self.env._("Choose locations and rules"), 'tab': 'stock'},
                    *([] if problem else [{'label': self.env._("Preview"), 'button': 'action_preview_offers'}])]}

    def _describe_first_push(self):
        """Return what going live would send, for a person.

        :rtype: str
        """
        listings = self.env['onbuy.listing'].sudo().with_company(self.company_id).search([
            ('store_id', '=', self.id), ('is_on_onbuy', '=', True)])
        updates = listings._plan_offers(listings.browse(), anyway=True).updates
        steps = [(listing.stock, update.stock) for listing, update in updates.items()]
        return self.env._(
            "Going live sends stock: %(rise)s listings rise, %(fall)s fall, of which %(zero)s to 0. OnBuy's figures of "
            "%(stay)s others stay, because no goods of their products came in or left here yet. Preview lists what would "
            "be sent.",
            rise=sum(new > old for old, new in steps), fall=sum(new < old for old, new in steps),
            zero=sum(new == 0 < old for old, new in steps), stay=len(listings) - len(listings._get_sellable_quantities()))

    def _get_sellable_locations(self):
        """Return the locations whose goods are for sale on OnBuy. Never a whole warehouse, never "all".

        :return: ``stock.location``
        :raise UserError: when they cannot be told
        """
        self.ensure_one()
        roots = self.with_context(active_test=False).stock_location_ids or self._get_warehouse().lot_stock_id
        wrong = roots.filtered(
            lambda root: not root.active or root.usage != 'internal' or root.company_id != self.company_id)
        locations = self.env['stock.location'].search([
            ('id', 'child_of', (roots - wrong).ids), ('usage', '=', 'internal'),
            '!', ('id', 'child_of', self.stock_excluded_location_ids.ids)])
        if wrong or not locations:
            raise UserError(self.env._(
                "%(store)s does not know what can be sold: %(location)s. Choose the locations in the store's Stock tab. "
                "Until then no stock is sent, and OnBuy's figures stay.", store=self.name,
                location=self.env._("%(location)s is archived or no stock location of this company",
                                    location=wrong[0].display_name) if wrong else self.env._("no location is left")))
        return locations

    def _get_stock_problem(self):
        """Return why nothing can be told of this store's stock, or an empty string.

        :rtype: str
        """
        try:
            self.sudo()._get_sellable_locations()
        except UserError as error:
            return str(error)
        return ''

    @api.model
    def _filter_stock_kept(self, products):
        """Return the products whose stock Odoo keeps; a hook for goods that are made of others.

        :param products: ``product.product``
        """
        return products.filtered('is_storable')

    def _get_free_quantities(self, products):
        """Return what can be sold of products; a hook for goods that are made of others.

        :param products: ``product.product``
        :return: dict of product id → quantity in the product's unit; goods whose stock Odoo does not keep are left out
        :raise UserError: when the locations cannot be told
        """
        products = products.filtered('is_storable')
        locations = self._get_sellable_locations()
        on_hand, reserved = self._get_quant_quantities(products, locations)
        taken, incoming = reserved, {}
        if self.stock_basis != 'free':
            taken = self._get_move_quantities(products, self._get_outgoing_domain(locations))
        if self.stock_basis == 'forecast':
            incoming = self._get_move_quantities(products, self._get_incoming_domain(locations))
        sold = self._get_sold_quantities()
        return {product_id: on_hand.get(product_id, 0) + incoming.get(product_id, 0)
                - taken.get(product_id, 0) - sold[product_id] for product_id in products.ids}

    def _get_sold_quantities(self):
        """Return what OnBuy sold that no goods are promised to here: orders that could not be imported yet, or that wait as
        quotations. Else a push would offer those goods once more. A hook for goods that are made of others.

        :return: Counter of product id → quantity in the product's unit
        """
        orders = self.env['onbuy.order'].search([
            ('company_id', '=', self.company_id.id), ('status', 'in', [*OPEN_STATUSES, UNKNOWN_STATUS]),
            ('to_import', '=', True), ('store_id.state', 'in', ('live', 'paused'))])
        lines = orders.filtered(lambda order: order._is_unpromised()).line_ids
        listings = self.env['onbuy.listing'].search([
            ('store_id', 'in', lines.store_id.ids), ('sku', 'in', lines.mapped('sku')), ('product_id', '!=', False)])
        by_sku = {(listing.store_id, listing.sku): listing for listing in listings}
        sold = Counter()
        for line in lines:
            listing = by_sku.get((line.store_id, line.sku))
            if listing and listing._can_have_stock():
                unit = listing.product_id.uom_id
                sold[listing.product_id.id] += (listing.uom_id or unit)._compute_quantity(
                    line.quantity - line.quantity_dispatched, unit, round=False)
        return sold

    def _get_quant_quantities(self, products, locations):
        """Return what is there and what is reserved of products; goods that belong to others are not for sale.

        :return: two dicts of product id → quantity
        """
        groups = self.env['stock.quant']._read_group([
            ('product_id', 'in', products.ids), ('location_id', 'in', locations.ids),
            ('owner_id', 'in', (False, self.company_id.partner_id.id)),
        ], ['product_id'], ['quantity:sum', 'reserved_quantity:sum'])
        return ({product.id: quantity for product, quantity, _reserved in groups},
                {product.id: reserved for product, _quantity, reserved in groups})

    @api.model
    def _get_outgoing_domain(self, locations):
        """Return the domain of the moves that take goods out of the locations, at once or in steps still to come.

        Of several steps only the first is there from the start: it names where the goods end up. Once the next step
        exists, that one counts.

        :param locations: ``stock.location``
        :rtype: Domain
        """
        leaves = Domain('location_dest_id', 'not in', locations.ids)
        will_leave = (Domain('location_final_id', '!=', False) & Domain('location_final_id', 'not in', locations.ids)
                      & Domain('move_dest_ids', '=', False))
        return Domain('location_id', 'in', locations.ids) & (leaves | will_leave)

    @api.model
    def _get_incoming_domain(self, locations):
        """Return the domain of the moves that bring goods into the locations, at once or in steps still to come.

        :param locations: ``stock.location``
        :rtype: Domain
        """
        comes = Domain('location_dest_id', 'in', locations.ids)
        will_come = Domain('location_final_id', 'in', locations.ids) & Domain('move_dest_ids', '=', False)
        return Domain('location_id', 'not in', locations.ids) & (comes | will_come)

    def _get_move_quantities(self, products, domain):
        """Return how much open moves are to take; goods that belong to others are not counted here either.

        :param Domain domain: of the moves
        :return: dict of product id → quantity
        """
        groups = self.env['stock.move']._read_group([
            ('product_id', 'in', products.ids), ('state', 'in', OPEN_STATES),
            ('restrict_partner_id', 'in', (False, self.company_id.partner_id.id)), *domain,
        ], ['product_id'], ['product_qty:sum'])
        return {product.id: quantity for product, quantity in groups}

    def _get_moved_products(self, products):
        """Return the products whose stock Odoo knows, because goods came to or left the sellable locations; a hook.

        :param products: ``product.product``
        :raise UserError: when the locations cannot be told
        """
        locations = self._get_sellable_locations()
        groups = self.env['stock.move']._read_group([
            ('product_id', 'in', products.filtered('is_storable').ids), ('state', '=', 'done'),
            '|', ('location_id', 'in', locations.ids), ('location_dest_id', 'in', locations.ids)], ['product_id'])
        return products.browse([product.id for product, in groups])

    def _take_opening_stock(self, quantities, name):
        """Make one inventory adjustment of goods that had no stock here yet.

        :param dict quantities: ``product.product`` → quantity in its unit
        :param str name: of the adjustment
        :return: the ``stock.quant`` of the first sellable location
        :raise UserError: when the locations cannot be told
        """
        location = self.sudo()._get_sellable_locations()[:1]
        quants = self.env['stock.quant'].with_company(self.company_id).with_context(inventory_mode=True).create([{
            'product_id': product.id, 'location_id': location.id, 'inventory_quantity': quantity,
        } for product, quantity in quantities.items()])
        quants.with_context(inventory_name=name).action_apply_inventory()
        return quants
