"""Lists whose pages shift, shrink, repeat and never end (OnBuy API reference, 4, 16.3, 17.1 and 24)."""
import itertools
import random
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..lib import order_paging, paging, values
from ..lib.errors import AnswerError, IncompleteError
from .lib_common import page

START = datetime(2026, 3, 1)


def row(number, seconds):
    """Return a raw order row, last changed ``seconds`` after START."""
    return {'order_id': f'T{number}', 'updated_at': values.from_datetime(START + timedelta(seconds=seconds))}


class Server:
    """Orders behind `GET /orders`, with faults for given calls (counted from 0)."""

    def __init__(self, rows, faults=None, before_call=None, **habits):
        self.rows = list(rows)
        self.faults = faults or {}
        self.before_call = before_call
        self.habits = {
            'sorted': True, 'filtered': True, 'inclusive': True, 'total': True, 'cap': None, 'count': None} | habits
        self.calls = []
        self.last_page = []

    def matching(self, since):
        """Return the rows that a query finds, in the server's order."""
        bound = values.from_datetime(since - timedelta(seconds=0 if not self.habits['inclusive'] else 1))
        found = [row for row in self.rows if not self.habits['filtered'] or row['updated_at'] > bound]
        return sorted(found, key=lambda row: row['updated_at']) if self.habits['sorted'] else found

    def __call__(self, since, limit, offset):
        number = len(self.calls)
        self.calls.append((since, limit, offset))
        if self.before_call:
            self.before_call(self, number)
        found = self.matching(since)
        rows = found[offset:offset + min(limit, self.habits['cap'] or limit)]
        fault = self.faults.get(number)
        shown = {'short': rows[:-1], 'hole': rows[:1] + rows[2:], 'empty': [], 'repeat': self.last_page,
                 'first': found[:limit], 'before': found[max(0, offset - limit):][:limit]}.get(fault, rows)
        self.last_page = rows
        count = self.habits['count']
        return page(shown, (count(shown) if count else len(found)) if self.habits['total'] else None)


def read(server, limit=10, since=START):
    """Return ``[(id, updated_at)]`` in the order they were handed out."""
    return [
        order_paging.order_key(row)
        for _offset, _batch, fresh, _ordered in order_paging.iter_by_change(server, since, limit)
        for row in fresh
    ]


class TestOrdersByChange(BaseCase):

    def test_every_order_is_handed_out_once_in_the_order_of_change(self):
        server = Server(row(number, number * 7) for number in range(35))
        self.assertEqual(read(server), [order_paging.order_key(one) for one in server.rows])

    def test_no_order_means_one_call(self):
        server = Server([])
        self.assertEqual((read(server), len(server.calls)), ([], 1))

    def test_a_first_page_that_reaches_the_total_means_one_call(self):
        server = Server(row(number, number) for number in range(9))
        self.assertEqual((len(read(server)), len(server.calls)), (9, 1))

    def test_a_total_that_is_just_the_full_first_page_costs_one_page_more(self):
        server = Server(row(number, number) for number in range(10))
        self.assertEqual((len(read(server)), len(server.calls)), (10, 3), "a page that only repeats is asked for twice")

    def test_a_total_that_counts_the_page_or_nothing_ends_no_list(self):
        for count in (len, lambda rows: 0):
            for spread in (7, 0):
                with self.subTest(spread=spread):
                    server = Server((row(number, 50 + number * spread) for number in range(35)), count=count)
                    self.assertEqual(len(set(read(server))), 35)

    def test_a_limit_that_is_capped_without_a_word_hides_no_order(self):
        for habits in ({}, {'total': False}, {'sorted': False}):
            with self.subTest(habits=habits):
                server = Server((row(number, 50 + number * 7 % 41) for number in range(35)), cap=4, **habits)
                self.assertEqual(len(set(read(server))), 35)

    def test_a_moment_that_fills_several_capped_pages_is_read_by_offset(self):
        server = Server((row(number, 50) for number in range(35)), cap=4)
        self.assertEqual(len(set(read(server))), 35)

    def test_the_next_call_asks_for_the_last_change_and_not_for_an_offset(self):
        server = Server(row(number, number * 7) for number in range(15))
        read(server)
        self.assertEqual([call[0] for call in server.calls], [START, START + timedelta(seconds=9 * 7 - 1)])
        self.assertEqual([call[2] for call in server.calls], [0, 0])

    def test_an_order_that_changes_between_two_pages_hides_no_other(self):
        def change(server, number):
            if number == 1:
                server.rows[0] = row(0, 1000)

        server = Server((row(number, number * 7) for number in range(25)), before_call=change)
        seen = read(server)
        self.assertEqual({order_id for order_id, _time in seen}, {f'T{number}' for number in range(25)})
        self.assertIn(order_paging.order_key(row(0, 1000)), seen)

    def test_a_moment_that_fills_several_pages_is_read_by_offset(self):
        rows = [row(number, 50) for number in range(34)] + [row(90, 10), row(91, 60)]
        for inclusive in (True, False):
            with self.subTest(inclusive=inclusive):
                self.assertEqual(len(set(read(Server(rows, inclusive=inclusive)))), 36)

    def test_an_order_that_leaves_a_moment_while_it_is_read_by_offset_hides_no_other(self):
        def change(server, number):
            if number:
                server.rows[number] = row(number, 1000 + number)

        server = Server((row(number, 50) for number in range(34)), before_call=change)
        self.assertEqual(len({order_id for order_id, _time in read(server)}), 34)

    def test_a_page_that_ends_within_a_moment_loses_nothing_whether_since_includes_its_second_or_not(self):
        rows = [row(number, number // 3) for number in range(40)]
        for inclusive in (True, False):
            with self.subTest(inclusive=inclusive):
                self.assertEqual(
                    len(read(Server(rows, inclusive=inclusive), since=START - order_paging.SECOND)), 40
                )

    def test_short_holed_empty_and_repeated_pages_lose_nothing(self):
        for fault, call in itertools.product(('short', 'hole', 'empty', 'repeat'), range(4)):
            with self.subTest(fault=fault, call=call):
                server = Server((row(number, number * 7) for number in range(35)), faults={call: fault})
                self.assertEqual(len(set(read(server))), 35)

    def test_a_page_that_stays_short_does_not_end_the_list(self):
        server = Server((row(number, number * 7) for number in range(35)), faults={0: 'short', 1: 'short'})
        self.assertEqual(len(set(read(server))), 35)

    def test_an_end_that_lacks_rows_of_the_total_is_told_after_what_came(self):
        for fault in ('short', 'empty'):
            with self.subTest(fault=fault):
                server = Server((row(number, number * 7) for number in range(6)), faults=dict.fromkeys(range(99), fault))
                seen = []
                with self.assertRaises(IncompleteError):
                    for _offset, _batch, fresh, _ordered in order_paging.iter_by_change(server, START, 10):
                        seen += fresh
                self.assertEqual(len(seen), {'short': 5, 'empty': 0}[fault])

    def test_a_last_page_that_only_repeats_another_one_is_told(self):
        server = Server((row(number, 50) for number in range(20)), faults=dict.fromkeys(range(99), 'first'))
        with self.assertRaises(IncompleteError):
            read(server)

    def test_pages_that_each_repeat_half_of_the_one_before_are_told_though_they_seem_to_reach_the_total(self):
        for habits in ({}, {'sorted': False}):
            with self.subTest(habits=habits):
                rows = [row(number, 50 - number if habits else 50) for number in range(25)]
                server = Server(rows, faults=dict.fromkeys(range(1, 99), 'before'), **habits)
                with self.assertRaises(IncompleteError):
                    read(server)

    def test_an_order_that_onbuy_counts_and_sends_twice_is_not_missed(self):
        server = Server([*(row(number, number) for number in range(5)), row(4, 4)])
        self.assertEqual(len(read(server)), 5)

    def test_a_server_without_total_is_read_until_a_page_brings_nothing_new(self):
        server = Server((row(number, number * 7) for number in range(35)), total=False)
        self.assertEqual(len(set(read(server))), 35)

    def test_a_server_that_ignores_sorting_or_date_is_read_by_offset_to_its_total_and_flagged(self):
        rows = [row(number, (number * 13) % 97) for number in range(35)]
        for habit in ('sorted', 'filtered'):
            with self.subTest(habit=habit):
                server = Server(rows, **{habit: False})
                pages = list(
                    order_paging.iter_by_change(
                        server, START + timedelta(seconds=20 if habit == 'filtered' else 0), 10
                    )
                )
                found = {order_paging.order_key(one) for _offset, _batch, fresh, _ordered in pages for one in fresh}
                self.assertEqual(len(found), 35)
                self.assertFalse(pages[-1][3])

    def test_rows_whose_time_cannot_be_read_are_handed_out_too(self):
        rows = [row(number, number) for number in range(5)] + [
            {'order_id': 'TX', 'updated_at': 'zzz'},
            'odd',
            None,
        ]
        server = Server([], total=False)
        server.matching = lambda since: rows
        fresh = [one for page in order_paging.iter_by_change(server, START, 10) for one in page[2]]
        self.assertEqual(len(fresh), 8)

    def test_a_server_that_always_has_more_is_given_up_with_an_error(self):
        counter = itertools.count()

        def endless(since, limit, offset):
            return page([row(next(counter), 50) for _row in range(limit)], 10 ** 9)

        with self.assertRaises(AnswerError):
            for _page in order_paging.iter_by_change(endless, START, 2):
                pass

    def test_an_answer_without_a_list_is_an_answer_error(self):
        for answer in ({}, {'results': None}, {'results': 'none'}, {'error': {'message': 'no'}}):
            with self.subTest(answer=answer), self.assertRaises(AnswerError):
                list(order_paging.iter_by_change(lambda *query, answer=answer: answer, START, 10))

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(
        seed=st.integers(0, 10 ** 6), count=st.integers(0, 60), spread=st.integers(1, 80),
        inclusive=st.booleans(), total=st.booleans(),
        faults=st.dictionaries(st.integers(0, 12), st.sampled_from(['short', 'empty', 'repeat']), max_size=2),
    )
    def test_whatever_changes_while_reading_the_last_state_of_every_order_is_seen(
            self, seed, count, spread, inclusive, total, faults):
        chance = random.Random(seed)

        def change(server, number):
            if server.rows and number < 15 and chance.random() < 0.5:
                which = chance.randrange(len(server.rows))
                server.rows[which] = row(which, spread + 10 + number)

        # Two faults in a row on one query cannot be told from the truth, so they keep their distance.
        faults = {call: fault for call, fault in faults.items() if call - 1 not in faults}
        if not total:
            faults = {}
        rows = [row(number, chance.randrange(spread)) for number in range(count)]
        server = Server(rows, faults, change, inclusive=inclusive, total=total)
        seen = read(server, limit=7, since=START - order_paging.SECOND)
        self.assertEqual(len(seen), len(set(seen)))
        lost = {order_paging.order_key(one) for one in server.rows} - set(seen)
        self.assertFalse(lost)


class Listings:
    """Listings behind `GET /listings`, with faults for given calls (counted from 0)."""

    def __init__(self, count, faults=None, cap=None, total=True, echo=True, counted=None):
        self.rows = [{'product_listing_id': number, 'sku': f'S{number}'} for number in range(count)]
        self.faults = faults or {}
        self.cap = cap
        self.total = total
        self.echo = echo
        self.counted = counted
        self.calls = []

    def __call__(self, limit, offset):
        number = len(self.calls)
        self.calls.append((limit, offset))
        asked, limit = limit, min(limit, self.cap or limit)
        rows = self.rows[offset:offset + limit]
        shown = {'short': rows[:-1], 'empty': [], 'repeat': self.rows[:limit]}.get(
            self.faults.get(number), rows
        )
        total = self.counted(shown) if self.counted else len(self.rows)
        return page(shown, total if self.total else None, limit=limit if self.echo else asked)


def read_listings(server, limit=10, offset=0):
    """Return the keys handed out."""
    return [paging.listing_key(row)
            for _offset, _batch, fresh in paging.iter_by_offset(server, paging.listing_key, limit, offset)
            for row in fresh]


class TestListingsByOffset(BaseCase):

    def test_n_listings_take_n_by_limit_calls(self):
        for count, calls in ((0, 1), (1, 1), (9, 1), (11, 2), (20, 2), (100, 10)):
            with self.subTest(count=count):
                server = Listings(count)
                self.assertEqual((len(read_listings(server)), len(server.calls)), (count, calls))

    def test_a_total_that_is_just_the_full_first_page_costs_one_call_more(self):
        server = Listings(10)
        self.assertEqual((len(read_listings(server)), len(server.calls)), (10, 2))

    def test_a_total_that_counts_the_page_or_nothing_ends_no_list(self):
        for counted, count in itertools.product((len, lambda rows: 0), (20, 25)):
            with self.subTest(count=count):
                server = Listings(count, counted=counted)
                self.assertEqual(len(read_listings(server)), count)

    def test_a_server_that_sends_more_than_asked_for_is_read_in_one_call(self):
        server = Listings(25)
        answers = [server(25, 0)]
        seen = [one for _at, _batch, fresh in paging.iter_by_offset(
            lambda limit, offset: answers.pop(), paging.listing_key, 10) for one in fresh]
        self.assertEqual(len(seen), 25)

    def test_reading_may_begin_anywhere(self):
        self.assertEqual(read_listings(Listings(25), offset=20), ['20', '21', '22', '23', '24'])

    def test_a_short_or_empty_page_is_asked_for_once_more(self):
        for fault in ('short', 'empty'):
            with self.subTest(fault=fault):
                server = Listings(25, {1: fault})
                self.assertEqual(len(read_listings(server)), 25)
                self.assertEqual([offset for _limit, offset in server.calls], [0, 10, 10, 20])

    def test_a_page_that_stays_short_does_not_end_the_list(self):
        self.assertEqual(len(read_listings(Listings(25, {1: 'short', 2: 'short'}))), 25)

    def test_a_row_that_onbuy_counts_and_never_sends_does_not_keep_the_list_from_its_end(self):
        server = Listings(25)
        del server.rows[13]
        server.counted = lambda rows: 25
        self.assertEqual(len(read_listings(server)), 24)

    def test_a_repeated_page_is_asked_for_once_more_and_its_rows_are_handed_out_once(self):
        seen = read_listings(Listings(25, {1: 'repeat'}))
        self.assertEqual((len(seen), len(set(seen))), (25, 25))

    def test_a_capped_limit_is_noticed(self):
        server = Listings(25, cap=5)
        self.assertEqual(len(read_listings(server)), 25)

    def test_a_limit_that_is_capped_without_a_word_skips_no_row(self):
        for total in (True, False):
            with self.subTest(total=total):
                self.assertEqual(len(read_listings(Listings(25, cap=4, echo=False, total=total))), 25)

    def test_a_server_without_total_is_read_until_a_page_brings_nothing_new(self):
        self.assertEqual(len(read_listings(Listings(25, total=False))), 25)

    def test_a_server_without_total_that_sends_all_at_once_is_read_to_its_end(self):
        answer = page([{'sku': 'A'}, {'sku': 'B'}])
        seen = [one for _at, _batch, fresh in paging.iter_by_offset(
            lambda limit, offset: answer, paging.listing_key, 10) for one in fresh]
        self.assertEqual(len(seen), 2)

    def test_a_server_that_repeats_one_page_for_ever_is_given_up_with_an_error(self):
        with self.assertRaises(AnswerError):
            list(
                paging.iter_by_offset(
                    lambda limit, offset: page([{'sku': 'A'}] * 2, 10**6), paging.listing_key, 2
                )
            )


def read_pages(server, limit=10):
    """Return the pages as the client gives them."""
    return [paging.make_page(fresh, dict, batch, offset)
            for offset, batch, fresh in paging.iter_by_offset(server, paging.listing_key, limit)]


class TestPages(BaseCase):

    def test_a_page_is_whole_when_it_brought_what_the_total_promises(self):
        self.assertEqual([one.whole for one in read_pages(Listings(25))], [True, True, True])

    def test_a_page_that_stays_short_empty_or_repeated_is_not_whole(self):
        for fault in ('short', 'empty', 'repeat'):
            with self.subTest(fault=fault):
                pages = read_pages(Listings(25, {1: fault, 2: fault}))
                self.assertEqual([one.whole for one in pages], [True, False, True])

    def test_a_server_without_total_gives_no_whole_page(self):
        self.assertEqual({one.whole for one in read_pages(Listings(25, total=False))}, {False})

    def test_the_next_page_begins_where_a_capped_limit_ends(self):
        self.assertEqual([one.next_offset for one in read_pages(Listings(12, cap=5))], [5, 10, 12])

    def test_the_next_page_begins_after_what_a_short_page_brought(self):
        pages = read_pages(Listings(12, cap=5, echo=False))
        self.assertEqual([(one.next_offset, one.whole) for one in pages], [(5, False), (10, False), (12, True)])

    def test_a_page_whose_total_is_less_than_what_came_is_not_whole(self):
        pages = read_pages(Listings(25, counted=lambda rows: 0))
        self.assertEqual([(one.total, one.whole) for one in pages[:-1]], [(None, False)] * 3)

    def test_a_total_that_was_doubted_and_is_true_spoils_nothing(self):
        self.assertEqual([one.whole for one in read_pages(Listings(10))], [True, True])


class TestRows(BaseCase):

    def test_one_bad_row_in_three_is_reported_and_the_others_are_read(self):
        def parse(row):
            return values.to_int(row['n'], 'n')

        batch = paging.Batch([], 3, 10)
        result = paging.make_page(
            [{'n': 1}, {'n': 'x', 'order_id': 'T1', 'ip_address': '1.2.3.4'}, {'n': 3}], parse, batch, 0
        )
        self.assertEqual(result.items, [1, 3])
        self.assertEqual(
            result.errors,
            [paging.RowError('T1', None, {'n': 'x', 'order_id': 'T1'}, 'n "x" is not a number.')],
        )

    def test_a_row_that_is_no_object_is_reported(self):
        result = paging.make_page([None, [], 'x'], dict, paging.Batch([], 3, 10), 0)
        self.assertEqual((len(result.items), len(result.errors)), (0, 3))
