import logging
from collections import Counter
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.errors import DeferredError, OnBuyError, RateLimitError
from .onbuy_store_tasks import TASK_CRONS

_logger = logging.getLogger(__name__)

RATE_LIMIT_WAIT = timedelta(minutes=2)
DAILY, DAILY_WAIT = ('comparison', 'reconciliation'), timedelta(hours=1)  # not as late as tomorrow


class OnbuyStore(models.Model):
    """What is remembered of the runs of a store's tasks: when they went through, and why they did not.

    The state ``done_<task>`` holds ``at`` (when it last went through) and, since it fails, ``error``, ``cause`` (of
    ``onbuy.sync.run``) and ``since`` (when it first failed for this cause).
    """

    _inherit = 'onbuy.store'

    def _note_success(self, task):
        """Remember when a task last went through, for the store's card."""
        state = self.env['onbuy.store.state']
        state._save_committed(self, f'done_{task}', {'at': fields.Datetime.to_string(fields.Datetime.now())})

    def _get_done_date(self, task):
        """Return when a task last went through, None if it never did.

        :param str task: a key of ``TASK_CRONS``
        :rtype: datetime
        """
        return fields.Datetime.to_datetime(self.env['onbuy.store.state']._load(self, f'done_{task}').get('at'))

    def _get_failures(self):
        """Return the tasks that have not gone through since they failed; not those that nobody wants any more.

        :return: dict of task → ``error``, ``cause``, ``since``
        """
        notes = self.env['onbuy.store.state']._load_many(self, [f'done_{task}' for task in TASK_CRONS])
        found = {task: notes.get(f'done_{task}', {}) for task in TASK_CRONS}
        return {task: note for task, note in found.items()
                if note.get('error') and self.filtered_domain(self._get_task_domain(task))}

    def _get_last_error(self):
        """Return why a task failed that has not gone through since, or False.

        In the state's own rows: a sync that writes on the store would collide with whoever changes its settings.

        :rtype: str
        """
        if self.is_copied:  # A copy is told of by itself.
            return False
        return next((note['error'] for note in self._get_failures().values()), False)

    def _note_end(self, task, started, is_complete, error):
        """Remember how a run ended, and when it is worth another try.

        :param str task: a key of ``TASK_CRONS``
        :param datetime started: UTC
        :param bool is_complete: whether it came to its end
        :param error: what stopped it, or None
        :return: why it failed, for a person; None if it did not, or only has to wait
        :rtype: str
        """
        problem = None
        if isinstance(error, DeferredError):
            self._trigger_task(task, at=error.until)
        elif error:
            problem = self._note_failure(task, started, error)
            if isinstance(error, RateLimitError):
                self._trigger_task(task, at=fields.Datetime.now() + RATE_LIMIT_WAIT)
            elif task in DAILY:
                self._trigger_task(task, at=fields.Datetime.now() + DAILY_WAIT)
        elif is_complete:
            self._note_success(task)
        return problem

    def _note_failure(self, task, started, error):
        """Write a failed run.

        :param str task: a key of ``TASK_CRONS``
        :param datetime started: UTC
        :param error: an exception
        :return: why, for a person
        :rtype: str
        """
        if isinstance(error, OnBuyError | UserError):
            text = str(error)
        else:
            _logger.error("Task %s of OnBuy store %s failed.", task, self.id, exc_info=error)
            text = self.env._("An unexpected error: %(error)s", error=error)
        states, runs = self.env['onbuy.store.state'], self.env['onbuy.sync.run']
        known, cause = states._load_committed(self, f'done_{task}'), runs._get_cause(error)
        since = known['since'] if known.get('cause') == cause else fields.Datetime.to_string(fields.Datetime.now())
        states._save_committed(self, f'done_{task}', {**known, 'error': text, 'cause': cause, 'since': since})
        runs._note(self, task, started, Counter(), error=text, cause=cause)
        return text

    def _note_left_out(self, task, text):
        """Write a failed run for what OnBuy left out, though the run goes on.

        :param str task: a key of ``TASK_CRONS``
        :param str text: what is missing, and what becomes of it
        """
        self.env['onbuy.sync.run']._note(self, task, fields.Datetime.now(), Counter(), error=text)

    def _note_run(self, task, started, figures):
        """Write a run, if something happened in it."""
        if any(figures[key] for key in ('created', 'updated', 'failed', 'sent')):
            self.env['onbuy.sync.run']._note(self, task, started, figures)
