from collections import Counter

from odoo import fields, models

from .onbuy_words import explain

VERDICTS = [('ok', "OK"), ('changed', "Changed"), ('wrong', "Wrong"), ('know', "To know"), ('nothing', "Nothing to do")]


class OnbuyExcelRow(models.Model):
    """A row of an Excel file, and what became of it."""

    _name = 'onbuy.excel.import.row'
    _description = "OnBuy Excel Row"
    _order = 'import_id, id'
    _rec_name = 'sku'

    import_id = fields.Many2one('onbuy.excel.import', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='import_id.company_id', store=True)
    sheet = fields.Char(readonly=True)
    number = fields.Integer(string="Row", readonly=True, aggregator=False)
    category_id = fields.Many2one('onbuy.category', readonly=True, ondelete='set null')
    sku = fields.Char(string="SKU", readonly=True)
    barcode = fields.Char(readonly=True)  # in its shortest spelling
    family = fields.Char(string="Group", readonly=True)  # in small letters
    values = fields.Json(readonly=True)  # what the cells hold
    unread = fields.Json(readonly=True)  # why others could not be read
    cell_errors = fields.Json(readonly=True)
    pages = fields.Json(readonly=True)  # what OnBuy has of the product code
    terms = fields.Json(readonly=True)  # to be sent to OnBuy
    verdict = fields.Selection(VERDICTS, readonly=True)
    reason = fields.Text(readonly=True)
    is_open = fields.Boolean(readonly=True, default=True)  # still to be looked at, or applied
    listing_id = fields.Many2one('onbuy.listing', readonly=True, index='btree_not_null', ondelete='set null')
    publish_state = fields.Selection(related='listing_id.publish_state', string="Listing Status")

    _open_index = models.Index('(import_id, id) WHERE is_open IS TRUE')
    _sku_index = models.Index('(import_id, sku)')
    _family_index = models.Index('(import_id, family) WHERE family IS NOT NULL')

    def _get_outcome(self):
        """Return the verdict and reason as they are now: OnBuy may have refused what was right here.

        :rtype: tuple(str, str)
        """
        listing = self.listing_id
        if listing.publish_state == 'refused' and self.verdict in ('ok', 'changed', 'know'):
            return 'wrong', listing.publish_error or self.reason or ''
        return self.verdict, self.reason or ''

    def _fail(self, reason):
        """These came to nothing.

        :param str reason: a sentence
        :rtype: Counter
        """
        self.write({'verdict': 'wrong', 'reason': reason, 'is_open': False, 'terms': False})
        return Counter(seen=len(self), failed=len(self))

    def _store_terms(self, results):
        """Store what OnBuy answered to the terms of each.

        :param dict results: SKU → :class:`~..lib.items.ItemResult`
        :rtype: Counter
        """
        figures = Counter()
        for row in self:
            listing, result = row.listing_id, results[row.listing_id.sku]
            figures += listing._store_terms(results, row.terms)
            if not result.ok:
                row._fail(explain(self.env, result.message or result.code))
        self.terms = False
        return figures
