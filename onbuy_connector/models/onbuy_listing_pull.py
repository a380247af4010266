from collections import Counter
from functools import partial

from odoo import api, fields, models

WINDOW = 1000  # listings read in one pass of the listings cron, besides the newest page
PAGE = 100
ASK_AT_MOST = 50  # listings that a pass did not meet; if there are more, they were deleted on purpose


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    def _task_listings(self, client):
        """Read the newest page of listings, then the next part of a rolling window; all of them the first time.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        state = self._get_listings_state()
        if state.get('complete') and not state.get('read'):
            page = next(client.iter_listings(limit=PAGE, newest_first=True), None)
            if page:
                yield partial(self._store_listings_page, page)
        for page in client.iter_listings(limit=PAGE, offset=state.get('offset', 0)):
            yield partial(self._store_listings_page, page, advance=True)
            if state.get('complete') and self._get_listings_state()['read'] >= WINDOW:
                yield self._finish_listings_window
                break
        else:
            yield from self._get_absence_units(client)
            yield self._finish_listings_pass

    def _get_listings_state(self):
        """Return how far listings were read: ``complete`` (all of them once), and of this pass ``offset``, ``seen``
        (listing id by SKU) and ``read`` (how many in this window).

        :rtype: dict
        """
        return self.env['onbuy.store.state']._load(self, 'listings')

    def _finish_listings_window(self):
        """End the part of the listings that one run reads; the next run goes on where it stopped."""
        self.env['onbuy.store.state']._save(self, 'listings', {**self._get_listings_state(), 'read': 0})

    def _task_listings_by_sku(self, client, skus):
        """Read single listings.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param list skus: strings
        :return: a generator of units
        """
        for sku in skus:
            listing = client.find_listing(sku)
            yield partial(self._store_listing_or_absence, sku, listing)

    def _store_listing_or_absence(self, sku, listing, met=False):
        """Store what OnBuy has under a SKU, or that it has nothing.

        :param str sku: as asked for
        :param listing: :class:`~..lib.listings.Listing` or None
        :param bool met: whether this counts as a part of the current pass
        :rtype: Counter
        """
        if listing:
            state = self._get_listings_state()
            if met:
                seen = {**state.get('seen', {}), sku: listing.listing_id}
                self.env['onbuy.store.state']._save(self, 'listings', {**state, 'seen': seen})
            return self.env['onbuy.listing']._store(self, [listing], {}, replace=True)
        gone = self.env['onbuy.listing'].search([('store_id', '=', self.id), ('sku', '=', sku)])
        gone._mark_absent()
        return Counter(seen=0, updated=len(gone))

    def _store_listings_page(self, page, advance=False):
        """Store one page of listings; with ``advance``, as a part of the rolling window.

        :param page: :class:`~..lib.client.Page` of listings
        :param bool advance: whether to move the window
        :rtype: Counter
        """
        state = self._get_listings_state()
        seen = state.get('seen', {}) if advance else {}
        figures = self.env['onbuy.listing']._store(self, page.items, seen, replace=advance)
        for error in page.errors:
            self._note_broken_listing(error, seen)
            figures['failed'] += 1
        if advance:
            read = state.get('read', 0) + len(page.items) + len(page.errors)
            self.env['onbuy.store.state']._save(
                self, 'listings', {**state, 'offset': page.offset + PAGE, 'seen': seen, 'read': read})
        return figures

    def _note_broken_listing(self, error, seen):
        """Say on a listing, or in the sync log, that what OnBuy sent of it cannot be understood.

        :param error: :class:`~..lib.paging.RowError`
        :param dict seen: SKUs of this pass; it was met, so it is not gone
        """
        listing = self.env['onbuy.listing'].search([('store_id', '=', self.id), ('sku', '=', error.sku)])
        if error.sku:
            seen.setdefault(error.sku, listing.remote_id or '')
        if not listing:
            self.env['onbuy.sync.run']._note(
                self, 'listings', fields.Datetime.now(), Counter(failed=1), error=error.message)
        elif listing.sync_error != error.message:
            listing._set_sync_error(error.message, retry=False, digest=False)

    def _get_absence_units(self, client):
        """Ask for the few listings that a full pass did not meet: a deletion shifts the pages, so one may be missed.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        missing = self._get_missing_listings()
        if len(missing) <= ASK_AT_MOST:
            for sku in missing.mapped('sku'):
                listing = client.find_listing(sku)
                yield partial(self._store_listing_or_absence, sku, listing, met=True)

    def _get_missing_listings(self):
        """Return the listings that the current pass did not meet."""
        seen = self._get_listings_state().get('seen', {})
        known = self.env['onbuy.listing'].search([('store_id', '=', self.id), ('is_on_onbuy', '=', True)])
        return known.filtered(lambda listing: listing.sku not in seen)

    def _finish_listings_pass(self):
        """End a full pass: what it did not meet is not on OnBuy any more; start again at the beginning.

        :rtype: Counter
        """
        gone = self._get_missing_listings()
        gone._mark_absent()
        self.env['onbuy.store.state']._save(self, 'listings', {'complete': True, 'offset': 0, 'seen': {}, 'read': 0})
        return Counter(updated=len(gone))


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    @api.model
    def _store(self, store, listings, seen, replace):
        """Create or update the listings that OnBuy sent; write only what changed.

        :param store: one ``onbuy.store``
        :param list listings: of :class:`~..lib.listings.Listing`
        :param dict seen: OnBuy's listing id by SKU, of this pass; completed here. The first of a SKU is kept.
        :param bool replace: whether a known SKU may get another listing id
        :return: figures ``seen``, ``created``, ``updated``, ``failed``
        :rtype: Counter
        """
        figures = Counter(seen=len(listings))
        skus = [listing.sku for listing in listings if listing.sku]
        known = {record.sku: record for record in self.search([('store_id', '=', store.id), ('sku', 'in', skus)])}
        fresh, changed, duplicates = [], [], []
        for listing in listings:
            record = known.get(listing.sku)
            if not listing.sku:
                figures['failed'] += 1
            elif seen.setdefault(listing.sku, listing.listing_id) != listing.listing_id:
                duplicates.append(listing)
            elif not record:
                fresh.append(listing)
            elif (replace or record.remote_id == listing.listing_id) and record._differs(listing):
                changed.append((record, listing))
        created = self.create([self._prepare_values(store, listing) for listing in fresh])
        moved = self.union(*(record for record, listing in changed if record._is_offer_changed(listing)))
        for record, listing in changed:
            record._set_synced(**self._prepare_values(store, listing))
        for kind in ('stock', 'price'):
            self.env['onbuy.offer.change']._note(created | moved, kind)
        (created | self.union(*known.values()).filtered(lambda record: not record.product_id))._match()
        self._report_duplicates(store, duplicates)
        figures.update(created=len(created), updated=len(changed), failed=len(duplicates))
        return figures

    def _differs(self, listing):
        """Return whether OnBuy's listing is not what is stored.

        :param listing: :class:`~..lib.listings.Listing`
        :rtype: bool
        """
        return self.digest != listing.digest or not self.is_on_onbuy

    def _is_offer_changed(self, listing):
        """Return whether OnBuy shows another stock or price than was known, or shows the listing again.

        :param listing: :class:`~..lib.listings.Listing`
        :rtype: bool
        """
        return not self.is_on_onbuy or self.stock != listing.stock or self._get_remote_price('price') != listing.price

    @api.model
    def _report_duplicates(self, store, listings):
        """Say on the listing that was kept that OnBuy has its SKU a second time.

        :param list listings: of :class:`~..lib.listings.Listing`, those not kept
        """
        for listing in listings:
            kept = self.search([('store_id', '=', store.id), ('sku', '=', listing.sku)])
            reason = self.env._(
                "OnBuy has the SKU %(sku)s twice: listing %(kept)s, used here, and listing %(other)s (OPC %(opc)s), "
                "left out. Give one of them another SKU in the Seller Control Panel.",
                sku=listing.sku, kept=kept.remote_id, other=listing.listing_id, opc=listing.opc,
            )
            if kept.sync_error != reason:
                kept.write({'sync_state': 'error', 'sync_error': reason})

    @api.model
    def _prepare_values(self, store, listing):
        """Return the values of a listing as OnBuy sent it.

        :param store: one ``onbuy.store``
        :param listing: :class:`~..lib.listings.Listing`
        :rtype: dict
        """
        return {
            'store_id': store.id,
            'sku': listing.sku,
            'remote_id': listing.listing_id,
            'opc': listing.opc,
            'name': listing.name,
            'group_sku': listing.group_sku,
            'condition': listing.condition,
            'product_codes': ','.join(listing.product_codes),
            'price': listing.price,
            'sale_price': listing.sale_price or 0,
            'sale_start_date': listing.sale_start,
            'sale_end_date': listing.sale_end,
            'stock': listing.stock,
            'stock_unknown': False,
            'handling_time': listing.handling_time or 0,
            'template_id': listing.delivery_template_id,
            'image_url': listing.image_url,
            'product_url': listing.product_url,
            'digest': listing.digest,
            'is_on_onbuy': True,
            'sync_state': 'synced',
        }

    def _mark_absent(self):
        """Note that OnBuy does not show these listings any more."""
        self.write({
            'is_on_onbuy': False,
            'sync_state': 'error',
            'sync_error': self.env._(
                "OnBuy does not show this listing any more: it was deleted, or OnBuy suspended it. Look it up in the "
                "Seller Control Panel."),
        })
