"""What the checklist of drafts says of the rows of an Excel file, by cell; and the verdict on each row."""
from ..lib.excel_cells import CLEAR
from .onbuy_excel_columns import FEATURE
from .onbuy_listing_publish import DRAFTS
from .onbuy_publish_checks import Checks

CELLS = {  # field that a finding is about → columns that fill it
    'sku': ('sku',), 'condition_id': ('condition',), 'delivery_template_id': ('template_id',), 'stock': ('stock',),
    'barcode': ('barcode',), 'opc': ('barcode',), 'group_sku': ('group_sku',),
    'onbuy_category_id': ('onbuy_category_id',), 'onbuy_brand_id': ('brand',), 'onbuy_title': ('name',),
    'onbuy_description': ('onbuy_description',), 'onbuy_image_urls': ('image', 'images'), 'attributes': ('value1', 'value2'),
}
QUIET = ('delivery_template_id', 'onbuy_vat_to_check')  # what is to be known of nearly every row is told by no row
LONGEST = 60  # characters of a value in a reason


class ChangeChecks(Checks):
    """Looks at listings on OnBuy as far as their rows can change them."""

    def _find_of(self, listing):
        """Override: what only concerns new listings is left out."""
        yield from self._find_price(listing)
        if listing.product_id:
            yield from self._find_code(listing)
            yield from self._find_category(listing)
            yield from self._find_texts(listing)
            yield from self._find_pictures(listing)


class Judge:
    """Weighs what the checklist finds, by what each row is about.

    :param batch: :class:`~.onbuy_excel_batch.Batch`
    :param list lines: as they were written
    """

    def __init__(self, batch, lines):
        self.batch, self.lines, self.env = batch, lines, batch.env

    def judge(self):
        """Note on each line what is wrong and what is to be known, and whether it can be listed."""
        listings = self.env['onbuy.listing']
        drafts = listings.union(*(line.draft for line in self.lines if not line.is_live))
        live = listings.union(*(line.draft for line in self.lines if line.is_live and line.changes))
        found = drafts._find_obstacles(self.batch.store) | ChangeChecks(self.batch.store, live).find()
        for line in self.lines:
            for finding in found.get(line.draft, ()):
                self._weigh(line, finding)
            self._add_notes(line)
            line.is_ready = (
                self.batch.upload.list_when_right and line.draft.publish_state in DRAFTS and not line.draft.to_mend)

    def _weigh(self, line, finding):
        """Note a finding as wrong, if this row can and must mend it, else as something to know."""
        keys = self._get_keys(line, finding)
        is_rows = finding.record._name not in ('onbuy.store', 'onbuy.category')
        is_new = not line.listing and self.batch.upload.list_when_right
        if finding.blocks and is_rows and (is_new or line.changes.keys() & keys):
            for key in line.changes.keys() & keys or keys[:1]:
                line.wrong[key] = finding.text
        elif not line.is_live and finding.field not in QUIET and not (finding.field == 'stock' and line.opening):
            line.notes.append(finding.text)

    def _get_keys(self, line, finding):
        """Return the columns that a finding is about, '' for the row as a whole."""
        if finding.field == 'onbuy_option_ids':
            return [f'{FEATURE}{feature.code}' for feature in line.variant._get_onbuy_missing_features()]
        if finding.field == 'fixed_price':  # A sale price is measured by the price.
            return ['price' if line.changes.get('own_sale_price', CLEAR) == CLEAR else 'own_sale_price']
        return CELLS.get(finding.field, ('',))

    def _add_notes(self, line):
        """Note what the checklist does not know."""
        text, store = self.env._, self.batch.store
        if isinstance(line.changes.get('brand'), str):
            line.notes.append(text("The brands read here have none of this name, so OnBuy gets it as it is: %(brand)s.",
                                   brand=line.changes['brand']))
        if line.is_live and not store.sync_prices and line.changes.keys() & {'price', 'own_sale_price'}:
            line.notes.append(text("Prices are not sent: turn on Send prices in the store."))
        if not line.listing and not line.product and not line.row.family and 'attribute1' in line.cells:
            line.notes.append(text("Attributes count within a group only, so they were left out."))
        wrong = [other.row.number for other in self.batch.lines if other.wrong and other.row.family == line.row.family]
        if wrong and line.row.family and not line.listing and not line.draft.opc:
            line.notes.append(text(
                "Of this group the rows %(numbers)s are wrong. OnBuy makes the product without them, and nothing can "
                "join it there later: mend them first if they belong to it.", numbers=", ".join(map(str, wrong))))


def get_result(line, columns, env):
    """Return the verdict on a row, and the reason.

    :param line: :class:`~.onbuy_excel_batch.Line`
    :param dict columns: key → column
    :param env: in whose language
    :rtype: tuple(str, str)
    """
    if line.wrong:
        titles = {key: f'{columns[key].title}: ' for key in line.wrong if key in columns}
        return 'wrong', '\n'.join(f'{titles.get(key, "")}{text}' for key, text in line.wrong.items())
    done = [_describe(line, key, columns) for key in line.changes if key in columns] if line.product or line.listing else []
    if not line.listing:
        done.insert(0, env._("A new listing of %(product)s.", product=line.product.display_name) if line.product
                    else env._("A new product with its listing."))
    if line.is_ready:
        done.append(env._("To be listed on OnBuy."))
    verdict = 'know' if line.notes else 'ok' if line.is_ready or not line.listing else 'changed' if done else 'nothing'
    return verdict, '\n'.join([*line.notes, *done])


def _describe(line, key, columns):
    """Return what becomes of a cell: its title, what was there, what is there now."""
    column, new = columns[key], line.changes[key]
    if column.kind != 'number' and new != CLEAR:
        new = line.row.values[key]
    return f'{column.title}: {_show(column, line.shown.get(key))} → {_show(column, new)}'


def _show(column, value):
    """Return what a cell holds as a reason shows it: on one line, short, a number with the decimals of its column."""
    if value in (None, '', CLEAR):
        return "–"
    text = f'{value:.{column.places}f}' if column.kind == 'number' else ' '.join(str(value).split())
    return text if len(text) <= LONGEST else f'{text[:LONGEST]}…'
