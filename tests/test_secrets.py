"""Keys and tokens are where they are kept and nowhere else, though OnBuy repeats them in whatever it says.

What is logged is looked at in every test (see ``conftest`` and ``worlds``). Here everything else is: a dump of the whole
database, its files, what can be downloaded, what people are told.
"""

import io
import logging
import re
import subprocess
import zipfile

import pytest
from leaks import LogWatch, find_secrets
from test_copies import tool
from worlds import live_world

from _setup import odoo_cli

COPY = re.compile(r'COPY public\.(\w+) \((.*)\) FROM stdin;')
KEPT = {('onbuy_store', 'consumer_key'), ('onbuy_store', 'secret_key'), ('onbuy_store_state', 'data')}
KEY, TOKEN = 'sk_live_' + '0123456789abcdef' * 2, '7C1F0A44-2B9E-4D1A-9F30-5A8E6B2D1C77'
# A life in which OnBuy says keys and token again and again, while every call is kept for support.
LIVE = '''
import base64, io, zipfile
from inside import Shop
shop = Shop(env)
TASKS = ('sync_orders', 'send_actions', 'push_offers', 'sync_order_statuses', 'sync_listings', 'compare_offers', 'publish',
         'sync_brands', 'sync_reference', 'sync_categories', 'fetch_images', 'reconcile', 'send_digests')
store.action_debug()
store.responsible_id = env.ref('base.user_admin')
store.responsible_id.email = 'admin@example.com'
store.listing_ids.stock_mode = 'yes'
shop.read_catalogue()
skus, said = store.listing_ids.mapped('sku'), []

def secrets():
    token = (env['onbuy.store.state']._load(store, 'api').get('token') or ['none'])[0]
    return f'{store.consumer_key} {store.secret_key} {token}'

for number, trouble in enumerate([
        {'kind': 'status', 'status': 400}, {'kind': 'status', 'status': 401}, {'kind': 'status', 'status': 403},
        {'kind': 'status', 'status': 500}, {'kind': 'non_json', 'status': 502}, {'kind': 'non_json', 'status': 200},
        {'kind': 'superseded_token'}, {'kind': 'malformed_json'}, {'kind': 'drop_after'}]):
    order = shop.receive((skus[number], 1))
    shop.deliver(order, tracking=f'RM{number}GB')
    shop.make_drafts(number).action_list_now()
    store.listing_ids[0]._note_stock()
    words = secrets()
    shop.control('POST', '/faults', {
        'path': '/*', 'method': '*', 'count': 20, **trouble,
        **({'body': f'<h1>{words}</h1>'} if trouble['kind'] == 'non_json' else {'message': f'No. {words}'})})
    shop.run(*TASKS)
    for button in ('action_connect', 'action_sync_orders', 'action_sync_listings'):
        try:
            said.append(str(press(button)))
        except UserError as error:
            said.append(str(error))
    shop.control('DELETE', '/faults')
    shop.run(*TASKS)

assert env['onbuy.debug.call'].search_count([]) > 50
assert any('No.' in text for text in env['onbuy.sync.run'].search([]).mapped('message') if text), "nothing is told"
said.append(json.dumps(store._export_settings()))
with zipfile.ZipFile(io.BytesIO(store._make_diagnostics())) as archive:
    said += [archive.read(name).decode() for name in archive.namelist()]
category = env['onbuy.category'].search([('name', '=', "Desk Lamps")])
wizard = env['onbuy.excel.download'].create({'store_id': store.id, 'what': 'listings', 'category_ids': category.ids})
wizard.action_download()
with zipfile.ZipFile(io.BytesIO(base64.b64decode(wizard.file))) as archive:
    said += [archive.read(name).decode() for name in archive.namelist()]
env.cr.commit()
say({'said': said, 'secrets': secrets()})
'''


@pytest.fixture(scope='module')
def lived(module_database):
    """Have a store that was told its own keys; give its world, and what the program said."""
    with live_world(module_database, '--no-limits', '--listings', '12', '--orders', '0', call_interval=0) as world:
        yield world, world.do(LIVE)


def find_columns(dump):
    """Return table and column of every cell of a dump that has a key or a token in it.

    :param str dump: of ``pg_dump``
    """
    found, table, columns = set(), None, []
    for line in dump.split('\n'):
        if copy := COPY.fullmatch(line):
            table, columns = copy[1], copy[2].split(', ')
        elif line == r'\.':
            table = None
        elif table:
            cells = zip(columns, line.split('\t'), strict=True)
            found |= {(table, column) for column, cell in cells if find_secrets(cell)}
        elif find_secrets(line):
            found.add((None, line[:100]))
    return found


def read_texts(path):
    """Give the texts of a file: of a zip file, or an Excel one, those of its parts."""
    content = path.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from (archive.read(name).decode('latin-1') for name in archive.namelist())
    yield content.decode('latin-1')


def test_a_dump_of_the_database_has_keys_and_token_in_the_columns_that_keep_them_only(lived):
    world, _said = lived
    dump = tool('pg_dump')
    if not dump:
        pytest.skip("pg_dump is not on PATH")
    done = subprocess.run([dump, world.database], env=odoo_cli.environment(), check=True, capture_output=True, text=True)
    assert find_columns(done.stdout) == KEPT


def test_what_people_are_told_and_what_they_download_has_no_key_and_no_token(lived):
    said = lived[1]
    assert len(find_secrets(said['secrets'])) == 3, "keys and token are recognised as such"
    assert len(said['said']) > 30
    assert not find_secrets('\n'.join(said['said']))


def test_no_file_of_the_database_has_a_key_or_a_token(lived):
    files = [path for path in odoo_cli.filestore(lived[0].database).rglob('*') if path.is_file()]
    assert len(files) > 10
    assert not [(path, found) for path in files for text in read_texts(path) if (found := find_secrets(text))]


def test_a_key_or_a_token_that_is_logged_is_found_in_words_arguments_and_tracebacks():
    watch, logger = LogWatch(), logging.getLogger('onbuy.leaks')
    logger.addHandler(watch)
    logger.propagate = False
    logger.error("All is well with %s.", '0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0')
    logger.error("The key %s is wrong.", KEY)
    logger.error("No token %s", {'token': TOKEN})
    try:
        raise ValueError(KEY)
    except ValueError:
        logger.exception("It failed.")
    logger.removeHandler(watch)
    assert [text.partition(' in ')[0] for text in watch.found] == [
        f"['{KEY[:12]}…']", f"['{TOKEN[:12]}…']", f"['{KEY[:12]}…']"]
