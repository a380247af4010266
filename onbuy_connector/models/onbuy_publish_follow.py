from collections import Counter
from datetime import timedelta
from functools import partial

from odoo import fields, models
from odoo.tools import split_every

from ..lib.queues import IDS_PER_CALL, PENDING, SUCCESS, get_wait
from .onbuy_publish_create import MOST_TRIES

SKEW = timedelta(minutes=15)  # by so much OnBuy's clock may be behind ours
PATIENCE = 5  # looks for the page of something that OnBuy made and that may be ours
LONG_PATIENCE = 20  # looks at something that OnBuy is still making and that may be ours


class OnbuyStore(models.Model):
    """What became of what OnBuy was asked to make."""

    _inherit = 'onbuy.store'

    # === ASK BEFORE SENDING AGAIN === #

    def _get_lost_units(self, client):
        """Find out what became of creations whose answer is lost.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        lost = self.env['onbuy.product.queue']._get_due(self, 'sending', 'uncertain')
        if not lost:
            return
        since = min(lost.mapped('sent_date')) - SKEW
        history = [row for row in client.iter_queue_history(since) if row.submitted_at and row.submitted_at >= since]
        known = set(self.env['onbuy.product.queue'].search([
            ('store_id', '=', self.id), ('remote_id', 'in', [row.queue_id for row in history])]).mapped('remote_id'))
        strangers = [row for row in history if row.queue_id not in known]
        for row in lost:
            later = [one for one in strangers if one.submitted_at >= row.sent_date - SKEW]
            if row._is_to_wait_for(later):
                yield partial(row._put_off, state='uncertain')
            else:
                pages = {} if row._find_own(later) else self._find_pages(client, row.listing_ids)
                yield partial(row._settle_lost, later, pages)

    def _find_pages(self, client, listings):
        """Ask which page each listing is on: by its SKU, or by its product code.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param listings: ``onbuy.listing``
        :return: dict of listing id → values of the listing
        """
        codes = {code for code in (listing._get_known_gtin() for listing in listings) if code}
        by_code = client.find_products(sorted(codes))
        found = {}
        for listing in listings:
            code = listing._get_known_gtin()
            remote, pages = client.find_listing(listing.sku), by_code.get(code, [])
            if remote:
                found[listing.id] = {'opc': remote.opc}
            elif len(pages) == 1:
                found[listing.id] = {'opc': pages[0].opc, 'name': pages[0].name, 'page_code': code}
        return found

    # === QUEUES === #

    def _get_queue_units(self, client):
        """Ask what became of the work that OnBuy accepted.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        due = self.env['onbuy.product.queue']._get_due(self, 'pending')
        for ids in split_every(IDS_PER_CALL, due.ids, list):
            rows = due.browse(ids)
            yield partial(rows._store_states, client.queues(rows.mapped('remote_id')))
            yield from self._get_existing_units(client, rows.filtered(lambda row: row.kind == 'create'))
        yield from self._get_family_units(client)

    def _get_family_units(self, client):
        """Find the pages of the variants of families that were made: OnBuy does not say which is whose.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        waiting = self._get_due_listings('creating').filtered('family_opc')
        for family in waiting.grouped('family_opc').values():
            yield partial(family._store_variant_pages, self._find_pages(client, family))


class OnbuyProductQueue(models.Model):
    _inherit = 'onbuy.product.queue'

    def _find_own(self, history):
        """Return the row of OnBuy's history that names this creation, None if there is none: OnBuy need not name it.

        :param list history: of :class:`~..lib.queues.QueueRow`
        """
        return next((row for row in history if row.uid == self.uid), None)

    def _is_to_wait_for(self, history):
        """Return whether OnBuy is still making something that may be this.

        :param list history: of :class:`~..lib.queues.QueueRow`
        """
        is_busy = any(row.status == PENDING and not row.uid for row in history)
        return is_busy and not self._find_own(history) and self.attempts < LONG_PATIENCE

    def _settle_lost(self, later, pages):
        """Decide what became of a creation whose answer is lost.

        :param list later: of :class:`~..lib.queues.QueueRow`, what was sent since then and nothing is known of here
        :param dict pages: listing id → values of the listing
        :rtype: Counter
        """
        listings, own = self.listing_ids, self._find_own(later)
        made = any(one.status == SUCCESS and not one.uid for one in later)
        if own:
            self.write({'state': 'pending', 'remote_id': own.queue_id, 'next_attempt': fields.Datetime.now(), 'attempts': 0})
        elif len(pages) == len(listings):
            for listing in listings:
                listing._move_to('offering', **pages[listing.id])
            self._close('success', self.env._("OnBuy's answer was lost; the product was found there."))
        elif (made or pages) and self.attempts < PATIENCE:
            self._put_off(state='uncertain')
        elif made and not all(listing._get_known_gtin() for listing in listings):
            self._close('failed', self.message)
            listings._refuse(self.env._(
                "OnBuy's answer was lost, and it made a product at that time that may be this one. Look it up in the Seller "
                "Control Panel: enter its OPC here, or list again if it is not there."))
        else:
            self._send_again(pages)
        return Counter(updated=len(self))

    def _send_again(self, pages):
        """Nothing of a creation came to be: it is sent once more, unless OnBuy cannot take this product at all.

        :param dict pages: listing id → values of the listing, of those that were made all the same
        """
        listings, words = self.listing_ids, self.message
        self._close('failed', self.env._("OnBuy's answer was lost, and it made nothing: %(words)s", words=words or ""))
        for listing in listings:
            attempts = listing.publish_attempts + 1
            if listing.id in pages:
                listing._move_to('offering', **pages[listing.id])
            elif attempts >= MOST_TRIES and self.store_id._get_creation_size() == 1:
                listing._refuse(self.env._("OnBuy answers with an error whenever this product is sent: %(words)s",
                                           words=words or ""))
            else:
                wait = attempts >= MOST_TRIES and fields.Datetime.now() + get_wait(attempts)
                listing._move_to('waiting', at=wait)
                listing.publish_attempts = attempts

    def _store_states(self, found):
        """Store what OnBuy says of each.

        :param dict found: queue id → :class:`~..lib.queues.QueueRow`
        :rtype: Counter
        """
        figures = Counter(seen=len(self))
        for row in self:
            answer = found.get(row.remote_id)
            if not answer or answer.status == PENDING:
                row._put_off()
            elif answer.status == SUCCESS:
                row._close('success', opc=answer.opc, url=answer.product_url)
                getattr(row, f'_accept_{row.kind}')(answer)
                figures['updated'] += 1
            elif row.kind == 'create':
                figures += row._fail_creation(answer.error, answer.existing_opc)
            else:
                figures += row._fail_update(answer.error)
        return figures

    def _accept_create(self, answer):
        """A product was made: put it on sale, once the pages of all variants are known.

        :param answer: :class:`~..lib.queues.QueueRow`
        """
        listings = self.listing_ids
        if len(listings) == 1:
            listings._move_to('offering', opc=answer.opc, product_url=answer.product_url)
        else:
            listings._move_to('creating', family_opc=answer.opc, product_url=answer.product_url)


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    def _store_variant_pages(self, pages):
        """Put variants on sale whose pages are known; the others are looked for again.

        :param dict pages: listing id → values of the listing
        :rtype: Counter
        """
        for listing in self:
            if listing.id in pages:
                listing._move_to('offering', **pages[listing.id])
            else:
                listing._wait_publish(self.env._("OnBuy made the family, but does not show this variant's page yet."))
        return Counter(updated=len(pages))
