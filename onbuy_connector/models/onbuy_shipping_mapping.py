import logging
from functools import partial

from odoo import api, fields, models
from odoo.tools import ormcache

from ..lib.errors import OnBuyError

_logger = logging.getLogger(__name__)


class OnbuyCarrier(models.Model):
    """A carrier that OnBuy knows."""

    _name = 'onbuy.carrier'
    _description = "OnBuy Carrier"
    _order = 'name'

    name = fields.Char(required=True)
    code = fields.Char(required=True, help="OnBuy's code, used when tracking is changed later.")

    _code_unique = models.UniqueIndex('(code)', "OnBuy has one carrier of this code.")


class OnbuyShippingMapping(models.Model):
    """From OnBuy's delivery service and template to the delivery method here, and back to OnBuy's carrier name."""

    _name = 'onbuy.shipping.mapping'
    _description = "OnBuy Shipping Mapping"
    _order = 'sequence, id'
    _rec_name = 'carrier_id'
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    store_id = fields.Many2one('onbuy.store', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='store_id.company_id', store=True)
    delivery_service = fields.Char(string="Service on OnBuy", help="E.g. Standard. Empty: any.")
    template_id = fields.Char(string="Delivery Template", help="OnBuy's id of the template. Empty: any.")
    carrier_id = fields.Many2one(
        'delivery.carrier', string="Delivery Method", check_company=True, ondelete='cascade',
        help="Set on imported orders, and recognised on deliveries. Empty: any.")
    onbuy_carrier_id = fields.Many2one(
        'onbuy.carrier', string="Carrier on OnBuy", ondelete='restrict',
        help="The name under which OnBuy knows the carrier. Empty: the name of the delivery method.")
    tracking_rule = fields.Selection(
        selection=[('now', "Send now"), ('wait', "Wait for a number"), ('none', "Send without tracking")],
        default='now', required=True,
        help="What to do when a delivery is validated and has no tracking number yet.")
    wait_hours = fields.Float(string="Wait at most (hours)", default=4)

    _wait_check = models.Constraint('CHECK (wait_hours >= 0)', "Hours to wait cannot be negative.")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override to forget whether a store waits for numbers."""
        mappings = super().create(vals_list)
        self.env.registry.clear_cache()
        return mappings

    def write(self, vals):
        """Override to forget whether a store waits for numbers."""
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        """Override to forget whether a store waits for numbers."""
        result = super().unlink()
        self.env.registry.clear_cache()
        return result


class OnbuyStore(models.Model):
    """When and how OnBuy is told that goods left."""

    _inherit = 'onbuy.store'

    shipping_mode = fields.Selection(
        selection=[('self', "Shipped by you"), ('channel', "Shipped by the sales channel")],
        string="Shipping", default='self', required=True,
        help="Shipped by you: tracking goes to OnBuy. By the sales channel: tracking is read back from OnBuy.")
    dispatch_trigger = fields.Selection(
        selection=[('last', "The delivery is validated"), ('pack', "Packing is validated"),
                   ('pick', "Picking is validated")],
        string="Ready to ship when", default='last', required=True,
        help="In warehouses with several steps: after which one OnBuy is told.")
    stock_elsewhere = fields.Boolean(
        string="Stock is moved elsewhere",
        help="Another program moves the stock: Ready to Ship tells OnBuy without validating the delivery.")
    mapping_ids = fields.One2many('onbuy.shipping.mapping', 'store_id', string="Shipping Mapping")

    def _task_carriers(self, client):
        """Read OnBuy's carriers (OnBuy API reference, 18.3).

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        carriers = client.carriers()
        yield partial(self._store_carriers, carriers)

    def _store_carriers(self, carriers):
        """Create or rename OnBuy's carriers.

        :param list carriers: of :class:`~..lib.sellers.Carrier`
        :return: figures
        :rtype: dict
        """
        known = {carrier.code: carrier for carrier in self.env['onbuy.carrier'].search([])}
        fresh = [{'code': carrier.code, 'name': carrier.name} for carrier in carriers if carrier.code not in known]
        for carrier in carriers:
            if carrier.code in known and known[carrier.code].name != carrier.name:
                known[carrier.code].name = carrier.name
        self.env['onbuy.carrier'].create(fresh)
        return {'seen': len(carriers), 'created': len(fresh)}

    def _fetch_carriers(self, client):
        """Read OnBuy's carriers while connecting; they can be read again later, so a failure does not matter.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        try:
            self._store_carriers(client.carriers())
        except OnBuyError as error:
            _logger.info("The carriers of OnBuy store %s were not read: %s", self.id, error)

    def _get_shipping_mapping(self, order, picking):
        """Return the first mapping that fits a delivery: by its delivery method, OnBuy's service and template.

        :param order: one ``onbuy.order``
        :param picking: one ``stock.picking``
        :return: one ``onbuy.shipping.mapping``, or none
        """
        return self._find_mapping(order, picking._onbuy_get_carrier())

    def _find_mapping(self, order, carrier=None):
        """Return the first mapping that fits an order, and a delivery method if one is given.

        :param order: one ``onbuy.order``
        :param carrier: ``delivery.carrier``
        """
        service = (order.delivery_service or '').strip().casefold()
        return self.mapping_ids.filtered(lambda mapping: (
            (not mapping.delivery_service or mapping.delivery_service.strip().casefold() == service)
            and (not mapping.template_id or mapping.template_id.strip() in order.line_ids.mapped('template_id'))
            and (not carrier or not mapping.carrier_id or mapping.carrier_id == carrier)
        ))[:1]

    def _get_tracking_wait(self, order, picking):
        """Return how many hours a dispatch waits for its tracking number.

        :param order: one ``onbuy.order``
        :param picking: one ``stock.picking``
        :rtype: float
        """
        if not self._may_wait_for_tracking():
            return 0
        mapping = self._get_shipping_mapping(order, picking)
        waits = mapping.tracking_rule == 'wait' and self.shipping_mode == 'self'
        return mapping.wait_hours if waits and not picking._get_onbuy_numbers() else 0

    @ormcache('self.id')
    def _may_wait_for_tracking(self):
        """Return whether any mapping has dispatches wait for their number; most stores have none, and validate many
        deliveries. Remembered for all users alike.

        :rtype: bool
        """
        return 'wait' in self.sudo().mapping_ids.mapped('tracking_rule')
