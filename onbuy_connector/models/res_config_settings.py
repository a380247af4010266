from odoo import models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    def action_onbuy_connect_store(self):
        """Open the form of a new store, or of the only one there is."""
        action = self.env['ir.actions.act_window']._for_xml_id('onbuy_connector.onbuy_store_action')
        stores = self.env['onbuy.store'].search([('company_id', '=', self.env.company.id)], limit=2)
        return {**action, 'views': [(False, 'form')], 'res_id': stores.id if len(stores) == 1 else False}

    def action_onbuy_stores(self):
        """Open the list of stores."""
        return self.env['ir.actions.act_window']._for_xml_id('onbuy_connector.onbuy_store_action')
