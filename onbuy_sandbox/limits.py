"""Allowances per method and account, hourly and daily, and the burst window ("OnBuy API reference", 6)."""

from collections import deque

from .errors import ApiError
from .settings import METHODS

HOUR, DAY = 3600, 86400


class Usage:
    """The calls of one account. All times are the clock's ticks (seconds)."""

    def __init__(self):
        self._hour = {method: deque() for method in METHODS}
        self._day = {method: deque() for method in METHODS}
        self._burst = deque()
        self._blocked_until = 0.0

    def spend(self, method, settings, ticks):
        """Count one call of `method`. Raises ApiError 429, without counting, when an allowance is used up."""
        if method not in METHODS:
            return
        self._forget(settings, ticks)
        if settings.limits_enabled:
            self._refuse(method, settings, ticks)
        for calls in (self._hour[method], self._day[method], self._burst):
            calls.append(ticks)

    def report(self, settings, ticks):
        """Return calls made and allowed per method, in the last hour and day."""
        self._forget(settings, ticks)
        return {
            method: {
                'hour': len(self._hour[method]), 'hour_limit': settings.hour_limits[method],
                'day': len(self._day[method]), 'day_limit': settings.day_limits[method],
            }
            for method in METHODS
        }

    def _forget(self, settings, ticks):
        for method in METHODS:
            _drop(self._hour[method], ticks - HOUR)
            _drop(self._day[method], ticks - DAY)
        _drop(self._burst, ticks - settings.burst_seconds)

    def _refuse(self, method, settings, ticks):
        full = (
            len(self._hour[method]) >= settings.hour_limits[method]
            or len(self._day[method]) >= settings.day_limits[method]
        )
        burst = settings.burst_calls and len(self._burst) >= settings.burst_calls
        if burst:
            self._blocked_until = max(self._blocked_until, ticks + settings.burst_penalty_seconds)
        if full or burst or ticks < self._blocked_until:
            raise too_many(settings)


def too_many(settings):
    """Return the ApiError of a 429; its body is unknown, so it is the common envelope (23)."""
    wait = settings.retry_after_seconds
    return ApiError(429, "Usage limit exceeded", headers={'Retry-After': str(wait)} if wait else None)


def _drop(calls, before):
    while calls and calls[0] <= before:
        calls.popleft()
