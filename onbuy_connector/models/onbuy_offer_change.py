from odoo import api, fields, models
from odoo.tools import SQL

from .fields import LooseMany2one


class OnbuyOfferChange(models.Model):
    """News for OnBuy: the stock or price of a listing may have changed (an outbox).

    Rows are only inserted, in the transaction of what they tell of, and deleted by the push. No foreign keys and no
    log columns: nobody who moves goods waits for a sync, or collides with one.
    """

    _name = 'onbuy.offer.change'
    _description = "OnBuy Stock or Price Change"
    _order = 'id'
    _log_access = False

    store_id = LooseMany2one('onbuy.store', required=True, readonly=True, index=True)
    listing_id = LooseMany2one('onbuy.listing', required=True, readonly=True)
    kind = fields.Selection([('stock', "Stock"), ('price', "Price")], required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True)

    # === NOTING === #

    @api.model
    def _note(self, listings, kind):
        """Note that the stock or price of listings may have changed, and wake the push.

        :param listings: ``onbuy.listing``; those of stores that do not send this are left out
        :param str kind: ``stock`` or ``price``
        """
        if listings:
            listings.flush_model(['store_id', 'is_on_onbuy'])
            self.env['onbuy.store'].flush_model(['state', 'sync_stock', 'sync_prices'])
            self._insert(SQL("SELECT unnest(%s) AS id, %s::text AS kind", listings.ids, kind))

    @api.model
    def _collect_products(self, product_ids, kind):
        """Note at the end of the transaction that the stock or price of products may have changed.

        :param product_ids: ids of ``product.product``
        :param str kind: ``stock`` or ``price``
        """
        precommit = self.env.cr.precommit
        if self._name not in precommit.data:
            precommit.data[self._name] = set()
            precommit.add(self.sudo()._note_collected)
        precommit.data[self._name].update((product_id, kind) for product_id in product_ids if product_id)

    def _note_collected(self):
        """Note what was collected; the only thing that a stock operation pays for."""
        changes = self.env.cr.precommit.data.pop(self._name, None)
        if changes:
            self._insert(SQL(
                "SELECT listing.id, affected.kind FROM (%s) AS affected JOIN onbuy_listing listing USING (product_id)",
                self._get_affected_sql(*map(list, zip(*changes, strict=True)))))

    @api.model
    def _get_affected_sql(self, product_ids, kinds):
        """Return the query of the products concerned; a hook for what is made of other products.

        :param list product_ids: of what changed
        :param list kinds: of each, ``stock`` or ``price``
        :return: SQL giving ``product_id`` and ``kind``
        """
        return SQL("SELECT * FROM unnest(%s::int[], %s::text[]) AS changed(product_id, kind)", product_ids, kinds)

    @api.model
    def _insert(self, news):
        """Insert a row for each listing that its store sends, and wake the push if there are any: one query.

        Should someone have deleted the push, stock still moves.

        :param SQL news: giving ``id`` of listings and ``kind``
        """
        self.env['onbuy.store']._get_cron('offers')._onbuy_wake_now(SQL("""
            INSERT INTO onbuy_offer_change (store_id, listing_id, kind, date)
            SELECT listing.store_id, listing.id, news.kind, date_trunc('second', clock_timestamp() AT TIME ZONE 'UTC')
              FROM (%s) AS news
              JOIN onbuy_listing listing ON listing.id = news.id AND listing.is_on_onbuy
              JOIN onbuy_store store ON store.id = listing.store_id AND store.state = 'live' AND store.active
               AND CASE news.kind WHEN 'stock' THEN store.sync_stock ELSE store.sync_prices END
            RETURNING id
        """, news))
