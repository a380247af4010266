from odoo import api, fields, models

from ..lib.queues import get_wait

KEEP_DAYS = 30
OPEN = ('sending', 'uncertain', 'pending')


class OnbuyProductQueue(models.Model):
    """What OnBuy was asked to make or change of its catalogue, which it does later (OnBuy API reference, 15).

    A creation is committed as ``sending`` before the call and gets its answer after it: one whose worker died is known
    to be uncertain, and OnBuy is asked before anything is sent again.
    """

    _name = 'onbuy.product.queue'
    _description = "OnBuy Product Queue"
    _order = 'id desc'
    _rec_name = 'uid'
    _check_company_auto = True

    store_id = fields.Many2one('onbuy.store', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='store_id.company_id', store=True, index=True)
    kind = fields.Selection([('create', "New product"), ('update', "Content")], required=True, readonly=True)
    listing_ids = fields.Many2many(
        'onbuy.listing', 'onbuy_listing_product_queue_rel', 'queue_id', 'listing_id', string="Listings", readonly=True)
    uid = fields.Char(string="Reference", required=True, readonly=True, help="What OnBuy was told to call it.")
    remote_id = fields.Char(string="Queue Id", readonly=True, help="OnBuy's number of the work.")
    state = fields.Selection(
        selection=[('sending', "Sending"), ('pending', "At work"), ('success', "Done"), ('failed', "Failed"),
                   ('uncertain', "Uncertain")],
        string="Status", default='sending', required=True, readonly=True, index=True)
    sent_date = fields.Datetime(string="Sent", default=fields.Datetime.now, readonly=True)
    next_attempt = fields.Datetime(string="Next Look", readonly=True)
    attempts = fields.Integer(string="Looks", readonly=True)
    message = fields.Text(string="OnBuy's Words", readonly=True)
    opc = fields.Char(string="OPC", readonly=True)
    url = fields.Char(string="Page on OnBuy", readonly=True)

    _store_remote_unique = models.UniqueIndex(
        '(store_id, remote_id) WHERE remote_id IS NOT NULL', "OnBuy gives each work a number of its own.")

    # === BUSINESS METHODS === #

    @api.model
    def _get_due(self, store, *states):
        """Return what OnBuy may be asked about now.

        :param store: one ``onbuy.store``
        :param str states: of the field ``state``
        """
        return self.search([('store_id', '=', store.id), ('state', 'in', states),
                            ('next_attempt', '<=', fields.Datetime.now())], order='id')

    def _put_off(self, **values):
        """Look at these again after a growing while.

        :param values: further field values
        """
        now = fields.Datetime.now()
        for row in self:
            row.write({'attempts': row.attempts + 1, 'next_attempt': now + get_wait(row.attempts), **values})

    def _close(self, state, message=False, **values):
        """Note how these ended.

        :param str state: ``success`` or ``failed``
        :param str message: OnBuy's words, or ours
        :param values: further field values
        """
        self.write({'state': state, 'message': message, 'next_attempt': False, **values})

    @api.autovacuum
    def _gc_rows(self):
        """Forget what ended long ago."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.search([('state', 'not in', OPEN), ('sent_date', '<', limit)], limit=10000).unlink()


class OnbuyListing(models.Model):
    _inherit = 'onbuy.listing'

    queue_ids = fields.Many2many(
        'onbuy.product.queue', 'onbuy_listing_product_queue_rel', 'listing_id', 'queue_id', string="Sent to the Catalogue",
        readonly=True)
