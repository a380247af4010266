from odoo import models

LABEL = 'onbuy_connector.report_onbuy_label'


class IrActionsReport(models.Model):
    _inherit = 'ir.actions.report'

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Override of `base` to note on deliveries that their OnBuy label is printed: work on them has begun."""
        streams = super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        if res_ids and self._get_report(report_ref).report_name == LABEL:
            self.env['stock.picking'].browse(res_ids)._onbuy_note_printed()
        return streams
