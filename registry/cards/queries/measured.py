"""Groups compared, forecasts held against what happened, and drift, as the parts of a card: six statements in all."""

from collections.abc import Sequence
from decimal import Decimal

from sqlmodel import Session

from registry.cards.rules import facts as card
from registry.drift.models import Baseline, Distribution, Feature
from registry.drift.queries import features as watched
from registry.drift.queries.windows import newest_of, spread_in
from registry.drift.rules.comparing import decided
from registry.drift.rules.spreads import MOST_FEATURES
from registry.fairness.models import FairnessBound
from registry.fairness.queries import reading
from registry.fairness.rules.comparing import FEWEST_IN_GROUP
from registry.fairness.rules.figures import GroupFigures, WindowFigures, figures_of, forecast_figures
from registry.fairness.rules.measures import Comparison, Measure
from registry.fairness.rules.windows import Forecasts, Window

_WINDOWS = 12
# What the registry's own page names where no bound says which measure is meant.
_UNBOUND = Measure.IMPACT_RATIO
# Beyond these digits the same counts could give another text on another machine, and another hash.
_DIGITS = 6


def attributes(session: Session, system_id: int) -> tuple[card.Attribute, ...]:
    """Every attribute by which people were counted or are to be held to a bound, by name."""
    bounds = reading.bounds_of(session, system_id)
    windows = reading.recent_windows(session, system_id, most=_WINDOWS)
    return tuple(
        _attribute(name, [each for each in windows if each.attribute == name], bounds.get(name))
        for name in sorted({each.attribute for each in windows} | bounds.keys())
    )


def _attribute(name: str, windows: Sequence[Window], bound: FairnessBound | None) -> card.Attribute:
    facts = reading.facts_of(bound) if bound else None
    measure = bound.measure if bound else _UNBOUND
    fewest, limit = (bound.fewest, bound.limit) if bound else (FEWEST_IN_GROUP, None)
    told = card.Attribute(name, measure, fewest, limit, facts.said if facts else "")
    if not windows:
        return told
    # Newest first, and no further than to the first that can be compared.
    for newer, window in enumerate(windows):
        found = figures_of(window, facts)
        if found.comparisons[measure].groups:
            return _with_window(told, found, newer)
    return _with_window(told, figures_of(windows[0], facts), 0)


def _with_window(told: card.Attribute, found: WindowFigures, newer: int) -> card.Attribute:
    comparison = found.comparisons[told.measure]
    return card.Attribute(
        told.attribute,
        told.measure,
        told.fewest,
        told.limit,
        told.acceptable,
        window_start=found.window.start,
        window_end=found.window.end,
        groups=tuple(_group(each, comparison) for each in found.groups),
        furthest=comparison.worst.group if comparison.worst else "",
        unknown=found.window.unknown,
        newer=newer,
        refused=comparison.refused,
    )


def _group(each: GroupFigures, comparison: Comparison) -> card.GroupCompared:
    one = next((one for one in comparison.groups if one.group == each.group), None)
    if one is None:
        why = comparison.withheld.get(each.group, "")
        return card.GroupCompared(each.group, each.n, each.verdict, withheld=why)
    return card.GroupCompared(
        each.group,
        each.n,
        each.verdict,
        one.reference,
        one.cases,
        _rounded(float(one.value)),
        _rounded(one.low),
        _rounded(one.high),
    )


def calibration(session: Session, system_id: int) -> tuple[card.Calibration, ...]:
    """The forecasts of the newest window, once for each scheme they were put into bins by."""
    page = reading.forecasts_page(session, system_id, before=None, limit=1)
    return tuple(_calibration(each) for each in page.items)


def _calibration(forecasts: Forecasts) -> card.Calibration:
    found = forecast_figures(forecasts)
    error = found.error
    return card.Calibration(
        forecasts.start,
        forecasts.end,
        error.scheme,
        error.bins,
        error.cases,
        _rounded(error.expected),
        _rounded(found.parts.brier),
        error.withheld,
    )


def drift(session: Session, system_id: int) -> tuple[tuple[card.FeatureDrift, ...], int]:
    """Every feature that has a baseline, by name, and how many are watched without one."""
    page = watched.features_page(session, system_id, after=None, limit=MOST_FEATURES)
    baselines = watched.in_force(session, [each.id or 0 for each in page.items])
    followed = [each for each in page.items if each.id in baselines]
    newest = newest_of(session, [each.id or 0 for each in followed])
    return (
        tuple(
            _feature(each, baselines[each.id or 0], next(iter(newest[each.id or 0]), None))
            for each in followed
        ),
        len(page.items) - len(followed),
    )


def _feature(feature: Feature, baseline: Baseline, window: Distribution | None) -> card.FeatureDrift:
    if window is None:
        return card.FeatureDrift(feature.name, baseline.name, feature.group_key)
    standing, by = decided(spread_in(baseline), spread_in(window))
    return card.FeatureDrift(
        feature.name,
        baseline.name,
        feature.group_key,
        window.window_start,
        window.window_end,
        window.n,
        standing,
        by.measure if by else None,
        _rounded(by.value) if by else None,
        _rounded(by.critical) if by else None,
    )


def _rounded(number: float) -> Decimal:
    # Adding nought makes a nought with a sign one without.
    return Decimal(f"{round(number, _DIGITS) + 0.0:.{_DIGITS}f}")
