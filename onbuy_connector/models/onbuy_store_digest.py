from datetime import timedelta

from odoo import api, fields, models

from ..lib.const import OPEN_STATUSES
from .onbuy_store_alerts import FAILED, REFUSED

TEMPLATE = 'onbuy_connector.mail_template_digest'
DAY = timedelta(hours=24)
NOT_AGAIN = timedelta(hours=12)  # a run that is repeated sends nothing twice
COUNTED = ('orders', 'actions', 'listings', 'differences')  # alerts whose records the lines of the e-mail count


class OnbuyStore(models.Model):
    """The daily e-mail to a store's responsible; none is sent when nothing needs a person."""

    _inherit = 'onbuy.store'

    digest = fields.Boolean(
        string="Daily e-mail", default=True,
        help="Each morning the responsible gets an e-mail of what needs a person. When all is well, none is sent.")

    @api.model
    def _cron_send_digests(self):
        """Send the daily e-mail of each store that has something to say; one store's trouble never stops the others."""
        commit_progress = self.env['ir.cron']._commit_progress
        stores = self.search([('digest', '=', True), ('state', 'in', ('readonly', 'live'))])
        commit_progress(remaining=len(stores))
        for store in stores:
            store.with_company(store.company_id)._cron_aside(store._send_digest)
            if not commit_progress(1):
                break

    def _send_digest(self):
        """Send the daily e-mail to the store's responsible, in that person's language, if anything needs a person."""
        user, states = self._get_responsible(), self.env['onbuy.store.state']
        last = fields.Datetime.to_datetime(states._load(self, 'digest').get('at'))
        now = fields.Datetime.now()
        if self.is_copied or not user.email or last and last + NOT_AGAIN > now:
            return
        store = self.with_context(lang=user.lang, tz=user.tz)
        alerts = [alert for alert in store._get_alerts() if alert['key'] not in COUNTED]
        lines = store._get_digest_lines(now - DAY)
        count = len(alerts) + sum(line['count'] for line in lines if line['is_to_do'])
        if count:
            self.env.ref(TEMPLATE).with_context(
                digest_user=user, digest_count=count, digest_alerts=alerts, digest_lines=lines,
            ).send_mail(self.id, email_layout_xmlid='mail.mail_notification_light')
            states._save(self, 'digest', {'at': fields.Datetime.to_string(now)})

    def _get_digest_lines(self, since):
        """Return what the daily e-mail counts; a hook, e.g. for money that does not agree.

        :param datetime since: UTC
        :return: list of dict ``label``, ``count``, ``url`` and ``is_to_do`` (whether it needs a person)
        """
        orders, listings = 'onbuy.order', 'onbuy.listing'
        return [
            self._make_digest_line(self.env._("orders imported"), 'orders', False, orders,
                                   ('sale_order_ids.create_date', '>=', since)),
            self._make_digest_line(self.env._("orders to fix"), 'to_fix', True, orders, FAILED),
            self._make_digest_line(self.env._("orders late"), 'late', True, orders,
                                   ('status', 'in', list(OPEN_STATUSES)), ('dispatch_by', '<', fields.Datetime.now())),
            self._make_digest_line(self.env._("dispatches, cancellations or refunds refused by OnBuy"), 'to_fix', True,
                                   'onbuy.order.action', FAILED),
            self._make_digest_line(self.env._("listings refused by OnBuy"), 'refused', True, listings, *REFUSED),
            self._make_digest_line(self.env._("listings that cannot be kept here"), 'problems', True,
                                   'onbuy.listing.problem'),
            self._make_digest_line(self.env._("listings with another stock or price than they should have"), 'stock_off',
                                   True, listings, ('is_stock_off', '=', True)),
        ]

    def _make_digest_line(self, label, action, is_to_do, model, *domain):
        """Return one line of the daily e-mail; see :meth:`_get_digest_lines`.

        :param str action: ``onbuy_store_action_<action>`` shows the records
        :param str model: of the records, and ``domain``: that tells which
        """
        return {'label': label, 'count': self._count_records(model, *domain), 'is_to_do': is_to_do,
                'url': self._get_url(f'onbuy_connector.onbuy_store_action_{action}')}
