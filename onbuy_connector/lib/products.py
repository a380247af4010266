"""Products of OnBuy's catalogue: searching, creating, updating (OnBuy API reference, 14)."""
import html
from dataclasses import dataclass, replace
from decimal import Decimal

from . import const, values, wire
from .items import ItemResult, read_items
from .offers import NewListing, build_product_listing
from .values import as_keys, from_key, maybe, to_key, to_text

PRODUCTS_PER_CALL = 100
CODES_PER_CALL = 50
NAME_BYTES = 150  # Sellers differ on whether OnBuy counts characters or bytes (25); this fits both.


@dataclass(frozen=True)
class FoundProduct:
    """A product that OnBuy has (14.3).

    :param str opc: OnBuy's code of it
    :param product_codes: as OnBuy spells them, perhaps twice, with and without a leading zero
    """

    opc: str
    name: str
    url: str
    product_codes: tuple[str, ...]
    thumbnail_url: str


@dataclass(frozen=True)
class ProductContent:
    """What products, their variants and changes of products have in common (14.1). None is left out.

    :param str default_image: address; so are ``additional_images``
    :param Decimal rrp: pounds including VAT
    :param product_data: pairs of label and value, free specification rows
    :param features: ids of options of the category's features
    :param technical_details: triples of detail id, value, and unit or ''
    """

    default_image: str | None = None
    additional_images: tuple[str, ...] | None = None
    product_codes: tuple[str, ...] | None = None
    mpn: str | None = None
    rrp: Decimal | None = None
    summary_points: tuple[str, ...] | None = None
    product_data: tuple[tuple[str, str], ...] | None = None
    features: tuple[str, ...] | None = None
    technical_details: tuple[tuple[str, str, str], ...] | None = None


@dataclass(frozen=True)
class ProductPage(ProductContent):
    """What a page of the catalogue says, on top of :class:`ProductContent`.

    :param str description: HTML
    :param str brand_id: of a known brand, else ``brand_name``
    :param bool published: False for a draft that somebody finishes in the Seller Control Panel
    """

    category_id: str | None = None
    name: str | None = None
    description: str | None = None
    brand_id: str | None = None
    brand_name: str | None = None
    published: bool | None = None


@dataclass(frozen=True, kw_only=True)
class NewVariant(ProductContent):
    """One member of a family.

    :param axis_values: one for each of the family's axes, such as ``("Red", "Large")``
    :param NewListing listing: OnBuy requires one
    """

    axis_values: tuple[str, ...]
    listing: NewListing


@dataclass(frozen=True, kw_only=True)
class NewProduct(ProductPage):
    """A product to create; with ``variants`` a family, whose codes, MPN, listings, features and technical details
    stand on the variants.

    :param str uid: own reference, such as the SKU
    :param axes: names of one or two variant axes, such as ``("Colour",)``
    """

    uid: str
    listing: NewListing | None = None
    axes: tuple[str, ...] = ()
    variants: tuple[NewVariant, ...] = ()
    published: bool = True


@dataclass(frozen=True, kw_only=True)
class ProductUpdate(ProductPage):
    """What to change of one product; what is None stays as it is, what is empty is emptied (14.2).

    :param str opc: names the product
    """

    opc: str


# === SEARCHING === #

def parse_found_product(row):
    """Return the FoundProduct of one row (14.3).

    :raise ParseError: no OPC
    """
    return FoundProduct(
        opc=to_key(row.get('opc'), 'opc'),
        name=to_text(row.get('name'), 'name'),
        url=to_text(row.get('url'), 'url', limit=2000),
        product_codes=as_keys(row.get('product_codes')),
        thumbnail_url=to_text(row.get('thumbnail_url'), 'thumbnail_url', limit=2000),
    )


# === BUILDING === #

def cut_name(name):
    """Return a product's name, cut at OnBuy's limit."""
    return name.encode()[:NAME_BYTES].decode(errors='ignore').strip()


def is_same_name(wanted, shown, is_variant=False):
    """Tell whether a page bears the name of the product that should be on it, whatever its marks and capitals.

    :param str wanted: as it was sent or found before; '' when it is not known
    :param str shown: as OnBuy shows it
    :param bool is_variant: OnBuy adds the variant's values to the name of its family
    """
    wanted, shown = (''.join(char for char in html.unescape(name).casefold() if char.isalnum()) for name in (wanted, shown))
    return wanted == shown or not wanted or is_variant and shown.startswith(wanted)


def _build_detail(detail_id, value, unit=''):
    """Return the JSON of one of `technical_detail[]`."""
    detail = {'detail_id': from_key(detail_id), 'value': value, 'unit': unit}
    return {name: part for name, part in detail.items() if part}


CONTENT = {  # Our names, OnBuy's, and how a value is written (14.1).
    'category_id': ('category_id', from_key),
    'name': ('product_name', cut_name),
    'description': ('description', str),
    'brand_id': ('brand_id', from_key),
    'brand_name': ('brand_name', str),
    'published': ('published', int),
    'default_image': ('default_image', str),
    'additional_images': ('additional_images', list),
    'product_codes': ('product_codes', list),
    'mpn': ('mpn', str),
    'rrp': ('rrp', '{:.2f}'.format),
    'summary_points': ('summary_points', list),
    'product_data': ('product_data', lambda pairs: [{'label': label, 'value': value} for label, value in pairs]),
    'features': ('features', lambda options: [{'option_id': from_key(option)} for option in options]),
    'technical_details': ('technical_detail', lambda details: [_build_detail(*detail) for detail in details]),
}
NEEDED = {  # What OnBuy requires of every new product.
    'category_id': "a category", 'name': "a name", 'description': "a description", 'default_image': "a main picture",
}
OF_VARIANTS = ('product_codes', 'mpn', 'listing', 'features', 'technical_details')  # Not on a family's parent.


def build_product(product):
    """Return the JSON of one of `products[]` of a creation; what is empty is left out (14.1).

    :param NewProduct product: a name too long is cut (:func:`cut_name`)
    :raise ValueError: something that OnBuy requires is missing, or stands in the wrong place of a family
    """
    for name, words in NEEDED.items():
        if not (getattr(product, name) or '').strip():
            raise ValueError(f"{product.uid} cannot be created without {words}.")
    if not product.brand_id and len((product.brand_name or '').strip()) < 2:
        raise ValueError(f"{product.uid} cannot be created without a brand of at least two characters.")
    return {'uid': product.uid, **_build_new(product), **(_build_family(product) if product.variants else {})}


def _build_new(content):
    """Return the JSON of what a new product or variant says and offers, without what is empty."""
    built = {key: value for key, value in _build_content(content).items() if value not in ('', [])}
    if content.listing:
        built['listings'] = build_product_listing(content.listing)
    return built


def _build_family(product):
    """Return the JSON of a family's axes and variants.

    :raise ValueError: not one value for each axis, two variants alike, or something on the parent that belongs to
        the variants
    """
    values_seen = {variant.axis_values for variant in product.variants}
    misplaced = [name for name in OF_VARIANTS if getattr(product, name)]
    if misplaced:
        raise ValueError(f"{product.uid} has variants, so {', '.join(misplaced).replace('_', ' ')} belong to them alone.")
    if len(product.axes) not in (1, 2) or any(len(one) != len(product.axes) or not all(one) for one in values_seen):
        raise ValueError(f"The variants of {product.uid} need one or two attributes, each with a value on every variant.")
    if len(values_seen) != len(product.variants):
        raise ValueError(f"Two variants of {product.uid} have the same values.")
    return {**_build_axes(product.axes), 'variants': [
        {**_build_axes(variant.axis_values), **_build_new(variant)} for variant in product.variants]}


def _build_axes(names):
    """Return the JSON of the axes of a family, or of their values on a variant."""
    return {f'variant_{place}': {'name': name} for place, name in enumerate(names, 1)}


def build_product_update(update):
    """Return the JSON of one of `products[]` of a change; what is None is left out (14.2).

    :param ProductUpdate update: what to send
    :raise ValueError: a text that OnBuy requires would be emptied
    """
    for name, words in NEEDED.items():
        value = getattr(update, name)
        if value is not None and not value.strip():
            raise ValueError(f"Product {update.opc} cannot be left without {words}.")
    return {'opc': update.opc, **_build_content(update)}


def _build_content(content):
    """Return the JSON of :class:`ProductContent` or :class:`ProductPage`, without what is None."""
    wanted = {name: getattr(content, name, None) for name in CONTENT}
    return {CONTENT[name][0]: CONTENT[name][1](value) for name, value in wanted.items() if value is not None}


# === READING ANSWERS === #

def read_creations(answer, uids, key):
    """Return what the answer to a creation says about every product; done means queued (14.1).

    :param answer: parsed JSON; a single product's may have its `queue_id` at the top
    :return: ``{uid: ItemResult}``; a product without a queue id counts as missing
    :raise ParseError: no results in the answer
    """
    if isinstance(answer, dict) and 'results' not in answer and queue_id_of(answer):
        answer = {'results': [{'success': True, **answer}]}
    return _read_queued(values.rows(answer), wire.words(answer)[1], uids, key)


def read_updates(answer, opcs, key):
    """Return what the answer to a change says about every product; done means queued (14.2).

    A row of success names no product. It can be told whose it is only when rows and products agree in number and no
    row of failure contradicts its place; else those products count as missing.

    :return: ``{opc: ItemResult}``
    :raise ParseError: no results in the answer
    """
    return _read_queued(values.rows(answer, 'products'), wire.words(answer)[1], opcs, key)


def _read_queued(rows, said, ids, key):
    """Return the result of every product; those that are missing hold all `queue_ids` that may be theirs."""
    answer = {'results': rows, 'message': said}
    results = {one: _if_queued(one, result) for one, result in read_items(answer, ids, key).items()}
    known = {queue_id(result) for result in results.values()}
    seen = [queue_id_of(row) for row in rows]
    unclaimed = [one for one in seen if one and one not in known]
    return {one: replace(result, data={**result.data, 'queue_ids': unclaimed}) if result.code == const.MISSING else result
            for one, result in results.items()}


def _if_queued(name, result):
    """Return a result; one without a queue id decides nothing."""
    if not result.ok or queue_id(result):
        return result
    return ItemResult(False, const.MISSING, f"OnBuy's answer holds no queue id for {name}.", result.data)


def queue_id(result):
    """Return the queue id of an ItemResult, None for none."""
    return queue_id_of(result.data)


def queue_id_of(row):
    """Return the queue id of a raw item, None for none."""
    return maybe(to_key, values.as_object(row).get('queue_id'))


def queue_ids(results):
    """Return all queue ids that an answer named, also those that cannot be told whose they are, each once.

    :param dict results: of ItemResult, as :func:`read_creations` and :func:`read_updates` give them
    """
    found = {}
    for result in results.values():
        found.update(dict.fromkeys([queue_id(result), *result.data.get('queue_ids', ())]))
    return [one for one in found if one]


def existing_opc(result):
    """Return the OPC of the product that already has a refused product's code (14.1), None for none."""
    data = values.as_object(result.data.get('data'))
    return maybe(to_key, values.first(data, 'existing_opc') or result.data.get('existing_opc'))
