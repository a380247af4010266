"""The account's allowance of calls: counting, pacing and pausing, no I/O (OnBuy API reference, 6)."""
import math
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone

from . import const
from .errors import DeferredError

HOUR, DAY, MINUTE = 3600, 86400, 60
LONGEST_SLEEP = 2.0  # Seconds a caller may sleep for pacing; anything longer is for later.
WRITES = frozenset({'POST', 'PUT', 'DELETE'})


@dataclass(frozen=True)
class Limits:
    """What may be spent.

    :param per_hour: calls an hour, by method
    :param per_day: calls a day, for each method
    :param share: percent of both that this client uses; the rest is left to the seller's other tools
    :param interval: seconds between two calls
    :param reserve: percent of the own share that only priority calls (orders, dispatch) may use
    """

    per_hour: dict = field(default_factory=lambda: dict(const.HOURLY_LIMITS))
    per_day: int = const.DAILY_LIMIT
    share: int = 80
    interval: float = 1.0
    reserve: int = 25


class Governor:
    """Says when a call may be sent, from counts that the caller keeps between runs.

    Calls are counted in buckets of a minute for the hour and of an hour for the day. A bucket counts until
    its very last moment is out of the window, so that no 60 minutes ever hold more than the allowance.

    :param Limits limits: what may be spent
    :param state: what :attr:`state` gave in the last run, or None
    :param clock: callable giving Unix seconds
    """

    def __init__(self, limits=None, state=None, *, clock=time.time):
        self.limits = limits or Limits()
        self._clock = clock
        state = state or {}
        now = clock()
        self._last = min(state.get('last', 0), now)
        self._hour = self._loaded(state.get('hour'), now // MINUTE)
        self._day = self._loaded(state.get('day'), now // HOUR)
        # A clock that was set back must not leave a pause or a count without end.
        self._paused = {method: min(until, now + DAY) for method, until in state.get('paused', {}).items()}
        self._refused = {method: [min(at, now) for at in times]
                         for method, times in state.get('refused', {}).items()}

    @staticmethod
    def _loaded(counts, newest):
        """Return ``{method: {bucket: calls}}`` from the state; buckets of the future count as the newest."""
        loaded = {}
        for method, buckets in (counts or {}).items():
            kept = loaded[method] = {}
            for bucket, calls in buckets:
                bucket = min(bucket, int(newest))
                kept[bucket] = kept.get(bucket, 0) + calls
        return loaded

    @property
    def state(self):
        """JSON-able dict to hand to the next Governor; old buckets are left out."""
        now = self._clock()
        return {
            'last': self._last,
            'hour': {method: self._recent(kept, MINUTE, HOUR, now) for method, kept in self._hour.items()},
            'day': {method: self._recent(kept, HOUR, DAY, now) for method, kept in self._day.items()},
            'paused': {method: until for method, until in self._paused.items() if until > now},
            'refused': {method: times for method in self._refused if (times := self._refusals(method, now))},
        }

    @staticmethod
    def _recent(buckets, size, window, now):
        """Return sorted ``[bucket, calls]`` of what reaches into the window (seconds) before ``now``."""
        oldest = (now - window) // size
        return [[bucket, calls] for bucket, calls in sorted(buckets.items()) if bucket >= oldest]

    # === BEFORE A CALL === #

    def before(self, method, *, priority=False):
        """Return the seconds (0 to 2) to sleep before a call.

        :param str method: HTTP method
        :param bool priority: may use the reserve
        :raise DeferredError: paused, allowance used up, or a longer wait; nothing may be sent now
        """
        now = self._clock()
        if self._paused.get(method, 0) > now:
            raise self._deferred(method, self._paused[method], "OnBuy asked for a pause")
        free_at = max(
            self._free_at(self._hour, method, MINUTE, HOUR, self._allowance(method, HOUR, priority), now),
            self._free_at(self._day, method, HOUR, DAY, self._allowance(method, DAY, priority), now),
        )
        if free_at > now:
            raise self._deferred(method, free_at, "The allowance of calls is used up")
        wait = max(0.0, min(self._last, now) + self.limits.interval - now)
        if wait > LONGEST_SLEEP:
            raise self._deferred(method, now + wait, "The last call was a moment ago")
        return wait

    def free_at(self, method):
        """Return the naive UTC datetime before which not even a priority call may be sent, None if one may be sent now."""
        try:
            self.before(method, priority=True)
        except DeferredError as error:
            return error.until
        return None

    @staticmethod
    def _deferred(method, until, why):
        """Return the DeferredError for a Unix time, rounded up to whole seconds."""
        moment = datetime.fromtimestamp(math.ceil(until), timezone.utc).replace(tzinfo=None)
        return DeferredError(f"{why} ({method}): next attempt at {moment} UTC.", until=moment, method=method)

    def _allowance(self, method, window, priority):
        """Return the calls that may be made within a window (HOUR or DAY), in all."""
        limit = self.limits.per_day
        if window == HOUR:
            limit = self.limits.per_hour.get(method, limit)
        allowance = limit * self.limits.share // 100
        return allowance if priority else allowance * (100 - self.limits.reserve) // 100

    def _free_at(self, counts, method, size, window, allowance, now):
        """Return the Unix time from which one more call fits (0 when it fits now)."""
        recent = self._recent(counts.get(method, {}), size, window, now)
        used = sum(calls for _bucket, calls in recent)
        if used < allowance:
            return 0
        for bucket, calls in recent:
            used -= calls
            if used < allowance:
                return (bucket + 1) * size + window
        return now + window

    # === AFTER IT === #

    def record(self, method):
        """Count one call; to be called just before it is sent (token requests are POST)."""
        now = self._clock()
        self._last = now
        for counts, size, window in ((self._hour, MINUTE, HOUR), (self._day, HOUR, DAY)):
            buckets = counts.setdefault(method, {})
            buckets[int(now // size)] = buckets.get(int(now // size), 0) + 1
            counts[method] = dict(self._recent(buckets, size, window, now))

    def pause(self, method, retry_after=None):
        """Pause a method after a 429.

        :param retry_after: seconds OnBuy asked for; None: 90 s, growing to 120 s with repeats. After the
            third refusal within an hour a writing method rests for an hour.
        """
        now = self._clock()
        refusals = [*self._refusals(method, now), now]
        self._refused[method] = refusals
        grown = const.PAUSE_AFTER_429 + 15 * (len(refusals) - 1)
        seconds = min(retry_after, DAY) if retry_after else min(grown, const.PAUSE_LONGEST)
        if method in WRITES and len(refusals) >= const.STOP_AFTER_429:
            seconds = max(seconds, HOUR)
        self._paused[method] = now + seconds

    def _refusals(self, method, now):
        """Return the Unix times of this method's 429 within the last hour."""
        return [at for at in self._refused.get(method, []) if at > now - HOUR]

    # === FIGURES === #

    def left(self, method, *, priority=False):
        """Return how many calls may still be made now: the smaller of hour and day, 0 while paused."""
        now = self._clock()
        if self._paused.get(method, 0) > now:
            return 0
        return max(0, min(
            self._allowance(method, HOUR, priority) - self._used(self._hour, method, MINUTE, HOUR, now),
            self._allowance(method, DAY, priority) - self._used(self._day, method, HOUR, DAY, now),
        ))

    def share_left(self, method):
        """Return which part (0 to 1) of the hour's own share ordinary calls may still use."""
        allowance = self._allowance(method, HOUR, False)
        return min(1.0, self.left(method) / allowance) if allowance else 0.0

    def _used(self, counts, method, size, window, now):
        """Return the calls counted in a window before ``now``."""
        return sum(calls for _bucket, calls in self._recent(counts.get(method, {}), size, window, now))

    def usage(self):
        """Return ``{method: {hour, hour_limit, day, day_limit, paused_until}}``.

        Limits are the account's own, before share and reserve; `paused_until` is naive UTC or None.
        """
        now = self._clock()
        return {method: self._usage_of(method, now) for method in (*self.limits.per_hour,)}

    def _usage_of(self, method, now):
        """Return the figures of one method."""
        until = self._paused.get(method, 0)
        return {
            'hour': self._used(self._hour, method, MINUTE, HOUR, now),
            'hour_limit': self.limits.per_hour[method],
            'day': self._used(self._day, method, HOUR, DAY, now),
            'day_limit': self.limits.per_day,
            'paused_until': self._deferred(method, until, '').until if until > now else None,
        }
