"""Re-confirmation: when it is due by tier, who is told when, and who that is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ownership.rules import (
    Step,
    due,
    head_above,
    last_word,
    problems_with_confirming,
    shift_of,
    silent_since,
    told_to,
)
from registry.packs.queries import shipped_editions

RULE = shipped_editions("baseline")[-1].confirmation
assert RULE is not None
TIERS = ("high", "limited", "minimal", "prohibited", None)
SPOKEN = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tier", "on"),
    [
        ("high", date(2026, 4, 30)),
        ("limited", date(2026, 7, 31)),
        ("minimal", date(2027, 1, 31)),
        (None, date(2027, 1, 31)),
    ],
)
def test_a_higher_risk_is_confirmed_more_often(tier, on):
    assert due(SPOKEN, tier, RULE, date(2026, 2, 1)).on == on


@pytest.mark.parametrize(
    ("days", "steps", "late"),
    [
        (-15, (), 0),
        (-14, (Step.OWNER,), 0),
        (0, (Step.OWNER,), 0),
        (1, (Step.OWNER,), 1),
        (13, (Step.OWNER,), 13),
        (14, (Step.OWNER, Step.DEPUTY), 14),
        (27, (Step.OWNER, Step.DEPUTY), 27),
        (28, (Step.OWNER, Step.DEPUTY, Step.UNIT_HEAD), 28),
    ],
)
def test_the_owner_is_reminded_then_the_deputy_told_then_the_head(days, steps, late):
    found = due(SPOKEN, "high", RULE, date(2026, 4, 30) + timedelta(days=days))
    assert (found.steps, found.days_late, found.is_overdue, found.is_asked) == (
        steps,
        late,
        late > 0,
        bool(steps),
    )


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(TIERS),
    st.integers(0, 800),
    st.sampled_from(Step),
)
def test_comparing_with_one_day_per_tier_says_the_same_as_the_sum(last, tier, later, step):
    today = last.date() + timedelta(days=later)
    reached = step in due(last, tier, RULE, today).steps
    assert reached == (last.date() <= silent_since(shift_of(step, RULE), tier, RULE, today))


def test_accepting_is_a_word_and_the_latest_word_counts_whatever_the_clock_did():
    early, late = SPOKEN, SPOKEN + timedelta(days=3)
    assert last_word(None, []) is None
    assert last_word(early, []) == early
    assert last_word(early, [late, early]) == late
    assert last_word(late, [early]) == late


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"is_stated": True}, "Say first"),
        ({"last": None}, "Say first"),
        ({"last": SPOKEN.replace(month=2, day=1)}, "today already"),
        ({"last": SPOKEN.replace(month=3)}, "today already"),
        ({"note": "x" * 4_001}, "Shorten"),
    ],
)
def test_a_word_that_means_nothing_is_refused(facts, says):
    sound = {"is_stated": False, "last": SPOKEN, "today": date(2026, 2, 1), "note": ""}
    assert problems_with_confirming(**sound) == []
    [problem] = problems_with_confirming(**(sound | facts))
    assert says in problem.message


# A chain of four units, each below the one before; numbers from 10 are people.
CHAIN = {1: None, 2: 1, 3: 2, 4: 3}


def test_the_nearest_head_who_is_not_the_owner_is_told():
    heads = {1: 10, 3: 11}
    assert head_above(4, CHAIN, heads, besides=99) == 11
    assert head_above(4, CHAIN, heads, besides=11) == 10
    assert head_above(2, CHAIN, heads, besides=10) is None
    assert head_above(4, CHAIN, {}, besides=None) is None


@given(
    st.dictionaries(st.integers(1, 6), st.none() | st.integers(1, 6), min_size=1),
    st.dictionaries(st.integers(1, 6), st.integers(10, 12)),
)
def test_the_units_a_head_is_told_of_are_those_whose_head_they_are_for_each_owner(parents, heads):
    for head in (10, 11, 12):
        told = told_to(head, parents, heads)
        for unit in parents:
            for owner in (10, 11, 12, 99):
                mine = (owner != head and unit in told[None]) or unit in told.get(owner, ())
                assert mine == (head_above(unit, parents, heads, owner) == head)
