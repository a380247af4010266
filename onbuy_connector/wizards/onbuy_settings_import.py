import base64
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

LARGEST = 500_000  # bytes; a file of settings has some thousand


class OnbuySettingsImport(models.TransientModel):
    """Takes over a store's settings from a file, after showing what would change."""

    _name = 'onbuy.settings.import'
    _description = "Import OnBuy Settings"

    store_id = fields.Many2one('onbuy.store', required=True, ondelete='cascade')
    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()
    preview = fields.Html(compute='_compute_preview', sanitize=False)
    change_count = fields.Integer(compute='_compute_preview')

    @api.depends('file', 'store_id')
    def _compute_preview(self):
        for wizard in self:
            plan, problem = [], ''
            try:
                plan = wizard._get_plan() if wizard.file else []
            except UserError as error:
                problem = str(error)
            wizard.change_count = sum('value' in line for line in plan)
            wizard.preview = self.env['ir.qweb']._render('onbuy_connector.settings_preview', {
                'plan': plan, 'problem': problem, 'is_empty': not wizard.file})

    def _get_plan(self):
        """Return what would change; see ``_plan_settings`` of the store.

        :raise UserError: when the file is no file of settings
        """
        content = base64.b64decode(self.file)
        if len(content) > LARGEST:
            raise UserError(self.env._("The file is too large to be one of settings."))
        try:
            data = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise UserError(self.env._("The file is no JSON, so it is none of settings.")) from error
        return self.store_id._plan_settings(data)

    def action_import(self):
        """Take over what differs; what has a problem stays as it is.

        :return: a client action with a message
        :raise UserError: when nothing can be taken over
        """
        self.ensure_one()
        self.store_id.check_access('write')
        plan = self._get_plan()
        left = [line['label'] for line in plan if 'problem' in line]
        if len(left) == len(plan):
            raise UserError(self.env._("Nothing of this file changes the store."))
        self.store_id._apply_settings(plan)
        text = self.env._("%(count)s settings were changed.", count=len(plan) - len(left))
        if left:
            text += ' ' + self.env._("Left as they are: %(names)s.", names=", ".join(left))
        answer = self.store_id._notify(text, kind='warning' if left else 'success')
        return {**answer, 'params': {**answer['params'], 'next': {'type': 'ir.actions.act_window_close'}}}
