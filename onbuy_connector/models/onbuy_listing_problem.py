from odoo import api, fields, models
from odoo.tools import SQL


class OnbuyListingProblem(models.Model):
    """A listing on OnBuy that cannot be kept here as it is: its SKU is missing or taken, or it cannot be understood.

    What a whole pass through the listings does not meet any more goes away by itself.
    """

    _name = 'onbuy.listing.problem'
    _description = "OnBuy Listing Problem"
    _order = 'kind, sku, id'
    _rec_name = 'sku'

    store_id = fields.Many2one('onbuy.store', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='store_id.company_id', store=True)
    key = fields.Char(required=True, readonly=True)
    kind = fields.Selection(
        selection=[('duplicate', "SKU used twice"), ('missing', "No usable SKU"), ('broken', "Not understood")],
        string="Problem", required=True, readonly=True,
    )
    remote_id = fields.Char(string="OnBuy Listing", readonly=True)
    opc = fields.Char(string="OPC", readonly=True)
    name = fields.Char(readonly=True)
    sku = fields.Char(string="SKU", readonly=True)
    message = fields.Text(string="What Is Wrong", readonly=True)
    advice = fields.Text(string="What to Do", compute='_compute_advice')
    url = fields.Char(string="Page on OnBuy", readonly=True)
    listing_id = fields.Many2one(
        'onbuy.listing', string="Listing Here", readonly=True, index='btree_not_null', ondelete='set null',
        help="The listing with this SKU that is used here.",
    )
    first_seen = fields.Datetime(readonly=True)
    last_seen = fields.Datetime(readonly=True)

    _store_key_unique = models.UniqueIndex('(store_id, key)', "A listing on OnBuy has one problem at a time.")

    @api.depends('kind')
    def _compute_advice(self):
        advice = {
            'duplicate': self.env._("Give one of the two another SKU in the Seller Control Panel."),
            'missing': self.env._("Give it a SKU of its own in the Seller Control Panel."),
            'broken': self.env._(
                "Correct it in the Seller Control Panel. If it looks right there, ask OnBuy's seller support."),
        }
        for problem in self:
            problem.advice = advice.get(problem.kind)

    # === NOTING === #

    @api.model
    def _note_broken(self, store, errors):
        """Note rows of OnBuy's list that cannot be kept.

        :param store: one ``onbuy.store``
        :param list errors: of :class:`~..lib.paging.RowError`
        :return: how many
        :rtype: int
        """
        return self._note(store, [{
            'key': error.listing_id or error.sku or error.message,
            'remote_id': error.listing_id, 'opc': error.opc, 'name': error.name, 'sku': error.sku, 'url': error.url,
            'listing_id': self._find_listing(store, error.sku).id,
            **self._explain_broken(error),
        } for error in errors])

    @api.model
    def _explain_broken(self, error):
        """Return what is wrong with a row: its kind, and the sentence about it.

        :param error: :class:`~..lib.paging.RowError`
        :rtype: dict
        """
        if error.listing_id and not error.sku:
            return {'kind': 'missing', 'message': self.env._(
                "Listings are known here by their SKU, and this one has none that can be used: %(error)s",
                error=error.message)}
        return {'kind': 'broken', 'message': self.env._(
            "OnBuy's row makes no sense: %(error)s What is known here of the listing stays as it was.", error=error.message)}

    @api.model
    def _note_duplicates(self, store, listings):
        """Note listings whose SKU another listing on OnBuy has as well.

        :param store: one ``onbuy.store``
        :param list listings: of :class:`~..lib.listings.Listing`, those that are not kept here
        :return: how many
        :rtype: int
        """
        kept = {listing.sku: self._find_listing(store, listing.sku) for listing in listings}
        return self._note(store, [{
            'key': listing.listing_id,
            'kind': 'duplicate',
            'remote_id': listing.listing_id, 'opc': listing.opc, 'name': listing.name, 'sku': listing.sku,
            'url': listing.product_url,
            'message': self.env._(
                "Listing %(kept)s (OPC %(opc)s) has the same SKU and is the one used here; this one is left out.",
                kept=kept[listing.sku].remote_id, opc=kept[listing.sku].opc),
            'listing_id': kept[listing.sku].id,
        } for listing in listings])

    @api.model
    def _note_similar(self, store):
        """Note listings whose SKU differs from that of an older one only in capitals or blanks.

        :param store: one ``onbuy.store``
        """
        self.env['onbuy.listing'].flush_model(['store_id', 'sku', 'is_on_onbuy'])
        self.env.cr.execute(SQL(
            r"""SELECT array_agg(id ORDER BY id) FROM onbuy_listing WHERE store_id = %s AND is_on_onbuy
              GROUP BY lower(regexp_replace(sku, '\s', '', 'g')) HAVING count(*) > 1""", store.id))
        families = [self.env['onbuy.listing'].browse(ids) for ids, in self.env.cr.fetchall()]
        self._note(store, [{
            'key': listing.remote_id or listing.sku,
            'kind': 'duplicate',
            'remote_id': listing.remote_id, 'opc': listing.opc, 'name': listing.name, 'sku': listing.sku,
            'url': listing.product_url,
            'message': self.env._(
                'Only capitals or blanks tell it from "%(sku)s" (listing %(other)s). Here they are two listings; OnBuy and '
                "other programs may take one for the other.", sku=family[0].sku, other=family[0].remote_id),
            'listing_id': listing.id,
        } for family in families for listing in family[1:]])

    @api.model
    def _find_listing(self, store, sku):
        """Return the listing of a store with this SKU, an empty one if there is none."""
        return self.env['onbuy.listing'].search([('store_id', '=', store.id), ('sku', '=', sku)]) if sku else self.env[
            'onbuy.listing']

    @api.model
    def _note(self, store, rows):
        """Create what is new and note that the rest was seen again.

        :param store: one ``onbuy.store``
        :param list rows: values of problems
        :return: how many
        :rtype: int
        """
        if not rows:
            return 0
        now = fields.Datetime.now()
        by_key = {row['key']: row for row in rows}
        known = self.search([('store_id', '=', store.id), ('key', 'in', list(by_key))])
        for problem in known:
            problem.write({**by_key.pop(problem.key), 'last_seen': now})
        self.create([{**row, 'store_id': store.id, 'first_seen': now, 'last_seen': now} for row in by_key.values()])
        return len(rows)

    @api.model
    def _finish_pass(self, store, before):
        """A pass came to its end: what was not seen since is mended.

        :param store: one ``onbuy.store``
        :param datetime before: UTC
        """
        self._note_similar(store)
        self.search([('store_id', '=', store.id), ('last_seen', '<', before)]).unlink()

    # === ACTIONS === #

    def action_read_again(self):
        """Read all listings again: what was mended on OnBuy goes away.

        :return: a client action that tells what came of it
        """
        result = None
        for store in self.store_id:
            result = store.action_sync_listings()
        return result


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    problem_ids = fields.One2many('onbuy.listing.problem', 'listing_id', string="Problems", readonly=True)
