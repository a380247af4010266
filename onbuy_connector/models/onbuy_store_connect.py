from odoo import api, fields, models
from odoo.exceptions import UserError

SAME_ACCOUNT_TRIES = 3


class OnbuyStore(models.Model):
    """Keys that were entered by a person, and how far the first reading is."""

    _inherit = 'onbuy.store'

    progress = fields.Json(string="First Reading", compute='_compute_progress', compute_sudo=True)

    # === KEYS === #

    @api.model
    def _check_both_keys(self, consumer_key, secret_key):
        """Check that both keys were entered.

        :param str consumer_key: and ``secret_key``: as pasted, may be False
        :raise UserError: when one is missing
        """
        if not (consumer_key or '').strip() or not (secret_key or '').strip():
            raise UserError(self.env._(
                "OnBuy's API needs both keys. Paste the consumer key and the secret key from the Seller Control Panel "
                "(Integrations > OnBuy API)."))

    def _use_keys(self, consumer_key, secret_key):
        """Connect with these keys, or leave everything as it is.

        :param str consumer_key: and ``secret_key``: as pasted
        :raise UserError: when one is missing, OnBuy does not accept them, or they belong to another account
        """
        self.ensure_one()
        self._check_both_keys(consumer_key, secret_key)
        self.write({'consumer_key': consumer_key, 'secret_key': secret_key})
        self.action_connect()
        self._check_same_account()

    def action_connect(self):
        """Override to fill in how orders to Northern Ireland and the Isle of Man are taxed, if nobody said: for consumers
        there a British seller charges VAT as on the mainland.
        """
        result = super().action_connect()
        company = self.company_id
        if company.country_id.code == 'GB':
            for name in ('northern_ireland_position_id', 'isle_of_man_position_id'):
                self.sudo()[name] = self[name] or company.domestic_fiscal_position_id
        return result

    def _check_same_account(self):
        """Check that OnBuy knows the listings of this store under its keys.

        :raise UserError: when it knows none of those asked for
        """
        known = self.env['onbuy.listing'].sudo().search([
            ('store_id', '=', self.id), ('is_on_onbuy', '=', True)], order='id desc', limit=SAME_ACCOUNT_TRIES)
        if not known:
            return
        with self._connect() as client:
            if not any(client.find_listing(sku) for sku in known.mapped('sku')):
                raise UserError(self.env._(
                    "These keys belong to another OnBuy account: it has none of the listings of %(store)s. For another "
                    "account, connect another store.", store=self.name))

    def action_change_keys(self):
        """Ask for new keys; only right ones replace the old.

        :return: a window action
        """
        self.ensure_one()
        self.check_access('write')
        action = self.env['ir.actions.act_window']._for_xml_id('onbuy_connector.onbuy_store_keys_action')
        return {**action, 'context': {'default_store_id': self.id}}

    # === PROGRESS === #

    def _compute_progress(self):
        for store in self:
            store.progress = store._get_progress() if store.state == 'readonly' else False

    def _get_progress(self):
        """Return how far the first reading is, for the screen that shows it while it goes on.

        :return: dict ``store`` (id), ``done``, ``error`` and ``steps``: dict ``title``, ``text``, ``done``, ``percent``
        """
        steps = [self._get_listings_progress(), self._get_orders_progress()]
        return {'store': self.id, 'steps': steps, 'done': all(step['done'] for step in steps),
                'error': self.connection_error}

    def _get_listings_progress(self):
        """Return how many of the listings are read; see :meth:`_get_progress`."""
        state = self._get_listings_state()
        done, read, total = bool(state.get('complete')), self.listing_count, state.get('total') or 0
        text = self.env._("%(read)s read", read=f'{read:,}')
        if total and not done:
            text = self.env._("%(read)s of %(total)s read", read=f'{read:,}', total=f'{total:,}')
        return {'title': self.env._("Listings"), 'text': self._add_failed(text, self.listing_problem_count), 'done': done,
                'percent': 100 if done else total and min(99, read * 100 // total)}

    def _get_orders_progress(self):
        """Return how many orders are read, and up to which day; see :meth:`_get_progress`.

        OnBuy does not say how many there are, but what time they cover.
        """
        state = self._get_orders_state()
        done = bool(state.get('watermark')) and not state.get('reached')
        orders = self.env['onbuy.order'].search_count([('store_id', '=', self.id)])
        text, percent = self.env._("%(read)s read", read=f'{orders:,}'), 100 if done else 0
        if state.get('reached') and not done:
            left = (fields.Datetime.now() - fields.Datetime.to_datetime(state['reached'])).days
            percent = max(0, min(99, 100 - left * 100 // max(1, self.history_days)))
        return {'title': self.env._("Orders of the last %(days)s days", days=self.history_days),
                'text': self._add_failed(text, self.fix_count), 'done': done, 'percent': percent}

    def _add_failed(self, text, count):
        """Return a text with the number of those that cannot be used, if any."""
        return self.env._("%(text)s, %(count)s with a problem", text=text, count=count) if count else text
