from base64 import b64encode

from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import models
from odoo.exceptions import UserError

from ..lib import values as lib_values

UK_CODES = ('GB', 'JE', 'GG', 'IM')  # Royal Mail's own area: no country on the label


class StockPicking(models.Model):
    """The address label: an A6 page that says where a parcel goes and comes from. It is not postage."""

    _inherit = 'stock.picking'

    def action_onbuy_print_label(self):
        """Print the address labels of these deliveries; a label printed before is printed again as it was.

        :return: the report action
        :raise UserError: none of them belongs to an OnBuy order
        """
        pickings = self.filtered(lambda picking: picking.onbuy_order_id and picking.picking_type_code != 'incoming')
        if not pickings:
            raise UserError(self.env._("None of these is a delivery of an OnBuy order, so there is no label to print."))
        return self.env.ref('onbuy_connector.action_report_onbuy_label').report_action(pickings, config=False)

    def _onbuy_note_printed(self):
        """Mark open deliveries as printed: work has begun, so a buyer's cancellation asks before it is obeyed."""
        self.sudo().filtered(
            lambda picking: not picking.printed and picking.state not in ('done', 'cancel')).printed = True

    def _get_onbuy_label_values(self):
        """Return what the label shows.

        :return: dict: ``code`` (in the bar code: the tracking number, else the order id), ``order``, ``service``,
            ``address`` and ``sender`` (lists of lines)
        """
        self.ensure_one()
        order = self.onbuy_order_id.sudo()
        warehouse = self.picking_type_id.warehouse_id
        sender = warehouse.partner_id or self.company_id.partner_id
        return {
            'code': (self._get_onbuy_numbers() or [order.name or self.name])[0],
            'order': order.name or self.origin or self.name,
            'service': self._onbuy_get_carrier().name or order.delivery_service or '',
            'address': (self.partner_id or self.sale_id.partner_shipping_id)._get_onbuy_address_lines(),
            'sender': sender._get_onbuy_address_lines(),
        }

    def _get_onbuy_barcode(self):
        """Return the bar code (Code 128) as an image for HTML: drawn as lines, it is sharp on any printer and needs no
        library for pixels.

        :rtype: str
        """
        code = self._get_onbuy_label_values()['code']
        drawing = createBarcodeDrawing('Code128', value=code, barWidth=2, barHeight=90, quiet=1, humanReadable=0)
        svg = drawing.asString('svg').replace('xMinYMin', 'xMidYMid')  # in the middle of its place
        return 'data:image/svg+xml;base64,' + b64encode(svg.encode()).decode()

    def _get_onbuy_label_name(self):
        """Return the file name of the label: another one when something on it changes, so that it is made anew.

        :rtype: str
        """
        shown = lib_values.digest(self._get_onbuy_label_values())[:6]
        return f'OnBuy label {(self.name or "").replace("/", "-")} {shown}.pdf'


class ResPartner(models.Model):
    _inherit = 'res.partner'

    def _get_onbuy_address_lines(self):
        """Return the lines of an address label, the post town in capitals before the postcode.

        Lines that did not fit in two fields were joined by commas at import; they are lines again here.

        :return: list of str
        """
        self.ensure_one()
        street = [self.street, *(self.street2 or '').split(', ')]
        country = self.country_id.name if self.country_id.code not in UK_CODES else False
        parts = [self.name or self.parent_id.name, *street, (self.city or '').upper(), self.state_id.name, self.zip, country]
        return [part.strip() for part in parts if part and part.strip()]
