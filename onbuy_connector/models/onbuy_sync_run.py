from odoo import api, fields, models

KEEP_DAYS = 30


class OnbuySyncRun(models.Model):
    """One run of one task for one store, with its figures; written when something happened or failed."""

    _name = 'onbuy.sync.run'
    _description = "OnBuy Sync Log"
    _order = 'id desc'
    _rec_name = 'task'

    store_id = fields.Many2one('onbuy.store', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='store_id.company_id', store=True)
    task = fields.Selection(
        selection=[
            ('orders', "New orders"),
            ('order_statuses', "Order statuses"),
            ('listings', "Listings"),
            ('actions', "Dispatches, cancellations, refunds"),
            ('offers', "Stock and prices"),
            ('comparison', "Daily comparison"),
            ('images', "Pictures"),
            ('brands', "Brands"),
            ('reference', "Delivery templates, carriers, features"),
            ('categories', "Categories, conditions, commission"),
            ('products', "New products"),
            ('publish', "Listing on OnBuy"),
            ('excel', "Excel files"),
        ],
        required=True, readonly=True,
    )
    state = fields.Selection(
        selection=[('done', "Done"), ('problem', "With problems"), ('failed', "Failed")], readonly=True,
    )
    start = fields.Datetime(readonly=True)
    end = fields.Datetime(readonly=True)
    seen = fields.Integer(string="Read", readonly=True)
    created = fields.Integer(string="New", readonly=True)
    updated = fields.Integer(string="Changed", readonly=True)
    sent = fields.Integer(readonly=True)
    failed = fields.Integer(string="With a Problem", readonly=True)
    calls = fields.Integer(readonly=True)
    message = fields.Text(readonly=True)

    @api.model
    def _note(self, store, task, start, figures, error=None):
        """Write a run; the same failure again only moves the end of the last one.

        :param store: one ``onbuy.store``
        :param str task: a value of the field ``task``
        :param datetime start: UTC
        :param Counter figures: ``seen``, ``created``, ``updated``, ``sent``, ``failed``, ``calls``
        :param str error: why the run failed
        :return: the run
        """
        last = self.sudo().search([('store_id', '=', store.id), ('task', '=', task)], limit=1)
        if error and last.state == 'failed' and last.message == error:
            last.end = fields.Datetime.now()
            return last
        return self.sudo().create({
            'store_id': store.id,
            'task': task,
            'state': 'failed' if error else 'problem' if figures['failed'] else 'done',
            'start': start,
            'end': fields.Datetime.now(),
            'message': error,
            **{name: figures[name] for name in ('seen', 'created', 'updated', 'sent', 'failed', 'calls')},
        })

    @api.autovacuum
    def _gc_runs(self):
        """Forget old runs."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.search([('start', '<', limit)], limit=10000).unlink()
