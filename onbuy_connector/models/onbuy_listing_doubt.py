from collections import Counter
from datetime import timedelta
from functools import partial

from odoo import fields, models

ASK_AGAIN = timedelta(minutes=1)
PAGE = 100  # listings that one call reads


class OnbuyStore(models.Model):
    """Listings whose last call may or may not have taken effect: OnBuy is asked before anything is sent again."""

    _inherit = 'onbuy.store'

    def _set_doubtful(self, listings, error):
        """A call may have taken effect: OnBuy is asked before anything is sent again.

        :param list listings: of ``onbuy.listing``
        :param error: what happened: an exception or a sentence
        :rtype: Counter
        """
        doubtful = self.env['onbuy.listing'].union(*listings)
        doubtful._set_sync_error(error, state='uncertain')
        doubtful.digest = False
        doubtful._ask_later()
        return Counter(failed=len(doubtful))

    def _get_ask_units(self, client):
        """Read the listings whose last call may or may not have taken effect: one by one, or all if that is cheaper.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        doubtful = self.env['onbuy.listing'].search(self._get_doubtful_domain())
        lost = doubtful.grouped('sync_attempts')
        pages = -(-self.env['onbuy.listing'].search_count([('store_id', '=', self.id)]) // PAGE)
        if len(doubtful) <= pages:
            for sku in doubtful.mapped('sku'):
                yield from self._get_ask_again_units(client, sku)
        else:
            for page in client.iter_listings(limit=PAGE):
                yield partial(self._store_listings_page, page)
        if doubtful:
            yield partial(doubtful._settle, lost)


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    def _get_lost_count(self):
        """Return how often in a row OnBuy's answer to this listing was lost, if nothing else is wrong with it."""
        return self.sync_attempts if self.sync_state == 'synced' else 0

    def _settle(self, lost):
        """These were asked for: what still differs is sent now. What could not be read is asked for again.

        :param dict lost: how often an answer was lost → listings, from before they were read
        :rtype: Counter
        """
        doubtful = self.filtered(lambda listing: listing.sync_state == 'uncertain')
        unread = doubtful.filtered(lambda listing: not listing.publish_state)
        (doubtful - unread)._set_synced(stock_unknown=False)
        for attempts, listings in lost.items():
            (listings - unread).sync_attempts = attempts
        for listing in unread:
            listing._set_sync_error(listing.sync_error, state='uncertain')
        unread._ask_later()
        for kind in ('stock', 'price'):
            self.env['onbuy.offer.change']._note(self - unread, kind)
        return Counter(failed=len(unread))

    def _ask_later(self):
        """Have OnBuy asked what it knows of these: after a minute, later the oftener that was of no use."""
        now = fields.Datetime.now()
        for attempts, listings in self.grouped('sync_attempts').items():
            listings.next_attempt = now + ASK_AGAIN * 2 ** min(max(attempts, 1) - 1, 4)
        if self:
            self.store_id._trigger_task('offers', at=min(self.mapped('next_attempt')))
