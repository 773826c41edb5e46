"""The measures a bound may be set on: each named with its variant, and taken group by group so that an alert can name one"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from registry.fairness.rules import comparing
from registry.fairness.rules.comparing import ByGroup, Outcomes, Rate, Selections, by_group
from registry.fairness.rules.intervals import Interval, difference_interval, mean_interval, ratio_interval

Groups = Mapping[str, Outcomes | Selections]


class Measure(StrEnum):
    """A way of comparing groups. Variants that share a name in the literature are told apart."""

    IMPACT_RATIO = "impact_ratio"
    PARITY_RATIO = "demographic_parity_ratio"
    DISPARATE_IMPACT = "disparate_impact"
    PARITY_GAP = "demographic_parity_difference"
    PARITY_SIGNED = "statistical_parity_difference"
    OPPORTUNITY_GAP = "equal_opportunity_difference"
    OPPORTUNITY_SIGNED = "signed_equal_opportunity_difference"
    ODDS_GAP = "equalized_odds_difference"
    ODDS_SIGNED = "average_odds_difference"

    @property
    def said(self) -> str:
        """The measure's name."""
        return _SAID[self][0]

    @property
    def means(self) -> str:
        """What it compares, by whose definition."""
        return _SAID[self][1]

    @property
    def is_ratio(self) -> bool:
        """Whether it divides rates; otherwise it subtracts them."""
        return self in {Measure.IMPACT_RATIO, Measure.PARITY_RATIO, Measure.DISPARATE_IMPACT}

    @property
    def needs_reference(self) -> bool:
        """Whether groups are compared with one that is fixed in advance, and not with the one best off."""
        return self in _FIXED

    @property
    def rates(self) -> tuple[Rate, ...]:
        """The rates it compares."""
        return _RATES.get(self, (Rate.SELECTION,))


_FIXED: Final = frozenset(
    {Measure.DISPARATE_IMPACT, Measure.PARITY_SIGNED, Measure.OPPORTUNITY_SIGNED, Measure.ODDS_SIGNED}
)
_RATES: Final = {
    Measure.OPPORTUNITY_GAP: (Rate.TPR,),
    Measure.OPPORTUNITY_SIGNED: (Rate.TPR,),
    Measure.ODDS_GAP: (Rate.TPR, Rate.FPR),
    Measure.ODDS_SIGNED: (Rate.TPR, Rate.FPR),
}
_SAID: Final = {
    Measure.IMPACT_RATIO: (
        "Impact ratio",
        "selection rate by that of the group selected most (6 RCNY 5-300; 29 CFR 1607.4(D), four fifths)",
    ),
    Measure.PARITY_RATIO: (
        "Demographic parity ratio",
        "selection rate by the highest one; its lowest over the groups is the ratio (Fairlearn, from 0 to 1)",
    ),
    Measure.DISPARATE_IMPACT: (
        "Disparate impact",
        "selection rate by that of the reference group; may exceed 1 (AIF360; Aequitas judges both sides)",
    ),
    Measure.PARITY_GAP: (
        "Demographic parity difference",
        "selection rate of the group selected most, less the group's own (Fairlearn, never negative)",
    ),
    Measure.PARITY_SIGNED: (
        "Statistical parity difference",
        "selection rate less that of the reference group (AIF360, negative where the group has less)",
    ),
    Measure.OPPORTUNITY_GAP: (
        "Equal opportunity difference",
        "highest true positive rate less the group's own (Hardt et al. 2016, as a range over groups)",
    ),
    Measure.OPPORTUNITY_SIGNED: (
        "Signed equal opportunity difference",
        "true positive rate less that of the reference group (AIF360)",
    ),
    Measure.ODDS_GAP: (
        "Equalized odds difference",
        "the larger of the distances from the highest true and false positive rates (Fairlearn, worst case)",
    ),
    Measure.ODDS_SIGNED: (
        "Average odds difference",
        "mean of the differences in true and false positive rate from the reference group (AIF360)",
    ),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One group held against another by one measure: the value, its interval, and the cases behind the group's rate."""

    measure: Measure
    group: str
    reference: str
    value: Fraction
    low: float
    high: float
    cases: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """One measure of every group large enough; groups left out with the reason; why there is none at all, if so."""

    measure: Measure
    groups: tuple[Compared, ...]
    withheld: Mapping[str, str]
    refused: str = ""

    @property
    def worst(self) -> Compared | None:
        """The group furthest from equal treatment. For measures of a range its value is the range itself."""
        if not self.groups:
            return None
        if self.measure.is_ratio:
            return min(
                self.groups,
                key=lambda each: (min(each.value, 1 / each.value if each.value else 0), each.group),
            )
        return max(self.groups, key=lambda each: (abs(each.value), each.group))


def compare(groups: Groups, measure: Measure, *, reference: str = "", fewest: int) -> Comparison:
    """Every group by one measure, in the order of the names. Groups under `fewest` cases are named and never compared.

    `reference` counts only for measures that need one. Intervals take the group best off as if it had been known in
    advance, which makes them a little narrow where several groups are close to it.
    """
    rates = [by_group(groups, rate, fewest=fewest) for rate in measure.rates]
    withheld: dict[str, str] = {}
    for each in reversed(rates):
        withheld |= each.withheld
    kept = [_without(each, withheld) for each in rates]
    refused = _why_not(kept[0], measure, reference, withheld)
    if refused:
        return Comparison(measure, (), withheld, refused)
    one = _WAYS[measure]
    return Comparison(
        measure, tuple(one(kept, measure, group, reference) for group in sorted(kept[0].shares)), withheld
    )


def _without(rates: ByGroup, withheld: Mapping[str, str]) -> ByGroup:
    shares = {group: share for group, share in rates.shares.items() if group not in withheld}
    return ByGroup(rates.rate, shares, withheld, rates.unknown)


def _why_not(rates: ByGroup, measure: Measure, reference: str, withheld: Mapping[str, str]) -> str:
    if measure.needs_reference and reference not in rates.shares:
        why = withheld.get(reference, "Nothing was counted for it.")
        return f"It cannot be compared with {reference or 'no group'}. {why}"
    if len(rates.shares) < 2:
        return "Two groups or more with enough cases are needed to compare."
    if measure.is_ratio:
        by = rates.shares[reference].value if measure.needs_reference else max(rates.values.values())
        if by == 0:
            who = f"of {reference}" if measure.needs_reference else "in any group"
            return f"Nobody {who} is selected, so no ratio exists."
    return ""


def _best(rates: ByGroup) -> str:
    return max(sorted(rates.shares), key=lambda group: rates.shares[group].value)


def _made(
    measure: Measure, rates: ByGroup, group: str, reference: str, value: Fraction, interval: Interval
) -> Compared:
    # A group held against itself is what it is: there is nothing uncertain about it.
    low, high = (float(value), float(value)) if group == reference else interval
    return Compared(measure, group, reference, value, low, high, rates.shares[group].cases)


def _ratio(rates: list[ByGroup], measure: Measure, group: str, reference: str) -> Compared:
    [selection] = rates
    if not measure.needs_reference:
        reference = _best(selection)
        value = comparing.impact_ratios(selection.values)[group]
    else:
        value = comparing.disparate_impact(selection.values, group=group, reference=reference)
    interval = ratio_interval(selection.shares[group], selection.shares[reference])
    return _made(measure, selection, group, reference, value, interval)


def _gap(rates: list[ByGroup], measure: Measure, group: str, _reference: str) -> Compared:
    """The distance to the highest rate, of the rate in which it is largest: over groups its maximum is the range."""
    found = []
    for each in rates:
        best = _best(each)
        value = each.values[best] - each.values[group]
        low, high = difference_interval(each.shares[best], each.shares[group])
        found.append(_made(measure, each, group, best, value, (max(0.0, low), high)))
    return max(found, key=lambda each: each.value)


def _signed(rates: list[ByGroup], measure: Measure, group: str, reference: str) -> Compared:
    [rate] = rates
    value = comparing.signed_difference(rate.values, group=group, reference=reference)
    return _made(
        measure,
        rate,
        group,
        reference,
        value,
        difference_interval(rate.shares[group], rate.shares[reference]),
    )


def _average(rates: list[ByGroup], measure: Measure, group: str, reference: str) -> Compared:
    tpr, fpr = rates
    value = comparing.average_odds_difference(tpr.values, fpr.values, group=group, reference=reference)
    one, other = (_signed([rate], measure, group, reference) for rate in rates)
    interval = mean_interval((one.value, other.value), ((one.low, one.high), (other.low, other.high)))
    return _made(measure, tpr, group, reference, value, interval)


_WAYS: Final[Mapping[Measure, Callable[[list[ByGroup], Measure, str, str], Compared]]] = {
    Measure.IMPACT_RATIO: _ratio,
    Measure.PARITY_RATIO: _ratio,
    Measure.DISPARATE_IMPACT: _ratio,
    Measure.PARITY_GAP: _gap,
    Measure.OPPORTUNITY_GAP: _gap,
    Measure.ODDS_GAP: _gap,
    Measure.PARITY_SIGNED: _signed,
    Measure.OPPORTUNITY_SIGNED: _signed,
    Measure.ODDS_SIGNED: _average,
}
