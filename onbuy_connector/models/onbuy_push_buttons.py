from odoo import models
from odoo.exceptions import UserError


class OnbuyStore(models.Model):
    """Stock and prices out at the press of a button."""

    _inherit = 'onbuy.store'

    def action_sync_stock(self):
        """Compare the stock of all listings with OnBuy's and send what differs, now.

        :return: a client action that tells what came of it
        :raise UserError: when the store does not send stock
        """
        return self._sync_offers('stock', self.sync_stock)

    def action_sync_prices(self):
        """Compare the prices of all listings with OnBuy's and send what differs, now.

        :return: a client action that tells what came of it
        :raise UserError: when the store does not send prices
        """
        return self._sync_offers('price', self.sync_prices)

    def _sync_offers(self, kind, is_on):
        """Note all listings and push them now.

        :param str kind: ``stock`` or ``price``
        :param bool is_on: whether the store sends this
        """
        self.ensure_one()
        self.check_access('read')
        if self.state != 'live' or not is_on:
            raise UserError(self.env._(
                "%(store)s does not send this: it is not live, or the switch in its settings is off.", store=self.name))
        self._note_all_offers(kind)
        return self._push_now()

    def _note_all_offers(self, *kinds):
        """Have all listings compared with OnBuy.

        :param str kinds: ``stock``, ``price``
        """
        listings = self.env['onbuy.listing'].sudo().search([('store_id', '=', self.id), ('is_on_onbuy', '=', True)])
        for kind in kinds:
            self.env['onbuy.offer.change'].sudo()._note(listings, kind)

    def _push_now(self):
        """Push what waits; a button's answer.

        :return: a client action
        """
        result = self._run_now('offers', True, False)
        return self._notify(self.held_text, kind='warning') if self._get_hold() else result


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    def action_push(self):
        """Compare these listings with OnBuy and send what differs, now.

        :return: a client action that tells what came of it
        :raise UserError: when none of them belongs to a live store
        """
        result = None
        for store, listings in self.filtered(lambda listing: listing.store_id.state == 'live').grouped('store_id').items():
            for kind in ('stock', 'price'):
                self.env['onbuy.offer.change'].sudo()._note(listings, kind)
            result = store._push_now()
        if not result:
            raise UserError(self.env._("Nothing is sent: there is no listing on OnBuy here whose store is live."))
        return result
