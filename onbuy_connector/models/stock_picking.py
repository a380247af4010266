from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.order_parts import Tracking

UNKNOWN_CARRIER = 'Other'  # OnBuy takes no number without a carrier's name (OnBuy API reference, 18.1)


class StockPicking(models.Model):
    _inherit = 'stock.picking'

    onbuy_order_id = fields.Many2one(related='sale_id.onbuy_order_id', string="OnBuy Order")
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
            refused = actions.filtered(lambda action: action.sync_state in ('error', 'uncertain'))
            waiting = actions.filtered(lambda action: action.sync_state in ('pending', 'sending'))
            picking.onbuy_state = refused and 'refused' or waiting and 'waiting' or actions and 'sent'
            picking.onbuy_error = '\n'.join(action.sync_error for action in refused if action.sync_error) or False

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `stock` to tell OnBuy a tracking number that was added or changed after the dispatch."""
        result = super().write(vals)
        if 'carrier_tracking_ref' in vals and not self.env.context.get('onbuy_read_back'):
            self.filtered(lambda picking: picking.onbuy_order_id and picking.onbuy_action_ids)._onbuy_tracking_changed()
        return result

    # === ACTION METHODS === #

    def action_onbuy_ready_to_ship(self):
        """Validate these deliveries and tell OnBuy, which e-mails the buyer.

        A store whose stock is moved elsewhere only tells OnBuy.

        :return: what validating asks of the user, if anything
        :raise UserError: when there is nothing to ship
        """
        pickings = self.filtered(lambda picking: picking.onbuy_order_id and picking.state not in ('done', 'cancel'))
        elsewhere = pickings.filtered(lambda picking: picking.onbuy_order_id.sudo().store_id.stock_elsewhere)
        for picking in elsewhere:
            picking.onbuy_order_id.sudo()._ask_whole_dispatch(picking)
        ready = (pickings - elsewhere).filtered(
            lambda picking: picking.picking_type_code == 'outgoing' and picking.state == 'assigned')
        if not ready and not elsewhere:
            raise UserError(self.env._("None of these deliveries of OnBuy orders is ready: their goods are not reserved, "
                                       "or an earlier step is not done."))
        return ready.button_validate() if ready else True

    def action_onbuy_retry(self):
        """Send again what OnBuy refused of these deliveries."""
        self.check_access('write')
        actions = self.sudo().onbuy_action_ids
        actions.filtered(lambda action: action.sync_state in ('error', 'uncertain'))._retry()

    # === BUSINESS METHODS === #

    def _onbuy_ask_dispatch(self, order):
        """Put the dispatch of this delivery in the outbox, or let it wait for a tracking number if the mapping says so.

        :param order: one ``onbuy.order``, with rights
        """
        self.ensure_one()
        hours = order.store_id._get_tracking_wait(self)
        at = fields.Datetime.now() + timedelta(hours=hours) if hours else None
        self.env['onbuy.order.action']._ask(order, 'dispatch', picking=self, at=at)

    def _onbuy_tracking_changed(self):
        """Let a dispatch that waits for its number go, or send the number of a dispatch that OnBuy has."""
        for picking in self.sudo():
            dispatches = picking.onbuy_action_ids.filtered(lambda action: action.kind == 'dispatch')
            waiting = dispatches.filtered(lambda action: action.sync_state == 'pending')
            if waiting:
                waiting._retry()
            elif picking.carrier_tracking_ref and dispatches:
                self.env['onbuy.order.action']._ask(picking.onbuy_order_id, 'tracking', picking=picking)

    def _get_onbuy_tracking(self, store):
        """Return this delivery's parcel as OnBuy takes it.

        :param store: one ``onbuy.store``
        :return: None where nothing is known or nothing is to be told
        :rtype: ~..lib.order_parts.Tracking or None
        """
        numbers = self._get_onbuy_numbers()
        if not numbers or store.shipping_mode == 'channel':
            return None
        mapping = store._get_shipping_mapping(self)
        if mapping.tracking_rule == 'none':
            return None
        carrier = mapping._get_carrier_name() or self.carrier_id.name or UNKNOWN_CARRIER
        url = self.carrier_tracking_url or ''
        return Tracking(carrier=carrier, number=numbers[0], url=url if url.startswith('http') else '')

    def _get_onbuy_numbers(self):
        """Return this delivery's tracking numbers; the field may hold several, joined by commas."""
        return [number.strip() for number in (self.carrier_tracking_ref or '').split(',') if number.strip()]


class OnbuyOrder(models.Model):
    _inherit = 'onbuy.order'

    def _ask_whole_dispatch(self, picking=None):
        """Ask OnBuy to mark as dispatched whatever is open, for a store whose stock is moved elsewhere.

        :param picking: that the wish came from
        """
        self.ensure_one()
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
        return int(sum(
            move.product_uom._compute_quantity(move.quantity, move.sale_line_id.product_uom_id, rounding_method='HALF-UP')
            for move in moves
        ) + 1e-6)
