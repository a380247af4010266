"""What is wrong with a product before it enters the queue ("OnBuy API reference", 14.1, 23; rule 7)."""

from . import parsing
from .errors import ItemError
from .listing_values import read, sku_of
from .listings import OTHER_PRODUCT
from .models import CONDITIONS
from .seed.gtin import is_valid, key

NAME_LIMIT = 150
AXES = ('variant_1', 'variant_2')
REQUEST = 'request'  # code of errors that refuse a whole single create with 400


def check_new(world, account, item):
    """Check a product to be created (dict). Raises ItemError on the first fault."""
    _check_category(world, item)
    _check_name(item.get('product_name'), world.settings)
    _check_texts(item)
    _check_brand(world, item)
    if item.get('variants'):
        _check_family(world, item, item['variants'])
    else:
        _check_codes(world, item, item)
        _check_listings(world, item)
    check_skus(account, members_of(item))


def check_update(world, product, item):
    """Check the sent fields of an update (dict) of `product`. Raises ItemError with code 400 on the first fault."""
    try:
        _check_changes(world, product, item)
    except ItemError as error:
        raise ItemError(error.message, 400) from error


def _check_changes(world, product, item):
    if item.get('product_name') is not None:
        _check_name(item['product_name'], world.settings)
    if item.get('description') is not None:
        _check_description(item['description'])
    if item.get('brand_id') not in (None, '') or item.get('brand_name') is not None:
        _check_brand(world, item)
    pictures_of(item)
    if codes_of(item):
        _check_given(world, codes_of(item), own=product.opc)
    if item.get('category_id'):
        _check_category(world, item)


def members_of(item):
    """Return what has codes and listings of its own: the variants of a family, else the product itself."""
    return item.get('variants') or [item]


def _check_category(world, item):
    category = world.categories.get(parsing.integer(item.get('category_id')))
    if category is None:
        raise ItemError("category_id is not valid")
    if not category.can_list_in:
        raise ItemError("Category is not a lowest level category")


def _check_name(name, settings):
    """Check a product name: a text of at most 150 characters, or bytes by setting."""
    if not isinstance(name, str) or not name.strip():
        raise ItemError("product_name must be a string", REQUEST)
    size = len(name.encode(errors='replace')) if settings.name_limit == 'bytes' else len(name)
    if size > NAME_LIMIT:
        raise ItemError(f"product_name must be less than or equal to {NAME_LIMIT} characters", REQUEST)


def _check_texts(item):
    _check_description(item.get('description'))
    image = item.get('default_image')
    if not isinstance(image, str) or not image.strip():
        raise ItemError("default_image must be a valid URL", REQUEST)
    pictures_of(item)


def _check_description(description):
    if not isinstance(description, str) or not description.strip():
        raise ItemError("description must be a string", REQUEST)


def pictures_of(item):
    """Return the addresses of the pictures of a product or variant.

    Raises ItemError if its `additional_images` are neither a list nor a text, which counts as one address.
    """
    more = item.get('additional_images')
    if not isinstance(more, list | str | None):
        raise ItemError("additional_images must be an array", REQUEST)
    more = [more] if isinstance(more, str) else more or []
    return [url for url in (item.get('default_image'), *more) if url]


def _check_brand(world, item):
    brand_id, name = item.get('brand_id'), item.get('brand_name')
    if brand_id not in (None, ''):
        if not any(brand.id == parsing.integer(brand_id) for brand in world.brands):
            raise ItemError("brand_id is not valid")
    elif len(str(name or '').strip()) < 2:
        raise ItemError("brand name must be greater than or equal to 2 characters", REQUEST)


def _check_codes(world, item, member):
    """Check the codes of a product or, as `member`, of its variant; some categories do without (14.1)."""
    category = world.categories[parsing.integer(item['category_id'])]
    if codes_of(member) or category.needs_code:
        _check_given(world, codes_of(member))


def codes_of(item):
    """Return the product codes of a product or variant as a list of texts."""
    return parsing.csv(item.get('product_codes'))


def _check_given(world, codes, own=None):
    """Check that there are codes, all well formed, none on another product than `own` (OPC)."""
    if not codes:
        raise ItemError("product_codes must be supplied", REQUEST)
    for code in codes:
        if not is_valid(code):
            raise ItemError(f"{code} is not a valid product code", REQUEST)
    check_free(world, codes, own)


def check_free(world, codes, own=None):
    """Check that none of `codes` stands on another product than `own` (OPC)."""
    for code in codes:
        holder = world.gtins.get(key(code))
        if holder not in (None, own):
            raise ItemError(f'Product code "{code}" already exists', existing_opc=holder)


def listings_of(item):
    """Return the (condition, values) pairs of a product's or variant's `listings`."""
    sent = item.get('listings')
    return list(sent.items()) if isinstance(sent, dict) else []


def _check_listings(world, item):
    for condition, sent in listings_of(item):
        if condition not in CONDITIONS or not isinstance(sent, dict):
            raise ItemError("The listings are not valid")
        values_of(world, sent)


def values_of(world, sent):
    """Return the checked values of a new product's listing; price and stock are not applied here (14.1)."""
    return read(world, {name: value for name, value in sent.items() if name not in ('price', 'stock')})


def check_skus(account, members):
    """Check that no SKU in the `listings` of `members` (products or variants) is in use or stands there twice."""
    seen = set()
    for sku in (sku_of(sent) for member in members for _condition, sent in listings_of(member)):
        if sku and (sku in seen or account.by_sku(sku)):
            raise ItemError(OTHER_PRODUCT)
        seen.add(sku)


def _check_family(world, item, variants):
    axes = [name for name in AXES if item.get(name)]
    if not isinstance(variants, list) or 'variant_1' not in axes:
        raise ItemError("variant_1 must be supplied with variants")
    seen = set()
    for variant in variants:
        _check_axes(variant, axes)
        pictures_of(variant)
        codes = codes_of(variant)
        _check_codes(world, item, variant)
        repeated = seen & {key(code) for code in codes}
        if repeated:
            raise ItemError(f'Product code "{codes[0]}" already exists')
        seen |= {key(code) for code in codes}
        if not listings_of(variant):
            raise ItemError("Each variant must have listings")
        _check_listings(world, variant)


def _check_axes(variant, axes):
    if not isinstance(variant, dict) or any(variant.get(name) is None for name in axes):
        raise ItemError(f"Each variant must have {' and '.join(axes)}")
    for name in AXES:
        if not isinstance(variant.get(name), dict | None):
            raise ItemError(f"{name} must be an object")
