"""State of asynchronous work ("OnBuy API reference", 15)."""

from datetime import timedelta

from . import parsing
from .call import page
from .errors import ApiError
from .models import QueueRow

STATUSES = ('success', 'failed', 'pending')


def enqueue(call, job, uid=None):
    """Add and return a queue row whose `job`, a function of the row, runs after the delay of the settings."""
    world, now = call.world, call.now()
    queue_id = f'{int(world.clock.unix()):08x}{world.rng.getrandbits(64):016x}'
    due = now + timedelta(seconds=call.settings.queue_delay_seconds)
    row = QueueRow(queue_id, now, due, world.next('queue'), job, uid)
    call.account.queue.append(row)
    return row


def browse(call):
    """`GET /queues`: pages of 10; by ascending id when filtered by ids, else the newest first; no echoes."""
    ids, status = set(parsing.csv(call.filter('queue_ids'))), call.filter('status')
    if status and status.lower() not in STATUSES:
        raise ApiError(400, f"'{status}' is not a valid status")
    rows = [row for row in reversed(call.account.queue)
            if (not ids or row.queue_id in ids) and (not status or row.status == status.lower())]
    if ids:
        rows.sort(key=lambda row: row.queue_id)
    return page(call, rows, lambda row: _show(call, row), 10)


def view(call):
    """`GET /queues/{queue_id}`: one row as an object. Raises ApiError 400 on an unknown id."""
    queue_id = call.path['queue_id']
    for row in call.account.queue:
        if row.queue_id == queue_id:
            return {'results': _show(call, row)}
    raise ApiError(400, f"'{queue_id}' is not a valid queue_id")


def _show(call, row):
    shown = {'queue_id': row.queue_id, 'status': row.status}
    if call.settings.queue_uid and row.uid is not None:
        shown['uid'] = row.uid
    return {**shown, **row.answer}
