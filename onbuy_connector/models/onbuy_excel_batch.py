"""Rows of an Excel file that are looked at, or applied, together."""
from dataclasses import dataclass, field
from functools import cached_property

from odoo.fields import Domain

from ..lib.excel_cells import CLEAR, is_gtin, read_cell
from ..lib.products import FoundProduct
from .onbuy_excel_cells import Cells
from .onbuy_excel_checks import check_lines
from .onbuy_excel_judge import Judge
from .onbuy_excel_products import ProductMaker
from .onbuy_excel_stock import plan_stock, take_stock
from .onbuy_excel_values import (
    AXES,
    SHARED,
    TERMS,
    is_content,
    prepare_listing,
    prepare_template,
    prepare_variant,
    to_html,
    write_details,
)
from .onbuy_listing_publish import DRAFTS


@dataclass(eq=False)
class Line:
    """A row on its way into Odoo.

    :param row: ``onbuy.excel.import.row``
    :param dict cells: key → what the cell means
    :param dict wrong: key → why it is wrong; '' for the row as a whole
    :param listing: ``onbuy.listing`` that was there before, may be empty; so ``product``
    :param dict shown: key → what the cells hold of that listing
    """

    row: object
    cells: dict = field(default_factory=dict)
    wrong: dict = field(default_factory=dict)
    listing: object = None
    product: object = None
    shown: dict = field(default_factory=dict)
    found_changes: dict = field(default_factory=dict)

    # What an attempt makes of it: the listing and product, found or made, and what is written on them.
    draft: object = None
    variant: object = None
    changes: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    opening: int | None = None  # first stock to be counted
    is_ready: bool = False  # to be listed

    def begin(self):
        """Forget the last attempt."""
        self.draft, self.variant, self.changes = self.listing, self.product, dict(self.found_changes)
        self.notes, self.opening, self.is_ready = [], None, False

    @property
    def is_live(self):
        """Whether OnBuy has the listing, so that terms and texts are sent there."""
        return bool(self.listing) and self.listing.publish_state not in DRAFTS


class Batch:
    """Looks at rows, writes what is right of them, and says of each what became of it.

    A dry run does all of this and takes it back: so what it says is what happens. It needs a few queries, however many rows.

    :param upload: one ``onbuy.excel.import``, with all rights
    :param rows: its ``onbuy.excel.import.row``, those of a group together
    """

    def __init__(self, upload, rows):
        self.upload, self.rows, self.store, self.env = upload, rows, upload.store_id, upload.env

    # === READING === #

    @cached_property
    def columns(self):
        """Dict of category → dict of key → column."""
        return {category: {column.key: column for column in self.store._get_excel_columns(category)}
                for category in {row.category_id for row in self.rows}}

    @cached_property
    def lines(self):
        """The rows as lines: what their cells mean, and what they are about."""
        lines = [self._read(row) for row in self.rows]
        skus = [line.row.sku for line in lines]
        listings = self.env['onbuy.listing'].search([('store_id', '=', self.store.id), ('sku', 'in', skus)])
        by_sku = {listing.sku: listing for listing in listings}
        products = self.env['product.product'].search(listings._get_product_domain(self.store) & Domain(
            'default_code', 'in', [sku for sku in skus if sku and sku not in by_sku]))
        by_reference = products.grouped('default_code')
        for line in lines:
            line.listing = by_sku.get(line.row.sku, listings.browse())
            found = line.listing.product_id if line.listing else by_reference.get(line.row.sku, products.browse())
            line.product = found[:1]
            if len(found) > 1:
                line.wrong['sku'] = self.env._("Several products have this internal reference.")
        return lines

    def _read(self, row):
        """Return a row as a line."""
        line, columns = Line(row, wrong=dict(row.unread or {})), self.columns[row.category_id]
        for key, raw in (row.values or {}).items():
            try:
                value = read_cell(columns[key], raw) if key in columns else None
            except ValueError as error:
                line.wrong[key] = str(error)
            else:
                if value is not None:
                    line.cells[key] = value
        if row.category_id:
            line.cells.setdefault('onbuy_category_id', row.category_id.id)
        return line

    @cached_property
    def siblings(self):
        """Dict of group in small letters → ``product.template`` of those of its products that are there already."""
        groups = {line.cells['group_sku'] for line in self.lines if isinstance(line.cells.get('group_sku'), str)}
        listings = self.env['onbuy.listing'].search([
            ('store_id', '=', self.store.id), ('group_sku', 'in', list(groups)), ('product_id', '!=', False)])
        found = [(listing.group_sku.casefold(), listing.product_id.product_tmpl_id) for listing in listings]
        found += [(line.row.family, line.product.product_tmpl_id) for line in self.lines if line.row.family and line.product]
        siblings = {}
        for family, template in found:
            siblings[family] = siblings.get(family, template) | template
        return siblings

    def get_codes(self):
        """Return the product codes by which OnBuy can be asked for what is not listed yet.

        :return: dict of row → code
        """
        codes = {}
        for line in self.lines:
            known = line.listing._get_known_gtin() if line.listing else line.product.barcode
            code = line.cells.get('barcode') or known
            if code and is_gtin(code) and not line.is_live:
                codes[line.row] = code
        return codes

    # === WHAT CHANGES === #

    def compare(self, lines):
        """Note what is not as the cells say; a cell that is as it was is not wrong, whatever it holds.

        :param list lines: with drafts
        """
        for category in {line.row.category_id for line in lines}:
            some = [line for line in lines if line.row.category_id == category]
            cells = Cells(self.columns[category].values(), self.env['onbuy.listing'].union(*(line.draft for line in some)))
            for line in some:
                line.shown = cells.get(line.draft)
                for key in [key for key in line.wrong if key in line.shown and line.row.values.get(key) == line.shown[key]]:
                    del line.wrong[key]
                line.changes = self.find_changes(line, line.variant)
                self._check_axes(line)

    def _check_axes(self, line):
        """Note that a file cannot change what a variant is; another case is no change, nor is what only groups need."""
        is_alone = not line.row.family and 'attribute1' not in line.shown
        for key in [key for axis in AXES for key in axis if key in line.changes]:
            if is_alone or line.changes[key].casefold() == line.shown.get(key, '').casefold():
                del line.changes[key]
            else:
                line.wrong[key] = self.env._("What its variants are is changed on the product in Odoo.")

    def find_changes(self, line, product):
        """Return which cells of a line say something else than what is there.

        :param product: whose category counts
        :return: dict of key → what the cell means
        """
        columns, changes = self.columns[line.row.category_id], {}
        for key, value in line.cells.items():
            if key not in columns:  # The category of a sheet has no column.
                known = product.onbuy_category_id.id
            else:
                known = self._read_shown(columns[key], line.shown.get(key))
            if key == 'onbuy_description' and known and value != CLEAR:
                known, value = (to_html(text, product.product_tmpl_id) for text in (known, value))
            if (known is not None if value == CLEAR else value != known):
                changes[key] = line.cells[key]
        return changes

    @staticmethod
    def _read_shown(column, raw):
        """Return what a cell of what is there means; None for none, or for what OnBuy does not take any more."""
        try:
            value = read_cell(column, raw)
        except ValueError:
            return None
        return value

    # === ATTEMPTS === #

    def run(self, undo):
        """Write what is right; what turns out to be wrong meanwhile is taken back, and the rest written without it.

        :param bool undo: whether it is only tried
        """
        check_lines(self)
        is_done = False
        while not is_done:
            right = [line for line in self.lines if not line.wrong]
            for line in right:
                line.begin()
            with self.env.cr.savepoint() as savepoint:
                self._write(right)
                Judge(self, [line for line in right if not line.wrong]).judge()
                is_done = not any(line.wrong for line in right)
                if is_done and not undo:
                    self._finish(right)
                else:
                    savepoint.rollback()
                    self.env.registry.clear_cache()  # It holds variants that are not there any more.

    def _write(self, lines):
        """Write products and listings.

        :param list lines: right so far
        """
        ProductMaker(self, [line for line in lines if not line.variant and not line.draft]).make()
        lines = [line for line in lines if not line.wrong]
        self._make_drafts([line for line in lines if not line.draft])
        self.compare([line for line in lines if line.product and not line.listing])
        self._write_products([line for line in lines if line.product])
        for line in lines:
            self._write_listing(line)
        plan_stock(self, lines)

    def _make_drafts(self, lines):
        """Make the drafts of listings: of a product that is new as well with the terms of its row."""
        listings, terms = self.env['onbuy.listing'], self.store._prepare_new_terms()
        drafts = listings.create([listings._prepare_draft_values(self.store, line.variant, {
            **terms, **prepare_listing(line.changes), 'sku': line.row.sku}, set()) for line in lines])
        for line, draft in zip(lines, drafts, strict=True):
            line.draft = draft

    def _write_products(self, lines):
        """Write what changes on products that were there before; what all variants share is written once."""
        shared = {}
        for line in lines:
            said = shared.setdefault(line.variant.product_tmpl_id, {})
            for key in SHARED:
                if key in line.changes and said.setdefault(key, line.changes[key]) != line.changes[key]:
                    line.wrong[key] = self.env._("Another row of this product says otherwise, and its variants share this.")
        for template, changes in shared.items():
            if values := prepare_template(changes, template):
                template.write(values)
        for line in lines:
            if values := prepare_variant(line.changes, line.variant):
                line.variant.write(values)

    def _write_listing(self, line):
        """Write what changes on a listing; the terms of one on OnBuy are sent there first."""
        if line.variant:
            write_details(line.variant, line.changes)
        changes = {key: value for key, value in line.changes.items() if not line.is_live or key not in TERMS}
        if values := (line.listing or line.product) and prepare_listing(changes):
            line.draft.write(values)
        if line.row.pages and not line.is_live and line.row.pages['code'] == line.draft._get_known_gtin():
            line.draft._set_page(line.row.pages['code'], [
                FoundProduct(opc, name, url, (), '') for opc, name, url in line.row.pages['found']])

    # === APPLYING === #

    def _finish(self, lines):
        """Have OnBuy told.

        :param list lines: that are right
        """
        take_stock(self, lines)
        self.env['onbuy.listing'].union(*(line.draft for line in lines if line.is_ready))._send_to_onbuy()
        live = [line for line in lines if line.is_live and line.changes]
        content = self.env['onbuy.listing'].union(*(
            line.draft for line in live if any(map(is_content, line.changes)))).filtered('opc')
        if content:
            content.is_content_wanted = True
            self.store._trigger_task('publish')
        for line in live:
            line.row.terms = {key: value for key, value in prepare_listing(line.changes).items() if key in TERMS} or False
