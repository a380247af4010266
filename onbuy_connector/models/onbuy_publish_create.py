import logging
import time
from collections import Counter
from functools import partial

from psycopg2 import OperationalError

from odoo import fields, models
from odoo.exceptions import ConcurrencyError, UserError

from ..lib import products
from ..lib.const import MISSING
from ..lib.errors import OnBuyError, RejectedError, UncertainError
from ..lib.gtin import gtin_core
from ..lib.queues import get_wait
from .onbuy_listing_publish import ASK_AGAIN, SECONDS_AHEAD
from .onbuy_words import explain, find_code, is_taken

_logger = logging.getLogger(__name__)

PER_CALL = 50  # OnBuy API reference, 27
MOST_TRIES = 3


class OnbuyStore(models.Model):
    """New pages in OnBuy's catalogue: written ahead, sent, and then followed in the queue."""

    _inherit = 'onbuy.store'

    def _get_creation_units(self, client):
        """Have products created that OnBuy does not have.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        creations, is_well = self._get_due_listings('waiting')._filter_creatable()._get_creations(), True
        while creations and is_well:
            size = self._get_creation_size()
            is_well = yield from self._get_creation_call_units(client, creations[:size])
            creations = creations[size:]

    def _get_creation_call_units(self, client, creations):
        """Have some products created in one call; if OnBuy refuses it as a whole, in halves.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param list creations: of ``onbuy.listing``, those of a family together
        :return: whether OnBuy can be sent more
        :rtype: bool
        """
        documents = {}
        yield partial(self._write_creations_ahead, creations, documents)
        rows = self.env['onbuy.product.queue'].browse(documents)
        if not rows:
            return True
        try:
            results = client.create_products(list(documents.values()))
        except UncertainError as error:
            yield partial(self._set_creations_uncertain, rows, error)
            return False
        except RejectedError as error:
            if len(rows) == 1:
                yield partial(rows._fail_creation, str(error))
                return True
            sent = [row.listing_ids for row in rows]
            yield rows._take_back
            for half in (sent[:len(sent) // 2], sent[len(sent) // 2:]):
                yield from self._get_creation_call_units(client, half)
            return True
        except OnBuyError:
            yield rows._take_back
            raise
        yield partial(self._store_creations, rows, results)
        yield from self._get_existing_units(client, rows)
        return True

    def _write_creations_ahead(self, creations, documents):
        """Note what is about to be created; committed before the call. What there is no time for is left to the next run.

        :param list creations: of ``onbuy.listing``
        :param dict documents: filled here, by id of ``onbuy.product.queue``
        :rtype: Counter
        """
        documents.clear()
        figures, until = Counter(), time.monotonic() + SECONDS_AHEAD
        for listings in creations:
            if documents and time.monotonic() > until:  # A run that ends before its call would do it all again.
                self._trigger_task('publish')
                break
            # Someone may have discarded it, or be just doing so.
            listings = listings.try_lock_for_update(allow_referencing=True).filtered(
                lambda listing: listing.publish_state == 'waiting' and not listing.opc)
            try:
                with self.env.cr.savepoint():
                    documents |= listings._write_creation_ahead() if listings else {}
            except (OperationalError, ConcurrencyError):
                raise
            except Exception as error:  # noqa: BLE001  One product must not stop the others.
                if not isinstance(error, UserError | ValueError):
                    _logger.exception("The product of OnBuy listings %s cannot be prepared.", listings.ids)
                listings._refuse(str(error))
                figures['failed'] += len(listings)
        if documents:  # Should this worker die, another one asks OnBuy when the call is over for sure.
            self._trigger_task('publish', at=fields.Datetime.now() + ASK_AGAIN)
        return figures

    def _store_creations(self, rows, results):
        """Store OnBuy's answer to each creation.

        :param rows: ``onbuy.product.queue``
        :param dict results: uid → :class:`~..lib.items.ItemResult`
        :rtype: Counter
        """
        figures = Counter()
        named = Counter(products.queue_id(result) for result in results.values())
        for row in rows:
            result = results[row.uid]
            queue_id = products.queue_id(result)
            if result.ok and named[queue_id] == 1:
                row.write({'state': 'pending', 'remote_id': queue_id, 'next_attempt': fields.Datetime.now() + get_wait(0)})
                figures['sent'] += 1
            elif result.ok or result.code == MISSING:
                row._put_off(state='uncertain', message=result.message)
                figures['failed'] += 1
            else:
                figures += row._fail_creation(result.message or result.code, products.existing_opc(result))
        self._save_creation_size(max(self._get_creation_size(), 2 * len(rows)))
        return figures

    # === HOW MANY A CALL === #

    def _get_creation_size(self):
        """Return how many products OnBuy is sent in a call: large ones can make it fail (OnBuy API reference, 14.1)."""
        return self.env['onbuy.store.state']._load(self, 'publish').get('size', PER_CALL)

    def _save_creation_size(self, size):
        """Remember :meth:`_get_creation_size`: it halves with each failure and grows again with each success."""
        self.env['onbuy.store.state']._save(self, 'publish', {'size': max(1, min(size, PER_CALL))})

    def _set_creations_uncertain(self, rows, error):
        """The call may have taken effect: OnBuy is asked before anything is sent again.

        :param rows: ``onbuy.product.queue``
        :param OnBuyError error: what happened
        :rtype: Counter
        """
        at = fields.Datetime.now() + ASK_AGAIN
        rows.write({'state': 'uncertain', 'message': str(error), 'next_attempt': at})
        if (error.status or 0) >= 500:
            self._save_creation_size(len(rows) // 2)
        self._trigger_task('publish', at=at)
        return Counter(failed=len(rows))

    # === WHAT EXISTS ALREADY === #

    def _get_existing_units(self, client, rows):
        """Search the pages of products that OnBuy refused because it has their code; those found are listed there.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param rows: ``onbuy.product.queue``
        """
        refused = rows.filtered(lambda row: row.state == 'failed' and is_taken(row.message or ''))
        codes = {listing._get_known_gtin() for listing in refused.listing_ids} - {''}
        if codes:
            yield partial(refused._settle_existing, client.find_products(sorted(codes)))


class OnbuyProductQueue(models.Model):
    _inherit = 'onbuy.product.queue'

    def _take_back(self):
        """Nothing was sent: the listings wait on."""
        self.listing_ids._move_to('waiting')
        self.unlink()

    def _fail_creation(self, words, existing_opc=None):
        """OnBuy refused to create these: its words go to their listings.

        :param str words: of OnBuy
        :param str existing_opc: of the page that has the code already
        :rtype: Counter
        """
        for row in self:
            row._close('failed', words, opc=existing_opc or False)
            listings = row.listing_ids
            listings._refuse(explain(self.env, words))
            code = find_code(words)
            named = listings.filtered(lambda listing, code=code: code and listing._get_code_core() == code) or listings
            if existing_opc and len(named) == 1:
                named.existing_opc = existing_opc
        return Counter(failed=len(self.listing_ids))

    def _settle_existing(self, pages):
        """List on the pages that OnBuy has; what is left of a family waits to be created without those.

        :param dict pages: product code → list of :class:`~..lib.products.FoundProduct`
        """
        for listings in (row.listing_ids for row in self):
            for listing in listings:
                code = listing._get_known_gtin()
                listing._set_page(code, pages.get(code, []))
            found = listings.filtered('opc')
            found._move_to('offering', existing_opc=False)
            if found:
                (listings - found)._move_to('waiting')


class OnbuyListing(models.Model):
    """What is sent of drafts to create their products."""

    _inherit = 'onbuy.listing'

    def _filter_creatable(self):
        """Return those without a page whose product no other listing is creating: else there would be two of it."""
        busy = self.search([('store_id', 'in', self.store_id.ids), ('publish_state', '=', 'creating')])
        taken, chosen = {listing._get_thing() for listing in busy}, self.browse()
        for listing in self.filtered(lambda listing: not listing.opc):
            if listing._get_thing() not in taken:
                taken.add(listing._get_thing())
                chosen |= listing
        return chosen

    def _get_code_core(self):
        """Return the product code in its shortest spelling, '' without one that OnBuy takes."""
        return gtin_core(self._get_known_gtin())

    def _get_thing(self):
        """Return what tells the product of this listing from others: its product code, else what it is in Odoo."""
        return self._get_code_core() or (self.product_id.id, self.uom_id.id)

    def _get_creations(self):
        """Return these as lists of what is created together: variants of one product that share a group SKU, else each
        alone.

        :return: list of ``onbuy.listing``
        """
        def get_family(listing):
            product = listing.product_id
            if not listing.group_sku or product.product_variant_count < 2:
                return listing.id
            return product.product_tmpl_id.id, listing.group_sku, listing._get_condition(), listing.uom_id.id

        return list(self.filtered(lambda listing: not listing.opc).grouped(get_family).values())

    def _get_axes(self):
        """Return the attributes by which the variants of a family differ: all of the product if OnBuy takes as many."""
        values = self.product_id.product_template_variant_value_ids
        axes = values.attribute_id
        if len(axes) > 2:
            axes = axes.filtered(lambda axis: len(values.filtered(
                lambda value: value.attribute_id == axis).product_attribute_value_id) > 1)
        return axes

    def _write_creation_ahead(self):
        """Note that these are created now, as one product or family.

        :return: id of ``onbuy.product.queue`` → :class:`~..lib.products.NewProduct`
        :rtype: dict
        :raise UserError: when something is in the way; ValueError: when OnBuy cannot take it
        """
        self._find_obstacles(self.store_id)
        if reasons := list(dict.fromkeys(self.filtered('to_mend').mapped('to_mend'))):
            raise UserError('\n'.join(reasons))
        document = self._prepare_creation()
        products.build_product(document)
        row = self.env['onbuy.product.queue'].create({
            'store_id': self.store_id.id, 'kind': 'create', 'uid': document.uid, 'listing_ids': [(6, 0, self.ids)],
            'next_attempt': fields.Datetime.now() + ASK_AGAIN})
        for listing in self:
            listing.write({'publish_state': 'creating', 'publish_error': False, 'publish_next': False,
                           'existing_opc': False, 'name': products.cut_name(document.name)})
        return {row.id: document}

    def _prepare_creation(self):
        """Return the document that has the product of these listings created, a family if there are several.

        :rtype: NewProduct
        """
        prices, stocks = self._get_wanted_prices()[0], self._get_wanted_stocks(anyway=True)[0]
        offers = {listing: listing._prepare_new_listing(prices[listing].price, stocks.get(listing, 0)) for listing in self}
        first = self[0]
        template = first.product_id.product_tmpl_id
        page = {'uid': first.sku, **template._prepare_onbuy_page()}
        if len(self) == 1:
            page |= {'name': first.product_id._get_onbuy_title()}
            return products.NewProduct(**page, **first._prepare_content(), listing=offers[first])
        axes = self._get_axes()
        main, *others = template._get_onbuy_picture_urls() or first.product_id._get_onbuy_picture_urls()
        return products.NewProduct(
            **page, **template._prepare_onbuy_common(), default_image=main, additional_images=tuple(others),
            axes=tuple(template._get_onbuy_english().attribute_line_ids.attribute_id.filtered(
                lambda axis: axis in axes).mapped('name')),
            variants=tuple(products.NewVariant(
                axis_values=listing.product_id._get_onbuy_values(axes), listing=offer, **listing._prepare_content())
                for listing, offer in offers.items()))

    def _prepare_content(self):
        """Return what the page of one listing's product says, with its product code.

        :return: fields of :class:`~..lib.products.ProductContent`
        :rtype: dict
        """
        code = self._get_known_gtin()
        return {**self.product_id._prepare_onbuy_content(), 'product_codes': (code,) if code else None}
