"""What a dependency may state, how it fares, whom a change touches, and how that is told."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.dependencies.rules.dependency import (
    MINUTES,
    DependencyFacts,
    Direction,
    Status,
    TrialFacts,
    in_span,
    problems_with,
    problems_with_test,
    problems_with_twin,
    span_said,
    standings,
)
from registry.dependencies.rules.reconsider import (
    DETAIL_LIMIT,
    HIDDEN,
    Cause,
    problems_with_words,
    quality_missed,
    said,
    schema_changed,
)
from registry.dependencies.rules.touches import Reached, touches
from registry.systems.rules.record import Tier

TODAY = date(2026, 11, 23)
FACTS = DependencyFacts(Direction.UPSTREAM, service="Postcode service", interface="REST")
PASSED = TrialFacts(TODAY, passed=True, tried="Switched it off for ten minutes")


def fields(problems):
    return [problem.field for problem in problems]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, []),
        ({"service": "", "other_system_id": 2}, []),
        ({"direction": None}, ["direction"]),
        ({"service": ""}, ["other"]),
        ({"other_system_id": 2}, ["other"]),
        ({"service": "", "other_system_id": 1}, ["other"]),
        ({"interface": "a\nb"}, ["interface"]),
        ({"contract_version": "x" * 301}, ["contract_version"]),
        ({"fallback": "x" * 20_001}, ["fallback"]),
        ({"failure_words": "[" * 1_001}, ["failure_words"]),
        ({"freshness_minutes": 0}, ["freshness"]),
        ({"freshness_minutes": 10_000_000}, ["freshness"]),
        ({"timeout_seconds": Decimal(0)}, ["timeout_seconds"]),
        ({"timeout_seconds": Decimal("0.25")}, []),
        ({"timeout_seconds": Decimal(604_801)}, ["timeout_seconds"]),
        ({"timeout_seconds": Decimal("1e-300")}, ["timeout_seconds"]),
        ({"timeout_seconds": Decimal("1.0000")}, []),
        ({"timeout_seconds": Decimal("1." + "0" * 60)}, ["timeout_seconds"]),
    ],
)
def test_a_dependency_names_one_other_and_states_only_what_can_be(changes, wrong):
    assert fields(problems_with(replace(FACTS, **changes), own_id=1)) == wrong


def test_the_same_is_not_stated_twice_and_nobody_who_has_left_is_chosen():
    assert fields(problems_with(FACTS, own_id=1, owner_is_active=False)) == ["owner_id"]
    assert fields(problems_with_twin(is_stated=True)) == ["interface"]
    assert problems_with_twin(is_stated=False) == []


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, []),
        ({"passed": None}, ["outcome"]),
        ({"tried": ""}, ["tried"]),
        ({"tested_on": None}, ["tested_on"]),
        ({"tested_on": TODAY + timedelta(days=1)}, ["tested_on"]),
        ({"tested_on": date(1949, 12, 31)}, ["tested_on"]),
    ],
)
def test_a_test_says_when_it_was_what_was_tried_and_what_came_of_it(changes, wrong):
    assert fields(problems_with_test(replace(PASSED, **changes), today=TODAY)) == wrong


@pytest.mark.parametrize(
    ("tier", "last_day_that_counts"),
    [
        (Tier.PROHIBITED, date(2027, 2, 23)),
        (Tier.HIGH, date(2027, 2, 23)),
        (Tier.LIMITED, date(2027, 5, 23)),
        (Tier.MINIMAL, date(2027, 11, 23)),
        (None, date(2027, 11, 23)),
    ],
)
def test_a_passed_test_counts_until_its_day_is_over_the_riskier_the_sooner(tier, last_day_that_counts):
    facts = replace(FACTS, fallback="Type it in by hand")
    on = standings(facts, PASSED, tier, last_day_that_counts)
    after = standings(facts, PASSED, tier, last_day_that_counts + timedelta(days=1))
    assert [one.status for one in (*on, *after)] == [Status.TESTED, Status.OVERDUE]
    assert "due in 0 days" in on[0].says
    assert "due for 1 day." in after[0].says


def test_what_was_never_tested_and_what_failed_last_say_so_however_long_ago():
    failed = replace(PASSED, passed=False, tested_on=date(2020, 1, 1))
    assert [one.status for one in standings(FACTS, None, None, TODAY)] == [Status.UNTESTED]
    assert [one.status for one in standings(FACTS, failed, None, TODAY)] == [Status.FAILING]


@pytest.mark.parametrize(
    ("tier", "direction", "fallback", "asked"),
    [
        (Tier.HIGH, Direction.UPSTREAM, "", True),
        (Tier.PROHIBITED, Direction.UPSTREAM, "", True),
        (Tier.HIGH, Direction.UPSTREAM, "By hand", False),
        (Tier.HIGH, Direction.DOWNSTREAM, "", False),
        (Tier.LIMITED, Direction.UPSTREAM, "", False),
        (None, Direction.UPSTREAM, "", False),
    ],
)
def test_a_fallback_is_asked_of_what_a_high_risk_system_relies_on(tier, direction, fallback, asked):
    facts = replace(FACTS, direction=direction, fallback=fallback)
    found = {one.status for one in standings(facts, PASSED, tier, TODAY)}
    assert (Status.NO_FALLBACK in found) is asked


@given(st.integers(1, 2_635_200))
def test_minutes_in_words_are_the_same_minutes(minutes):
    number, span = in_span(minutes)
    assert number * MINUTES[span] == minutes
    assert span_said(minutes).startswith(f"{number:,} ")


def test_a_time_is_said_in_the_largest_unit_that_holds_it_whole():
    assert [span_said(minutes) for minutes in (1, 90, 120, 1_440, 20_160)] == [
        "1 minute",
        "90 minutes",
        "2 hours",
        "1 day",
        "2 weeks",
    ]


GRAPHS = st.dictionaries(
    st.integers(1, 9), st.dictionaries(st.integers(1, 9), st.just("REST"), max_size=4), max_size=9
)


@given(GRAPHS, st.sets(st.integers(1, 9), max_size=3))
def test_a_change_reaches_each_system_once_by_a_shortest_way_whatever_the_circles(graph, starts):
    found = touches(graph, starts)
    # Worked out the slow way: so many rounds as there are systems, each one step further.
    distance = dict.fromkeys(starts, 0)
    for _ in range(10):
        for above, ways in graph.items():
            for below in ways:
                if above in distance and distance[above] + 1 < distance.get(below, 99):
                    distance[below] = distance[above] + 1
    assert {system: reached.distance for system, reached in found.items()} == distance
    assert list(distance) == [] or [one.distance for one in found.values()] == sorted(distance.values())
    for system, reached in found.items():
        if reached.through is None:
            assert system in starts
        else:
            assert system in graph[reached.through]
            assert found[reached.through].distance == reached.distance - 1


def test_of_two_ways_of_one_length_the_same_is_always_told():
    graph = {1: {3: "", 2: ""}, 2: {4: ""}, 3: {4: ""}, 4: {1: ""}}
    assert touches(graph, [1])[4] == Reached(2, 2)
    assert touches({}, [7]) == {7: Reached(0, None)}


def test_why_is_told_in_a_sentence():
    assert said(Cause.SCHEMA_CHANGED, "Claims warehouse", schema_changed("4.2", "5")) == (
        "The schema of Claims warehouse changed: from 4.2 to 5."
    )
    assert schema_changed("", "5") == "its version is now stated as 5"
    assert schema_changed("5", "") == "from 5; its version is not stated any more"
    assert said(Cause.QUALITY_MISSED, "Weather", quality_missed("Rows", "91 %", "at least 95 %")) == (
        "A check on Weather was not met: 91 % where at least 95 % is acceptable, for “Rows”."
    )
    assert said(Cause.TEST_FAILED, HIDDEN) == (
        "The last test of something further up that you may not know of failed."
    )
    assert len(schema_changed("x" * 300, "y" * 300)) <= DETAIL_LIMIT


def test_a_reconsideration_is_settled_with_a_sentence():
    assert fields(problems_with_words("")) == ["words"]
    assert problems_with_words("Retrained and tested again.") == []
