import time
from collections import Counter

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.errors import OnBuyError, TimeUpError
from .onbuy_store_api import StoreBusyError
from .onbuy_store_tasks import BUSY_WAIT, FAILURE_WAIT, TASK_CRONS

BUTTON_SECONDS = 8  # a button works so long itself; what is left then goes on in the background


class OnbuyStore(models.Model):
    """Tasks at the press of a button: some seconds in its own transaction, then the task's cron goes on.

    What has no cron of its own (``TASK_CRONS``) comes to its end in the button.
    """

    _inherit = 'onbuy.store'

    def _run_now(self, task, *args):
        """Run a task in the transaction of a button; what takes longer goes on in the background.

        :param str task: names a method ``_task_<task>``
        :param args: for that method, JSON-able
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
        return self.sudo().with_company(self.company_id)._run_in_button(task, args)

    def _run_in_button(self, task, args):
        """See :meth:`_run_now`; with the rights to write what the task makes."""
        figures, started, why, at = Counter(), fields.Datetime.now(), None, None
        try:
            is_done = self._run_task(task, args, figures)
        except StoreBusyError:
            if task not in TASK_CRONS:
                raise
            why = self.env._("A sync of this store is running, and one at a time talks to OnBuy.")
            return self._notify(f'{why} {self._hand_over(task, args, figures, fields.Datetime.now() + BUSY_WAIT)}')
        except TimeUpError:
            is_done = False
        except OnBuyError as error:
            if task not in TASK_CRONS or not figures.keys() - {'calls'}:
                raise UserError(str(error)) from error
            is_done, why = False, str(error)  # What was read so far is kept.
            at = getattr(error, 'until', None) or fields.Datetime.now() + FAILURE_WAIT
        if self.state == 'live':  # They were refused while this had the lock, and what they wait for may be unseen here.
            self._trigger_task('actions')
            self._trigger_task('offers')
        if task not in TASK_CRONS:
            return self._notify_figures(task, figures)
        self._note_run(task, started, figures)
        if is_done:
            self._note_success(task)
            return self._notify_figures(task, figures, self._get_cron_warning(task))
        return self._notify_figures(task, figures, why, self._hand_over(task, args, figures, at))

    def _run_task(self, task, args, figures):
        """Run a task as long as there is time: what it does with OnBuy, then what it does without.

        :param str task: names a method ``_task_<task>``
        :param tuple args: for that method
        :param Counter figures: of the run; grows
        :return: whether it came to its end
        :rtype: bool
        """
        until = time.monotonic() + BUTTON_SECONDS if task in TASK_CRONS else float('inf')
        with self._connect() as client:
            if task in TASK_CRONS:
                client.stop_after(BUTTON_SECONDS)
            try:
                is_done = self._run_units(getattr(self, f'_task_{task}')(client, *args), figures, until)
            finally:
                figures['calls'] += client.calls
        return is_done and self._run_units(self._get_after_units(task, *args), figures, until)

    def _run_units(self, units, figures, until):
        """Run units in the transaction of a button, as long as there is time.

        :param units: a generator
        :param Counter figures: of the run; grows
        :param float until: monotonic seconds
        :return: whether they came to their end
        :rtype: bool
        """
        for unit in units:
            figures.update(unit() or {})
            if time.monotonic() > until:
                return False
        return True

    # === WHAT THE USER IS TOLD === #

    def _notify_figures(self, task, figures, *sentences):
        """Tell a user what a task did.

        :param str task: names a method ``_task_<task>``
        :param Counter figures: of the task
        :param sentences: further ones, if there are any
        :rtype: dict
        """
        text = self.env['onbuy.sync.run']._describe_task(task, figures)
        is_good = not figures['failed'] and not (task in TASK_CRONS and self._get_cron_warning(task))
        return self._notify(' '.join(filter(None, [text, *sentences])), kind='success' if is_good else 'warning')

    def _get_cron_warning(self, task):
        """Return that a task does not run by itself because its scheduled action is switched off, or None.

        :param str task: a key of ``TASK_CRONS``
        :rtype: str
        """
        if self._get_cron(task).active:
            return None
        return self.env._(
            "By itself this does not run: its scheduled action is switched off. A system administrator switches it on under "
            "Settings > Technical > Scheduled Actions.")

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
