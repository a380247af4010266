import time
from datetime import timedelta
from functools import partial

from odoo import fields, models
from odoo.tools import SQL

from ..lib.errors import OnBuyError

PAGE = 100
WINDOW = 1000  # listings read in one run of the listings cron, besides the newest page
PAGES_TOGETHER = 5  # stored in one unit: what surrounds a unit costs more than a page does
SECONDS_TOGETHER = 10  # ... and fewer where OnBuy is slow: nothing may be lost when a run is killed
FULL_EVERY = timedelta(days=1)
STALE = timedelta(days=1)
MET = 'listings_met/'  # start of the state's topics that say what a pass met: one for each unit, so that all stay small


class OnbuyStore(models.Model):
    """Passes through all listings: a window at a time, or all at once; what a whole pass does not meet is gone.

    Where a pass stands is the state ``listings``: ``complete`` (all were read once), ``offset`` (of the next page), ``read``
    (how many in this window), ``full`` (no window: on to the end), ``again`` (a second look for what the first did not
    meet), ``holed`` (a page lacked rows that OnBuy counts), ``total`` (of OnBuy's list), ``started``, and ``full_at`` (the
    last full reading).
    """

    _inherit = 'onbuy.store'

    # === TASK === #

    def _task_listings(self, client):
        """Read the newest page of listings, then the next part of a rolling window; once a day, when asked to, and the
        first time, all of them.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        if self._is_full_reading_due():
            yield self._start_full_reading
        state = {'started': fields.Datetime.to_string(fields.Datetime.now()), **self._get_listings_state()}
        if state.get('complete') and not state.get('read'):
            page = next(client.iter_listings(limit=PAGE, newest_first=True), None)
            if page:
                yield partial(self._store_listings_page, page)
        yield from self._get_pass_units(client, state)

    def _get_pass_units(self, client, state):
        """Read on where the pass stands: to the end of the window, or of the list.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param dict state: of the pass
        """
        has_window = state.get('complete') and not state.get('full')
        for pages in self._get_page_batches(client.iter_listings(limit=PAGE, offset=state.get('offset', 0))):
            last, rows = pages[-1], sum(len(page.items) + len(page.errors) for page in pages)
            is_holed = state.get('holed', False) or not all(page.whole for page in pages)
            state = {**state, 'offset': last.next_offset, 'read': state.get('read', 0) + rows, 'holed': is_holed,
                     'total': last.total}
            is_window_over = has_window and state['read'] >= WINDOW and last.next_offset < (last.total or 0)
            yield partial(self._store_pass_pages, pages, {**state, 'read': 0} if is_window_over else state)
            if is_window_over:
                return
        yield from self._get_end_units(client, state)

    def _get_page_batches(self, pages):
        """Give several pages at a time; those before a failed call are given before it is told.

        :param pages: iterator of :class:`~..lib.paging.Page`
        :return: a generator of lists
        """
        batch, begun, error = [], time.monotonic(), None
        while True:
            try:
                page = next(pages, None)
            except OnBuyError as failure:
                page, error = None, failure
            batch += [page] if page else []
            if batch and (not page or len(batch) == PAGES_TOGETHER or time.monotonic() - begun > SECONDS_TOGETHER):
                yield batch
                batch, begun = [], time.monotonic()
            if error:
                raise error
            if not page:
                return

    def _store_pass_pages(self, pages, state):
        """Store the next pages of the pass, and where it stands now.

        :param list pages: of :class:`~..lib.paging.Page`
        :param dict state: of the pass
        :rtype: Counter
        """
        met = {}
        figures = self._store_listings_pages(pages, met, replace=True)
        self.env['onbuy.store.state']._merge(self, {'listings': state, f'{MET}{pages[0].offset}': met})
        return figures

    # === STATE === #

    def _get_listings_state(self):
        """Return where the pass stands (see the class).

        :rtype: dict
        """
        return self.env['onbuy.store.state']._load(self, 'listings')

    def _save_listings_state(self, state):
        """Store :meth:`_get_listings_state`."""
        self.env['onbuy.store.state']._save(self, 'listings', state)

    def _ask_full_reading(self):
        """Have the next run read all listings from the beginning.

        Beside the state, which is written by whoever has the store's lock.
        """
        self.env['onbuy.store.state'].sudo()._save(self, 'listings_wish', {'full': True})

    def _is_full_reading_due(self):
        """Return whether all listings are to be read anew: someone asked for it, or a day has gone by.

        :rtype: bool
        """
        if self.env['onbuy.store.state']._load(self, 'listings_wish'):
            return True
        state = self._get_listings_state()
        last = fields.Datetime.to_datetime(state.get('full_at'))
        is_between = state.get('complete') and not state.get('offset') and not state.get('full')
        return bool(is_between and (not last or last + FULL_EVERY < fields.Datetime.now()))

    def _start_full_reading(self):
        """Begin a pass without windows; one that runs already goes on."""
        self.env['onbuy.store.state']._save(self, 'listings_wish', {})
        state = self._get_listings_state()
        if state.get('complete') and not state.get('full'):
            self._forget_met()
            self._save_listings_state({'complete': True, 'full': True, 'full_at': state.get('full_at')})

    # === WHAT A PASS MET === #

    def _get_met(self, skus):
        """Return under which id the pass met some SKUs.

        :param list skus: strings
        :return: OnBuy's listing id by SKU
        :rtype: dict
        """
        self.env.cr.execute(SQL(
            "SELECT key, value FROM onbuy_store_state, jsonb_each_text(data) WHERE %s AND key = ANY(%s)",
            self._get_met_sql(), list(skus)))
        return dict(self.env.cr.fetchall())

    def _get_met_sql(self):
        """Return the SQL condition of the state's rows that say what the pass met."""
        return SQL("store_id = %s AND starts_with(topic, %s)", self.id, MET)

    def _forget_met(self):
        """Forget what the pass met."""
        self.env.cr.execute(SQL("DELETE FROM onbuy_store_state WHERE %s", self._get_met_sql()))

    def _get_missing_listings(self):
        """Return the listings that the pass did not meet, though OnBuy showed them before."""
        self.env['onbuy.listing'].flush_model(['store_id', 'sku', 'is_on_onbuy'])
        self.env.cr.execute(SQL(
            """SELECT id FROM onbuy_listing WHERE store_id = %s AND is_on_onbuy AND sku NOT IN (
                   SELECT key FROM onbuy_store_state, jsonb_object_keys(data) key WHERE %s) ORDER BY sku""",
            self.id, self._get_met_sql()))
        return self.env['onbuy.listing'].browse(listing_id for listing_id, in self.env.cr.fetchall())

    # === END OF A PASS === #

    def _get_end_units(self, client, state):
        """Before anything is called gone: ask for the few listings that the pass did not meet, or read all a second time.

        A deletion shifts the pages of a list that is being read, so a listing may be missed that is still there.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param dict state: of the pass
        """
        missing = self._get_missing_listings()
        calls = state['offset'] // PAGE + 1  # of a second look
        if len(missing) > calls and not state.get('again'):
            state = {**state, 'offset': 0, 'full': True, 'again': True, 'holed': False}
            yield partial(self._save_listings_state, state)
            yield from self._get_pass_units(client, state)
            return
        is_sure = state.get('again') and not state['holed']
        if not is_sure:
            for sku in missing[:calls].mapped('sku'):
                yield from self._get_ask_again_units(client, sku)
        yield partial(self._finish_listings_pass, state, is_sure)

    def _finish_listings_pass(self, state, is_sure):
        """End a pass; the next one starts at the beginning.

        :param dict state: of the pass
        :param bool is_sure: whether all that was not met is gone
        :rtype: Counter
        """
        gone = self._get_missing_listings() if is_sure else self.env['onbuy.listing']
        figures = gone._mark_absent()
        if state['holed']:
            self._note_left_out('listings', self.env._(
                "OnBuy left out listings that it counts. What is known of them here stays as it was; the next reading asks "
                "for them again."))
        started = fields.Datetime.to_datetime(state['started'])
        self.env['onbuy.listing.problem']._finish_pass(self, started - STALE if state['holed'] else started)
        now = fields.Datetime.to_string(fields.Datetime.now())
        is_full = state.get('full') or not state.get('complete')
        self._forget_met()
        self._save_listings_state({
            'complete': True, 'offset': 0, 'started': now, 'full_at': now if is_full else state.get('full_at')})
        return figures
