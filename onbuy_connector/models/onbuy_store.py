import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..lib.errors import OnBuyError

CATALOGUE_WAIT = timedelta(minutes=5)  # after connecting, so that listings and orders come first
TEST_KEY_PREFIX = 'ck_test_'  # OnBuy API reference, 4


class OnbuyStore(models.Model):
    """A connected OnBuy seller account: keys, switches and options.

    What changes with every call lives in ``onbuy.store.state``.
    """

    _name = 'onbuy.store'
    _description = "OnBuy Store"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'name, id'
    _check_company_auto = True

    # === CONNECTION === #

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one('res.company', required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one('res.currency', compute='_compute_currency_id')
    state = fields.Selection(
        selection=[('draft', "Draft"), ('readonly', "Read only"), ('live', "Live"), ('paused', "Paused")],
        string="Status",
        default='draft',
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    consumer_key = fields.Char(groups='base.group_system', copy=False)
    secret_key = fields.Char(groups='base.group_system', copy=False)
    key_hash = fields.Char(compute='_compute_key_hash', store=True, groups='base.group_system', copy=False)
    is_test = fields.Boolean(string="Test Keys", compute='_compute_key_hash', store=True, compute_sudo=True)
    database_fingerprint = fields.Char(groups='base.group_system', copy=False, readonly=True)
    is_copied = fields.Boolean(string="Copied Database", compute='_compute_is_copied', compute_sudo=True)
    connection_error = fields.Text(compute='_compute_connection_error', compute_sudo=True)
    site_name = fields.Char(string="Site", readonly=True, copy=False)
    live_date = fields.Datetime(string="Live Since", readonly=True, copy=False)

    # === SWITCHES === #

    sync_orders = fields.Boolean(string="Fetch orders", default=True, help="Fetch orders and their status by itself.")
    sync_listings = fields.Boolean(string="Read listings", default=True, help="Read the listings by itself.")
    sync_actions = fields.Boolean(
        string="Send dispatches, cancellations and refunds", default=True,
        help="Tell OnBuy what was dispatched, cancelled and refunded here. When off, it waits.",
    )

    # === ALLOWANCE === #

    limit_get = fields.Integer(string="GET per hour", default=600, required=True)
    limit_post = fields.Integer(string="POST per hour", default=240, required=True)
    limit_put = fields.Integer(string="PUT per hour", default=240, required=True)
    limit_delete = fields.Integer(string="DELETE per hour", default=240, required=True)
    limit_day = fields.Integer(string="Calls per day", default=12000, required=True)
    limit_share = fields.Integer(
        string="Use at most (%)", default=80, required=True,
        help="The allowance belongs to your OnBuy account and is shared with your other tools.",
    )
    call_interval = fields.Float(
        string="Seconds between calls", default=1.0, required=True,
        help="OnBuy refuses bursts of calls. One call a second is known to pass.",
    )
    usage_text = fields.Char(string="Allowance used", compute='_compute_usage_text', compute_sudo=True)

    # === CATALOGUE === #

    create_products = fields.Boolean(
        string="Create missing products",
        help="Create a product for each listing that matches no product by SKU or barcode.",
    )

    # === RELATED RECORDS === #

    listing_ids = fields.One2many('onbuy.listing', 'store_id', string="Listings")
    order_ids = fields.One2many('onbuy.order', 'store_id', string="Orders")
    run_ids = fields.One2many('onbuy.sync.run', 'store_id', string="Sync Log")

    _name_unique = models.UniqueIndex('(company_id, name)', "Another store of this company has this name.")
    _key_hash_unique = models.UniqueIndex(
        '(key_hash) WHERE key_hash IS NOT NULL',
        "This OnBuy account is connected already: another store has the same consumer key.",
    )
    _share_check = models.Constraint(
        'CHECK (limit_share BETWEEN 1 AND 100)', "Use between 1 and 100 % of the allowance.",
    )
    _limits_check = models.Constraint(
        'CHECK (LEAST(limit_get, limit_post, limit_put, limit_delete, limit_day) > 0)',
        "The allowance must be above zero: take the numbers from the API settings of OnBuy's Seller Control Panel.",
    )
    _interval_check = models.Constraint(
        'CHECK (call_interval BETWEEN 0 AND 2)', "Between two calls there are 0 to 2 seconds.")

    # === COMPUTE METHODS === #

    @api.depends('consumer_key')
    def _compute_key_hash(self):
        for store in self:
            key = (store.consumer_key or '').strip()
            store.key_hash = hashlib.sha256(key.encode()).hexdigest() if key else False
            store.is_test = key.startswith(TEST_KEY_PREFIX)

    @api.depends('database_fingerprint')
    def _compute_is_copied(self):
        here = self._get_database_fingerprint()
        for store in self:
            store.is_copied = bool(store.database_fingerprint) and store.database_fingerprint != here

    def _compute_connection_error(self):
        for store in self:
            store.connection_error = store._get_last_error()

    def _compute_currency_id(self):
        self.currency_id = self.env.ref('base.GBP')

    def _compute_usage_text(self):
        for store in self:
            store.usage_text = ' · '.join(
                f'{method} {used["hour"]}/{used["hour_limit"]}' for method, used in store._get_usage().items()
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of the ORM to take stray blanks off pasted keys."""
        return super().create([self._strip_keys(vals) for vals in vals_list])

    def write(self, vals):
        """Override of the ORM to take stray blanks off pasted keys."""
        return super().write(self._strip_keys(vals))

    @api.model
    def _strip_keys(self, vals):
        """Return the values with the keys free of blanks at their ends."""
        keys = {name: vals[name].strip() for name in ('consumer_key', 'secret_key') if vals.get(name)}
        return {**vals, **keys}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_orders(self):
        if self.order_ids.sale_order_id:
            raise UserError(self.env._("A store with sales orders cannot be deleted. Archive it instead."))

    def unlink(self):
        """Override of the ORM to take along what has no foreign key."""
        self.env['onbuy.order.action'].sudo().search([('store_id', 'in', self.ids)]).unlink()
        self.env['onbuy.store.state'].sudo().search([('store_id', 'in', self.ids)]).unlink()
        return super().unlink()

    # === ACTION METHODS === #

    def action_connect(self):
        """Prove the keys by a real call, then start to read: listings, and the orders of the last days.

        Nothing is written to OnBuy, no product and no sales order is made.

        :return: a client action with a message
        :raise UserError: telling wrong keys, no permission and no network apart
        """
        self.ensure_one()
        self.check_access('write')
        try:
            with self._connect() as client:
                client.token = None  # The keys themselves are to be proved.
                site = client.check()
                self.sudo()._fetch_carriers(client)
        except OnBuyError as error:
            raise UserError(self._explain_connection_error(error)) from error
        store_sudo = self.sudo()
        store_sudo.write({
            'database_fingerprint': self._get_database_fingerprint(),
            'site_name': site.name,
            'state': 'readonly' if self.state == 'draft' else self.state,
            'responsible_id': (self.responsible_id or self.env.user.filtered('active')).id,
        })
        for task in ('listings', 'orders', 'reference'):
            self._trigger_task(task)
        self._trigger_task('categories', at=fields.Datetime.now() + CATALOGUE_WAIT)
        return self._notify(self.env._(
            "Connected to %(site)s. Listings and orders are being read now; nothing is written to OnBuy before you go "
            "live.", site=site.name or 'OnBuy',
        ), kind='success')

    def _explain_connection_error(self, error):
        """Return what a failed connection means and what to do.

        :param OnBuyError error: from the client
        :rtype: str
        """
        runs = self.env['onbuy.sync.run']
        return f'{runs._get_advice(runs._get_cause(error))}\n\n{error}'

    def action_pause(self):
        """Stop all talk with OnBuy until someone resumes."""
        for store in self:
            if store.state not in ('readonly', 'live'):
                raise UserError(self.env._("Only a connected store can be paused."))
            store.state = 'paused'

    def action_resume(self):
        """Go on after a pause, where the store stood before it."""
        self.check_access('write')
        for store in self.filtered(lambda store: store.state == 'paused'):
            store.state = 'live' if store.live_date else 'readonly'
            store._trigger_task('orders')

    def action_confirm_database(self):
        """Answer *Is this the live one?* with yes: from now on this database talks to OnBuy."""
        if not self.env.user.has_group('base.group_system'):
            raise AccessError(self.env._("Only a system administrator can confirm the database."))
        for store in self.sudo():
            store.database_fingerprint = store._get_database_fingerprint()
            store.message_post(body=self.env._("%(user)s confirmed this database as the live one.",
                                               user=self.env.user.name))

    def action_sync_orders(self):
        """Fetch new and changed orders now and apply them."""
        return self._run_now('orders')

    def action_sync_order_statuses(self):
        """Look again at the orders still open here, now."""
        return self._run_now('order_statuses')

    def action_sync_listings(self):
        """Read all listings now; what takes longer than a button may goes on in the background."""
        self.ensure_one()
        self.check_access('read')
        self._ask_full_reading()
        return self._run_now('listings')

    def action_view_listings(self):
        """Open the store's listings."""
        return self._open('onbuy_connector.onbuy_listing_action')

    def action_view_orders(self):
        """Open the store's orders."""
        return self._open('onbuy_connector.onbuy_order_action')

    def action_view_runs(self):
        """Open the store's sync log."""
        return self._open('onbuy_connector.onbuy_sync_run_action')

    def _count(self, model, *domain):
        """Return how many records of a model this store has.

        :param str model: its name
        :param domain: further terms
        :rtype: int
        """
        return self.env[model].search_count([('store_id', '=', self.id), *domain])

    def _open(self, xmlid, domain=Domain.TRUE, **values):
        """Return a window action limited to this store.

        :param str xmlid: of an ``ir.actions.act_window``
        :param Domain domain: of the records, in place of the action's own
        :param values: further values of the action
        :rtype: dict
        """
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(xmlid)
        domain &= Domain('store_id', '=', self.id)
        return {**action, 'domain': list(domain), 'context': {'default_store_id': self.id}, **values}
