"""Cadences: when the next of something is due."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.calendar import Cadence, due_after, latest_due_by, months_after


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
