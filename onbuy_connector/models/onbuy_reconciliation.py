from collections import Counter
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError

from .onbuy_order_refund import ZERO, to_pence

DAYS = timedelta(days=7)  # what changed on OnBuy since then is compared
SETTLING = timedelta(minutes=15)  # what changed since then is compared the next time: it may not have been read yet
DIFFERENT = ('difference', '!=', False)


class OnbuyStore(models.Model):
    """Once a day OnBuy's orders of the last days are compared with what became of them here, and so are the listings.

    The state ``reconciliation`` holds ``reached`` and ``seen`` of a pass that was cut short; ``at``, ``orders`` (compared)
    and ``listings`` (that differ) of the last whole one.
    """

    _inherit = 'onbuy.store'

    reconciliation_text = fields.Char(
        string="Compared with OnBuy", compute='_compute_reconciliation_text', compute_sudo=True)

    def _compute_reconciliation_text(self):
        for store in self:
            state = self.env['onbuy.store.state']._load(store, 'reconciliation')
            differing = store._count_records('onbuy.order', DIFFERENT)
            store.reconciliation_text = bool(state.get('at')) and ' '.join(filter(None, (
                self.env._("%(date)s: %(count)s orders.", count=state['orders'], date=fields.Datetime.context_timestamp(
                    self, fields.Datetime.to_datetime(state['at'])).strftime('%d/%m %H:%M')),
                store._get_differences_text(differing, state['listings']) or self.env._("No difference."))))

    def _get_differences_text(self, orders, listings):
        """Return what the last comparison found, '' if nothing.

        :param int orders: that differ
        :param int listings: that differ
        :rtype: str
        """
        return ' '.join(filter(None, (
            orders and self.env._("%(count)s orders differ from OnBuy; each says in what.", count=orders),
            listings and self.env._(
                "%(count)s listings showed another stock or price than they should though nothing was in the way; they "
                "are sent again.", count=listings))))

    # === TASK === #

    @api.model
    def _cron_reconcile(self):
        """Compare the orders of the last days, and the listings, with OnBuy."""
        self._cron_run('reconciliation')

    def action_reconcile(self):
        """Compare now.

        :return: a client action that tells what came of it
        """
        return self._run_now('reconciliation')

    def _get_task_domain(self, task):
        """Override: before going live there is nothing here to compare with."""
        return [('state', '=', 'live')] if task == 'reconciliation' else super()._get_task_domain(task)

    def _task_reconciliation(self, client):
        """Read the orders of the last days again and compare each, then the listings; a pass that was cut goes on.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        yield from self._get_fetch_units(client)  # What just changed is no difference.
        state = self.env['onbuy.store.state']._load(self, 'reconciliation')
        since = fields.Datetime.to_datetime(state.get('reached')) or fields.Datetime.now() - DAYS
        for page in client.iter_orders(modified_since=since, priority=False):
            yield partial(self._reconcile_page, page)
        yield self._finish_reconciliation

    def _after_reconciliation(self):
        """Have applied what was missing or old here."""
        if self._get_orders_to_apply():
            self._trigger_task('orders')
        return ()

    def _reconcile_page(self, page):
        """Compare a page of orders, mend the inbox, and note how far this pass has come.

        :param page: :class:`~..lib.paging.Page` of orders
        :return: figures; ``failed`` counts orders that differ
        :rtype: Counter
        """
        orders, states, now = self.env['onbuy.order'], self.env['onbuy.store.state'], fields.Datetime.now()
        wanted = [('store_id', '=', self.id), ('name', 'in', [order.order_id for order in page.items])]
        known = {order.name: order for order in orders.search(wanted)}
        old = {remote.order_id: known.get(remote.order_id, orders)._compare_inbox(remote)
               for remote in page.items if remote.updated_at + SETTLING <= now}
        orders.union(*(known[name] for name, found in old.items() if found and name in known)).digest = False
        figures = Counter(seen=len(page.items), failed=len(page.errors))
        self._store_orders_page(page)
        remotes = {remote.order_id: remote for remote in page.items}
        for order in orders.search(wanted):
            figures['failed'] += order._note_differences([*old.get(order.name, ()), *order._compare(remotes[order.name])])
        state = states._load(self, 'reconciliation')
        if page.ordered and page.items:
            state['reached'] = fields.Datetime.to_string(page.items[-1].updated_at)
        states._save(self, 'reconciliation', {**state, 'seen': state.get('seen', 0) + len(page.items)})
        return figures

    def _finish_reconciliation(self):
        """Compare again what differed before and did not change on OnBuy since, then the listings; note the result."""
        states, now = self.env['onbuy.store.state'], fields.Datetime.now()
        for order in self.env['onbuy.order'].search([
                ('store_id', '=', self.id), DIFFERENT, ('remote_date', '<', now - DAYS)]):
            order._compare_again()
        off = self._find_listings_off()
        off._note_stock()
        self.env['onbuy.offer.change']._note(off, 'price')
        seen = states._load(self, 'reconciliation').get('seen', 0)
        states._save(self, 'reconciliation', {
            'at': fields.Datetime.to_string(now), 'orders': seen, 'listings': len(off)})
        return Counter(failed=len(off))

    def _find_listings_off(self):
        """Return the listings that show another stock or price than they should though they were sent and read last
        without trouble, and nothing waits or is held.
        """
        listings = self.env['onbuy.listing']
        if self._get_hold():
            return listings
        waiting = self.env['onbuy.offer.change'].search([('store_id', '=', self.id)]).listing_id
        return listings.search([
            ('store_id', '=', self.id), ('is_on_onbuy', '=', True), ('sync_state', '=', 'synced'),
            ('next_attempt', '=', False), ('price_problem', '=', False), ('stock_unknown', '=', False),
            ('id', 'not in', waiting.ids)]).filtered('is_stock_off')

    # === TELLING === #

    def _get_record_alerts(self):
        """Override to tell what differs from OnBuy."""
        orders = self._count_records('onbuy.order', DIFFERENT)
        listings = self.env['onbuy.store.state']._load(self, 'reconciliation').get('listings', 0)
        text, action = self._get_differences_text(orders, listings), 'differences' if orders else 'stock_off'
        return [*super()._get_record_alerts(), *([self._make_alert(
            'differences', self.env._("Odoo and OnBuy differ"), text, is_urgent=False,
            action=f'onbuy_connector.onbuy_store_action_{action}')] if text else [])]

    def _get_digest_lines(self, since):
        """Override to count what differs from OnBuy."""
        return [*super()._get_digest_lines(since), self._make_digest_line(
            self.env._("orders that differ from OnBuy"), 'differences', True, 'onbuy.order', DIFFERENT)]


class OnbuyOrder(models.Model):
    """In what an order differs from OnBuy's."""

    _inherit = 'onbuy.order'

    difference = fields.Text(
        string="Differs from OnBuy", readonly=True, copy=False, help="What the last comparison with OnBuy found.")

    _different_index = models.Index('(store_id) WHERE difference IS NOT NULL')

    # === ACTION METHODS === #

    def action_settle_difference(self):
        """Accept that these orders differ; only something else is told again."""
        self.check_access('write')
        for order in self.sudo().filtered('difference'):
            order._remember(order.difference)
            order.difference = False

    def action_refresh(self):
        """Override to look again whether the orders differ."""
        result = super().action_refresh()
        for order in self.sudo().filtered('difference'):
            order._compare_again()
        return result

    # === COMPARING === #

    def _compare_again(self):
        """Compare with what OnBuy sent last; what cannot be compared any more stays as it was."""
        try:
            remote = self._parse()
        except UserError:
            return
        self._note_differences(self._compare(remote))

    def _note_differences(self, found):
        """Keep what was found, unless someone settled it.

        :param list found: sentences
        :return: whether the order differs
        :rtype: bool
        """
        text = '\n'.join(found)
        text = False if not text or self._is_told(text) else text
        if (self.difference or False) != text:
            self.difference = text
        return bool(text)

    def _compare_inbox(self, remote):
        """Return in what the inbox differs from OnBuy.

        :param remote: :class:`~..lib.orders.Order`
        :return: list of sentences
        """
        if not self:
            return [self.env._("It had not come in, and was fetched by the comparison.")]
        lines = {line.reference: line for line in self.line_ids}
        pairs = [
            (self.env._("Status"), remote.status_label, self.status_label),
            (self.env._("Total"), f'£{remote.total}', f'£{to_pence(self.amount_total)}'),
        ]
        for row in remote.lines:
            line = lines.pop(row.reference, self.env['onbuy.order.line'])
            pairs += [
                (self.env._("Pieces of %(sku)s", sku=row.sku), row.quantity, line.quantity),
                (self.env._("Dispatched of %(sku)s", sku=row.sku), row.quantity_dispatched, line.quantity_dispatched),
            ]
        return [self.env._("%(what)s was %(theirs)s on OnBuy and %(ours)s here; it was read again.",
                           what=what, theirs=theirs, ours=ours) for what, theirs, ours in pairs if theirs != ours]

    def _compare(self, remote):
        """Return in what the sales order differs from OnBuy's order. What waits, or failed and is told, is left out.

        :param remote: :class:`~..lib.orders.Order`
        :return: list of sentences
        """
        if self.sync_state != 'synced':
            return []
        if not self.sale_order_ids:
            missing = self.to_import and self._is_open()
            return [self.env._("It has no sales order.")] if missing else []
        busy = set(self.action_ids.filtered(lambda action: action.sync_state != 'synced').mapped('kind'))
        return list(filter(None, (
            self._compare_sales(remote),
            'cancel' not in busy and self._compare_status(),
            not busy & {'dispatch', 'cancel'} and self._compare_dispatch(),
            not busy & {'dispatch', 'tracking'} and self._compare_tracking(remote),
            'refund' not in busy and not self._is_cancelled() and self._compare_refunds(remote),
        )))

    def _compare_sales(self, remote):
        """Return whether the sales order comes to another sum."""
        total = to_pence(self.sale_order_id.amount_total)
        return total != remote.total and self.env._(
            "OnBuy's total is £%(theirs)s, the sales order's £%(ours)s.", theirs=remote.total, ours=total)

    def _compare_status(self):
        """Return whether the order is cancelled on one side only."""
        is_cancelled_here = self.sale_order_id.state == 'cancel'
        if self._is_cancelled() and not is_cancelled_here and (self._is_delivered() or self._get_open_pickings()):
            return self.env._("It is cancelled on OnBuy, but not here.")
        return self._is_open() and is_cancelled_here and self.env._("It is cancelled here, but OnBuy waits for it.")

    def _compare_dispatch(self):
        """Return whether goods left on one side only."""
        if self._must_not_ship() or self.sale_order_id.state == 'cancel':
            return False
        if any(line._get_quantity_to_send() for line in self.line_ids) and self._is_open():
            return self.env._("Goods were delivered here that are not dispatched on OnBuy.")
        return not self.store_id.stock_elsewhere and self._is_dispatched_elsewhere() and self.env._(
            "Goods are dispatched on OnBuy that were not delivered here.")

    def _compare_tracking(self, remote):
        """Return which tracking numbers that OnBuy was told it does not show."""
        shown = {tracking.number for tracking in (
            remote.tracking, *(line.tracking for line in remote.lines), *(info.tracking for info in remote.dispatches))
            if tracking}
        deliveries = self.action_ids.filtered(lambda action: action.kind == 'dispatch').picking_id
        pieces = sum(self.line_ids.mapped('quantity'))  # OnBuy takes no more numbers than that.
        told = [parcel.number for delivery in deliveries for parcel in delivery._get_onbuy_parcels(self)][:pieces]
        missing = [number for number in told if number not in shown]
        return missing and self.env._("OnBuy does not show tracking number %(numbers)s.", numbers=", ".join(missing))

    def _compare_refunds(self, remote):
        """Return whether other sums went back on OnBuy than were refunded from here, or credited."""
        refunds = self.action_ids.filtered(lambda action: action.kind == 'refund')
        asked = sum((action._get_amounts().total for action in refunds), ZERO)
        given = sum((info.total or ZERO for info in remote.refunds), ZERO)
        credited = sum((to_pence(note.amount_total) for note in self._get_credit_notes()), ZERO)
        if asked > given:
            return self.env._("£%(ours)s was refunded from here, OnBuy shows £%(theirs)s.", ours=asked, theirs=given)
        return self._get_invoices() and credited != given and self.env._(
            "OnBuy refunded £%(theirs)s, the credit notes come to £%(ours)s.", theirs=given, ours=credited)
