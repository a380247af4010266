import re
from collections import Counter
from decimal import Decimal
from functools import partial
from itertools import islice

from psycopg2 import OperationalError

from odoo import fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import split_every

from ..lib.const import MISSING
from ..lib.errors import RejectedError, UncertainError
from ..lib.items import ItemResult
from ..lib.offers import CREATIONS_PER_CALL, UPDATES_PER_CALL, ListingUpdate, build_new_listing
from ..lib.prices import sale_change
from ..lib.products import is_same_name
from .onbuy_listing_publish import ASK_AGAIN, LISTED
from .onbuy_publish_words import explain

FEW = 3  # listings that are read one by one; more are looked for among the newest first
PAGE = 100
MOST_TRIES = 5  # to give a listing its price
PASSING = re.compile(r'does not yet exist for the site|SKU does not exist', re.IGNORECASE)
TAKEN_SKU = re.compile(r'SKU already exists for a different product', re.IGNORECASE)


class OnbuyStore(models.Model):
    """Listings for pages that are known: price and stock are sent, and what OnBuy made of it is read back."""

    _inherit = 'onbuy.store'

    # === PUT ON SALE === #

    def _get_offer_units(self, client):
        """List what has a page; orders come in first, for each of them takes from the stock.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        due = self._get_due_listings('offering')
        if due and self.sync_orders:
            yield from self._get_unseen_order_units(client)
        for ids in split_every(CREATIONS_PER_CALL, due.ids, list):
            yield from self._get_offer_call_units(client, due.browse(ids))

    def _get_offer_call_units(self, client, listings):
        """List these in one call; if OnBuy refuses it as a whole, in halves. To send it twice is harmless.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param listings: ``onbuy.listing``
        """
        documents = {}
        yield partial(listings._prepare_offers, documents)
        listings = listings.browse(documents)
        try:
            results = client.create_listings(list(documents.values()))
        except UncertainError as error:
            yield partial(listings._ask_back, str(error), documents)
        except RejectedError as error:
            if len(listings) == 1:
                yield partial(listings._refuse, explain(self.env, str(error)))
                return
            for half in (listings[:len(listings) // 2], listings[len(listings) // 2:]):
                yield from self._get_offer_call_units(client, half)
        else:
            yield partial(listings._store_offers, results, documents)
            for listing in listings.filtered(lambda one: TAKEN_SKU.search(results[one.sku].message or '')):
                yield partial(listing._settle_taken_sku, client.find_listing(listing.sku))

    # === READ BACK === #

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
        """Return what OnBuy has of listings that were sent a moment ago: the newest page, then one by one.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param listings: ``onbuy.listing``, at most a page
        :return: SKU → :class:`~..lib.listings.Listing` or None
        :rtype: dict
        """
        found, wanted = {}, listings.mapped('sku')
        if len(wanted) > FEW:
            for page in islice(client.iter_listings(limit=PAGE, newest_first=True), 1):
                found = {listing.sku: listing for listing in page.items if listing.sku in wanted}
        return found | {sku: client.find_listing(sku) for sku in wanted if sku not in found}

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

    def _prepare_offers(self, documents):
        """Compute what to send of these; what cannot be listed is refused here.

        :param dict documents: filled here: listing id → :class:`~..lib.offers.NewListing`
        :rtype: Counter
        """
        documents.clear()
        prices, problems = self._get_wanted_prices()
        stocks, trouble = self._get_wanted_stocks(anyway=True)
        figures = Counter()
        for listing in self:
            try:
                with self.env.cr.savepoint():
                    if trouble or listing in problems:
                        raise UserError(trouble or problems[listing])
                    documents[listing.id] = listing._prepare_offer(prices.get(listing), stocks.get(listing, 0))
            except (OperationalError, ConcurrencyError):
                raise
            except (UserError, ValueError) as error:
                listing._refuse(str(error))
                figures['failed'] += 1
        return figures

    def _prepare_offer(self, price, stock):
        """Return the document that lists this on its page.

        :param price: OfferPrice, None if OnBuy's is to be kept
        :param int stock: pieces
        :rtype: NewListing
        :raise UserError: when it may not be listed; ValueError: when OnBuy cannot take it
        """
        if not price:
            raise UserError(self.env._("A new listing needs a price: let it follow the store, or set one here."))
        twins = self.search([('store_id', '=', self.store_id.id), ('opc', '=', self.opc), ('id', '!=', self.id), '|',
                             ('is_on_onbuy', '=', True), ('publish_state', 'in', ('offering', 'checking'))])
        if twin := twins.filtered(lambda one: one._get_condition() == self._get_condition())[:1]:
            raise UserError(self.env._(
                "Your listing %(sku)s is on the same page (%(opc)s) in the same condition, and OnBuy takes one there.",
                sku=twin.sku, opc=self.opc))
        sale = price.sale_price and (price.sale_price, price.sale_start, price.sale_end)
        document = self._prepare_new_listing(
            price.price, stock, opc=self.opc, **sale_change((None, None, None), sale, fields.Datetime.now()))
        build_new_listing(document)
        return document

    # === WHAT ONBUY ANSWERED === #

    def _store_offers(self, results, documents):
        """Store OnBuy's answer to each of these.

        :param dict results: SKU → :class:`~..lib.items.ItemResult`
        :param dict documents: listing id → :class:`~..lib.offers.NewListing`
        :rtype: Counter
        """
        figures = Counter()
        for listing in self:
            document, result = documents[listing.id], results[listing.sku]
            words = result.message or result.code
            if result.ok:
                listing._set_offered(document)
                figures['sent'] += 1
            elif result.code == MISSING:
                listing._ask_back(words, documents)
            elif PASSING.search(words) or TAKEN_SKU.search(words):
                listing._wait_publish(explain(self.env, words))
            else:
                listing._refuse(explain(self.env, words))
                figures['failed'] += 1
        return figures

    def _set_offered(self, document):
        """Note what OnBuy was sent of this listing; it is read back before that is believed.

        :param document: :class:`~..lib.offers.NewListing`
        """
        self.write({
            'publish_state': 'checking', 'publish_next': False, 'price': document.price, 'stock': document.stock,
            'sale_price': document.sale_price or 0, 'sale_start_date': document.sale_start or False,
            'sale_end_date': document.sale_end or False})

    def _ask_back(self, message, documents):
        """What became of the call is not known: read these back.

        :param str message: what happened
        :param dict documents: listing id → :class:`~..lib.offers.NewListing`
        :rtype: Counter
        """
        for listing in self:
            listing._set_offered(documents[listing.id])
        self.write({'publish_error': message, 'publish_next': fields.Datetime.now() + ASK_AGAIN})
        return Counter(failed=len(self))

    def _settle_taken_sku(self, remote):
        """OnBuy says that another page has this SKU: a person sees to it, unless it is only still kept from a deletion.

        :param remote: what OnBuy has under the SKU, :class:`~..lib.listings.Listing` or None
        """
        if remote and remote.opc != self.opc:
            words = self.env._(
                "Your listing with this SKU is on another page: %(opc)s, %(name)s. If that is another product of yours, give "
                "this one another SKU. If OnBuy put it there, delete it from OnBuy, then list it again.",
                opc=remote.opc, name=remote.name)
            self._refuse(words, remote_id=remote.listing_id)

    # === WHAT ONBUY SHOWS === #

    def _store_checks(self, found, updates):
        """Compare these with what was read back.

        :param dict found: SKU → :class:`~..lib.listings.Listing` or None
        :param dict updates: filled here: listing → :class:`~..lib.offers.ListingUpdate` still to be sent
        :rtype: Counter
        """
        updates.clear()
        figures = Counter(seen=len(self))
        for listing in self:
            remote = found[listing.sku]
            if not remote:
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
        """Return whether OnBuy has this listing on the page it was meant for, as far as that page's name is known.

        :param remote: :class:`~..lib.listings.Listing`
        """
        made = self.queue_ids.filtered(lambda row: row.kind == 'create' and row.state == 'success')
        name = self.name if self.page_code or made else ''
        return remote.opc == self.opc and is_same_name(name or '', remote.name, is_variant=bool(self.family_opc))

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
