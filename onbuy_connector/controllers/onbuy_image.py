from odoo.http import Controller, request, route
from odoo.tools import consteq

DAYS = 24 * 3600


class OnbuyImage(Controller):
    """Serves products' pictures to OnBuy, which fetches them by their address (OnBuy API reference, 14)."""

    @route('/onbuy/picture/<int:picture_id>/<string:token>/<string:name>', type='http', auth='public', methods=['GET'],
           readonly=True, save_session=False)
    def picture(self, picture_id, token, name):
        """Answer with a picture of a product that has a listing or draft, to whoever has its address.

        :param int picture_id: ``ir.attachment``
        :param str token: of :meth:`IrAttachment._get_onbuy_token`
        :param str name: only tells one state of the picture from another
        """
        picture = request.env['ir.attachment'].sudo().browse(picture_id)
        if not consteq(picture._get_onbuy_token(), token) or not picture.exists() or not picture._is_onbuy_picture():
            return request.not_found()
        try:
            content, kind = picture._get_onbuy_content()
        except ValueError:
            return request.not_found()
        return request.make_response(content, [
            ('Content-Type', kind), ('Cache-Control', f'public, max-age={DAYS}'), ('X-Content-Type-Options', 'nosniff'),
            ('Content-Security-Policy', "default-src 'none'")])
