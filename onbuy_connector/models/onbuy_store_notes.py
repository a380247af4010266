import logging
from collections import Counter
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.errors import DeferredError, OnBuyError, RateLimitError
from .onbuy_store_tasks import TASK_CRONS

_logger = logging.getLogger(__name__)

RATE_LIMIT_WAIT = timedelta(minutes=2)


class OnbuyStore(models.Model):
    """What is remembered of the runs of a store's tasks: when they went through, and why they did not."""

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

    def _get_last_error(self):
        """Return why a task failed that has not gone through since, or False.

        In the state's own rows: a sync that writes on the store would collide with whoever changes its settings.

        :rtype: str
        """
        state = self.env['onbuy.store.state']
        errors = (state._load(self, f'done_{task}').get('error') for task in TASK_CRONS)
        is_shown = self.state in ('readonly', 'live') and not self.is_copied  # A copy is told of by itself.
        return next(filter(None, errors), False) if is_shown else False

    def _note_end(self, task, started, is_complete, error):
        """Remember how a run ended, and when it is worth another try.

        :param str task: a key of ``TASK_CRONS``
        :param datetime started: UTC
        :param bool is_complete: whether it came to its end
        :param error: what stopped it, or None
        """
        if isinstance(error, DeferredError):
            self._trigger_task(task, at=error.until)
        elif error:
            self._note_failure(task, started, error)
            if isinstance(error, RateLimitError):
                self._trigger_task(task, at=fields.Datetime.now() + RATE_LIMIT_WAIT)
        elif is_complete:
            self._note_success(task)

    def _note_failure(self, task, started, error):
        """Write a failed run.

        :param str task: a key of ``TASK_CRONS``
        :param datetime started: UTC
        :param error: an exception
        """
        if isinstance(error, OnBuyError | UserError):
            text = str(error)
        else:
            _logger.error("Task %s of OnBuy store %s failed.", task, self.id, exc_info=error)
            text = self.env._("An unexpected error: %(error)s", error=error)
        state = self.env['onbuy.store.state']
        state._save_committed(self, f'done_{task}', {**state._load_committed(self, f'done_{task}'), 'error': text})
        self.env['onbuy.sync.run']._note(self, task, started, Counter(), error=text)

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
