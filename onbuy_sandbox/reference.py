"""Lists that change rarely: sites, conditions, categories, brands, fees, sellers, deliveries (8 to 13)."""

from . import parsing
from .call import page
from .errors import ApiError
from .seed.reference import CATEGORY_TYPES, CONDITIONS, DETAILS, ENTITIES, SELLER, SITE, TIERS

SLUGS = ['new', 'refurbished']


def _same(row):
    return row


def sites(call):
    """`GET /sites` (8)."""
    part = (call.filter('name') or '').lower()
    rows = [SITE] if part in SITE['name'].lower() else []
    return page(call, rows, _same, filters=call.filters('name'))


def site(call):
    """`GET /sites/{site_id}`: `data`, ids as text (8)."""
    if call.path['site_id'] != str(SITE['site_id']):
        raise ApiError(404, "Site not found")
    return {'data': {'site_id': str(SITE['site_id']), 'name': SITE['name']}}


def conditions(call):
    """`GET /conditions`: all rows, 20 echoed whatever is sent (9)."""
    rows = [{'condition_id': number, 'name': name, 'code': code} for number, name, code in CONDITIONS]
    return {'results': rows, 'metadata': {'limit': 20, 'offset': 0, 'total_rows': len(rows)}}


def categories(call):
    """`GET /categories`: the tree from its root, filtered (10)."""
    names = ('onbuy_category_id', 'category_type_id', 'name', 'search', 'can_list_in',
             'seller_approved_for_refurbished')
    rows = list(filter(_category_wanted(call), call.world.categories.values()))
    return page(call, rows, _category_row, filters=call.filters(*names))


def _category_wanted(call):
    ids, types = (set(parsing.csv(call.filter(name))) for name in ('onbuy_category_id', 'category_type_id'))
    name, search = ((call.filter(word) or '').lower() for word in ('name', 'search'))
    can_list, approved = call.flag('can_list_in'), call.flag('seller_approved_for_refurbished')

    def passes(item):
        return (
            (not ids or str(item.id) in ids) and (not types or str(item.type_id) in types)
            and name in item.name.lower() and search in ' > '.join((*item.parents, item.name)).lower()
            and (can_list is None or item.can_list_in == can_list)
            and (approved is None or _refurbished(item) == approved)
        )

    return passes


def _refurbished(category):
    return bool(category.kind and category.kind.refurbished)


def _category_head(category):
    return {
        'category_id': category.id, 'name': category.name, 'category_tree': category.tree,
        'category_type_id': category.type_id, 'category_type': CATEGORY_TYPES[category.type_id],
        'parent_id': category.parent_id, 'lvl': category.level,
    }


def _google(category):
    """The mapping to Google's tree; the key is absent where there is none, as on the root (10)."""
    if not category.parents:
        return {}
    tree = list(category.parents)
    return {'google_category': {'id': 3000 + category.id, 'tree': ' > '.join(tree), 'name': category.name,
                                'level': len(tree) + 1}}


def _category_row(category):
    return {
        **_category_head(category), 'product_code_required': category.needs_code,
        'seller_approved_for_refurbished': _refurbished(category), 'can_list_in': category.can_list_in,
        'commission_tier_id': category.tier.number, **_google(category), 'avaliable_condition_slugs': SLUGS,
    }


def find_category(call):
    """Return the Category of the address. Raises ApiError 404."""
    category = call.world.categories.get(parsing.integer(call.path['id']))
    if category is None:
        raise ApiError(404, "Category not found")
    return category


def category(call):
    """`GET /categories/{id}`: flags as integers, tier as GUID, features without options (10)."""
    found = find_category(call)
    features = [{'feature_id': item['feature_id'], 'name': item['name'],
                 **({'note': "Main colour"} if item['name'] == 'Colour' else {}),
                 'required': item['required']}
                for item in found.features]
    return {'results': {
        **_category_head(found), 'restricted_listing': 0, 'product_code_required': int(found.needs_code),
        'can_list_in': int(found.can_list_in), **_google(found), 'avaliable_condition_slugs': SLUGS,
        'commission_tier_id': found.tier.guid, 'features': features,
    }}


def features(call):
    """`GET /categories/{id}/features` (10)."""
    return page(call, find_category(call).features, _same)


def _detail_group(group):
    number, name, options = group
    return {'group_id': number, 'group_name': name, 'options': [
        {'detail_id': detail, 'name': label, 'units': list(units)} for detail, label, units in options]}


def technical_details(call):
    """`GET /categories/{id}/technical-details`: pages of 10, `total_results` (10)."""
    find_category(call)
    return page(call, DETAILS, _detail_group, 10, total='total_results')


def technical_detail(call):
    """`GET /categories/{id}/technical-details/{group_id}` (10)."""
    find_category(call)
    for group in DETAILS:
        if group[0] == call.path['group_id']:
            return {'results': _detail_group(group)}
    raise ApiError(404, "Technical detail group not found")


def variants(call):
    """`GET /categories/{id}/variants`: names for variant axes; its shape is not preserved (10, assumed)."""
    rows = [{'feature_id': item['feature_id'], 'name': item['name']} for item in find_category(call).features]
    return page(call, rows, _same)


def brands(call):
    """`GET /brands`: by part of the name, which is required; `total_rows` is a text (11)."""
    part = call.filter('name')
    if not part:
        raise ApiError(400, "You must supply filter[name]")
    sort = call.sort('name')
    rows = [brand for brand in call.world.brands if part.lower() in brand.name.lower()]
    if sort:
        rows.sort(key=lambda brand: brand.name.lower(), reverse=sort['name'] == 'desc')
    answer = page(call, rows, _brand, filters=call.filters('name'), sort=sort)
    answer['metadata']['total_rows'] = str(len(rows))
    return answer


def _brand(brand):
    return {'brand_id': str(brand.id), 'name': brand.name, 'brand_type_id': str(brand.type_id),
            'type': {1: "Standard", 2: "Store"}[brand.type_id]}


def brand(call):
    """`GET /brands/{id}` (11)."""
    for item in call.world.brands:
        if str(item.id) == call.path['id']:
            return {'results': _brand(item)}
    raise ApiError(404, "Brand not found")


def tiers(call):
    """`GET /commission-tiers`: a bare array; amounts in pence (12)."""
    limit, offset = call.window(100)
    return [{'type': 'CommissionTier', 'id': tier.guid, 'attributes': {
        'sales_fee_site_id': 2000, 'sales_fee_name': tier.name,
        'sales_fee_lower_threshold_percentage': tier.rate, 'sales_fee_min_amount': tier.minimum,
        'sales_fee_upper_threshold_percentage': tier.upper_rate, 'sales_fee_threshold_amount': tier.threshold,
        'sales_fee_is_standard': tier.number == 1, 'sales_fee_group': tier.group, 'sales_fee_hide': False,
    }} for tier in TIERS[offset:offset + limit]]


def tier(call):
    """`GET /commission-tiers/{id}`: by number or GUID, in the old shape (12)."""
    for item in TIERS:
        if call.path['id'].lower() in (str(item.number), item.guid):
            return {'results': [{'commission_tier_id': str(item.number), 'site_id': '2000', 'fee': item.rate,
                                 'name': item.name}]}
    raise ApiError(404, "Commission tier not found")


def seller(call):
    """`GET /sellers/{id}`: the seller of the keys (13)."""
    if call.path['id'].lstrip('0') != SELLER['seller_id']:
        raise ApiError(404, "Seller not found")
    return {'data': SELLER}


def entities(call):
    """`GET /sellers/entities`: `data`, pages of 10, `total_results` (13)."""
    return page(call, ENTITIES, _same, 10, total='total_results', key='data')


def entity(call):
    """`GET /sellers/entities/{id}`: one object (13)."""
    for item in ENTITIES:
        if item['entity_id'] == call.path['id']:
            return {'data': item}
    raise ApiError(404, "Entity not found")


def deliveries(call):
    """`GET /sellers/deliveries`: a row per template and region (13)."""
    return page(call, call.world.deliveries, _same, 500, 1000)
