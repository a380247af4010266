from collections import Counter
from datetime import timedelta
from functools import partial
from itertools import chain

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import groupby, split_every

from ..lib.const import MISSING
from ..lib.errors import AuthError, ForbiddenError, OnBuyError, RejectedError, UncertainError
from ..lib.offers import UPDATES_PER_CALL
from .onbuy_words import explain

ORDERS_FRESH = timedelta(seconds=10)  # a push follows a push without fetching orders again
LOOK_AGAIN = timedelta(minutes=15)  # for stock locations that could not be told; any change looks at once


class OnbuyStore(models.Model):
    """Stock and prices out: what waits is compared with what OnBuy has, and only what differs is sent."""

    _inherit = 'onbuy.store'

    # === TASK === #

    def _task_offers(self, client, fetch_orders=True, paced=True):
        """Send stock and prices that changed; orders come in first, for each of them takes from the stock.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param bool fetch_orders: False if they were fetched just now
        :param bool paced: False if a person waits for it: then nothing is collected first
        :return: a generator of units
        """
        share_left = client.governor.share_left('PUT') if paced else 1
        due = self._get_offers_due_date(share_left) if self.state == 'live' else None
        if not due or due > fields.Datetime.now() + timedelta(seconds=1):  # Whoever ran this comes back when it is due.
            return
        try:
            yield from self._get_offers_units(client, fetch_orders)
        except OnBuyError as error:
            yield partial(self._note_offers_wait, error)
            raise

    def _get_offers_units(self, client, fetch_orders):
        """See :meth:`_task_offers`. If nothing can be read for now, only falling stock is sent.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param bool fetch_orders: False if they were fetched just now
        """
        unread = None
        try:
            if fetch_orders and self.sync_orders:
                yield from self._get_unseen_order_units(client)
            yield from self._get_ask_units(client)
        except (AuthError, ForbiddenError):
            raise
        except OnBuyError as error:  # An order may be unseen: nothing may rise.
            unread = error
        yield from self._get_push_units(client, falling_only=bool(unread))
        if unread:
            raise unread

    def _get_unseen_order_units(self, client):
        """Fetch orders, unless that was done a moment ago; then again soon, so that no sale stays unseen for long.

        What OnBuy sold counts from then on; to apply them takes longer, so the task of orders does it.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        done = self._get_done_date('orders')
        if done and done + ORDERS_FRESH > fields.Datetime.now():
            self._trigger_task('orders', at=done + ORDERS_FRESH)
            return
        yield from self._get_fetch_units(client)
        self._note_success('orders')
        if self._get_orders_to_apply():
            self._trigger_task('orders')

    # === PLAN === #

    def _get_push_units(self, client, falling_only=False):
        """Compute, stop if too much would change at once, send.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param bool falling_only: whether OnBuy's stock may only be lowered now
        """
        yield self._note_due_prices
        rows = self._load_offer_rows()
        plan = self._plan_push(rows)
        reasons = self._get_brake_reasons(plan.updates)
        if reasons and not self._is_hold_waived():
            yield partial(self._hold, reasons)
            return
        if self._get_hold():
            yield self._lift_hold
        updates = {listing: update for listing, update in plan.updates.items()
                   if not falling_only or update.stock is not None and update.stock < listing.stock}
        yield from self._get_units_of_calls(
            self._get_call_units(client, part, rows) for part in self._split_updates(updates))
        yield partial(self._settle_plan, plan, rows)  # After the calls: a slow plan must not be all that a run does.
        if not falling_only:
            yield self._finish_offers
        if plan.stock_error:
            yield partial(self._note_offers_wait, plan.stock_error, fields.Datetime.now() + LOOK_AGAIN)
            raise UserError(plan.stock_error)

    def _plan_push(self, rows):
        """Return what would be sent for the waiting changes, the retries and the way offline or back.

        :param dict rows: (listing id, kind) → row ids
        :rtype: OfferPlan
        """
        listings = self.env['onbuy.listing']
        again = listings.search(self._get_retry_domain())
        waiting = {kind: listings.browse([listing_id for listing_id, one in rows if one == kind]).exists()
                   for kind in ('stock', 'price')}
        stock = waiting['stock'] | again | listings.search(self._get_offline_domain())
        return stock._filter_pushable()._plan_offers((waiting['price'] | again)._filter_pushable())

    def _split_updates(self, updates):
        """Give the updates of each call, the most urgent first. Those whose answer was lost go in calls that become smaller
        each time, so that one over which OnBuy stumbles holds up no other in the end.

        :param dict updates: listing → :class:`~..lib.offers.ListingUpdate`
        :return: a generator of dict
        """
        groups = groupby(self._sort_updates(updates), lambda listing: listing._get_lost_count())
        for attempts, listings in sorted(groups):
            for part in split_every(max(1, UPDATES_PER_CALL // 10 ** attempts), listings, list):
                yield {listing: updates[listing] for listing in part}

    def _sort_updates(self, updates):
        """Return the listings in the order of urgency: sold out, falling stock, the rest.

        :param dict updates: listing → :class:`~..lib.offers.ListingUpdate`
        """
        def urgency(listing):
            stock = updates[listing].stock
            return 2 if stock is None or stock and stock >= listing.stock else 1 if stock else 0

        return sorted(updates, key=urgency)

    def _settle_plan(self, plan, rows):
        """Forget the changes of which OnBuy knows all, and say which prices cannot be told.

        :param plan: :class:`~.onbuy_listing_offer.OfferPlan`
        :param dict rows: (listing id, kind) → row ids
        :rtype: Counter
        """
        open_ids = set(self.env['onbuy.listing'].search([
            ('store_id', '=', self.id), ('sync_state', '=', 'uncertain')]).ids)
        open_ids |= {listing.id for listing in plan.updates}
        self._delete_offer_rows(chain.from_iterable(
            ids for (listing_id, kind), ids in rows.items()
            if listing_id not in open_ids and not (kind == 'stock' and plan.stock_error)))
        news = [(listing, plan.problems.get(listing, False)) for listing in [*plan.prices, *plan.problems]
                if (listing.price_problem or False) != plan.problems.get(listing, False)]
        for listing, problem in news:
            listing.price_problem = problem
        self._set_next_price_dates(plan.prices)
        if not plan.stock_error:
            self._settle_offline(open_ids)
            again = self.env['onbuy.listing'].search(self._get_retry_domain())
            again.filtered(lambda listing: listing.id not in open_ids)._set_synced()  # Nothing to send: it is right by now.
        return Counter(failed=sum(bool(problem) for _listing, problem in news))

    # === CALLS === #

    def _get_call_units(self, client, updates, rows):
        """Send these updates in one call; if OnBuy refuses it as a whole, halve it until the culprit is found.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param dict updates: listing → :class:`~..lib.offers.ListingUpdate`
        :param dict rows: (listing id, kind) → row ids
        :return: whether OnBuy's answer was lost
        """
        try:
            results = client.update_listings(list(updates.values()))
        except UncertainError as error:
            yield partial(self._set_doubtful, list(updates), error)
            return True
        except RejectedError as error:
            if len(updates) == 1:
                yield partial(self._store_refusal, next(iter(updates)), str(error), rows)
                return False
            listings = list(updates)
            for half in (listings[:len(listings) // 2], listings[len(listings) // 2:]):
                yield from self._get_call_units(client, {listing: updates[listing] for listing in half}, rows)
        else:
            yield partial(self._store_push_results, updates, results, rows)
        return False

    def _store_push_results(self, updates, results, rows):
        """Store OnBuy's answer to each listing; its changes are done with, whether they were taken or refused. One that the
        answer leaves out is asked for.

        :param dict updates: listing → :class:`~..lib.offers.ListingUpdate`
        :param dict results: SKU → :class:`~..lib.items.ItemResult`
        :param dict rows: (listing id, kind) → row ids
        :rtype: Counter
        """
        figures = Counter()
        left_out = [listing for listing, update in updates.items() if results[update.sku].code == MISSING]
        for listing, update in updates.items():
            result = results[update.sku]
            if result.ok:
                listing._set_sent(update)
                figures['sent'] += 1
            elif listing not in left_out:
                figures += self._store_refusal(listing, result.message or result.code, {})
        if left_out:
            figures += self._set_doubtful(left_out, results[left_out[0].sku].message)
        self._delete_offer_rows(self._get_row_ids(updates.keys() - set(left_out), rows))
        self.env['onbuy.store.state']._save(self, 'offers_wait', {})
        return figures

    def _store_refusal(self, listing, message, rows):
        """OnBuy said no to one listing: its words stay there, and it is tried again after a growing while.

        :param listing: one ``onbuy.listing``
        :param str message: OnBuy's words
        :param dict rows: (listing id, kind) → row ids
        :rtype: Counter
        """
        listing._set_sync_error(explain(self.env, message))
        self._delete_offer_rows(self._get_row_ids([listing], rows))
        self._trigger_task('offers', at=listing.next_attempt)
        return Counter(failed=1)

    def _get_row_ids(self, listings, rows):
        """Return the ids of the changes of some listings."""
        keys = ((listing.id, kind) for listing in listings for kind in ('stock', 'price'))
        return list(chain.from_iterable(rows.get(key, []) for key in keys))

    def _finish_offers(self):
        """All that was to be sent is out: what a person waived holds no longer, and nothing waits."""
        states = self.env['onbuy.store.state']
        if self.env['onbuy.listing'].search_count([('store_id', '=', self.id), ('sync_state', '=', 'uncertain')], limit=1):
            return
        states._save(self, 'offers_hold', {})
        states._save(self, 'offers_wait', {})


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    def _filter_pushable(self):
        """Return those that OnBuy shows, nobody deletes, and of which the last call's effect is known."""
        return self.filtered(lambda listing: listing.is_on_onbuy and not listing.publish_state
                             and listing.sync_state != 'uncertain')
