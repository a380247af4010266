from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.dispatch import TrackingUpdate


class OnbuyOrderAction(models.Model):
    """Tracking numbers that were added to, or changed on, a dispatch that OnBuy has (OnBuy API reference, 18.2).

    One action per dispatch of OnBuy's: a delivery of several parcels is several dispatches there.
    """

    _inherit = 'onbuy.order.action'

    def _ask_tracking(self):
        """Ask for the numbers of these dispatches to be told again.

        Where OnBuy's id of a dispatch is not known yet, the order is read first.
        """
        for action in self:
            waiting = self.search([('order_id', '=', action.order_id.id), ('kind', '=', 'tracking'),
                                   ('sync_state', 'in', ('pending', 'uncertain'))])
            asked = {(one.values['action'], one.values['dispatch_id']) for one in waiting}
            for dispatch_id in action._get_remote_ids() or [False]:
                if (action.id, dispatch_id) not in asked:
                    action._ask_tracking_of(dispatch_id)

    def _ask_tracking_of(self, dispatch_id):
        """Ask for the number of one dispatch to be told.

        :param dispatch_id: OnBuy's id, False if it is not known yet
        """
        tracking = self._ask(self.order_id, 'tracking', picking=self.picking_id,
                             values={'action': self.id, 'dispatch_id': dispatch_id})
        if not dispatch_id:
            tracking.write({'sync_state': 'uncertain', 'next_attempt': fields.Datetime.now()})

    def _get_remote_ids(self):
        """Return OnBuy's ids of this dispatch, in the order of its parcels.

        :rtype: list
        """
        return self.remote_id.split(',') if self.remote_id else []

    def _get_asked_dispatch(self):
        """Return the action of the dispatch that this tracking belongs to."""
        return self.browse((self.values or {}).get('action')).exists()

    def _resolve_tracking(self):
        """Send again: it is an absolute value. If OnBuy's id of the dispatch was not known, it should be by now.

        :raise UserError: OnBuy shows no such dispatch
        """
        if self.values.get('dispatch_id'):
            self._reset_sync()
            return
        dispatch = self._get_asked_dispatch()
        if dispatch and dispatch.sync_state != 'synced':
            self._put_off()
            return
        dispatch._link_dispatches()
        if dispatch._get_remote_ids():
            self._set_synced()
            dispatch._ask_tracking()
        else:
            self._set_refused(self._get_unknown_dispatch_text())

    def _get_unknown_dispatch_text(self):
        """Return what to do where OnBuy shows no dispatch that a number could be added to."""
        return self.env._("OnBuy shows no dispatch of this delivery, so its tracking number cannot be added. Retry later, "
                          "or enter the number in the Seller Control Panel.")

    def _prepare_tracking(self):
        """Return the number that OnBuy is told for a dispatch.

        :return: the document, or None when OnBuy knows it or there is none to tell
        :rtype: TrackingUpdate or None
        :raise UserError: OnBuy's id of the dispatch is not known
        """
        self.ensure_one()
        dispatch_id = self.values.get('dispatch_id')
        if not dispatch_id:
            raise UserError(self._get_unknown_dispatch_text())
        number = self._get_number_to_tell(dispatch_id)
        return number and TrackingUpdate(dispatch_id, number, self.picking_id._get_onbuy_carrier_code(self.order_id))

    def _get_number_to_tell(self, dispatch_id):
        """Return the number for one of the dispatches of a delivery: a dispatch whose number on OnBuy is still right
        keeps it, the others get the remaining numbers in order.

        :param str dispatch_id: OnBuy's
        :return: None when nothing is to be told
        """
        parcels = self.picking_id._get_onbuy_parcels(self.order_id)
        numbers = [parcel.number for parcel in parcels]
        known = self.order_id._get_dispatch_numbers()
        stale = [one for one in self._get_asked_dispatch()._get_remote_ids() if known.get(one) not in numbers]
        if dispatch_id not in stale or not numbers:
            return None
        free = [number for number in numbers if number not in known.values()] or numbers
        return free[min(stale.index(dispatch_id), len(free) - 1)]


class OnbuyOrder(models.Model):
    _inherit = 'onbuy.order'

    def _get_dispatch_numbers(self):
        """Return the tracking numbers that OnBuy knows, by dispatch.

        :return: dict of dispatch id → number
        """
        try:
            dispatches = self._parse().dispatches
        except UserError:
            return {}
        return {info.dispatch_id: info.tracking.number for info in dispatches if info.dispatch_id and info.tracking}

    def _read_tracking_back(self, order):
        """Write the numbers that OnBuy knows on the deliveries they belong to, unless a delivery has one.

        :param order: :class:`~..lib.orders.Order`
        """
        self.ensure_one()
        last = self.sale_order_id.picking_ids.filtered(
            lambda picking: picking.picking_type_code == 'outgoing' and picking.state != 'cancel')[-1:]
        parcels = [(info.dispatch_id, info.tracking) for info in order.dispatches]
        if not any(tracking for _id, tracking in parcels):
            parcels = [(None, tracking) for tracking in (order.tracking, *(line.tracking for line in order.lines))]
        numbers = {}
        for dispatch_id, tracking in parcels:
            if tracking and tracking.number:
                numbers.setdefault(self._get_picking_of(dispatch_id) or last, {})[tracking.number] = True
        for picking, found in numbers.items():
            if picking and not picking.carrier_tracking_ref:
                picking.with_context(onbuy_read_back=True).carrier_tracking_ref = ','.join(found)

    def _get_picking_of(self, dispatch_id):
        """Return the delivery that was told to OnBuy as a dispatch.

        :param str dispatch_id: OnBuy's
        """
        return self.action_ids.filtered(
            lambda action: action.kind == 'dispatch' and dispatch_id in action._get_remote_ids())[:1].picking_id
