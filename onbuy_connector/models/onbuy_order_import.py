from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.money import split_by_share

PENNY = Decimal('0.01')


class OnbuyOrder(models.Model):
    """From OnBuy's order to a sales order of the same total, to the penny."""

    _inherit = 'onbuy.order'

    # === LINKING === #

    def _link_sale_order(self):
        """Link a sales order that someone entered by hand for this OnBuy order, instead of doubling it.

        :return: the sales order, or an empty recordset
        """
        self.ensure_one()
        sale_order = self.env['sale.order'].search([
            ('company_id', '=', self.company_id.id), ('onbuy_order_id', '=', False),
            '|', ('client_order_ref', '=', self.name), ('origin', '=', self.name),
        ]).sorted(lambda found: found.state == 'cancel')[:1]
        if sale_order:
            sale_order.onbuy_order_id = self
            for line in self.line_ids:
                line._link_sale_line(sale_order)
            self._tell_unlinked(sale_order)
        return sale_order

    def _tell_unlinked(self, sale_order):
        """Tell whose delivery here will not be told to OnBuy.

        :param sale_order: entered by hand
        """
        unlinked = self.line_ids.filtered(lambda line: not line.sale_line_ids)
        if unlinked and self._is_open():
            self._tell_once('unlinked', sale_order, self.env._("Dispatch on OnBuy by hand"), self.env._(
                "This order was entered by hand, and no line of it stands for SKU %(skus)s on OnBuy. When these goods "
                "leave, dispatch them in OnBuy's Seller Control Panel.",
                skus=", ".join(line.sku or line.name for line in unlinked)))

    # === IMPORT === #

    def _import(self, order):
        """Make the sales order.

        :param order: :class:`~..lib.orders.Order`
        :return: the sales order
        :raise UserError: with what is missing or does not add up; nothing remains then
        """
        self.ensure_one()
        gap = self._check_sums(order)
        lines = self._get_line_products()
        partners = self._get_partners(order)
        position = self.store_id._get_fiscal_position(self._get_addresses(order)[1], partners['delivery'])
        position._ensure_twins(lines.taxes_id)
        values = self._prepare_sale_order_values(order, partners, position)
        values['order_line'] = [
            fields.Command.create(line_values) for line_values in self._prepare_all_lines_values(order, position, gap)]
        sale_order = self.env['sale.order'].with_company(self.company_id).with_context(
            tracking_disable=True, mail_create_nosubscribe=True).create(values)
        self._check_total(sale_order, order)
        self._tell_odd(sale_order, order)
        self._run_workflow(sale_order)
        return sale_order

    def _tell_odd(self, sale_order, order):
        """Tell what a person must see to before the goods leave.

        :param sale_order: as created
        :param order: :class:`~..lib.orders.Order`
        """
        placeholder = self.store_id.placeholder_product_id
        unknown = [line.sku or line.name for line in self.line_ids if placeholder and line._get_product() == placeholder]
        if unknown:
            self._tell_once('placeholder', sale_order, self.env._("Unknown SKU"), self.env._(
                "No product is known for SKU %(skus)s, so its lines have the product for unknown SKUs. Put the right "
                "product there before the goods are shipped.", skus=", ".join(unknown)))
        if not self._get_addresses(order)[1]:
            self._tell_once('no-address', sale_order, self.env._("No delivery address"), self.env._(
                "OnBuy sent no address with this order. Look it up in the Seller Control Panel before it is shipped."))

    def _check_sums(self, order):
        """Return by how much OnBuy's total differs from the sum of its parts.

        :param order: :class:`~..lib.orders.Order`
        :return: at most a penny up or down
        :rtype: Decimal
        :raise UserError: naming both sums when the gap is larger
        """
        parts = sum((line.unit_price * line.quantity for line in order.lines), Decimal())
        parts += order.delivery - order.discount
        gap = order.total - parts
        if abs(gap) > PENNY:
            raise UserError(self.env._(
                "OnBuy's total of order %(order)s is £%(total)s, but its lines, delivery and discount come to £%(parts)s. "
                "Compare it with the Seller Control Panel and enter it by hand if need be.",
                order=self.name, total=order.total, parts=parts,
            ))
        if order.currency and order.currency != self.currency_id.name:
            raise UserError(self.env._(
                "Order %(order)s is in %(currency)s; OnBuy UK sells in GBP.", order=self.name, currency=order.currency))
        return gap

    def _check_total(self, sale_order, order):
        """Raise if the sales order does not come to OnBuy's total.

        :param sale_order: as created
        :param order: :class:`~..lib.orders.Order`
        :raise UserError: naming both sums
        """
        if sale_order.currency_id.compare_amounts(sale_order.amount_total, float(order.total)):
            raise UserError(self.env._(
                "Order %(order)s would come to %(mine)s here, but it is %(theirs)s on OnBuy. Check the taxes of its "
                "products; only percentages can be included in a price.",
                order=self.name, mine=f'£{sale_order.amount_total:.2f}', theirs=f'£{order.total}',
            ))

    # === PRODUCTS === #

    def _get_line_products(self):
        """Return the products of all lines.

        :raise UserError: naming every SKU that has none
        """
        unknown = [line.sku or line.name for line in self.line_ids if not line._get_product()]
        if unknown:
            raise UserError(self.env._(
                "No product for SKU %(skus)s. Match the listing with a product, or give a product this internal "
                "reference; the order is then tried again.", skus=", ".join(unknown),
            ))
        return self.env['product.product'].union(*(line._get_product() for line in self.line_ids))

    # === VALUES === #

    def _prepare_sale_order_values(self, order, partners, position):
        """Return the values of the sales order without its lines; a hook for other modules.

        :param order: :class:`~..lib.orders.Order`
        :param dict partners: ``buyer``, ``invoice`` and ``delivery`` contacts
        :param position: the fiscal position
        :rtype: dict
        """
        store = self.store_id
        values = {
            'company_id': store.company_id.id,
            'onbuy_order_id': self.id,
            'client_order_ref': self.name,
            'partner_id': partners['buyer'].id,
            'partner_invoice_id': partners['invoice'].id,
            'partner_shipping_id': partners['delivery'].id,
            'fiscal_position_id': position.id,
            'pricelist_id': store._get_pricelist().id,
            'warehouse_id': store._get_warehouse().id,
            'team_id': store.team_id.id,
            'user_id': store.user_id.id,
            'date_order': order.date,
            'commitment_date': self.dispatch_by,
            'carrier_id': store._find_mapping(self).carrier_id.id,
            'require_signature': False,
            'require_payment': False,
        }
        if store.order_prefix:
            values['name'] = f'{store.order_prefix}{self.name}'
        return values

    def _prepare_all_lines_values(self, order, position, gap):
        """Return the values of the lines of goods, delivery, discount and rounding.

        Of an order that a discount makes free every line is discounted whole: Odoo rounds VAT that cancels out to a penny
        where the company rounds globally.

        :param order: :class:`~..lib.orders.Order`
        :param position: the fiscal position
        :param Decimal gap: of :meth:`_check_sums`
        :return: list of dict
        """
        is_free = order.discount and not order.total
        lines = [
            *(self._prepare_sale_line_values(line) for line in self.line_ids),
            *self._prepare_shared_lines_values(order, position, with_discount=not is_free),
        ]
        return [{**values, 'discount': 100} for values in lines] if is_free else [
            *lines, *self._prepare_rounding_values(gap)]

    def _prepare_sale_line_values(self, line):
        """Return the values of a sales order line; a hook for other modules.

        The price includes VAT, as OnBuy's does; the fiscal position gives the line taxes that are included in it.

        :param line: ``onbuy.order.line``
        :rtype: dict
        """
        product = line._get_product()
        return {
            'onbuy_line_id': line.id,
            'product_id': product.id,
            'product_uom_id': (line._get_listing().uom_id or product.uom_id).id,
            'product_uom_qty': line.quantity,
            'price_unit': line.price_unit,
            'discount': 0,
            **({'name': f'{line.sku} {line.name}'} if product == self.store_id.placeholder_product_id else {}),
        }

    def _prepare_shared_lines_values(self, order, position, with_discount=True):
        """Return the lines of delivery and discount: one per VAT rate, by each rate's share of the goods.

        :param order: :class:`~..lib.orders.Order`
        :param position: the fiscal position
        :param bool with_discount: False leaves the discount out
        :return: list of dict
        """
        shares = {}
        for line in self.line_ids:
            product_taxes = line._get_product().taxes_id._filter_taxes_by_company(self.company_id)
            taxes = position.map_tax(product_taxes)
            gross = Decimal(str(line.price_unit)).quantize(PENNY) * line.quantity
            shares[taxes] = shares.get(taxes, Decimal()) + gross
        return [
            self._prepare_shared_line_values(kind, taxes, amount)
            for kind, total in (('delivery', order.delivery), ('discount', -order.discount * with_discount)) if total
            for taxes, amount in zip(shares, split_by_share(total, list(shares.values())), strict=True) if amount
        ]

    def _prepare_shared_line_values(self, kind, taxes, amount):
        """Return the values of a line that belongs to the whole order.

        :param str kind: ``delivery``, ``discount`` or ``rounding``
        :param taxes: the line's taxes, included in the price
        :param Decimal amount: with VAT
        :rtype: dict
        """
        product = self.store_id[f'{kind}_product_id']
        if not product:
            raise UserError(self.env._(
                "Choose the product for %(kind)s in the store's Accounting tab.",
                kind=dict(self.env['sale.order.line']._fields['onbuy_kind']._description_selection(self.env))[kind],
            ))
        return {
            'onbuy_kind': kind,
            'is_delivery': kind == 'delivery',
            'product_id': product.id,
            'product_uom_qty': 1,
            'price_unit': float(amount),
            'discount': 0,
            'tax_ids': [fields.Command.set(taxes.ids)],
        }

    def _prepare_rounding_values(self, gap):
        """Return a visible line for a penny that OnBuy's own sums are off.

        :param Decimal gap: of :meth:`_check_sums`
        :return: list of at most one dict
        """
        return [self._prepare_shared_line_values('rounding', self.env['account.tax'], gap)] if gap else []


class OnbuyOrderLine(models.Model):
    _inherit = 'onbuy.order.line'

    def _get_listing(self):
        """Return the listing of the line's SKU in its store."""
        self.ensure_one()
        return self.env['onbuy.listing'].search([
            ('store_id', '=', self.store_id.id), ('sku', '=', self.sku), ('sku', '!=', False)], limit=1)

    def _get_product(self):
        """Return the product that the line stands for: the listing's, else one with this SKU, else the placeholder."""
        self.ensure_one()
        product = self._get_listing().product_id
        if not product and self.sku:
            domain = self.env['onbuy.listing']._get_product_domain(self.store_id)
            found = self.env['product.product'].search([*domain, ('default_code', '=', self.sku)], limit=2)
            product = found if len(found) == 1 else product
        return product or self.store_id.placeholder_product_id

    def _link_sale_line(self, sale_order):
        """Link the line of a sales order that was entered by hand.

        :param sale_order: one ``sale.order``
        """
        product = self._get_product()
        candidates = sale_order.order_line.filtered(
            lambda line: product and not line.onbuy_line_id and line.product_id == product)
        exact = candidates.filtered(lambda line: line.product_uom_qty == self.quantity)
        (exact or candidates)[:1].onbuy_line_id = self
