from odoo import fields, models


class OnbuyStore(models.Model):
    """What a store's card and form show of stock and prices on their way out."""

    _inherit = 'onbuy.store'

    waiting_offer_count = fields.Integer(
        string="Changes Waiting", compute='_compute_offer_figures', compute_sudo=True)
    stock_off_count = fields.Integer(
        string="Stock Off", compute='_compute_offer_figures', compute_sudo=True,
        help="Listings of which OnBuy shows another stock or price than it should.")
    losing_count = fields.Integer(string="Losing", compute='_compute_offer_figures', compute_sudo=True)
    offers_text = fields.Char(compute='_compute_offers_text', compute_sudo=True)
    offers_wait_text = fields.Char(compute='_compute_offers_text', compute_sudo=True)

    def _compute_offer_figures(self):
        for store in self:
            store.waiting_offer_count = store._count_waiting_offers()
            store.stock_off_count = store.state == 'live' and store._count('onbuy.listing', ('is_stock_off', '=', True))
            store.losing_count = store._count(
                'onbuy.listing', ('is_on_onbuy', '=', True), ('winning_date', '!=', False), ('is_winning', '=', False))

    def _compute_offers_text(self):
        for store in self:
            store.offers_text = self.env._(
                "Stock and prices %(age)s (%(count)s waiting)", age=store._get_age('offers'),
                count=store._count_waiting_offers())
            store.offers_wait_text = store._get_offers_wait_text()

    def _get_offers_wait_text(self):
        """Return why and until when stock and prices wait, or False.

        :rtype: str
        """
        wait = self._load_offers_wait()
        if self.state != 'live' or not wait.get('why') or not self._count_waiting_offers():
            return False
        if not wait.get('until'):
            return self.env._("Stock waits: %(why)s", why=wait['why'])
        until = fields.Datetime.context_timestamp(self, fields.Datetime.to_datetime(wait['until']))
        return self.env._("Stock waits until %(until)s: %(why)s", until=until.strftime('%H:%M:%S'), why=wait['why'])

    def action_view_stock_off(self):
        """Open the store's listings of which OnBuy shows another stock or price than it should."""
        action = self._open('onbuy_connector.onbuy_listing_action')
        return {**action, 'context': {**action['context'], 'search_default_stock_off': 1}}
