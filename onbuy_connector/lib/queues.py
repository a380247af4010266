"""Asynchronous work on products, as OnBuy's queue reports it (OnBuy API reference, 15)."""
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from .values import as_keys, first, maybe, redact_text, to_key, to_text

IDS_PER_CALL = 100
PAGE = 100
HISTORY_PAGES = 100  # So far back the history is read at most.
PENDING, SUCCESS, FAILED = 'pending', 'success', 'failed'
STATUSES = {SUCCESS: SUCCESS, FAILED: FAILED, 'error': FAILED}
EPOCH = datetime(1970, 1, 1)
WAITS = (15, 30, 60, 120, 300)  # Seconds before the first looks; then every quarter of an hour, after a day every hour.
QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
QUARTERS = 96
_TIME = re.compile('[0-9a-f]{8}', re.IGNORECASE)


@dataclass(frozen=True)
class QueueRow:
    """What became of one product that was sent.

    :param str status: PENDING, SUCCESS or FAILED
    :param str opc: of the product, of the parent for a family; '' until success
    :param variant_opcs: of a family's variants, in no known order
    :param str error: OnBuy's words on a failure
    :param existing_opc: of the product that already has the code, '' for none
    :param str uid: '' unless OnBuy echoes it
    :param submitted_at: naive UTC, which the id begins with; None when it does not
    """

    queue_id: str
    status: str
    opc: str
    product_url: str
    variant_opcs: tuple[str, ...]
    error: str
    existing_opc: str
    uid: str
    submitted_at: datetime | None


def parse_queue_row(row):
    """Return the QueueRow of one row or single view; a status that is not known counts as pending.

    :param dict row: of `results`
    :raise ParseError: no queue id
    """
    queue_id = to_key(row.get('queue_id'), 'queue_id')
    status = STATUSES.get(str(row.get('status')).strip().lower(), PENDING)
    return QueueRow(
        queue_id=queue_id,
        status=status,
        opc=maybe(to_key, row.get('opc')) or '',
        product_url=to_text(row.get('product_url'), 'product_url', limit=2000),
        variant_opcs=as_keys(row.get('variant_opcs')),
        error=_error(row) if status == FAILED else '',
        existing_opc=maybe(to_key, row.get('existing_opc')) or '',
        uid=maybe(to_key, row.get('uid')) or '',
        submitted_at=_submitted_at(queue_id),
    )


def _error(row):
    """Return OnBuy's words on a failure, which may be a text, an object or a list."""
    said = first(row, 'error_message', 'message', 'error')
    if isinstance(said, dict):
        said = said.get('message') or list(said.values())
    texts = (maybe(to_text, text) for text in (said if isinstance(said, list) else [said]))
    return redact_text('; '.join(filter(None, texts))) or "OnBuy gave no reason."


def _submitted_at(queue_id):
    """Return the time that a queue id begins with, None when it does not."""
    match = _TIME.match(queue_id)
    return EPOCH + timedelta(seconds=int(match[0], 16)) if match else None


def ends_before(rows, moment):
    """Tell whether what follows these rows of the history is older than a moment: they come newest first, down to it.

    :param list rows: of QueueRow, one page
    :param datetime moment: naive UTC
    """
    times = [row.submitted_at for row in rows]
    if not times or None in times or times[0] == times[-1]:
        return False
    return times == sorted(times, reverse=True) and times[-1] < moment


def get_wait(attempts):
    """Return how long to wait before OnBuy is asked again about what it does later.

    :param int attempts: looks so far
    :rtype: timedelta
    """
    if attempts < len(WAITS):
        return timedelta(seconds=WAITS[attempts])
    return QUARTER if attempts < len(WAITS) + QUARTERS else HOUR
