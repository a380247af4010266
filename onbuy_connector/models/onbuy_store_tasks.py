import logging
import random
import time
from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import retrying

from ..lib.errors import DeferredError, OnBuyError, RateLimitError
from .onbuy_store_api import StoreBusyError

_logger = logging.getLogger(__name__)

BUTTON_SECONDS = 20  # a button works so long itself; what is left then goes on in the background
BUSY_WAIT = timedelta(seconds=1)
FAILURE_WAIT = timedelta(minutes=1)
RATE_LIMIT_WAIT = timedelta(minutes=2)
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
}


class OnbuyStore(models.Model):
    """How the tasks of a store run.

    A task is a generator ``_task_<name>(client)``: it talks to OnBuy and yields *units*, functions that write to
    the database and return a ``Counter`` of figures. A cron commits after each unit and may repeat a unit whose
    transaction collided with another; a button runs the same units in its own transaction. What a task does without
    OnBuy is in a second generator, ``_after_<name>()``: it runs when others may talk to OnBuy again.
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
        stores = self.search(self._get_task_domain(task))
        self.env['ir.cron']._commit_progress(remaining=len(stores))
        for store in stores.browse(random.sample(stores.ids, len(stores))):  # So that each is the first at times.
            if not store.with_company(store.company_id)._cron_run_store(task):
                break

    def _cron_run_store(self, task):
        """Run a task for one store.

        :param str task: a key of ``TASK_CRONS``
        :return: whether there is time for another store
        :rtype: bool
        """
        commit_progress = self.env['ir.cron']._commit_progress
        figures, started, wait = Counter(), fields.Datetime.now(), None
        try:
            with self._connect() as client:
                try:
                    is_complete = self._cron_run_units(task, self._get_units(task, client), figures)
                finally:
                    figures['calls'] = client.calls
            if is_complete and self._cron_run_units(task, self._get_after_units(task), figures):
                self._note_success(task)
        except StoreBusyError:
            self._trigger_task(task, at=fields.Datetime.now() + BUSY_WAIT)
            return bool(commit_progress(1))  # Whoever has the lock looks at the outbox when it is done.
        except DeferredError as error:
            self.env.cr.rollback()
            self._trigger_task(task, at=error.until)
            wait = FAILURE_WAIT
        except Exception as error:  # noqa: BLE001  One store must not stop the others.
            self.env.cr.rollback()
            self._note_failure(task, started, error)
            if isinstance(error, RateLimitError):
                self._trigger_task(task, at=fields.Datetime.now() + RATE_LIMIT_WAIT)
            wait = FAILURE_WAIT
        self._note_run(task, started, figures)
        time_left = commit_progress(1)
        self._trigger_waiting_actions(wait)  # After the commit: what was refused meanwhile is seen.
        self._trigger_waiting_offers(wait)
        commit_progress()
        return bool(time_left)

    def _cron_run_units(self, task, units, figures):
        """Run the units of a task as long as there is time and nobody pauses the store.

        :param str task: a key of ``TASK_CRONS``
        :param units: a generator
        :param Counter figures: of the run; grows
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

    def _get_units(self, task, client):
        """Give the units of a task, and between them those of whatever waits to be sent.

        :param str task: a key of ``TASK_CRONS``
        :param client: the store's :class:`~..lib.client.OnBuyClient`
        """
        for unit in getattr(self, f'_task_{task}')(client):
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

    def _get_task_domain(self, task):
        """Return the domain of the stores for which a task runs by itself."""
        states = ('live',) if task in ('actions', 'offers', 'comparison', 'publish') else ('readonly', 'live')
        switch = {'orders': 'sync_orders', 'order_statuses': 'sync_orders', 'listings': 'sync_listings',
                  'actions': 'sync_actions'}.get(task)
        return [('state', 'in', states), *([(switch, '=', True)] if switch else [])]

    # === BUTTONS === #

    def _run_now(self, task, *args):
        """Run a task in the transaction of a button; what takes longer goes on in the background.

        :param str task: names a method ``_task_<task>``
        :param args: for that method
        :return: a client action that tells what came of it
        :rtype: dict
        :raise UserError: with what OnBuy or the connection says
        """
        self.ensure_one()
        self.check_access('read')
        if self.state not in ('readonly', 'live'):
            raise UserError(self.env._(
                "%(store)s is paused or not connected yet, so nothing is read from or sent to OnBuy. Connect or resume "
                "it first.", store=self.name))
        return self.sudo().with_company(self.company_id)._run_in_button(task, *args)

    def _run_in_button(self, task, *args):
        """See :meth:`_run_now`; with the rights to write what the task makes."""
        figures, started, until = Counter(), fields.Datetime.now(), time.monotonic() + BUTTON_SECONDS
        try:
            with self._connect() as client:
                complete = self._run_units(task, getattr(self, f'_task_{task}')(client, *args), figures, until)
                figures['calls'] = client.calls
            complete = complete and self._run_units(task, self._get_after_units(task, *args), figures, until)
        except StoreBusyError:
            if task not in TASK_CRONS:
                raise
            self._trigger_task(task, at=fields.Datetime.now() + BUSY_WAIT)
            return self._notify(self.env._("A sync of this store is running. Yours comes right after it."))
        except OnBuyError as error:
            if not figures or task not in TASK_CRONS:
                raise UserError(str(error)) from error
            complete = False  # What was read so far is kept.
            self._trigger_task(task, at=getattr(error, 'until', None) or fields.Datetime.now() + FAILURE_WAIT)
        if self.state == 'live':  # They were refused while this had the lock, and what they wait for may be unseen here.
            self._trigger_task('actions')
            self._trigger_task('offers')
        if task in TASK_CRONS:
            self._note_run(task, started, figures)
        if task in TASK_CRONS and complete:
            self._note_success(task)
        return self._notify_figures(figures, complete)

    def _run_units(self, task, units, figures, until):
        """Run the units of a task in the transaction of a button, as long as there is time.

        :param str task: names a method ``_task_<task>``
        :param units: a generator
        :param Counter figures: of the run; grows
        :param float until: monotonic seconds
        :return: whether they came to their end
        :rtype: bool
        """
        for unit in units:
            figures.update(unit() or {})
            if task in TASK_CRONS and time.monotonic() > until:
                self._trigger_task(task)
                return False
        return True

    def _notify_figures(self, figures, complete):
        """Tell a user what a task did.

        :param Counter figures: of the task
        :param bool complete: False if the rest goes on in the background
        :rtype: dict
        """
        text = self.env._(
            "%(seen)s read, %(created)s new, %(updated)s changed, %(failed)s with a problem.",
            seen=figures['seen'], created=figures['created'], updated=figures['updated'], failed=figures['failed'],
        )
        if figures['sent']:
            text += " " + self.env._("%(sent)s sent.", sent=figures['sent'])
        if not complete:
            text += " " + self.env._("The rest goes on in the background.")
        return self._notify(text, kind='warning' if figures['failed'] else 'success')

    def _notify(self, message, kind='info'):
        """Return a client action that shows a message and refreshes the screen.

        :param str message: translated
        :param str kind: ``info``, ``success``, ``warning`` or ``danger``
        :rtype: dict
        """
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {'message': message, 'type': kind, 'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'}},
        }

    # === TRIGGERS === #

    @api.model
    def _trigger_task(self, task, at=None):
        """Have a task's cron run soon, or at a time.

        :param str task: a key of ``TASK_CRONS``
        :param datetime at: UTC
        """
        self.env.ref(TASK_CRONS[task]).sudo()._trigger(at)

    def _trigger_waiting_actions(self, wait=None):
        """Wake the outgoing cron if something waits that another worker may have been refused to send.

        :param timedelta wait: not at once, because OnBuy cannot be reached for now
        """
        if self.state == 'live' and self.sync_actions and self.env['onbuy.order.action']._has_due(self):
            self._trigger_task('actions', at=wait and fields.Datetime.now() + wait)
