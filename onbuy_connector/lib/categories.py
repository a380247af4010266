"""Categories and what they ask of products: features and technical details (OnBuy API reference, 10)."""
import logging
from dataclasses import dataclass

from .values import ParseError, as_rows, first, maybe, to_bool, to_int, to_key, to_text

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class FeatureOption:
    """A value that a feature can have."""

    option_id: str
    name: str


@dataclass(frozen=True)
class Feature:
    """A question that a category asks about its products.

    :param str note: OnBuy's explanation; only the view of one category has it, and that has no ``options``
    """

    feature_id: str
    name: str
    note: str
    required: bool
    options: tuple[FeatureOption, ...]


@dataclass(frozen=True)
class Category:
    """A node of OnBuy's tree.

    :param parent_id: None for the root
    :param str tree: names of the parents without the root, such as "Home & Garden > Lighting"
    :param level: 1 is the root, None when OnBuy does not say
    :param str kind: "Department Store", "Summary" or "Standard"
    :param bool can_list_in: only the lowest level takes products
    :param refurbished: the seller may sell refurbished things here; None when not told (view of one category)
    :param restricted: OnBuy restricts who may list here; None when not told (list)
    :param conditions: slugs that a listing can have, such as `new`
    :param str tier_id: of the commission; a number in the list, a GUID in the view (12), '' for none
    :param features: without options; only in the view of one category
    """

    category_id: str
    name: str
    parent_id: str | None
    tree: str
    level: int | None
    kind: str
    can_list_in: bool
    product_code_required: bool
    refurbished: bool | None
    restricted: bool | None
    conditions: tuple[str, ...]
    tier_id: str
    features: tuple[Feature, ...] = ()


@dataclass(frozen=True)
class Detail:
    """A measure or fact that a product can have; ``units`` is empty where it has none."""

    detail_id: str
    name: str
    units: tuple[str, ...]


@dataclass(frozen=True)
class DetailGroup:
    """Technical details that belong together, such as "Dimensions"."""

    group_id: str
    name: str
    details: tuple[Detail, ...]


def parse_category(row):
    """Return the Category of a row or single view.

    :param dict row: of `results`
    :raise ParseError: no id or name, or a value that cannot be understood
    """
    return Category(
        category_id=to_key(row.get('category_id'), 'category_id'),
        name=_name(row, 'name'),
        parent_id=to_key(None if row.get('parent_id') in (0, '0') else row.get('parent_id'), 'parent_id', '') or None,
        tree=to_text(row.get('category_tree'), 'category_tree'),
        level=maybe(to_int, row.get('lvl')),
        kind=to_text(row.get('category_type'), 'category_type'),
        can_list_in=to_bool(row.get('can_list_in'), 'can_list_in', False),
        product_code_required=to_bool(row.get('product_code_required'), 'product_code_required', True),
        refurbished=to_bool(row.get('seller_approved_for_refurbished'), 'seller_approved_for_refurbished'),
        restricted=to_bool(row.get('restricted_listing'), 'restricted_listing'),
        conditions=_texts(first(row, 'avaliable_condition_slugs', 'available_condition_slugs')),
        tier_id=to_key(row.get('commission_tier_id'), 'commission_tier_id', ''),
        features=_parse_all(parse_feature, row.get('features')),
    )


def parse_feature(row):
    """Return the Feature of a row of the features, or of a category's view.

    :raise ParseError: no id or name
    """
    return Feature(
        feature_id=to_key(row.get('feature_id'), 'feature_id'),
        name=_name(row, 'name'),
        note=to_text(row.get('note'), 'note'),
        required=to_bool(row.get('required'), 'required', False),
        options=_parse_all(_parse_option, row.get('options')),
    )


def _parse_option(row):
    """Return the FeatureOption of one of `options`."""
    return FeatureOption(to_key(row.get('option_id'), 'option_id'), _name(row, 'name'))


def parse_detail_group(row):
    """Return the DetailGroup of a row of the technical details.

    :raise ParseError: no id
    """
    return DetailGroup(
        group_id=to_key(row.get('group_id'), 'group_id'),
        name=to_text(row.get('group_name'), 'group_name'),
        details=_parse_all(_parse_detail, row.get('options')),
    )


def _parse_detail(row):
    """Return the Detail of one of a group's `options`."""
    return Detail(to_key(row.get('detail_id'), 'detail_id'), _name(row, 'name'), _texts(row.get('units')))


def _name(row, field):
    """Return a name, which must not be blank."""
    name = to_text(row.get(field), field)
    if not name:
        raise ParseError(field, None, "is missing.")
    return name


def _texts(value):
    """Return the texts of a list or of one text with commas, without blanks."""
    parts = value.split(',') if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(filter(None, (maybe(to_text, part) for part in parts)))


def _parse_all(parse, value):
    """Return the objects of a list, parsed; one that cannot be understood must not hide the others."""
    parsed = []
    for row in as_rows(value):
        try:
            parsed.append(parse(row))
        except ParseError as error:
            _logger.warning("OnBuy sent a part of a row that cannot be understood: %s", error)
    return tuple(parsed)
