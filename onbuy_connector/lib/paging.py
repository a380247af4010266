"""Reading lists whose pages shift, shrink and repeat (OnBuy API reference, 4, 16.3 and 24)."""
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from . import const, values, wire
from .errors import AnswerError, IncompleteError
from .values import as_object, first, maybe, to_datetime, to_int, to_key, to_text, total_of

BARREN_PAGES = 3  # So many pages in a row with nothing new: the server goes round in circles.


@dataclass(frozen=True)
class RowError:
    """A row that cannot be understood; it is reported, never dropped.

    :param raw: the row as received, without secrets
    :param str message: what is wrong with it, in a sentence
    :param listing_id: `product_listing_id` of a listing; ``url`` its page
    """

    order_id: str | None
    updated_at: datetime | None
    raw: object = field(repr=False)
    message: str
    sku: str | None = None
    listing_id: str | None = None
    opc: str | None = None
    name: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Page:
    """New rows of one call.

    :param list items: what was parsed
    :param list errors: a RowError for each row that was not
    :param int offset: where the page began
    :param total: rows that the query has in all, None when OnBuy does not say, or says less than it sent
    :param bool ordered: False when the server ignores the sorting: then only the end of the whole run, not of
        a page, says up to which time everything was seen
    :param bool whole: whether it brought as many new rows as OnBuy's total promises; never without a total
    :param int next_offset: where the next page begins
    """

    items: list
    errors: list
    offset: int = 0
    total: int | None = None
    ordered: bool = True
    whole: bool = False
    next_offset: int = 0


class Batch(NamedTuple):
    """Raw rows of one call, the total of its query, and how far one call reaches."""

    rows: list
    total: int | None
    step: int

    @property
    def reach(self):
        """How many rows on the next page begins: fewer than asked for where a server caps the limit without a word."""
        return min(len(self.rows), self.step) or self.step

    def is_short(self, offset):
        """Tell whether rows are lacking that `limit` and total promise."""
        left = self.step if self.total is None else self.total - offset
        return len(self.rows) < min(self.step, left)


def make_page(fresh, parse, batch, offset, ordered=True):
    """Return the Page of raw rows, each parsed on its own."""
    items, errors = [], []
    for row in fresh:
        try:
            items.append(parse(_checked(row)))
        except values.ParseError as error:
            errors.append(row_error(row, str(error)))
    whole = batch.total is not None and not batch._replace(rows=fresh).is_short(offset)
    return Page(items, errors, offset, batch.total, ordered, whole, offset + batch.reach)


def _checked(row):
    """Return a row that is an object; raise ParseError for anything else."""
    if not isinstance(row, dict):
        raise values.ParseError('row', row, "is not an object.")
    return row


def row_error(row, message):
    """Return the RowError of a raw row, with whatever identifies it."""
    fields = as_object(row)
    return RowError(
        order_id=maybe(to_key, fields.get('order_id')),
        updated_at=maybe(to_datetime, fields.get('updated_at')),
        raw=values.redact(row),
        message=message,
        sku=maybe(to_key, fields.get('sku')),
        listing_id=maybe(to_key, fields.get('product_listing_id')),
        opc=maybe(to_key, first(fields, 'opc', 'product_encoded_id')),
        name=maybe(to_text, fields.get('name'), default=None),
        url=maybe(to_text, fields.get('product_url'), default=None, limit=2000),
    )


def read_batch(fetch, limit, offset):
    """Return the Batch at an offset; a short page is asked for once more, and both answers count.

    :param fetch: callable ``(limit, offset)`` giving the parsed answer
    :raise AnswerError: the answer holds no list, or refuses it
    """
    batch = read_once(fetch, limit, offset)
    if not batch.is_short(offset):
        return batch
    again = read_once(fetch, limit, offset)
    rows = {values.digest(row): row for row in (*batch.rows, *again.rows)}
    return again._replace(rows=list(rows.values()))


def read_once(fetch, limit, offset):
    """Return the Batch of one call; a server may cap the limit and says so in `metadata` (4), or may ignore it."""
    answer = fetch(limit, offset)
    rows = wire.read_rows(answer)
    granted = maybe(to_int, as_object(as_object(answer).get('metadata')).get('limit')) or limit
    return Batch(rows, total_of(answer), max(granted if 0 < granted < limit else limit, len(rows)))


def pick_fresh(rows, key, seen):
    """Return the rows whose ``key(row)`` is not in the set ``seen``, and add them to it."""
    fresh = {key(row): row for row in rows if key(row) not in seen}
    seen.update(fresh)
    return list(fresh.values())


def iter_by_offset(fetch, key, limit, offset=0, seen=None):
    """Read a list by offset until its total is reached, through short, empty and repeated pages.

    :param fetch: callable ``(limit, offset)`` giving the parsed answer
    :param key: callable giving what identifies a raw row
    :param seen: set of keys that are known already; grows
    :return: generator of ``(offset, Batch, fresh rows)``
    :raise AnswerError: the server never ends
    """
    seen = set() if seen is None else seen
    barren, came = 0, offset
    for _page in range(const.MAX_PAGES):
        batch = read_batch(fetch, limit, offset)
        if is_repeated(batch, key, seen):
            batch = read_batch(fetch, limit, offset)
        fresh = pick_fresh(batch.rows, key, seen)
        came += len(fresh)
        batch = believed(batch, came)
        yield offset, batch, fresh
        if _is_last(batch, offset, fresh, limit):
            return
        barren = 0 if fresh else barren + 1
        if barren == BARREN_PAGES:
            break
        offset += batch.reach
    raise AnswerError("OnBuy repeats its pages without end: the list was not read to its end.")


def only_whole(pages):
    """Give the pages of :func:`iter_by_offset` as long as they bring what OnBuy counts: for lists that mean something only
    when they are whole.

    :raise IncompleteError: rows are lacking, or a page was repeated
    """
    for offset, batch, fresh in pages:
        if is_holed(batch, offset, fresh):
            raise left_out(batch.total)
        yield offset, batch, fresh


def is_holed(batch, offset, fresh):
    """Tell whether a page lacks rows that OnBuy counts, or only repeats another one."""
    return batch.total is not None and bool(batch.is_short(offset) or batch.rows and not fresh)


def left_out(total):
    """Return the error for a list in which rows are lacking.

    :param int total: rows that OnBuy counts
    """
    return IncompleteError(f"OnBuy counts {total} rows but left out some. They are asked for again later.")


def is_repeated(batch, key, seen):
    """Tell whether a page brings only known rows: perhaps by mistake, so it is worth asking once more."""
    return bool(batch.rows) and seen.issuperset(map(key, batch.rows))


def believed(batch, came):
    """Return a Batch, without its total if more rows came already: it counts something else, such as those of the page."""
    return batch._replace(total=None) if batch.total is not None and batch.total < came else batch


def _is_last(batch, offset, fresh, limit):
    """Tell whether nothing comes after a page read by offset: the total is reached.

    Without a total, the page is neither full nor new; a short one with new rows may only be capped.
    """
    if batch.total is None:
        return len(batch.rows) < batch.step and not fresh
    return reaches_total(batch, offset, limit)


def reaches_total(batch, offset, limit):
    """Tell whether a page goes up to the total.

    A total that is just a full first page is not believed: some servers count the rows of the page. One more call tells.
    """
    if batch.total is None or offset + batch.reach < batch.total:
        return False
    return offset > 0 or not len(batch.rows) == batch.total == batch.step <= limit


# === LISTINGS === #

def listing_key(row):
    """Return what identifies a raw listing: its id, else its SKU, else all of it (16.3)."""
    return row_key(row, 'product_listing_id', 'sku')


def row_key(row, *names):
    """Return what identifies a raw row: the first of its fields that is not blank, else all of it."""
    return str(first(as_object(row), *names) or values.digest(row))
