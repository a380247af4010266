import logging
from collections import Counter
from datetime import timedelta
from functools import partial

from psycopg2 import IntegrityError, OperationalError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import split_every

from ..lib.const import OPEN_STATUSES

_logger = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=15)  # an order may show up late behind its own updated_at
BATCH = 50


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    # === TASKS === #

    def _task_orders(self, client):
        """Fetch what changed since the last time, oldest change first, and apply it.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        for page in client.iter_orders(modified_since=self._get_orders_since()):
            yield partial(self._store_orders_page, page, advance=True)
        yield from self._get_apply_units(client)

    def _task_order_statuses(self, client):
        """Look by id at the orders that are still open here, and retry what failed.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :return: a generator of units
        """
        names = self.env['onbuy.order'].search([
            ('store_id', '=', self.id), ('status', 'in', [*OPEN_STATUSES, 'cancelled', 'unknown']),
        ]).mapped('name')
        yield from self._task_orders_by_id(client, names)

    def _task_orders_by_id(self, client, names):
        """Read orders by their OnBuy ids, then apply what is new.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param list names: OnBuy order ids
        :return: a generator of units
        """
        for ids in split_every(BATCH, names, list):
            page = client.orders_by_id(ids)
            yield partial(self._store_orders_page, page)
        yield from self._get_apply_units(client)

    def _task_orders_between(self, client, start, end):
        """Fetch the orders that changed between two dates.

        :param client: an :class:`~..lib.client.OnBuyClient`
        :param datetime start: UTC
        :param datetime end: UTC
        :return: a generator of units
        """
        for page in client.iter_orders(modified_since=start):
            yield partial(self._store_orders_page, page)
            if page.items and page.items[-1].updated_at > end:
                break
        yield from self._get_apply_units(client)

    def action_recover_order(self, order_id):
        """Fetch one order by its OnBuy id, whatever its age or status.

        :param str order_id: e.g. ``TQ4M7XA``
        :return: a client action
        :raise UserError: when OnBuy has no such order
        """
        name = (order_id or '').strip().upper()
        if not name:
            raise UserError(self.env._("Enter the id of the order on OnBuy, such as TQ4M7XA."))
        result = self._run_now('orders_by_id', [name])
        if not self.env['onbuy.order'].search_count([('store_id', '=', self.id), ('name', '=', name)], limit=1):
            raise UserError(self.env._("OnBuy has no order %(order)s in this account.", order=name))
        return result

    # === STORING === #

    def _get_orders_since(self):
        """Return the moment from which on orders are fetched: the watermark less an overlap, else the history.

        :rtype: datetime
        """
        watermark = self.env['onbuy.store.state']._load(self, 'orders').get('watermark')
        if watermark:
            return fields.Datetime.to_datetime(watermark) - OVERLAP
        return fields.Datetime.now() - timedelta(days=self.history_days)

    def _store_orders_page(self, page, advance=False):
        """Store one page of orders in the inbox; with ``advance``, move the watermark in the same transaction.

        :param page: :class:`~..lib.client.Page` of orders
        :param bool advance: whether the page is the next one in the order of changes
        :rtype: Counter
        """
        orders = self.env['onbuy.order']
        figures = orders._store(self, page.items)
        for error in page.errors:
            orders._store_broken(self, error)
            figures['failed'] += 1
        if advance and page.items and page.ordered:
            newest = max(order.updated_at for order in page.items)
            self._advance_orders_watermark(newest)
        return figures

    def _advance_orders_watermark(self, newest):
        """Move the watermark forward; it lives and dies with the rows that it describes."""
        states = self.env['onbuy.store.state']
        known = states._load(self, 'orders').get('watermark') or ''
        watermark = fields.Datetime.to_string(newest)
        if watermark > known:
            states._save(self, 'orders', {'watermark': watermark})

    # === APPLYING === #

    def _get_apply_units(self, client):
        """Give the units that apply the inbox, after reading the listings of unknown SKUs.

        :param client: an :class:`~..lib.client.OnBuyClient`
        """
        if self.state != 'live':
            return
        orders = self.env['onbuy.order'].search(self._get_apply_domain(), order='date_order, id')
        yield from self._task_listings_by_sku(client, orders._get_unknown_skus())
        for ids in split_every(BATCH, orders.ids, list):
            yield self.env['onbuy.order'].browse(ids).with_company(self.company_id)._apply_batch

    def _get_apply_domain(self):
        """Return the domain of this store's orders that wait to be applied and may be tried now."""
        return [('store_id', '=', self.id), *self.env['onbuy.order']._get_due_domain()]


class OnbuyOrder(models.Model):
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
        known = {
            record.name: record
            for record in self.search([('store_id', '=', store.id), ('name', 'in', list(latest))])
        }
        changed = [(known[name], order) for name, order in latest.items()
                   if name in known and known[name].digest != order.digest]
        fresh = [order for name, order in latest.items() if name not in known]
        for record, order in changed:
            record._update_from(order)
        try:
            self.create([self._prepare_new_values(store, order) for order in fresh]).flush_recordset()
        except IntegrityError as error:
            raise ConcurrencyError("The same OnBuy order was stored by another worker.") from error
        return Counter(seen=len(latest), created=len(fresh), updated=len(changed))

    def _update_from(self, order):
        """Write what changed on OnBuy and put the order back in the queue.

        :param order: :class:`~..lib.orders.Order`
        """
        lines = {line.reference: line for line in self.line_ids}
        commands = []
        for line in order.lines:
            values = self._prepare_line_values(line)
            known = lines.pop(line.reference, None)
            commands.append(fields.Command.update(known.id, values) if known else fields.Command.create(values))
        self.write({**self._prepare_values(order), 'line_ids': commands})
        self._reset_sync()

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
            record = self.create({'store_id': store.id, 'name': error.order_id, 'status': 'unknown'})
        if record.sync_error != error.message:
            record._set_sync_error(error.message, retry=False, payload=error.raw, digest=False)

    @api.model
    def _prepare_new_values(self, store, order):
        """Return the values of a new inbox row.

        :param store: one ``onbuy.store``
        :param order: :class:`~..lib.orders.Order`
        :rtype: dict
        """
        is_open = order.status in OPEN_STATUSES
        return {
            **self._prepare_values(order),
            'store_id': store.id,
            'name': order.order_id,
            'to_import': is_open and (store.state != 'live' or order.date >= store.cutover_date),
            'line_ids': [
                fields.Command.create({**self._prepare_line_values(line), 'quantity_before': line.quantity_dispatched})
                for line in order.lines
            ],
        }

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
    def _format_address(self, address):
        """Return an address as lines of text.

        :param address: :class:`~..lib.orders.Address` or None
        :rtype: str
        """
        if not address:
            return ''
        parts = [address.name, *address.lines, address.town, address.county, address.postcode, address.country]
        return '\n'.join(part for part in parts if part)

    def _get_unknown_skus(self):
        """Return the SKUs of orders tried for the first time that no listing here has.

        :rtype: list
        """
        lines = self.filtered(lambda order: not order.sync_attempts and order.to_import).line_ids
        skus = {line.sku for line in lines if line.sku}
        known = self.env['onbuy.listing'].search([
            ('store_id', 'in', self.store_id.ids), ('sku', 'in', list(skus)), ('product_id', '!=', False),
        ]).mapped('sku')
        return sorted(skus - set(known))

    def _apply_batch(self):
        """Apply orders to Odoo together; if one fails, one by one, each with its own error.

        :return: figures ``updated``, ``failed``
        :rtype: Counter
        """
        orders = self.try_lock_for_update(allow_referencing=True).filtered_domain(self._get_due_domain())
        try:
            with self.env.cr.savepoint():
                for order in orders:
                    order._apply()
            return Counter(updated=len(orders))
        except (OperationalError, ConcurrencyError):
            raise
        except Exception:  # noqa: BLE001  Which one it was comes out below, where its error is kept.
            failed = sum(not order._apply_alone() for order in orders)
            return Counter(updated=len(orders) - failed, failed=failed)

    def _apply_alone(self):
        """Apply one order; keep its error.

        :return: whether it went well
        :rtype: bool
        """
        try:
            with self.env.cr.savepoint():
                self._apply()
            return True
        except (OperationalError, ConcurrencyError):
            raise
        except UserError as error:
            self._set_sync_error(error)
        except Exception as error:  # noqa: BLE001  One bad order must not stop the others.
            _logger.exception("OnBuy order %s cannot be applied.", self.name)
            self._set_sync_error(self.env._("An unexpected error: %(error)s", error=error))
        return False

    def _apply(self):
        """Make Odoo follow what OnBuy says of this order."""
        self.ensure_one()
        order = self._parse()
        sale_order = self.sale_order_id or self._link_sale_order()
        if not sale_order and self.to_import and self._is_open():
            sale_order = self._import(order)
        if sale_order:
            self._follow(order)
        self._set_synced()
