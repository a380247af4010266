from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import plaintext2html

from ..lib.governor import Governor
from .onbuy_store_tasks import TASK_CRONS

ACTIVITY = 'onbuy_connector.mail_activity_alert'
UNREACHABLE = timedelta(hours=1)  # shorter troubles of OnBuy or the network mend themselves
BLOCKED = timedelta(minutes=5)  # OnBuy's pauses are shorter
LATE = timedelta(hours=1)
TOPICS = ['alerts', 'api', 'offers_hold', 'reconciliation', 'fees_bill', *(f'done_{task}' for task in TASK_CRONS)]
PATIENCE = {'crons': timedelta(minutes=15)}  # after a night without server all are late, for a moment
OWN_BANNERS = ('copied', 'held')  # these have one with their own buttons
FAILED = ('sync_state', 'in', ('error', 'uncertain'))
# What is looked up again by itself within minutes is no news yet.
REFUSED = [('is_on_onbuy', '=', True), '|', '|', '&', ('sync_state', '=', 'error'), ('next_attempt', '!=', False),
           '&', ('sync_state', '=', 'uncertain'), ('sync_attempts', '>=', 3), ('price_problem', '!=', False)]
FAILED_ACTIONS = ['|', ('sync_state', '=', 'error'), '&', ('sync_state', '=', 'uncertain'),
                  '|', ('next_attempt', '=', False), ('sync_attempts', '>=', 3)]


class OnbuyStore(models.Model):
    """What keeps a store from running well: one list for its banner, its activities and the daily e-mail.

    There is one activity per cause, not per record, for the store's responsible. Its text is kept up to date, and it goes
    away when its cause does. What was told is the state ``alerts``: for each cause ``text``, ``user``, ``at`` (first seen)
    and ``activity``.
    """

    _inherit = 'onbuy.store'

    responsible_id = fields.Many2one(
        'res.users', domain=[('share', '=', False)], copy=False, tracking=True,
        help="Gets an activity when something goes wrong, and the daily e-mail. By default who connected the store.")
    health_html = fields.Html(string="Health", compute='_compute_health_html', compute_sudo=True, sanitize=False)

    def _compute_health_html(self):
        for store in self:
            alerts = [alert for alert in store._get_alerts() if alert['key'] not in OWN_BANNERS]
            store.health_html = bool(alerts) and self.env['ir.qweb']._render(
                'onbuy_connector.store_health', {'alerts': alerts})

    def _get_responsible(self):
        """Return who is told: the responsible, the salesperson or whoever made the store; else a manager.

        :return: one active ``res.users``, or an empty one
        """
        wanted = (self.responsible_id | self.user_id | self.create_uid).filtered(
            lambda user: user.active and self.company_id in user.company_ids)
        return wanted[:1] or self.env['res.users'].search([
            ('all_group_ids', 'in', self.env.ref('onbuy_connector.group_onbuy_manager').ids), ('share', '=', False),
            ('company_ids', 'in', self.company_id.ids)], order='id', limit=1)

    def _give_activity(self, record, user, summary, note, activity_type='mail.mail_activity_data_todo'):
        """Give someone an activity.

        :param record: on which it is shown
        :param user: ``res.users``
        :param str summary: translated
        :param str note: translated; HTML, or plain text
        :param str activity_type: XML id
        :return: ``mail.activity``
        :raise ConcurrencyError: if another worker is just making the same person a follower of the record
        """
        try:
            return record.activity_schedule(activity_type, summary=summary, note=note, user_id=user.id)
        except UniqueViolation as error:  # This transaction cannot see it: the next attempt can.
            raise ConcurrencyError("The same follower was added by another worker.") from error

    # === CAUSES === #

    def _get_alerts(self):
        """Return what is wrong now, the worst first; a hook.

        :return: list of dict ``key``, ``title``, ``text``, ``is_urgent`` and ``url`` (of what to look at)
        """
        self.ensure_one()
        if self.state not in ('readonly', 'live'):
            return []
        if self.is_copied:
            return [self._make_alert('copied', self.env._("A copy of the database"), self._get_connection_problem())]
        store = self.env['onbuy.store.state']._with_loaded(self, TOPICS)
        return [
            *store._get_failure_alerts(), *store._get_cron_alerts(), *store._get_allowance_alerts(),
            *store._get_hold_alerts(), *store._get_record_alerts(),
        ]

    def _make_alert(self, key, title, text, *, is_urgent=True, action=None):
        """Return one alert; see :meth:`_get_alerts`.

        :param str action: XML id of a window action with the store as ``active_id``
        """
        return {'key': key, 'title': title, 'text': text, 'is_urgent': is_urgent, 'url': self._get_url(action)}

    def _get_url(self, action=None):
        """Return the address of the store's form, or of a list of its records, below the database's own address.

        :param str action: XML id of a window action with the store as ``active_id``
        :rtype: str
        """
        path = f'/odoo/onbuy.store/{self.id}'
        return f'{path}/action-{action}' if action else path

    def _get_failure_alerts(self):
        """Tasks that fail, together by what is to be done about them."""
        texts = {'keys': {}, 'unreachable': {}, 'failed': {}}
        labels = dict(self.env['onbuy.sync.run']._fields['task']._description_selection(self.env))
        for task, note in self._get_failures().items():
            key = {'keys': 'keys', 'permission': 'keys', 'unreachable': 'unreachable', 'trouble': 'unreachable'}.get(
                note['cause'], 'failed')
            is_young = fields.Datetime.to_datetime(note['since']) + UNREACHABLE > fields.Datetime.now()
            if note['cause'] != 'allowance' and not (key == 'unreachable' and is_young):
                texts[key].setdefault(note['error'], []).append(labels[task])
        titles = {'keys': self.env._("OnBuy refuses the keys"), 'unreachable': self.env._("OnBuy cannot be reached"),
                  'failed': self.env._("A sync does not go through")}
        return [
            self._make_alert(key, titles[key], '\n'.join(
                f'{", ".join(tasks)}: {error}' for error, tasks in errors.items()),
                action='onbuy_connector.onbuy_store_action_failures')
            for key, errors in texts.items() if errors]

    def _get_cron_alerts(self):
        """Scheduled actions that this store needs and that do not run."""
        tasks = [task for task in TASK_CRONS if self.filtered_domain(self._get_task_domain(task))]
        ids = [self.env['ir.model.data']._xmlid_to_res_id(TASK_CRONS[task]) for task in tasks]
        crons = self.env['ir.cron'].sudo().with_context(active_test=False).search_fetch(
            [('id', 'in', ids)], ['active', 'cron_name', 'nextcall'])
        off = crons.filtered(lambda cron: not cron.active).mapped('cron_name')
        late = crons.filtered(lambda cron: cron.active and cron.nextcall + LATE < fields.Datetime.now()).mapped('cron_name')
        texts = [
            off and self.env._("Switched off: %(names)s.", names=", ".join(off)),
            late and self.env._("Due for over an hour: %(names)s. Does the server run scheduled actions?",
                                names=", ".join(late)),
            len(crons) < len(ids) and self.env._("Deleted: %(count)s. Upgrade the module to have them back.",
                                                 count=len(ids) - len(crons)),
        ]
        text = ' '.join(filter(None, texts))
        return [self._make_alert('crons', self.env._("Scheduled actions do not run"), text)] if text else []

    def _get_allowance_alerts(self):
        """Methods of which not even the reserve for orders and dispatches is left, and not for a moment only."""
        usage = self.env['onbuy.store.state']._load(self, 'api').get('usage')
        governor = Governor(self._get_limits(), usage)
        until = fields.Datetime.now() + BLOCKED
        blocked = [method for method in governor.limits.per_hour if (governor.free_at(method) or until) > until]
        return [self._make_alert('allowance', self.env._("The allowance of calls is used up"), self.env._(
            "No more %(methods)s calls may be made for now, so orders or stock wait. It goes on by itself. If this comes "
            "often, other programs use the same account, or the allowance in the Connection tab is too low.",
            methods=", ".join(blocked)))] if blocked else []

    def _get_hold_alerts(self):
        """A push of stock and prices that waits for a person."""
        reasons = self._get_hold()
        return [self._make_alert('held', self.env._("Changes are held"), ' '.join(reasons))] if reasons else []

    def _get_record_alerts(self):
        """Records that need a person, counted; most days there are none."""
        places = (('onbuy.order', [FAILED]), ('onbuy.order.action', FAILED_ACTIONS), ('onbuy.listing', REFUSED))
        if not self._has_any([(model, [('store_id', '=', self.id), *domain]) for model, domain in places]):
            return []
        orders, actions, listings = (self._count_records(model, *domain) for model, domain in places)
        to_fix = 'onbuy_connector.onbuy_store_action_to_fix'
        alerts = (
            (orders, 'orders', self.env._("Orders cannot be imported"), self.env._(
                "Orders that wait: %(count)s. Each says what is in its way.", count=orders), to_fix),
            (actions, 'actions', self.env._("OnBuy refused what was sent"), self.env._(
                "Dispatches, cancellations or refunds that did not go through: %(count)s. Each shows OnBuy's answer.",
                count=actions), to_fix),
            (listings, 'listings', self.env._("Listings are refused"), self.env._(
                "Listings that show another stock or price than they should: %(count)s. Each says why.", count=listings),
                'onbuy_connector.onbuy_store_action_refused'),
        )
        return [self._make_alert(key, title, text, is_urgent=False, action=action)
                for count, key, title, text, action in alerts if count]

    def _count_records(self, model, *domain):
        """Return how many records of a model this store has.

        :param str model: its name
        :param domain: further terms
        :rtype: int
        """
        return self.env[model].search_count([('store_id', '=', self.id), *domain])

    # === ACTIVITIES === #

    def _update_alerts(self):
        """Bring the activities in step with what is wrong; nothing is written while nothing changes."""
        states = self.env['onbuy.store.state']
        store = states._with_loaded(self, TOPICS)
        known = store.env['onbuy.store.state']._load(store, 'alerts')
        if not known and not store._get_alerts():
            return
        user = self._get_responsible()
        alerts = self.with_context(lang=user.lang)._get_alerts()
        told = {alert['key']: self._tell_alert(alert, user, known.get(alert['key'])) for alert in alerts}
        for key in known.keys() - told.keys():
            self.env['mail.activity'].browse(known[key].get('activity', [])).exists().filtered('active').unlink()
        if told != known:
            states._save(self, 'alerts', told)

    def _tell_alert(self, alert, user, known):
        """Make or update the activity of an alert. One that the user ticked off is not made again.

        :param dict alert: of :meth:`_get_alerts`
        :param user: ``res.users``
        :param dict known: what the state has of it, or None
        :return: what the state is to have
        :rtype: dict
        """
        now, known = fields.Datetime.now(), known or {}
        first = known.get('at') or fields.Datetime.to_string(now)
        told = {**known, 'at': first, 'text': alert['text'], 'user': user.id}
        is_early = fields.Datetime.to_datetime(first) + PATIENCE.get(alert['key'], timedelta()) > now
        if is_early or not user:
            return {'at': first}
        if told != known:
            summary, note = f'OnBuy: {alert["title"]}', plaintext2html(alert['text'])
            if 'activity' in known:
                self.env['mail.activity'].browse(known['activity']).exists().filtered('active').write(
                    {'summary': summary, 'note': note, 'user_id': user.id})
            else:
                told['activity'] = self._give_activity(self, user, summary, note, ACTIVITY).id
        return told
