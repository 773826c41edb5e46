"""Fairness between groups, from counts alone: rates with their intervals, and the named ways of comparing them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from registry.monitoring.rules.refusals import NotMeasurable, Reason, counted
from registry.monitoring.rules.shares import LEVEL, wilson

# Below this the interval of a rate is wider than most differences one would act on.
FEWEST_IN_GROUP: Final = 30
FOUR_FIFTHS: Final = Fraction(4, 5)  # 29 CFR 1607.4(D)


class Rate(StrEnum):
    """A share of the cases of a group."""

    SELECTION = "selection_rate"
    PREVALENCE = "prevalence"
    ACCURACY = "accuracy"
    TPR = "true_positive_rate"
    FPR = "false_positive_rate"
    TNR = "true_negative_rate"
    FNR = "false_negative_rate"
    PPV = "positive_predictive_value"
    NPV = "negative_predictive_value"
    FDR = "false_discovery_rate"
    FOR = "false_omission_rate"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Cases of one group: said yes or no by the system (positive, negative), and whether rightly (true, false)."""

    tp: int
    fp: int
    fn: int
    tn: int

    def __post_init__(self) -> None:
        for name in ("tp", "fp", "fn", "tn"):
            counted(name.upper(), getattr(self, name))

    def of(self, rate: Rate) -> tuple[int, int]:
        """The cases a rate counts and the cases it counts them among (Fawcett 2006, figure 1)."""
        tp, fp, fn, tn = self.tp, self.fp, self.fn, self.tn
        every = tp + fp + fn + tn
        return {
            Rate.SELECTION: (tp + fp, every),
            Rate.PREVALENCE: (tp + fn, every),
            Rate.ACCURACY: (tp + tn, every),
            Rate.TPR: (tp, tp + fn),
            Rate.FPR: (fp, fp + tn),
            Rate.TNR: (tn, fp + tn),
            Rate.FNR: (fn, tp + fn),
            Rate.PPV: (tp, tp + fp),
            Rate.NPV: (tn, fn + tn),
            Rate.FDR: (fp, tp + fp),
            Rate.FOR: (fn, fn + tn),
        }[rate]


@dataclass(frozen=True, slots=True)
class Selections:
    """Cases of one group of which only the system's answer is known: so many, and so many of them selected."""

    n: int
    selected: int

    def __post_init__(self) -> None:
        if counted("number selected", self.selected) > counted("number of cases", self.n):
            raise NotMeasurable(Reason.OUT_OF_RANGE, f"{self.selected} of {self.n} are selected.")

    def of(self, rate: Rate) -> tuple[int, int] | None:
        """The selected among all; None for a rate that asks whether the answers were right."""
        return (self.selected, self.n) if rate is Rate.SELECTION else None


@dataclass(frozen=True, slots=True)
class Share:
    """A rate of one group: exact, with the number of cases behind it and its Wilson interval."""

    value: Fraction
    cases: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ByGroup:
    """One rate of every group large enough, the groups left out with the reason, and cases of no known group."""

    rate: Rate
    shares: Mapping[str, Share]
    withheld: Mapping[str, str]
    unknown: int

    @property
    def values(self) -> dict[str, Fraction]:
        """The rates alone, as the comparisons below take them."""
        return {group: share.value for group, share in self.shares.items()}


def by_group(
    groups: Mapping[str, Outcomes | Selections],
    rate: Rate,
    *,
    unknown: int = 0,
    fewest: int = FEWEST_IN_GROUP,
    level: float = LEVEL,
) -> ByGroup:
    """One rate for each group. A group with fewer than `fewest` cases to take the rate among is left out and named.

    `unknown` counts the cases whose group nobody recorded; they are told of and never guessed into a group.
    Raises NotMeasurable for a minimum below one.
    """
    if counted("minimum group size", fewest) < 1:
        raise NotMeasurable(Reason.OUT_OF_RANGE, "The minimum group size is one case or more.")
    shares: dict[str, Share] = {}
    withheld: dict[str, str] = {}
    for group, outcomes in groups.items():
        found = outcomes.of(rate)
        if found is None:
            withheld[group] = "Only who was selected was sent, not whether rightly."
            continue
        counts, among = found
        if among < fewest:
            withheld[group] = f"It has {among} of the {fewest} cases that this rate needs."
        else:
            shares[group] = Share(Fraction(counts, among), among, *wilson(counts, among, level=level))
    return ByGroup(rate, shares, withheld, counted("number of cases of no known group", unknown))


def impact_ratios(rates: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Each group's selection rate by the highest one's (6 RCNY 5-300; 29 CFR 1607.4(D)). Below four fifths is flagged.

    Raises NotMeasurable with fewer than two groups, and where nobody is selected: the ratio is then undefined.
    """
    best = max(_at_least_two(rates).values())
    if best == 0:
        raise NotMeasurable(Reason.UNDEFINED, "Nobody is selected in any group, so no ratio exists.")
    return {group: rate / best for group, rate in rates.items()}


def is_flagged(impact_ratio: Fraction) -> bool:
    """Whether an impact ratio falls below four fifths (29 CFR 1607.4(D)); exactly four fifths does not."""
    return impact_ratio < FOUR_FIFTHS


def demographic_parity_ratio(selection: Mapping[str, Fraction]) -> Fraction:
    """The lowest selection rate by the highest, from 0 to 1 (as Fairlearn defines it). Raises as impact_ratios does."""
    return min(impact_ratios(selection).values())


def demographic_parity_difference(selection: Mapping[str, Fraction]) -> Fraction:
    """The highest selection rate less the lowest, never negative (as Fairlearn defines it). Needs two groups."""
    return _range(selection)


def equal_opportunity_difference(tpr: Mapping[str, Fraction]) -> Fraction:
    """The highest true positive rate less the lowest, never negative (Hardt et al. 2016, as a range over groups)."""
    return _range(tpr)


def equalized_odds_difference(tpr: Mapping[str, Fraction], fpr: Mapping[str, Fraction]) -> Fraction:
    """The larger of the ranges of both rates (Hardt et al. 2016; Fairlearn's worst case). Both of the same groups."""
    if tpr.keys() != fpr.keys():
        raise NotMeasurable(Reason.NO_SUCH_GROUP, "Both rates are needed of the same groups.")
    return max(_range(tpr), _range(fpr))


def disparate_impact(selection: Mapping[str, Fraction], *, group: str, reference: str) -> Fraction:
    """The group's selection rate by that of a reference fixed in advance; can exceed 1 (as AIF360 defines it).

    Raises NotMeasurable for a group without a rate, and where nobody of the reference is selected.
    """
    own, theirs = _rate_of(selection, group), _rate_of(selection, reference)
    if theirs == 0:
        raise NotMeasurable(Reason.UNDEFINED, f"Nobody of {reference} is selected, so no ratio exists.")
    return own / theirs


def is_within_tau(ratio: Fraction, tau: Fraction = FOUR_FIFTHS) -> bool:
    """Whether a disparity lies from tau to 1 / tau, the ends included (Saleiro et al. 2018, Aequitas)."""
    if not 0 < tau <= 1:
        raise NotMeasurable(Reason.OUT_OF_RANGE, "Tau lies above 0 and is at most 1.")
    return tau <= ratio <= 1 / tau


def signed_difference(rates: Mapping[str, Fraction], *, group: str, reference: str) -> Fraction:
    """The group's rate less the reference's: negative where the group has less (the sign rule of AIF360).

    Of selection rates it is the statistical parity difference, of true positive rates the equal opportunity
    difference. Raises NotMeasurable for a group without a rate.
    """
    return _rate_of(rates, group) - _rate_of(rates, reference)


def average_odds_difference(
    tpr: Mapping[str, Fraction], fpr: Mapping[str, Fraction], *, group: str, reference: str
) -> Fraction:
    """The mean of the signed differences of both rates (Bellamy et al. 2018, AIF360). Raises as signed_difference does."""
    differences = (signed_difference(rates, group=group, reference=reference) for rates in (tpr, fpr))
    return sum(differences, Fraction(0)) / 2


def _at_least_two(rates: Mapping[str, Fraction]) -> Mapping[str, Fraction]:
    if len(rates) < 2:
        raise NotMeasurable(Reason.TOO_FEW, "Two groups or more are needed to compare.")
    return rates


def _range(rates: Mapping[str, Fraction]) -> Fraction:
    values = _at_least_two(rates).values()
    return max(values) - min(values)


def _rate_of(rates: Mapping[str, Fraction], group: str) -> Fraction:
    if group not in rates:
        raise NotMeasurable(Reason.NO_SUCH_GROUP, f"There is no rate for {group}.")
    return rates[group]
