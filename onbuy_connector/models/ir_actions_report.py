from odoo import models

LABEL = 'onbuy_connector.report_onbuy_label'


class IrActionsReport(models.Model):
    _inherit = 'ir.actions.report'

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Override of `base` to note on deliveries that their OnBuy label is printed: work on them has begun.

        Each label is made alone, because wkhtmltopdf as Linux distributions build it takes one document at a time.
        """
        if not res_ids or self._get_report(report_ref).report_name != LABEL:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        streams = {}
        for res_id in res_ids:
            if res_id not in streams:
                streams.update(super()._render_qweb_pdf_prepare_streams(report_ref, dict(data or {}), res_ids=[res_id]))
        self.env['stock.picking'].browse(res_ids)._onbuy_note_printed()
        return streams
