from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .push_common import PushCommon

TASKS = 'odoo.addons.onbuy_connector.models.onbuy_store_tasks'


@tagged('post_install', '-at_install')
class TestDigest(PushCommon):
    """The daily e-mail: of what needs a person, to whom it concerns, and none when all is well."""

    def setUp(self):
        super().setUp()
        self.company.email = 'shop@example.com'
        self.boss = new_test_user(
            self.env, 'boss', groups='onbuy_connector.group_onbuy_manager', email='boss@example.com', name="Ann Boss")
        self.store.responsible_id = self.boss
        self.env['mail.mail'].search([]).unlink()

    def send(self):
        """Run the cron and return the e-mails that it made."""
        before = self.env['mail.mail'].search([])
        self.run_cron('send_digests')
        return self.env['mail.mail'].search([]) - before

    def break_order(self):
        """Have an order that cannot be imported."""
        order = self.receive_order((self.skus()[0], 1))
        order._set_sync_error("A bad day.", retry=False)
        return order

    def test_when_all_is_well_nothing_is_sent_however_many_orders_came_in(self):
        self.receive_order((self.skus()[0], 1))
        self.push_all()
        self.assertFalse(self.send())

    def test_what_needs_a_person_goes_to_the_responsible_from_the_company(self):
        self.break_order()
        mail = self.send()
        self.assertEqual(mail.recipient_ids, self.boss.partner_id)
        self.assertIn('shop@example.com', mail.email_from)
        self.assertIn("Lamp House on OnBuy: ", mail.subject)
        self.assertIn("Ann Boss", mail.body_html)

    def test_it_counts_and_links_to_each_list(self):
        self.break_order()
        self.listings()[0]._set_sync_error("No.")
        body = self.send().body_html
        base = f'{self.store.get_base_url()}/odoo/onbuy.store/{self.store.id}/action-onbuy_connector.onbuy_store_action_'
        self.assertRegex(body, rf'(?s)>1</b>.*{base}to_fix[^>]*>orders to fix<')
        self.assertRegex(body, rf'(?s)>1</b>.*{base}refused[^>]*>listings refused by OnBuy<')
        self.assertIn("orders imported", body)
        self.assertNotIn("orders late", body)

    def test_every_link_leads_to_a_list_that_there_is(self):
        for line in self.store._get_digest_lines(fields.Datetime.now()):
            action = self.env.ref(line['url'].rpartition('action-')[2])
            self.assertEqual(action._name, 'ir.actions.act_window')
            filters = [
                name.removeprefix('search_default_') for name in action.context.split("'") if 'search_default' in name]
            search = self.env[action.res_model].get_view(view_type='search')['arch']
            for name in filters:
                self.assertIn(f'name="{name}"', search)

    def test_what_stops_a_store_is_in_it_too(self):
        self.fault('status', status=401, path='/orders*')
        with mute_logger(TASKS):
            self.run_cron('sync_orders')
        self.assertIn("OnBuy refuses the keys", self.send().body_html)

    def test_late_orders_are_in_it(self):
        order = self.receive_order((self.skus()[0], 1))
        order.dispatch_by = fields.Datetime.now() - timedelta(days=1)
        self.push_all()
        self.assertIn("orders late", self.send().body_html)

    def test_words_from_outside_are_text(self):
        self.fault('status', status=403, path='/orders*', message="<img src=x>")
        with mute_logger(TASKS):
            self.run_cron('sync_orders')
        self.assertNotIn('<img src=x', self.send().body_html)

    def test_it_is_in_the_language_of_whoever_gets_it(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.boss.lang = 'fr_FR'
        template = self.env.ref('onbuy_connector.mail_template_digest')
        template.with_context(lang='fr_FR').subject = "Bonjour {{ object.name }}"
        self.break_order()
        self.assertEqual(self.send().subject, "Bonjour Lamp House")

    def test_it_is_sent_once_a_day_also_if_the_job_runs_again(self):
        self.break_order()
        self.assertEqual(len(self.send()), 1)
        self.assertFalse(self.send())
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.assertEqual(len(self.send()), 1)

    def test_a_store_that_does_not_want_it_or_is_paused_or_a_copy_sends_none(self):
        self.break_order()
        for values in ({'digest': False}, {'digest': True, 'state': 'paused'},
                       {'state': 'live', 'database_fingerprint': 'of the original'}):
            self.store.write(values)
            with self.subTest(values=values):
                self.assertFalse(self.send())

    def test_without_an_address_none_is_sent(self):
        self.boss.email = False
        self.break_order()
        self.assertFalse(self.send())

    def test_one_stores_trouble_does_not_keep_the_others_from_theirs(self):
        bad = self._create_store(
            name="Bad", consumer_key=self.sandbox.keys['ck_test_'], secret_key=self.sandbox.keys['sk_test_'])
        bad.write({'state': 'live', 'database_fingerprint': bad._get_database_fingerprint()})
        get_lines = type(self.store)._get_digest_lines

        def fail(store, since):
            return 1 / 0 if store == bad else get_lines(store, since)

        self.patch(type(self.store), '_get_digest_lines', fail)
        self.break_order()
        with mute_logger(TASKS):
            self.assertEqual(len(self.send()), 1)
