"""Fields of what is measured without a metric: forecasts held against what happened, and features that drift."""

from datetime import datetime
from decimal import Decimal

from registry.cards.rules.facts import Calibration, CardFacts, FeatureDrift
from registry.cards.rules.shapes import NOT_MEASURED, NOTHING, Field, Table, at_most
from registry.cards.rules.words import cell, counted, day_of, line, lowered, optional
from registry.drift.rules.comparing import Standing, measure_said
from registry.drift.rules.measures import Measure
from registry.kernel.text import counted as counted_words
from registry.kernel.text import listed, worded
from registry.monitoring.rules.saying import group_said

MOST_FEATURES = 30
"""How many features are printed, those that moved most first; card.json holds all that have a baseline."""

_GRAVEST_FIRST = (
    Standing.SIGNIFICANT,
    Standing.MODERATE,
    Standing.SLIGHT,
    Standing.STEADY,
    Standing.TOO_FEW,
    Standing.NOT_COMPARED,
)
_NO_WINDOW = "no window has come"


def to_three(value: Decimal | None) -> str:
    """A computed number to three digits after the point, as the pages of the registry show it."""
    return NOT_MEASURED if value is None else f"{value:.3f}"


def covers(start: datetime | None, end: datetime | None) -> str:
    """The days that a window covers."""
    return f"{day_of(start)} to {day_of(end)}" if start and start != end else cell(day_of(end), _NO_WINDOW)


def calibration(facts: CardFacts) -> Field:
    """The calibration error and Brier score of the newest window of forecasts, once for each way of binning them."""
    rows = tuple(_calibrated(each) for each in facts.calibration)
    header = ("Covers", "Forecasts", "Bins", "Calibration error", "Brier score")
    table = Table(header, rows, frozenset({1, 4})) if rows else None
    return optional("8.3a", "Calibration", table, "no forecast was held against what happened")


def _calibrated(each: Calibration) -> tuple[str, ...]:
    few = line(each.withheld)
    error = to_three(each.error)
    return (
        covers(each.window_start, each.window_end),
        cell(counted(each.n)),
        f"{each.bins:,} of {worded(each.scheme.value)}",
        f"{error}, not to be judged: {lowered(few).removesuffix('.')}" if few else error,
        to_three(each.brier),
    )


def drift(facts: CardFacts) -> tuple[Field, ...]:
    """How many features moved away from their baselines, and which."""
    told = optional("12.2b", "Drift of features", _counted(facts), "none is watched")
    if not facts.drift:
        return (told,)
    rows = [_drifted(each) for each in sorted(facts.drift, key=_place)]
    header = (
        "Feature",
        "Compared with",
        "Newest window",
        "Cases",
        "Stability index",
        "Chance explains up to",
        "Stands",
    )
    cut = at_most(rows, MOST_FEATURES, lambda more: (f"{counted(more)} more", "in card.json", *[NOTHING] * 5))
    return (
        told,
        optional("12.2c", "Newest window against its baseline", Table(header, cut, frozenset({3, 4, 5}))),
    )


def is_followed(facts: CardFacts) -> bool:
    """Whether any feature was compared with its baseline."""
    return any(each.measure for each in facts.drift)


def measures_said(facts: CardFacts) -> str:
    """By what it was judged whether features moved, each measure with its variant; where any was compared."""
    used = {each.measure for each in facts.drift}
    named = [
        f"{lowered(name)} ({variant})"
        for each in Measure
        if each in used
        for name, variant, _ in [measure_said(each)]
    ]
    return f"Drift is told by {listed(named)}: a feature counts as moved only where custom and chance agree."


def _counted(facts: CardFacts) -> str | None:
    all_of_them = len(facts.drift) + facts.without_baseline
    if not all_of_them:
        return None
    standings = [each.standing for each in facts.drift]
    told = [f"{standings.count(each):,} {each.said}" for each in _GRAVEST_FIRST if each in standings]
    if None in standings:
        told.append(f"{standings.count(None):,} without a window yet")
    if facts.without_baseline:
        told.append(f"{facts.without_baseline:,} without a baseline to compare with")
    return f"Of {counted_words(all_of_them, 'feature')}: {listed(told)}"


def _place(each: FeatureDrift) -> int:
    return _GRAVEST_FIRST.index(each.standing) if each.standing else len(_GRAVEST_FIRST)


def _drifted(each: FeatureDrift) -> tuple[str, ...]:
    group = line(group_said(each.group)) if each.group else None
    return (
        f"{cell(line(each.feature))} ({group})" if group else cell(line(each.feature)),
        cell(line(each.baseline)),
        covers(each.window_start, each.window_end),
        cell(counted(each.n), NOTHING),
        _indexed(each),
        to_three(each.by_chance) if each.by_chance is not None else NOTHING,
        each.standing.said.capitalize() if each.standing else "Not compared",
    )


def _indexed(each: FeatureDrift) -> str:
    # A number of another measure under this heading must name its own.
    if each.measure in {None, Measure.PSI}:
        return to_three(each.value)
    return f"{to_three(each.value)}, {lowered(measure_said(each.measure)[0])}"
