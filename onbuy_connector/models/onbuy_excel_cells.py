"""What the cells of a sheet hold of products and listings now."""
from datetime import time
from functools import cached_property

import pytz

from .onbuy_excel_columns import DETAIL, FEATURE
from .product_onbuy import split_lines

UK = pytz.timezone('Europe/London')  # OnBuy sells there, so dates in files are UK time


def to_uk_time(moment):
    """Return naive UTC as naive UK time."""
    return pytz.utc.localize(moment).astimezone(UK).replace(tzinfo=None)


def from_uk_time(moment):
    """Return naive UK time as naive UTC; an hour that clocks show twice counts as its first."""
    return UK.localize(moment, is_dst=True).astimezone(pytz.utc).replace(tzinfo=None)


class Cells:
    """The cells of listings of one store and category.

    :param list columns: of :class:`~..lib.excel.Column`
    :param listings: ``onbuy.listing``, with all rights
    """

    def __init__(self, columns, listings):
        self.columns = {column.key: column for column in columns}
        self.listings = listings
        self.labels = {column.key: {value: label for label, value in column.choices.items()} for column in columns}

    @cached_property
    def stocks(self):
        """Dict of listing → pieces that OnBuy should show; those whose stock is not known here are left out."""
        return self.listings._get_wanted_stocks(anyway=True)[0]

    def get(self, listing):
        """Return the cells of one listing, without empty ones.

        :return: dict of key → text, number or date
        """
        page = self.get_page(listing.product_id) if listing.product_id else {'name': listing.name}
        cells = {**page, **self._get_offer(listing), **self._get_terms(listing)}
        return {key: cell for key, cell in cells.items()
                if key in self.columns and cell not in (None, '') and cell is not False}

    def _label(self, key, value):
        """Return what the drop-down list of a column calls a value; the value itself if it has none such."""
        return self.labels.get(key, {}).get(value, value)

    # === PRODUCTS === #

    def get_page(self, product):
        """Return the cells of a product."""
        template = product.product_tmpl_id
        image, *images = product._get_onbuy_written_urls() or [None]
        return {
            'name': template._get_onbuy_title(),
            'onbuy_category_id': self._label('onbuy_category_id', template.onbuy_category_id.id),
            'onbuy_mpn': product.onbuy_mpn,
            'brand': self._label('brand', template.onbuy_brand_id.id) or template.onbuy_brand_name,
            'onbuy_description': template._get_onbuy_description(),
            **{f'summary{number}': point for number, point in enumerate(split_lines(template.onbuy_summary), 1)},
            'onbuy_rrp': template.onbuy_rrp or None,
            'image': image,
            'images': '\n'.join(images),
            **self._get_attributes(product),
            **self._get_features(product),
            **self._get_details(product),
        }

    def _get_attributes(self, product):
        """Return the cells of what tells a variant from others; none where it is more than a sheet has room for."""
        values = product.product_template_attribute_value_ids.sorted(lambda value: value.attribute_line_id.id)
        return {name: text for number, value in enumerate(values, 1) for name, text in (
            (f'attribute{number}', value.attribute_id.name), (f'value{number}', value.name))} if len(values) < 3 else {}

    def _get_features(self, product):
        """Return the cells of the chosen options of features."""
        cells = {}
        for feature, options in product._get_onbuy_options().grouped('feature_id').items():
            key = f'{FEATURE}{feature.code}'
            known = self.labels.get(key, {})
            cells[key] = '\n'.join(self._label(key, option.id) for option in options if option.id in known)
        return cells

    def _get_details(self, product):
        """Return the cells of technical details."""
        return {f'{DETAIL}{value.detail_id.code}': ' '.join(filter(None, (value.value, value.unit)))
                for value in product._get_onbuy_details()}

    # === LISTINGS === #

    def _get_offer(self, listing):
        """Return the cells of what is sold, and at which price."""
        end = listing.own_sale_end and to_uk_time(listing.own_sale_end)
        if end and end.time() == time():
            end = end.strftime('%Y-%m-%d %H:%M')  # As a date it would be read as the end of that day.
        return {
            'sku': listing.sku,
            'group_sku': listing.group_sku,
            'barcode': listing._get_gtin() if listing.product_id else None,
            'condition': self._label('condition', listing._get_condition()),
            'price': self._get_price(listing) or None,
            'own_sale_price': listing.own_sale_price or None,
            'own_sale_start': listing.own_sale_start and to_uk_time(listing.own_sale_start),
            'own_sale_end': end,
            'stock': self._get_stock(listing),
        }

    @staticmethod
    def _get_price(listing):
        """Return what a listing costs: on OnBuy, where prices do not come from here."""
        if listing.is_on_onbuy and not listing.store_id.sync_prices:
            return listing.price
        return listing.price_here or listing.price

    def _get_stock(self, listing):
        """Return how many pieces there are; None where nobody has counted them yet."""
        if listing.is_on_onbuy and not listing.store_id.sync_stock:
            return listing.stock
        return self.stocks.get(listing, listing.stock if listing.is_on_onbuy else None)

    def _get_terms(self, listing):
        """Return the cells of a listing's terms."""
        return {
            'handling_time': listing.handling_time,
            'template_id': self._label('template_id', listing.template_id),
            'boost': listing.boost,
            'warranty': listing.warranty,
            'return_time': listing.return_time,
            'free_returns': 'Yes' if listing.free_returns else 'No',
            'delivery_weight': listing.delivery_weight or None,
        }
