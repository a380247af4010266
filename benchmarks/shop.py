"""A live store of many listings, and ways to have much of it at once; runs in ``odoo shell``."""

import sys
from datetime import timedelta
from pathlib import Path

from odoo import fields

from odoo.addons.onbuy_connector.models import onbuy_store_buttons
from odoo.addons.onbuy_connector.models.onbuy_store_tasks import TASK_CRONS
from odoo.addons.onbuy_connector.tests.common import Sandbox

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / 'tests'))
from inside import Shop  # noqa: E402

ROOM = {'brake_zero_percent': 100, 'brake_move_percent': 1000000, 'brake_prices_percent': 100}


class Bench(Shop):
    """A store and its account on a sandbox of its own.

    :param env: of ``odoo shell``
    :param int listings: how many the sandbox has
    :param bool is_patient: whether buttons come to their end, however long that takes
    """

    def __init__(self, env, listings, *, is_patient=True):
        self.count = listings
        if is_patient:
            onbuy_store_buttons.BUTTON_SECONDS = 100000
        self.sandbox = Sandbox('--no-limits', '--listings', str(listings), '--orders', '0')
        env['ir.config_parameter'].set_param('onbuy_connector.api_url', f'{self.sandbox.url}/v2')
        position = env['account.fiscal.position'].search(
            [('company_id', '=', env.company.id), ('name', '=', 'United Kingdom')], limit=1)
        places = dict.fromkeys(
            ('northern_ireland_position_id', 'isle_of_man_position_id', 'jersey_position_id', 'guernsey_position_id'),
            position.id)
        env['onbuy.store'].create({
            'name': 'Bench', 'consumer_key': self.sandbox.keys['ck_live_'], 'secret_key': self.sandbox.keys['sk_live_'],
            'call_interval': 0, 'create_products': False, 'limit_get': 10 ** 6, 'limit_put': 10 ** 6, 'limit_post': 10 ** 6,
            **places, **ROOM})
        env['ir.cron'].search([]).active = False
        env.cr.commit()
        super().__init__(env)

    def stop(self):
        """End the sandbox."""
        self.sandbox.stop()

    def task(self, name, *args):
        """Run a task to its end, and keep what it did."""
        self.store._run_now(name, *args)
        self.env.cr.commit()

    def read_listings(self, *domain):
        """Have the cron read listings, as after the connection, until all are here.

        :param domain: that they fulfil then
        """
        while self.env['onbuy.listing'].search_count(list(domain)) < self.count:
            self.run('sync_listings')

    def go_live(self):
        """Connect and go live, without products."""
        self.store.action_connect()
        self.store.action_go_live()
        self.env.cr.commit()

    def forget_listings(self):
        """Have no listings here, as before the first reading."""
        for table in ('onbuy_offer_change', 'onbuy_listing'):
            self.env.cr.execute(f'DELETE FROM {table}')
        self.env.cr.execute("DELETE FROM onbuy_store_state WHERE topic LIKE 'listings%'")
        self.env.cr.commit()
        self.env.invalidate_all()

    def place_orders(self, count):
        """Have orders of two lines on OnBuy."""
        listings = self.listings().filtered('product_id')[:50]
        skus = listings.mapped('sku')
        for sku in skus:
            self.change_listing(sku, stock=100000)
        for number in range(count):
            self.place_order((skus[number % len(skus)], 1), (skus[(number + 7) % len(skus)], 2), price_delivery=3.49)

    def close_orders(self):
        """Have all orders be of the past: complete, and changed so long ago that they are not read again."""
        self.env.cr.execute("UPDATE onbuy_order SET status = 'complete', fulfilment_state = 'complete'")
        later = fields.Datetime.to_string(fields.Datetime.now() + timedelta(hours=1))
        self.env['onbuy.store.state']._save(self.store, 'orders', {'watermark': later})
        self.env.cr.commit()
        self.env.invalidate_all()

    def settle_crons(self):
        """Have the module's scheduled actions switched on and none late, as in a store that runs well."""
        for xmlid in TASK_CRONS.values():
            self.env.ref(xmlid).write({'active': True, 'nextcall': fields.Datetime.now()})
        self.env.cr.commit()

    def fill(self, listings, orders):
        """Have many more listings and old orders in the database, all settled, copied by SQL from one of each."""
        for table, count, own in (
                ('onbuy_listing', listings, {'sku': "'FILL' || n", 'remote_id': "'F' || n"}),
                ('onbuy_order', orders, {'name': "'FILL' || n", 'status': "'complete'", 'sync_state': "'synced'",
                                         'fulfilment_state': "'complete'", 'to_import': 'false'})):
            self.env.cr.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
                                "AND NOT attisdropped AND attname != 'id'", [table])
            columns = [name for name, in self.env.cr.fetchall()]
            values = ', '.join(own.get(name, f'"{name}"') for name in columns)
            names = ', '.join(f'"{name}"' for name in columns)
            self.env.cr.execute(
                f"INSERT INTO {table} ({names}) SELECT {values} FROM (SELECT * FROM {table} WHERE sync_state = 'synced' "
                f"ORDER BY id LIMIT 1) one, generate_series(1, %s) n", [count])
        self.env.cr.execute("UPDATE onbuy_listing SET product_id = NULL, match_state = 'none' WHERE sku LIKE 'FILL%%'")
        self.env.cr.commit()
        self.env.cr.execute("ANALYZE")
        self.env.cr.commit()
        self.env.invalidate_all()
