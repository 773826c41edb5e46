"""What an alert says of its cause, in a sentence somebody can act on."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import GuardRail, number_said
from registry.monitoring.rules.slides import Chart
from registry.objectives.rules.metric import Direction, MetricFacts

_WORSE: Final[Mapping[Direction | None, str]] = {Direction.HIGHER: "below", Direction.LOWER: "above"}


def group_said(group: str) -> str:
    """The subgroup a reading is about: '{"region": "north"}' as "region north"; "" for everybody."""
    try:
        named = json.loads(group)
    except (ValueError, RecursionError):
        return group
    if not isinstance(named, dict):
        return group
    return ", ".join(f"{name} {value}" for name, value in named.items())


def rail_said(metric: MetricFacts, value: Decimal, group: str, on: date) -> str:
    """A value outside a guard-rail: which, of what, when, and what would be acceptable."""
    unit = f" {metric.unit}" if metric.unit else ""
    rail = _missed(metric, value)
    asks = f"; acceptable is {rail.said(metric.unit)}" if rail else ""
    return (
        f"{metric.name}{_of(group)} was {number_said(value)}{unit} on {_day(on)}{_side(rail, value)}{asks}."
    )


def slide_said(metric: MetricFacts, group: str, on: date, chart: Chart) -> str:
    """A slide that no single value shows, and the chart that found it."""
    side = _WORSE.get(metric.direction, "away from")
    return (
        f"{metric.name}{_of(group)} is getting worse slowly: by {_day(on)} its newest values, taken together, lie "
        f"{side} its first ones by more than chance explains ({chart.name} chart)."
    )


def silence_said(name: str, last: date | None, stated: date, due: date) -> str:
    """A metric of which nothing is heard."""
    if last is None:
        return f"No value of {name} has ever come. It was stated on {_day(stated)}; the first was due by {_day(due)}."
    return f"No value of {name} has come since {_day(last)}; the next was due by {_day(due)}."


def quality_said(check: str, source: str, result: str, on: date | None, rail: str, cadence: Cadence) -> str:
    """A check on the data a system uses whose last result is not met, or that nobody has done (`result` "")."""
    if result and on:
        return f"{check}, of {source}: {result} on {_day(on)}; acceptable is {rail}."
    since = f"since {_day(on)}" if on else "so far"
    return f"{check}, of {source}: no result {since}, though one is due {cadence.value}."


def _missed(metric: MetricFacts, value: Decimal) -> GuardRail | None:
    rails = (metric.breach, metric.warn)
    return next((rail for rail in rails if rail is not None and not rail.holds(value)), None)


def _side(rail: GuardRail | None, value: Decimal) -> str:
    """Which of two bounds was passed; where there is one, what is acceptable says it."""
    if rail is None or rail.low is None or rail.high is None:
        return ""
    return ", below the lower bound" if value < rail.low else ", above the upper bound"


def _of(group: str) -> str:
    return f" ({group_said(group)})" if group else ""


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
