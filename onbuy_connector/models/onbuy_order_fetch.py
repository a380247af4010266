import logging
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..lib.const import OPEN_STATUSES
from ..lib.errors import IncompleteError, OnBuyError

_logger = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=15)  # an order may show up late behind its own updated_at
BATCH = 50


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    # === TASKS === #

    def _task_orders(self, client):
        """Fetch what changed since the last time, oldest change first, and apply it.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        yield from self._get_fetch_units(client)
        yield from self._get_range_units(client)
        yield from self._get_unknown_listing_units(client)

    def _after_orders(self):
        """Apply what was fetched; whoever sends stock meanwhile knows of it from the inbox."""
        yield from self._get_apply_units()

    def _get_fetch_units(self, client):
        """Fetch what changed since the last time into the inbox.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        state = self._get_orders_state()
        if not state.get('watermark'):
            yield self._start_watermark
            state = self._get_orders_state()
        is_changed = 'reached' in state
        try:
            for page in client.iter_orders(modified_since=self._get_orders_since(state)):
                if page.items or page.errors:
                    is_changed = True
                    yield partial(self._store_orders_page, page, advance=True)
        except IncompleteError:  # Its end was reached all the same.
            yield self._finish_orders_pass
            raise
        if is_changed:  # Else there is nothing to note, and a unit costs ten queries.
            yield self._finish_orders_pass

    def _get_order_statuses_work(self):
        """Return where the task of statuses finds what it has to do (see :meth:`_has_work`)."""
        domains = [self._get_looked_up_domain(), *self.env['onbuy.order']._get_domains_by_time(self)]
        if self.state == 'live':
            domains.append(self._get_to_apply_domain())
        return [('onbuy.order', domain) for domain in domains]

    def _get_looked_up_domain(self):
        """Return the domain of the orders that may still change on OnBuy without our doing."""
        return [('store_id', '=', self.id), ('status', 'in', [*OPEN_STATUSES, 'cancelled', 'unknown'])]

    def _task_order_statuses(self, client):
        """Look by id at the orders that are still open here, a part after the other, and retry what failed.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        states = self.env['onbuy.store.state']
        after = states._load(self, 'order_statuses').get('after', 0)
        orders = self.env['onbuy.order'].search([('id', '>', after), *self._get_looked_up_domain()], order='id')
        for ids in split_every(BATCH, orders.ids, list):
            page = client.orders_by_id(orders.browse(ids).exists().mapped('name'))
            yield partial(self._store_status_page, page, ids[-1])
        yield partial(states._save, self, 'order_statuses', {})
        yield from self._get_unknown_listing_units(client)

    def _after_order_statuses(self):
        """See to what time alone changes. What was fetched or failed is applied by the task of orders: two workers that
        apply at once are in each other's way.
        """
        if self._get_orders_to_apply():
            self._trigger_task('orders')
        yield partial(self.env['onbuy.order']._recompute_by_time, self)

    def _store_status_page(self, page, last_id):
        """Store orders that were looked up, and how far this look has come, so that a next run goes on there.

        :param page: :class:`~..lib.client.Page` of orders
        :param int last_id: of the last ``onbuy.order`` asked for
        :rtype: Counter
        """
        self.env['onbuy.store.state']._save(self, 'order_statuses', {'after': last_id})
        return self._store_orders_page(page)

    def _task_orders_by_id(self, client, names):
        """Read orders by their OnBuy ids, then apply what is new.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param list names: OnBuy order ids
        :return: a generator of units
        """
        for ids in split_every(BATCH, names, list):
            page = client.orders_by_id(ids)
            yield partial(self._store_orders_page, page)
        yield from self._get_unknown_listing_units(client)

    def _after_orders_by_id(self, _names):
        """Apply what was fetched."""
        yield from self._get_apply_units()

    def _get_range_units(self, client):
        """Give the units that fetch the dates someone asked for; what is fetched is not asked for again.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        wanted = self.env['onbuy.store.state']._load(self, 'orders_range')
        if not wanted:
            return
        end = fields.Datetime.to_datetime(wanted['end'])
        for page in client.iter_orders(modified_since=fields.Datetime.to_datetime(wanted['start'])):
            yield partial(self._store_range_page, page, wanted['end'])
            if page.ordered and page.items and page.items[-1].updated_at > end:
                break
        yield partial(self.env['onbuy.store.state']._save, self, 'orders_range', {})

    def _store_range_page(self, page, end):
        """Store a page of the dates someone asked for, and what is still to be fetched of them.

        :param page: :class:`~..lib.client.Page` of orders
        :param str end: of the dates, UTC
        :rtype: Counter
        """
        if page.ordered and page.items:
            reached = fields.Datetime.to_string(page.items[-1].updated_at)
            self.env['onbuy.store.state']._save(self, 'orders_range', {'start': reached, 'end': end})
        return self._store_orders_page(page)

    def _fetch_orders_between(self, start, end):
        """Fetch the orders that changed between two dates; what takes longer goes on in the background.

        :param datetime start: UTC
        :param datetime end: UTC
        :return: a client action
        """
        self.env['onbuy.store.state']._save(self, 'orders_range', {
            'start': fields.Datetime.to_string(start), 'end': fields.Datetime.to_string(end)})
        return self._run_now('orders')

    def action_recover_order(self, order_id):
        """Fetch one order by its OnBuy id, whatever its age or status.

        :param str order_id: e.g. ``TQ4M7XA``
        :return: a client action
        :raise UserError: when OnBuy has no such order
        """
        name = (order_id or '').strip().upper()
        if not name:
            raise UserError(self.env._("Enter the id of the order on OnBuy, such as TQ4M7XA."))
        result = self._run_now('orders_by_id', [name])
        if not self.env['onbuy.order'].search_count([('store_id', '=', self.id), ('name', '=', name)], limit=1):
            raise UserError(self.env._("OnBuy has no order %(order)s in this account.", order=name))
        return result

    # === STORING === #

    def _get_orders_state(self):
        """Return how far orders were read: the watermark, and where a pass that was cut short stands.

        :rtype: dict
        """
        return self.env['onbuy.store.state']._load(self, 'orders')

    def _start_watermark(self):
        """Set where the first reading begins; with no history, what comes from now on is still read."""
        start = fields.Datetime.now() - timedelta(days=self.history_days)
        start = fields.Datetime.to_string(start)
        self.env['onbuy.store.state']._save(self, 'orders', {'watermark': start, 'reached': start})

    @api.model
    def _get_orders_since(self, state):
        """Return the moment from which on orders are fetched: where a pass was cut, else the watermark less an overlap.

        :param dict state: of :meth:`_get_orders_state`
        :rtype: datetime
        """
        if state.get('reached'):
            return fields.Datetime.to_datetime(state['reached'])
        return fields.Datetime.to_datetime(state['watermark']) - OVERLAP

    def _finish_orders_pass(self):
        """Note that the last pass came to its end: the next one begins with the overlap."""
        state = self._get_orders_state()
        self.env['onbuy.store.state']._save(self, 'orders', {'watermark': state['watermark']})

    def _store_orders_page(self, page, advance=False):
        """Store one page of orders in the inbox; with ``advance``, move the watermark in the same transaction.

        :param page: :class:`~..lib.client.Page` of orders
        :param bool advance: whether the page is the next one in the order of changes
        :rtype: Counter
        """
        orders = self.env['onbuy.order']
        figures = orders._store(self, page.items)
        for error in page.errors:
            orders._store_broken(self, error)
            figures['failed'] += 1
        if advance and page.items and page.ordered:
            newest = max(order.updated_at for order in page.items)
            self._advance_orders_watermark(newest)
        return figures

    def _advance_orders_watermark(self, newest):
        """Move the watermark forward; it lives and dies with the rows that it describes."""
        reached = fields.Datetime.to_string(newest)
        known = self._get_orders_state().get('watermark') or ''
        self.env['onbuy.store.state']._save(self, 'orders', {'watermark': max(known, reached), 'reached': reached})

    # === APPLYING === #

    def _get_unknown_listing_units(self, client):
        """Give the units that read the listings of SKUs that were ordered and are unknown here.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        orders = self._get_orders_to_apply()
        try:
            with client.prioritised():
                for sku in orders._get_unknown_skus():
                    yield from self._get_ask_again_units(client, sku)
        except OnBuyError as error:  # The other orders do not wait for it; these are tried again.
            _logger.info("Listings of new orders are read later: %s", error)

    def _get_apply_units(self):
        """Give the units that apply the inbox."""
        ids = self._get_orders_to_apply().ids
        while ids:
            tries = []
            yield partial(self._apply_first, ids, tries)
            ids = ids[self._get_batch_size(tries):]

    def _apply_first(self, ids, tries):
        """Apply the first of these orders. When that collides with someone who works, a shorter transaction is tried.

        :param list ids: of ``onbuy.order``
        :param list tries: one entry for each attempt so far; grows
        :rtype: Counter
        """
        tries.append(fields.Datetime.now())
        orders = self.env['onbuy.order'].browse(ids[:self._get_batch_size(tries)])
        return orders.with_company(self.company_id)._apply_batch()

    @api.model
    def _get_batch_size(self, tries):
        """Return how many orders to apply at once: fewer with every attempt."""
        return max(1, BATCH // 5 ** (len(tries) - 1))

    def _get_orders_to_apply(self):
        """Return this store's orders that wait to be applied and may be tried now, the oldest first."""
        orders = self.env['onbuy.order']
        if self.state != 'live':
            return orders
        return orders.search(self._get_to_apply_domain(), order='date_order, id')

    def _get_to_apply_domain(self):
        """Return the domain of the orders that wait to be applied and may be tried now."""
        return [('store_id', '=', self.id), *self.env['onbuy.order']._get_due_domain()]
