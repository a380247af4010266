import logging
from collections import Counter
from functools import partial

from odoo import api, models

from ..lib.errors import AnswerError

_logger = logging.getLogger(__name__)

# What an unchanged listing is looked at for: the rest of its columns is not read.
COMPARED = [
    'sku', 'remote_id', 'digest', 'is_on_onbuy', 'product_id', 'match_state', 'product_codes', 'condition', 'store_id']


class OnbuyStore(models.Model):
    """What OnBuy sent of listings is stored; which are read when is told in ``onbuy_listing_pass``."""

    _inherit = 'onbuy.store'

    def _task_listings_by_sku(self, client, skus):
        """Read single listings.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param list skus: strings
        :return: a generator of units
        """
        for sku in skus:
            listing = client.find_listing(sku)
            yield partial(self._store_listing_or_absence, sku, listing)

    def _get_ask_again_units(self, client, sku):
        """Read a listing; an answer that makes no sense leaves it as it is, and stops no other.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param str sku: of the listing
        """
        try:
            listing = client.find_listing(sku)
        except AnswerError as error:
            _logger.info("Listing %s of OnBuy store %s is read later: %s", sku, self.id, error)
            return
        yield partial(self._store_listing_or_absence, sku, listing)

    def _store_listing_or_absence(self, sku, listing):
        """Store what OnBuy has under a SKU, or that it has nothing.

        :param str sku: as asked for
        :param listing: :class:`~..lib.listings.Listing` or None
        :rtype: Counter
        """
        if listing:
            return self.env['onbuy.listing']._store(self, [listing], {}, replace=True)
        return self.env['onbuy.listing'].search([('store_id', '=', self.id), ('sku', '=', sku)])._mark_absent()

    def _store_listings_page(self, page):
        """Store one page of listings, outside a pass.

        :param page: :class:`~..lib.paging.Page` of listings
        :rtype: Counter
        """
        return self._store_listings_pages([page], {}, replace=False)

    def _store_listings_pages(self, pages, met, replace):
        """Store pages of listings, and what is wrong with some of their rows.

        :param list pages: of :class:`~..lib.paging.Page`
        :param dict met: OnBuy's listing id by SKU; completed here
        :param bool replace: as of :meth:`OnbuyListing._store`
        :rtype: Counter
        """
        listings = [listing for page in pages for listing in page.items]
        figures = self.env['onbuy.listing']._store(self, listings, met, replace)
        errors = [error for page in pages for error in page.errors]
        for error in errors:
            if error.sku:
                met.setdefault(error.sku, error.listing_id or '')
        figures['failed'] += self.env['onbuy.listing.problem']._note_broken(self, errors)
        return figures


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    @api.model
    def _store(self, store, listings, met, replace):
        """Create or update the listings that OnBuy sent; write only what changed.

        :param store: one ``onbuy.store``
        :param list listings: of :class:`~..lib.listings.Listing`
        :param dict met: OnBuy's listing id by SKU; completed here. The first of a SKU in a pass is kept.
        :param bool replace: whether a known SKU may get another listing id
        :return: figures ``seen``, ``created``, ``updated``, ``failed``
        :rtype: Counter
        """
        known = {record.sku: record for record in self.search_fetch(
            [('store_id', '=', store.id), ('sku', 'in', [listing.sku for listing in listings])], COMPARED)}
        doubtful = {listing.sku for listing in listings
                    if listing.sku in known and known[listing.sku].remote_id != listing.listing_id}
        if replace and doubtful:
            met |= store._get_met(doubtful)
        fresh, changed, duplicates = [], [], []
        for listing in listings:
            record = known.get(listing.sku)
            if met.setdefault(listing.sku, listing.listing_id) != listing.listing_id:
                duplicates.append(listing)
            elif not record:
                fresh.append(listing)
            elif record._is_left_to_publish(listing):
                continue
            elif (replace or record.remote_id == listing.listing_id) and record._differs(listing):
                changed.append((record, listing))
        created = self._create_each([self._prepare_values(store, listing) for listing in fresh])
        moved = self.union(*(record for record, listing in changed if record._is_offer_changed(listing)))
        for record, listing in changed:
            record._set_received(self._prepare_values(store, listing))
        for kind in ('stock', 'price'):
            self.env['onbuy.offer.change']._note(created | moved, kind)
        (created | self.union(*known.values()).filtered(lambda record: not record.product_id))._match()
        failed = self.env['onbuy.listing.problem']._note_duplicates(store, duplicates)
        return Counter(seen=len(listings), created=len(created), updated=len(changed), failed=failed)

    def _is_left_to_publish(self, listing):
        """Return whether what OnBuy sent is not to be stored.

        :param listing: :class:`~..lib.listings.Listing`
        :rtype: bool
        """
        return False

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

    def _set_received(self, values):
        """Store what OnBuy sent.

        :param dict values: of :meth:`_prepare_values`
        """
        return self._set_synced(**values)

    @api.model
    def _prepare_values(self, store, listing):
        """Return the values of a listing as OnBuy sent it.

        :param store: one ``onbuy.store``
        :param listing: :class:`~..lib.listings.Listing`
        :rtype: dict
        """
        return {
            'store_id': store.id,
            'company_id': store.company_id.id,
            'sku': listing.sku,
            'remote_id': listing.listing_id,
            'opc': listing.opc,
            'name': listing.name,
            'group_sku': listing.group_sku,
            'condition': listing.condition,
            'product_codes': ','.join(listing.product_codes),
            'price': listing.price,
            'sale_price': listing.sale_price or False,
            'sale_start_date': listing.sale_start,
            'sale_end_date': listing.sale_end,
            'stock': listing.stock,
            'stock_unknown': False,
            'handling_time': listing.handling_time or False,
            'template_id': listing.delivery_template_id,
            'image_url': listing.image_url,
            'product_url': listing.product_url,
            'digest': listing.digest,
            'is_on_onbuy': True,
            'sync_state': 'synced',
        }

    def _mark_absent(self):
        """Note that OnBuy does not show these listings any more; drafts, and what was deleted from here, it need not show.

        :rtype: Counter
        """
        gone = self.filtered(lambda listing: not listing.publish_state)
        gone.write({
            'is_on_onbuy': False,
            'sync_state': 'error',
            'sync_error': self.env._(
                "OnBuy does not show this listing any more: it is suspended or removed. Look it up in the Seller Control "
                "Panel. It comes back here by itself when OnBuy shows it again."),
        })
        return Counter(updated=len(gone))
