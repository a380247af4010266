import json
from datetime import timedelta

from odoo import fields, models

OPEN = ('status', 'in', ('awaiting_dispatch', 'partially_dispatched'))
BAD = ('sync_state', 'in', ('error', 'uncertain'))
GRAPH_DAYS = 14


class OnbuyStore(models.Model):
    """What a store's card on the dashboard shows."""

    _inherit = 'onbuy.store'

    to_ship_count = fields.Integer(string="To Ship", compute='_compute_order_counts')
    today_count = fields.Integer(string="Due Today", compute='_compute_order_counts')
    late_count = fields.Integer(string="Late", compute='_compute_order_counts')
    partial_count = fields.Integer(string="Waiting for Stock", compute='_compute_order_counts')
    fix_count = fields.Integer(string="To Fix", compute='_compute_problem_counts')
    refused_count = fields.Integer(string="Refused by OnBuy", compute='_compute_problem_counts')
    listing_count = fields.Integer(string="Number of Listings", compute='_compute_listing_counts')
    unmatched_count = fields.Integer(string="To Match", compute='_compute_listing_counts')
    health_text = fields.Char(compute='_compute_health_text', compute_sudo=True)
    order_graph = fields.Text(compute='_compute_order_graph')

    def _count(self, model, *domain):
        """Return how many records of a model this store has.

        :param str model: its name
        :param domain: further terms
        :rtype: int
        """
        return self.env[model].search_count([('store_id', '=', self.id), *domain])

    def _compute_order_counts(self):
        now = fields.Datetime.now()
        tonight = fields.Datetime.end_of(now, 'day')
        for store in self:
            store.to_ship_count = store._count('onbuy.order', OPEN)
            store.today_count = store._count(
                'onbuy.order', OPEN, ('dispatch_by', '>=', now), ('dispatch_by', '<=', tonight))
            store.late_count = store._count('onbuy.order', OPEN, ('dispatch_by', '<', now))
            store.partial_count = store._count('onbuy.order', OPEN, ('fulfilment_state', '=', 'partial'))

    def _compute_problem_counts(self):
        for store in self:
            store.fix_count = store._count('onbuy.order', BAD)
            store.refused_count = store._count('onbuy.order.action', BAD)

    def _compute_listing_counts(self):
        for store in self:
            store.listing_count = store._count('onbuy.listing', ('is_on_onbuy', '=', True))
            store.unmatched_count = store._count('onbuy.listing', ('match_state', '!=', 'matched'))

    def _compute_health_text(self):
        for store in self:
            store.health_text = self.env._(
                "Orders read %(orders)s · listings %(listings)s", orders=store._get_age('orders'),
                listings=store._get_age('listings'))

    def _get_age(self, task):
        """Return how long ago a task last went through, for a person.

        :param str task: e.g. ``orders``
        :rtype: str
        """
        moment = self._get_done_date(task)
        if not moment:
            return self.env._("not yet")
        minutes = int((fields.Datetime.now() - moment).total_seconds() // 60)
        return self.env._("%(minutes)s min ago", minutes=minutes) if minutes else self.env._("just now")

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
                    {'label': day.strftime('%d/%m'), 'value': by_day.get(day, 0), 'type': 'past'} for day in days],
            }])

    def action_view_problems(self):
        """Open the store's orders that need a person."""
        return self._open('onbuy_connector.onbuy_order_action_fix', keep_domain=True)

    def action_view_unmatched(self):
        """Open the store's listings without a product."""
        return self._open('onbuy_connector.onbuy_listing_action_match', keep_domain=True)
