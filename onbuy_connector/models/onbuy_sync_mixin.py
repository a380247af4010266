from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

RETRY_MINUTES = 30  # the first wait; doubled with every attempt
MAX_RETRY_HOURS = 24


class OnbuySyncMixin(models.AbstractModel):
    """Shared state of what is synced with OnBuy: where it stands, why it failed, when it is tried again."""

    _name = 'onbuy.sync.mixin'
    _description = "OnBuy Sync State"
    _inherit = ['onbuy.guard.mixin']

    sync_state = fields.Selection(
        selection=[
            ('pending', "Waiting"),
            ('synced', "Synced"),
            ('error', "Error"),
            ('uncertain', "Uncertain"),
        ],
        string="Sync Status",
        default='pending',
        required=True,
        readonly=True,
        index=True,
        copy=False,
    )
    sync_error = fields.Text(string="Reason", readonly=True, copy=False)
    sync_date = fields.Datetime(string="Last Sync", readonly=True, copy=False)
    sync_attempts = fields.Integer(string="Attempts", readonly=True, copy=False)
    next_attempt = fields.Datetime(readonly=True, copy=False)

    # === BUSINESS METHODS === #

    def _get_due_domain(self):
        """Return the domain of what waits and may be tried now.

        :rtype: Domain
        """
        now = fields.Datetime.now()
        return Domain('sync_state', 'in', ('pending', 'error')) & (
            Domain('sync_state', '=', 'pending') & Domain('next_attempt', '=', False)
            | Domain('next_attempt', '<=', now)
        )

    def _set_synced(self, **values):
        """Mark the records as in step with OnBuy; write only what changes.

        :param values: further field values
        """
        self.write({
            'sync_state': 'synced',
            'sync_error': False,
            'sync_date': fields.Datetime.now(),
            'sync_attempts': 0,
            'next_attempt': False,
            **values,
        })

    def _set_sync_error(self, error, *, retry=True, state='error', **values):
        """Store why the records failed, where their user will look.

        :param error: an exception or a sentence
        :param bool retry: whether to try again by itself, after a growing wait
        :param str state: ``error`` or ``uncertain``
        :param values: further field values
        """
        now = fields.Datetime.now()
        for record in self:
            attempts = record.sync_attempts + 1
            wait = min(timedelta(minutes=RETRY_MINUTES * 2 ** min(attempts - 1, 10)), timedelta(hours=MAX_RETRY_HOURS))
            record.write({
                'sync_state': state,
                'sync_error': str(error),
                'sync_date': now,
                'sync_attempts': attempts,
                'next_attempt': now + wait if retry else False,
                **values,
            })

    def _reset_sync(self):
        """Put the records back in the queue, as new."""
        self.write({'sync_state': 'pending', 'sync_error': False, 'sync_attempts': 0, 'next_attempt': False})
