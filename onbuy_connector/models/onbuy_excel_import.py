import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .onbuy_excel_row import VERDICTS

KEEP_DAYS = 30
RIGHT = ('ok', 'changed', 'know')


class OnbuyExcelImport(models.Model):
    """An Excel file of products and listings: looked at first, applied when a person says so."""

    _name = 'onbuy.excel.import'
    _description = "OnBuy Excel File"
    _order = 'id desc'
    _rec_name = 'filename'
    _check_company_auto = True

    store_id = fields.Many2one(
        'onbuy.store', required=True, ondelete='cascade', domain=[('state', 'in', ('readonly', 'live'))],
        default=lambda self: self.env['onbuy.store'].search([('state', 'in', ('readonly', 'live'))], limit=1))
    company_id = fields.Many2one(related='store_id.company_id', store=True, index=True)
    user_id = fields.Many2one(
        'res.users', string="Uploaded By", required=True, readonly=True, default=lambda self: self.env.user)
    file = fields.Binary(required=True, attachment=True)
    filename = fields.Char(string="File Name", required=True, default="OnBuy.xlsx")
    create_missing = fields.Boolean(
        string="Create missing products", default=True, help="Where no product has the SKU as internal reference.")
    list_when_right = fields.Boolean(
        string="List when right", default=True, help="New listings are put on OnBuy. Off: they stay drafts.")
    state = fields.Selection(
        selection=[('uploaded', "Uploaded"), ('checked', "Checked"), ('applying', "Being applied"), ('done', "Done")],
        string="Status", default='uploaded', required=True, readonly=True, copy=False)
    is_waiting = fields.Boolean(readonly=True, copy=False)  # the task has something to do here
    error = fields.Text(string="Why Not", readonly=True, copy=False)
    note = fields.Text(readonly=True, copy=False)
    sheets = fields.Json(readonly=True, copy=False)  # titles, keys and columns, as they came
    row_ids = fields.One2many('onbuy.excel.import.row', 'import_id', copy=False)
    row_count = fields.Integer(string="Rows", compute='_compute_counts')
    open_count = fields.Integer(string="Still Open", compute='_compute_counts')
    ok_count = fields.Integer(string="OK", compute='_compute_counts')
    changed_count = fields.Integer(string="Changed", compute='_compute_counts')
    wrong_count = fields.Integer(string="Wrong", compute='_compute_counts')
    know_count = fields.Integer(string="To Know", compute='_compute_counts')
    nothing_count = fields.Integer(string="Nothing to Do", compute='_compute_counts')
    result_file = fields.Binary(readonly=True, attachment=True, copy=False)

    _waiting_index = models.Index('(store_id) WHERE is_waiting IS TRUE')

    @api.depends('row_ids.verdict', 'row_ids.is_open')
    def _compute_counts(self):
        counts = {}
        for upload, verdict, is_open, count in self.env['onbuy.excel.import.row']._read_group(
                [('import_id', 'in', self.ids)], ['import_id', 'verdict', 'is_open'], ['__count']):
            for name in ('row', verdict, 'open' if is_open else ''):
                counts[upload, name] = counts.get((upload, name), 0) + count
        for upload in self:
            for name in ('row', 'open', *(verdict for verdict, _label in VERDICTS)):
                upload[f'{name}_count'] = counts.get((upload, name), 0)

    # === ACTION METHODS === #

    def action_check(self):
        """Read the file and say of each row what would become of it; nothing else is written.

        :return: a client action that tells what came of it
        :raise UserError: when the file cannot be used
        """
        self.ensure_one()
        self.check_access('write')
        if self.state not in ('uploaded', 'checked'):
            raise UserError(self.env._("This file was applied already. Upload it anew to check it again."))
        self.sudo().row_ids.unlink()
        self.sudo().write({'state': 'uploaded', 'is_waiting': True, 'error': False, 'note': False, 'sheets': False})
        result = self.store_id._run_now('excel')
        if self.error:
            raise UserError(self.error)
        return result

    def action_apply(self):
        """Write the rows that are right to products and listings, and list what is new.

        :return: a client action that tells what came of it
        :raise UserError: when none is right
        """
        self.ensure_one()
        self.check_access('write')
        right = self.row_ids.filtered(lambda row: row.verdict in RIGHT)
        if self.state != 'checked' or not right:
            raise UserError(self.env._("There is nothing to apply: check the file first, and correct what is wrong."))
        right.sudo().is_open = True
        self.sudo().write({'state': 'applying', 'is_waiting': True})
        return self.store_id._run_now('excel')

    def action_download_result(self):
        """Give the sheets back with a verdict and reason for each row; corrected, they can be uploaded again.

        :return: an action that downloads the file
        """
        self.ensure_one()
        self.check_access('read')
        self.sudo().result_file = base64.b64encode(self.sudo()._write_result())
        return {'type': 'ir.actions.act_url', 'target': 'download',
                'url': f'/web/content/{self._name}/{self.id}/result_file/{self._get_result_name()}?download=true'}

    def action_view_rows(self):
        """Open the rows."""
        action = self.env['ir.actions.act_window']._for_xml_id('onbuy_connector.onbuy_excel_import_row_action')
        return {**action, 'domain': [('import_id', '=', self.id)],
                'context': {'search_default_wrong': 1} if self.wrong_count else {}}

    # === BUSINESS METHODS === #

    def _as_uploader(self):
        """Return this in the name and language of whoever uploaded it, with the rights to write what it makes."""
        user = self.user_id
        return self.with_user(user).sudo().with_company(self.company_id).with_context(lang=user.lang)

    def _get_result_name(self):
        """Return the name of the result file."""
        return f'{self.filename.rpartition(".")[0] or self.filename} (result).xlsx'

    @api.autovacuum
    def _gc_imports(self):
        """Forget old files, with their rows."""
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        self.search([('create_date', '<', limit), ('is_waiting', '=', False)], limit=100).unlink()
