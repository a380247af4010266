from odoo import fields, models
from odoo.exceptions import UserError

from .onbuy_store_alerts import FAILED, REFUSED


class OnbuyStore(models.Model):
    """All that failed is tried again at once, after its common cause was mended."""

    _inherit = 'onbuy.store'

    retry_count = fields.Integer(compute='_compute_retry_count')

    def _compute_retry_count(self):
        for store in self:
            store.retry_count = sum(len(records) for records in store._get_failed_records())

    def _get_failed_records(self):
        """Return what failed.

        :return: ``onbuy.order``, ``onbuy.order.action`` and ``onbuy.listing``
        :rtype: tuple
        """
        return tuple(self.env[model].search([('store_id', '=', self.id), *domain]) for model, domain in (
            ('onbuy.order', [FAILED]), ('onbuy.order.action', [FAILED]), ('onbuy.listing', REFUSED)))

    def action_retry_all(self):
        """Try again all orders, dispatches, cancellations, refunds and listings that failed.

        :return: a client action that tells how many are tried, and what came of the orders
        :raise UserError: when nothing failed, or the store is not live
        """
        self.ensure_one()
        self.check_access('read')
        orders, actions, listings = self.sudo()._get_failed_records()
        if not (orders or actions or listings):
            raise UserError(self.env._("Nothing failed, so there is nothing to try again."))
        orders._reset_sync()
        actions._retry()
        listings._retry_push()
        answer = self._run_now('orders')
        return self._notify(' '.join([self.env._(
            "Tried again: %(orders)s orders, %(actions)s dispatches, cancellations or refunds, %(listings)s listings.",
            orders=len(orders), actions=len(actions), listings=len(listings)), answer['params']['message']]),
            kind=answer['params']['type'])


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    def _retry_push(self):
        """Have these listings compared with OnBuy and sent again at once, whatever their next attempt was."""
        self.filtered('next_attempt').next_attempt = fields.Datetime.now()
        for kind in ('stock', 'price'):
            self.env['onbuy.offer.change']._note(self, kind)
