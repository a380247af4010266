from collections import Counter
from decimal import Decimal
from functools import partial
from itertools import islice

from odoo import models
from odoo.tools import split_every

from ..lib.errors import AnswerError, RejectedError, UncertainError
from ..lib.gtin import gtin_core
from ..lib.items import ItemResult
from ..lib.offers import UPDATES_PER_CALL, ListingUpdate
from ..lib.products import is_same_name
from .onbuy_listing_publish import LISTED
from .onbuy_words import explain

FEW = 3  # listings that are read one by one; more are looked for among the newest first
PAGE = 100
MOST_PAGES = 5  # of the newest
MOST_TRIES = 5  # to give a listing its price


class OnbuyStore(models.Model):
    """What OnBuy made of new listings is read back: the right page, price and stock."""

    _inherit = 'onbuy.store'

    def _get_check_units(self, client):
        """Read listings back, and believe that they are on OnBuy only then.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        for ids in split_every(PAGE, self._get_due_listings('checking').ids, list):
            listings, updates = self.env['onbuy.listing'].browse(ids), {}
            yield partial(listings._store_checks, self._read_back(client, listings), updates)
            for part in split_every(UPDATES_PER_CALL, updates, list):
                yield from self._get_correction_units(client, {listing: updates[listing] for listing in part})

    def _read_back(self, client, listings):
        """Return what OnBuy has of listings that were sent a moment ago: among the newest, then one by one.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param listings: ``onbuy.listing``, at most a page
        :return: SKU → :class:`~..lib.listings.Listing`, None or AnswerError
        :rtype: dict
        """
        found, wanted = {}, set(listings.mapped('sku'))
        if len(wanted) > FEW:
            for page in islice(client.iter_listings(limit=PAGE, newest_first=True), MOST_PAGES):
                found |= {listing.sku: listing for listing in page.items if listing.sku in wanted}
                if len(found) == len(wanted):
                    break
        return found | {sku: self._find(client, sku) for sku in sorted(wanted - found.keys())}

    def _find(self, client, sku):
        """Return what OnBuy has under a SKU; what cannot be understood must not stop the others.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param str sku: of a listing
        :return: :class:`~..lib.listings.Listing`, None, or the error
        """
        try:
            return client.find_listing(sku)
        except AnswerError as error:
            return error

    def _get_correction_units(self, client, updates):
        """Send what creating a listing does not set: its boost, or no stock where it is on the wrong page.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param dict updates: ``onbuy.listing`` → :class:`~..lib.offers.ListingUpdate`
        """
        try:
            results = client.update_listings(list(updates.values()))
        except UncertainError as error:
            yield partial(self._set_doubtful, [listing for listing in updates if not listing.publish_state], error)
        except RejectedError as error:
            yield partial(self._store_corrections, updates, dict.fromkeys(
                (listing.sku for listing in updates), ItemResult(False, message=str(error))))
        else:
            yield partial(self._store_corrections, updates, results)

    def _store_corrections(self, updates, results):
        """Store OnBuy's answer to each.

        :param dict updates: ``onbuy.listing`` → :class:`~..lib.offers.ListingUpdate`
        :param dict results: SKU → :class:`~..lib.items.ItemResult`
        :rtype: Counter
        """
        for listing, update in updates.items():
            result = results[update.sku]
            if update.boost is None:  # It is on the wrong page: if this was not taken either, it is looked at again.
                if result.ok:
                    listing._refuse(listing.publish_error)
            elif result.ok:
                listing.write({'boost': update.boost, 'digest': False})
            else:
                listing._set_sync_error(explain(self.env, result.message or result.code), retry=False)
        return Counter(sent=len(updates))


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    def _store_checks(self, found, updates):
        """Compare these with what was read back.

        :param dict found: SKU → :class:`~..lib.listings.Listing`, None or AnswerError
        :param dict updates: filled here: listing → :class:`~..lib.offers.ListingUpdate` still to be sent
        :rtype: Counter
        """
        updates.clear()
        figures = Counter(seen=len(self))
        for listing in self:
            remote = found[listing.sku]
            if isinstance(remote, AnswerError):
                listing._wait_publish(str(remote))
            elif not remote:
                listing._wait_publish(self.env._("OnBuy does not show the listing yet."), 'offering')
            elif not listing._is_on_its_page(remote):
                listing._stop_on_wrong_page(remote, updates)
                figures['failed'] += 1
            elif not listing._is_as_sent(remote):
                listing._send_once_more(remote)
            else:
                if boost := listing._get_boost_to_send(remote):
                    updates[listing] = boost
                listing._set_listed(remote)
                figures['created'] += 1
        return figures

    def _is_on_its_page(self, remote):
        """Return whether OnBuy has this listing on the page it was meant for: one of its name, as far as that is known, or
        of its product code alone.

        :param remote: :class:`~..lib.listings.Listing`
        """
        made = self.queue_ids.filtered(lambda row: row.kind == 'create' and row.state == 'success')
        name = self.name if self.page_code or made else ''
        codes = {gtin_core(code) for code in remote.product_codes}
        return remote.opc == self.opc and (
            is_same_name(name or '', remote.name, is_variant=bool(self.family_opc)) or codes == {self._get_code_core()})

    def _stop_on_wrong_page(self, remote, updates):
        """OnBuy put this on another product's page: nothing may be bought there, and a person sees to it.

        :param remote: :class:`~..lib.listings.Listing`
        :param dict updates: listing → :class:`~..lib.offers.ListingUpdate` still to be sent; grows
        """
        words = self.env._(
            "OnBuy put this listing on another product's page: %(opc)s, %(name)s. A listing cannot be moved: delete it from "
            "OnBuy, then list it again. Its stock there is 0.", opc=remote.opc, name=remote.name)
        values = {'remote_id': remote.listing_id, 'opc': self.opc != remote.opc and self.opc}
        if remote.stock:
            self._wait_publish(words, **values)
            updates[self] = ListingUpdate(self.sku, stock=0)
        else:
            self._refuse(words, **values)

    def _is_as_sent(self, remote):
        """Return whether OnBuy shows price and stock as they were sent; less stock was sold meanwhile.

        :param remote: :class:`~..lib.listings.Listing`
        """
        return remote.price == (self._get_remote_price('price') or Decimal(0)) and (
            remote.stock == self.stock or 0 < remote.stock < self.stock)

    def _send_once_more(self, remote):
        """OnBuy did not take price or stock: send them again, some times.

        :param remote: :class:`~..lib.listings.Listing`
        """
        words = self.env._("OnBuy shows £%(price)s and %(stock)s pieces instead of £%(wanted)s and %(pieces)s.",
                           price=remote.price, stock=remote.stock, wanted=f'{self.price:.2f}', pieces=self.stock)
        if self.publish_attempts < MOST_TRIES:
            self._wait_publish(words, 'offering')
        else:
            self._refuse(words, remote_id=remote.listing_id)

    def _get_boost_to_send(self, remote):
        """Return the update that gives a listing its boost, None if OnBuy shows it already.

        :param remote: :class:`~..lib.listings.Listing`
        :rtype: ListingUpdate
        """
        boost = Decimal(f'{self.boost:.2f}')
        return ListingUpdate(self.sku, boost=boost) if boost != remote.boost else None

    def _set_listed(self, remote):
        """This is on OnBuy now: an ordinary listing.

        :param remote: :class:`~..lib.listings.Listing`
        """
        self._set_synced(**self._prepare_values(self.store_id, remote), **LISTED)
        for kind in ('stock', 'price'):
            self.env['onbuy.offer.change']._note(self, kind)
