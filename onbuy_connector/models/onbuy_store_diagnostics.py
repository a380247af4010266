import io
import json
import platform
import zipfile

from odoo import fields, models, release
from odoo.tools import config

from ..lib.trace import mask_text
from .onbuy_store_tasks import TASK_CRONS

RUNS = 50
CALLS = 100
ERRORS = 20
PEOPLE = 500  # the latest orders whose buyers' names and addresses are looked for in all texts
MOST = 1000  # characters of one text
PERSONAL = ('buyer_name', 'buyer_email', 'buyer_phone', 'delivery_text')
COUNTED = {  # model → the field by which its records are counted
    'onbuy.order': 'sync_state', 'onbuy.order.action': 'sync_state', 'onbuy.listing': 'sync_state',
    'onbuy.listing.problem': 'kind', 'onbuy.offer.change': 'kind', 'onbuy.sync.run': 'state',
}


class OnbuyStore(models.Model):
    """What support needs to know, as a file without keys, tokens and buyers' data. It is made when it is asked for."""

    _inherit = 'onbuy.store'

    def action_download_diagnostics(self):
        """Download the diagnostics.

        :return: an action that opens the file
        """
        self.ensure_one()
        self.check_access('write')
        return {'type': 'ir.actions.act_url', 'url': f'/onbuy/store/{self.id}/diagnostics', 'target': 'download'}

    def _make_diagnostics(self):
        """Return the diagnostics.

        :return: a zip file
        :rtype: bytes
        """
        self.ensure_one()
        secrets, words, content = self._get_secrets(), self._get_buyers_words(), io.BytesIO()
        with zipfile.ZipFile(content, 'w', zipfile.ZIP_DEFLATED) as archive:
            for name, data in self._get_diagnostics().items():
                text = json.dumps(data, indent=1, ensure_ascii=False, default=str)
                archive.writestr(f'{name}.json', mask_text(text, secrets, words))
        return content.getvalue()

    def _get_diagnostics(self):
        """Return the content of the diagnostics, not masked yet; a hook.

        :return: dict of a file's name → JSON-able data
        """
        return {
            'about': self._describe_system(),
            'modules': {module.name: module.installed_version for module in self.env['ir.module.module'].search(
                [('state', '=', 'installed')], order='name')},
            'settings': self._export_settings(),
            'scheduled_actions': self._describe_crons(),
            'state': self._describe_state(),
            'counts': {model: self._count_by(model, name) for model, name in COUNTED.items()},
            'errors': {model: self._get_top_errors(model, name) for model, name in (
                ('onbuy.order', 'sync_error'), ('onbuy.order.action', 'sync_error'), ('onbuy.listing', 'sync_error'),
                ('onbuy.sync.run', 'message'))},
            'runs': self._describe_records('onbuy.sync.run', RUNS, (
                'task', 'state', 'start', 'end', 'times', 'cause', 'summary', 'calls', 'message')),
            'calls': self._describe_records('onbuy.debug.call', CALLS, (
                'date', 'method', 'path', 'query', 'status', 'milliseconds', 'request', 'answer')),
        }

    # === WHAT MAY NOT BE IN IT === #

    def _get_secrets(self):
        """Return this store's keys and token."""
        token = self.env['onbuy.store.state']._load(self, 'api').get('token')
        return [secret for secret in (self.consumer_key, self.secret_key, *(token or [])[:1]) if secret]

    def _get_buyers_words(self):
        """Return names, addresses and numbers of the latest buyers, without what is also a country's name.

        :rtype: set
        """
        orders = self.env['onbuy.order'].search([('store_id', '=', self.id)], limit=PEOPLE)
        words = {line.strip() for order in orders for name in PERSONAL for line in (order[name] or '').splitlines()}
        return words - set(self.env['res.country'].search([('name', 'in', list(words))]).mapped('name'))

    # === WHAT IS IN IT === #

    def _describe_system(self):
        """Return what this runs on."""
        self.env.cr.execute("SHOW server_version")
        return {
            'odoo': release.version,
            'python': platform.python_version(),
            'postgresql': self.env.cr.fetchone()[0],
            'platform': platform.platform(),
            'workers': config['workers'],
            'max_cron_threads': config['max_cron_threads'],
            'limit_time_real': config['limit_time_real'],
            'time': fields.Datetime.now(),
        }

    def _describe_crons(self):
        """Return how the scheduled actions stand."""
        return [{'task': task, **{name: cron[name] for name in (
            'active', 'interval_number', 'interval_type', 'nextcall', 'lastcall', 'failure_count')}}
            for task in TASK_CRONS for cron in self._get_cron(task)]

    def _describe_state(self):
        """Return how the store stands: what is wrong, what is left of the allowance, how far it read."""
        states = self.env['onbuy.store.state']
        return {
            'state': self.state,
            'live_date': self.live_date,
            'is_test': self.is_test,
            'is_copied': self.is_copied,
            'has_own_address': bool(self.env['ir.config_parameter'].get_param('onbuy_connector.api_url')),
            'alerts': [(alert['key'], alert['text'][:MOST]) for alert in self._get_alerts()],
            'allowance': self._get_usage(),
            'tasks': states._load_many(self, [f'done_{task}' for task in TASK_CRONS]),
            'reading': states._load_many(self, ['orders', 'listings', 'offers_hold', 'offers_wait']),
        }

    def _count_by(self, model, name):
        """Return how many records this store has, by a field."""
        return {str(value): count for value, count in self.env[model]._read_group(
            [('store_id', '=', self.id)], [name], ['__count'])}

    def _get_top_errors(self, model, name):
        """Return the most frequent texts of a field, and how often they come."""
        groups = self.env[model]._read_group(
            [('store_id', '=', self.id), (name, '!=', False)], [name], ['__count'], order='__count desc', limit=ERRORS)
        return [{'count': count, 'text': text[:MOST]} for text, count in groups]

    def _describe_records(self, model, limit, names):
        """Return the latest records of this store."""
        records = self.env[model].search([('store_id', '=', self.id)], order='id desc', limit=limit)
        return [{name: record[name][:MOST] if isinstance(record[name], str) else record[name] for name in names}
                for record in records]
