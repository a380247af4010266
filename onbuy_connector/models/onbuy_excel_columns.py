"""What the sheets of products and listings have for columns."""
from odoo import models
from odoo.fields import Domain

from ..lib.excel import Column
from ..lib.excel_cells import make_choices
from .product_onbuy import MOST_POINTS

FORMAT = '1'  # of the files; another one could not be read
OUTCOME = ('verdict', 'reason')  # keys of the columns of a result sheet
FEATURE, DETAIL = 'feature:', 'detail:'  # begin the keys of columns that a category has


class OnbuyStore(models.Model):
    """The key of a column is, where there is one, the name of the field that it fills."""

    _inherit = 'onbuy.store'

    def _get_excel_columns(self, category):
        """Return the columns of a sheet; a hook for other modules.

        :param category: ``onbuy.category`` of its products, empty for products that have none yet
        :return: list of :class:`~..lib.excel.Column`
        """
        return [*self._get_excel_product_columns(), *([] if category else [self._get_excel_category_column()]),
                *self._get_excel_page_columns(), *self._get_excel_offer_columns(category), *self._get_excel_term_columns(),
                *category._get_excel_feature_columns(), *category._get_excel_detail_columns()]

    def _get_excel_product_columns(self):
        """Return the columns that say which thing it is."""
        text = self.env._
        return [
            Column('sku', text("SKU"), 'code', text("Names the listing; of a new product also the internal reference."),
                   required=True, width=20),
            Column('name', text("Product name"), note=text("150 characters at most."), clearable=True, width=40),
            Column('group_sku', text("Group"), 'code', text("Variants of one product have the same."), clearable=True),
            Column('attribute1', text("Attribute 1"), note=text("By what variants differ, e.g. Colour.")),
            Column('value1', text("Value 1"), note=text("E.g. Red.")),
            Column('attribute2', text("Attribute 2"), note=text("E.g. Size.")),
            Column('value2', text("Value 2"), note=text("E.g. Large.")),
            Column('barcode', text("Barcode"), 'gtin', text("EAN or UPC."), clearable=True, width=18),
            Column('onbuy_mpn', text("MPN"), 'code', text("The maker's part number."), clearable=True),
        ]

    def _get_excel_category_column(self):
        """Return the column of a sheet whose products may belong to any category."""
        categories = self.env['onbuy.category'].search([('can_list_in', '=', True)])
        return Column('onbuy_category_id', self.env._("Category"), 'choice', self.env._("A lowest category of OnBuy."),
                      width=40, choices=make_choices((one.complete_name, one.code, one.id) for one in categories))

    def _get_excel_page_columns(self):
        """Return the columns of what a product's page on OnBuy says."""
        text = self.env._
        brands = self.env['onbuy.brand'].search(Domain.TRUE)
        return [
            Column('brand', text("Brand"), 'known', text("As OnBuy writes it. Without one: Unbranded."), required=True,
                   choices=make_choices((brand.name, brand.code, brand.id) for brand in brands)),
            Column('onbuy_description', text("Description"), note=text("Text or HTML."), clearable=True, width=40),
            *(Column(f'summary{number}', text("Summary %(number)s", number=number), note=text("A selling point."),
                     clearable=True) for number in range(1, MOST_POINTS + 1)),
            Column('onbuy_rrp', text("RRP"), 'number', text("Recommended price, with VAT."), clearable=True),
            Column('image', text("Main image"), note=text("Address: https://…"), clearable=True, width=30),
            Column('images', text("More images"), note=text("Addresses, one a line: Alt+Enter."), clearable=True, width=30),
        ]

    def _get_excel_offer_columns(self, category):
        """Return the columns of condition, price and stock."""
        text = self.env._
        conditions = category.condition_ids or self.env['onbuy.condition'].search(Domain.TRUE)
        return [
            Column('condition', text("Condition"), 'choice', text("Of a new listing only."),
                   choices=make_choices((one.name, one.code, one.code) for one in conditions)),
            Column('price', text("Price"), 'number', text("With VAT. (clear): as the store says."), required=True,
                   clearable=True, positive=True),
            Column('own_sale_price', text("Sale price"), 'number', text("With VAT, below the price."), clearable=True,
                   positive=True),
            Column('own_sale_start', text("Sale start"), 'date', text("UK time, e.g. 2026-12-24 18:00. Empty: at once."),
                   clearable=True, width=18),
            Column('own_sale_end', text("Sale end"), 'until', text("UK time. A day without time counts to its end."),
                   clearable=True, width=18),
            Column('stock', text("Stock"), 'whole', text("First stock of new goods; later Odoo keeps it.")),
        ]

    def _get_excel_term_columns(self):
        """Return the columns of a listing's terms."""
        text, templates = self.env._, self.delivery_template_ids
        return [
            Column('handling_time', text("Handling days"), 'whole'),
            Column('template_id', text("Delivery template"), 'choice', text("Empty: OnBuy's default one."),
                   choices=make_choices((template.name, template.code, template.code) for template in templates)),
            Column('boost', text("Boost %"), 'number', text("Extra commission for a better place."), most=100),
            Column('warranty', text("Warranty (months)"), 'whole'),
            Column('return_time', text("Return days"), 'whole'),
            Column('free_returns', text("Free returns"), 'choice', choices={'Yes': True, 'No': False}),
            Column('delivery_weight', text("Weight (kg)"), 'number', places=3),
        ]


class OnbuyCategory(models.Model):
    _inherit = 'onbuy.category'

    def _get_excel_feature_columns(self):
        """Return a column for each feature of this category."""
        text = self.env._
        return [Column(
            f'{FEATURE}{feature.code}', text("Feature: %(name)s", name=feature.name), 'choices',
            feature.note or text("From the list; several: one a line."), required=feature.is_required,
            clearable=not feature.is_required,
            choices=make_choices((option.name, option.code, option.id) for option in feature.option_ids), width=20,
        ) for feature in self.feature_ids]

    def _get_excel_detail_columns(self):
        """Return a column for each technical detail of this category."""
        text, columns = self.env._, []
        for detail in self.detail_ids:
            units = tuple(filter(None, (detail.units or '').split('\n')))
            note = text("Value and unit: %(units)s.", units=", ".join(units)) if units else text("A value.")
            columns.append(Column(f'{DETAIL}{detail.code}', text("Detail: %(name)s", name=detail.name), 'measure', note,
                                  clearable=True, units=units))
        return columns
