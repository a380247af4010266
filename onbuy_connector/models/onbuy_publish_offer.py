import re
import time
from collections import Counter
from functools import partial

from psycopg2 import OperationalError

from odoo import fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import split_every

from ..lib.const import MISSING
from ..lib.errors import RejectedError, UncertainError
from ..lib.offers import CREATIONS_PER_CALL, build_new_listing
from ..lib.prices import sale_change
from .onbuy_listing_publish import ASK_AGAIN, SECONDS_AHEAD
from .onbuy_words import explain

PASSING = re.compile(r'does not yet exist for the site|SKU does not exist', re.IGNORECASE)
TAKEN_SKU = re.compile(r'SKU already exists for a different product', re.IGNORECASE)


class OnbuyStore(models.Model):
    """Listings for pages that are known: price and stock are sent."""

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


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    def _prepare_offers(self, documents):
        """Compute what to send of these; what cannot be listed is refused here. What there is no time for is left to the
        next run.

        :param dict documents: filled here: listing id → :class:`~..lib.offers.NewListing`
        :rtype: Counter
        """
        documents.clear()
        prices, problems = self._get_wanted_prices()
        stocks, trouble = self._get_wanted_stocks(anyway=True)
        figures, until = Counter(), time.monotonic() + SECONDS_AHEAD
        for listing in self:
            if documents and time.monotonic() > until:  # A run that ends before its call would do it all again.
                listing.store_id._trigger_task('publish')
                break
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
                "Your listing with this SKU is on another page: %(opc)s, %(name)s. If that is another product of yours, "
                "give this one another SKU. If OnBuy put it there, delete it from OnBuy, then list it again.",
                opc=remote.opc, name=remote.name)
            self._refuse(words, remote_id=remote.listing_id)
