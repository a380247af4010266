import logging
from collections import Counter
from datetime import timedelta
from functools import partial

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import split_every

from ..lib import values as lib_values
from ..lib.errors import OnBuyError, RejectedError, UncertainError
from .onbuy_words import explain

_logger = logging.getLogger(__name__)

PER_CALL = 50
ASK_AGAIN = timedelta(minutes=1)


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    def _get_actions_work(self):
        """Return where the task of actions finds what it has to do (see :meth:`_has_work`)."""
        return [('onbuy.order.action', self.env['onbuy.order.action']._get_store_due_domain(self))]

    def _task_actions(self, client):
        """Send what waits in the outbox; look up first what is uncertain.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        actions = self.env['onbuy.order.action']
        if self.state != 'live' or not self.sync_actions or not actions._has_due(self):
            return
        unread = None
        try:
            yield from actions._get_lookup_units(self, client)
        except OnBuyError as error:  # Reading may be out of allowance where sending is not.
            unread = error
        for kind in ('dispatch', 'tracking', 'cancel', 'refund'):
            yield from actions._get_send_units(self, client, kind)
        if unread:
            raise unread


class OnbuyOrderAction(models.Model):
    """How the outbox is emptied. Only the worker that holds the store's lock comes here."""

    _inherit = 'onbuy.order.action'

    # === ASK BEFORE SENDING AGAIN === #

    @api.model
    def _get_lookup_units(self, store, client):
        """Read the orders whose last action may or may not have taken effect, then decide.

        :param store: one ``onbuy.store``
        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        doubtful = self.search([
            *self._get_store_due_domain(store), ('sync_state', 'in', ('sending', 'uncertain'))])
        for ids in split_every(PER_CALL, doubtful.ids, list):
            actions = self.browse(ids)
            page = client.orders_by_id(actions.order_id.mapped('name'))
            yield partial(store._store_orders_page, page)
            yield partial(actions._resolve, {order.order_id for order in page.items})
            yield from actions._get_apply_units(store)

    def _resolve(self, found):
        """Decide what became of actions whose answer is lost, now that their orders were read again.

        :param set found: ids of the orders that OnBuy answered with
        :rtype: Counter
        """
        for action in self:
            if action.order_id.name not in found:
                action._set_sync_error(self.env._("OnBuy does not show this order; it is asked again."),
                                       state='uncertain')
                continue
            try:
                with self.env.cr.savepoint():
                    getattr(action, f'_resolve_{action.kind}')()
            except (OperationalError, ConcurrencyError):
                raise
            except Exception as error:  # noqa: BLE001  One action must not stop the others.
                _logger.exception("What became of OnBuy order action %s cannot be decided.", action.id)
                action._set_sync_error(error, state='uncertain')
        return Counter(updated=len(self))

    def _resolve_dispatch(self):
        """What is left to dispatch is known from the order: send that, if anything."""
        self._link_dispatches()
        self._queue_again()

    def _queue_again(self):
        """OnBuy did not do it: send it again, and remember how often its answer was lost."""
        self.write({'sync_state': 'pending', 'sync_error': False, 'next_attempt': False})

    # === SENDING === #

    @api.model
    def _get_send_units(self, store, client, kind):
        """Send the due actions of a kind: write ahead, call, store each answer.

        :param store: one ``onbuy.store``
        :param client: an :class:`~..lib.client.OnBuyClient`
        :param str kind: of the actions
        """
        due = self.search([
            *self._get_store_due_domain(store), ('kind', '=', kind), ('sync_state', 'in', ('pending', 'error')),
        ], order='id')
        blocked = due._filter_blocked()
        if blocked:
            yield blocked._put_off
        first = {action.order_id: action.id for action in reversed(due - blocked)}
        yield from store._get_units_of_calls(
            self.browse(ids)._get_call_units(store, client, kind)
            for ids in self.browse(sorted(first.values()))._split_calls())

    def _split_calls(self):
        """Give the ids for each call. What was lost goes alone, so that one over which OnBuy stumbles holds up no other.

        :return: a generator of lists
        """
        lost = self.filtered('sync_attempts')
        yield from split_every(PER_CALL, (self - lost).ids, list)
        yield from ([action_id] for action_id in lost.ids)

    def _filter_blocked(self):
        """Return those whose order has an action of unknown outcome: what is still to do is not known then."""
        doubtful = self.search([
            ('order_id', 'in', self.order_id.ids), ('sync_state', 'in', ('sending', 'uncertain'))])
        return self.filtered(lambda action: action.order_id in doubtful.order_id)

    def _put_off(self):
        """Try again a little later.

        :rtype: Counter
        """
        self.next_attempt = fields.Datetime.now() + ASK_AGAIN
        self.store_id._trigger_task('actions', at=fields.Datetime.now() + ASK_AGAIN)
        return Counter()

    def _get_call_units(self, store, client, kind):
        """Send these actions in one call; if OnBuy refuses the call as a whole, one by one.

        :param store: one ``onbuy.store``
        :param client: an :class:`~..lib.client.OnBuyClient`
        :param str kind: of the actions
        :return: whether OnBuy's answer was lost
        """
        documents = {}
        yield partial(self._write_ahead, documents)
        actions = self.browse(documents)
        if not documents:
            return False
        try:
            results = self._call(client, kind, list(documents.values()))
        except UncertainError as error:
            yield partial(actions._set_uncertain, error)
            return True
        except RejectedError as error:
            if len(actions) == 1:
                yield partial(actions._set_refused, explain(self.env, str(error)))
                return False
            yield partial(actions._take_back)
            for action in actions:
                yield from action._get_call_units(store, client, kind)
            return False
        except OnBuyError as error:
            yield partial(actions._take_back, error)
            raise
        yield partial(actions._store_results, results, documents)
        yield from actions._get_read_back_units(store, client, kind, results)
        return False

    @api.model
    def _call(self, client, kind, documents):
        """Make the one call for documents of a kind.

        :return: dict of id → :class:`~..lib.items.ItemResult`
        """
        call = {'dispatch': client.dispatch, 'tracking': client.update_tracking, 'cancel': client.cancel,
                'refund': client.refund}[kind]
        return call(documents)

    def _write_ahead(self, documents):
        """Note what is about to be sent; committed before the call. What OnBuy knows already is done.

        :param dict documents: filled here, by action id
        :rtype: Counter
        """
        documents.clear()
        figures = Counter()
        # Someone may have discarded it, or be just doing so.
        actions = self.try_lock_for_update().filtered(lambda action: action.sync_state in ('pending', 'error'))
        for action in actions:
            try:
                with self.env.cr.savepoint():
                    document = getattr(action, f'_prepare_{action.kind}')()
                    if document is None:
                        action._set_synced()
                    else:
                        action._set_sending()
                        documents[action.id] = document
            except (OperationalError, ConcurrencyError):
                raise
            except Exception as error:  # noqa: BLE001  One action must not stop the others.
                if not isinstance(error, UserError | ValueError):
                    _logger.exception("OnBuy order action %s cannot be prepared.", action.id)
                figures += action._set_refused(str(error))
        if documents:  # Should this worker die, another one asks OnBuy when the call is over for sure.
            self.store_id._trigger_task('actions', at=fields.Datetime.now() + ASK_AGAIN)
        return figures

    def _set_sending(self):
        """Note that this goes out now, with the order as it is known before."""
        self.write({
            'sync_state': 'sending',
            'sync_error': False,
            'snapshot': self._take_snapshot(),
            'next_attempt': fields.Datetime.now() + ASK_AGAIN,
        })

    def _take_snapshot(self):
        """Return the order as known now: what a later look compares with.

        :rtype: dict
        """
        payload = self.order_id.payload or {}
        return {
            'status': self.order_id.status,
            'updated_at': fields.Datetime.to_string(self.order_id.remote_date),
            'dispatched': {line.reference: line.quantity_dispatched for line in self.order_id.line_ids},
            'dispatches': self.order_id._get_dispatch_ids(),
            'refunds': lib_values.digest(payload.get('refunds')),
        }
