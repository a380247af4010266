"""The allowance of calls: never more than permitted in any hour or day (OnBuy API reference, 6)."""
import json
from datetime import datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..lib.errors import DeferredError
from ..lib.governor import Governor, Limits
from .lib_common import NOW, Clock

HOUR, DAY = 3600, 86400


def moment(seconds):
    """Return the naive UTC datetime of Unix seconds."""
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)


class GovernorCase(BaseCase):
    """A frozen clock and Governors that go by it."""

    def setUp(self):
        super().setUp()
        self.clock = Clock()

    def make(self, state=None, **limits):
        """Return a Governor with the frozen clock; limits default to no pacing, all of 10 calls an hour."""
        given = {'per_hour': {'GET': 10, 'PUT': 10}, 'share': 100, 'reserve': 0, 'interval': 0} | limits
        return Governor(Limits(**given), state, clock=self.clock)

    def spend(self, governor, calls, method='GET'):
        """Make so many calls at once."""
        for _call in range(calls):
            governor.before(method, priority=True)
            governor.record(method)

    def until(self, governor, method='GET', **kwargs):
        """Return until when a call is deferred."""
        with self.assertRaises(DeferredError) as caught:
            governor.before(method, **kwargs)
        self.assertEqual(caught.exception.method, method)
        return caught.exception.until


class TestAllowance(GovernorCase):

    def test_the_hours_last_call_is_allowed_and_the_next_one_deferred(self):
        governor = self.make()
        self.spend(governor, 10)
        self.until(governor, priority=True)

    def test_after_the_named_time_there_is_room_again(self):
        governor = self.make()
        self.spend(governor, 10)
        until = self.until(governor)
        self.clock.now = until.replace(tzinfo=timezone.utc).timestamp()
        self.assertEqual(governor.before('GET'), 0)
        self.assertLessEqual(self.clock.now - NOW, HOUR + 60)

    def test_methods_have_allowances_of_their_own(self):
        governor = self.make()
        self.spend(governor, 10)
        self.assertEqual(governor.before('PUT'), 0)

    def test_only_the_share_is_spent(self):
        governor = self.make(share=80)
        self.spend(governor, 8)
        self.until(governor, priority=True)

    def test_the_reserve_is_kept_for_priority_calls(self):
        governor = self.make(reserve=25)
        self.spend(governor, 7)
        self.until(governor)
        self.assertEqual(governor.before('GET', priority=True), 0)

    def test_the_days_allowance_defers_to_the_next_day(self):
        governor = self.make(per_day=5)
        self.spend(governor, 5)
        until = self.until(governor, priority=True)
        self.assertTrue(moment(NOW + DAY) <= until <= moment(NOW + DAY + HOUR))

    def test_an_allowance_of_nothing_defers_for_an_hour(self):
        self.assertEqual(self.until(self.make(per_hour={'GET': 0})), moment(NOW + HOUR))

    def test_usage_tells_counts_limits_and_pauses(self):
        governor = self.make(share=50)
        self.spend(governor, 3)
        governor.pause('PUT')
        self.assertEqual(governor.usage()['GET'], {
            'hour': 3, 'hour_limit': 10, 'day': 3, 'day_limit': 12000, 'paused_until': None})
        self.assertEqual(governor.usage()['PUT']['paused_until'], moment(NOW + 90))

    def test_left_counts_down_to_zero(self):
        governor = self.make(reserve=50)
        self.assertEqual((governor.left('GET'), governor.left('GET', priority=True)), (5, 10))
        self.spend(governor, 6)
        self.assertEqual((governor.left('GET'), governor.left('GET', priority=True)), (0, 4))

    def test_nothing_is_left_of_a_paused_method(self):
        governor = self.make()
        governor.pause('GET')
        self.assertEqual(governor.left('GET', priority=True), 0)


class TestPacing(GovernorCase):

    def test_the_second_call_waits_for_the_rest_of_the_interval(self):
        governor = self.make(interval=1.0)
        self.spend(governor, 1)
        self.clock.now += 0.25
        self.assertEqual(governor.before('PUT'), 0.75)

    def test_a_wait_of_more_than_two_seconds_is_deferred(self):
        governor = self.make(interval=5.0)
        self.spend(governor, 1)
        self.assertEqual(self.until(governor), moment(NOW + 5))

    def test_a_clock_that_was_set_back_does_not_wait_for_ever(self):
        governor = self.make(interval=1.0)
        self.spend(governor, 1)
        self.clock.now -= 10000
        self.assertEqual(governor.before('GET'), 1.0)


class TestPause(GovernorCase):

    def test_repeated_refusals_lengthen_the_pause_up_to_two_minutes(self):
        governor, pauses = self.make(), []
        for _refusal in range(4):
            governor.pause('GET')
            pauses.append(self.until(governor) - moment(NOW))
        self.assertEqual(pauses, [timedelta(seconds=seconds) for seconds in (90, 105, 120, 120)])

    def test_the_third_refusal_within_an_hour_stops_writing_for_an_hour(self):
        governor = self.make()
        for _refusal in range(3):
            governor.pause('PUT', 5)
        self.assertEqual(self.until(governor, 'PUT', priority=True), moment(NOW + HOUR))

    def test_refusals_of_more_than_an_hour_ago_are_forgotten(self):
        governor = self.make()
        governor.pause('PUT')
        governor.pause('PUT')
        self.clock.now += HOUR + 1
        governor.pause('PUT')
        self.assertEqual(self.until(governor, 'PUT'), moment(self.clock.now + 90))

    def test_onbuys_own_wish_counts(self):
        governor = self.make()
        governor.pause('GET', 7)
        self.assertEqual(self.until(governor), moment(NOW + 7))

    def test_an_absurd_wish_is_capped_at_a_day(self):
        governor = self.make()
        governor.pause('GET', 10 ** 12)
        self.assertEqual(self.until(governor), moment(NOW + DAY))

    def test_a_pause_survives_a_restart(self):
        governor = self.make()
        governor.pause('GET')
        self.until(self.make(json.loads(json.dumps(governor.state))))

    def test_other_methods_go_on(self):
        governor = self.make()
        governor.pause('GET')
        self.assertEqual(governor.before('PUT'), 0)


class TestState(GovernorCase):

    def test_counts_survive_a_restart(self):
        governor = self.make()
        self.spend(governor, 10)
        self.until(self.make(json.loads(json.dumps(governor.state))))

    def test_the_state_stays_small(self):
        governor = self.make(per_hour={'GET': 10 ** 6})
        for _minute in range(3 * 24 * 60):
            governor.record('GET')
            self.clock.now += 60
        self.assertLessEqual(len(governor.state['hour']['GET']), 61)
        self.assertLessEqual(len(governor.state['day']['GET']), 25)

    def test_counts_and_pauses_from_a_clock_that_ran_ahead_end(self):
        self.clock.now += 365 * DAY
        governor = self.make()
        self.spend(governor, 10)
        governor.pause('GET')
        self.clock.now = NOW
        later = self.make(governor.state)
        self.until(later)
        self.clock.now += DAY + HOUR
        self.assertEqual(self.make(later.state).before('GET'), 0)


class TestProperties(BaseCase):

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(
        gaps=st.lists(
            st.sampled_from([0, 0, 0.5, 1, 30, 59, 60, 61, 600, 3599, 3600]), min_size=1, max_size=150
        ),
        limit=st.integers(1, 12),
        day=st.integers(5, 40),
        share=st.integers(10, 100),
        reserve=st.integers(0, 90),
        start=st.floats(NOW, NOW + HOUR),
        restart=st.booleans(),
        priority=st.booleans(),
    )
    def test_no_hour_and_no_day_ever_holds_more_than_the_allowance(
            self, gaps, limit, day, share, reserve, start, restart, priority):
        clock = Clock(start)
        limits = Limits(per_hour={'GET': limit}, per_day=day, share=share, reserve=reserve, interval=0)
        governor, calls = Governor(limits, clock=clock), []
        for gap in gaps:
            clock.now += gap
            try:
                governor.before('GET', priority=priority)
            except DeferredError as deferred:
                self.assertGreaterEqual(deferred.until, moment(clock.now))
                continue
            governor.record('GET')
            calls.append(clock.now)
            if restart:
                governor = Governor(limits, json.loads(json.dumps(governor.state)), clock=clock)
        for window, most in ((HOUR, limit), (DAY, day)):
            allowed = most * share // 100
            allowed = allowed if priority else allowed * (100 - reserve) // 100
            for end in calls:
                self.assertLessEqual(sum(1 for at in calls if end - window <= at <= end), allowed)

    @settings(max_examples=100, deadline=None, database=None, derandomize=True)
    @given(st.lists(st.integers(0, 2000), min_size=1, max_size=60), st.integers(1, 6))
    def test_whoever_comes_back_at_the_named_time_is_let_through(self, gaps, limit):
        clock = Clock()
        governor = Governor(Limits(per_hour={'GET': limit}, share=100, reserve=0, interval=0), clock=clock)
        for gap in gaps:
            clock.now += gap
            try:
                governor.before('GET')
            except DeferredError as deferred:
                clock.now = deferred.until.replace(tzinfo=timezone.utc).timestamp()
                governor.before('GET')
            governor.record('GET')
