"""Everything that is computed of one window: rates by group with their intervals, every named comparison, calibration"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from registry.fairness.rules.bounds import BoundFacts, judge
from registry.fairness.rules.calibration import CalibrationError, Parts, brier_parts, calibration_error
from registry.fairness.rules.comparing import FEWEST_IN_GROUP, Outcomes, Rate, Selections, Share, by_group
from registry.fairness.rules.measures import Comparison, Measure, compare
from registry.fairness.rules.windows import BinIn, Forecasts, Window, size_of
from registry.monitoring.rules.shares import wilson
from registry.objectives.rules.judging import Verdict


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One group of a window: its counts, its rates, the rates that are withheld with the reason, and its verdict."""

    group: str
    counts: Outcomes | Selections
    rates: Mapping[Rate, Share]
    withheld: Mapping[Rate, str]
    verdict: Verdict

    @property
    def n(self) -> int:
        """How many cases it has."""
        return size_of(self.counts)


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """All figures of one window. `reference` is the group that measures with a fixed one compare with."""

    window: Window
    fewest: int
    reference: str
    reference_is_stated: bool
    groups: tuple[GroupFigures, ...]
    comparisons: Mapping[Measure, Comparison]

    @property
    def verdict(self) -> Verdict:
        """The gravest verdict of a group; too few where a bound judged none."""
        found = {each.verdict for each in self.groups}
        order = (Verdict.BREACH, Verdict.WARN, Verdict.MET, Verdict.TOO_FEW)
        return next((each for each in order if each in found), Verdict.NO_GUARD_RAIL)


def figures_of(window: Window, facts: BoundFacts | None) -> WindowFigures:
    """The figures of a window, judged by a bound where there is one.

    Where no bound names a reference, measures that need one take the largest group, as Aequitas does by default.
    """
    fewest = facts.fewest if facts is not None and facts.fewest else FEWEST_IN_GROUP
    largest = max(sorted(window.groups), key=lambda name: size_of(window.groups[name]), default="")
    stated = facts.reference if facts is not None else ""
    reference = stated or largest
    comparisons = {
        measure: compare(window.groups, measure, reference=reference, fewest=fewest) for measure in Measure
    }
    verdicts = _verdicts(window, comparisons, facts)
    rates = {rate: by_group(window.groups, rate, fewest=fewest) for rate in Rate}
    groups = tuple(
        GroupFigures(
            name,
            counts,
            {rate: found.shares[name] for rate, found in rates.items() if name in found.shares},
            {rate: found.withheld[name] for rate, found in rates.items() if name in found.withheld},
            verdicts[name],
        )
        for name, counts in window.groups.items()
    )
    return WindowFigures(window, fewest, reference, bool(stated), groups, comparisons)


def _verdicts(
    window: Window, comparisons: Mapping[Measure, Comparison], facts: BoundFacts | None
) -> dict[str, Verdict]:
    if facts is None or facts.measure is None:
        return dict.fromkeys(window.groups, Verdict.NO_GUARD_RAIL)
    found = dict.fromkeys(window.groups, Verdict.TOO_FEW)
    return found | {each.group: judge(each, facts) for each in comparisons[facts.measure].groups}


@dataclass(frozen=True, slots=True)
class ForecastFigures:
    """What forecasts of one window are worth: the calibration error, the parts of the Brier score, the share of each bin."""

    forecasts: Forecasts
    error: CalibrationError
    parts: Parts
    observed: tuple[tuple[BinIn, Share], ...]


def forecast_figures(forecasts: Forecasts) -> ForecastFigures:
    """The figures of forecasts in bins. A mean written with few digits may leave its bin by a hair; it is kept in."""
    bins = [each.as_bin for each in forecasts.bins]
    observed = tuple((each, _share(each)) for each in forecasts.bins)
    # Parts of a window may have come with other bins of the same scheme: there are never fewer than those that hold a case.
    count = max(forecasts.count, len(bins))
    return ForecastFigures(
        replace(forecasts, count=count),
        calibration_error(bins, forecasts.scheme, count),
        brier_parts(bins),
        observed,
    )


def _share(each: BinIn) -> Share:
    return Share(Fraction(each.positives, each.n), each.n, *wilson(each.positives, each.n))
