from odoo import api, fields, models
from odoo.exceptions import UserError


class OnbuyStore(models.Model):
    """How a store's orders become sales orders, and its way to *Live*."""

    _inherit = 'onbuy.store'

    history_days = fields.Integer(
        string="Days of history", default=90, required=True,
        help="The first reading fetches the orders that changed in so many days. OnBuy orders older than that can be "
             "fetched one by one.",
    )
    cutover_date = fields.Datetime(
        string="Cut-over", copy=False,
        help="Orders placed before become sales orders only when chosen. Default: the moment of going live.",
    )
    workflow = fields.Selection(
        selection=[
            ('quotation', "Quotation"), ('confirmed', "Confirmed"), ('invoiced', "Invoiced"), ('paid', "Paid"),
        ],
        string="Take orders to", default='confirmed', required=True,
    )
    warehouse_id = fields.Many2one('stock.warehouse', check_company=True)
    team_id = fields.Many2one('crm.team', string="Sales Team", check_company=True)
    user_id = fields.Many2one('res.users', string="Salesperson", domain=[('share', '=', False)])
    order_prefix = fields.Char(
        help="Sales orders are named by this prefix and OnBuy's id. Leave empty for your own numbering.")
    customer_id = fields.Many2one(
        'res.partner', string="One customer for all", check_company=True,
        help="Leave empty to make a contact for each buyer.",
    )
    placeholder_product_id = fields.Many2one(
        'product.product', string="Product for unknown SKUs", check_company=True,
        help="Leave empty to let such orders wait until the SKU is matched.",
    )
    complete_days = fields.Integer(
        string="Assume complete after (days)", default=14, required=True,
        help="Days after the expected delivery, because OnBuy seldom says that an order is complete.",
    )
    retention_days = fields.Integer(
        string="Keep buyers' data (days)", default=180, required=True,
        help="What OnBuy sent of a buyer is erased from the inbox so many days after the order.",
    )
    open_order_count = fields.Integer(compute='_compute_open_order_count')
    checklist = fields.Json(compute='_compute_checklist', compute_sudo=True)

    _history_check = models.Constraint('CHECK (history_days BETWEEN 0 AND 90)', "The history has 0 to 90 days.")
    _days_check = models.Constraint(
        'CHECK (complete_days >= 0 AND retention_days > 0)', "Days cannot be negative.")

    # === COMPUTE METHODS === #

    def _compute_open_order_count(self):
        for store in self:
            store.open_order_count = self.env['onbuy.order'].search_count(store._get_open_orders_domain())

    @api.depends('state', 'warehouse_id', 'vat_treatment', 'pricelist_id', 'create_products')
    def _compute_checklist(self):
        for store in self:
            store.checklist = store._get_checklist() if store.state in ('draft', 'readonly') else False

    def _get_open_orders_domain(self):
        """Return the domain of the orders that wait to become sales orders at going live."""
        return [('store_id', '=', self.id), ('status', 'in', ('awaiting_dispatch', 'partially_dispatched')),
                ('sale_order_ids', '=', False), ('to_import', '=', True)]

    # === CHECKLIST === #

    def _get_checklist(self):
        """Return what is to be seen to before going live.

        :return: list of dict ``state`` (``ok``, ``info`` or ``bad``, which blocks), ``title``, ``text``, and where it leads:
            ``links``, a list of dict ``label`` and one of ``tab`` (of the store's form), ``button`` (a method of the store,
            with ``context``) or ``action`` (XML id of a window action)
        """
        self.ensure_one()
        return [
            self._check_keys(), self._check_warehouse(), self._check_currency(), self._check_vat(),
            self._check_matching(), self._check_open_orders(),
        ]

    def _check_keys(self):
        connected = self.state != 'draft'
        text = self.env._("Connected to %(site)s.", site=self.site_name) if connected else self.env._(
            "Enter both keys and press Connect.")
        return {'state': 'ok' if connected else 'bad', 'title': self.env._("Keys"), 'text': text,
                'links': [] if connected else [{'label': self.env._("Enter keys"), 'tab': 'connection'}]}

    def _check_warehouse(self):
        warehouse = self._find_warehouse()
        text = self.env._("Orders are delivered from %(name)s.", name=warehouse.name) if warehouse else self.env._(
            "Your company has no warehouse. Make one in Inventory > Configuration > Warehouses.")
        link = {'label': self.env._("Choose another"), 'tab': 'orders'} if warehouse else {
            'label': self.env._("Warehouses"), 'action': 'stock.action_warehouse_form'}
        return {'state': 'ok' if warehouse else 'bad', 'title': self.env._("Warehouse"), 'text': text, 'links': [link]}

    def _check_currency(self):
        try:
            self._get_pricelist()
            state, text = 'ok', self.env._("Orders are in GBP.")
        except UserError as error:
            state, text = 'bad', str(error)
        return {'state': state, 'title': self.env._("Currency"), 'text': text,
                'links': [{'label': self.env._("Choose a pricelist"), 'tab': 'accounting'}] if state == 'bad' else []}

    def _check_vat(self):
        treatment = dict(self._fields['vat_treatment']._description_selection(self.env))[self.vat_treatment]
        missing = [
            self._get_place_name(territory, self.env['res.partner'])
            for territory in ('northern_ireland', 'jersey', 'guernsey', 'isle_of_man')
            if self.vat_treatment == 'seller' and not self[f'{territory}_position_id']
        ]
        text = f'{treatment}.'
        if missing:
            text += ' ' + self.env._(
                "Orders to %(places)s will wait until you choose their fiscal position.", places=", ".join(missing))
        return {'state': 'info' if missing else 'ok', 'title': self.env._("VAT"), 'text': text,
                'links': [{'label': self.env._("Choose"), 'tab': 'accounting'}]}

    def _check_matching(self):
        listings = self.env['onbuy.listing']
        unmatched = listings.search_count([('store_id', '=', self.id), ('product_id', '=', False)])
        matched = listings.search_count([
            ('store_id', '=', self.id), ('product_id', '!=', False), ('publish_state', '=', False)])
        text = self.env._("%(matched)s listings have a product, %(unmatched)s have none.",
                          matched=matched, unmatched=unmatched)
        if unmatched:
            text += ' ' + (self.env._("Going live creates these products.") if self.create_products else self.env._(
                "Orders for them will wait. Match them, or let the store create missing products."))
        return {'state': 'info' if unmatched else 'ok', 'title': self.env._("Products"), 'text': text, 'links': [
            {'label': self.env._("Match by hand"), 'button': 'action_view_figure', 'context': {'figure': 'unmatched'}},
            {'label': self.env._("Preview new products"), 'button': 'action_preview_products'},
            {'label': self.env._("Create missing products"), 'tab': 'products'},
        ] if unmatched else []}

    def _check_open_orders(self):
        text = self.env._(
            "Going live makes sales orders of the %(count)s open orders that are chosen, confirms them and reserves "
            "their stock. Take the tick off those that are handled elsewhere.", count=self.open_order_count)
        return {'state': 'info' if self.open_order_count else 'ok', 'title': self.env._("Open orders"), 'text': text,
                'links': [{'label': self.env._("Choose open orders"), 'button': 'action_view_open_orders'},
                          {'label': self.env._("Try one"), 'button': 'action_try_order'}] if self.open_order_count else []}

    # === ACTIONS === #

    def action_go_live(self):
        """Start to write: create missing products, import the chosen open orders, send what Odoo asks of OnBuy.

        :return: a client action with a message
        :raise UserError: naming what is still missing
        """
        self.ensure_one()
        self.check_access('write')
        store = self.sudo().with_company(self.company_id)
        if store.state == 'paused':
            return store.action_resume()
        problems = [check['text'] for check in store._get_checklist() if check['state'] == 'bad']
        if problems:
            raise UserError('\n'.join(
                [self.env._("%(store)s cannot go live yet:", store=store.name), '', *problems]))
        store._read_before_live()
        if not store._is_all_read():
            return store._notify(self.env._(
                "%(store)s is not live yet: its listings and orders are still being read, because only what is known can go "
                "live with it. Press Go live again in a minute.", store=store.name), kind='warning')
        now = fields.Datetime.now()
        store.write({
            'state': 'live', 'live_date': now, 'cutover_date': store.cutover_date or now, 'sync_stock': True})
        store.env['onbuy.listing'].search([('store_id', '=', store.id), ('product_id', '=', False)])._match()
        return store._run_now('orders')

    def _read_before_live(self):
        """Read what the cron has not read yet, so that going live knows the listings and the open orders."""
        if not self._get_listings_state().get('complete'):
            self._run_now('listings')
        if self._get_listings_state().get('complete') and not self._are_orders_read():
            self._run_now('orders')

    def _is_all_read(self):
        """Return whether the first reading of listings and orders came to its end.

        :rtype: bool
        """
        return bool(self._get_listings_state().get('complete')) and self._are_orders_read()

    def _are_orders_read(self):
        """Return whether no pass through the orders is under way, and one was made."""
        state = self._get_orders_state()
        return bool(state) and not state.get('reached')

    def action_view_open_orders(self):
        """Open the orders that going live would import."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('onbuy_connector.onbuy_order_action')
        return {**action, 'domain': [
            ('store_id', '=', self.id), ('status', 'in', ('awaiting_dispatch', 'partially_dispatched')),
            ('sale_order_ids', '=', False)], 'context': {}}

    # === BUSINESS METHODS === #

    def _find_warehouse(self):
        """Return the store's warehouse, else its company's first one."""
        return self.warehouse_id or self.env['stock.warehouse'].search(
            [('company_id', '=', self.company_id.id)], limit=1)

    def _get_warehouse(self):
        """As :meth:`_find_warehouse`, but there must be one.

        :raise UserError: when there is none
        """
        warehouse = self._find_warehouse()
        if not warehouse:
            raise UserError(self._check_warehouse()['text'])
        return warehouse
