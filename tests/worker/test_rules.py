"""When a failed job runs again, how long a lease holds, and which slot an instant lies in."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.tries import anew
from registry.worker import rules

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))


def test_the_waits_grow_until_the_job_is_given_up():
    waits = [rules.next_try(attempts, NOON) for attempts in range(1, 6)]
    assert [each and (each - NOON).total_seconds() for each in waits] == [30, 120, 480, 1920, None]
    # Tried again by somebody it has as many more, and none with the number of an earlier one.
    assert [rules.next_try(attempts, NOON) for attempts in range(6, 11)] == waits
    assert [anew(attempts, rules.MOST_ATTEMPTS) for attempts in (0, 1, 4, 5, 6)] == [0, 5, 5, 5, 10]


def test_a_lease_outlasts_three_missed_renewals_and_is_over_within_ten_seconds():
    assert 3 * rules.RENEWED_EVERY_SECONDS < (rules.lease_end(NOON) - NOON).total_seconds() < 10


@given(instants, st.integers(1, 10_000))
def test_the_next_turn_begins_where_another_slot_does(at, minutes):
    every = timedelta(minutes=minutes)
    following = rules.next_slot(every, at)
    assert timedelta() < following - at <= every
    assert int(rules.slot(every, following)) == int(rules.slot(every, at)) + 1


@given(instants, st.integers(1, 10_000))
def test_two_instants_share_a_slot_exactly_when_they_lie_in_one_interval(at, minutes):
    every = timedelta(minutes=minutes)
    begins = datetime.fromtimestamp(int(rules.slot(every, at)) * every.total_seconds(), UTC)
    assert begins <= at < begins + every
    assert rules.slot(every, begins) == rules.slot(every, begins + every - timedelta(microseconds=1))
    assert rules.slot(every, begins) != rules.slot(every, begins + every)
