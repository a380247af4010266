from odoo import api, fields, models


class OnbuyListing(models.Model):
    """One offer of the seller on OnBuy, and the product variant (and unit) that one sold piece stands for."""

    _name = 'onbuy.listing'
    _description = "OnBuy Listing"
    _inherit = ['onbuy.sync.mixin']
    _order = 'sku, id'
    _rec_name = 'sku'
    _check_company_auto = True
    _user_fields = frozenset({'product_id', 'uom_id'})

    store_id = fields.Many2one('onbuy.store', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='store_id.company_id', store=True, index=True)
    currency_id = fields.Many2one(related='store_id.currency_id')
    sku = fields.Char(string="SKU", required=True, readonly=True)
    remote_id = fields.Char(string="OnBuy Listing", readonly=True)
    opc = fields.Char(string="OPC", readonly=True, help="OnBuy's product code.")
    name = fields.Char(readonly=True)
    group_sku = fields.Char(string="Group SKU", readonly=True)
    condition = fields.Char(string="Condition on OnBuy", readonly=True)
    product_codes = fields.Char(readonly=True)
    price = fields.Monetary(string="Price on OnBuy", readonly=True)
    sale_price = fields.Monetary(string="Sale Price on OnBuy", readonly=True)
    stock = fields.Integer(string="Stock on OnBuy", readonly=True)
    handling_time = fields.Integer(string="Handling Days", readonly=True)
    template_id = fields.Char(string="Delivery Template Id", readonly=True)
    image_url = fields.Char(readonly=True)
    product_url = fields.Char(string="Page on OnBuy", readonly=True)
    is_on_onbuy = fields.Boolean(
        string="On OnBuy", default=True, readonly=True,
        help="Off when OnBuy does not show it: it is suspended or removed, a draft, or was deleted from here.",
    )
    digest = fields.Char(readonly=True)
    product_id = fields.Many2one(
        'product.product', index='btree_not_null', check_company=True,
        help="The product variant that one sold piece of this listing stands for.",
    )
    uom_id = fields.Many2one(
        'uom.uom', string="Unit", compute='_compute_uom_id', store=True, readonly=False,
        help="The unit that one sold piece stands for, e.g. a pack of 6.",
    )
    match_state = fields.Selection(
        selection=[('matched', "Matched"), ('none', "No product found"), ('ambiguous', "Several products fit"),
                   ('proposed', "To confirm")],
        string="Match", default='none', required=True, readonly=True, index=True,
    )

    _store_sku_unique = models.UniqueIndex('(store_id, sku)', "A store has one listing per SKU.")

    @api.depends('product_id')
    def _compute_uom_id(self):
        for listing in self:
            listing.uom_id = listing.product_id.uom_id

    def write(self, vals):
        """Override of the ORM to mark a listing matched by hand, and to look again at the orders that wait for it."""
        result = super().write(vals)
        if 'product_id' in vals and 'match_state' not in vals:
            self.sudo().match_state = 'matched' if vals['product_id'] else 'none'
        if vals.get('product_id'):
            self._release_orders()
        return result

    def _release_orders(self):
        """Put orders back in the queue that failed while these listings had no product."""
        lines = self.env['onbuy.order.line'].sudo().search([
            ('store_id', 'in', self.store_id.ids), ('sku', 'in', self.mapped('sku')),
            ('order_id.sync_state', '=', 'error'),
        ])
        lines.order_id._reset_sync()

    def action_pull(self):
        """Read these listings from OnBuy now."""
        result = None
        for store, listings in self.grouped('store_id').items():
            result = store._run_now('listings_by_sku', listings.mapped('sku'))
        return result
