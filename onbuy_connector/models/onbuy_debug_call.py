from datetime import timedelta

from odoo import api, fields, models

from .fields import LooseMany2one

DEBUG_TIME = timedelta(hours=1)


class OnbuyDebugCall(models.Model):
    """A call to OnBuy, kept for a day while someone looks for an error; keys, tokens and buyers' data are masked."""

    _name = 'onbuy.debug.call'
    _description = "OnBuy Call"
    _order = 'id desc'
    _rec_name = 'path'
    _log_access = False

    store_id = LooseMany2one('onbuy.store', required=True, readonly=True, index=True)
    date = fields.Datetime(readonly=True, index=True, default=fields.Datetime.now)
    method = fields.Char(readonly=True)
    path = fields.Char(readonly=True)
    query = fields.Char(readonly=True)
    status = fields.Integer(readonly=True, help="0: no answer came.")
    milliseconds = fields.Integer(readonly=True)
    request = fields.Text(readonly=True)
    answer = fields.Text(readonly=True)

    @api.model
    def _save_committed(self, store, exchange):
        """Keep a call in a transaction of its own, whatever becomes of the run that made it.

        :param store: one ``onbuy.store``
        :param exchange: :class:`~..lib.trace.Exchange`
        """
        with self.env.registry.cursor() as cr:
            self.with_env(self.env(cr=cr)).create({
                'store_id': store.id, **exchange._asdict(), 'status': exchange.status or 0})


class OnbuyStore(models.Model):
    """Debug for one hour: every call is kept, and it ends by itself."""

    _inherit = 'onbuy.store'

    debug_until = fields.Datetime(string="Debug until", readonly=True, copy=False)
    is_debugged = fields.Boolean(compute='_compute_is_debugged')

    @api.depends('debug_until')
    def _compute_is_debugged(self):
        for store in self:
            store.is_debugged = bool(store.debug_until) and store.debug_until > fields.Datetime.now()

    def unlink(self):
        """Override of the ORM to take along the calls, which have no foreign key."""
        self.env['onbuy.debug.call'].sudo().search([('store_id', 'in', self.ids)]).unlink()
        return super().unlink()

    def action_debug(self):
        """Keep every call of the next hour.

        :return: a client action with a message
        """
        self.check_access('write')
        self.debug_until = fields.Datetime.now() + DEBUG_TIME
        return self._notify(self.env._(
            "Every call to OnBuy is kept for a day, without keys and buyers' data. It ends by itself in an hour."))

    def action_stop_debug(self):
        """Keep no further call."""
        self.check_access('write')
        self.debug_until = False

    def action_view_calls(self):
        """Open the calls that were kept."""
        return self._open('onbuy_connector.onbuy_debug_call_action')

    def _get_recorder(self):
        """Return what keeps each call, or None while nobody wants it.

        :return: a function of an :class:`~..lib.trace.Exchange`
        """
        if not self.is_debugged:
            return None
        return lambda exchange: self.env['onbuy.debug.call']._save_committed(self, exchange)
