"""What the oversight of a system must state, as rules."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from registry.oversight.rules import (
    DRILL_DAYS,
    Bounds,
    DrillFacts,
    Rate,
    Training,
    counts_on,
    is_current_drill,
    objection_to_rate,
    problems_with_bounds,
    problems_with_drill,
    problems_with_training,
)

TODAY = date(2026, 11, 2)


def fields(problems):
    return [each.field for each in problems]


def test_bounds_lie_between_nothing_and_everything_the_low_below_the_high():
    assert problems_with_bounds(Bounds(Decimal(1), Decimal(8), "Last year's rate was 4 %.")) == []
    assert fields(problems_with_bounds(Bounds(None, Decimal("NaN")))) == ["low", "high", "because"]
    assert fields(problems_with_bounds(Bounds(Decimal(-1), Decimal(101), "x"))) == ["low", "high"]
    assert fields(problems_with_bounds(Bounds(Decimal(5), Decimal(5), "x"))) == ["high"]


@given(st.integers(0, 1_000), st.integers(0, 1_000))
def test_too_many_and_too_few_overrides_are_both_suspicious_and_none_told_is_neither(overridden, more):
    rate = Rate(overridden, overridden + more)
    said = objection_to_rate(rate, Bounds(Decimal(2), Decimal(10), "x"))
    if rate.percent is None:
        assert said == ""
    else:
        assert ("more often" in said) == (rate.percent > 10)
        assert ("less often" in said) == (rate.percent < 2)


def test_a_training_is_of_an_overseer_from_a_day_that_has_come():
    good = Training(1, "How to stop it", TODAY, TODAY, may_stop=True)
    assert problems_with_training(good, is_overseer=True, is_own=False, today=TODAY) == []
    assert fields(problems_with_training(good, is_overseer=True, is_own=True, today=TODAY)) == (
        ["may_stop"] if good.may_stop else []
    )
    late = Training(1, "", TODAY + timedelta(days=1))
    assert fields(problems_with_training(late, is_overseer=False, is_own=False, today=TODAY)) == [
        "what",
        "person_id",
        "on_day",
    ]
    ended = Training(1, "x", TODAY, TODAY - timedelta(days=1))
    assert fields(problems_with_training(ended, is_overseer=True, is_own=False, today=TODAY)) == [
        "valid_until"
    ]
    assert counts_on(TODAY, TODAY)
    assert not counts_on(TODAY, TODAY + timedelta(days=1))
    assert counts_on(None, date.max)


def test_a_drill_that_worked_says_how_fast_and_counts_for_a_year():
    good = DrillFacts(TODAY, "Pressed stop.", True, 90)
    assert problems_with_drill(good, leader_is_here=True, today=TODAY) == []
    assert problems_with_drill(DrillFacts(TODAY, "Pressed.", False), leader_is_here=True, today=TODAY) == []
    bad = DrillFacts(None, "", True, led_by_id=9)
    assert fields(problems_with_drill(bad, leader_is_here=False, today=TODAY)) == [
        "tried",
        "on_day",
        "seconds",
        "led_by_id",
    ]
    then = TODAY - timedelta(days=DRILL_DAYS)
    assert is_current_drill(then, worked=True, today=TODAY)
    assert not is_current_drill(then - timedelta(days=1), worked=True, today=TODAY)
    assert not is_current_drill(TODAY, worked=False, today=TODAY)
