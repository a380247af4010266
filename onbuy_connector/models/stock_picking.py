from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.order_parts import Tracking

UNKNOWN_CARRIER = 'Other'  # OnBuy takes no number without a carrier's name (OnBuy API reference, 18.1)
NUMBER_IN_URL = '<shipmenttrackingnumber>'  # core's place for the number in a delivery method's tracking link
UNDONE = ('sending', 'uncertain', 'synced')  # a dispatch that OnBuy may know already


class StockPicking(models.Model):
    """Deliveries of OnBuy orders: what OnBuy is told of them, and what it answered."""

    _inherit = 'stock.picking'

    onbuy_order_id = fields.Many2one(related='sale_id.onbuy_order_id', string="OnBuy Order")
    onbuy_dispatch_by = fields.Datetime(related='sale_id.onbuy_order_id.dispatch_by', string="Dispatch by")
    onbuy_delivery_service = fields.Char(related='sale_id.onbuy_order_id.delivery_service', string="OnBuy Service")
    onbuy_action_ids = fields.One2many('onbuy.order.action', 'picking_id', string="Sent to OnBuy")
    onbuy_state = fields.Selection(
        selection=[('waiting', "Waiting for OnBuy"), ('sent', "Sent to OnBuy"), ('refused', "Refused by OnBuy")],
        string="OnBuy", compute='_compute_onbuy_state', compute_sudo=True,
    )
    onbuy_error = fields.Text(string="OnBuy's Answer", compute='_compute_onbuy_state', compute_sudo=True)

    # === COMPUTE METHODS === #

    @api.depends('onbuy_action_ids.sync_state', 'onbuy_action_ids.sync_error')
    def _compute_onbuy_state(self):
        for picking in self:
            actions = picking.onbuy_action_ids
            refused = actions.filtered(lambda action: action.sync_state == 'error')
            waiting = actions.filtered(lambda action: action.sync_state in ('pending', 'sending', 'uncertain'))
            picking.onbuy_state = refused and 'refused' or waiting and 'waiting' or actions and 'sent'
            errors = (refused or waiting).mapped('sync_error')
            picking.onbuy_error = '\n'.join(filter(None, errors)) or False

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `stock` to tell OnBuy a tracking number that was added or changed after the dispatch."""
        result = super().write(vals)
        if 'carrier_tracking_ref' in vals and not self.env.context.get('onbuy_read_back'):
            self.filtered('onbuy_order_id')._onbuy_tracking_changed()
        return result

    # === ACTION METHODS === #

    def action_onbuy_ready_to_ship(self):
        """Validate these deliveries and tell OnBuy, which e-mails the buyer.

        A store whose stock is moved elsewhere only tells OnBuy.

        :return: what validating asks of the user, or None
        :raise UserError: when there is nothing to ship
        """
        pickings = self.filtered(lambda picking: picking.onbuy_order_id and picking.state not in ('done', 'cancel'))
        elsewhere = pickings.filtered(lambda picking: picking.onbuy_order_id.sudo().store_id.stock_elsewhere)
        for order, of_order in elsewhere.grouped('onbuy_order_id').items():
            order.sudo()._ask_whole_dispatch(of_order._onbuy_get_last_step())
        ready = (pickings - elsewhere).filtered(
            lambda picking: picking.picking_type_code == 'outgoing' and picking.state == 'assigned')
        if not ready and not elsewhere:
            raise UserError(self.env._("None of these deliveries of OnBuy orders is ready: their goods are not reserved, "
                                       "or an earlier step is not done."))
        asked = ready.button_validate() if ready else None
        return asked if isinstance(asked, dict) else None

    def action_onbuy_retry(self):
        """Send again what OnBuy refused of these deliveries."""
        self.check_access('write')
        actions = self.sudo().onbuy_action_ids
        actions.filtered(lambda action: action.sync_state in ('error', 'uncertain'))._retry()

    # === DISPATCH === #

    def _onbuy_get_last_step(self):
        """Return the one of these transfers of an order that goes to the buyer, or the last one there is."""
        return (self.filtered(lambda picking: picking.picking_type_code == 'outgoing') or self)[-1:]

    def _onbuy_ask_dispatch(self, order):
        """Put the dispatch of this delivery in the outbox, or let it wait for a tracking number if the mapping says so.

        :param order: one ``onbuy.order``, with rights
        """
        self.ensure_one()
        hours = order.store_id._get_tracking_wait(order, self)
        at = fields.Datetime.now() + timedelta(hours=hours) if hours else None
        self.env['onbuy.order.action']._ask(order, 'dispatch', picking=self, at=at)

    # === TRACKING === #

    def _onbuy_get_steps(self):
        """Return this transfer with the earlier and later steps of its goods; OnBuy may have been told at any of them."""
        moves = self.move_ids
        steps = moves.browse([*moves._rollup_move_origs(), *moves._rollup_move_dests()]).picking_id
        return self | steps.filtered(lambda picking: picking.picking_type_code != 'incoming')

    def _onbuy_tracking_changed(self):
        """Let a dispatch that waits for its number go, or send the number of a dispatch that OnBuy has."""
        for picking in self.sudo():
            dispatches = picking._onbuy_get_steps().onbuy_action_ids.filtered(lambda action: action.kind == 'dispatch')
            dispatches.filtered(lambda action: action.sync_state == 'pending')._retry()
            if picking.carrier_tracking_ref:
                dispatches.filtered(lambda action: action.snapshot and action.sync_state in UNDONE)._ask_tracking()

    def _get_onbuy_parcels(self, order):
        """Return this delivery's parcels as OnBuy takes them.

        :param order: the ``onbuy.order`` they belong to
        :return: list of :class:`~..lib.order_parts.Tracking`; empty where nothing is known or nothing is to be told
        """
        self.ensure_one()
        store = order.store_id
        mapping = store._get_shipping_mapping(order, self)
        if store.shipping_mode == 'channel' or mapping.tracking_rule == 'none':
            return []
        carrier = mapping.onbuy_carrier_id.name or self._onbuy_get_carrier().name or UNKNOWN_CARRIER
        numbers = self._get_onbuy_numbers()
        return [Tracking(carrier=carrier, number=number, url=self._onbuy_get_url(number, len(numbers) == 1))
                for number in numbers]

    def _get_onbuy_numbers(self):
        """Return this delivery's tracking numbers, or those of its later steps; the field may hold several, joined by
        commas.

        :rtype: list
        """
        for picking in self | self._onbuy_get_steps():
            numbers = [number.strip() for number in (picking.carrier_tracking_ref or '').split(',')]
            if any(numbers):
                return list(dict.fromkeys(filter(None, numbers)))
        return []

    def _onbuy_get_carrier(self):
        """Return the delivery method of this transfer, or of its later steps."""
        return self.carrier_id or self._onbuy_get_steps().carrier_id[:1]

    def _onbuy_get_url(self, number, is_only):
        """Return the link under which a parcel is followed, '' if there is none.

        :param str number: of the parcel
        :param bool is_only: whether this is the delivery's only parcel, so that core's link is its link
        """
        template = self._onbuy_get_carrier().sudo().tracking_url or ''
        url = template.replace(NUMBER_IN_URL, number) if NUMBER_IN_URL in template else ''
        url = url or is_only and self.carrier_tracking_url or ''
        return url if url.startswith('http') else ''

    def _get_onbuy_carrier_code(self, order):
        """Return OnBuy's code of the carrier, for tracking that is changed later (OnBuy API reference, 18.2).

        :param order: the ``onbuy.order``
        :return: None where OnBuy has no such carrier
        """
        carrier = order.store_id._get_shipping_mapping(order, self).onbuy_carrier_id
        if not carrier and self._onbuy_get_carrier():
            carrier = carrier.search([('name', '=ilike', self._onbuy_get_carrier().name)], limit=1)
        return carrier.code or None

    # === NO MAIL TO ONBUY'S BUYERS === #

    def message_post_with_source(self, source_ref, *args, **kwargs):
        """Override of `mail` to leave out stock's confirmation mail: OnBuy writes to its buyers itself.

        Here, because the method that sends it calls the carriers as well, and mixes deliveries of all kinds.
        """
        if self.onbuy_order_id and isinstance(source_ref, models.BaseModel):
            if source_ref == self.company_id.sudo().stock_mail_confirmation_template_id:
                return self.env['mail.message']
        return super().message_post_with_source(source_ref, *args, **kwargs)

    def _message_sms_with_template(self, *args, **kwargs):
        """Override of `sms`, where it is installed, to leave out stock_sms's message to OnBuy's buyers."""
        if self.onbuy_order_id:
            return self.env['mail.message']
        return super()._message_sms_with_template(*args, **kwargs)

    def _check_warn_sms(self):
        """Override of `stock_sms`, where it is installed, not to warn of messages that are never sent."""
        return super()._check_warn_sms().filtered(lambda picking: not picking.onbuy_order_id)

    def _add_delivery_cost_to_so(self):
        """Override of `stock_delivery`: what the carrier costs is not added to what the buyer paid to OnBuy."""
        return None if self.onbuy_order_id else super()._add_delivery_cost_to_so()


class OnbuyOrder(models.Model):
    _inherit = 'onbuy.order'

    def _ask_whole_dispatch(self, picking=None):
        """Ask OnBuy to mark as dispatched whatever is open, for a store whose stock is moved elsewhere.

        :param picking: that the wish came from
        """
        self.ensure_one()
        waiting = self.action_ids.filtered(
            lambda action: action.kind == 'dispatch' and action.sync_state in ('pending', 'sending', 'uncertain'))
        if not waiting:
            self.env['onbuy.order.action']._ask(self, 'dispatch', picking=picking, values={'all': True})


class OnbuyOrderLine(models.Model):
    _inherit = 'onbuy.order.line'

    def _get_quantity_in(self, picking):
        """Return how many pieces of this line a delivery holds; of a kit all, because its moves are its components'.

        :param picking: one ``stock.picking``
        :rtype: int
        """
        moves = picking.move_ids.filtered(lambda move: move.sale_line_id in self.sale_line_ids and move.state == 'done')
        if moves.product_id - self.sale_line_ids.product_id:
            return self.quantity
        return int(moves._onbuy_get_done_quantity() + 1e-6)
