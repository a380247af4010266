"""What became of products that were sent (OnBuy API reference, 15)."""
from datetime import datetime

from ..lib import queues
from ..lib.errors import AnswerError
from ..lib.queues import FAILED, PENDING, SUCCESS, parse_queue_row
from .lib_common import NOW, LibCase, document, page

QUEUES = document('queues')
IDS = [row['queue_id'] for row in QUEUES['results']]


def rows(*ids, **changed):
    """Return pending rows of these ids."""
    return [{'queue_id': one, 'status': 'pending', **changed} for one in ids]


class TestQueues(LibCase):

    def test_rows_of_every_state_are_read(self):
        self.expect('GET', '/queues', QUEUES)
        found = self.client.queues(IDS)
        self.assertEqual(self.sent()['params'], {
            'site_id': 2000, 'filter[queue_ids]': ','.join(IDS), 'limit': 100, 'offset': 0})
        waiting, single, family, failed = (found[one] for one in IDS)
        self.assertEqual((waiting.status, waiting.opc, waiting.error), (PENDING, '', ''))
        self.assertEqual((single.status, single.opc, single.variant_opcs), (SUCCESS, 'P7QX4M2', ()))
        self.assertEqual((family.opc, family.variant_opcs), ('P7QX4M3', ('P7QX4M4', 'P7QX4M5')))
        self.assertEqual((failed.status, failed.existing_opc), (FAILED, 'P7QX4M9'))
        self.assertEqual(failed.error, 'Product code "5012345678917" already exists')

    def test_the_total_of_the_answer_means_nothing(self):
        self.expect('GET', '/queues', page(rows(*IDS), 4500))
        self.client.queues(IDS)
        self.assertEqual(len(self.session.calls), 1)

    def test_ids_that_did_not_come_are_asked_for_once_more(self):
        self.expect('GET', '/queues', page(rows(*IDS[:2]), 2))
        self.expect('GET', '/queues', page(rows(IDS[3]), 1))
        self.assertEqual(set(self.client.queues(IDS)), {IDS[0], IDS[1], IDS[3]})
        self.assertEqual(self.sent()['params']['filter[queue_ids]'], ','.join(IDS[2:]))

    def test_the_history_is_read_no_further_than_asked_where_it_comes_newest_first(self):
        ids = [f'{int(NOW) - 60 * number:08x}{number:016x}' for number in range(250)]  # one a minute
        self.expect('GET', '/queues', page(rows(*ids[:100]), 250))
        self.expect('GET', '/queues', page(rows(*ids[100:200]), 250))
        found = list(self.client.iter_queue_history(datetime(2026, 3, 2, 6, 30)))
        self.assertEqual([row.queue_id for row in found], ids[:200])

    def test_a_history_in_another_order_is_read_to_its_end(self):
        def ends(*hours):
            return queues.ends_before([parse_queue_row(*rows(f'{int(NOW) - hour * 3600:08x}' if hour else 'x'))
                                       for hour in hours], datetime(2026, 3, 2, 6))  # three hours ago

        self.assertTrue(ends(1, 2, 4))
        for hours in ((4, 2, 1), (1, 4, 2), (1, 2), (4, 4), (4,), (1, 0, 4), ()):
            with self.subTest(hours=hours):
                self.assertFalse(ends(*hours))

    def test_the_waits_grow_to_a_quarter_and_after_a_day_to_an_hour(self):
        waits = [queues.get_wait(attempts).total_seconds() for attempts in range(8)]
        self.assertEqual(waits, [15, 30, 60, 120, 300, 900, 900, 900])
        self.assertEqual([queues.get_wait(attempts).total_seconds() for attempts in (100, 101, 5000)], [900, 3600, 3600])

    def test_rows_that_were_not_asked_for_and_bad_ones_are_left_out(self):
        self.expect('GET', '/queues', {'results': [{'status': 'success'}, *rows('other', IDS[0])]})
        with self.assertLogs('odoo.addons.onbuy_connector.lib.calls', 'WARNING'):
            self.assertEqual(list(self.client.queues(IDS[:1])), IDS[:1])

    def test_a_hundred_ids_are_asked_a_call(self):
        ids = [f'{number:024x}' for number in range(150)]
        self.expect('GET', '/queues', page(rows(*ids[:100]), 100))
        self.expect('GET', '/queues', page(rows(*ids[100:]), 50))
        self.assertEqual(list(self.client.queues([*ids, *ids])), ids)

    def test_no_ids_mean_no_call_and_bad_ones_are_refused(self):
        self.assertEqual(self.client.queues([]), {})
        for one in ('', 'a,b', 'a b'):
            with self.subTest(one=one), self.assertRaises(ValueError):
                self.client.queues([one])

    def test_an_answer_that_is_no_list_is_an_answer_error(self):
        self.expect('GET', '/queues', {'message': 'later'})
        with self.assertRaises(AnswerError):
            self.client.queues(IDS)


class TestHistory(LibCase):

    def test_all_pages_are_read_and_a_row_that_moved_comes_once(self):
        ids = [f'{number:024x}' for number in range(150)]
        self.expect('GET', '/queues', page(rows(*ids[:100]), 150))
        self.expect('GET', '/queues', page([*rows(ids[99], status='success'), *rows(*ids[100:])], 151))
        found = list(self.client.iter_queue_history())
        self.assertEqual([(row.queue_id, row.status) for row in found], [(one, PENDING) for one in ids])
        self.assertEqual([call['params'] for call in self.session.calls], [
            {'site_id': 2000, 'limit': 100, 'offset': 0}, {'site_id': 2000, 'limit': 100, 'offset': 100}])

    def test_a_history_without_end_is_left_after_some_pages(self):
        self.patch(queues, 'HISTORY_PAGES', 3)
        for start in (0, 100, 200):
            self.expect('GET', '/queues', page(rows(*(f'{number:024x}' for number in range(start, start + 100))), 10 ** 6))
        self.assertEqual(len(list(self.client.iter_queue_history())), 300)


class TestRows(LibCase):

    def test_an_error_counts_as_failed_and_an_unknown_word_as_pending(self):
        for word, status in (
            ('ERROR', FAILED), ('Failed', FAILED), ('success', SUCCESS), ('queued', PENDING), (None, PENDING),
        ):
            with self.subTest(word=word):
                self.assertEqual(parse_queue_row({'queue_id': 'a', 'status': word}).status, status)

    def test_a_reason_may_be_a_text_an_object_or_nothing(self):
        for said, words in (
            ("No", "No"), ({'message': "No"}, "No"), ({'brand': "No", 'rrp': "Neither"}, "No; Neither"),
            (["No", None, {}, "Never"], "No; Never"), (None, "OnBuy gave no reason."),
        ):
            with self.subTest(said=said):
                self.assertEqual(parse_queue_row({'queue_id': 'a', 'status': 'failed', 'error_message': said}).error, words)

    def test_the_id_tells_when_it_was_submitted(self):
        self.assertEqual(parse_queue_row({'queue_id': IDS[0]}).submitted_at, datetime(2026, 2, 27, 15, 5, 39))
        self.assertIsNone(parse_queue_row({'queue_id': 'queue-1'}).submitted_at)

    def test_the_uid_is_read_where_a_row_has_it(self):
        self.assertEqual(parse_queue_row({'queue_id': 'a', 'uid': 7}).uid, '7')
