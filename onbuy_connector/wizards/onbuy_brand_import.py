from base64 import b64decode

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.excel import ExcelError, read_first_column


class OnbuyBrandImport(models.TransientModel):
    """Asks which brands to bring in: by a search text, or by the names in an Excel file."""

    _name = 'onbuy.brand.import'
    _description = "OnBuy: Import Brands"

    store_id = fields.Many2one(
        'onbuy.store', required=True, ondelete='cascade', domain=[('state', 'in', ('readonly', 'live'))],
        default=lambda self: self.env['onbuy.store'].search([('state', 'in', ('readonly', 'live'))], limit=1))
    by = fields.Selection(
        selection=[('search', "Whose name contains a text"), ('file', "Whose names are in an Excel file")],
        string="Which brands", required=True, default='search')
    text = fields.Char()
    file = fields.Binary(string="Excel File", help="An .xlsx file with the brands' names in its first column.")
    filename = fields.Char()

    def action_import(self):
        """Search the brands now; what takes longer goes on in the background.

        :return: a client action that tells what came of it
        :raise UserError: when nothing is asked for, or the file cannot be used
        """
        self.ensure_one()
        result = self.store_id._import_brands(self._get_names(), exact=self.by == 'file')
        result['params']['next'] = {'type': 'ir.actions.act_window_close'}
        return result

    def _get_names(self):
        """Return the names to search for.

        :raise UserError: see :meth:`action_import`
        """
        if self.by == 'search':
            text = (self.text or '').strip()
            if len(text) < 2:
                raise UserError(self.env._("Enter two letters of the name at least."))
            return [text]
        try:
            return read_first_column(b64decode(self.file or b''))
        except ExcelError as error:
            raise UserError(str(error)) from error
