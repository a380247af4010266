from collections import Counter
from functools import partial

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.const import INVALID_ORDER_STATUS, MISSING
from ..lib.errors import DeferredError, OnBuyError
from .onbuy_order_action_send import ASK_AGAIN
from .onbuy_words import explain


class OnbuyOrderAction(models.Model):
    """What becomes of an action once OnBuy answered, or did not."""

    _inherit = 'onbuy.order.action'

    def _set_uncertain(self, error):
        """The call may have taken effect: OnBuy is asked before anything is sent again.

        :param error: what happened
        :rtype: Counter
        """
        self._set_sync_error(error, state='uncertain')
        self.next_attempt = fields.Datetime.now() + ASK_AGAIN
        for store in self.store_id:
            store._trigger_task('actions', at=fields.Datetime.now() + ASK_AGAIN)
        return Counter(failed=len(self))

    def _set_refused(self, message):
        """OnBuy said no: its words stay on the record until someone retries.

        :param str message: OnBuy's words
        :rtype: Counter
        """
        self._set_sync_error(message, retry=False)
        return Counter(failed=len(self))

    def _take_back(self, error=None):
        """Nothing happened: put the actions back in the queue.

        :param OnBuyError error: why, if the store cannot be reached for now
        :rtype: Counter
        """
        at = error.until if isinstance(error, DeferredError) else fields.Datetime.now() + ASK_AGAIN if error else False
        self.write({'sync_state': 'pending', 'sync_error': str(error) if error else False, 'next_attempt': at})
        if at:
            self.store_id._trigger_task('actions', at=at)
        return Counter()

    def _store_results(self, results, documents):
        """Store OnBuy's answer to each action.

        :param dict results: id → :class:`~..lib.items.ItemResult`
        :param dict documents: action id → what was sent
        :rtype: Counter
        """
        figures = Counter()
        for action in self:
            document = documents[action.id]
            result = results[document.dispatch_id if action.kind == 'tracking' else document.order_id]
            if result.ok:
                getattr(action, f'_accept_{action.kind}')(document, result)
                action._set_synced()
                figures['sent'] += 1
            elif result.code == MISSING:
                action._set_uncertain(result.message)
                figures['failed'] += 1
            else:
                action._set_refused(explain(self.env, result.message or result.code))
                figures['failed'] += 1
        return figures

    def _accept_dispatch(self, document, result):
        """Count what was dispatched, so that it is not sent again before the order was read."""
        sent = Counter()
        for line in document.lines:
            sent[line.reference or None, line.sku] += line.quantity
        for line in self.order_id.line_ids:
            line.quantity_dispatched += sent[line.reference or None, line.sku]

    def _accept_tracking(self, document, result):
        """Nothing more to note than that it was taken."""

    def _get_read_back_units(self, store, client, kind, results):
        """Read the orders again: their new status, their dispatches' ids, and what a refusal is worth.

        :param store: one ``onbuy.store``
        :param client: an :class:`~..lib.client.OnBuyClient`
        :param str kind: of the actions
        :param dict results: of the call
        """
        names = self.order_id.mapped('name')
        try:
            page = client.orders_by_id(names)
        except OnBuyError as error:
            yield partial(self._read_back_later, store, error)
            return
        yield partial(store._store_orders_page, page)
        if kind == 'dispatch':
            yield partial(self._after_dispatch, results)
        yield from self._get_apply_units(store)

    def _get_apply_units(self, store):
        """Let Odoo follow what was just read of these orders.

        :param store: one ``onbuy.store``
        """
        waiting = self.order_id.filtered(lambda order: order.sync_state == 'pending')
        if waiting:
            yield waiting.with_company(store.company_id)._apply_batch

    def _read_back_later(self, store, error):
        """The actions are done, but their orders could not be read: say so, and look again soon.

        :param store: one ``onbuy.store``
        :param OnBuyError error: what happened
        """
        now = fields.Datetime.now()
        store._note_failure('order_statuses', now, error)
        store._trigger_task('order_statuses', at=now + ASK_AGAIN)

    def _after_dispatch(self, results):
        """Note the ids of new dispatches; a refusal of what OnBuy has dispatched already counts as done.

        :param dict results: order id → :class:`~..lib.items.ItemResult`
        :rtype: Counter
        """
        for action in self:
            action._link_dispatches()
            refused = results[action.order_id.name]
            if refused.code == INVALID_ORDER_STATUS and action.order_id.status in ('dispatched', 'complete'):
                if not any(line._get_quantity_to_send() for line in action.order_id.line_ids):
                    action._set_synced()
        return Counter()

    def _link_dispatches(self):
        """Note the ids of the dispatches that appeared since this was sent; later tracking needs them."""
        linked = ','.join(self.order_id.action_ids.filtered('remote_id').mapped('remote_id')).split(',')
        known = {*(self.snapshot or {}).get('dispatches', []), *linked}
        new = [dispatch_id for dispatch_id in self.order_id._get_dispatch_ids() if dispatch_id not in known]
        if new:
            self.remote_id = ','.join([*self._get_remote_ids(), *new])


class OnbuyOrder(models.Model):
    _inherit = 'onbuy.order'

    def _get_dispatch_ids(self):
        """Return the ids of OnBuy's dispatches of this order, as far as OnBuy's order can be understood.

        :rtype: list
        """
        try:
            return [info.dispatch_id for info in self._parse().dispatches if info.dispatch_id]
        except UserError:
            return []
