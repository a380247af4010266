from odoo import fields, models
from odoo.exceptions import UserError


class OnbuyOrderTrial(models.TransientModel):
    """Shows the sales order that an OnBuy order would become. Nothing of it stays."""

    _name = 'onbuy.order.trial'
    _description = "OnBuy: Try an Order"

    order_id = fields.Many2one('onbuy.order', required=True, readonly=True, ondelete='cascade')
    problem = fields.Text(readonly=True)
    result = fields.Html(readonly=True, sanitize=False)


class OnbuyOrder(models.Model):
    _inherit = 'onbuy.order'

    def _try_import(self):
        """Make the sales order, describe it, and undo it.

        :return: values of a trial
        :rtype: dict
        """
        order = self.sudo().with_company(self.company_id)
        values = {'order_id': self.id}
        with self.env.cr.savepoint() as savepoint:
            order.store_id.workflow = 'quotation'  # Undone below as well.
            try:
                sale_order = order._import(order._parse())
                values['result'] = self.env['ir.qweb']._render('onbuy_connector.order_trial', {
                    'sale_order': sale_order, 'order': order})
            except UserError as error:
                values['problem'] = str(error)
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        return values


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    def action_try_order(self):
        """Show what the newest open order would become, without keeping it.

        :return: a window action
        :raise UserError: when there is no open order
        """
        self.ensure_one()
        self.check_access('write')
        order = self.env['onbuy.order'].search(self._get_open_orders_domain(), limit=1)
        if not order:
            raise UserError(self.env._("There is no open order to try: none was read yet, or all have a sales order."))
        trial = self.env['onbuy.order.trial'].create(order._try_import())
        return {'type': 'ir.actions.act_window', 'name': self.env._("Order %(order)s, tried", order=order.name),
                'res_model': trial._name, 'res_id': trial.id, 'view_mode': 'form', 'target': 'new'}
