"""Endpoints of the seller's own things: listings, orders, the account. Sends nothing itself."""
from datetime import timezone
from urllib.parse import quote

from . import aftersales, const, dispatch, listings, offers, order_paging, orders, paging, sellers, values, wire
from .calls import Calls
from .errors import AnswerError, NotFoundError


class Endpoints(Calls):
    """What to ask, and what the answer means; the catalogue's are in :mod:`endpoints_catalogue`.

    Orders and order actions are priority calls, everything else is not (reference, 6).
    """

    # === LISTINGS (16) === #

    def iter_listings(self, *, limit=const.LISTING_PAGE, offset=0, newest_first=False, sku=None):
        """Read the seller's listings, oldest first unless ``newest_first`` (reference, 16.3).

        :param str sku: only this one
        :return: generator of Page of Listing; errors are rows that cannot be understood
        """
        params = {'sort[last_created]': 'desc' if newest_first else 'asc'}
        if sku is not None:
            params['filter[sku]'] = sku
        for at, batch, fresh in paging.iter_by_offset(
                self._fetcher('/listings', params), paging.listing_key, limit, offset):
            yield paging.make_page(fresh, listings.parse_listing, batch, at)

    def find_listing(self, sku):
        """Return the Listing with exactly this SKU, None when OnBuy shows none (suspended: hidden, 16.3).

        :raise AnswerError: the row cannot be understood, OnBuy answers with other SKUs, or counts a row that it leaves out
        """
        try:
            page = next(self.iter_listings(sku=sku))
        except NotFoundError:  # Some servers say so where others send an empty list.
            return None
        found = [listing for listing in page.items if listing.sku == sku]
        if found:
            return found[0]
        if any(error.sku == sku for error in page.errors):
            raise AnswerError(page.errors[0].message, method='GET', path='/listings')
        if any(listing.sku.casefold() != sku.casefold() for listing in page.items):
            raise AnswerError(f"OnBuy was asked for {sku} and answered with others.", method='GET',
                              path='/listings')
        if page.total and not page.items:
            raise AnswerError(f"OnBuy has {sku} but did not send it.", method='GET', path='/listings')
        return None

    def create_listings(self, new):
        """Offer up to 100 existing products for sale, in one call (reference, 16.1).

        :param new: list of NewListing, each SKU once
        :return: ``{sku: ItemResult}``; data holds `product_listing_id`, and `created` or `updated`
        :raise ValueError: too many, a SKU twice, or a value that OnBuy does not take
        :raise UncertainError: the answer is lost, or says nothing about any item
        """
        batch = {'listings': [offers.build_new_listing(listing) for listing in new]}
        return self._send_batch('POST', '/listings', batch, [listing.sku for listing in new], 'sku',
                                most=offers.CREATIONS_PER_CALL)

    def update_listings(self, updates):
        """Change price, stock and terms of up to 1,000 listings in one call (reference, 16.4).

        :param updates: list of ListingUpdate, each SKU once
        :return: ``{sku: ItemResult}``; an item that names no error was done
        :raise ValueError: too many, or a SKU twice
        :raise UncertainError: the answer is lost, or says nothing about any item
        """
        batch = {'listings': [offers.build_update(update) for update in updates]}
        return self._send_batch('PUT', '/listings/by-sku', batch, [update.sku for update in updates], 'sku',
                                most=offers.UPDATES_PER_CALL, silence_is_success=True)

    def delete_listings(self, skus):
        """Delete up to 1,000 listings in one call (reference, 16.5).

        :param list skus: texts, each once
        :return: ``{sku: ItemResult}``; a SKU that OnBuy does not have is an item with an error
        :raise ValueError: too many, or a SKU twice
        :raise UncertainError: the answer is lost, or says nothing about any item
        """
        return self._send_batch('DELETE', '/listings/by-sku', {'skus': skus}, skus, 'sku', most=offers.UPDATES_PER_CALL)

    def iter_winning(self, skus):
        """Ask how listings stand among the offers for their products (reference, 16.6), as many a call as it takes.

        :param list skus: texts
        :return: generator of ``(asked, {sku: Winning})``, one pair per call; OnBuy may leave out some
        """
        for part in offers.split_for_query(skus, 'skus[]'):
            answer = self.request('GET', '/listings/check-winning', params={'site_id': self.site_id, 'skus[]': part})
            rows = wire.read_rows(answer, self._secrets(), method='GET', path='/listings/check-winning')
            yield part, offers.parse_winnings(rows, part)

    # === ORDERS (17) === #

    def iter_orders(self, *, modified_since, status='all', limit=const.ORDER_PAGE, priority=True):
        """Read the orders changed since a time, earliest change first (reference, 17.1).

        :param datetime modified_since: aware, or naive UTC; leave an overlap of 15–30 minutes to the last run
        :param str status: a filter word of 17.1
        :param bool priority: False if it can wait for the allowance that is kept for orders and dispatch
        :return: generator of Page of Order; errors are rows that cannot be understood
        :raise IncompleteError: at the end, when OnBuy counts orders that it did not send
        """
        if modified_since.tzinfo:
            modified_since = modified_since.astimezone(timezone.utc).replace(tzinfo=None)

        def fetch(since, limit, offset):
            params = {'filter[status]': status, 'filter[modified_since]': values.from_datetime(since),
                      'sort[modified]': 'asc'}
            return self._fetcher('/orders', params, priority=priority)(limit, offset)

        since = modified_since.replace(microsecond=0)
        for at, batch, fresh, ordered in order_paging.iter_by_change(fetch, since, limit):
            yield paging.make_page(fresh, orders.parse_order, batch, at, ordered)

    def orders_by_id(self, ids):
        """Read orders by id, 50 a call (reference, 17.1); unknown ids are simply not among the items.

        Those that do not come are asked for again, as long as some come: a server may send fewer than asked for and not say
        so. That OnBuy left out some that it counts is one more error of the Page.

        :param ids: order ids; none means no call, for an empty filter is no filter
        :return: Page of Order, with the errors of rows that cannot be understood
        :raise ValueError: an id that would change the filter's meaning
        """
        ids = list(dict.fromkeys(ids))
        if any(not order_id.strip() or ',' in order_id for order_id in ids):
            raise ValueError("An order id is empty or holds a comma.")
        items, errors = [], []
        for start in range(0, len(ids), const.ORDER_IDS_PER_CALL):
            missing, gap, came = ids[start:start + const.ORDER_IDS_PER_CALL], None, True
            while missing and came:
                found, unread, gap = self._ask_orders(missing)
                came = {row.order_id for row in (*found, *unread)}.intersection(missing)
                items += [order for order in found if order.order_id in missing]
                errors += [error for error in unread if error not in errors]
                missing = [order_id for order_id in missing if order_id not in came]
            if missing and gap:
                errors.append(paging.row_error(None, str(gap)))
        return paging.Page(items, errors, total=len(items) + len(errors))

    def _ask_orders(self, ids):
        """Read orders by id once.

        :return: list of Order, list of RowError, and the error for rows that OnBuy counts but left out, None for none
        """
        params = {'filter[status]': 'all', 'filter[order_ids]': ','.join(ids), 'sort[modified]': 'asc'}
        fetch = self._fetcher('/orders', params, priority=True)
        found, unread, gap = [], [], None
        for at, batch, fresh in paging.iter_by_offset(fetch, order_paging.order_key, const.ORDER_PAGE):
            page = paging.make_page(fresh, orders.parse_order, batch, at)
            found += page.items
            unread += page.errors
            if paging.is_holed(batch, at, fresh):
                gap = paging.left_out(batch.total)
        return found, unread, gap

    def get_order(self, order_id):
        """Return one Order (reference, 17.2).

        :raise NotFoundError: OnBuy does not know it
        :raise AnswerError: the answer is another order, or cannot be understood
        """
        order = self._single(f'/orders/{quote(order_id, safe="")}', orders.parse_order, priority=True)
        if order.order_id != order_id:
            raise AnswerError(f"OnBuy was asked for order {order_id} and answered with another.")
        return order

    # === ORDER ACTIONS (18–20) === #

    def dispatch(self, dispatches):
        """Mark orders as dispatched, in one call (reference, 18.1).

        :param dispatches: list of Dispatch, each order once
        :return: ``{order_id: ItemResult}``; an order already dispatched has code `InvalidOrderStatus`
        """
        return self._put('/orders/dispatch', 'orders', 'order_id', dispatches, dispatch.build_dispatch)

    def update_tracking(self, updates):
        """Add or change the tracking of dispatches, in one call (reference, 18.2).

        :param updates: list of TrackingUpdate, each dispatch once
        :return: ``{dispatch_id: ItemResult}``
        """
        return self._put('/dispatches/tracking', 'dispatches', 'dispatch_id', updates,
                         dispatch.build_tracking_update)

    def cancel(self, cancellations):
        """Cancel whole orders, in one call (reference, 19).

        :param cancellations: list of Cancellation, each order once
        :return: ``{order_id: ItemResult}``
        """
        return self._put('/orders/cancel', 'orders', 'order_id', cancellations, aftersales.build_cancellation)

    def refund(self, refunds):
        """Refund orders, in one call (reference, 20).

        :param refunds: list of Refund, each order once
        :return: ``{order_id: ItemResult}``; data holds `order_refund_id` and `refund_total`
        """
        return self._put('/orders/refund', 'orders', 'order_id', refunds, aftersales.build_refund)

    def _put(self, path, container, key, entries, build):
        """Send order actions as :meth:`_send_batch` does; ``build`` gives the JSON of an entry."""
        batch = {container: [build(entry) for entry in entries]}
        return self._send_batch('PUT', path, batch, [getattr(entry, key) for entry in entries], key, priority=True)

    # === THE ACCOUNT (8, 13, 18.3) === #

    def check(self):
        """Prove keys and permission by one cheap call and return the Site (reference, 8)."""
        return self._single(f'/sites/{self.site_id}', sellers.parse_site)

    def sites(self):
        """Return the list of Site (reference, 8)."""
        return self._collect('/sites', sellers.parse_site, const.ENTITY_PAGE)

    def seller_entities(self):
        """Return the list of SellerEntity (reference, 13)."""
        return self._collect('/sellers/entities', sellers.parse_entity, const.ENTITY_PAGE)

    def delivery_templates(self):
        """Return the list of DeliveryTemplate, each with the rates of all its regions (reference, 13)."""
        return sellers.merge_templates(
            self._collect('/sellers/deliveries', sellers.parse_template, const.DELIVERY_PAGE))

    def carriers(self):
        """Return the list of Carrier; OnBuy sends them all at once, without pages (reference, 18.3)."""
        return self._whole('/carriers', sellers.parse_carrier)
