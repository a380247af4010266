"""The record of requests received, without keys and tokens."""

import json
from collections import deque
from urllib.parse import parse_qsl, urlencode

SECRETS = {'consumer_key', 'secret_key', 'access_token', 'authorization'}
HIDDEN = "(redacted)"
KEPT = 20000
KEPT_BODIES = 1000  # bodies of a thousand listings are large
FORGOTTEN = "(no longer kept)"
LONGEST_TEXT = 2000


class Journal:
    """The newest requests, at most KEPT, oldest first."""

    def __init__(self):
        self._entries = deque(maxlen=KEPT)
        self._with_body = deque()
        self._last_id = 0

    def open(self, now, method, path, query, raw):
        """Add and return the entry (dict) of a request; `query` is its raw text, `raw` its body in bytes.

        Whoever answers sets `status` (None = no answer was sent), `mode` and `fault`.
        """
        self._last_id += 1
        entry = {
            'id': self._last_id, 'time': now, 'method': method, 'path': path, 'query': _clean_query(query),
            'body': _clean_body(raw), 'mode': None, 'status': None, 'fault': None,
        }
        self._entries.append(entry)
        if entry['body'] is not None:
            self._keep_body(entry)
        return entry

    def _keep_body(self, entry):
        self._with_body.append(entry)
        if len(self._with_body) > KEPT_BODIES:
            self._with_body.popleft()['body'] = FORGOTTEN

    def since(self, last_id=0):
        """Return the entries with an id above `last_id`, newest last."""
        return [entry for entry in self._entries if entry['id'] > last_id]

    def clear(self):
        """Forget all entries (ids go on) and return how many there were."""
        count = len(self._entries)
        self._entries.clear()
        return count


def _clean_query(text):
    pairs = parse_qsl(text, keep_blank_values=True)
    return urlencode([(name, HIDDEN if name in SECRETS else value) for name, value in pairs], safe='[]():, ')


def _clean_body(raw):
    if not raw.strip():
        return None
    try:
        return _redact(json.loads(raw))
    except (ValueError, RecursionError):
        text = raw[:LONGEST_TEXT].decode(errors='replace')
        return HIDDEN if any(name in text for name in SECRETS) else text


def _redact(value):
    if isinstance(value, dict):
        return {name: HIDDEN if name.lower() in SECRETS else _redact(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_redact(item) for item in value]
    return value
