"""How long ago: what is said beside a date agrees with the date."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel import clock
from registry.systems.queries.facets import BY_NAME
from registry.systems.rules.record import Stage
from registry.web.viewkit import ago

NOW = datetime(2026, 11, 26, 5, 38, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (NOW + timedelta(days=14) - timedelta(seconds=1), "in 14 days"),
        (datetime(2026, 10, 12, 23, 59, 59, tzinfo=UTC), "45 days ago"),
        (datetime(2026, 11, 17, 9, tzinfo=UTC), "9 days ago"),
        (NOW - timedelta(hours=24), "1 day ago"),
        (NOW - timedelta(hours=23, minutes=59), "23 hours ago"),
        (NOW + timedelta(minutes=1), "in 1 minute"),
        (NOW, "just now"),
    ],
)
def test_how_long_ago_is_said_as_a_reader_counts_it(value, said):
    with clock.frozen(NOW):
        assert ago(value) == said


@given(st.timedeltas(timedelta(days=1), timedelta(days=4000)), st.booleans())
def test_days_are_those_between_the_dates_that_stand_beside_it(span, past):
    value = NOW - span if past else NOW + span
    between = abs((value.date() - NOW.date()).days)
    with clock.frozen(NOW):
        assert f"{between:,} day" in ago(value)


def test_a_stage_in_which_use_is_restricted_is_not_taken_for_a_system_few_may_know_of():
    assert {each.said for each in Stage} >= {"restricted use", "in development", "live"}
    assert BY_NAME["stage"].said["restricted"] != BY_NAME["visibility"].said["restricted"]
