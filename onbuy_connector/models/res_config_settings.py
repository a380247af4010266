from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """Connecting the company's first store in Odoo's settings. Keys are never kept here: saving hands them to the store."""

    _inherit = 'res.config.settings'

    onbuy_store_id = fields.Many2one('onbuy.store', compute='_compute_onbuy_store_id')
    onbuy_store_count = fields.Integer(compute='_compute_onbuy_store_id')
    onbuy_state = fields.Selection(related='onbuy_store_id.state', string="OnBuy Status")
    onbuy_site_name = fields.Char(related='onbuy_store_id.site_name', string="OnBuy Site")
    onbuy_progress = fields.Json(related='onbuy_store_id.progress', string="OnBuy: First Reading")
    onbuy_consumer_key = fields.Char(
        string="Consumer Key", compute='_compute_onbuy_keys', inverse='_inverse_onbuy_keys', groups='base.group_system')
    onbuy_secret_key = fields.Char(
        string="Secret Key", compute='_compute_onbuy_keys', inverse='_inverse_onbuy_keys', groups='base.group_system')

    # === COMPUTE METHODS === #

    @api.depends('company_id')
    def _compute_onbuy_store_id(self):
        for settings in self:
            stores = self.env['onbuy.store'].search([('company_id', '=', settings.company_id.id)])
            settings.onbuy_store_id = stores[:1]
            settings.onbuy_store_count = len(stores)

    @api.depends('company_id')
    def _compute_onbuy_keys(self):
        self.onbuy_consumer_key = self.onbuy_secret_key = False

    def _inverse_onbuy_keys(self):
        """Connect the company's store with the keys; wrong ones are refused with all that was entered left in the form."""
        for settings in self:
            if settings.onbuy_consumer_key or settings.onbuy_secret_key:
                store = settings.onbuy_store_id or self.env['onbuy.store'].create({
                    'name': settings.company_id.name, 'company_id': settings.company_id.id})
                store._use_keys(settings.onbuy_consumer_key, settings.onbuy_secret_key)
        self.invalidate_recordset()  # No key stays here, and the store is there now.

    # === ACTION METHODS === #

    def action_onbuy_connect(self):
        """Tell what came of connecting: the keys were proved when the form was saved, right before.

        :return: a client action
        :raise UserError: when no keys were entered, or an older store's are wrong
        """
        store = self.onbuy_store_id
        if not store:
            store._check_both_keys(False, False)
        if store.state == 'draft':
            store.action_connect()
        result = store._notify(self.env._(
            "Connected to %(site)s. Listings and orders are being read now; nothing is written to OnBuy before you go live.",
            site=store.site_name or 'OnBuy'), kind='success')
        result['params']['next'] = {'type': 'ir.actions.act_window_close'}  # The page reloads itself where it is.
        return result

    def action_onbuy_open_store(self):
        """Open the store: its checklist leads to going live."""
        return {'type': 'ir.actions.act_window', 'res_model': 'onbuy.store', 'res_id': self.onbuy_store_id.id,
                'view_mode': 'form'}

    def action_onbuy_change_keys(self):
        """Ask for new keys of the store."""
        return self.onbuy_store_id.action_change_keys()

    def action_onbuy_connect_store(self):
        """Open the form of another store."""
        action = self.env['ir.actions.act_window']._for_xml_id('onbuy_connector.onbuy_store_action')
        return {**action, 'views': [(False, 'form')]}

    def action_onbuy_stores(self):
        """Open the list of stores."""
        return self.env['ir.actions.act_window']._for_xml_id('onbuy_connector.onbuy_store_action')
