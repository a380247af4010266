"""The asynchronous half of product calls: what happens in the queue (14, 15; rule 7).

A job is a partial call of a function of this module, so that it can be kept between two runs.
"""

from datetime import timedelta

from . import parsing
from .errors import ItemError
from .listing_values import boost_at_creation, sku_of
from .listings import add_listing
from .product_checks import check_free, check_skus, codes_of, listings_of, members_of, pictures_of, values_of
from .seed.gtin import key


def do_create(world, account, item, row):
    """Make the product `item` (dict) and its listings, and answer in the queue row."""
    try:
        _check_again(world, account, item)
        row.answer = _create(world, account, item, row.uid)
        row.status = 'success'
    except ItemError as error:
        fail(row, error)


def fail(row, error):
    """Mark a queue row as failed with the ItemError's text."""
    row.status = 'failed'
    row.answer = {'error_message': error.message, **error.extra}


def _check_again(world, account, item):
    """Check what only the queue finds out: images, locked brands, what another row took meanwhile.

    Codes come before SKUs, so that a repeated product is told as one that exists.
    """
    members = members_of(item)
    for one in [item, *(item.get('variants') or [])]:
        check_pictures(world, one)
    for member in members:
        check_free(world, codes_of(member))
    check_skus(account, members)
    brand = world.brand_named(_brand_name(world, item))
    if brand and brand.locked:
        raise ItemError("The supplied brand is owned by another seller")


def check_pictures(world, item):
    """Raise ItemError if a picture of a product or variant cannot be fetched."""
    word = world.settings.failing_images
    for url in pictures_of(item):
        if word and word in str(url):
            raise ItemError(f'Error downloading image "{url}" - '
                            "Connection to the host URL has been refused")


def _brand_name(world, item):
    brand_id = parsing.integer(item.get('brand_id'))
    by_id = next((brand.name for brand in world.brands if brand.id == brand_id), None)
    return by_id or str(item.get('brand_name') or '').strip()


def _create(world, account, item, uid):
    product = _add(world, account, item, item['product_name'], [] if item.get('variants') else codes_of(item))
    answer = {'opc': product.opc, 'product_url': product.url()}
    if not item.get('variants'):
        _add_listings(world, account, product, item, uid)
        return answer
    variants = []
    for variant in item['variants']:
        values = [str(axis.get('name') or axis.get('option_id') or '')
                  for axis in (variant.get('variant_1'), variant.get('variant_2')) if axis]
        name = ' '.join([item['product_name'], *values])
        member = _add(world, account, {**item, 'mpn': variant.get('mpn')}, name, codes_of(variant))
        _add_listings(world, account, member, variant, None)
        variants.append(member.opc)
    return {**answer, 'variant_opcs': variants}


def _add(world, account, item, name, codes):
    return world.add_product(
        mode=account.mode, name=name, description=item['description'],
        category_id=parsing.integer(item['category_id']), brand_name=_brand_name(world, item), codes=codes,
        created_at=world.clock.now(), mpn=str(item.get('mpn') or ''),
        published=parsing.boolean(item.get('published', 1)) is not False,
    )


def _add_listings(world, account, product, item, uid):
    """Make the listings of a new product: price 0, stock 0, all else as sent (14.1)."""
    if not world.settings.create_listing_with_product:
        return
    now = world.clock.now()
    for condition, sent in listings_of(item):
        values = values_of(world, sent)
        values['boost_marketing_commission'] = boost_at_creation(values, world.settings)
        listing = add_listing(world, account, product, condition, sku_of(sent), values, now)
        listing.uid = uid
        listing.hidden_until = now + timedelta(seconds=world.settings.sku_unaddressable_seconds)


def do_update(world, product, item, row):
    """Write the sent fields of `item` (dict) to `product`, and answer in the queue row."""
    try:
        check_pictures(world, item)
        check_free(world, codes_of(item), own=product.opc)
    except ItemError as error:
        fail(row, error)
        return
    product.name = item.get('product_name') or product.name
    product.description = item.get('description') or product.description
    product.mpn = str(item.get('mpn') or product.mpn)
    if item.get('category_id'):
        product.category_id = parsing.integer(item['category_id'])
    if item.get('brand_name') or item.get('brand_id'):
        product.brand_name = _brand_name(world, item)
    if codes_of(item):
        for code in product.codes:
            world.gtins.pop(key(code), None)
        product.codes = codes_of(item)
        world.index_codes(product)
    row.status = 'success'
    row.answer = {'opc': product.opc, 'product_url': product.url()}
