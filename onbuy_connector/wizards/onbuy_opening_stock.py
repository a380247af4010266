from odoo import api, fields, models
from odoo.exceptions import UserError


class OnbuyOpeningStock(models.TransientModel):
    """Takes over what OnBuy shows as the first stock of products that never had any here."""

    _name = 'onbuy.opening.stock'
    _description = "OnBuy: Take Opening Stock"

    store_id = fields.Many2one('onbuy.store', required=True, ondelete='cascade')
    location_id = fields.Many2one('stock.location', compute='_compute_location_id')
    line_ids = fields.One2many(
        'onbuy.opening.stock.line', 'wizard_id', compute='_compute_line_ids', store=True, readonly=False)

    @api.depends('store_id')
    def _compute_location_id(self):
        for wizard in self:
            wizard.location_id = wizard.store_id.sudo()._get_sellable_locations()[:1]

    @api.depends('store_id')
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [fields.Command.clear(), *(
                fields.Command.create(values) for values in wizard._prepare_lines_values())]

    def _prepare_lines_values(self):
        """Return the values of a line for each product whose stock Odoo does not know yet.

        A product of several listings is proposed once, with the largest figure: they may show the same goods.

        :return: list of dict
        """
        listings = self.env['onbuy.listing'].search([
            ('store_id', '=', self.store_id.id), ('is_on_onbuy', '=', True), ('stock', '>', 0),
            ('product_id.is_storable', '=', True), ('product_id.tracking', '=', 'none')])._filter_countable()
        new, best = listings.product_id._onbuy_filter_without_stock(), {}
        for listing in listings.filtered(lambda listing: listing.product_id in new):
            unit = listing.product_id.uom_id
            quantity = (listing.uom_id or unit)._compute_quantity(listing.stock, unit)
            found = best.get(listing.product_id)
            if not found or quantity > found['quantity']:
                best[listing.product_id] = {'listing_id': listing.id, 'quantity': quantity}
        return list(best.values())

    def action_apply(self):
        """Make one inventory adjustment of these quantities.

        :return: the window action that shows the moves
        :raise UserError: when nothing is left to take over, or the user may not adjust the inventory
        """
        self.ensure_one()
        if not self.env.user.has_group('stock.group_stock_manager'):
            raise UserError(self.env._(
                "Only an Inventory administrator can adjust the inventory. Ask one to take the opening stock."))
        if not self.line_ids:
            raise UserError(self.env._("There is nothing to take over: Odoo has had stock of all these products already."))
        name = self.env._("Opening stock from OnBuy (%(store)s)", store=self.store_id.name)
        quants = self.store_id._take_opening_stock({line.product_id: line.quantity for line in self.line_ids}, name)
        moves = self.env['stock.move'].search([('product_id', 'in', quants.product_id.ids), ('is_inventory', '=', True)])
        return {**self.env['ir.actions.act_window']._for_xml_id('stock.stock_move_action'), 'name': name,
                'domain': [('id', 'in', moves.ids)], 'context': {}}


class OnbuyOpeningStockLine(models.TransientModel):
    _name = 'onbuy.opening.stock.line'
    _description = "OnBuy: Opening Stock of a Product"

    wizard_id = fields.Many2one('onbuy.opening.stock', required=True, ondelete='cascade')
    listing_id = fields.Many2one('onbuy.listing', required=True, readonly=True, ondelete='cascade')
    product_id = fields.Many2one(related='listing_id.product_id')
    stock = fields.Integer(related='listing_id.stock')
    product_uom_id = fields.Many2one(related='product_id.uom_id', string="Unit")
    quantity = fields.Float(digits='Product Unit', help="Taken into stock here, in the product's unit.")

    _quantity_check = models.Constraint('CHECK (quantity >= 0)', "A quantity cannot be negative.")
