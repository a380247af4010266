from collections import Counter

from odoo import api, fields, models

from ..lib.dispatch import Dispatch, DispatchLine
from .fields import LooseMany2one

KINDS = [
    ('dispatch', "Dispatch"),
    ('tracking', "Tracking"),
    ('cancel', "Cancellation"),
    ('refund', "Refund"),
]


class OnbuyOrderAction(models.Model):
    """What Odoo asks OnBuy to do to an order (an outbox).

    A row is written in the transaction of what it tells of, and sent by the outgoing cron. ``sending`` is
    committed before the call and the answer after it, so a row whose worker died is known to be uncertain.
    No foreign keys: writing a row must never wait for a sync.
    """

    _name = 'onbuy.order.action'
    _description = "OnBuy Order Action"
    _inherit = ['onbuy.sync.mixin']
    _order = 'id desc'
    _rec_name = 'kind'
    _log_access = False

    store_id = LooseMany2one('onbuy.store', required=True, readonly=True, index=True)
    order_id = LooseMany2one('onbuy.order', string="OnBuy Order", required=True, readonly=True, index=True)
    picking_id = LooseMany2one('stock.picking', string="Delivery", readonly=True, index='btree_not_null')
    user_id = LooseMany2one('res.users', string="Asked by", readonly=True, default=lambda self: self.env.uid)
    date = fields.Datetime(string="Asked on", readonly=True, default=fields.Datetime.now)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    sync_state = fields.Selection(selection_add=[('sending', "Sending")], ondelete={'sending': 'set default'})
    values = fields.Json(readonly=True, help="What is asked, e.g. the reason and the amounts.", default=dict)
    snapshot = fields.Json(readonly=True, help="The order as it was known when this was sent.")
    remote_id = fields.Char(string="OnBuy Id", readonly=True, help="OnBuy's id of the dispatch or refund.")
    summary = fields.Char(compute='_compute_summary')

    @api.depends('kind', 'values', 'picking_id')
    def _compute_summary(self):
        kinds = dict(self._fields['kind']._description_selection(self.env))
        for action in self:
            parts = [kinds[action.kind], action.picking_id.name, (action.values or {}).get('text')]
            action.summary = ' · '.join(part for part in parts if part)

    # === ASKING === #

    @api.model
    def _ask(self, order, kind, picking=None, values=None, at=None):
        """Put something in the outbox and wake the outgoing cron.

        :param order: one ``onbuy.order``
        :param str kind: of ``KINDS``
        :param picking: the delivery that a dispatch or tracking is about
        :param dict values: what is asked
        :param datetime at: not before (UTC), e.g. to wait for a tracking number
        :return: the action
        """
        action = self.sudo().create({
            'store_id': order.store_id.id,
            'order_id': order.id,
            'picking_id': picking.id if picking else False,
            'user_id': self.env.uid,
            'kind': kind,
            'values': values or {},
            'next_attempt': at or False,
        })
        if at:
            order.store_id.sudo()._trigger_task('actions', at=at)
        else:
            order.store_id._get_cron('actions')._onbuy_wake()
        return action

    def action_retry(self):
        """Send again what OnBuy refused, after what was in the way is mended."""
        self.order_id.check_access('write')
        self.sudo()._retry()

    def action_discard(self):
        """Give up something that was not sent."""
        self.order_id.check_access('write')
        self.sudo().filtered(lambda action: action.sync_state in ('pending', 'error')).unlink()

    def _retry(self):
        """Put failed actions back in the queue; of uncertain ones OnBuy is asked first."""
        self.filtered(lambda action: action.sync_state in ('pending', 'error'))._reset_sync()
        self.filtered(lambda action: action.sync_state == 'uncertain').next_attempt = fields.Datetime.now()
        for store in self.store_id:
            store._trigger_task('actions')

    @api.model
    def _has_due(self, store):
        """Return whether something waits to be sent or looked up for a store.

        :rtype: bool
        """
        return bool(self.search_count(self._get_store_due_domain(store), limit=1))

    @api.model
    def _get_store_due_domain(self, store):
        """Return the domain of what may be sent, or must be looked up, for a store now."""
        now = fields.Datetime.now()
        return [
            ('store_id', '=', store.id),
            '|', '&', ('sync_state', 'in', ('pending', 'error')),
            '|', '&', ('sync_state', '=', 'pending'), ('next_attempt', '=', False), ('next_attempt', '<=', now),
            # A call is over after half a minute; until then nobody can know what became of it.
            '&', ('sync_state', 'in', ('sending', 'uncertain')), ('next_attempt', '<=', now),
        ]

    # === DOCUMENTS === #

    def _prepare_dispatch(self):
        """Return what OnBuy is told of this delivery; a hook for other modules.

        :return: the document, or None when OnBuy knows it all
        :rtype: Dispatch or None
        """
        self.ensure_one()
        quantities = self._get_dispatch_quantities()
        if not quantities:
            return None
        parcels = self.picking_id._get_onbuy_parcels(self.order_id) if self.picking_id else []
        return Dispatch(
            self.order_id.name,
            tracking=parcels[0] if len(parcels) == 1 else None,
            lines=self._prepare_dispatch_lines(quantities, parcels if len(parcels) > 1 else [None]),
        )

    def _prepare_dispatch_lines(self, quantities, parcels):
        """Return the dispatched lines. OnBuy takes one number per line (OnBuy API reference, 18.1), so several parcels
        are dealt out in order: to whole lines, or to pieces where there are more parcels than lines. Numbers beyond one
        per piece cannot be told.

        :param dict quantities: ``onbuy.order.line`` → int
        :param list parcels: of Tracking; or one None
        :return: tuple of DispatchLine
        """
        lines = [(line, quantity) for line, quantity in quantities.items()]
        if len(parcels) > len(lines):
            lines = [(line, 1) for line, quantity in lines for _piece in range(quantity)]
        parcels = parcels[:len(lines)]
        dealt = Counter()
        for index, (line, quantity) in enumerate(lines):
            dealt[line, parcels[index * len(parcels) // len(lines)]] += quantity
        return tuple(
            DispatchLine(sku=line.sku, quantity=quantity, tracking=parcel, opc=line.opc or None,
                         reference=line.reference or None)
            for (line, parcel), quantity in dealt.items()
        )

    def _get_dispatch_quantities(self):
        """Return what is to be dispatched with this action: its delivery's part of what OnBuy has not been told.

        The last waiting dispatch of an order takes all that is left.

        :return: dict of ``onbuy.order.line`` → int
        """
        lines = self.order_id.line_ids
        if (self.values or {}).get('all'):
            left = {line: line.quantity - line.quantity_dispatched for line in lines}
        else:
            left = {line: line._get_quantity_to_send() for line in lines}
            if self.picking_id and self._has_other_dispatches():
                left = {line: min(quantity, line._get_quantity_in(self.picking_id)) for line, quantity in left.items()}
        return {line: quantity for line, quantity in left.items() if quantity > 0}

    def _has_other_dispatches(self):
        """Return whether other deliveries of the same order wait to be told to OnBuy.

        :rtype: bool
        """
        return bool(self.search_count([
            ('order_id', '=', self.order_id.id), ('kind', '=', 'dispatch'), ('id', '!=', self.id),
            ('sync_state', 'in', ('pending', 'error', 'uncertain')), ('picking_id', '!=', False),
        ], limit=1))
