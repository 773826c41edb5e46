"""Objectives, metrics and verdicts: what may stand, what contradicts itself, what is still missing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.calendar import Cadence
from registry.kernel.errors import Problem
from registry.kernel.guard_rails import Bound, GuardRail
from registry.objectives.rules.gaps import advisable_gaps, is_guarded, is_measurable, measurable_gaps
from registry.objectives.rules.judging import Verdict, judge
from registry.objectives.rules.metric import Direction, Kind, MetricFacts, slug_for
from registry.objectives.rules.objections import problems_with_metric
from registry.objectives.rules.objective import (
    ObjectiveFacts,
    ValueFacts,
    problems_with_objective,
    problems_with_value,
    realised_by_currency,
)

TODAY = date(2026, 11, 23)
D = Decimal

WHOLE = MetricFacts(
    kind=Kind.ACCURACY,
    name="Right first time",
    unit="%",
    direction=Direction.HIGHER,
    baseline=D("81"),
    baseline_on=date(2026, 3, 31),
    target=D("92"),
    target_on=date(2027, 3, 31),
    warn_bound=Bound.AT_LEAST,
    warn_low=D("88"),
    breach_bound=Bound.AT_LEAST,
    breach_low=D("80"),
    minimum_sample=200,
    cadence=Cadence.MONTHLY,
    origin="Monthly re-reading of 500 claims",
    number_owner_id=7,
    why_appropriate="A wrong queue costs a claimant two days.",
)


def fields_of(problems: list[Problem]) -> list[str]:
    return [problem.field for problem in problems]


def objections(**changes: object) -> list[str]:
    return fields_of(problems_with_metric(replace(WHOLE, **changes), today=TODAY))


def test_a_whole_metric_meets_no_objection_and_lacks_nothing():
    assert problems_with_metric(WHOLE, today=TODAY) == []
    assert measurable_gaps(WHOLE) == []
    assert advisable_gaps(WHOLE) == []


def test_kind_and_name_are_enough_to_begin():
    begun = MetricFacts(kind=Kind.LATENCY, name="Time to answer")
    assert problems_with_metric(begun, today=TODAY) == []
    assert [gap.field for gap in measurable_gaps(begun)] == [
        "baseline",
        "target",
        "unit",
        "direction",
        "cadence",
        "number_owner_id",
    ]


@pytest.mark.parametrize("name", ["baseline", "target", "unit", "direction", "cadence", "number_owner_id"])
def test_a_metric_counts_only_with_each_of_the_six_things_f2_asks_for(name):
    emptied = replace(WHOLE, **{name: "" if name == "unit" else None})
    assert is_measurable(WHOLE)
    assert not is_measurable(emptied)
    assert [gap.field for gap in measurable_gaps(emptied)] == [name]


def test_zero_is_a_baseline_and_a_target_not_a_gap():
    assert is_measurable(replace(WHOLE, baseline=D(0), target=D(0)))


def test_a_metric_whose_number_nobody_here_answers_for_does_not_count():
    assert not is_measurable(WHOLE, owner_is_active=False)


def test_a_metric_is_guarded_only_by_a_guard_rail_that_says_when_it_is_breached():
    assert is_guarded(WHOLE)
    assert not is_guarded(replace(WHOLE, breach_bound=None, breach_low=None))


def test_what_would_strengthen_a_metric_is_told_without_keeping_it_from_counting():
    bare = replace(
        WHOLE,
        kind=Kind.FAIRNESS,
        baseline_on=None,
        target_on=None,
        warn_bound=None,
        breach_bound=None,
        origin="",
        why_appropriate="",
    )
    assert is_measurable(bare)
    assert [gap.field for gap in advisable_gaps(bare)] == [
        "baseline_on",
        "target_on",
        "breach_bound",
        "groups",
        "origin",
        "why_appropriate",
    ]


def test_a_metric_computed_from_incidents_needs_no_stated_origin():
    computed = replace(WHOLE, kind=Kind.TIME_TO_RESOLVE, origin="")
    assert "origin" not in [gap.field for gap in advisable_gaps(computed)]
    assert [kind for kind in Kind if kind.is_computed] == [Kind.TIME_TO_DETECT, Kind.TIME_TO_RESOLVE]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": None}, "kind"),
        ({"name": ""}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "x" * 301}, "name"),
        ({"unit": "x" * 61}, "unit"),
        ({"origin": "a\x00b"}, "origin"),
        ({"why_appropriate": "[" * 1_001}, "why_appropriate"),
        ({"baseline": D("NaN")}, "baseline"),
        ({"target": D("Infinity")}, "target"),
        ({"target": D(10) ** 15}, "target"),
        ({"baseline": D("81.1234567890123")}, "baseline"),
        ({"warn_low": D("-Infinity")}, "warn_low"),
        ({"minimum_sample": 0}, "minimum_sample"),
        ({"minimum_sample": 10_000_000_001}, "minimum_sample"),
        ({"grace_days": -1}, "grace_days"),
        ({"grace_days": 367}, "grace_days"),
        ({"groups": ("Age", "age")}, "groups"),
        ({"groups": tuple(str(number) for number in range(21))}, "groups"),
        ({"groups": ("x" * 101,)}, "groups"),
        ({"baseline_on": date(2026, 11, 24)}, "baseline_on"),
        ({"baseline_on": date(1949, 12, 31)}, "baseline_on"),
        ({"baseline": None}, "baseline"),
        ({"target": None}, "target"),
        ({"target_on": date(2026, 3, 30)}, "target_on"),
        ({"warn_low": None}, "warn_low"),
        ({"warn_high": D(99)}, "warn_high"),
        ({"warn_bound": None}, "warn_bound"),
        ({"breach_bound": None}, "breach_bound"),
        ({"breach_bound": Bound.AT_MOST}, "breach_high"),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field(changes, field):
    assert field in objections(**changes)


def test_a_name_another_metric_has_and_an_owner_who_has_left_are_refused():
    found = problems_with_metric(WHOLE, today=TODAY, name_taken=True, owner_is_active=False)
    assert fields_of(found) == ["name", "number_owner_id"]


@pytest.mark.parametrize("kind", [Kind.ERROR_RATE, Kind.TIME_TO_DETECT, Kind.LATENCY, Kind.DRIFT])
def test_a_kind_that_can_only_get_better_downwards_cannot_be_better_when_higher(kind):
    assert objections(kind=kind) == ["direction"]


def test_a_custom_metric_may_point_either_way():
    assert objections(kind=Kind.CUSTOM) == []
    lower = {"direction": Direction.LOWER, "target": D(70), "warn_bound": None, "warn_low": None}
    rail = {"breach_bound": Bound.AT_MOST, "breach_low": None, "breach_high": D(95)}
    assert objections(kind=Kind.CUSTOM, **lower, **rail) == []


@pytest.mark.parametrize(
    ("direction", "target", "is_refused"),
    [
        (Direction.HIGHER, "80.9", True),
        (Direction.HIGHER, "81", False),
        (Direction.HIGHER, "92", False),
        (Direction.LOWER, "81.1", True),
        (Direction.LOWER, "81", False),
        (Direction.LOWER, "70", False),
        (Direction.RANGE, "70", False),
        (Direction.RANGE, "99", False),
    ],
)
def test_a_target_lies_on_the_better_side_of_the_baseline(direction, target, is_refused):
    bare = {"warn_bound": None, "warn_low": None, "breach_bound": None, "breach_low": None}
    found = objections(kind=Kind.CUSTOM, direction=direction, target=D(target), **bare)
    assert found == (["target"] if is_refused else [])


def test_reaching_the_target_may_not_set_off_the_alarm():
    assert objections(warn_low=D("92.1")) == ["target"]
    assert objections(warn_low=D("92")) == []


@pytest.mark.parametrize(("low", "is_refused"), [("88.1", True), ("88", False), ("80", False)])
def test_a_breach_is_never_stricter_than_a_warning(low, is_refused):
    assert objections(breach_low=D(low)) == (["breach_low"] if is_refused else [])


@pytest.mark.parametrize(
    ("low", "high", "is_refused"), [("5", "5", True), ("6", "5", True), ("4", "5", False)]
)
def test_a_range_has_its_ends_in_order(low, high, is_refused):
    changes = {
        "kind": Kind.OVERRIDE_RATE,
        "direction": Direction.RANGE,
        "target": D("4.5"),
        "warn_bound": Bound.BETWEEN,
        "warn_low": D(low),
        "warn_high": D(high),
        "breach_bound": None,
        "breach_low": None,
    }
    assert objections(**changes) == (["warn_high"] if is_refused else [])


def test_a_guard_rail_may_not_forbid_the_good_side():
    changes = {"breach_bound": Bound.AT_MOST, "breach_low": None, "breach_high": D(99)}
    assert "breach_bound" in objections(warn_bound=None, warn_low=None, **changes)
    both_sides = {"breach_bound": Bound.BETWEEN, "breach_low": D(80), "breach_high": D(99)}
    assert objections(warn_bound=None, warn_low=None, **both_sides) == []


def test_a_metric_better_within_a_range_is_held_by_both_ends():
    assert objections(kind=Kind.OVERRIDE_RATE, direction=Direction.RANGE) == ["warn_bound", "breach_bound"]


def test_a_slug_is_made_from_the_name_and_never_given_out_twice():
    assert slug_for("Right first time (%)", Kind.ACCURACY, set()) == "right-first-time"
    assert slug_for("Right first time", Kind.ACCURACY, {"right-first-time"}) == "right-first-time-2"
    taken = {"right-first-time", "right-first-time-2"}
    assert slug_for("Right first time", Kind.ACCURACY, taken) == "right-first-time-3"
    assert slug_for("正答率", Kind.ERROR_RATE, set()) == "error-rate"
    assert len(slug_for("x" * 300, Kind.ACCURACY, {"x" * 56})) <= 60


numbers = st.decimals(-1_000, 1_000, places=3)
verdicts = [Verdict.MET, Verdict.WARN, Verdict.BREACH]


@st.composite
def guarded(draw, bound):
    """A metric with two guard-rails of one shape, the breach no stricter than the warning."""
    ends = sorted({draw(numbers) for _ in range(4)})
    outer_low, low, high, outer_high = (
        ends[0],
        ends[len(ends) // 3],
        ends[-2 if len(ends) > 2 else -1],
        ends[-1],
    )
    has_low, has_high = bound is not Bound.AT_MOST, bound is not Bound.AT_LEAST
    return MetricFacts(
        kind=Kind.CUSTOM,
        name="any",
        warn_bound=bound,
        warn_low=low if has_low else None,
        warn_high=high if has_high else None,
        breach_bound=bound,
        breach_low=outer_low if has_low else None,
        breach_high=outer_high if has_high else None,
    )


@given(metric=guarded(Bound.AT_LEAST), one=numbers, other=numbers)
def test_where_a_least_is_asked_a_higher_value_never_gets_a_worse_verdict(metric, one, other):
    low, high = sorted((one, other))
    assert verdicts.index(judge(high, 1, metric)) <= verdicts.index(judge(low, 1, metric))


@given(metric=guarded(Bound.AT_MOST), one=numbers, other=numbers)
def test_where_a_most_is_allowed_a_lower_value_never_gets_a_worse_verdict(metric, one, other):
    low, high = sorted((one, other))
    assert verdicts.index(judge(low, 1, metric)) <= verdicts.index(judge(high, 1, metric))


@given(metric=guarded(Bound.BETWEEN), ends=st.tuples(numbers, numbers), part=st.fractions(0, 1))
def test_what_lies_between_two_values_is_never_worse_than_the_worse_of_them(metric, ends, part):
    low, high = sorted(ends)
    inside = low + (high - low) * D(part.numerator) / D(part.denominator)
    worst = max(verdicts.index(judge(end, 1, metric)) for end in ends)
    assert verdicts.index(judge(inside, 1, metric)) <= worst


@given(metric=guarded(Bound.BETWEEN), value=numbers, n=st.integers(0, 500), least=st.integers(1, 500))
def test_more_cases_change_a_verdict_only_from_too_few(metric, value, n, least):
    sampled = replace(metric, minimum_sample=least)
    verdict = judge(value, n, sampled)
    assert (verdict is Verdict.TOO_FEW) == (n < least)
    if verdict is not Verdict.TOO_FEW:
        assert verdict is judge(value, n + 1, sampled) is judge(value, None, metric)


@given(rails=st.tuples(*[st.tuples(numbers, numbers)] * 2), value=numbers)
def test_a_guard_rail_that_allows_all_of_another_holds_wherever_that_one_does(rails, value):
    inner, outer = (GuardRail(Bound.BETWEEN, *sorted(ends)) for ends in rails)
    if outer.allows_all_of(inner) and inner.holds(value):
        assert outer.holds(value)
    if inner.holds(value) and not outer.holds(value):
        assert not outer.allows_all_of(inner)


@pytest.mark.parametrize(
    ("value", "n", "verdict"),
    [
        ("88", 200, Verdict.MET),
        ("87.999", 200, Verdict.WARN),
        ("80", 200, Verdict.WARN),
        ("79.999", 200, Verdict.BREACH),
        ("79", 199, Verdict.TOO_FEW),
        ("99", 199, Verdict.TOO_FEW),
        ("99", None, Verdict.TOO_FEW),
    ],
)
def test_a_value_is_judged_by_the_guard_rails_whose_ends_are_acceptable(value, n, verdict):
    assert judge(D(value), n, WHOLE) is verdict


def test_without_a_guard_rail_there_is_nothing_to_judge_by_however_many_cases():
    bare = replace(WHOLE, warn_bound=None, warn_low=None, breach_bound=None, breach_low=None)
    assert judge(D(1), 1, bare) is Verdict.NO_GUARD_RAIL


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_no_number_gets_no_verdict(value):
    with pytest.raises(ValueError, match="not a number"):
        judge(D(value), 500, WHOLE)


@pytest.mark.parametrize(
    ("rail", "said"),
    [
        (GuardRail(Bound.AT_LEAST, D("0.90"), None), "at least 0.90 %"),
        (GuardRail(Bound.AT_MOST, None, D(1200)), "at most 1,200 %"),
        (GuardRail(Bound.BETWEEN, D(2), D(8)), "between 2 and 8 %"),
    ],
)
def test_a_guard_rail_reads_as_a_person_would_say_it(rail, said):
    assert rail.said("%") == said


def test_an_objective_may_begin_with_any_of_its_texts_but_not_with_none():
    assert problems_with_objective(ObjectiveFacts(why_ai="A rule misses half of them.")) == []
    assert fields_of(problems_with_objective(ObjectiveFacts())) == ["problem"]


@pytest.mark.parametrize(
    ("amount", "currency", "found"),
    [
        ("1200000", "EUR", []),
        ("1200000.0001", "EUR", []),
        ("1200000.00001", "EUR", ["expected_value"]),
        ("-1", "EUR", ["expected_value"]),
        ("1", "", ["currency"]),
        (None, "EUR", ["expected_value"]),
        ("1", "EURO", ["currency"]),
        ("1", "XYZ", ["currency"]),
        ("1", "eur", ["currency"]),
        ("NaN", "EUR", ["expected_value"]),
    ],
)
def test_money_is_an_amount_and_a_known_currency_together(amount, currency, found):
    value = D(amount) if amount else None
    facts = ObjectiveFacts(problem="Too slow.", expected_value=value, currency=currency)
    assert fields_of(problems_with_objective(facts)) == found


REALISED = ValueFacts(date(2026, 9, 30), D("210000"), "EUR", "Cost report Q3, line 14")


def test_value_realised_names_its_day_amount_currency_and_source():
    assert problems_with_value(REALISED, today=TODAY) == []
    assert problems_with_value(replace(REALISED, amount=D("-500")), today=TODAY) == []
    assert problems_with_value(replace(REALISED, amount=D(0)), today=TODAY) == []
    empty = ValueFacts(None, None, "", "")
    assert fields_of(problems_with_value(empty, today=TODAY)) == ["on_day", "amount", "source"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on_day": date(2026, 11, 24)}, "on_day"),
        ({"on_day": date(1900, 1, 1)}, "on_day"),
        ({"currency": ""}, "currency"),
        ({"source": "x" * 301}, "source"),
        ({"note": "x" * 20_001}, "note"),
    ],
)
def test_value_that_cannot_have_been_realised_is_refused(changes, field):
    assert fields_of(problems_with_value(replace(REALISED, **changes), today=TODAY)) == [field]


def test_amounts_in_different_currencies_are_never_added_up():
    entries = [(D("1.10"), "EUR"), (D("2.20"), "USD"), (D("3.30"), "EUR")]
    assert realised_by_currency(entries) == {"EUR": D("4.40"), "USD": D("2.20")}
