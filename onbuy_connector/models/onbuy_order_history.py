import json
from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime


class Event(NamedTuple):
    """Something that happened to an order on OnBuy.

    :param datetime date: UTC, False if OnBuy does not say
    :param str title: translated
    :param str text: more of it
    :param str url: a tracking page, or ''
    """

    date: datetime
    title: str
    text: str
    url: str = ''


class OnbuyOrder(models.Model):
    """What people read of an order to explain it to a buyer."""

    _inherit = 'onbuy.order'

    history = fields.Html(
        string="What Happened on OnBuy", compute='_compute_history', compute_sudo=True, sanitize=False)
    document = fields.Text(
        string="What OnBuy Sent", compute='_compute_document', groups='onbuy_connector.group_onbuy_manager',
        help="As OnBuy sent it, without secrets and the buyer's internet address.")

    @api.depends('digest')
    @api.depends_context('lang', 'tz')
    def _compute_history(self):
        for order in self:
            rows = [event._asdict() for event in order._get_history()]
            for row in rows:
                row['date'] = row['date'] and format_datetime(self.env, row['date'], dt_format='d MMM y, HH:mm')
            order.history = self.env['ir.qweb']._render('onbuy_connector.order_history', {'rows': rows})

    @api.depends('payload')
    def _compute_document(self):
        for order in self:
            order.document = order.payload and json.dumps(order.payload, indent=2, ensure_ascii=False)

    def _get_history(self):
        """Return what happened to the order on OnBuy, oldest first; parcels and refunds as far as they are known.

        :return: list of :class:`Event`
        """
        events = [Event(self.date_order, self.env._("Ordered"), self.buyer_name or '')]
        if self.cancelled_date:
            events.append(Event(self.cancelled_date, self.env._("Cancelled"), self.status_label or ''))
        try:
            events += self._get_parsed_history(self._parse())
        except UserError:  # Erased, or not understood: the order itself says why.
            if self.shipped_date:
                events.append(Event(self.shipped_date, self.env._("Dispatched"), ''))
        return sorted(events, key=lambda event: event.date or datetime.min)

    def _get_parsed_history(self, order):
        """Give the dispatches and refunds of an order.

        :param order: :class:`~..lib.orders.Order`
        """
        for info in order.dispatches:
            tracking = info.tracking or order.tracking
            parts = [*self._tell_items(info.items, "{} × {}"), tracking and f'{tracking.carrier} {tracking.number}'.strip()]
            url = tracking.url if tracking and tracking.url.startswith('http') else ''
            yield Event(info.date, self.env._("Dispatched"), ' · '.join(filter(None, parts)), url)
        if self.shipped_date and not order.dispatches:
            yield Event(self.shipped_date, self.env._("Dispatched"), order.tracking and order.tracking.number or '')
        for info in order.refunds:
            total = info.total is not None and f'£{info.total}'
            parts = [total, info.reason, *self._tell_items(info.items, "£{} {}")]
            yield Event(info.date, self.env._("Refunded"), ' · '.join(filter(None, parts)))

    def _tell_items(self, items, pattern):
        """Return what belongs to which line, for a person.

        :param items: pairs of a line's reference or SKU and a value
        :param str pattern: of value and SKU
        :return: list of str
        """
        skus = {line.reference: line.sku or line.name for line in self.line_ids}
        return [pattern.format(value, skus.get(key, key)) for key, value in items]


class OnbuyOrderLine(models.Model):
    _inherit = 'onbuy.order.line'

    product_url = fields.Char(string="Page on OnBuy", compute='_compute_product_url', compute_sudo=True)

    @api.depends('sku')
    def _compute_product_url(self):
        listings = self.env['onbuy.listing'].search([
            ('store_id', 'in', self.store_id.ids), ('sku', 'in', self.mapped('sku'))])
        urls = {(listing.store_id, listing.sku): listing.product_url for listing in listings}
        for line in self:
            line.product_url = urls.get((line.store_id, line.sku))
