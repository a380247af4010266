from odoo import fields, models


class OnbuyStoreKeys(models.TransientModel):
    """Asks for the keys of a store. They are never kept here: saving the form hands them to the store."""

    _name = 'onbuy.store.keys'
    _description = "OnBuy: Change Keys"

    store_id = fields.Many2one('onbuy.store', required=True, readonly=True, ondelete='cascade')
    consumer_key = fields.Char(compute='_compute_keys', inverse='_inverse_keys')
    secret_key = fields.Char(compute='_compute_keys', inverse='_inverse_keys')

    def _compute_keys(self):
        self.consumer_key = self.secret_key = False

    def _inverse_keys(self):
        """Prove the keys and give them to the store; wrong ones are refused with all that was entered left in the form."""
        for form in self:
            form.store_id._use_keys(form.consumer_key, form.secret_key)
        self.invalidate_recordset(['consumer_key', 'secret_key'])

    def action_done(self):
        """Tell that the keys work: they were proved when the form was saved, right before."""
        message = self.env._("The new keys of %(store)s work.", store=self.store_id.name)
        result = self.store_id._notify(message, kind='success')
        result['params']['next'] = {'type': 'ir.actions.act_window_close'}
        return result
