from collections import Counter

from odoo import fields, models

ASKED = 'asked/'  # start of the state's topics of who waits for a task: asked/<task>/<id of the user>


class OnbuyStore(models.Model):
    """Who pressed a button whose work goes on in the background is told once when it is done, or that it failed.

    A row of the state for each store, task and user, with the ``args`` of the task, the ``figures`` so far and when it was
    asked for (``at``). It is deleted in the transaction that tells.
    """

    _inherit = 'onbuy.store'

    def _hand_over(self, task, args, figures, at=None):
        """Leave the rest of a task to its cron.

        :param str task: a key of ``TASK_CRONS``
        :param tuple args: of the task, JSON-able
        :param Counter figures: what was done so far
        :param datetime at: UTC, not before
        :return: a sentence for the user
        :rtype: str
        """
        if warning := self._get_cron_warning(task):
            return f'{self.env._("The rest is not done.")} {warning}'
        states, topic = self.env['onbuy.store.state'], f'{ASKED}{task}/{self.env.uid}'
        states._forget(self, topic)  # A row of its own: a run that has begun already is not what this user waits for.
        states._save(self, topic, {
            'args': args, 'figures': figures, 'at': fields.Datetime.to_string(fields.Datetime.now())})
        self._trigger_task(task, at)
        return self.env._("It goes on in the background, and you are told when it is done.")

    def _load_askers(self, task):
        """Return the rows of those who wait for a task; a run answers only those who asked before it began.

        :param str task: a key of ``TASK_CRONS``
        :return: dict of id → data
        """
        return self.env['onbuy.store.state']._load_below(self, f'{ASKED}{task}/')

    def _get_asked_args(self, askers):
        """Return the arguments of a task that someone waits for.

        :param dict askers: of :meth:`_load_askers`
        :rtype: list
        """
        return next((data['args'] for data in askers.values() if data['args']), [])

    def _tell_askers(self, askers, task, figures, is_done, problem):
        """Tell those who wait what became of a task; while it goes on, only count.

        :param dict askers: of :meth:`_load_askers`, when the run began
        :param str task: a key of ``TASK_CRONS``
        :param Counter figures: of the run
        :param bool is_done: whether it came to its end
        :param str problem: why it failed, or None
        """
        states = self.env['onbuy.store.state']
        if not is_done and not problem:
            for row_id, data in askers.items():
                states._update(row_id, {**data, 'figures': Counter(data['figures']) + figures})
            return
        for topic, data in states._take(askers):
            user = self.env['res.users'].browse(int(topic.rpartition('/')[2])).exists()
            self._tell_user(user, task, Counter(data['figures']) + figures, problem)

    def _tell_user(self, user, task, figures, problem):
        """Send a notification about a task to a user's screen; that of a failure stays until it is read.

        :param user: ``res.users``
        :param str task: a key of ``TASK_CRONS``
        :param Counter figures: of the task
        :param str problem: why it failed, or None
        """
        text = self.env['onbuy.sync.run'].with_context(lang=user.lang)._describe_task(task, figures)
        user._bus_send('simple_notification', {
            'title': self.name,
            'message': f'{text} {problem}' if problem else text,
            'type': 'danger' if problem else 'warning' if figures['failed'] else 'success',
            'sticky': bool(problem),
        })
