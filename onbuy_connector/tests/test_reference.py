from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..lib.categories import Detail, DetailGroup, Feature, FeatureOption
from ..lib.client import OnBuyClient
from ..lib.errors import AnswerError, NotFoundError
from .reference_common import ReferenceCommon


@tagged('post_install', '-at_install')
class TestReference(ReferenceCommon):
    """Delivery templates, carriers, and the features and technical details of the categories in use."""

    def setUp(self):
        super().setUp()
        self.store.action_sync_categories()
        self.lamps, self.shoes = self.category("Desk Lamps"), self.category("Mugs")
        self.templates = self.env['onbuy.delivery.template']
        self.calls()

    def use(self, *categories):
        """Use categories and run the cron."""
        for category in categories:
            category._want()
        self.run_cron('sync_reference')

    # === DELIVERY TEMPLATES AND CARRIERS === #

    def test_the_stores_delivery_templates_come_in_with_their_rates(self):
        self.run_cron('sync_reference')
        with self.store._connect() as client:
            wanted = client.delivery_templates()
        templates = self.templates.search([('store_id', '=', self.store.id)])
        self.assertEqual(set(templates.mapped('code')), {one.template_id for one in wanted})
        self.assertEqual(templates[0].is_default, True)
        for template in wanted:
            found = templates.filtered(lambda one, code=template.template_id: one.code == code)
            self.assertEqual((found.name, len(found.rates_text.splitlines())), (template.name, len(template.rates)))

    def test_a_rate_reads_as_a_person_would_say_it(self):
        self.run_cron('sync_reference')
        text = self.templates.search([('code', '=', '2375')]).rates_text
        self.assertRegex(text, r"United Kingdom, Mainland UK: Standard, days: 3–5, £.?3\.99")

    def test_a_second_reading_writes_nothing_and_a_change_is_one_write(self):
        self.store.action_sync_reference()
        before = self.rows()
        self.store.action_sync_reference()
        self.assertEqual(self.rows(), before)
        self.templates.search([], limit=1).name = "Renamed in the meantime"
        before = set(self.rows()['onbuy_delivery_template'])
        self.store.action_sync_reference()
        self.assertEqual(len(set(self.rows()['onbuy_delivery_template']) - before), 1)

    def test_a_template_that_onbuy_has_no_more_is_archived(self):
        old = self.templates.create({'store_id': self.store.id, 'code': '1', 'name': "Old"})
        self.run_cron('sync_reference')
        self.assertTrue(old.exists() and not old.active)

    def test_by_themselves_they_are_read_once_a_week(self):
        self.run_cron('sync_reference')
        self.assertEqual({one['path'] for one in self.calls()}, {'/v2/sellers/deliveries', '/v2/carriers'})
        self.run_cron('sync_reference')
        self.assertFalse(self.calls())
        self.forget(days=8)
        self.run_cron('sync_reference')
        self.assertEqual(len(self.calls()), 2)

    def test_another_store_reads_its_own_templates_but_no_carriers(self):
        self.run_cron('sync_reference')
        other = self._create_store(
            name="Outlet", consumer_key=self.sandbox.keys['ck_test_'], secret_key=self.sandbox.keys['sk_test_'])
        other.action_connect()
        self.calls()
        self.run_cron('sync_reference')
        self.assertEqual([one['path'] for one in self.calls()], ['/v2/sellers/deliveries'])
        self.assertEqual(len(other.delivery_template_ids), len(self.store.delivery_template_ids))

    def test_another_companys_user_sees_no_template(self):
        self.run_cron('sync_reference')
        elsewhere = self.env['res.company'].create({'name': "Elsewhere"})
        stranger = new_test_user(self.env, 'stranger', 'onbuy_connector.group_onbuy_manager',
                                 company_id=elsewhere.id, company_ids=[(6, 0, elsewhere.ids)])
        self.assertFalse(self.templates.with_user(stranger).search([]))

    # === FEATURES AND TECHNICAL DETAILS === #

    def test_only_categories_in_use_are_read(self):
        self.use(self.lamps)
        self.assertEqual({one['path'].split('/')[3] for one in self.calls() if one['path'].startswith('/v2/categories/')},
                         {self.lamps.code})
        self.assertTrue(self.lamps.read_date and not self.shoes.read_date)

    def test_features_options_notes_and_details_come_in(self):
        self.use(self.lamps)
        with self.store._connect() as client:
            features = client.category_features(self.lamps.code)
            groups = client.technical_details(self.lamps.code)
        found = {feature.code: feature for feature in self.lamps.feature_ids}
        self.assertEqual(set(found), {one.feature_id for one in features})
        for feature in features:
            self.assertEqual(found[feature.feature_id].option_ids.mapped('name'), [one.name for one in feature.options])
        self.assertEqual(self.lamps.feature_ids.filtered(lambda one: one.name == "Colour").note, "Main colour")
        self.assertEqual(len(self.lamps.detail_ids), sum(len(group.details) for group in groups))
        height = self.lamps.detail_ids.filtered(lambda one: one.name == "Height")
        self.assertEqual((height.group_name, height.units), ("Dimensions", 'mm\ncm\nm'))

    def test_a_category_in_use_is_read_again_after_a_week_and_writes_only_the_date(self):
        self.use(self.lamps)
        before, read = self.rows(), self.lamps.read_date
        self.calls()
        self.run_cron('sync_reference')
        self.assertFalse(self.calls())
        self.forget(days=8)
        before = self.rows()
        self.run_cron('sync_reference')
        self.assertGreater(self.lamps.read_date, read.replace(year=2000))
        after = self.rows()
        del before['onbuy_category'], after['onbuy_category']
        self.assertEqual(after, before)
        self.assertEqual(len(self.calls('/v2/categories')), 3)

    def store_details(self, *features, groups=()):
        """Store features as if OnBuy sent them."""
        with self.store._connect() as client:
            view = client.get_category(self.lamps.code)
        return self.lamps._store_details(view, list(features), list(groups))

    def test_what_onbuy_takes_away_is_archived_and_comes_back(self):
        black, white = FeatureOption('1', "Black"), FeatureOption('2', "White")
        group = DetailGroup('2', "Dimensions", (Detail('4', "Height", ('mm',)),))
        colour, size = Feature('120', "Colour", '', True, (black, white)), Feature('122', "Size", '', False, (black,))
        self.store_details(colour, size, groups=[group])
        option = self.lamps.feature_ids.filtered(lambda one: one.code == '120').option_ids[1]
        figures = self.store_details(Feature('120', "Shade", '', False, (black,)))
        self.assertEqual((figures['created'], figures['updated']), (0, 5))
        self.assertEqual([(one.name, one.is_required) for one in self.lamps.feature_ids], [("Shade", False)])
        self.assertFalse(self.lamps.detail_ids)
        self.assertTrue(option.exists() and not option.active)
        self.store_details(colour)
        self.assertTrue(option.active)

    def test_two_features_may_have_options_of_the_same_id(self):
        one, two = (Feature(code, f"Feature {code}", '', False, (FeatureOption('1', "Yes"),)) for code in '89')
        self.store_details(one, two)
        self.assertEqual(self.lamps.feature_ids.option_ids.mapped('name'), ["Yes", "Yes"])
        self.assertEqual(self.lamps.feature_ids.mapped('options_text'), ["Yes", "Yes"])

    def test_a_category_of_many_features_costs_few_queries(self):
        options = tuple(FeatureOption(str(number), f"Option {number}") for number in range(50))
        features = [Feature(str(number), f"Feature {number}", '', False, options) for number in range(20)]
        with self.store._connect() as client:
            view = client.get_category(self.lamps.code)
        self.lamps.read()
        with self.assertQueryCount(18):
            self.lamps._store_details(view, features, [])
            self.env.flush_all()
        self.assertEqual(len(self.lamps.feature_ids.option_ids), 1000)

    def test_a_bad_category_in_three_says_so_and_the_others_are_read(self):
        bad, read = self.category("Mugs"), OnBuyClient.get_category

        def get_category(client, code):
            if code == bad.code:
                raise AnswerError("OnBuy's answer cannot be understood.")
            return read(client, code)
        self.patch(OnBuyClient, 'get_category', get_category)
        others = self.env['onbuy.category'].search([('can_list_in', '=', True), ('id', '!=', bad.id)], limit=2)
        self.use(bad, *others)
        self.assertEqual(bad.read_error, "OnBuy's answer cannot be understood.")
        self.assertTrue(all(one.feature_ids for one in others))
        self.patch(OnBuyClient, 'get_category', read)
        bad.action_read_features()
        self.assertFalse(bad.read_error)
        self.assertTrue(bad.feature_ids)

    def test_a_category_that_onbuy_does_not_show_says_so_and_is_asked_for_again_the_next_day(self):
        read = OnBuyClient.get_category

        def get_category(client, code):
            raise NotFoundError("no", status=404)
        self.patch(OnBuyClient, 'get_category', get_category)
        self.use(self.lamps)
        self.assertTrue(self.lamps.active, "only a reading of the whole tree knows that it is gone")
        self.assertIn("does not show this category", self.lamps.read_error)
        self.assertFalse(self.lamps._get_categories_to_read())
        self.patch(OnBuyClient, 'get_category', read)
        self.lamps.read_date -= timedelta(days=1, minutes=1)
        self.run_cron('sync_reference')
        self.assertFalse(self.lamps.read_error)
        self.assertTrue(self.lamps.feature_ids)

    def test_a_bad_day_stops_nothing_for_good(self):
        self.fault('status', status=500, path='/categories/*')
        with mute_logger('odoo.addons.onbuy_connector.models.onbuy_store_tasks'):
            self.use(self.lamps, self.shoes)
        self.assertFalse(self.lamps.read_date or self.shoes.read_date)
        self.assertTrue(self.store.delivery_template_ids)
        self.sandbox.control('DELETE', '/faults')
        self.run_cron('sync_reference')
        self.assertTrue(self.lamps.feature_ids and self.shoes.feature_ids)

    def test_a_restriction_is_known_once_it_was_read(self):
        with self.store._connect() as client:
            view = client.get_category(self.lamps.code)
        self.lamps._store_details(view.__class__(**{**vars(view), 'restricted': True}), [], [])
        self.assertTrue(self.lamps.is_restricted)
        self.lamps._store_details(view, [], [])
        self.assertFalse(self.lamps.is_restricted)

    # === PEOPLE === #

    def test_a_user_has_features_read_now_and_stops_it(self):
        user = new_test_user(self.env, 'clerk', groups='onbuy_connector.group_onbuy_user')
        self.lamps.with_user(user).action_read_features()
        self.assertTrue(self.lamps.is_wanted and self.lamps.feature_ids)
        self.calls()
        self.lamps.with_user(user).action_read_features()
        self.assertEqual(len(self.calls('/v2/categories/')), 3, "whoever presses it wants it now")
        self.lamps.with_user(user).action_stop_reading()
        self.forget(days=8)
        self.run_cron('sync_reference')
        self.assertFalse(self.calls('/v2/categories/'))
        self.assertTrue(self.lamps.feature_ids)

    def test_whoever_starts_to_use_a_category_has_it_read_soon(self):
        with self.capture_triggers('onbuy_connector.ir_cron_sync_reference') as triggers:
            (self.lamps | self.shoes)._want()
            self.lamps._want()
        self.assertEqual(len(triggers.records), 1)
        self.assertEqual(self.env['onbuy.category']._get_categories_in_use(), self.lamps | self.shoes)

    def test_onbuys_refusal_is_told_to_who_presses_the_button(self):
        self.store.action_sync_reference()
        self.fault('status', status=500, path='/categories/*')
        with self.assertRaises(UserError):
            self.lamps.action_read_features()
