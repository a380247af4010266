import logging
import random
from collections import Counter
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import retrying

from ..lib.errors import OnBuyError
from .onbuy_store_api import StoreBusyError

_logger = logging.getLogger(__name__)

BUSY_WAIT = timedelta(seconds=1)
FAILURE_WAIT = timedelta(minutes=1)
LOST_IN_A_ROW = 3
# These look for alerts though nothing happened: time makes some.
LOOKING = ('orders', 'order_statuses', 'listings', 'offers', 'reconciliation')
TASK_CRONS = {
    'orders': 'onbuy_connector.ir_cron_sync_orders',
    'order_statuses': 'onbuy_connector.ir_cron_sync_order_statuses',
    'listings': 'onbuy_connector.ir_cron_sync_listings',
    'actions': 'onbuy_connector.ir_cron_send_actions',
    'offers': 'onbuy_connector.ir_cron_push_offers',
    'comparison': 'onbuy_connector.ir_cron_compare_offers',
    'images': 'onbuy_connector.ir_cron_fetch_images',
    'brands': 'onbuy_connector.ir_cron_sync_brands',
    'reference': 'onbuy_connector.ir_cron_sync_reference',
    'categories': 'onbuy_connector.ir_cron_sync_categories',
    'products': 'onbuy_connector.ir_cron_create_products',
    'publish': 'onbuy_connector.ir_cron_publish',
    'excel': 'onbuy_connector.ir_cron_apply_excel',
    'reconciliation': 'onbuy_connector.ir_cron_reconcile',
}


class OnbuyStore(models.Model):
    """How the tasks of a store run.

    A task is a generator ``_task_<name>(client)``: it talks to OnBuy and yields *units*, functions that write to
    the database and return a ``Counter`` of figures. A cron commits after each unit and may repeat a unit whose
    transaction collided with another; a button runs the same units in its own transaction (``onbuy_store_buttons``).
    What a task does without OnBuy is in a second generator, ``_after_<name>()``: it runs when others may talk to OnBuy
    again.
    """

    _inherit = 'onbuy.store'

    # === CRONS === #

    @api.model
    def _cron_sync_orders(self):
        """Fetch new and changed orders of every connected store and apply them."""
        self._cron_run('orders')

    @api.model
    def _cron_sync_order_statuses(self):
        """Look again at the orders that are still open here, and retry what failed."""
        self._cron_run('order_statuses')

    @api.model
    def _cron_sync_listings(self):
        """Read the newest listings and the next part of the rest."""
        self._cron_run('listings')

    @api.model
    def _cron_send_actions(self):
        """Send what Odoo asks OnBuy to do to orders."""
        self._cron_run('actions')

    @api.model
    def _cron_run(self, task):
        """Run a task for every store, committing each unit; one store's trouble never stops the others.

        :param str task: a key of ``TASK_CRONS``
        """
        stores = self.search(self._get_task_domain(task))._cron_pass_over_idle(task)
        if stores:
            self.env['ir.cron']._commit_progress(remaining=len(stores))
        for store in stores.browse(random.sample(stores.ids, len(stores))):  # So that each is the first at times.
            if not store.with_company(store.company_id)._cron_run_store(task):
                break

    def _cron_pass_over_idle(self, task):
        """Return the stores for which a task has something to do; for the others it went through.

        :param str task: a key of ``TASK_CRONS``
        """
        busy = self.filtered(lambda store: store._has_work(task))
        for store in self - busy:
            store._cron_try(store._note_success, task)
        return busy

    def _cron_run_store(self, task):
        """Run a task for one store.

        :param str task: a key of ``TASK_CRONS``
        :return: whether there is time for another store
        :rtype: bool
        """
        commit_progress = self.env['ir.cron']._commit_progress
        figures, started, askers = Counter(), fields.Datetime.now(), self._load_askers(task)
        args = self._get_asked_args(askers)
        is_complete, error = self._cron_try(self._cron_talk, task, figures, args)
        if isinstance(error, StoreBusyError):
            self._trigger_task(task, at=fields.Datetime.now() + BUSY_WAIT)
            return bool(commit_progress(1))  # Whoever has the lock looks at the outbox when it is done.
        if is_complete or error and not isinstance(error, UserError):  # What was read counts, though not all could be.
            after = self._get_after_units(task, *args)
            is_complete, late_error = self._cron_try(self._cron_run_units, task, figures, after)
            error = error or late_error
        problem = self._note_end(task, started, is_complete, error)
        self._note_run(task, started, figures)
        time_left = commit_progress(1)
        is_done = bool(is_complete and not error)
        wait = FAILURE_WAIT if error else None
        if self._trigger_waiting(wait):  # After the commit: what was refused meanwhile is seen.
            commit_progress()
        if askers:
            self._cron_aside(partial(self._tell_askers, askers, task, figures, is_done, problem))
        if task in LOOKING or problem or not figures.keys() <= {'calls', 'seen'}:
            self._cron_aside(self._update_alerts)
        return bool(time_left)

    def _cron_try(self, work, *args):
        """Do a part of a run for one store; what goes wrong must not stop the others.

        :param work: a method, with ``args``
        :return: what it returns (None if it fails), and its exception or None
        :rtype: tuple
        """
        try:
            return work(*args), None
        except Exception as error:  # noqa: BLE001  Whatever it is, it is told on the store.
            self.env.cr.rollback()
            return None, error

    def _cron_aside(self, unit):
        """Run a unit whose failure harms nobody: what the run itself did is committed.

        :param unit: a function
        """
        _figures, error = self._cron_try(self._cron_run_unit, unit)
        if error:
            _logger.error("After a run of OnBuy store %s something failed.", self.id, exc_info=error)

    def _cron_talk(self, task, figures, args):
        """Run the units of a task that need OnBuy.

        :param str task: a key of ``TASK_CRONS``
        :param Counter figures: of the run; grows
        :param list args: for the task
        :return: whether they came to their end
        :rtype: bool
        """
        with self._connect() as client:
            try:
                return self._cron_run_units(task, figures, self._get_units(task, client, *args))
            finally:
                figures['calls'] = client.calls

    def _cron_run_units(self, task, figures, units):
        """Run the units of a task as long as there is time and nobody pauses the store.

        :param str task: a key of ``TASK_CRONS``
        :param Counter figures: of the run; grows
        :param units: a generator
        :return: whether they came to their end
        :rtype: bool
        """
        wanted = self._get_task_domain(task)
        for unit in units:
            figures.update(self._cron_run_unit(unit))
            time_left = self.env['ir.cron']._commit_progress()
            if not self.filtered_domain(wanted):
                return False
            if not time_left:
                self._trigger_task(task)
                return False
        return True

    def _cron_run_unit(self, unit):
        """Run one unit in a transaction of its own, again if it collided with another one.

        :param unit: a function returning a ``Counter``
        :rtype: Counter
        """
        figures = Counter()

        def run():
            figures.clear()
            figures.update(unit() or {})

        retrying(run, self.env)
        return figures

    def _get_units(self, task, client, *args):
        """Give the units of a task, and between them those of whatever waits to be sent.

        :param str task: a key of ``TASK_CRONS``
        :param client: the store's :class:`~..lib.client.OnBuyClient`
        :param args: for the task
        """
        for unit in getattr(self, f'_task_{task}')(client, *args):
            yield unit
            if task != 'actions':
                yield from self._get_waiting_units(self._task_actions(client))
            if self._may_push_within(task):
                yield from self._get_waiting_units(self._task_offers(client, fetch_orders=task != 'orders'))

    def _get_after_units(self, task, *args):
        """Give the units of a task that need no OnBuy.

        :param str task: names a method ``_task_<task>``
        :param args: for that method
        """
        return getattr(self, f'_after_{task}', lambda *args: ())(*args)

    def _get_waiting_units(self, units):
        """Give the units of what waits to be sent; what stops it does not stop the task around it.

        :param units: of ``_task_actions`` or ``_task_offers``
        """
        try:
            yield from units
        except (OnBuyError, UserError) as error:  # What waits stays in its queue, with the time of its next attempt.
            _logger.info("OnBuy store %s sends later: %s", self.id, error)

    def _get_units_of_calls(self, calls):
        """Give the units of calls that write, until some answers in a row were lost: then OnBuy is in trouble, and the rest
        waits in its queue.

        :param calls: generators of units, each of which returns whether the answer was lost
        """
        lost = 0
        for units in calls:
            lost = lost + 1 if (yield from units) else 0
            if lost == LOST_IN_A_ROW:
                break

    def _get_task_domain(self, task):
        """Return the domain of the stores for which a task runs by itself."""
        states = ('live',) if task in ('actions', 'offers', 'comparison', 'publish') else ('readonly', 'live')
        switch = {'orders': 'sync_orders', 'order_statuses': 'sync_orders', 'listings': 'sync_listings',
                  'actions': 'sync_actions'}.get(task)
        return [('state', 'in', states), *([(switch, '=', True)] if switch else [])]

    # === TRIGGERS === #

    @api.model
    def _trigger_task(self, task, at=None):
        """Have a task's cron run soon, or at a time.

        :param str task: a key of ``TASK_CRONS``
        :param datetime at: UTC
        """
        self._get_cron(task)._trigger(at)

    @api.model
    def _get_cron(self, task):
        """Return the scheduled action of a task; empty if someone deleted it.

        :param str task: a key of ``TASK_CRONS``
        """
        return self.env['ir.cron'].sudo().browse(self.env['ir.model.data']._xmlid_to_res_id(TASK_CRONS[task]) or [])

    def _trigger_waiting(self, wait=None):
        """Wake the outgoing crons if something waits that another worker may have been refused to send.

        :param timedelta wait: not at once, because OnBuy cannot be reached for now
        :return: whether something may wait
        :rtype: bool
        """
        if self.state != 'live' or not self._has_any([*self._get_actions_work(), *self._get_offers_work()]):
            return False
        self._trigger_waiting_actions(wait)
        self._trigger_waiting_offers(wait)
        return True

    def _trigger_waiting_actions(self, wait=None):
        """Wake the outgoing cron if something waits to be sent.

        :param timedelta wait: not at once
        """
        if self.sync_actions and self.env['onbuy.order.action']._has_due(self):
            self._trigger_task('actions', at=wait and fields.Datetime.now() + wait)
