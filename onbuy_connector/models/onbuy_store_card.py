import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..lib.const import OPEN_STATUSES
from .onbuy_listing_publish import DRAFTS

ORDERS = 'onbuy_connector.onbuy_order_action'
LISTINGS = 'onbuy_connector.onbuy_listing_action'
OPEN = Domain('status', 'in', list(OPEN_STATUSES)) & Domain('to_import', '=', True)
BAD = Domain('sync_state', 'in', ['error', 'uncertain'])
GRAPH_DAYS = 14


class OnbuyStore(models.Model):
    """What a store's card on the dashboard shows: figures that open their lists, a lamp, and how fresh it all is."""

    _inherit = 'onbuy.store'

    to_ship_count = fields.Integer(string="To Ship", compute='_compute_figures')
    today_count = fields.Integer(string="Due Today", compute='_compute_figures')
    late_count = fields.Integer(string="Late", compute='_compute_figures')
    partial_count = fields.Integer(string="Waiting for Stock", compute='_compute_figures')
    fix_count = fields.Integer(string="Orders to Fix", compute='_compute_figures')
    refused_count = fields.Integer(string="Refused by OnBuy", compute='_compute_figures')
    listing_count = fields.Integer(string="Number of Listings", compute='_compute_figures')
    unmatched_count = fields.Integer(string="To Match", compute='_compute_figures')
    bad_listing_count = fields.Integer(string="Listings to Fix", compute='_compute_figures')
    listing_problem_count = fields.Integer(string="Listing Problems", compute='_compute_figures')
    draft_count = fields.Integer(string="Drafts", compute='_compute_figures')
    lamp = fields.Selection(
        selection=[('green', "All is well"), ('amber', "Something needs you"), ('red', "Something is wrong"),
                   ('off', "Not running")],
        compute='_compute_lamp', compute_sudo=True,
    )
    usage_share_text = fields.Char(string="Share of the Allowance", compute='_compute_usage_share_text', compute_sudo=True)
    health_text = fields.Char(compute='_compute_health_text', compute_sudo=True)
    order_graph = fields.Text(compute='_compute_order_graph')

    # === FIGURES === #

    def _get_figures(self):
        """Return what is counted, and opened, by name; field ``<name>_count`` shows it. A hook for further figures.

        :return: dict of name → (title, XML id of the window action, Domain)
        """
        late = Domain('dispatch_by', '<', 'now')
        return {
            'to_ship': (self.env._("To ship"), ORDERS, OPEN),
            'today': (self.env._("Due today"), ORDERS, OPEN & Domain('dispatch_by', '<', 'today +1d') & ~late),
            'late': (self.env._("Late"), ORDERS, OPEN & late),
            'partial': (self.env._("Waiting for stock"), ORDERS, OPEN & Domain('fulfilment_state', '=', 'partial')),
            'fix': (self.env._("Orders to fix"), 'onbuy_connector.onbuy_order_action_fix', BAD),
            'refused': (self.env._("Refused by OnBuy"), 'onbuy_connector.onbuy_order_action_action', BAD),
            'listing': (self.env._("Listings"), LISTINGS, Domain('is_on_onbuy', '=', True)),
            'unmatched': (self.env._("Listings to match"), 'onbuy_connector.onbuy_listing_action_match', Domain(
                'match_state', '!=', 'matched')),
            'bad_listing': (self.env._("Listings to fix"), LISTINGS, BAD),
            'draft': (self.env._("Drafts"), LISTINGS, Domain('publish_state', 'in', DRAFTS)),
            'listing_problem': (
                self.env._("Listing problems"), 'onbuy_connector.onbuy_listing_problem_action', Domain.TRUE),
        }

    @api.depends_context('tz')
    def _compute_figures(self):
        for store in self:
            for name, (_title, xmlid, domain) in store._get_figures().items():
                store[f'{name}_count'] = store._count_figure(name, xmlid, domain)

    def _count_figure(self, name, xmlid, domain):
        """Return how many records are behind a figure; a hook for figures that need no search.

        :param str name: and the others: of :meth:`_get_figures`
        :rtype: int
        """
        model = self.env[self.env.ref(xmlid).sudo().res_model]
        return model.search_count(Domain('store_id', '=', self.id) & domain)

    def action_view_figure(self):
        """Open what is behind the figure that the context names."""
        title, xmlid, domain = self._get_figures()[self.env.context.get('figure', 'to_ship')]
        return self._open(xmlid, domain, name=title)

    # === LAMP, AGES, GRAPH === #

    def _compute_lamp(self):
        for store in self:
            store.lamp = store._get_lamp()

    def _get_lamp(self):
        """Return the colour of the card's lamp; a hook for further trouble.

        :rtype: str
        """
        if self.state in ('draft', 'paused') and not self.is_copied:
            return 'off'
        alerts = self._get_alerts()
        if self.late_count or any(alert['is_urgent'] for alert in alerts):
            return 'red'
        troubles = (alerts, self.connection_error, self.fix_count, self.refused_count, self.bad_listing_count)
        return 'amber' if any(troubles) else 'green'

    def _compute_usage_share_text(self):
        words = {'GET': self.env._("reading"), 'POST': self.env._("creating"), 'PUT': self.env._("changing"),
                 'DELETE': self.env._("deleting")}
        for store in self:
            shares = {method: max(used['hour'] / used['hour_limit'], used['day'] / used['day_limit'])
                      for method, used in store._get_usage().items()}
            store.usage_share_text = self.env._("Allowance used: %(shares)s", shares=' · '.join(
                f'{words[method]} {share:.0%}' for method, share in shares.items() if share >= .005 or method == 'GET'))

    def _compute_health_text(self):
        for store in self:  # A copy of the database reads nothing.
            store.health_text = not store.is_copied and self.env._(
                "Orders %(orders)s · listings %(listings)s", orders=store._get_age('orders'),
                listings=store._get_age('listings'))

    def _get_age(self, task):
        """Return how long ago a task last went through, for a person.

        :param str task: e.g. ``orders``
        :rtype: str
        """
        moment = self._get_done_date(task)
        if not moment:
            return self.env._("not yet")
        seconds = int((fields.Datetime.now() - moment).total_seconds())
        if seconds < 60:
            return self.env._("%(seconds)s s ago", seconds=seconds)
        if seconds < 2 * 3600:
            return self.env._("%(minutes)s min ago", minutes=seconds // 60)
        if seconds < 2 * 86400:
            return self.env._("%(hours)s h ago", hours=seconds // 3600)
        return self.env._("%(days)s days ago", days=seconds // 86400)

    @api.depends_context('tz')
    def _compute_order_graph(self):
        today = fields.Date.context_today(self)
        days = [today - timedelta(days=age) for age in reversed(range(GRAPH_DAYS))]
        for store in self:
            counts = dict(self.env['onbuy.order']._read_group(
                [('store_id', '=', store.id), ('date_order', '>=', days[0])], ['date_order:day'], ['__count']))
            by_day = {moment.date(): count for moment, count in counts.items()}
            store.order_graph = json.dumps([{
                'key': self.env._("Orders of the last %(days)s days", days=GRAPH_DAYS),
                'values': [
                    {'label': str(day.day), 'value': by_day.get(day, 0), 'type': 'past'} for day in days],
            }])
