"""Cadences: when the next of something is due. Windows: which days they cover."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.calendar import Cadence, due_after, last_day, latest_due_by, months_after, whole_days


@pytest.mark.parametrize(
    ("last", "cadence", "due"),
    [
        (date(2026, 11, 23), Cadence.HOURLY, date(2026, 11, 24)),
        (date(2026, 12, 31), Cadence.DAILY, date(2027, 1, 1)),
        (date(2026, 11, 23), Cadence.WEEKLY, date(2026, 11, 30)),
        (date(2027, 1, 31), Cadence.MONTHLY, date(2027, 2, 28)),
        (date(2028, 1, 31), Cadence.MONTHLY, date(2028, 2, 29)),
        (date(2026, 11, 30), Cadence.QUARTERLY, date(2027, 2, 28)),
        (date(2028, 2, 29), Cadence.YEARLY, date(2029, 2, 28)),
        (date(2026, 12, 15), Cadence.MONTHLY, date(2027, 1, 15)),
    ],
)
def test_the_next_is_due_one_cadence_after_the_last(last, cadence, due):
    assert due_after(last, cadence) == due


@given(last=st.dates(date(1950, 1, 1), date(2200, 1, 1)), cadence=st.sampled_from(Cadence))
def test_the_next_is_always_later_and_a_slower_cadence_is_never_due_sooner(last, cadence):
    order = list(Cadence)
    assert due_after(last, cadence) > last
    slower = order[min(order.index(cadence) + 1, len(order) - 1)]
    assert due_after(last, slower) >= due_after(last, cadence)


@given(day=st.dates(date(1950, 1, 1), date(2200, 1, 1)), apart=st.integers(-800, 40))
def test_what_is_due_by_a_day_is_told_by_comparing_with_one_day(day, apart):
    last = day + timedelta(days=apart)
    for months in (1, 3, 6, 12):
        assert (months_after(last, months) <= day) == (last <= latest_due_by(day, months))


@given(first=st.dates(date(1950, 1, 1), date(2200, 1, 1)), more=st.integers(0, 400))
def test_a_window_from_midnight_to_midnight_covers_the_days_before_its_end(first, more):
    last = first + timedelta(days=more)
    start, end = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
    east = timezone(timedelta(hours=3))
    assert whole_days(start, end) == whole_days(start.astimezone(east), end.astimezone(east)) == (first, last)
    assert last_day(start, end) == last


def test_of_other_windows_and_moments_no_days_are_said():
    midnight, noon = datetime(2026, 11, 26, tzinfo=UTC), datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert whole_days(midnight, midnight) is None
    assert whole_days(midnight, noon) is None
    assert whole_days(noon - timedelta(days=3), midnight) is None
    assert last_day(midnight, midnight) == last_day(midnight, noon) == date(2026, 11, 26)
