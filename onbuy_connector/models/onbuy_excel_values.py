"""From the cells of a row to the values of products and listings."""
import re

from odoo.tools import plaintext2html

from ..lib.excel_cells import CLEAR
from .onbuy_excel_cells import from_uk_time
from .onbuy_excel_columns import DETAIL, FEATURE
from .product_onbuy import MOST_POINTS, split_lines

SUMMARY = tuple(f'summary{number}' for number in range(1, MOST_POINTS + 1))
AXES = (('attribute1', 'value1'), ('attribute2', 'value2'))
SHARED = ('name', 'onbuy_category_id', 'brand', 'onbuy_description', *SUMMARY, 'onbuy_rrp')  # one for all variants
OWN = ('barcode', 'onbuy_mpn', 'image', 'images')  # each variant has its own, and its own features and details
TERMS = ('group_sku', 'template_id', 'handling_time', 'return_time', 'free_returns', 'warranty', 'boost', 'delivery_weight')
_MARK = re.compile(r'</?[a-z][^>]*>', re.IGNORECASE)


def is_content(key):
    """Tell whether a column is about the product, not its listing."""
    return key in SHARED or key in OWN or key.startswith(('attribute', 'value', FEATURE, DETAIL))


def plain(value):
    """Return a value as a field takes it: nothing for what is to be emptied, a float for a Decimal."""
    if value == CLEAR:
        return False
    return float(value) if hasattr(value, 'quantize') else value


def to_html(text, template):
    """Return a description as its field keeps it, be it plain or HTML.

    :param template: ``product.template``
    """
    html = text if _MARK.search(text) else plaintext2html(text)
    return template._fields['onbuy_description'].convert_to_cache(html, template)


def prepare_template(changes, template):
    """Return the values of a product, for all its variants.

    :param dict changes: key of a column → what its cell means
    :param template: ``product.template``; empty for one that is to be made
    :rtype: dict
    """
    values = {key: plain(changes[key]) for key in ('onbuy_category_id', 'onbuy_rrp') if key in changes}
    if 'name' in changes:
        values['onbuy_title' if template else 'name'] = plain(changes['name'])
    if 'brand' in changes:
        is_known = isinstance(changes['brand'], int)
        values |= {'onbuy_brand_id': is_known and changes['brand'], 'onbuy_brand_name': not is_known and changes['brand']}
    if 'onbuy_description' in changes:
        text = plain(changes['onbuy_description'])
        values['onbuy_description'] = text and to_html(text, template)
    if any(key in changes for key in SUMMARY):
        points = dict(zip(SUMMARY, split_lines(template.onbuy_summary), strict=False)) | changes
        values['onbuy_summary'] = '\n'.join(
            ' '.join(points[key].split()) for key in SUMMARY if points.get(key, CLEAR) != CLEAR) or False
    return values


def prepare_variant(changes, product):
    """Return the values of a variant, but for its technical details.

    :param dict changes: as of :func:`prepare_template`
    :param product: ``product.product``; empty for one that is to be made
    :rtype: dict
    """
    values = {key: plain(changes[key]) for key in ('barcode', 'onbuy_mpn') if key in changes}
    features = {key.removeprefix(FEATURE): plain(value) or () for key, value in changes.items() if key.startswith(FEATURE)}
    if features:
        kept = product._get_onbuy_options().filtered(lambda option: option.feature_id.code not in features).ids
        values['onbuy_option_ids'] = [(6, 0, [*kept, *(option for options in features.values() for option in options)])]
    if 'image' in changes or 'images' in changes:
        values |= _prepare_images(changes, product)
    return values


def _prepare_images(changes, product):
    """Return the addresses of pictures: those of a product without variants stand on it, else each variant has its own."""
    main, *others = product._get_onbuy_written_urls() or ('',)
    main = plain(changes.get('image', main)) or ''
    others = split_lines(plain(changes['images'])) if 'images' in changes else others
    name = 'onbuy_variant_image_urls' if product.product_variant_count > 1 else 'onbuy_image_urls'
    return {name: '\n'.join(filter(None, (main, *others))) or False}


def prepare_listing(changes):
    """Return the values of a listing, but for its stock.

    :param dict changes: as of :func:`prepare_template`
    :rtype: dict
    """
    values = {key: plain(changes[key]) for key in ('condition', *TERMS) if key in changes}
    if 'price' in changes:
        price = plain(changes['price'])
        values |= {'price_mode': 'fixed', 'fixed_price': price} if price else {'price_mode': 'store'}
    if 'own_sale_price' in changes:
        values['own_sale_price'] = plain(changes['own_sale_price']) or 0
    for key in ('own_sale_start', 'own_sale_end'):
        if key in changes:
            values[key] = changes[key] != CLEAR and from_uk_time(changes[key])
    return values


def write_details(product, changes):
    """Give a variant the values of its technical details.

    :param product: one ``product.product``
    :param dict changes: as of :func:`prepare_template`
    """
    wanted = {key.removeprefix(DETAIL): value for key, value in changes.items() if key.startswith(DETAIL)}
    if not wanted:
        return
    variant = product if product.product_variant_count > 1 else product.browse()
    known = {value.detail_id.code: value for value in product._get_onbuy_details()
             if value.product_id == product or not variant}
    for detail in product.onbuy_category_id.detail_ids.filtered(lambda detail: detail.code in wanted):
        record, value = known.get(detail.code, product.env['onbuy.detail.value']), wanted[detail.code]
        if value == CLEAR:
            record.unlink()
        elif record:
            record.write({'value': value[0], 'unit': value[1]})
        else:
            product.env['onbuy.detail.value'].create({
                'product_tmpl_id': product.product_tmpl_id.id, 'product_id': variant.id, 'detail_id': detail.id,
                'value': value[0], 'unit': value[1]})
