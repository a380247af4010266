from odoo import fields, models, sql_db
from odoo.tools import SQL

from odoo.addons.base.models.ir_cron import ODOO_NOTIFY_FUNCTION

WOKEN = 'onbuy_connector.woken'


class IrCron(models.Model):
    """Waking the outgoing tasks from the transactions of people who sell and move goods: as core's ``_trigger`` does, but in
    one query of the whole transaction.
    """

    _inherit = 'ir.cron'

    def _onbuy_wake(self):
        """Have these scheduled actions run once the transaction is committed."""
        precommit = self.env.cr.precommit
        if WOKEN not in precommit.data:
            precommit.data[WOKEN] = set()
            precommit.add(self.browse()._onbuy_wake_now)
        precommit.data[WOKEN].update(self.ids)

    def _onbuy_wake_now(self, reason=None):
        """Wake what is to run, and this scheduled action if there is a reason.

        :param SQL reason: a query, which may write; its rows are the reason
        """
        asked = list(self.env.cr.precommit.data.pop(WOKEN, ()))
        if not asked and not reason:
            return
        self.flush_model(['active'])
        now = fields.Datetime.now()
        self.env.cr.execute(SQL("""
            WITH reason AS (%s)
            INSERT INTO ir_cron_trigger (cron_id, call_at, create_uid, create_date, write_uid, write_date)
            SELECT id, %s, %s, %s, %s, %s FROM ir_cron
             WHERE active AND (id = ANY(%s) OR id = ANY(%s) AND EXISTS (SELECT FROM reason))
        """, reason or SQL("SELECT"), now, self.env.uid, now, self.env.uid, now, asked, self.ids))
        postcommit = self.env.cr.postcommit
        if self.env.cr.rowcount and WOKEN not in postcommit.data:
            postcommit.data[WOKEN] = True
            postcommit.add(self._onbuy_notify)

    def _onbuy_notify(self):
        """Wake the workers, once a transaction.

        Core's ``_notifydb`` opens a connection to PostgreSQL each time, which takes longer than all else that a delivery
        does for OnBuy; this one stays in Odoo's pool, which closes it when it is idle.
        """
        self.env.cr.postcommit.data.pop(WOKEN, None)
        with sql_db.db_connect('postgres').cursor() as cursor:
            cursor.execute(SQL(
                "SELECT %s('cron_trigger', %s)", SQL.identifier(ODOO_NOTIFY_FUNCTION), self.env.cr.dbname))
            cursor.dbname = WOKEN  # Cursors of a database called postgres close their connection.
