"""What the tests of OnBuy's own data share."""
from odoo import fields
from odoo.tools import SQL

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import OnbuyCommon

TABLES = (
    'onbuy_category', 'onbuy_category_onbuy_condition_rel', 'onbuy_condition', 'onbuy_commission_tier', 'onbuy_feature',
    'onbuy_feature_option', 'onbuy_technical_detail', 'onbuy_delivery_template', 'onbuy_carrier',
)


class ReferenceCommon(OnbuyCommon, CronMixinCase):
    """A connected store that has read nothing of the catalogue yet."""

    def setUp(self):
        super().setUp()
        self.store.action_connect()
        self.sandbox.control('DELETE', '/requests')

    def slice_crons(self, units):
        """Let every cron believe that its time is up after so many units."""
        left = []

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            left[:] = [units] if remaining is not None else [left[0] - 1]
            return max(0, left[0])

        self.patch(type(self.env['ir.cron']), '_commit_progress', commit_progress)

    def calls(self, path='/'):
        """Return the calls made since the last time, without those for a token."""
        found = [one for one in self.sandbox.requests(path) if 'request-token' not in one['path']]
        self.sandbox.control('DELETE', '/requests')
        return found

    def rows(self):
        """Return the place of every row of OnBuy's data; a row that is written moves."""
        self.env.flush_all()
        places = {}
        for table in TABLES:
            self.env.cr.execute(SQL("SELECT array_agg(ctid::text ORDER BY ctid) FROM %s", SQL.identifier(table)))
            places[table] = self.env.cr.fetchone()[0]
        return places

    def category(self, name):
        """Return the category of a name, archived or not."""
        found = self.env['onbuy.category'].with_context(active_test=False).search([('name', '=', name)])
        return found.with_env(self.env)

    def forget(self, days):
        """Let everything have been read so many days ago."""
        read, state = fields.Datetime.subtract(fields.Datetime.now(), days=days), self.env['onbuy.store.state']
        for store in self.env['onbuy.store'].search([]):
            for topic in ('categories', 'reference'):
                if state._load(store, topic).get('read'):
                    state._save(store, topic, {'read': fields.Datetime.to_string(read)})
        self.env['onbuy.category'].search([('read_date', '!=', False)]).read_date = read
