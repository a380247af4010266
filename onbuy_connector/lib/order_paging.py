"""Reading orders by the time of their change, through pages that shift, shrink and repeat (OnBuy API reference, 17.1)."""
from collections import Counter
from datetime import datetime, timedelta

from . import const, values
from .errors import AnswerError
from .paging import believed, is_repeated, iter_by_offset, left_out, pick_fresh, reaches_total, read_once
from .values import as_object, maybe, to_datetime

SECOND = timedelta(seconds=1)


def order_key(row):
    """Return what identifies a state of a raw order: its id and the time of its last change."""
    fields = as_object(row)
    if values.is_blank(fields.get('order_id')):
        return values.digest(row)
    return str(fields['order_id']), str(fields.get('updated_at'))


def iter_by_change(fetch, since, limit):
    """Read orders by key: each call asks for what changed since the last row of the one before.

    Between two calls by offset an order that changes moves to the end and shifts the rest, so that some are
    never seen. Offset is used only while one moment fills a whole page. The moment asked for is one second
    early, because OnBuy does not say whether `modified_since` includes its own second; repeats are dropped.

    :param fetch: callable ``(since, limit, offset)`` giving the parsed answer
    :param datetime since: naive UTC
    :return: generator of ``(offset, Batch, fresh rows, ordered)``
    :raise IncompleteError: at the end, when rows are lacking that OnBuy counts
    :raise AnswerError: the server never ends
    """
    seen, times, offset, start, barren = set(), {}, 0, since, 0
    for _page in range(const.MAX_PAGES):
        batch = _read_ordered(fetch, since, limit, offset)
        if batch and is_repeated(batch, order_key, seen):
            batch = _read_ordered(fetch, since, limit, offset)
        if batch is None:
            yield from _iter_unordered(fetch, start, limit, seen)
            return
        fresh = pick_fresh(batch.rows, order_key, seen)
        _note_times(times, batch.rows)
        batch = believed(batch, _count_since(times, since + SECOND))  # Perhaps OnBuy does not count the second itself.
        barren = 0 if fresh else barren + 1
        yield offset, batch, fresh, True
        if reaches_total(batch, offset, limit) or _is_spent(batch, barren):
            _check_end(batch, times, since)
            return
        since, offset = _next_query(batch, since, offset)
    raise AnswerError("OnBuy's list of orders does not end.")


def _read_ordered(fetch, since, limit, offset):
    """Return the Batch of a query, its rows by time; None when the server ignores sorting or date."""
    def ask(limit, offset):
        return fetch(since, limit, offset)

    for _attempt in range(2):  # A page that was only repeated by mistake comes right the second time.
        first_read = read_once(ask, limit, offset)
        if not _is_ordered(first_read.rows, since):
            continue
        if not first_read.is_short(offset):
            return first_read
        again = read_once(ask, limit, offset)
        if _is_ordered(again.rows, since):
            return _merged(first_read, again)
    return None


def _merged(batch, again):
    """Return both answers to one query as one Batch, by time of change."""
    rows = {order_key(row): row for row in (*batch.rows, *again.rows)}
    return again._replace(rows=sorted(rows.values(), key=lambda row: _changed_at(row) or datetime.max))


def _changed_at(row):
    """Return a raw order's `updated_at`, None when it cannot be read."""
    return maybe(to_datetime, as_object(row).get('updated_at'))


def _is_ordered(rows, since):
    """Tell whether the rows run upwards in time and none is older than asked for."""
    times = [since, *filter(None, map(_changed_at, rows))]
    return all(earlier <= later for earlier, later in zip(times, times[1:], strict=False))


def _is_spent(batch, barren):
    """Tell whether a page is neither full nor new, nor was the one before where a total promises more.

    One such page says nothing: where time went on, it begins with what is known.

    :param int barren: pages in a row with nothing new
    """
    return len(batch.rows) < batch.step and barren > (batch.total is not None)


def _note_times(times, rows):
    """Note when each row of an answer changed; a row that it holds twice is noted twice, as OnBuy counts it."""
    counts = Counter()
    for row in rows:
        key = order_key(row)
        counts[key] += 1
        times[key, counts[key]] = _changed_at(row)


def _check_end(batch, times, since):
    """Raise IncompleteError when fewer rows came that changed since then than OnBuy counts.

    Where the last page stands says nothing: one that repeats half of another seems to reach the total.
    """
    if batch.total is not None and _count_since(times, since) < batch.total:
        raise left_out(batch.total)


def _count_since(times, since):
    """Return how many rows came that changed since then; one whose time cannot be read counts as such."""
    return sum(time is None or time >= since for time in times.values())


def _next_query(batch, since, offset):
    """Return ``(since, offset)`` of the next call: by key where time went on, else by offset.

    The offset grows by half a page only: an order that changes meanwhile leaves this moment and shifts the
    rest. Without a total a short page may be all there is: the same query tells, and nothing can shift.
    """
    times = [*filter(None, map(_changed_at, batch.rows))]
    following = times[-1] - SECOND if times else since
    if following > since:
        return following, 0
    is_perhaps_all = batch.total is None and len(batch.rows) < batch.step
    return since, offset if is_perhaps_all else offset + max(1, batch.reach // 2)


def _iter_unordered(fetch, since, limit, seen):
    """Read a server that ignores sorting or date: by offset, from the start, to the total."""
    def ask(limit, offset):
        return fetch(since, limit, offset)

    times = {}
    for offset, batch, fresh in iter_by_offset(ask, order_key, limit, seen=seen):
        _note_times(times, batch.rows)
        yield offset, batch, fresh, False
    _check_end(batch, times, datetime.min)
