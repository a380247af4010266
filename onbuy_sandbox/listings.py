"""The seller's own listings ("OnBuy API reference", 16)."""

from datetime import timedelta

from . import parsing
from .call import page
from .errors import ApiError, ItemError
from .listing_values import BAD_PRICE, boost_at_creation, echo, read, show, sku_of, store
from .models import CONDITIONS, Listing

BATCH = 1000  # most SKUs of one by-SKU update, delete or check (16.4 to 16.6)
FILTERS = ('sku', 'opc', 'condition', 'in_stock')
UNKNOWN_SKU = "SKU does not exist"
OTHER_PRODUCT = "The SKU already exists for a different product"
MAX_LIMIT = 100


def browse(call):
    """`GET /listings`: visible listings, the newest first unless sorted (16.3)."""
    sort = call.sort('last_created')
    rows = list(filter(_wanted(call), call.account.visible(call.now())))
    ascending = sort.get('last_created') == 'asc'
    # they are kept by ascending id, and sorting leaves equal times in that order
    rows.sort(key=lambda item: item.created_at, reverse=not ascending)
    return page(call, rows, lambda item: show(item, call.base_url), 50, MAX_LIMIT,
                call.filters(*FILTERS), sort)


def _wanted(call):
    sku, opc, condition = (call.filter(name) for name in ('sku', 'opc', 'condition'))
    in_stock = call.flag('in_stock')

    def passes(item):
        return (
            (sku is None or item.sku == sku) and (opc is None or item.product.opc == opc)
            and (condition is None or item.condition == condition.lower())
            and (in_stock is None or (item.stock > 0) == in_stock)
        )

    return passes


def create(call):
    """`POST /listings`: a batch of listings on existing products (16.1)."""
    rows = parsing.rows(call.body.get('listings'), 'listings')
    return {'success': True, 'results': [_create_row(call, item) for item in rows]}


def create_on_product(call):
    """`POST /products/{opc}/listings`: listings of one product, keyed by condition or as an array (16.2)."""
    opc, sent = call.path['opc'], call.body.get('listings')
    if isinstance(sent, dict):
        results = [_create_row(call, item, opc=opc, condition=condition) for condition, item in sent.items()]
    else:
        results = [_create_row(call, item, opc=opc) for item in parsing.rows(sent, 'listings')]
    return {'success': True, 'results': results}


def _create_row(call, item, **known):
    """Return the result row of one listing; `known` is what stands outside of `item` in the call for one product."""
    fields = {**item, **known} if isinstance(item, dict) else known
    named = {name: fields.get(name) for name in ('opc', 'sku', 'condition')}
    try:
        if not isinstance(item, dict):
            raise ItemError("A listing must be an object")
        listing, word = _create(call, fields, batch=not known)
    except ItemError as error:
        return {'success': False, 'message': error.message, **named}
    return {'success': True, word: True, 'product_listing_id': str(listing.id), **named, 'sku': listing.sku}


def _create(call, item, batch):
    """Create or update the listing that `item` describes; return it and the word for what was done.

    A `batch` demands prices and one of the boost steps.
    """
    now, account = call.now(), call.account
    product = _product(call, item.get('opc'), now)
    condition = str(item.get('condition') or '').lower()
    if condition not in CONDITIONS:
        raise ItemError("The condition is not valid")
    if batch and item.get('price') is None:
        raise ItemError(BAD_PRICE)
    values = read(call.world, item, steps=batch)
    sku = sku_of(item)
    existing = account.on_product(product.opc, condition)
    _check_sku(account, sku, existing, now)
    if existing:
        if not values.get('boost_marketing_commission'):
            values.pop('boost_marketing_commission', None)
        store(existing, values, now)
        return existing, 'updated'
    values['boost_marketing_commission'] = boost_at_creation(values, call.settings)
    return add_listing(call.world, account, product, condition, sku, values, now), 'created'


def add_listing(world, account, product, condition, sku, values, now):
    """Keep and return a new listing with the checked `values`."""
    listing = Listing(world.next('listing'), product, condition, now, now, sku=sku)
    store(listing, {'price': parsing.pennies(0), **values}, now)
    account.add_listing(listing)
    return listing


def _product(call, opc, now):
    product = call.world.products.get(str(opc or ''))
    ready = now - timedelta(seconds=call.settings.opc_unknown_seconds)
    if product is None or product.mode != call.account.mode or product.created_at > ready:
        raise ItemError(f"The product {opc} does not yet exist for the site OnBuy UK")
    return product


def _check_sku(account, sku, existing, now):
    holder = account.by_sku(sku) if sku else None
    if holder is not None and holder is not existing:
        raise ItemError(OTHER_PRODUCT)
    if sku and account.reserved.get(sku, now) > now:
        raise ItemError(OTHER_PRODUCT)
    if existing and sku and existing.sku != sku:
        raise ItemError("You already have a listing for this product in this condition")
    if existing and existing.suspended:
        raise ItemError("Suspended listings cannot be edited")


def update_by_sku(call):
    """`PUT /listings/by-sku`: change what is sent, up to 1,000 listings (16.4)."""
    return _update(call, 'sku', lambda sku: call.account.addressable(sku, call.now()))


def update_by_uid(call):
    """`PUT /listings`: the same by `uid`, as one client does (endpoint map, 23)."""
    def find(uid):
        return next((item for item in call.account.listings.values()
                     if uid and (item.uid == uid or (item.uid is None and item.sku == uid))), None)
    return _update(call, 'uid', find)


def _update(call, key, find):
    rows = parsing.rows(call.body.get('listings'), 'listings')
    _check_batch(rows)
    return {'success': True, 'results': [_update_row(call, item, key, find) for item in rows]}


def _check_batch(rows):
    if len(rows) > BATCH:
        raise ApiError(400, f"No more than {BATCH} listings can be sent in one request")


def _update_row(call, item, key, find):
    if not isinstance(item, dict):
        return {'error': UNKNOWN_SKU}
    listing = find(sku_of(item, key))
    try:
        if listing is None:
            raise ItemError(UNKNOWN_SKU if key == 'sku' else "uid does not exist")
        if listing.suspended:
            raise ItemError("Suspended listings cannot be edited")
        values = read(call.world, item)
    except ItemError as error:
        return {**item, 'error': error.message}
    store(listing, values, call.now())
    named = {'uid': item['uid']} if key == 'uid' else {}
    return {**named, **echo({**item, 'sku': listing.sku}, listing.id, call.settings.by_sku_form)}


def delete_by_sku(call):
    """`DELETE /listings/by-sku`: results are keyed by SKU (16.5)."""
    sent = call.value('skus')
    if not isinstance(sent, (list, str)):
        raise ApiError(400, "skus must be an array")
    skus = parsing.csv(sent)
    _check_batch(skus)
    now = call.now()
    results = {}
    for sku in dict.fromkeys(skus):  # one named twice is one
        listing = call.account.addressable(sku, now)
        results[sku] = {'error': "SKU not found"} if listing is None else {'status': 'ok'}
        if listing:
            call.account.remove_listing(listing)
            call.account.reserved[sku] = now + timedelta(seconds=call.settings.sku_reserved_seconds)
    return {'success': True, 'results': results}


def check_winning(call):
    """`GET /listings/check-winning`: the lead price per SKU, from query or body (16.6)."""
    skus = parsing.csv(call.value('skus'))
    if not skus:
        raise ApiError(400, "You must supply skus")
    _check_batch(skus)
    known = {item.sku.lower(): item for item in call.account.visible(call.now()) if item.sku}
    return {'success': True, 'results': [_winning(call, sku, known.get(sku.lower())) for sku in skus]}


def _winning(call, sku, listing):
    if listing is None:
        return {'sku': sku, 'error': UNKNOWN_SKU}
    item = listing.selling_price(call.now())
    delivery = _delivery_price(call.world, listing)
    total = {'sku': listing.sku, 'price': parsing.money(item + delivery)}
    names = ('item_price', 'delivery_price', 'lead_price', 'lead_item_price', 'lead_delivery_price')
    if not listing.active:
        return {**total, **dict.fromkeys(names), 'winning': False}
    other = listing.competitor
    lead_item, lead_delivery = (other['item_price'], other['delivery_price']) if other else (item, delivery)
    winning = item + delivery <= lead_item + lead_delivery
    prices = (item, delivery, lead_item + lead_delivery, lead_item, lead_delivery)
    return {
        **total, **{name: parsing.money(value) for name, value in zip(names, prices, strict=True)},
        'winning': winning if listing.forced_winning is None else listing.forced_winning,
    }


def _delivery_price(world, listing):
    template = world.template_of(listing)
    row = next(row for row in world.deliveries if row['seller_delivery_template_id'] == template)
    return parsing.pennies(parsing.number(row['price']))
