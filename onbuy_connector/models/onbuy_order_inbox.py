import logging
from collections import Counter

from psycopg2 import IntegrityError, OperationalError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError

from ..lib.const import OPEN_STATUSES, UNKNOWN_STATUS
from ..lib.paging import RowError

_logger = logging.getLogger(__name__)


class OnbuyOrder(models.Model):
    """How what OnBuy sends is kept in the inbox, whether it can be understood or not."""

    _inherit = 'onbuy.order'

    @api.model
    def _store(self, store, orders):
        """Create or update the inbox rows of what OnBuy sent; an unchanged order is not written.

        :param store: one ``onbuy.store``
        :param list orders: of :class:`~..lib.orders.Order`
        :return: figures ``seen``, ``created``, ``updated``
        :rtype: Counter
        :raise ConcurrencyError: if another worker is just storing the same order
        """
        latest = {order.order_id: order for order in orders}
        try:
            with self.env.cr.savepoint():
                return self._store_together(store, latest)
        except OperationalError:
            raise
        except IntegrityError as error:
            raise ConcurrencyError("The same OnBuy order was stored by another worker.") from error
        except Exception:  # noqa: BLE001  Which one it was comes out below, where its error is kept.
            return sum((self._store_alone(store, order) for order in latest.values()), Counter())

    @api.model
    def _store_together(self, store, latest):
        """Store orders; see :meth:`_store`.

        :param store: one ``onbuy.store``
        :param dict latest: OnBuy's id → :class:`~..lib.orders.Order`
        :rtype: Counter
        """
        known = {
            record.name: record
            for record in self.search([('store_id', '=', store.id), ('name', 'in', list(latest))])
        }
        changed = [(known[name], order) for name, order in latest.items()
                   if name in known and known[name].digest != order.digest]
        fresh = [order for name, order in latest.items() if name not in known]
        for record, order in changed:
            record._update_from(order)
        self.create([self._prepare_new_values(store, order) for order in fresh])
        if store.state == 'live':
            skus = [line.sku for order in fresh for line in order.lines]
            self.env['onbuy.listing'].search([('store_id', '=', store.id), ('sku', 'in', skus)])._forget_stock()
            self.union(*(record for record, _order in changed))._note_stock()
        self.env.flush_all()
        return Counter(seen=len(latest), created=len(fresh), updated=len(changed))

    @api.model
    def _store_alone(self, store, order):
        """Store one order; if the database does not take it, keep what OnBuy sent and why.

        :param store: one ``onbuy.store``
        :param order: :class:`~..lib.orders.Order`
        :rtype: Counter
        """
        try:
            with self.env.cr.savepoint():
                return self._store_together(store, {order.order_id: order})
        except (OperationalError, IntegrityError):
            raise
        except Exception as error:  # noqa: BLE001  One bad order must not stop the others.
            _logger.exception("OnBuy order %s cannot be stored.", order.order_id)
            self._store_broken(store, RowError(order.order_id, order.updated_at, order.raw, self.env._(
                "OnBuy's order cannot be stored: %(error)s", error=error)))
            return Counter(seen=1, failed=1)

    def _update_from(self, order):
        """Write what changed on OnBuy and put the order back in the queue.

        :param order: :class:`~..lib.orders.Order`
        """
        values = {**self._prepare_values(order), 'line_ids': self._prepare_line_commands(order)}
        if self.status == UNKNOWN_STATUS and (not self.date_order or self.store_id.state != 'live'):
            values['to_import'] = self.to_import or self._is_wanted(self.store_id, order)  # Else a person may have said no.
        self.write(values)
        self._reset_sync()

    def _prepare_line_commands(self, order):
        """Return the commands that bring the lines in step with OnBuy's. Of an order that could not be understood before
        there are none yet.

        :param order: :class:`~..lib.orders.Order`
        :rtype: list
        """
        lines = {reference: list(same) for reference, same in self.line_ids.grouped('reference').items()}
        commands = []
        for line in order.lines:
            if same := lines.get(line.reference):  # OnBuy may repeat a reference.
                commands.append(fields.Command.update(same.pop(0).id, self._prepare_line_values(line)))
            else:
                values = self._prepare_line_values(line) if self.line_ids else self._prepare_new_line_values(line)
                commands.append(fields.Command.create(values))
        return commands

    @api.model
    def _store_broken(self, store, error):
        """Keep a row that cannot be understood, with its reason, where its user will look.

        :param store: one ``onbuy.store``
        :param error: :class:`~..lib.client.RowError`
        """
        if not error.order_id:
            self.env['onbuy.sync.run']._note(store, 'orders', fields.Datetime.now(), Counter(failed=1),
                                             error=error.message)
            return
        record = self.search([('store_id', '=', store.id), ('name', '=', error.order_id)])
        if not record:
            record = self.create({'store_id': store.id, 'name': error.order_id, 'status': UNKNOWN_STATUS})
        if record.sync_error != error.message:
            record._set_sync_error(error.message, retry=False, payload=error.raw, digest=False)

    @api.model
    def _prepare_new_values(self, store, order):
        """Return the values of a new inbox row.

        :param store: one ``onbuy.store``
        :param order: :class:`~..lib.orders.Order`
        :rtype: dict
        """
        return {
            **self._prepare_values(order),
            'store_id': store.id,
            'name': order.order_id,
            'to_import': self._is_wanted(store, order),
            'line_ids': [fields.Command.create(self._prepare_new_line_values(line)) for line in order.lines],
        }

    @api.model
    def _is_wanted(self, store, order):
        """Return whether an order becomes a sales order, now or when OnBuy gives it a status that is known here.

        :param store: one ``onbuy.store``
        :param order: :class:`~..lib.orders.Order`
        :rtype: bool
        """
        if store.state != 'live':
            return order.status in OPEN_STATUSES
        return order.status in (*OPEN_STATUSES, UNKNOWN_STATUS) and order.date >= store.cutover_date

    @api.model
    def _prepare_values(self, order):
        """Return the values that follow OnBuy's order.

        :param order: :class:`~..lib.orders.Order`
        :rtype: dict
        """
        dispatch_dates = [line.expected_dispatch for line in order.lines if line.expected_dispatch]
        delivery_dates = [line.expected_delivery_to for line in order.lines if line.expected_delivery_to]
        fees = order.fees
        return {
            'status': order.status,
            'status_label': order.status_label,
            'date_order': order.date,
            'remote_date': order.updated_at,
            'shipped_date': order.shipped_at,
            'cancelled_date': order.cancelled_at,
            'dispatch_by': min(dispatch_dates, default=False),
            'delivery_until': max(delivery_dates, default=False),
            'buyer_name': order.buyer_name,
            'buyer_email': order.buyer_email,
            'buyer_phone': order.buyer_phone,
            'delivery_text': self._format_address(order.delivery_address),
            'delivery_service': order.delivery_service,
            'amount_subtotal': order.subtotal,
            'amount_delivery': order.delivery,
            'amount_discount': order.discount,
            'amount_total': order.total,
            'fee_category': fees.category_ex_vat,
            'fee_boost': fees.boost_ex_vat,
            'fee_vat': fees.vat,
            'fee_total': fees.total_ex_vat,
            'payload': order.raw,
            'digest': order.digest,
        }

    @api.model
    def _prepare_line_values(self, line):
        """Return the values that follow a line of OnBuy's order.

        :param line: :class:`~..lib.orders.OrderLine`
        :rtype: dict
        """
        return {
            'reference': line.reference,
            'sku': line.sku,
            'opc': line.opc,
            'name': line.name,
            'quantity': line.quantity,
            'quantity_dispatched': line.quantity_dispatched,
            'price_unit': line.unit_price,
            'amount_total': line.total_price,
            'fee_total': (line.fee_category or 0) + (line.fee_boost or 0),
            'template_id': line.template_id,
            'dispatch_by': line.expected_dispatch,
        }

    @api.model
    def _prepare_new_line_values(self, line):
        """Return the values of a line that is seen for the first time.

        :param line: :class:`~..lib.orders.OrderLine`
        :rtype: dict
        """
        return {**self._prepare_line_values(line), 'quantity_before': line.quantity_dispatched}

    @api.model
    def _format_address(self, address):
        """Return an address as lines of text.

        :param address: :class:`~..lib.orders.Address` or None
        :rtype: str
        """
        if not address:
            return ''
        parts = [address.name, *address.lines, address.town, address.county, address.postcode, address.country]
        return '\n'.join(part for part in parts if part)
