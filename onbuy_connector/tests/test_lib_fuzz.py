"""Whatever comes from outside, damaged at random: it is understood or refused in our own words, and nothing else happens.

An ordinary run tries some hundred documents of each kind; `script/test --all` tries 100,000 in all.
"""
import copy
import io
import json
import os
import random
import zipfile

from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..lib import images, order_paging, paging, values, wire
from ..lib.catalogue import parse_condition, parse_tier
from ..lib.categories import parse_category, parse_detail_group, parse_feature
from ..lib.excel import Book, ExcelError
from ..lib.excel_read import read_book
from ..lib.items import read_items
from ..lib.listings import parse_listing
from ..lib.orders import parse_order
from ..lib.products import parse_found_product, queue_ids, read_creations, read_updates
from ..lib.queues import parse_queue_row
from ..lib.sellers import parse_carrier, parse_entity, parse_site, parse_template
from .lib_common import DATA, document
from .test_lib_excel_book import write
from .test_lib_images import resolving

IS_LONG = bool(os.environ.get('ONBUY_TEST_ALL'))
QUICK = settings(max_examples=15000 if IS_LONG else 300, deadline=None, database=None, derandomize=True)
SLOW = settings(QUICK, max_examples=10000 if IS_LONG else 100)
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(),
        st.sampled_from(['', '0', '-1', 'yes', '2026-03-02 09:22:09', 'Unavailable', 'null', '1e9']),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
ROWS = (
    (parse_order, document('order_refunded')['results']),
    (parse_order, document('orders_observed')['results'][0]),
    (parse_listing, document('listings')['results'][0]),
    (parse_template, document('deliveries')['results'][0]),
    (parse_carrier, document('carriers')[0]),
    (parse_site, document('site')['data']),
    (parse_entity, document('entities')['data'][0]),
    (parse_category, document('categories')['results'][2]),
    (parse_category, document('category')['results']),
    (parse_feature, document('features')['results'][0]),
    (parse_detail_group, document('technical_details')['results'][0]),
    (parse_condition, document('conditions')['results'][0]),
    (parse_tier, document('commission_tiers')[1]),
    (parse_tier, document('commission_tier')['results'][0]),
    (parse_found_product, document('products')['results'][0]),
    (parse_queue_row, document('queues')['results'][2]),
    (parse_queue_row, document('queues')['results'][3]),
)

ANSWERS = [path.read_bytes() for path in sorted(DATA.glob('*.json'))]
WORKBOOK = write({'sku': "A", 'price': 5, 'colour': "Black"}, {'sku': "B", 'end': "2026-03-02"})
# Where bytes are damaged: how far into the document, what goes there, how much of it that replaces.
DAMAGE = st.lists(st.tuples(st.floats(0, 1), st.one_of(st.binary(max_size=6), st.sampled_from(
    [b'NaN', b'-Infinity', b'1e999', b'9' * 400, b'[' * 3000, b'"\\ud800"', b'<f>1+1</f>', b'&x;', b'\xff\xfe', b''])),
    st.integers(0, 40)), min_size=1, max_size=4)


def places(data):
    """Yield ``(container, key)`` of every value in JSON data."""
    for key in list(data) if isinstance(data, dict) else range(len(data)):
        yield data, key
        if isinstance(data[key], dict | list):
            yield from places(data[key])


def spoil(content, damage):
    """Return bytes with some of them replaced."""
    for share, put, length in damage:
        place = int(share * len(content))
        content = content[:place] + put + content[place + length:]
    return content


def spoil_part(content, choice, damage):
    """Return a zip file with one of its parts damaged."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, 'w') as new:
        names = old.namelist()
        for name in names:
            part = old.read(name)
            new.writestr(name, spoil(part, damage) if name == names[choice % len(names)] else part)
    return result.getvalue()


class TestDamagedRows(BaseCase):

    @QUICK
    @given(st.sampled_from(ROWS), st.integers(0, 10 ** 6), st.lists(JSON, min_size=1, max_size=3))
    def test_a_damaged_row_becomes_an_item_or_an_error_and_can_be_stored(self, subject, seed, damage):
        parse, row = subject
        row, chance = copy.deepcopy(row), random.Random(seed)
        for value in damage:
            container, key = chance.choice(list(places(row)))
            container[key] = value
        result = paging.make_page([row], parse, paging.Batch([row], 1, 1), 0)
        self.assertEqual(len(result.items) + len(result.errors), 1)
        json.dumps(values.redact(row)).encode()

    @QUICK
    @given(JSON)
    def test_a_batch_answer_of_any_shape_names_every_item_or_is_refused(self, answer):
        for container in (answer, {'results': answer}, {'result': answer}, {'results': {'A': answer}}):
            try:
                results = read_items(container, ['A', 'B'], 'order_id')
            except values.ParseError:
                continue
            self.assertEqual(set(results), {'A', 'B'})

    @QUICK
    @given(JSON)
    def test_an_answer_on_products_of_any_shape_names_every_item_or_is_refused(self, answer):
        for container in (answer, {'results': answer}, {'products': answer}, {'results': [answer, {'queue_id': answer}]}):
            for read, key in ((read_creations, 'uid'), (read_updates, 'opc')):
                try:
                    results = read(container, ['A', 'B'], key)
                except values.ParseError:
                    continue
                self.assertEqual(set(results), {'A', 'B'})
                self.assertTrue(all(queue_ids({one: result}) for one, result in results.items() if result.ok))

    @QUICK
    @given(JSON, JSON)
    def test_a_page_of_any_shape_is_read_or_refused(self, results, metadata):
        def fetch(limit, offset):
            return {'results': results, 'metadata': metadata}

        try:
            batch = paging.read_batch(fetch, 10, 0)
        except paging.AnswerError:
            return
        fresh = paging.pick_fresh(batch.rows, order_paging.order_key, set())
        page = paging.make_page(fresh, parse_order, batch, 0)
        self.assertEqual(len(page.items) + len(page.errors), len(fresh))


class TestDamagedFiles(BaseCase):

    @QUICK
    @given(st.sampled_from(ANSWERS), DAMAGE)
    def test_an_answer_with_damaged_bytes_is_read_or_refused(self, answer, damage):
        try:
            data = wire.parse_json(spoil(answer, damage))
        except ValueError:
            return
        json.dumps(values.redact(data), allow_nan=False).encode()

    @QUICK
    @given(st.one_of(st.text(), st.tuples(
        st.sampled_from(['https://', 'http://', 'HTTPS:', 'file:///', '//', 'https://[', 'https://user@']),
        st.text(max_size=20),
        st.sampled_from(['', '/a.jpg', ':443/', ':99999/', ']:443', '.example/é?x=%00#', '\\@127.0.0.1/'])).map(''.join)))
    @example('https://img.example.com/lamp.jpg')
    def test_an_address_of_any_shape_is_asked_for_at_a_public_host_or_refused(self, url):
        with resolving('93.184.216.34'):
            try:
                target = images.find_target(url)
            except ValueError:
                return
        self.assertTrue(target.url.startswith('https://93.184.216.34:443/'))
        self.assertRegex(target.host, r'\A[a-z0-9._-]+\Z')
        target.url.encode('ascii')

    @SLOW
    @given(st.one_of(
        st.builds(spoil, st.just(WORKBOOK), DAMAGE),
        st.builds(spoil_part, st.just(WORKBOOK), st.integers(0, 20), DAMAGE)))
    @example(WORKBOOK)
    def test_a_workbook_with_damaged_bytes_is_read_or_refused(self, content):
        try:
            book = read_book(content)
        except ExcelError as error:
            self.assertTrue(str(error))
            return
        self.assertIsInstance(book, Book)
        json.dumps([row.cells for sheet in book.sheets for row in sheet.rows], allow_nan=False).encode()
