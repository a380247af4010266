"""Uninstalling the module takes everything of it away and leaves the seller's own documents."""

import pytest
from worlds import live_world

from _setup import databases

# What an uninstalled module leaves no trace in: title and query of what is there.
TRACES = {
    'tables': "SELECT table_name FROM information_schema.tables WHERE table_name LIKE '%onbuy%'",
    'columns': "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE column_name LIKE '%onbuy%'",
    'indexes': "SELECT indexname FROM pg_indexes WHERE indexname LIKE '%onbuy%'",
    'models': "SELECT model FROM ir_model WHERE model LIKE '%onbuy%'",
    'fields': "SELECT model || '.' || name FROM ir_model_fields WHERE name LIKE '%onbuy%' OR relation LIKE 'onbuy%'",
    'views': "SELECT name FROM ir_ui_view WHERE arch_db::text ILIKE '%onbuy%' OR model LIKE 'onbuy%'",
    'menus': "SELECT name FROM ir_ui_menu WHERE name::text ILIKE '%onbuy%'",
    'window actions': "SELECT name FROM ir_act_window WHERE res_model LIKE 'onbuy%' OR name::text ILIKE '%onbuy%'",
    'server actions': "SELECT name FROM ir_act_server WHERE code ILIKE '%onbuy%' OR name::text ILIKE '%onbuy%'",
    'reports': "SELECT report_name FROM ir_act_report_xml WHERE report_name LIKE 'onbuy%'",
    'scheduled actions': "SELECT cron_name FROM ir_cron WHERE cron_name ILIKE '%onbuy%'",
    'groups': "SELECT name FROM res_groups WHERE name::text ILIKE '%onbuy%'",
    'rules': "SELECT name FROM ir_rule WHERE name ILIKE '%onbuy%'",
    'parameters': "SELECT key FROM ir_config_parameter WHERE key ILIKE '%onbuy%'",
    'favourites': "SELECT name FROM ir_filters WHERE model_id LIKE 'onbuy%' OR domain LIKE '%onbuy%'",
    'e-mail templates': "SELECT name FROM mail_template WHERE name::text ILIKE '%onbuy%' OR model LIKE 'onbuy%'",
    'activities': "SELECT summary FROM mail_activity WHERE res_model LIKE 'onbuy%'",
    'activity types': "SELECT name FROM mail_activity_type WHERE name::text ILIKE '%onbuy%' OR res_model LIKE 'onbuy%'",
    'messages': "SELECT model FROM mail_message WHERE model LIKE 'onbuy%'",
    'followers': "SELECT res_model FROM mail_followers WHERE res_model LIKE 'onbuy%'",
    'attachments': "SELECT name FROM ir_attachment WHERE res_model LIKE 'onbuy%' OR res_field LIKE 'onbuy%'",
    'defaults': "SELECT f.name FROM ir_default d JOIN ir_model_fields f ON f.id = d.field_id WHERE f.name LIKE '%onbuy%'",
}
# Documents keep what they use: nothing else of the module's data stays.
KEPT = "SELECT model FROM ir_model_data WHERE module = 'onbuy_connector' AND model NOT LIKE 'product.%'"
SELL = '''
run('sync_orders')
order = env['onbuy.order'].search([])
assert order.sale_order_id, order.sync_error
validate(order.sale_order_id.picking_ids)
run('send_actions')
env['ir.attachment'].create({'name': 'note.txt', 'raw': b'x', 'res_model': 'onbuy.store', 'res_id': store.id})
store.activity_schedule('mail.mail_activity_data_todo', summary='Look')
store.message_post(body='Seen')
invoice = order.sale_order_id._create_invoices()
invoice.action_post()
env.cr.commit()
say(order.sale_order_id.name)
'''
UNINSTALL = '''
env['ir.module.module'].search([('name', '=', 'onbuy_connector')]).button_immediate_uninstall()
'''


@pytest.fixture(scope='module')
def left(module_database):
    """Have the database of a store that sold something, without the module.

    :return: a function that runs a query there and returns the first column
    """
    with live_world(module_database, '--no-limits', '--listings', '8', '--orders', '0', call_interval=0) as world:
        sku = next(row['sku'] for row in world.sandbox.control('GET', '/state')['accounts']['live']['listings']
                   if row['stock'])
        world.sandbox.place_order((sku, 1))
        world.do(SELL)
        world.do(UNINSTALL)
        yield lambda query: [row[0] for row in databases.query(query, None, world.database)]


@pytest.mark.parametrize('title', TRACES)
def test_nothing_is_left_of(title, left):
    assert left(TRACES[title]) == []


def test_only_products_that_documents_use_keep_an_external_id(left):
    assert left(KEPT) == []


def test_the_sale_its_delivery_and_its_invoice_stay(left):
    assert left("SELECT state FROM sale_order WHERE client_order_ref IS NOT NULL OR origin IS NOT NULL") == ['sale']
    assert left("SELECT state FROM stock_picking WHERE sale_id IS NOT NULL") == ['done']
    assert left("SELECT state FROM account_move WHERE move_type = 'out_invoice'") == ['posted']


def test_odoo_still_works(left):
    assert left("SELECT state FROM ir_module_module WHERE name = 'onbuy_connector'") == ['uninstalled']
