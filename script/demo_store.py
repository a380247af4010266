"""Run through `odoo shell` in the new demo database: a store that is connected to the sandbox, and live."""

from onbuy_sandbox.__main__ import KEYS

IN_STOCK = 25  # pieces of each product, but every tenth: those orders wait for stock
CARRIERS = {'Standard': 'Royal Mail', 'Priority': 'DPD'}


def prepare_users():
    """Give the administrator British dates and every right that the demonstration shows."""
    env['res.lang']._activate_lang('en_GB')
    groups = ['account.group_account_manager', 'sales_team.group_sale_manager', 'stock.group_stock_manager',
              'onbuy_connector.group_onbuy_manager']
    env.ref('base.user_admin').write({
        'lang': 'en_GB',
        'tz': 'Europe/London',
        'group_ids': [(4, env.ref(group).id) for group in groups],
    })


def make_carrier(name):
    """Make a delivery method."""
    product = env['product.product'].create({'name': name, 'type': 'service', 'sale_ok': False})
    return env['delivery.carrier'].create({'name': name, 'product_id': product.id, 'delivery_type': 'fixed'})


def make_store():
    """Make the store, with where its special addresses are taxed and how its orders are shipped."""
    company = env.company
    company.name = 'Lamp House Ltd'
    company.write({'street': '4 Wick Lane', 'city': 'Leeds', 'zip': 'LS1 4AP'})
    positions = {
        position.name: position.id
        for position in env['account.fiscal.position'].search([('company_id', '=', company.id)])
    }
    home, abroad = positions['United Kingdom'], positions['Rest of the world']
    return env['onbuy.store'].create({
        'name': 'Lamp House',
        'consumer_key': KEYS['consumer_key'],
        'secret_key': KEYS['secret_key'],
        'create_products': True,
        'user_id': env.ref('base.user_admin').id,
        'northern_ireland_position_id': home,
        'isle_of_man_position_id': home,
        'jersey_position_id': abroad,
        'guernsey_position_id': abroad,
        'mapping_ids': [
            (0, 0, {'delivery_service': service, 'carrier_id': make_carrier(name).id})
            for service, name in CARRIERS.items()
        ],
    })


def fill_stock(store):
    """Put goods in stock before the orders reserve them."""
    location = env['stock.warehouse'].search([('company_id', '=', store.company_id.id)], limit=1).lot_stock_id
    products = store.listing_ids.product_id.sorted('default_code')
    quants = env['stock.quant'].with_context(inventory_mode=True).create([
        {'product_id': product.id, 'location_id': location.id, 'inventory_quantity': IN_STOCK}
        for number, product in enumerate(products) if number % 10
    ])
    quants.action_apply_inventory()


def go_live(store):
    """Connect, read, make the products, fill the shelves and let the orders come in."""
    store.action_connect()
    while not store._is_all_read():  # A button works some seconds, and no cron runs here.
        store._read_before_live()
    store.listing_ids.filtered(lambda listing: not listing.product_id)._create_products()
    fill_stock(store)
    store.action_go_live()


prepare_users()
go_live(make_store())
env.cr.commit()  # pylint: disable=invalid-commit
