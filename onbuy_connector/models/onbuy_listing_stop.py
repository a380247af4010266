from collections import Counter
from functools import partial

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..lib.const import MISSING
from ..lib.errors import RejectedError, UncertainError
from ..lib.items import ItemResult
from ..lib.offers import UPDATES_PER_CALL
from .onbuy_listing_publish import ASK_AGAIN
from .onbuy_words import explain

GONE = ('sku not found', 'sku does not exist')  # OnBuy API reference, 16.4 and 16.5


class OnbuyStore(models.Model):
    """Deletions, which a person asked for; OnBuy is asked first where an answer was lost."""

    _inherit = 'onbuy.store'

    def _get_delete_units(self, client):
        """Delete the listings that a person wants gone.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        due = self._get_due_listings('deleting')
        for listing in due.filtered('publish_error'):
            yield partial(listing._settle_deletion, client.find_listing(listing.sku))
        for ids in split_every(UPDATES_PER_CALL, self._get_due_listings('deleting').ids, list):
            yield from self._get_delete_call_units(client, due.browse(ids))

    def _get_delete_call_units(self, client, listings):
        """Delete listings in one call; if OnBuy refuses it as a whole, halve it until the culprit is found.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param listings: ``onbuy.listing``
        """
        try:
            results = client.delete_listings(listings.mapped('sku'))
        except UncertainError as error:
            yield partial(listings._ask_whether_deleted, str(error))
        except RejectedError as error:
            if len(listings) == 1:
                yield partial(listings._store_deletions, {listings.sku: ItemResult(False, message=str(error))})
                return
            for half in (listings[:len(listings) // 2], listings[len(listings) // 2:]):
                yield from self._get_delete_call_units(client, half)
        else:
            yield partial(listings._store_deletions, results)


class OnbuyListing(models.Model):
    """Taking listings off sale, and back: for a while, or for good."""

    _inherit = 'onbuy.listing'

    is_stopped = fields.Boolean(
        string="Stopped", readonly=True, copy=False, help="OnBuy shows 0 until the listing is relisted.")

    _stopped_index = models.Index('(store_id) WHERE is_stopped IS TRUE')

    # === ACTION METHODS === #

    def action_stop(self):
        """Let OnBuy show 0 of these, until they are relisted.

        :return: a client action that tells what came of it
        :raise UserError: when none of them is on OnBuy, or their store is not live
        """
        self.check_access('write')
        listings = self.filtered(lambda listing: listing.is_on_onbuy and not listing.is_stopped)
        if not listings:
            raise UserError(self.env._("There is nothing to stop: these are not on OnBuy, or stopped already."))
        listings.sudo().is_stopped = True
        return listings.action_push()

    def action_relist(self):
        """Let OnBuy show again what can be sold of stopped listings, and list anew those that OnBuy does not have.

        :return: a client action that tells what came of it
        :raise UserError: when they are all on sale, or on their way
        """
        self.check_access('write')
        stopped = self.filtered(lambda listing: listing.is_on_onbuy and listing.is_stopped)
        gone = self.filtered(lambda listing: not listing.is_on_onbuy and listing.publish_state in (False, 'deleted'))
        if not stopped | gone:
            raise UserError(self.env._("There is nothing to relist: these are on sale, or on their way there."))
        gone.sudo()._become_draft()
        if not stopped:
            return gone.action_open_checklist()
        stopped.sudo().is_stopped = False
        return stopped.action_push()

    def action_delete_on_onbuy(self):
        """Delete these listings on OnBuy; here they stay, as deleted by you. For managers.

        :return: a client action that tells what came of it
        :raise UserError: when none of them can be on OnBuy
        """
        self.check_access('unlink')
        listings = self.filtered(
            lambda listing: listing.is_on_onbuy or listing.publish_state == 'refused' and listing.remote_id)
        if not listings:
            raise UserError(self.env._("There is nothing to delete: OnBuy has none of these."))
        listings.sudo()._move_to('deleting')
        for store in listings.store_id.sudo():
            store._trigger_task('publish')
        return self.env['onbuy.store']._notify(self.env._("%(count)s are being deleted on OnBuy.", count=len(listings)))

    # === BUSINESS METHODS === #

    def _ask_whether_deleted(self, message):
        """The answer to a deletion is lost: look for these before anything else.

        :param str message: what happened
        :rtype: Counter
        """
        self.write({'publish_error': message, 'publish_next': fields.Datetime.now() + ASK_AGAIN})
        return Counter(failed=len(self))

    def _settle_deletion(self, remote):
        """Decide what became of a deletion whose answer is lost.

        :param remote: what OnBuy has under the SKU, :class:`~..lib.listings.Listing` or None
        """
        if remote:
            self._move_to('deleting')
        else:
            self._set_deleted()

    def _store_deletions(self, results):
        """Store OnBuy's answer to each; one that OnBuy does not have is gone as well.

        :param dict results: SKU → :class:`~..lib.items.ItemResult`
        :rtype: Counter
        """
        figures = Counter()
        for listing in self:
            result = results[listing.sku]
            if result.ok or (result.message or '').strip('. ').lower() in GONE:
                listing._set_deleted()
                figures['sent'] += 1
            elif result.code == MISSING:
                figures += listing._ask_whether_deleted(result.message)
            else:
                words = explain(self.env, result.message or result.code)
                listing._move_to(False if listing.is_on_onbuy else 'refused', publish_error=words)
                figures['failed'] += 1
        return figures

    def _set_deleted(self):
        """OnBuy does not have this listing any more, as was asked."""
        self._move_to('deleted', is_on_onbuy=False, is_stopped=False, existing_opc=False)
        self._set_synced(digest=False, stock_unknown=False, is_taken_offline=False)
