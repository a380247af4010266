import json

from odoo import http
from odoo.http import content_disposition, request


class OnbuySupport(http.Controller):
    """Files that are made when they are asked for."""

    @http.route('/onbuy/store/<int:store_id>/diagnostics', type='http', auth='user', methods=['GET'])
    def download_diagnostics(self, store_id):
        """Give the diagnostics of a store to its manager.

        :param int store_id: of the ``onbuy.store``
        """
        store = self._get_store(store_id)
        return self._give(store.sudo()._make_diagnostics(), 'application/zip', f'onbuy-diagnostics-{store.name}.zip')

    @http.route('/onbuy/store/<int:store_id>/settings', type='http', auth='user', methods=['GET'])
    def download_settings(self, store_id):
        """Give the settings of a store to its manager.

        :param int store_id: of the ``onbuy.store``
        """
        store = self._get_store(store_id)
        content = json.dumps(store._export_settings(), indent=2, ensure_ascii=False)
        return self._give(content, 'application/json', f'onbuy-settings-{store.name}.json')

    def _get_store(self, store_id):
        """Return a store that the user may manage.

        :raise NotFound: when there is none
        :raise AccessError: when the user is no manager of it
        """
        store = request.env['onbuy.store'].browse(store_id).exists()
        if not store:
            raise request.not_found()
        store.check_access('write')
        return store

    def _give(self, content, kind, name):
        """Return a download."""
        return request.make_response(content, headers=[
            ('Content-Type', kind), ('Content-Disposition', content_disposition(name)), ('Cache-Control', 'no-store')])
