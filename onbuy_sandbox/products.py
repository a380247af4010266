"""Catalogue products: create, update, search ("OnBuy API reference", 14)."""

from functools import partial

from . import parsing
from .call import page
from .errors import ApiError, ItemError
from .product_checks import REQUEST, check_new, check_update
from .product_jobs import do_create, do_update
from .queues import enqueue
from .seed.gtin import key

CODES_PER_SEARCH = 50
FIELDS = ('name', 'product_code', 'opc', 'mpn')


def create(call):
    """`POST /products`: one product at top level, or a batch in `products`; answers with queue ids (14.1).

    Raises ApiError 400 for a single product whose fault is in the request itself (23).
    """
    if 'products' in call.body:
        rows = parsing.rows(call.body['products'], 'products')
        return {'results': [_create_row(call, item) for item in rows]}
    return {'results': [_create_row(call, call.body, single=True)]}


def _create_row(call, item, single=False):
    item = item if isinstance(item, dict) else {}
    uid = item.get('uid')
    named = {} if uid is None else {'uid': uid}
    try:
        check_new(call.world, call.account, item)
    except ItemError as error:
        if single and error.code == REQUEST:
            raise ApiError(400, error.message) from error
        batch = {} if uid is None else {'batch_id': uid, **named}
        found = {'data': error.extra} if error.extra else {}
        return {**batch, 'success': False, 'error': error.message, **found}
    row = enqueue(call, partial(do_create, call.world, call.account, item), uid)
    return {'success': True, 'queue_id': row.queue_id, **named}


def update_batch(call):
    """`PUT /products`: success rows hold only the queue id, failure rows the OPC (14.2)."""
    rows = parsing.rows(call.body.get('products'), 'products')
    results = [_update_row(call, item if isinstance(item, dict) else {}) for item in rows]
    return {'result': 'success', 'debug_output': True, 'products': results}


def update_one(call):
    """`PUT /products/{opc}` (14.2)."""
    return _update_row(call, {**call.body, 'opc': call.path['opc']})


def _update_row(call, item):
    opc = str(item.get('opc') or '')
    try:
        product = _changeable(call, opc)
        check_update(call.world, product, item)
    except ItemError as error:
        return {'success': False, 'message': error.message, 'opc': opc, 'errorcode': error.code or 400}
    row = enqueue(call, partial(do_update, call.world, product, item))
    return {'success': True, 'queue_id': row.queue_id}


def _changeable(call, opc):
    product = call.world.products.get(opc)
    if product is None or product.mode != call.account.mode:
        raise ItemError("Product not found", 404)
    if product.locked:
        raise ItemError("Product locked for update by OnBuy", 403)
    if product.owner != 'us':
        raise ItemError("Product belongs to another seller", 403)
    return product


def search(call):
    """`GET /products`: the catalogue of the mode of the keys, by text, codes or category (14.3)."""
    query, field = call.filter('query'), call.filter('field')
    if field and field not in FIELDS:
        raise ApiError(400, f"'{field}' is not a valid field")
    category = _category(call)
    matches = _matcher(query, field)
    rows = [item for item in call.world.products.values()
            if item.mode == call.account.mode and item.published
            and (category is None or item.category_id == category) and matches(item)]
    filters = call.filters('query', 'field', 'category_id')
    return page(call, rows, lambda item: _row(item, call.base_url), filters=filters)


def _category(call):
    sent = call.filter('category_id')
    number = parsing.integer(sent)
    if sent and number is None:
        raise ApiError(400, f"'{sent}' is not a valid category_id")
    return number


def _matcher(query, field):
    """Return the test for a product; several codes in one query are allowed for `product_code` alone."""
    if not query:
        return lambda item: True
    codes = {key(code) for code in parsing.csv(query)}
    if field == 'product_code' and len(codes) > CODES_PER_SEARCH:
        raise ApiError(400, f"No more than {CODES_PER_SEARCH} product codes can be searched at once")
    if field != 'product_code':
        codes = {key(query)}
    word = query.lower()
    tests = {
        'name': lambda item: word in item.name.lower(),
        'product_code': lambda item: any(key(code) in codes for code in item.codes),
        'opc': lambda item: item.opc.lower() == word,
        'mpn': lambda item: item.mpn.lower() == word,
    }
    wanted = [tests[field]] if field else list(tests.values())
    return lambda item: any(test(item) for test in wanted)


def _row(product, base_url):
    return {
        'opc': product.opc, 'name': product.name, 'description': product.description, 'url': product.url(),
        'thumbnail_url': f'{base_url}/images/{product.opc}.png', 'product_codes': product.codes,
    }
