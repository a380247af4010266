from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..lib.const import OPEN_STATUSES

BATCH = 1000
FORGOTTEN = {
    'payload': False, 'buyer_name': False, 'buyer_email': False, 'buyer_phone': False, 'delivery_text': False,
    'delivery_known': False,
}


class OnbuyOrder(models.Model):
    """Buyers' data is kept in the inbox only as long as the store says."""

    _inherit = 'onbuy.order'

    @api.autovacuum
    def _gc_buyers_data(self):
        """Erase what OnBuy sent of the buyers of old orders; figures, lines and the sales orders stay.

        :return: how many were done, and how many are left
        :rtype: tuple
        """
        stores = self.env['onbuy.store'].with_context(active_test=False).search([('retention_days', '>', 0)])
        domain = Domain.OR(store._get_forget_domain() for store in stores)
        orders = self.search(domain, limit=BATCH)
        orders.write({**FORGOTTEN, 'next_attempt': False})
        return len(orders), self.search_count(domain) if len(orders) == BATCH else 0


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    def _get_forget_domain(self):
        """Return the domain of the orders whose buyers are to be forgotten: old, and nothing about them is open.

        :rtype: Domain
        """
        until = fields.Datetime.now() - timedelta(days=self.retention_days)
        known = Domain.OR(Domain(name, '!=', False) for name in FORGOTTEN)
        waiting = Domain('action_ids', 'any', [('sync_state', '!=', 'synced')])
        return (Domain('store_id', '=', self.id) & Domain('date_order', '<', until)
                & Domain('status', 'not in', list(OPEN_STATUSES)) & known & ~waiting)
