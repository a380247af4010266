from odoo import fields, models


class OnbuyStore(models.Model):
    """What a store's card on the dashboard says."""

    _inherit = 'onbuy.store'

    card_text = fields.Text(compute='_compute_card_text', compute_sudo=True)

    def _compute_card_text(self):
        for store in self:
            store.card_text = '\n'.join([
                store._get_card_orders(), store._get_card_problems(), store._get_card_listings(), store._get_card_health(),
            ])

    def _get_card_orders(self):
        """Return the line about what is to ship."""
        orders = self.env['onbuy.order']
        open_domain = [('store_id', '=', self.id), ('status', 'in', ('awaiting_dispatch', 'partially_dispatched'))]
        now = fields.Datetime.now()
        today = fields.Datetime.end_of(now, 'day')
        return self.env._(
            "To ship %(open)s · due today %(today)s · late %(late)s · waiting for stock %(partial)s",
            open=orders.search_count(open_domain),
            today=orders.search_count([*open_domain, ('dispatch_by', '>=', now), ('dispatch_by', '<=', today)]),
            late=orders.search_count([*open_domain, ('dispatch_by', '<', now)]),
            partial=orders.search_count([*open_domain, ('fulfilment_state', '=', 'partial')]),
        )

    def _get_card_problems(self):
        """Return the line about what needs a person."""
        bad = ('sync_state', 'in', ('error', 'uncertain'))
        return self.env._(
            "To fix: %(orders)s orders, %(actions)s refused by OnBuy, %(listings)s listings",
            orders=self.env['onbuy.order'].search_count([('store_id', '=', self.id), bad]),
            actions=self.env['onbuy.order.action'].search_count([('store_id', '=', self.id), bad]),
            listings=self.env['onbuy.listing'].search_count([('store_id', '=', self.id), bad]),
        )

    def _get_card_listings(self):
        """Return the line about the catalogue."""
        listings = self.env['onbuy.listing']
        return self.env._(
            "Listings %(count)s · to match %(unmatched)s",
            count=listings.search_count([('store_id', '=', self.id), ('is_on_onbuy', '=', True)]),
            unmatched=listings.search_count([('store_id', '=', self.id), ('match_state', '!=', 'matched')]),
        )

    def _get_card_health(self):
        """Return the line about the last readings and the allowance."""
        state = self.env['onbuy.store.state']
        done = {task: state._load(self, f'done_{task}').get('at') for task in ('orders', 'listings')}
        shown = {task: self._get_age(moment) for task, moment in done.items()}
        return self.env._("Orders %(orders)s · listings %(listings)s · %(usage)s", usage=self.usage_text, **shown)

    def _get_age(self, moment):
        """Return how long ago a moment was, for a person.

        :param str moment: UTC, as stored, or None
        :rtype: str
        """
        if not moment:
            return self.env._("not read yet")
        minutes = int((fields.Datetime.now() - fields.Datetime.to_datetime(moment)).total_seconds() // 60)
        return self.env._("%(minutes)s min ago", minutes=minutes) if minutes else self.env._("just now")
