from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.money import split_by_share
from .onbuy_order_refund import PENNY, ZERO, to_pence


class OnbuyOrder(models.Model):
    """Draft credit notes for what OnBuy gave back, equal to it to the penny."""

    _inherit = 'onbuy.order'

    def _get_invoices(self):
        """Return the posted invoices of the order."""
        return self.sale_order_id.invoice_ids.filtered(
            lambda move: move.move_type == 'out_invoice' and move.state == 'posted')

    def _get_credit_notes(self):
        """Return the credit notes of the order, without the cancelled ones."""
        return self.sale_order_id.invoice_ids.filtered(
            lambda move: move.move_type == 'out_refund' and move.state != 'cancel')

    def _reverse_invoices(self):
        """Draft a credit note for each posted invoice of a cancelled order; tell of one that is credited in part."""
        invoices = self._get_invoices()
        credited = invoices.filtered(
            lambda move: move.reversal_move_ids.filtered(lambda note: note.state != 'cancel'))
        if sum(self._get_credit_notes().mapped('amount_total')) < sum(credited.mapped('amount_total')):
            self._tell_once('credit-rest', self.sale_order_id, self.env._("Credit the rest by hand"), self.env._(
                "OnBuy cancelled this order, and a part of its invoice was credited already. Credit the rest."))
        posted = invoices - credited
        if posted:
            posted._reverse_moves([
                {'ref': self.env._("OnBuy cancelled %(order)s", order=self.name), 'invoice_date': False}
                for _move in posted])

    def _draft_credit_note(self, amounts, refund_id='', reason=''):
        """Draft the credit note of a refund.

        :param Amounts amounts: refunded, including VAT
        :param str refund_id: OnBuy's id of the refund, '' if it is not made yet
        :param str reason: of the refund, for its reference
        :return: the credit note, empty where it cannot be made: not all of it is on a posted invoice, or the taxes
            there are not included in the price
        """
        notes = self.env['account.move']
        try:
            with self.env.cr.savepoint():
                notes = notes.create(self._prepare_credit_note_values(amounts, refund_id, reason))
                if to_pence(notes.amount_total) != amounts.total:
                    raise UserError(self.env._("The sums differ."))  # Only ends the savepoint.
        except UserError:
            return self.env['account.move']
        return notes

    def _prepare_credit_note_values(self, amounts, refund_id, reason):
        """Return the values of a credit note; see :meth:`_draft_credit_note`.

        :raise UserError: when something refunded is on no posted invoice
        """
        lines = [
            values for line in self.line_ids if amounts.lines.get(line.reference)
            for values in line._prepare_credit_lines_values(amounts.lines[line.reference])]
        invoice = self._get_invoices()[:1]
        return {
            'move_type': 'out_refund',
            'company_id': invoice.company_id.id,
            'journal_id': invoice.journal_id.id,
            'partner_id': invoice.partner_id.id,
            'partner_shipping_id': invoice.partner_shipping_id.id,
            'fiscal_position_id': invoice.fiscal_position_id.id,
            'currency_id': invoice.currency_id.id,
            'invoice_user_id': invoice.invoice_user_id.id,
            'team_id': invoice.team_id.id,
            'invoice_origin': invoice.invoice_origin,
            'reversed_entry_id': invoice.id,
            'ref': ' · '.join(part for part in (self.env._("OnBuy refund %(order)s", order=self.name), reason) if part),
            'onbuy_refund_id': refund_id,
            'invoice_line_ids': [
                fields.Command.create(values) for values in [
                    *lines, *self._prepare_credit_delivery_values(amounts.delivery)]],
        }

    def _prepare_credit_delivery_values(self, amount):
        """Return the credit note's lines of the delivery charge: by VAT rate, as it was invoiced.

        :param Decimal amount: including VAT
        :return: list of dict
        :raise UserError: when no delivery charge is on a posted invoice
        """
        if not amount:
            return []
        delivery = self.sale_order_id.order_line.filtered(lambda line: line.onbuy_kind == 'delivery')
        sources = delivery.invoice_lines.filtered(lambda line: line.move_id in self._get_invoices())
        if not sources:
            raise UserError(self.env._("The delivery of order %(order)s is on no posted invoice.", order=self.name))
        shares = split_by_share(amount, [source._get_onbuy_gross() for source in sources])
        return [source._prepare_onbuy_credit_values(part) for source, part in zip(sources, shares, strict=True) if part]


class OnbuyOrderLine(models.Model):
    _inherit = 'onbuy.order.line'

    def _get_quantity_returned(self):
        """Return how many of the pieces that OnBuy was told of came back, by validated returns.

        :rtype: int
        """
        sale_lines = self.sale_line_ids
        back = sale_lines.move_ids.filtered(lambda move: move.origin_returned_move_id and move.to_refund)
        if 'done' not in back.mapped('state'):
            return 0
        kept = self.quantity_before + int(sum(sale_lines.mapped('qty_delivered')) + 1e-6)
        return max(0, self.quantity_dispatched - kept)

    def _get_amount_of(self, quantity):
        """Return what the buyer paid for some pieces of this line, in pounds.

        :param int quantity: pieces
        :rtype: Decimal
        """
        paid = self.order_id._get_paid().lines[self.reference]
        return (paid * quantity / self.quantity).quantize(PENNY) if self.quantity else ZERO

    def _prepare_credit_lines_values(self, amount):
        """Return the credit note's lines for an amount refunded on this line.

        What came back is credited by pieces, so that stock, cost and quantities invoiced follow; all else is an amount
        without a product.

        :param Decimal amount: including VAT
        :return: list of dict
        :raise UserError: when the line is on no posted invoice
        """
        source = self.sale_line_ids.invoice_lines.filtered(
            lambda line: line.move_id in self.order_id._get_invoices())[:1]
        if not source:
            raise UserError(self.env._("%(sku)s is on no posted invoice.", sku=self.sku or self.name))
        pieces = self._get_pieces_credited(source, amount)
        rest = amount - pieces * to_pence(source.price_unit)
        return [
            *([source._prepare_onbuy_credit_pieces_values(pieces)] if pieces else []),
            *([source._prepare_onbuy_credit_values(rest)] if rest else []),
        ]

    def _get_pieces_credited(self, source, amount):
        """Return how many pieces an amount stands for: only such as came back and are on no credit note yet.

        :param source: the invoice's line
        :param Decimal amount: including VAT
        :rtype: int
        """
        credited = sum(self.order_id._get_credit_notes().invoice_line_ids.filtered(
            lambda line: line.product_id == source.product_id).mapped('quantity'))
        most = int(max(0, self._get_quantity_returned() - credited))
        return next((
            pieces for pieces in range(1, min(most, self.quantity) + 1) if self._get_amount_of(pieces) == amount), 0)


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _prepare_onbuy_credit_values(self, amount):
        """Return the values of a credit note's line that gives back an amount of this invoice's line.

        It has no product: nothing comes back into stock, and no cost is reversed.

        :param Decimal amount: including VAT; negative to take some away
        :rtype: dict
        """
        return {
            'name': self.env._("Refund: %(line)s", line=self.name or self.product_id.display_name),
            'quantity': 1,
            'price_unit': float(amount),
            'tax_ids': [fields.Command.set(self.tax_ids.ids)],
            'account_id': self.account_id.id,
            'analytic_distribution': self.analytic_distribution,
        }

    def _prepare_onbuy_credit_pieces_values(self, pieces):
        """Return the values of a credit note's line that gives back pieces of this invoice's line.

        Linked with the sales order where its invoicing follows deliveries, which the return has lowered.

        :param int pieces: in the unit of the line
        :rtype: dict
        """
        follows = self.product_id.invoice_policy == 'delivery'
        return {
            **self._prepare_onbuy_credit_values(Decimal(str(self.price_unit))),
            'name': self.name,
            'product_id': self.product_id.id,
            'product_uom_id': self.product_uom_id.id,
            'quantity': pieces,
            'sale_line_ids': [fields.Command.set(self.sale_line_ids.ids if follows else [])],
        }
