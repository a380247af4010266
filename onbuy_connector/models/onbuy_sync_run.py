from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.errors import (
    AuthError,
    DeferredError,
    ForbiddenError,
    OnBuyError,
    RateLimitError,
    UnavailableError,
    UncertainError,
)

FIGURES = ('seen', 'created', 'updated', 'sent', 'failed', 'calls')
SAME_WORDS = {  # tasks without a run of their own
    'orders_by_id': 'orders', 'listings_by_sku': 'listings', 'winning': 'comparison', 'pages': 'publish', 'terms': 'publish',
}


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
            ('publish', "Listing on OnBuy"),
            ('excel', "Excel files"),
            ('reconciliation', "Comparison with OnBuy"),
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
    times = fields.Integer(default=1, readonly=True, help="How often in a row the same failure came.")
    cause = fields.Selection(
        selection=[
            ('keys', "Keys refused"),
            ('permission', "No permission"),
            ('allowance', "Allowance used up"),
            ('unreachable', "OnBuy not reached"),
            ('trouble', "Trouble at OnBuy"),
            ('refused', "Refused by OnBuy"),
            ('setup', "To be mended here"),
            ('defect', "Unexpected error"),
        ],
        readonly=True,
    )
    summary = fields.Char(string="What Happened", compute='_compute_summary')
    message = fields.Text(string="Why", readonly=True)
    advice = fields.Text(string="What to Do", compute='_compute_advice')

    # === COMPUTE METHODS === #

    @api.depends(*FIGURES, 'state')
    def _compute_summary(self):
        for run in self:
            run.summary = self.env._("Failed.") if run.state == 'failed' else self._describe_figures(run)

    @api.depends('cause')
    def _compute_advice(self):
        for run in self:
            run.advice = self._get_advice(run.cause) if run.cause else False

    # === NOTING === #

    @api.model
    def _note(self, store, task, start, figures, error=None, cause='trouble'):
        """Write a run; the same failure again only moves the end of the last one.

        :param store: one ``onbuy.store``
        :param str task: a value of the field ``task``
        :param datetime start: UTC
        :param Counter figures: ``seen``, ``created``, ``updated``, ``sent``, ``failed``, ``calls``
        :param str error: why the run failed
        :param str cause: which kind of trouble that is
        :return: the run
        """
        last = self.sudo().search([('store_id', '=', store.id), ('task', '=', task)], limit=1)
        if error and last.state == 'failed' and last.message == error:
            last.write({'end': fields.Datetime.now(), 'times': last.times + 1})
            return last
        return self.sudo().create({
            'store_id': store.id,
            'task': task,
            'state': 'failed' if error else 'problem' if figures['failed'] else 'done',
            'start': start,
            'end': fields.Datetime.now(),
            'message': error,
            'cause': error and cause,
            **{name: figures[name] for name in FIGURES},
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

    @api.model
    def _get_cause(self, error):
        """Return which kind of trouble an error is.

        :param error: an exception
        :return: a value of the field ``cause``
        :rtype: str
        """
        if isinstance(error, UnavailableError) and not error.status:
            return 'unreachable'
        causes = (
            (AuthError, 'keys'), (ForbiddenError, 'permission'), (DeferredError | RateLimitError, 'allowance'),
            (UnavailableError | UncertainError, 'trouble'), (OnBuyError, 'refused'), (UserError, 'setup'))
        return next((cause for kind, cause in causes if isinstance(error, kind)), 'defect')

    @api.model
    def _get_advice(self, cause):
        """Return what a kind of trouble means and what to do.

        :param str cause: a value of the field ``cause``
        :rtype: str
        """
        return {
            'keys': self.env._(
                "OnBuy does not accept these keys. Copy both keys again from the Seller Control Panel (Integrations > OnBuy "
                "API); mind that test and live keys come in pairs."),
            'permission': self.env._(
                "The keys are right, but OnBuy does not allow this account to use the API. Ask OnBuy's seller support to "
                "enable API access."),
            'allowance': self.env._("OnBuy's limit of calls is used up for now. Try again later."),
            'unreachable': self.env._(
                "OnBuy could not be reached. Check this server's internet connection and try again."),
            'trouble': self.env._(
                "OnBuy was reached, but its answer was no use. This is mostly a fault on OnBuy's side: try again in some "
                "minutes."),
            'refused': self.env._("OnBuy refused this, and its words say why."),
            'setup': self.env._("Mend what the sentence names. It is then tried again by itself."),
            'defect': self.env._(
                "This should not happen. Download the diagnostics in the store's Support tab and send them to whoever "
                "supports you."),
        }[cause]
