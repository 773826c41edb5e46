"""Comparing groups by named measures: against other sources, against each other, and what is never compared."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.fairness.rules.bounds import BoundFacts, judge, judged, problems_with
from registry.fairness.rules.comparing import Outcomes, Rate, Selections, Share, by_group
from registry.fairness.rules.intervals import difference_interval, ratio_interval
from registry.fairness.rules.measures import Measure, compare
from registry.monitoring.rules.shares import wilson
from registry.objectives.rules.judging import Verdict

TABLE = st.builds(Outcomes, *(st.integers(1, 400) for _ in range(4)))
GROUPS = st.dictionaries(st.sampled_from("abcde"), TABLE, min_size=2)


def share(counts, among):
    return Share(Fraction(counts, among), among, *wilson(counts, among))


def selected(**groups):
    return {name: Selections(n, chosen) for name, (chosen, n) in groups.items()}


# Newcombe 1998, table II, method 10.
@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_difference_is_that_of_newcombe(one, other, low, high):
    assert difference_interval(share(*one), share(*other)) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 80), st.integers(0, 80), st.integers(1, 80), st.integers(0, 80))
def test_the_interval_of_a_ratio_holds_it_and_turns_with_it(k, more, j, others):
    one, other = share(k, k + more), share(j, j + others)
    low, high = ratio_interval(one, other)
    assert 0 < low <= float(one.value / other.value) * (1 + 1e-9)
    assert high >= float(one.value / other.value) * (1 - 1e-9)
    assert ratio_interval(other, one) == pytest.approx((1 / high, 1 / low))


@given(GROUPS, st.sampled_from(Measure))
def test_a_comparison_holds_its_value_and_its_worst_is_the_measure_as_others_define_it(groups, measure):
    found = compare(groups, measure, reference=min(groups), fewest=1)
    for each in found.groups:
        assert each.low <= float(each.value) + 1e-12
        assert float(each.value) <= each.high + 1e-12
        if each.group == each.reference:
            assert each.value == (1 if measure.is_ratio else 0)
    rates = {rate: by_group(groups, rate, fewest=1).values.values() for rate in Rate}
    spread = {rate: max(some) - min(some) for rate, some in rates.items()}
    known = {
        Measure.PARITY_RATIO: min(rates[Rate.SELECTION]) / max(rates[Rate.SELECTION]),
        Measure.IMPACT_RATIO: min(rates[Rate.SELECTION]) / max(rates[Rate.SELECTION]),
        Measure.PARITY_GAP: spread[Rate.SELECTION],
        Measure.OPPORTUNITY_GAP: spread[Rate.TPR],
        Measure.ODDS_GAP: max(spread[Rate.TPR], spread[Rate.FPR]),
    }
    if measure in known:
        assert found.worst.value == known[measure]


def test_a_group_under_the_smallest_size_is_named_and_never_compared():
    groups = selected(a=(50, 100), b=(40, 100), tiny=(1, 9))
    found = compare(groups, Measure.IMPACT_RATIO, fewest=10)
    assert [each.group for each in found.groups] == ["a", "b"]
    assert found.withheld == {"tiny": "It has 9 of the 10 cases that this rate needs."}
    # Neither as the best, though all of them are selected.
    best = compare(selected(a=(50, 100), b=(40, 100), tiny=(9, 9)), Measure.IMPACT_RATIO, fewest=10)
    assert {each.reference for each in best.groups} == {"a"}


@pytest.mark.parametrize(
    ("groups", "measure", "says"),
    [
        (selected(a=(50, 100)), Measure.IMPACT_RATIO, "Two groups or more with enough cases are needed to compare."),
        (selected(a=(0, 99), b=(0, 99)), Measure.PARITY_RATIO, "Nobody in any group is selected, so no ratio exists."),
        (selected(a=(0, 99), b=(9, 99)), Measure.DISPARATE_IMPACT, "Nobody of a is selected, so no ratio exists."),
        (selected(a=(1, 9), b=(9, 99)), Measure.PARITY_SIGNED, "It cannot be compared with a. It has 9 of the 30 cases that this rate needs."),
        (selected(a=(9, 99), b=(9, 99)), Measure.ODDS_GAP, "Two groups or more with enough cases are needed to compare."),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_says_why(groups, measure, says):
    found = compare(groups, measure, reference="a", fewest=30)
    assert (found.groups, found.worst, found.refused) == ((), None, says)


FOUR_FIFTHS = BoundFacts(
    "sex", Measure.IMPACT_RATIO, Decimal("0.8"), why_groups="Law.", reason="Four fifths."
)


@pytest.mark.parametrize(
    ("chosen", "verdict"),
    [
        ((40, 50), Verdict.MET),
        ((39, 50), Verdict.WARN),
        ((500, 1000), Verdict.BREACH),
        ((800, 1000), Verdict.MET),
    ],
)
def test_a_bound_is_met_at_its_end_and_only_warns_where_the_interval_reaches_it(chosen, verdict):
    found, verdicts = judged(selected(best=(2000, 2000), other=chosen), FOUR_FIFTHS)
    assert [each.verdict for each in verdicts] == [Verdict.MET, verdict]
    assert found.worst.reference == "best"


def test_a_ratio_with_a_fixed_reference_is_judged_on_both_sides():
    facts = BoundFacts("sex", Measure.DISPARATE_IMPACT, Decimal("0.8"), "men", 30, "Law.", "Aequitas.")
    assert facts.said == "disparate impact from 0.8 to 1.25, against men"
    found, _ = judged(selected(men=(2000, 8000), women=(4000, 8000)), facts)
    [_, women] = found.groups
    assert (women.value, judge(women, facts)) == (2, Verdict.BREACH)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"attribute": ""}, "attribute"),
        ({"measure": None}, "measure"),
        ({"limit": None}, "limit"),
        ({"limit": Decimal("1.1")}, "limit"),
        ({"limit": Decimal("0.80000001")}, "limit"),
        ({"measure": Measure.PARITY_GAP, "limit": Decimal(1)}, "limit"),
        ({"measure": Measure.ODDS_SIGNED}, "reference"),
        ({"reference": "men"}, "reference"),
        ({"fewest": 0}, "fewest"),
        ({"why_groups": ""}, "why_groups"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_bound_that_does_not_stand_says_what_is_missing(changes, field):
    from dataclasses import replace

    assert problems_with(FOUR_FIFTHS) == []
    assert [each.field for each in problems_with(replace(FOUR_FIFTHS, **changes))] == [field]
