from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..lib.governor import Governor

FULL_SPEED = 0.5  # while so much of the hour's share is left, a change leaves at once
SHORTEST_WAIT, LONGEST_WAIT = 15, 60  # seconds that changes are collected when less is left


class OnbuyStore(models.Model):
    """What waits to be sent of stock and prices, and when it is due."""

    _inherit = 'onbuy.store'

    # === CRONS === #

    @api.model
    def _cron_push_offers(self):
        """Send stock and prices that changed."""
        self._cron_run('offers')

    @api.model
    def _cron_compare_offers(self):
        """Compare all listings with OnBuy, and look at the winning prices."""
        self._cron_run('comparison')

    # === WHEN === #

    def _may_push_within(self, task):
        """Return whether stock and prices may leave between the units of a task: not while new orders are unread.

        :param str task: a key of ``TASK_CRONS``
        :rtype: bool
        """
        if task == 'offers' or self.state != 'live' or self._get_hold() or self._get_offers_waiting_until():
            return False
        return task != 'orders' or not self._get_orders_state().get('reached')

    @api.model
    def _get_offers_wait(self, share_left):
        """Return how long changes are collected, by what is left of the allowance.

        :param float share_left: 0 to 1
        :rtype: timedelta
        """
        if share_left >= FULL_SPEED:
            return timedelta()
        return timedelta(seconds=LONGEST_WAIT - (LONGEST_WAIT - SHORTEST_WAIT) * share_left / FULL_SPEED)

    def _get_offers_due_date(self, share_left):
        """Return from when on the waiting changes may leave.

        :param float share_left: of the hour's allowance, 0 to 1
        :return: UTC; None when nothing waits
        :rtype: datetime
        """
        if not self._has_any(self._get_offers_work()):
            return None
        if self._has_overdue_listings():
            return fields.Datetime.now()
        doubtful = self.env['onbuy.listing'].search([('store_id', '=', self.id), ('sync_state', '=', 'uncertain')])
        self.env.cr.execute(SQL(
            "SELECT min(date) FROM onbuy_offer_change WHERE store_id = %s AND listing_id <> ALL(%s)",
            self.id, doubtful.ids))
        oldest = self.env.cr.fetchone()[0]
        return oldest and oldest + self._get_offers_wait(share_left)

    def _get_offers_work(self):
        """Return where the task of stock and prices finds what it has to do (see :meth:`_has_work`)."""
        return [('onbuy.offer.change', [('store_id', '=', self.id)]), ('onbuy.listing', self._get_overdue_domain())]

    def _has_overdue_listings(self):
        """Return whether listings are to be sent or asked for without a change here.

        :rtype: bool
        """
        return bool(self.env['onbuy.listing'].search_count(self._get_overdue_domain(), limit=1))

    def _get_overdue_domain(self):
        """Return the domain of what is due without a change here: retries, going offline and back, a sale's dates."""
        domain = self._get_retry_domain() | self._get_doubtful_domain() | self._get_offline_domain()
        if self.sync_prices:
            domain |= Domain([('store_id', '=', self.id), ('next_price_date', '<=', fields.Datetime.now())])
        return domain

    def _get_retry_domain(self):
        """Return the domain of the listings that OnBuy refused and that are to be tried again now."""
        return Domain([('store_id', '=', self.id), ('is_on_onbuy', '=', True), ('publish_state', '=', False),
                       ('sync_state', '=', 'error'), ('next_attempt', '<=', fields.Datetime.now())])

    def _get_doubtful_domain(self):
        """Return the domain of the listings whose last call may or may not have taken effect, to be asked for now."""
        return Domain([('store_id', '=', self.id), ('sync_state', '=', 'uncertain'),
                       ('next_attempt', '<=', fields.Datetime.now())])

    def _load_offer_rows(self):
        """Return the waiting changes.

        :return: dict of (listing id, kind) → list of row ids
        """
        self.env.cr.execute(SQL(
            "SELECT listing_id, kind, array_agg(id) FROM onbuy_offer_change WHERE store_id = %s GROUP BY 1, 2", self.id))
        return {(listing_id, kind): ids for listing_id, kind, ids in self.env.cr.fetchall()}

    def _count_waiting_offers(self):
        """Return how many listings have a change that waits.

        :rtype: int
        """
        self.env.cr.execute(SQL(
            "SELECT count(DISTINCT listing_id) FROM onbuy_offer_change WHERE store_id = %s", self.id))
        return self.env.cr.fetchone()[0]

    @api.model
    def _delete_offer_rows(self, ids):
        """Delete changes that were seen to; what was noted meanwhile has other ids and stays.

        :param list ids: of ``onbuy.offer.change``
        """
        if ids:
            self.env.cr.execute(SQL("DELETE FROM onbuy_offer_change WHERE id = ANY(%s)", list(ids)))

    def _trigger_waiting_offers(self, wait=None):
        """Wake the push if changes wait that another worker may have been refused to send.

        :param timedelta wait: not at once, because OnBuy cannot be reached for now
        """
        usage = self.env['onbuy.store.state']._load_committed(self, 'api').get('usage')
        share_left = Governor(self._get_limits(), usage).share_left('PUT')
        due = None if self._get_hold() else self._get_offers_due_date(share_left)
        if due:
            moments = (due, wait and fields.Datetime.now() + wait, self._get_offers_waiting_until())
            self._trigger_task('offers', at=max(filter(None, moments)))

    def _get_offers_waiting_until(self):
        """Return until when OnBuy, or the allowance, lets stock and prices wait; None when they do not.

        :rtype: datetime
        """
        until = fields.Datetime.to_datetime(self._load_offers_wait().get('until'))
        return until if until and until > fields.Datetime.now() else None

    def _load_offers_wait(self):
        """Return why and until when stock and prices wait.

        :return: dict ``why``, ``until`` (UTC, text)
        """
        return self.env['onbuy.store.state']._load(self, 'offers_wait')

    def _note_offers_wait(self, error, until=None):
        """Remember why stock and prices wait, for whoever looks at the store.

        :param error: what came in between, an exception or a sentence
        :param datetime until: UTC, where the error does not say it
        """
        until = until or getattr(error, 'until', None)
        self.env['onbuy.store.state']._save(self, 'offers_wait', {
            'why': str(error), 'until': until and fields.Datetime.to_string(until)})
