"""Rows damaged at random: they are understood or refused with a ParseError, never with anything else."""
import copy
import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..lib import paging, values
from ..lib.catalogue import parse_condition, parse_tier
from ..lib.categories import parse_category, parse_detail_group, parse_feature
from ..lib.items import read_items
from ..lib.listings import parse_listing
from ..lib.orders import parse_order
from ..lib.products import parse_found_product, queue_ids, read_creations, read_updates
from ..lib.queues import parse_queue_row
from ..lib.sellers import parse_carrier, parse_entity, parse_site, parse_template
from .lib_common import document

QUICK = settings(max_examples=300, deadline=None, database=None, derandomize=True)
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


def places(data):
    """Yield ``(container, key)`` of every value in JSON data."""
    for key in list(data) if isinstance(data, dict) else range(len(data)):
        yield data, key
        if isinstance(data[key], dict | list):
            yield from places(data[key])


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
        fresh = paging.pick_fresh(batch.rows, paging.order_key, set())
        page = paging.make_page(fresh, parse_order, batch, 0)
        self.assertEqual(len(page.items) + len(page.errors), len(fresh))
