from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class OnbuyStore(models.Model):
    """A store that is offline shows 0 for every listing; orders and dispatches go on."""

    _inherit = 'onbuy.store'

    offline_from = fields.Datetime(readonly=True, copy=False)
    offline_until = fields.Datetime(readonly=True, copy=False)
    is_offline = fields.Boolean(compute='_compute_is_offline')

    @api.depends('offline_from', 'offline_until')
    def _compute_is_offline(self):
        now = fields.Datetime.now()
        for store in self:
            store.is_offline = bool(store.offline_from) and store.offline_from <= now and not (
                store.offline_until and store.offline_until <= now)

    # === ACTIONS === #

    def action_take_offline(self):
        """Ask from when to when the store shows 0 for every listing.

        :return: a window action
        :raise UserError: when the store is not live
        """
        self.ensure_one()
        self.check_access('write')
        if self.state != 'live':
            raise UserError(self.env._(
                "Only a live store can be taken offline: OnBuy is to be told that nothing is left. Resume it first."))
        action = self.env['ir.actions.act_window']._for_xml_id('onbuy_connector.onbuy_take_offline_action')
        return {**action, 'context': {'default_store_id': self.id}}

    def action_back_online(self):
        """Show the stock again: what Odoo has, and where Odoo does not manage it what OnBuy had.

        :return: a client action that tells what came of it
        """
        self.ensure_one()
        self.check_access('write')
        self.write({'offline_from': False, 'offline_until': False})
        return self._push_now()

    # === BUSINESS METHODS === #

    def _take_offline(self, start, end):
        """Show 0 for every listing between two moments.

        :param datetime start: UTC
        :param datetime end: UTC, or None for until someone says otherwise
        :return: a client action that tells what came of it
        """
        self.write({'offline_from': start, 'offline_until': end})
        for moment in filter(None, (start, end)):
            self._trigger_task('offers', at=moment + timedelta(seconds=1))
        return self._push_now() if self.is_offline else self._notify(self.env._(
            "%(store)s goes offline at %(start)s UTC.", store=self.name, start=start))

    def _get_offline_domain(self):
        """Return the domain of the listings that still show stock while offline or stopped, or no stock after it.

        What OnBuy refused waits for its retry.
        """
        domain = Domain([('store_id', '=', self.id), ('is_on_onbuy', '=', True), ('publish_state', '=', False),
                         ('next_attempt', '=', False)])
        shown, stopped = Domain(['|', ('stock', '!=', 0), ('stock_unknown', '=', True)]), Domain('is_stopped', '=', True)
        if self.is_offline:
            return domain & shown
        return domain & (stopped & shown | ~stopped & Domain('is_taken_offline', '=', True))

    def _settle_offline(self, pending):
        """Forget the figures kept of listings that are back and show what they should.

        :param set pending: ids of listings that do not yet
        """
        if not self.is_offline:
            back = self.env['onbuy.listing'].search([
                ('store_id', '=', self.id), ('is_taken_offline', '=', True), ('is_stopped', '=', False),
                ('id', 'not in', list(pending))])
            back.is_taken_offline = False


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    is_taken_offline = fields.Boolean(readonly=True, copy=False)
    stock_before_offline = fields.Integer(string="Stock before Offline", readonly=True, copy=False)

    _taken_offline_index = models.Index('(store_id) WHERE is_taken_offline IS TRUE')

    def _is_held_at_zero(self):
        """Return whether OnBuy is to show 0, whatever can be sold: its store is offline, or a person stopped it."""
        return self.is_stopped or self.store_id.is_offline

    def _get_offline_values(self):
        """Return what to keep of a listing's stock when OnBuy took a new one.

        :rtype: dict
        """
        if not self._is_held_at_zero():
            return {'is_taken_offline': False} if self.is_taken_offline else {}
        return {} if self.is_taken_offline else {'is_taken_offline': True, 'stock_before_offline': self.stock}
