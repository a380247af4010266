"""Products and variants that rows of an Excel file ask for."""
from decimal import Decimal

from odoo.exceptions import UserError

from .onbuy_excel_cells import Cells
from .onbuy_excel_checks import get_values
from .onbuy_excel_values import AXES, SHARED, prepare_template, prepare_variant
from .onbuy_product_group_confirm import split_prices


class ProductMaker:
    """Makes the products of rows that have none: each alone, or as variants of one where they are of a group.

    Attributes, values and combinations are those of groups of listings (`onbuy.product.group`).

    :param batch: :class:`~.onbuy_excel_batch.Batch`
    :param list lines: without product and listing; right so far
    """

    def __init__(self, batch, lines):
        self.batch, self.env, self.store = batch, batch.env, batch.store
        self.groups = self.env['onbuy.product.group']
        self.families, self.singles = {}, []
        for line in lines:
            line.changes = {key: value for key, value in line.cells.items() if key != 'sku'}
            if line.row.family and ('attribute1' in line.cells or line.row.family in batch.siblings):
                self.families.setdefault(line.row.family, []).append(line)
            else:
                self.singles.append(line)

    def make(self):
        """Make all of them; a line has its product then, or what is wrong with it."""
        products = self.env['product.product'].with_context(tracking_disable=True)
        singles = products.create([{
            **self._prepare_template([line]), **self._prepare_variant(line)} for line in self.singles])
        for line, product in zip(self.singles, singles, strict=True):
            line.variant = product
        new = {family: lines for family, lines in self.families.items() if family not in self.batch.siblings}
        for lines, template in zip(new.values(), self._make_templates(new), strict=True):
            self._make_variants(template, lines)
        made = [line for lines in new.values() for line in lines]
        for line, variant in zip(made, products.union(*(line.variant for line in made)), strict=True):
            line.variant = variant  # One of all of them, which are read together.
            variant.write(self._prepare_variant(line, variant))
        for family in self.families.keys() - new.keys():
            for line in self.families[family]:
                self._add_variant(self.batch.siblings[family], line)

    # === VALUES === #

    def _prepare_template(self, lines):
        """Return the values of a new product; its VAT is to be looked at, as of every product that is made by itself.

        :param list lines: of its variants
        :rtype: dict
        """
        return {
            'type': 'consu', 'is_storable': True, 'company_id': self.store.company_id.id, 'onbuy_vat_to_check': True,
            'list_price': min(map(self._get_sales_price, lines)),
            **prepare_template(lines[0].changes, self.env['product.template'])}

    def _prepare_variant(self, line, product=None):
        """Return the values of a variant.

        :param product: ``product.product``, if it was made already
        :rtype: dict
        """
        values = prepare_variant(line.changes, self.env['product.product'] if product is None else product)
        weight = line.cells.get('delivery_weight')
        if weight:
            kilogram = self.env.ref('uom.product_uom_kgm')
            unit = self.env['product.template']._get_weight_uom_id_from_ir_config_parameter()
            values['weight'] = kilogram._compute_quantity(float(weight), unit, round=False)
        return {**values, 'default_code': line.row.sku}

    def _get_sales_price(self, line):
        """Return the sales price of a product that is made: what comes to the price on OnBuy, with the company's tax.

        :rtype: float
        """
        listing = self.env['onbuy.listing'].new({'store_id': self.store.id, 'price': float(line.cells['price'])})
        return listing._get_list_price(self.store.company_id.account_sale_tax_id)

    # === FAMILIES === #

    def _make_templates(self, families):
        """Return the products of new groups, in their order.

        :param dict families: name → lines
        """
        return self.env['product.template'].with_context(tracking_disable=True).create([{
            **self._prepare_template(lines),
            'attribute_line_ids': [(0, 0, {
                'attribute_id': attribute.id, 'value_ids': [(6, 0, self.groups._find_values(attribute, texts).ids)],
            }) for attribute, texts in self._get_attributes(lines).items()],
        } for lines in families.values()])

    def _get_attributes(self, lines):
        """Return the attributes of a family, made where they are missing.

        :return: dict of ``product.attribute`` → texts of its values
        :raise UserError: when both are the same
        """
        found = {}
        for name, value in AXES:
            if name in lines[0].cells:
                texts = list(dict.fromkeys(line.cells[value] for line in lines))
                attribute = self.groups._find_attribute(lines[0].cells[name], texts)
                attribute = attribute or attribute.create({'name': lines[0].cells[name], 'create_variant': 'always'})
                if attribute in found:
                    raise UserError(self.env._("The two attributes must be different ones."))
                found[attribute] = texts
        return found

    def _make_variants(self, template, lines):
        """Give each line its variant of a new product, and the product no other variants."""
        attributes = template.attribute_line_ids.sorted('id').attribute_id
        chosen = {line: self._get_combination(template, dict(zip(attributes, get_values(line), strict=True)))
                  for line in lines}
        self.groups._exclude_missing(template, set(chosen.values()))
        self._set_prices(template, chosen)
        for line, combination in chosen.items():
            line.variant = template._create_product_variant(combination)

    def _get_combination(self, template, values):
        """Return the combination of values of a product.

        :param dict values: ``product.attribute`` → text of the value, in any case
        :return: ``product.template.attribute.value``
        """
        return template.attribute_line_ids.product_template_value_ids._only_active().filtered(
            lambda value: values[value.attribute_id].casefold() == value.name.casefold())

    def _set_prices(self, template, chosen):
        """Give the values of a new product extra prices, if such give each variant its own price.

        :param dict chosen: line → combination
        """
        prices = {tuple(combination): Decimal(f'{self._get_sales_price(line):.2f}') for line, combination in chosen.items()}
        base, extras = split_prices(prices) or (template.list_price, {})
        template.list_price = base
        for value, extra in extras.items():
            if extra:
                value.price_extra = extra

    # === LATECOMERS === #

    def _add_variant(self, template, line):
        """Add a variant to a product that has some already, or note why that cannot be.

        :param template: the product of the other rows and listings of the group; several where they are separate ones
        """
        attributes = template.attribute_line_ids.attribute_id
        values = {self.groups._find_attribute(line.cells[name], [line.cells[value]]): line.cells[value]
                  for name, value in AXES if name in line.cells and value in line.cells}
        if len(template) > 1 or not attributes or len(attributes) > 2 or 'no_variant' in attributes.mapped('create_variant'):
            line.wrong['group_sku'] = self.env._(
                "The products of this group cannot take one more variant: they are separate ones in Odoo, or have more than "
                "two attributes. Leave the group empty, or see to them in Odoo first.")
        elif set(values) != set(attributes):
            line.wrong['attribute1'] = self.env._(
                "The variants of %(product)s differ by: %(names)s.", product=template.name,
                names=", ".join(attributes.mapped('name')))
        else:
            for key in self._find_otherwise(template, line):
                line.wrong[key] = self.env._(
                    "%(product)s says otherwise, and its variants share this. Leave it empty here.", product=template.name)
        if not line.wrong:
            self._make_variant(template, line, values)

    def _find_otherwise(self, template, line):
        """Return the keys of what all variants share and of which a row says something else."""
        product = template.product_variant_ids[:1]
        line.shown = Cells(self.batch.columns[line.row.category_id].values(), self.env['onbuy.listing']).get_page(product)
        return [key for key in self.batch.find_changes(line, product) if key in SHARED]

    def _make_variant(self, template, line, values):
        """Make the variant of a line, and none of the others that its values make possible.

        :param dict values: ``product.attribute`` → text of the value
        """
        before = template.product_variant_ids
        for one in template.attribute_line_ids:
            one.value_ids |= self.groups._find_values(one.attribute_id, [values[one.attribute_id]])
        combination = self._get_combination(template, values)
        if twin := before.filtered(lambda variant: variant.product_template_attribute_value_ids == combination):
            line.wrong['value1'] = self.env._("%(product)s has these values already.", product=twin.display_name)
            return
        self._allow(combination)
        self._exclude(template.product_variant_ids - before, combination)
        line.variant = template._create_product_variant(combination)
        line.variant.write(self._prepare_variant(line, line.variant))

    @staticmethod
    def _allow(combination):
        """Take away what excludes a combination of values."""
        for exclusion in combination.exclude_for:
            left = exclusion.value_ids - combination
            if not left:
                exclusion.unlink()
            elif left != exclusion.value_ids:
                exclusion.value_ids = left

    def _exclude(self, variants, combination):
        """Exclude variants of two attributes that came into being with another one.

        :param combination: of that one
        """
        pairs = [variant.product_template_attribute_value_ids for variant in variants]
        self.env['product.template.attribute.exclusion'].create([{
            'product_tmpl_id': pair.product_tmpl_id.id, 'product_template_attribute_value_id': pair[0].id,
            'value_ids': [(6, 0, pair[1:].ids)]} for pair in pairs if pair != combination])
