"""What can be seen of the rows of an Excel file before anything is written."""
from collections import Counter

from odoo.fields import Domain
from odoo.tools import groupby

from ..lib.excel_cells import CLEAR
from .onbuy_excel_cells import to_uk_time
from .onbuy_excel_values import AXES, SHARED, is_content
from .onbuy_listing_publish import UNDER_WAY


def check_lines(batch):
    """Note what is wrong with each row of a batch by itself, and with rows that do not go together.

    :param batch: :class:`~.onbuy_excel_batch.Batch`
    """
    env, lines = batch.env, batch.lines
    for line in lines:
        line.begin()
    batch.compare([line for line in lines if line.listing])
    for line in lines:
        line.found_changes = line.changes
        if not line.row.sku:
            line.wrong.setdefault('sku', env._("The SKU is missing."))
    _check_doubles(batch)
    _check_barcodes(batch)
    for line in lines:
        if _ends_before_it_begins(line):
            line.wrong['own_sale_end'] = env._("The sale ends before it begins.")
        if line.listing and line.changes:
            line.wrong |= dict(_find_in_known(env, line))
    _check_second_listings(batch)
    new = [line for line in lines if not line.listing and not line.product]
    for line in new:
        line.cells = {key: value for key, value in line.cells.items() if value != CLEAR}
    for _family, some in groupby(filter(lambda line: line.row.family, new), lambda line: line.row.family):
        _check_family(env, some)
    for line in new:
        line.wrong |= {key: text for key, text in _find_in_new(batch, line) if key not in line.wrong}


def _check_doubles(batch):
    """Note rows that are about the same thing."""
    texts = {'sku': batch.env._("Another row has the same SKU."),
             'barcode': batch.env._("Another row has the same barcode.")}
    for name, text in texts.items():
        found = {line.row[name] for line in batch.lines} - {False}
        counts = dict(batch.env['onbuy.excel.import.row']._read_group(
            [('import_id', '=', batch.upload.id), (name, 'in', list(found))], [name], ['__count']))
        for line in batch.lines:
            # Listings in several conditions are of one product, with its barcode.
            if counts.get(line.row[name], 0) > 1 and (name == 'sku' or not line.product):
                line.wrong[name] = text


def _check_barcodes(batch):
    """Note barcodes that another product has already, or a packaging."""
    env = batch.env
    codes = [line.cells['barcode'] for line in batch.lines if 'barcode' in line.cells]
    products = env['product.product'].with_context(active_test=False).search(Domain('barcode', 'in', codes) & Domain(
        'company_id', 'in', (False, batch.store.company_id.id)))
    packs = env['product.uom'].search([('barcode', 'in', codes)])
    owners = {**{pack.barcode: pack.product_id for pack in packs}, **{product.barcode: product for product in products}}
    for line in batch.lines:
        owner = owners.get(line.cells.get('barcode'), line.product)
        if owner != line.product:
            line.wrong['barcode'] = env._("%(product)s has this barcode.", product=owner.display_name)


def _ends_before_it_begins(line):
    """Tell whether a row leaves a sale that ends before it begins."""
    moments = []
    for key in ('own_sale_start', 'own_sale_end'):
        known = line.listing[key] and to_uk_time(line.listing[key])
        moments.append(line.cells.get(key, known))
    return CLEAR not in moments and all(moments) and moments[0] >= moments[1]


# === WHAT IS THERE ALREADY === #

def _find_in_known(env, line):
    """Give what is in the way of changing a listing: pairs of key and text."""
    listing, changes = line.listing, line.changes
    if listing.publish_state in UNDER_WAY:
        yield 'sku', env._("It is on its way to OnBuy: upload this again when it is there.")
    elif line.is_live and not listing.is_on_onbuy:
        yield 'sku', env._("OnBuy does not show this listing: it is suspended or deleted. Relist it first.")
    if line.is_live and 'condition' in changes:
        yield 'condition', env._("The condition of a listing on OnBuy cannot be changed. List it under another SKU.")
    if line.is_live and changes.get('group_sku') == CLEAR:
        yield 'group_sku', env._("OnBuy takes another group, but none away.")
    if not listing.product_id:
        for key in filter(is_content, changes):
            yield key, env._("The listing has no product yet: match it first.")
    elif 'barcode' in changes and listing.uom_id != listing.product_id.uom_id:
        yield 'barcode', env._("This listing sells packs: change the barcode of the packaging on the product.")


def _check_second_listings(batch):
    """Note products that have a listing in the wanted condition already, under another SKU."""
    some = [line for line in batch.lines if line.product and not line.listing]
    known = batch.env['onbuy.listing'].search([
        ('store_id', '=', batch.store.id), ('product_id', 'in', [line.product.id for line in some])])
    taken = {(listing.product_id, listing._get_condition()): listing.sku for listing in known
             if listing.uom_id == listing.product_id.uom_id}
    default = batch.store._prepare_new_terms()['condition']
    for line in some:
        if sku := taken.get((line.product, line.cells.get('condition', default))):
            line.wrong['sku'] = batch.env._("This product has a listing in this condition: its SKU is %(sku)s.", sku=sku)


# === WHAT IS NEW === #

def _check_family(env, lines):
    """Note rows that do not go together as variants of one new product; what one row leaves out it takes from the others.

    :param list lines: of one group, none with a product yet
    """
    for key in (*SHARED, 'attribute1', 'attribute2'):
        first = next((line for line in lines if key in line.cells), None)
        for line in lines if first else ():
            if line.cells.setdefault(key, first.cells[key]) != first.cells[key]:
                line.wrong[key] = env._("Row %(number)s of this group says otherwise, and variants share this.",
                                        number=first.row.number)
    if len(lines) > 1 or 'attribute1' in lines[0].cells:
        counts = Counter(get_values(line) for line in lines)
        for line in lines:
            for axis in AXES:
                line.wrong |= dict(_find_in_axis(env, line, *axis, is_needed=axis == AXES[0]))
            if not line.wrong and counts[get_values(line)] > 1:
                line.wrong['value1'] = env._("Another row of this group has the same values.")


def get_values(line):
    """Return the values of a variant, for comparison."""
    return tuple(line.cells[key].casefold() for _name, key in AXES if key in line.cells)


def _find_in_axis(env, line, attribute, value, is_needed):
    """Give what is missing of an attribute and its value: pairs of key and text."""
    if attribute not in line.cells and (is_needed or value in line.cells):
        yield attribute, env._("By what do the variants of this group differ? E.g. Colour.")
    elif attribute in line.cells and value not in line.cells:
        yield value, env._("Which %(attribute)s is it?", attribute=line.cells[attribute])


def _find_in_new(batch, line):
    """Give what is in the way of making a product: pairs of key and text."""
    env, is_variant = batch.env, line.row.family in batch.siblings
    if not batch.upload.create_missing:
        yield 'sku', env._("No product has this internal reference, and none is to be created.")
    if 'name' not in line.cells and not is_variant:
        yield 'name', env._("A new product needs a name.")
    if not line.cells.get('price'):
        yield 'price', env._("A new product needs a price.")
