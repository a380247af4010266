import logging
from collections import Counter

from psycopg2 import OperationalError

from odoo import models
from odoo.exceptions import ConcurrencyError, UserError

from ..lib.const import UNKNOWN_STATUS

_logger = logging.getLogger(__name__)


class OnbuyOrder(models.Model):
    """How Odoo is made to follow the inbox: together if possible, one by one if one fails."""

    _inherit = 'onbuy.order'

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
        if not sale_order and self.to_import:
            self._check_status()
            if self._is_open():
                sale_order = self._import(order)
        if sale_order:
            self._follow(order)
        self._set_synced()

    def _check_status(self):
        """Have a person look at an order of which nobody here knows whether OnBuy waits for its goods.

        :raise UserError: when OnBuy's word for its status is not known
        """
        if self.status == UNKNOWN_STATUS:
            raise UserError(self.env._(
                "OnBuy gives order %(order)s the status %(status)s, which is not known here. Look it up in the Seller "
                "Control Panel. Its goods are kept for it, and it becomes a sales order by itself once OnBuy says Awaiting "
                "Dispatch. If it needs no goods from here, switch off Import.",
                order=self.name, status=self.status_label or "?"))
