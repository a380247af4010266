"""Looking for keys and tokens where none may be."""
import logging
import re

# Keys as OnBuy and the sandbox give them out, and tokens: UUIDs in capitals, which nothing else here writes.
SECRET = re.compile(r'[cs]k_(?:live|test)_[0-9a-f]{32}|\b[0-9A-F]{8}-(?:[0-9A-F]{4}-){3}[0-9A-F]{12}\b')


def find_secrets(text):
    """Return the keys and tokens in a text, each shortened.

    :rtype: list
    """
    return sorted({f'{found[:12]}…' for found in SECRET.findall(text)})


class LogWatch(logging.Handler):
    """Remembers the records that have keys or tokens in them."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.setFormatter(logging.Formatter('%(name)s: %(message)s'))

    def emit(self, record):
        """Look at a record, with what it tells of an exception."""
        text = self.format(record)
        if secrets := find_secrets(text):
            self.found.append(f'{secrets} in {text[:500]}')
