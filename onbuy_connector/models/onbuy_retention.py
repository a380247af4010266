from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..lib.const import OPEN_STATUSES
from .onbuy_store_askers import ASKED

BATCH = 1000
CALL_DAYS = 1
ASKED_DAYS = 1
FORGOTTEN = {
    'payload': False, 'buyer_name': False, 'buyer_email': False, 'buyer_phone': False, 'delivery_text': False,
    'delivery_known': False,
}


def clean_up(model, domain, forget):
    """Do a part of a clean-up.

    :param model: an empty recordset
    :param domain: of what is to be forgotten; what is done falls out of it
    :param forget: callable that does it to records
    :return: how many were done, and how many are left
    :rtype: tuple
    """
    records = model.search(domain, limit=BATCH)
    forget(records)
    return len(records), model.search_count(domain) if len(records) == BATCH else 0


class OnbuyStore(models.Model):
    """How long what OnBuy sent, and what was noted of it, is kept. All clean-ups are here; each does a part at a time."""

    _inherit = 'onbuy.store'

    log_days = fields.Integer(
        string="Keep the sync log (days)", default=30, required=True, help="Runs that ended longer ago are forgotten.")

    _log_days_check = models.Constraint('CHECK (log_days > 0)', "The sync log is kept for at least one day.")

    def _get_forget_domain(self):
        """Return the domain of the orders whose buyers are to be forgotten: old, and nothing about them is open.

        :rtype: Domain
        """
        until = fields.Datetime.now() - timedelta(days=self.retention_days)
        known = Domain.OR(Domain(name, '!=', False) for name in FORGOTTEN)
        waiting = Domain('action_ids', 'any', [('sync_state', '!=', 'synced')])
        return (Domain('store_id', '=', self.id) & Domain('date_order', '<', until)
                & Domain('status', 'not in', list(OPEN_STATUSES)) & known & ~waiting)

    def _get_old_runs_domain(self):
        """Return the domain of the runs that are to be forgotten.

        :rtype: Domain
        """
        until = fields.Datetime.now() - timedelta(days=self.log_days)
        return Domain('store_id', '=', self.id) & Domain('end', '<', until)


class OnbuyOrder(models.Model):
    _inherit = 'onbuy.order'

    @api.autovacuum
    def _gc_buyers_data(self):
        """Erase what OnBuy sent of the buyers of old orders; figures, lines and the sales orders stay.

        :return: how many were done, and how many are left
        :rtype: tuple
        """
        stores = self.env['onbuy.store'].with_context(active_test=False).search([('retention_days', '>', 0)])
        domain = Domain.OR(store._get_forget_domain() for store in stores)
        return clean_up(self, domain, lambda orders: orders.write({**FORGOTTEN, 'next_attempt': False}))


class OnbuySyncRun(models.Model):
    _inherit = 'onbuy.sync.run'

    @api.autovacuum
    def _gc_runs(self):
        """Forget old runs.

        :return: how many were done, and how many are left
        :rtype: tuple
        """
        stores = self.env['onbuy.store'].with_context(active_test=False).search([('log_days', '>', 0)])
        domain = Domain.OR(store._get_old_runs_domain() for store in stores)
        return clean_up(self, domain, type(self).unlink)


class OnbuyDebugCall(models.Model):
    _inherit = 'onbuy.debug.call'

    @api.autovacuum
    def _gc_calls(self):
        """Forget calls of yesterday.

        :return: how many were done, and how many are left
        :rtype: tuple
        """
        domain = [('date', '<', fields.Datetime.now() - timedelta(days=CALL_DAYS))]
        return clean_up(self, domain, type(self).unlink)


class OnbuyStoreState(models.Model):
    _inherit = 'onbuy.store.state'

    @api.autovacuum
    def _gc_askers(self):
        """Forget who waits for a task that has not run for a day, e.g. because the store is paused."""
        before = fields.Datetime.to_string(fields.Datetime.now() - timedelta(days=ASKED_DAYS))
        self.env.cr.execute(SQL(
            "DELETE FROM onbuy_store_state WHERE starts_with(topic, %s) AND data->>'at' < %s", ASKED, before))
