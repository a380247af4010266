from collections import Counter
from decimal import Decimal
from itertools import product as combinations

from psycopg2 import OperationalError

from odoo import models
from odoo.exceptions import ConcurrencyError, UserError

KEPT = ('standard_price', 'weight', 'volume')  # what a variant takes over from the product that it replaces


class OnbuyStore(models.Model):
    _inherit = 'onbuy.store'

    def _get_products_work(self):
        """Override to look for groups that were confirmed."""
        return [*super()._get_products_work(), ('onbuy.product.group', self._get_confirmed_domain())]

    def _get_confirmed_domain(self):
        """Return the domain of the groups that are to become products."""
        return [('store_id', '=', self.id), ('state', '=', 'waiting')]

    def _task_products(self, client):
        """Override to make one product of each group that was confirmed, before the products of single listings.

        :param client: an :class:`~..lib.client.OnBuyClient`, not used
        :return: a generator of units
        """
        groups = self.env['onbuy.product.group'].with_context(active_test=False)
        while group := groups.search(self._get_confirmed_domain(), limit=1):
            yield group._confirm
        yield from super()._task_products(client)


class OnbuyProductGroup(models.Model):
    """How a group becomes one product: its attributes, variants and prices.

    No variant exists without a listing. Which variants Odoo makes is a property of the attribute, which other products may
    use already (*Instantly* or *Dynamically*), so what OnBuy does not have is excluded on the product: such a variant is
    made neither now, nor by a later change of the product, nor by an order.
    """

    _inherit = 'onbuy.product.group'

    def _confirm(self):
        """Make one product of this group; if that fails, it is a proposal again and says why.

        :rtype: Counter
        """
        try:
            with self.env.cr.savepoint():
                self._make_product()
                self.env.flush_all()
        except (OperationalError, ConcurrencyError):
            raise
        except Exception as error:  # noqa: BLE001  One group must not stop the others.
            self.write({'state': 'draft', 'error': str(error)})
            return Counter(seen=1, failed=1)
        return Counter(seen=1, created=1)

    def _make_product(self):
        """Create the product, link the listings to its variants and archive the single products that they replace.

        :raise UserError: when the group cannot be one product
        """
        lines = self._get_merged_lines()
        if len(lines) < 2:
            raise UserError(self.env._("Fewer than two listings can become variants."))
        if not self._get_attribute_names() or any(lines.mapped('note')):
            raise UserError(self.env._("Each listing needs values of its own."))
        attributes = self._get_attributes(lines)
        template = self.env['product.template'].with_context(tracking_disable=True).create(
            self._prepare_template_values(lines, attributes))
        values = self._get_combinations(template, lines, list(attributes))
        self._exclude_missing(template, set(values.values()))
        self._set_prices(template, values)
        for line in lines:
            line._become_variant(template._create_product_variant(values[line]))
        self.write({'state': 'done', 'error': False, 'product_tmpl_id': template.id})

    # === ATTRIBUTES === #

    def _prepare_template_values(self, lines, attributes):
        """Return the values of the product.

        :param lines: whose listings become its variants
        :param dict attributes: ``product.attribute`` → texts of its values
        :rtype: dict
        :raise UserError: when the products that they have are taxed or counted in different ways
        """
        replaced = lines.product_id
        values = {
            'name': self.name,
            'type': 'consu',
            'is_storable': True,
            'company_id': self.company_id.id,
            'onbuy_vat_to_check': not replaced or any(replaced.mapped('onbuy_vat_to_check')),
            'attribute_line_ids': [(0, 0, {
                'attribute_id': attribute.id, 'value_ids': [(6, 0, self._find_values(attribute, texts).ids)],
            }) for attribute, texts in attributes.items()],
        }
        for name in ('taxes_id', 'uom_id', 'categ_id') if replaced else ():
            found = {product[name] for product in replaced}
            if len(found) > 1 and name != 'categ_id':
                raise UserError(self.env._("The products of these listings have different customer taxes or units."))
            values[name] = found.pop().ids if name == 'taxes_id' else found.pop().id
        return values

    def _get_attributes(self, lines):
        """Return the attributes, made where they are missing, each with the values that the lines need.

        :return: dict of ``product.attribute`` → texts
        :raise UserError: when both are the same
        """
        rows, found, wanted = [line._get_values() for line in lines], {}, self._get_attribute_names()
        for place, name in enumerate(wanted):
            texts = list(dict.fromkeys(row[place] for row in rows))
            attribute = self._find_attribute(name, texts) or self.env['product.attribute'].create({
                'name': name, 'create_variant': 'always'})
            found[attribute] = texts
        if len(found) < len(wanted):
            raise UserError(self.env._("The two attributes must be different ones."))
        return found

    def _find_values(self, attribute, texts):
        """Return the values of an attribute with these texts in any case, made where they are missing.

        :param list texts: of the values
        """
        known = {value.name.casefold(): value for value in attribute.value_ids}
        missing = {text.casefold(): text for text in texts if text.casefold() not in known}
        created = self.env['product.attribute.value'].create([
            {'attribute_id': attribute.id, 'name': text} for text in missing.values()])
        known |= {value.name.casefold(): value for value in created}
        return self.env['product.attribute.value'].union(*(known[text.casefold()] for text in texts))

    def _get_combinations(self, template, lines, attributes):
        """Return of each line the values of the product that it stands for.

        :param list attributes: of ``product.attribute``, in the order of the lines' values
        :return: dict of line → ``product.template.attribute.value``, as many as attributes
        """
        by_text = {(value.attribute_id, value.name.casefold()): value
                   for value in template.attribute_line_ids.product_template_value_ids}
        return {line: self.env['product.template.attribute.value'].union(*(
            by_text[key] for key in zip(attributes, line._get_values(fold=True), strict=True))) for line in lines}

    def _exclude_missing(self, template, wanted):
        """Exclude the combinations that no listing has.

        :param set wanted: of ``product.template.attribute.value``
        """
        if len(template.attribute_line_ids) < 2:
            return
        first, second = (attribute_line.product_template_value_ids for attribute_line in template.attribute_line_ids)
        missing = {}
        for one, other in combinations(first, second):
            if one | other not in wanted:
                missing.setdefault(one, []).append(other.id)
        self.env['product.template.attribute.exclusion'].create([{
            'product_tmpl_id': template.id, 'product_template_attribute_value_id': one.id, 'value_ids': [(6, 0, ids)],
        } for one, ids in missing.items()])

    # === PRICES === #

    def _set_prices(self, template, values):
        """Give the product its price and its values their extra prices.

        If no extra prices give each listing its own, the lowest counts, and OnBuy's prices are kept.

        :param dict values: line → combination
        """
        taxes = template.taxes_id._filter_taxes_by_company(self.company_id)
        prices = {tuple(combination): line._get_sales_price(taxes) for line, combination in values.items()}
        base, extras = split_prices(prices) or (min(prices.values()), None)
        template.list_price = base
        for value, extra in (extras or {}).items():
            if extra:
                value.price_extra = extra
        if extras is None:
            listings = self.env['onbuy.listing'].union(*(line.listing_id for line in values))
            listings.filtered(lambda listing: listing.price_mode == 'store').price_mode = 'none'
        self.price_note = extras is None and self.env._(
            "The prices differ, and no extra price per value gives each listing its own. The product has the lowest, and "
            "OnBuy's prices are kept. Set the prices here, then let the listings follow the store again.")


class OnbuyProductGroupLine(models.Model):
    _inherit = 'onbuy.product.group.line'

    def _get_sales_price(self, taxes):
        """Return the sales price of the variant: of the product that it replaces, else what comes to OnBuy's.

        :param taxes: ``account.tax`` of the new product
        :rtype: Decimal
        """
        price = self.product_id.list_price if self.product_id else self.listing_id._get_list_price(taxes)
        return Decimal(str(price))

    def _become_variant(self, variant):
        """Link the listing to its variant, in place of the single product that it may have.

        :param variant: one ``product.product``
        """
        listing, replaced = self.listing_id, self.product_id
        code = listing._get_first_code()
        barcode = replaced.barcode or (code if code and not listing._get_taken_codes() else False)
        values = {name: replaced[name] for name in KEPT if replaced[name]}
        reference = replaced.default_code or listing.sku
        if replaced.image_1920:
            values['image_variant_1920'] = replaced.image_1920
        elif listing.image_url:
            listing._want_image()
        replaced.barcode = False
        variant.write({**values, 'default_code': reference, 'barcode': barcode})
        listing.write({'product_id': variant.id, 'uom_id': variant.uom_id.id})
        replaced.product_tmpl_id.action_archive()


def split_prices(prices):
    """Split prices into a base and extra prices of values, so that each is the base and the extras of its values.

    :param dict prices: combination (a tuple of one or two values) → Decimal
    :return: the base and a dict of value → extra, none below 0; None if there are none that do so
    """
    pairs = {(*combination, None)[:2]: price for combination, price in prices.items()}
    parts = {}
    for first, _second in pairs:
        _follow(pairs, first, parts)
    if any(parts[first] + parts[second] != price for (first, second), price in pairs.items()):
        return None
    lowest = [min(parts[pair[place]] for pair in pairs) for place in (0, 1)]
    extras = {pair[place]: parts[pair[place]] - lowest[place] for pair in pairs for place in (0, 1)}
    extras.pop(None, None)
    return sum(lowest), extras


def _follow(pairs, first, parts):
    """Note the part of the price of a value, as 0, and those of all values that follow from it through shared pairs.

    :param dict pairs: two values → Decimal
    :param first: value
    :param dict parts: value → its part of the price; grows
    """
    todo = [(first, Decimal(0))]
    while todo:
        value, part = todo.pop()
        if value not in parts:
            parts[value] = part
            todo += [(pair[pair[0] == value], price - part) for pair, price in pairs.items() if value in pair]
