from odoo import api, fields, models


class StockPicking(models.Model):
    """What a warehouse worker sees of an OnBuy order on its delivery, and what can be packed together with it."""

    _inherit = 'stock.picking'

    onbuy_channel = fields.Char(string="Channel", compute='_compute_onbuy_channel', compute_sudo=True)
    onbuy_neighbour_ids = fields.Many2many(
        'stock.picking', string="Same Address", compute='_compute_onbuy_neighbour_ids', compute_sudo=True,
        help="Open deliveries of other orders to the same address.")

    @api.depends('onbuy_order_id')
    def _compute_onbuy_channel(self):
        for picking in self:
            store = picking.onbuy_order_id.store_id
            picking.onbuy_channel = store and f'OnBuy · {store.name}'

    @api.depends('sale_id.partner_shipping_id', 'state')
    def _compute_onbuy_neighbour_ids(self):
        for picking in self:
            is_open = picking.onbuy_order_id and picking._onbuy_is_open()
            picking.onbuy_neighbour_ids = picking._onbuy_find_neighbours() if is_open else False

    def _onbuy_is_open(self):
        """Return whether goods are still to leave by this transfer."""
        return self.state not in ('draft', 'done', 'cancel') and self.picking_type_code != 'incoming'

    def _onbuy_find_neighbours(self):
        """Return the open transfers of other orders to the same contact, or to one of the same name and postcode."""
        buyer = self.sale_id.partner_shipping_id
        found = self.search([
            ('sale_id', 'not in', (False, self.sale_id.id)), ('company_id', '=', self.company_id.id),
            ('state', 'not in', ('draft', 'done', 'cancel')),
            '|', ('sale_id.partner_shipping_id', '=', buyer.id),
            '&', ('sale_id.partner_shipping_id.zip', '=', buyer.zip), ('sale_id.partner_shipping_id.zip', '!=', False),
        ]).filtered(lambda picking: picking._onbuy_is_open())
        name = (buyer.name or '').casefold()
        return found.filtered(lambda picking: (picking.sale_id.partner_shipping_id.name or '').casefold() == name)

    def action_onbuy_view_neighbours(self):
        """Open this delivery and the others to the same address, to see to them together."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('stock.action_picking_tree_all')
        return {**action, 'name': self.env._("To the same address"), 'context': {},
                'domain': [('id', 'in', (self | self.onbuy_neighbour_ids).ids)]}
