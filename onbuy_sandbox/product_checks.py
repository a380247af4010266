"""What is wrong with a product before it enters the queue ("OnBuy API reference", 14.1, 23; rule 7)."""

from . import parsing
from .errors import ItemError
from .listing_values import read
from .models import CONDITIONS
from .seed.gtin import is_valid, key

NAME_LIMIT = 150
REQUEST = 'request'  # code of errors that refuse a whole single create with 400


def check_new(world, account, item):
    """Check a product to be created (dict). Raises ItemError on the first fault."""
    _check_category(world, item)
    check_name(item.get('product_name'), world.settings)
    _check_texts(item)
    _check_brand(world, item)
    variants = item.get('variants')
    if variants:
        _check_family(world, account, item, variants)
    else:
        _check_codes(world, item, item)
        _check_listings(world, account, item)


def _check_category(world, item):
    category = world.categories.get(parsing.integer(item.get('category_id')))
    if category is None:
        raise ItemError("category_id is not valid")
    if not category.can_list_in:
        raise ItemError("Category is not a lowest level category")


def check_name(name, settings):
    """Check a product name: a text of at most 150 characters, or bytes by setting."""
    if not isinstance(name, str) or not name.strip():
        raise ItemError("product_name must be a string", REQUEST)
    size = len(name.encode()) if settings.name_limit == 'bytes' else len(name)
    if size > NAME_LIMIT:
        raise ItemError(f"product_name must be less than or equal to {NAME_LIMIT} characters", REQUEST)


def _check_texts(item):
    description, image = item.get('description'), item.get('default_image')
    if not isinstance(description, str) or not description.strip():
        raise ItemError("description must be a string", REQUEST)
    if not isinstance(image, str) or not image.strip():
        raise ItemError("default_image must be a valid URL", REQUEST)


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
        check_codes(world, codes_of(member))


def codes_of(item):
    """Return the product codes of a product or variant as a list of texts."""
    return parsing.csv(item.get('product_codes'))


def check_codes(world, codes, own=None):
    """Check that there are codes, all well formed, none on another product than `own` (OPC)."""
    if not codes:
        raise ItemError("product_codes must be supplied", REQUEST)
    for code in codes:
        if not is_valid(code):
            raise ItemError(f"{code} is not a valid product code", REQUEST)
        holder = world.gtins.get(key(code))
        if holder not in (None, own):
            raise taken(code, holder)


def taken(code, holder):
    """Return the ItemError for a `code` that stands on product `holder` (OPC)."""
    return ItemError(f'Product code "{code}" already exists', existing_opc=holder)


def listings_of(item):
    """Return the (condition, values) pairs of a product's or variant's `listings`."""
    sent = item.get('listings')
    return list(sent.items()) if isinstance(sent, dict) else []


def _check_listings(world, account, item):
    for condition, sent in listings_of(item):
        if condition not in CONDITIONS or not isinstance(sent, dict):
            raise ItemError("The listings are not valid")
        values_of(world, sent)
    check_skus(account, item)


def values_of(world, sent):
    """Return the checked values of a new product's listing; price and stock are not applied here (14.1)."""
    return read(world, {name: value for name, value in sent.items() if name not in ('price', 'stock')})


def check_skus(account, item):
    """Check that no SKU in the `listings` of a product or variant is in use."""
    for _condition, sent in listings_of(item):
        if sent.get('sku') and account.by_sku(str(sent['sku'])):
            raise ItemError("The SKU already exists for a different product")


def _check_family(world, account, item, variants):
    axes = [name for name in ('variant_1', 'variant_2') if item.get(name)]
    if not isinstance(variants, list) or 'variant_1' not in axes:
        raise ItemError("variant_1 must be supplied with variants")
    seen = set()
    for variant in variants:
        if not isinstance(variant, dict) or any(not isinstance(variant.get(axis), dict) for axis in axes):
            raise ItemError(f"Each variant must have {' and '.join(axes)}")
        codes = codes_of(variant)
        _check_codes(world, item, variant)
        repeated = seen & {key(code) for code in codes}
        if repeated:
            raise ItemError(f'Product code "{codes[0]}" already exists')
        seen |= {key(code) for code in codes}
        if not listings_of(variant):
            raise ItemError("Each variant must have listings")
        _check_listings(world, account, variant)
