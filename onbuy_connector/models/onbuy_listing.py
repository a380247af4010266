from odoo import api, fields, models
from odoo.tools import SQL, groupby


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
        """Override of the ORM to mark a listing matched by hand, and to see to what follows from new values."""
        result = super().write(vals)
        if 'product_id' in vals and 'match_state' not in vals:
            self.sudo().match_state = 'matched' if vals['product_id'] else 'none'
        self._follow_write(vals.keys())
        return result

    @api.model
    def _create_each(self, rows):
        """Create many listings in one statement: by the ORM, one takes an eighth of the time of its product.

        :param list rows: of values that need no check, all of the same fields; what is computed from them is among them
        :return: the listings
        """
        if not rows:
            return self.browse()
        stored = [field for field in self._fields.values() if field.store and field.column_type]
        defaults = self.default_get([field.name for field in stored if field.name not in rows[0]])
        now = self.env.cr.now()
        defaults |= {'create_uid': self.env.uid, 'create_date': now, 'write_uid': self.env.uid, 'write_date': now}
        changed = [self._fields[name] for name in (*rows[0], *defaults)]
        self.env.cr.execute(SQL(
            "INSERT INTO onbuy_listing (%s) VALUES %s RETURNING id",
            SQL(", ").join(SQL.identifier(field.name) for field in changed),
            SQL(", ").join(tuple(field.convert_to_column(values[field.name] or None, self) for field in changed)
                           for values in ({**defaults, **row} for row in rows))))
        listings = self.browse(listing_id for listing_id, in self.env.cr.fetchall())
        with self.env.protecting([field for field in stored if field.compute], listings):
            listings.modified(self._fields, create=True)
        listings.store_id.invalidate_recordset(['listing_ids'], flush=False)
        return listings

    @api.model
    def _write_each(self, values):
        """Write other values on each of many listings: one statement for all that change the same fields, and what follows
        from it is seen to once.

        :param dict values: ``onbuy.listing`` → values
        """
        self.union(*values).flush_recordset()
        for names, pairs in groupby(values.items(), lambda pair: tuple(pair[1])):
            listings = self.union(*(listing for listing, _own_values in pairs))
            self.env.cr.execute(self._get_update_sql(names, pairs))
            with self.env.protecting([self._fields[name] for name in names], listings):
                listings.modified(names)
            listings.invalidate_recordset(flush=False)
            listings._follow_write(names)

    @api.model
    def _get_update_sql(self, names, pairs):
        """Return the statement that writes other values on each of some listings.

        :param names: of the fields
        :param pairs: of listing and values
        :rtype: SQL
        """
        changed = [self._fields[name] for name in names]
        rows = [(listing.id, *(field.convert_to_column(own_values[field.name], listing) for field in changed))
                for listing, own_values in pairs]
        columns = SQL(", ").join(SQL.identifier(name) for name in names)
        sets = SQL(", ").join(SQL(
            "%s = new.%s::%s", SQL.identifier(field.name), SQL.identifier(field.name), SQL(field.column_type[1]),
        ) for field in changed)
        return SQL(
            "UPDATE onbuy_listing SET write_uid = %s, write_date = %s, %s FROM (VALUES %s) AS new (id, %s) "
            "WHERE onbuy_listing.id = new.id",
            self.env.uid, self.env.cr.now(), sets, SQL(", ").join(rows), columns)

    def _follow_write(self, names):
        """See to what follows from new values: look again at the orders that waited for a product; a hook.

        :param names: of the fields that were written
        """
        if 'product_id' in names:
            self.filtered('product_id')._release_orders()

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
