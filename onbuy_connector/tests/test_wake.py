import select
from contextlib import suppress
from unittest.mock import patch

from odoo import sql_db
from odoo.tests import tagged
from odoo.tools import SQL

from .common import OnbuyCommon


@tagged('post_install', '-at_install')
class TestWake(OnbuyCommon):
    """What people sell and move has the outgoing tasks run once committed, for one query of the whole transaction."""

    sandbox_options = ('--no-limits', '--listings', '2', '--orders', '0', '--seed', '7')

    def setUp(self):
        super().setUp()
        self.cron = self.env.ref('onbuy_connector.ir_cron_send_actions')
        self.cron.active = True
        self.env.cr.flush()
        self.env.cr.execute("DELETE FROM ir_cron_trigger")

    def triggers(self):
        """End the transaction as far as a test may, and return how often the action is to run."""
        self.env.cr.flush()
        return self.env['ir.cron.trigger'].search_count([('cron_id', '=', self.cron.id)])

    def ask(self):
        """Ask for the task."""
        self.env['onbuy.store']._get_cron('actions')._onbuy_wake()

    def test_many_wishes_of_a_transaction_are_one(self):
        for _time in range(3):
            self.ask()
        before = self.cr.sql_log_count
        self.env.cr.flush()
        self.assertEqual(self.cr.sql_log_count - before, 1)
        self.assertEqual(self.triggers(), 1)

    def test_a_wish_after_the_first_was_written_counts(self):
        self.ask()
        self.env.cr.flush()
        self.ask()
        self.assertEqual(self.triggers(), 2)

    def test_news_of_stock_and_a_wish_are_written_together(self):
        self.go_live()
        self.env.cr.flush()
        self.env.cr.execute("DELETE FROM ir_cron_trigger")
        listings = self.store.listing_ids
        self.ask()
        before = self.cr.sql_log_count
        self.env['onbuy.offer.change']._note(listings, 'stock')
        self.assertEqual(self.cr.sql_log_count - before, 1)
        self.assertEqual(self.triggers(), 1)
        push = self.env.ref('onbuy_connector.ir_cron_push_offers')
        self.assertEqual(self.env['ir.cron.trigger'].search_count([('cron_id', '=', push.id)]), 1)

    def test_a_wish_is_kept_when_there_is_no_news_to_write_it_with(self):
        self.ask()
        self.env['onbuy.offer.change']._insert(SQL("SELECT 0 AS id, 'stock' AS kind WHERE false"))
        self.assertEqual(self.triggers(), 1)

    def test_what_was_taken_back_wakes_nobody(self):
        with suppress(ValueError), self.env.cr.savepoint():
            self.ask()
            raise ValueError
        self.assertEqual(self.triggers(), 0)

    def test_an_action_that_is_switched_off_is_left_alone(self):
        self.cron.active = False
        self.ask()
        self.assertEqual(self.triggers(), 0)

    def test_an_action_that_was_deleted_does_no_harm(self):
        self.cron.unlink()
        self.ask()
        self.assertEqual(self.triggers(), 0)

    def test_the_workers_hear_of_it_over_a_connection_that_is_kept(self):
        self.addCleanup(sql_db.close_db, 'postgres')
        with sql_db.db_connect('postgres').cursor() as listener:
            listener.execute("LISTEN cron_trigger")
            listener.commit()
            self.env['ir.cron']._onbuy_notify()
            with patch.object(sql_db.psycopg2, 'connect', side_effect=AssertionError("It connects once more.")):
                self.env['ir.cron']._onbuy_notify()
            while [notice.payload for notice in listener._cnx.notifies].count(self.env.cr.dbname) < 2:
                self.assertTrue(select.select([listener._cnx], [], [], 10)[0], "Nobody was woken.")
                listener._cnx.poll()
