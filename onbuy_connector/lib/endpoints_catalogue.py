"""Endpoints of OnBuy's catalogue, which all sellers share: categories, brands, fees, products. Sends nothing itself."""
from itertools import islice
from urllib.parse import quote

from . import catalogue, categories, const, paging, products, queues, values
from .calls import Calls
from .errors import AnswerError
from .gtin import gtin_core


class CatalogueEndpoints(Calls):
    """What to ask about the catalogue, and what the answer means."""

    # === CATEGORIES (10) === #

    def iter_categories(self, *, offset=0):
        """Read OnBuy's whole tree, about 70 pages of 100, parents before children as far as OnBuy sends them so.

        :param int offset: where an earlier reading stopped
        :return: generator of Page of Category; errors are rows that cannot be understood
        """
        pages = paging.iter_by_offset(self._fetcher('/categories'), _category_key, const.CATALOGUE_PAGE, offset)
        for at, batch, fresh in paging.only_whole(pages):
            yield paging.make_page(fresh, categories.parse_category, batch, at)

    def categories_by_id(self, ids):
        """Read categories by id, 100 a call; ids that OnBuy does not know, or any more, are not among the items.

        :param ids: category ids; none means no call, for an empty filter is no filter
        :return: Page of Category, with the errors of rows that cannot be understood
        :raise ValueError: an id that would change the filter's meaning
        """
        ids = _checked_parts(ids, "A category id")
        items, errors = [], []
        for start in range(0, len(ids), const.CATALOGUE_PAGE):
            some = ids[start:start + const.CATALOGUE_PAGE]
            fetch = self._fetcher('/categories', {'filter[onbuy_category_id]': ','.join(some)})
            batch = paging.read_batch(fetch, const.CATALOGUE_PAGE, 0)
            page = paging.make_page(paging.pick_fresh(batch.rows, _category_key, set()), categories.parse_category, batch, 0)
            items += [category for category in page.items if category.category_id in some]
            errors += page.errors
        return paging.Page(items, errors, total=len(items) + len(errors))

    def get_category(self, category_id):
        """Return one Category, with its features (but not their options) and whether it is restricted.

        :raise NotFoundError: OnBuy does not know it, or any more
        :raise AnswerError: the answer is another category, or cannot be understood
        """
        category = self._single(_category_path(category_id), categories.parse_category)
        if category.category_id != category_id:
            raise AnswerError(f"OnBuy was asked for category {category_id} and answered with another.")
        return category

    def category_features(self, category_id):
        """Return the list of Feature of a category, with their options but without notes."""
        return self._collect(_category_path(category_id, 'features'), categories.parse_feature, const.CATALOGUE_PAGE)

    def technical_details(self, category_id):
        """Return the list of DetailGroup of a category."""
        return self._collect(
            _category_path(category_id, 'technical-details'), categories.parse_detail_group, const.CATALOGUE_PAGE)

    # === BRANDS, CONDITIONS, FEES (9, 11, 12) === #

    def iter_brands(self, name):
        """Search brands by a part of their name (reference, 11).

        :param str name: not empty: OnBuy demands it
        :return: generator of Brand; rows that cannot be understood are left out
        """
        fetch = self._fetcher('/brands', {'filter[name]': name, 'sort[name]': 'asc'})
        for _offset, batch, fresh in paging.only_whole(paging.iter_by_offset(fetch, values.digest, const.CATALOGUE_PAGE)):
            yield from self._parsed(fresh, catalogue.parse_brand, batch)

    def conditions(self):
        """Return the list of Condition; OnBuy sends them all at once (reference, 9)."""
        return self._whole('/conditions', catalogue.parse_condition)

    def commission_tiers(self):
        """Return the list of CommissionTier; OnBuy sends them all at once, some 30 (reference, 12)."""
        return self._whole('/commission-tiers', catalogue.parse_tier, limit=const.CATALOGUE_PAGE)

    # === PRODUCTS (14) === #

    def find_products(self, codes):
        """Search products by their codes, 50 a call (reference, 14.3).

        :param codes: EAN, UPC or ISBN, whatever their leading zeros
        :return: ``{code: list of FoundProduct}`` with every code asked for
        :raise ValueError: a code that would change the query's meaning
        """
        codes = _checked_parts(codes, "A product code")
        asked = list({gtin_core(code): code for code in codes}.values())
        found = {}
        for start in range(0, len(asked), products.CODES_PER_CALL):
            query = ','.join(asked[start:start + products.CODES_PER_CALL])
            fetch = self._fetcher('/products', {'filter[query]': query, 'filter[field]': 'product_code'})
            pages = paging.iter_by_offset(fetch, values.digest, const.CATALOGUE_PAGE)
            for _offset, batch, fresh in paging.only_whole(pages):
                for product in self._parsed(fresh, products.parse_found_product, batch):
                    for core in set(map(gtin_core, product.product_codes)):
                        found.setdefault(core, {})[product.opc] = product
        return {code: list(found.get(gtin_core(code), {}).values()) for code in codes}

    def create_products(self, new):
        """Have up to 100 products created, in one call; OnBuy makes them later (reference, 14.1).

        Price and stock of their listings are not applied: send them when the queue says success.

        :param new: list of NewProduct, each uid once
        :return: ``{uid: ItemResult}``; what is done is queued: see :func:`products.queue_id` and
            :func:`products.existing_opc`
        :raise ValueError: too many, a uid twice, or a product that OnBuy cannot take
        :raise UncertainError: the answer is lost, or says nothing about any item; look in the queue's history and for
            the codes before sending again (reference, 27)
        """
        batch = {'products': [products.build_product(product) for product in new]}
        return self._send_batch('POST', '/products', batch, [product.uid for product in new], 'uid',
                                most=products.PRODUCTS_PER_CALL, read=products.read_creations)

    def update_products(self, updates):
        """Have up to 100 products changed, in one call; OnBuy does it later (reference, 14.2).

        :param updates: list of ProductUpdate, each OPC once
        :return: ``{opc: ItemResult}``; see :func:`products.queue_ids` for those that cannot be told apart
        :raise ValueError: too many, an OPC twice, or a text that may not be emptied
        :raise UncertainError: the answer is lost, or says nothing about any item; sending it again is harmless
        """
        batch = {'products': [products.build_product_update(update) for update in updates]}
        return self._send_batch('PUT', '/products', batch, [update.opc for update in updates], 'opc',
                                most=products.PRODUCTS_PER_CALL, read=products.read_updates)

    # === QUEUES (15) === #

    def queues(self, ids):
        """Ask what became of products that were sent, 100 a call (reference, 15).

        :param ids: queue ids; none means no call, for an empty filter is no filter
        :return: ``{id: QueueRow}``; one that did not come, though asked for twice, is not in it
        :raise ValueError: an id that would change the filter's meaning
        """
        ids = _checked_parts(ids, "A queue id")
        found = {}
        for start in range(0, len(ids), queues.IDS_PER_CALL):
            wanted = ids[start:start + queues.IDS_PER_CALL]
            for _attempt in range(2):  # A page may be shorter than asked for.
                if missing := [one for one in wanted if one not in found]:
                    found.update((row.queue_id, row) for row in self._queue_rows(missing) if row.queue_id in wanted)
        return found

    def _queue_rows(self, ids):
        """Return the list of QueueRow of one call; its total counts other rows too, so it is not used."""
        return self._whole('/queues', queues.parse_queue_row, counted=False, **{
            'filter[queue_ids]': ','.join(ids), 'limit': queues.IDS_PER_CALL, 'offset': 0})

    def iter_queue_history(self, since=None):
        """Read all that was submitted, in no order to rely upon, at most 10,000 rows (reference, 15 and 27).

        :param datetime since: naive UTC; where OnBuy sends the newest first, what is older is not read
        :return: generator of QueueRow; rows that cannot be understood are left out
        """
        pages = paging.iter_by_offset(self._fetcher('/queues'), _queue_key, queues.PAGE)
        for _offset, batch, fresh in islice(pages, queues.HISTORY_PAGES):
            rows = self._parsed(fresh, queues.parse_queue_row, batch)
            yield from rows
            if since and queues.ends_before(rows, since):
                return


def _category_key(row):
    """Return what identifies a raw category."""
    return paging.row_key(row, 'category_id')


def _queue_key(row):
    """Return what identifies a raw row of the queue; its state may change while its list is read."""
    return paging.row_key(row, 'queue_id')


def _category_path(category_id, *parts):
    """Return the path of a category's view, or of what is below it."""
    return '/'.join(('/categories', quote(category_id, safe=''), *parts))


def _checked_parts(parts, what):
    """Return the parts of a list in one parameter, each once.

    :raise ValueError: one is empty or holds a comma or a blank
    """
    parts = list(dict.fromkeys(parts))
    if any(not part or ',' in part or len(part.split()) != 1 for part in parts):
        raise ValueError(f"{what} is empty or holds a comma or a blank.")
    return parts
