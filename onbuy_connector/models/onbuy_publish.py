from collections import Counter
from functools import partial

from odoo import api, fields, models
from odoo.tools import split_every

from ..lib.errors import DeferredError, OnBuyError, RateLimitError
from ..lib.products import CODES_PER_CALL
from .onbuy_listing_publish import UNDER_WAY
from .onbuy_product_queue import OPEN


class OnbuyStore(models.Model):
    """Drafts on their way to OnBuy. Nothing of it is sent by a button: what a call does must be known afterwards."""

    _inherit = 'onbuy.store'

    @api.model
    def _cron_publish(self):
        """Take drafts, content and deletions the next step on their way to OnBuy."""
        self._cron_run('publish')

    def _get_publish_work(self):
        """Return where the task of drafts finds what it has to do, now or later (see :meth:`_has_work`)."""
        here = ('store_id', '=', self.id)
        return [
            ('onbuy.listing', [here, ('publish_state', 'in', UNDER_WAY)]),
            ('onbuy.listing', [here, ('is_content_wanted', '=', True)]),
            ('onbuy.product.queue', [here, ('state', 'in', OPEN)]),
            ('onbuy.store', [('id', '=', self.id), ('sync_content', '=', True)]),
        ]

    def _task_publish(self, client):
        """Take everything that is on its way to OnBuy's catalogue the next step.

        What one step lacks allowance for does not stop the others; where OnBuy cannot be talked to, the rest waits.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        trouble = None
        for step in (self._get_lost_units, self._get_queue_units, self._get_listing_units, self._get_check_units,
                     self._get_delete_units, self._get_content_units):
            try:
                yield from step(client)
            except OnBuyError as error:
                trouble = trouble or error
                if not isinstance(error, DeferredError | RateLimitError):
                    break
        yield self._trigger_next_step
        if trouble:
            raise trouble

    def _get_listing_units(self, client):
        """List what waits: on the pages that OnBuy has, and with a new page for the rest.

        In this order, and none without the one before: what was not searched for is not created.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        yield from self._get_page_units(client, self._get_due_listings('waiting'))
        yield from self._get_offer_units(client)
        yield from self._get_creation_units(client)

    def _get_due_listings(self, state):
        """Return the listings whose next step may be taken now.

        :param str state: of the field ``publish_state``
        """
        return self.env['onbuy.listing'].search([
            ('store_id', '=', self.id), ('publish_state', '=', state),
            '|', ('publish_next', '=', False), ('publish_next', '<=', fields.Datetime.now())], order='id')

    def _trigger_next_step(self):
        """Come back when the next step is due."""
        listing = self.env['onbuy.listing'].search([
            ('store_id', '=', self.id), ('publish_state', 'in', UNDER_WAY), ('publish_next', '!=', False)],
            order='publish_next', limit=1)
        row = self.env['onbuy.product.queue'].search([
            ('store_id', '=', self.id), ('state', 'in', OPEN)], order='next_attempt', limit=1)
        moments = [moment for moment in (listing.publish_next, row.next_attempt) if moment]
        if moments:
            self._trigger_task('publish', at=max(min(moments), fields.Datetime.now()))

    # === SEARCH === #

    def _task_pages(self, client, listings):
        """Ask which products of drafts OnBuy has.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param listings: ``onbuy.listing``
        :return: a generator of units
        """
        yield from self._get_page_units(client, listings)

    def _get_page_units(self, client, listings):
        """Search the pages of listings by their product codes.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param listings: ``onbuy.listing``
        """
        for ids in split_every(CODES_PER_CALL, listings.ids, list):
            some = listings.browse(ids)
            codes = {code for code in (listing._get_known_gtin() for listing in some) if code}
            yield partial(some._store_pages, client.find_products(sorted(codes)))


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    def _store_pages(self, pages):
        """Note which pages OnBuy has for these; those that wait are put on sale there.

        :param dict pages: product code → list of :class:`~..lib.products.FoundProduct`
        :rtype: Counter
        """
        for listing in self:
            code = listing._get_known_gtin()
            listing._set_page(code, pages.get(code, []))
            if listing.publish_state == 'waiting' and listing.page_note:
                listing._refuse(listing.page_note)
            elif listing.publish_state == 'waiting' and listing.opc:
                listing._move_to('offering')
        return Counter(seen=len(self))

    def _set_page(self, code, pages):
        """Note the page that OnBuy has for a product code, or that it has several; without a code, that of a sibling.

        A page that was entered by hand, or that was created from here, stays.

        :param str code: '' for none
        :param list pages: of :class:`~..lib.products.FoundProduct`
        """
        if self.opc and not self.page_code:
            return
        by_opc = {page.opc: page for page in pages}
        page = by_opc.get(self.opc) or (pages[0] if len(by_opc) == 1 else None)
        names = "; ".join(f'{one.opc} {one.name}' for one in by_opc.values())
        self.write({
            'opc': page.opc if page else not pages and not code and self._get_sibling().opc,
            'page_code': bool(page) and code,
            'page_note': bool(pages) and not page and self.env._(
                "OnBuy has several pages of %(code)s. Enter the OPC of the right one: %(names)s.", code=code, names=names),
            **({'name': page.name, 'product_url': page.url} if page else {}),
        })

    def _get_sibling(self):
        """Return another listing of the same thing on OnBuy: without a product code nothing else tells the page."""
        return self.search([
            ('store_id', '=', self.store_id.id), ('product_id', '=', self.product_id.id), ('uom_id', '=', self.uom_id.id),
            ('id', '!=', self.id), ('is_on_onbuy', '=', True)], limit=1)
