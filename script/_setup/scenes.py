"""Records that the demonstration has not by itself, made for pictures; each function returns the id of what to open."""

import base64
import io
import sys

import openpyxl

from .paths import ROOT

LAMPS = [
    {'default_code': 'ARC-DESK-BLACK', 'name': "Arc desk lamp, black", 'list_price': 39.99, 'barcode': '5012345678900',
     'onbuy_description': "A desk lamp of powder-coated steel with a long arm."},
    {'default_code': 'ARC-DESK-WHITE', 'name': "Arc desk lamp, white", 'list_price': 39.99,
     'onbuy_description': "A desk lamp of powder-coated steel with a long arm."},
    {'default_code': 'ARC-CLAMP', 'name': "Arc clamp lamp", 'list_price': 0},
]
ROWS = [
    {'sku': 'FIN-DESK-OAK', 'name': "Finch desk lamp, oak", 'brand': 'Unbranded', 'barcode': '5012345678917',
     'onbuy_description': "A desk lamp of oak.", 'image': 'https://example.com/finch-oak.jpg', 'condition': 'New',
     'price': 49.5, 'stock': 12},
    {'sku': 'FIN-DESK-ASH', 'name': "Finch desk lamp, ash", 'brand': 'Unbranded', 'barcode': '5012345678918', 'price': 49.5},
    {'sku': 'FIN-DESK-ELM', 'name': "Finch desk lamp, elm", 'brand': 'Unbranded', 'price': "about fifty", 'stock': 4},
    {'sku': 'FIN-CLAMP', 'name': "Finch clamp lamp", 'brand': 'Unbranded', 'price': 29},
    {'sku': 'FIN-CLAMP', 'name': "Finch clamp lamp, again", 'brand': 'Unbranded', 'price': 29},
    {'sku': 'FIN-DESK-YEW', 'name': "Finch desk lamp, yew", 'brand': 'Unbranded', 'condition': 'Shiny', 'price': 54},
]


def find_category(server):
    """Return the id of the category of desk lamps."""
    return server.find('onbuy.category', [('can_list_in', '=', True), ('name', '=', 'Desk Lamps')])


def listing_wizard(server, _cleanup):
    """Three lamps that are about to be listed."""
    goods = {'type': 'consu', 'is_storable': True, 'sale_ok': True}
    products = server.call('product.product', 'search', [('default_code', 'in', [lamp['default_code'] for lamp in LAMPS])])
    products = products or server.call('product.product', 'create', [{**goods, **lamp} for lamp in LAMPS])
    return server.call('onbuy.publish', 'create', {
        'product_ids': [(6, 0, products)], 'category_id': find_category(server), 'brand_name': "Arc", 'handling_time': 1,
        'warranty': 24})


def listing_checklist(server, cleanup):
    """What the lamps still miss."""
    wizard = listing_wizard(server, cleanup)
    server.call('onbuy.publish', 'action_check', [wizard])
    return wizard


def excel_result(server, _cleanup):
    """A file with right and wrong rows, made from the template and looked at."""
    wizard = server.call('onbuy.excel.download', 'create', {'category_ids': [(6, 0, [find_category(server)])]})
    server.call('onbuy.excel.download', 'action_download', [wizard])
    template = server.call('onbuy.excel.download', 'read', [wizard], ['file'])[0]['file']
    book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(template)))
    sheet = book.worksheets[0]
    listed = server.call(
        'onbuy.listing', 'search_read', [('product_id', '!=', False)], ['sku'], limit=1, order='sku')[0]['sku']
    columns = {cell.value.rpartition('|')[2]: cell.column for cell in sheet[1] if cell.value}
    for number, row in enumerate([{'sku': listed, 'price': 42.5}, *ROWS], 4):
        for key, value in row.items():
            sheet.cell(number, columns[key], value)
    filled = io.BytesIO()
    book.save(filled)
    upload = server.call('onbuy.excel.import', 'create', {
        'file': base64.b64encode(filled.getvalue()).decode(), 'filename': "Desk lamps.xlsx"})
    server.call('onbuy.excel.import', 'action_check', [upload])
    server.wait('onbuy.excel.import', [('id', '=', upload), ('is_waiting', '=', False)])  # The store may be busy.
    return upload


def matching(server, cleanup):
    """Listings without a product: nothing fits, two products fit, or only the barcode of a listed one does."""
    store = server.find('onbuy.store', [('state', '=', 'live')])  # It creates no products by itself (demo_states.py).
    listings = server.call('onbuy.listing', 'search_read', [('product_id', '!=', False), ('product_codes', '!=', False)],
                           ['product_id', 'sku', 'product_codes'], limit=5)
    products = {row['id']: row for row in server.call(
        'product.product', 'read', [one['product_id'][0] for one in listings], ['default_code', 'barcode', 'name'])}
    *without, twice, listed = listings
    for one in without:
        row = products[one['product_id'][0]]
        change(server, cleanup, 'product.product', row['id'], {key: row[key] for key in ('default_code', 'barcode')},
               {'default_code': False, 'barcode': False})
    twin = server.call('product.product', 'create', {
        'name': products[twice['product_id'][0]]['name'], 'default_code': twice['sku'], 'type': 'consu'})
    cleanup.callback(server.call, 'product.product', 'unlink', [twin])
    row = products[listed['product_id'][0]]
    change(server, cleanup, 'product.product', row['id'], {'barcode': row['barcode']},
           {'barcode': without[0]['product_codes'].split(',')[0].strip()})
    for one in [*without, twice]:
        change(server, cleanup, 'onbuy.listing', one['id'], {'product_id': one['product_id'][0]}, {'product_id': False})
    server.call('onbuy.store', 'action_match_listings', [store])


def change(server, cleanup, model, record, before, after):
    """Change a record until all pictures are taken."""
    cleanup.callback(server.call, model, 'write', [record], before)
    server.call(model, 'write', [record], after)


def checklist(server, cleanup):
    """A second store, connected with test keys, that is not live yet."""
    sys.path.append(str(ROOT))
    from onbuy_sandbox.__main__ import KEYS
    store = server.call('onbuy.store', 'create', {
        'name': "Lamp House Outlet", 'consumer_key': KEYS['test_consumer_key'], 'secret_key': KEYS['test_secret_key']})
    cleanup.callback(server.call, 'onbuy.store', 'unlink', [store])
    server.call('onbuy.store', 'action_connect', [store])
    return store
