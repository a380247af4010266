"""The sandbox's clock: real time that can be moved forward or stopped."""

import time
from datetime import datetime, timezone

FORMAT = '%Y-%m-%d %H:%M:%S'


def stamp(moment):
    """Return `moment` (aware datetime, or None) as OnBuy writes it: UTC without zone (22)."""
    return moment.strftime(FORMAT) if moment else None


class Clock:
    """Time of the sandbox. `real` and `ticker` return seconds and can be replaced in tests."""

    def __init__(self, real=time.time, ticker=time.monotonic):
        self._real = real
        self._ticker = ticker
        self._offset = 0.0
        self._frozen_at = None

    @property
    def frozen(self):
        """True while the clock stands still."""
        return self._frozen_at is not None

    def unix(self):
        """Return the present moment in Unix seconds (float)."""
        base = self._real() if self._frozen_at is None else self._frozen_at
        return base + self._offset

    def now(self):
        """Return the present moment as an aware UTC datetime in whole seconds."""
        return datetime.fromtimestamp(int(self.unix()), timezone.utc)

    def ticks(self):
        """Return seconds that run on while the clock is frozen, for rate limits; `advance` moves them too."""
        return self._ticker() + self._offset

    def advance(self, seconds):
        """Move the clock `seconds` (float, not negative) forward."""
        self._offset += seconds

    def freeze(self, stop):
        """Stop the clock, or let it go on from where it stood."""
        if stop and self._frozen_at is None:
            self._frozen_at = self._real()
        elif not stop and self._frozen_at is not None:
            self._offset -= self._real() - self._frozen_at
            self._frozen_at = None
