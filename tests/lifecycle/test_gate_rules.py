"""Gates as rules: each criterion by the failure it prevents, for whom it is asked, what a waiver does to it."""

from datetime import date
from decimal import Decimal

import pytest

from registry.kernel import clock
from registry.lifecycle.queries.gates import is_bound
from registry.lifecycle.rules import CONDITIONS, FACTS
from registry.lifecycle.rules.gates import (
    ASSURED,
    GATE_CONDITIONS,
    GATE_FACTS,
    Gate,
    Subject,
    Waived,
    frozen,
    gate,
)
from registry.lifecycle.rules.stages import LADDER
from registry.objectives.models import SuccessMetric
from registry.objectives.rules.metric import Kind
from registry.packs.queries import shipped_editions
from registry.packs.rules import PATTERNS, GateCriterion, current
from registry.systems.rules.record import Stage, Tier

GATES = current(shipped_editions("gates"), "gates", clock.today()).gates
ALL_FACTS, ALL_CONDITIONS = FACTS | GATE_FACTS | ASSURED, CONDITIONS | GATE_CONDITIONS


def subject(*, but=(), tier=Tier.HIGH, autonomy=5, conditions=ALL_CONDITIONS, waived=None):
    facts = {each: each not in but for each in ALL_FACTS}
    return Subject(tier, autonomy, facts, {each: each in conditions for each in ALL_CONDITIONS}, waived or {})


@pytest.mark.parametrize("criterion", GATES, ids=lambda each: f"{each.pattern} {each.fact}")
def test_a_criterion_alone_closes_its_gate_and_every_later_one_and_none_before(criterion: GateCriterion):
    closed = [
        to
        for to in LADDER[1:]
        if criterion.id
        in {line.id for line in gate(GATES, to, subject(but={criterion.fact})) if not line.holds}
    ]
    assert closed == list(LADDER[LADDER.index(Stage(criterion.to)) :])
    assert all(line.holds for line in gate(GATES, Stage.LIVE, subject()))


def test_every_failure_is_guarded_against_before_a_system_is_relied_upon():
    assert {each.pattern for each in GATES} == set(PATTERNS)


def test_a_system_that_decides_little_and_risks_little_is_asked_for_less():
    def asked(**options):
        return {line.id for line in gate(GATES, Stage.LIVE, subject(**options))}

    least = asked(tier=Tier.MINIMAL, autonomy=1, conditions=())
    assert least < asked(tier=Tier.LIMITED, autonomy=1, conditions=()) < asked(tier=Tier.HIGH, autonomy=3)
    assert asked(tier=None, autonomy=None, conditions=()) == least
    assert {each.id for each in GATES} == asked()


def test_a_waiver_holds_in_place_of_what_is_not_met_and_is_shown_and_no_more():
    waived = {"G58": Waived(date(2026, 12, 1), "WVR-0001")}
    lines = gate(GATES, Stage.LIVE, subject(but={"drill_current"}, waived=waived))
    [line] = [line for line in lines if not line.met]
    assert (line.id, line.holds, line.waived) == ("G58", True, waived["G58"])
    found = Gate(Stage.LIVE, "gates", "2026.1", lines)
    assert found.holds
    [kept] = [each for each in frozen(found) if each["id"] == "G58"]
    assert {"waived_by": "WVR-0001", "until": "2026-12-01"}.items() <= kept.items()
    assert not any(line.waived for line in gate(GATES, Stage.LIVE, subject(waived=waived)))
    # What says how much is asked is never waived: not knowing would ask for less than knowing.
    never = {"G14": "autonomy", "G43": "classified", "G44": "not_prohibited"}
    assert {each.id for each in GATES if not each.waivable} == never.keys()
    waived = dict.fromkeys(never, Waived(date(2026, 12, 1), "WVR-0002"))
    found = gate(GATES, Stage.LIVE, subject(but=set(never.values()), waived=waived))
    assert {line.id for line in found if not line.holds} == never.keys()


def test_a_criterion_about_a_fact_nobody_computed_is_an_error_and_never_holds():
    odd = GateCriterion("X1", "live", "F1", "moon_phase", "The moon is full", "edit")
    with pytest.raises(KeyError):
        gate([odd], Stage.LIVE, subject())


@pytest.mark.parametrize(
    ("kind", "low", "high", "bound"),
    [
        (Kind.OVERRIDE_RATE, Decimal(1), Decimal(9), True),
        (Kind.OVERRIDE_RATE, None, Decimal(9), False),
        (Kind.ACCURACY, Decimal(1), Decimal(9), False),
    ],
)
def test_a_metric_that_holds_the_override_rate_on_both_sides_counts_as_its_bounds(kind, low, high, bound):
    metric = SuccessMetric(system_id=1, kind=kind, name="x", slug="x", breach_low=low, breach_high=high)
    assert is_bound(metric) == bound
