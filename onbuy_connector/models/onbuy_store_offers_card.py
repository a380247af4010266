from odoo import fields, models
from odoo.fields import Domain

from .onbuy_store_card import LISTINGS


class OnbuyStore(models.Model):
    """What a store's card and form show of stock and prices on their way out."""

    _inherit = 'onbuy.store'

    waiting_count = fields.Integer(string="Changes Waiting", compute='_compute_figures')
    stock_off_count = fields.Integer(
        string="Stock Off", compute='_compute_figures',
        help="Listings of which OnBuy shows another stock or price than it should.")
    losing_count = fields.Integer(string="Losing", compute='_compute_figures')
    offers_text = fields.Char(compute='_compute_offers_text', compute_sudo=True)
    offers_wait_text = fields.Char(compute='_compute_offers_text', compute_sudo=True)

    def _get_figures(self):
        """Override to count what waits to be sent, what is shown wrong and what other sellers sell for less."""
        asked = Domain('is_on_onbuy', '=', True) & Domain('winning_date', '!=', False)
        return {
            **super()._get_figures(),
            'waiting': (self.env._("Changes waiting to be sent"), 'onbuy_connector.onbuy_offer_change_action', Domain.TRUE),
            'stock_off': (self.env._("Stock or price off"), LISTINGS, Domain('is_stock_off', '=', True)),
            'losing': (self.env._("Losing"), LISTINGS, asked & Domain('is_winning', '=', False)),
        }

    def _count_figure(self, name, xmlid, domain):
        """Override to look only at listings that may be off, not at all: with changes waiting, refused, or sold from.

        The others were compared when they last changed. The list behind the figure compares all.
        """
        if name != 'stock_off':
            return super()._count_figure(name, xmlid, domain)
        changed = self.env['onbuy.offer.change'].search([('store_id', '=', self.id)]).listing_id
        unsettled = Domain('id', 'in', changed.ids) | Domain('stock_unknown', '=', True) | Domain(
            'sync_state', '!=', 'synced') | Domain('next_attempt', '!=', False)
        listings = self.env['onbuy.listing'].search(Domain('store_id', '=', self.id) & unsettled)
        return len(listings.filtered('is_stock_off'))

    def _get_lamp(self):
        """Override to warn while stock and prices are held."""
        lamp = super()._get_lamp()
        return 'amber' if lamp == 'green' and self.held_text else lamp

    def _compute_offers_text(self):
        for store in self:
            store.offers_text = self.env._("stock and prices %(age)s", age=store._get_age('offers'))
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
