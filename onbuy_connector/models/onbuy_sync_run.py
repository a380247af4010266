from odoo import api, fields, models

KEEP_DAYS = 30
SAME_WORDS = {'orders_by_id': 'orders', 'listings_by_sku': 'listings', 'winning': 'comparison'}  # tasks without a run


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
            ('orders', "Orders"),
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

    # === WORDS === #

    @api.model
    def _describe_task(self, task, figures):
        """Return what a task did, for a person: "Orders: 12 read, 3 new."

        :param str task: names a method ``_task_<task>`` of the store
        :param Counter figures: of the task
        :rtype: str
        """
        labels = dict(self._fields['task']._description_selection(self.env))
        return f'{labels[SAME_WORDS.get(task, task)]}: {self._describe_figures(figures)}'

    @api.model
    def _describe_figures(self, figures):
        """Return figures for a person; those that are 0 are left out.

        :param figures: a mapping with the names of ``FIGURES``
        :rtype: str
        """
        texts = {
            'seen': self.env._("%(count)s read", count=figures['seen']),
            'created': self.env._("%(count)s new", count=figures['created']),
            'updated': self.env._("%(count)s changed", count=figures['updated']),
            'sent': self.env._("%(count)s sent", count=figures['sent']),
            'failed': self.env._("%(count)s with a problem", count=figures['failed']),
        }
        return (", ".join(text for name, text in texts.items() if figures[name]) or self.env._("nothing to do")) + '.'

    @api.autovacuum
    def _gc_runs(self):
        """Forget old runs."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.search([('start', '<', limit)], limit=10000).unlink()
