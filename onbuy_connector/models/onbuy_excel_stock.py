"""The first stock of goods that an Excel file brings."""


def plan_stock(batch, lines):
    """Decide what becomes of the stock that rows tell: it is counted, published, or Odoo knows better.

    :param batch: :class:`~.onbuy_excel_batch.Batch`
    :param list lines: with drafts
    """
    lines = [line for line in lines if 'stock' in line.changes and line.variant]
    products = batch.env['product.product'].union(*(line.variant for line in lines))
    kept = batch.store._filter_stock_kept(products)
    new = kept._onbuy_filter_without_stock()
    for line in lines:
        if line.variant not in kept:
            line.draft.write({'published_stock': line.changes['stock'], 'stock_mode': 'yes'})
        elif why := _why_not_counted(batch, line, new):
            line.notes.append(why)
            del line.changes['stock']
        else:
            line.opening = line.changes['stock']


def _why_not_counted(batch, line, new):
    """Return why the stock of a row is not taken as the first stock of its product, '' if it is.

    :param new: products that never had any
    """
    text, product = batch.env._, line.variant
    if product not in new:
        return text("Odoo keeps this stock, so it stays as it is. Count it in Inventory.")
    if not product.is_storable or product.tracking != 'none' or not line.draft._can_have_stock():
        return text("This stock has to be counted in Inventory: by lots, parts or another unit.")
    if line.changes['stock'] and not batch.upload.user_id.has_group('stock.group_stock_manager'):
        return text("Only an Inventory administrator can take the first stock: let one upload the file.")
    return ''


def take_stock(batch, lines):
    """Count the first stock of products; of one with several listings, which may show the same goods, the largest figure.

    :param batch: :class:`~.onbuy_excel_batch.Batch`
    :param list lines: that were planned
    """
    quantities = {}
    for line in lines:
        if line.opening:
            unit = line.variant.uom_id
            quantity = (line.draft.uom_id or unit)._compute_quantity(line.opening, unit)
            quantities[line.variant] = max(quantity, quantities.get(line.variant, 0))
    if quantities:
        batch.store._take_opening_stock(quantities, batch.env._(
            "Opening stock from Excel (%(file)s)", file=batch.upload.filename))
