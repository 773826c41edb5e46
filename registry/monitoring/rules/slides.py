"""A slow slide as readings for an alert: which points lie where only a change for the worse would put them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from registry.monitoring.rules.readings import Reading
from registry.monitoring.rules.refusals import NotMeasurable
from registry.monitoring.rules.trend import FEWEST_POINTS, Baseline, baseline_of, cusum, ewma
from registry.objectives.rules.judging import Verdict
from registry.objectives.rules.metric import Direction

# More than the charts look back: their sums have long forgotten what lies before.
MOST_POINTS: Final = 60

Point = tuple[datetime, float]


class Chart(StrEnum):
    """Which control chart looks for a slide."""

    CUSUM = "cusum"
    EWMA = "ewma"

    @property
    def said(self) -> str:
        """The chart with what it is good at."""
        return _SAID[self]


_SAID: Final = {
    Chart.CUSUM: "CUSUM: adds up how far each value lies from the first good ones",
    Chart.EWMA: "EWMA: follows an average in which newer values weigh more",
}


def calm_with(calm: Sequence[float], readings: Sequence[Reading]) -> tuple[float, ...]:
    """The values the chart compares with: the first good ones, frozen once there are enough of them."""
    found = sorted((one for one in readings if one.verdict is Verdict.MET), key=lambda one: one.window_end)
    return (*calm, *(float(one.value) for one in found))[:FEWEST_POINTS]


def points_with(points: Sequence[Point], readings: Sequence[Reading]) -> tuple[Point, ...]:
    """The newest judged points in the order of their windows, whatever the order they arrived in."""
    judged = (Verdict.MET, Verdict.WARN, Verdict.BREACH)
    merged = dict(points) | {one.window_end: float(one.value) for one in readings if one.verdict in judged}
    return tuple(sorted(merged.items()))[-MOST_POINTS:]


def sliding(
    calm: Sequence[float], points: Sequence[Point], direction: Direction | None, chart: Chart = Chart.CUSUM
) -> frozenset[datetime] | None:
    """The windows at which the series has slid for the worse; None where nothing can be said.

    Nothing can be said while fewer values are known than an alarm needs, where those are all alike, and where nobody
    has stated which way is better.
    """
    if direction is None or len(calm) < FEWEST_POINTS:
        return None
    heed_up, heed_down = direction is not Direction.HIGHER, direction is not Direction.LOWER
    try:
        alarms = _alarms([value for _, value in points], baseline_of(calm), chart)
    except NotMeasurable:
        return None
    return frozenset(
        window
        for (window, _), (above, below) in zip(points, alarms, strict=True)
        if (above and heed_up) or (below and heed_down)
    )


def _alarms(values: Sequence[float], baseline: Baseline, chart: Chart) -> list[tuple[bool, bool]]:
    if chart is Chart.CUSUM:
        return [(each.above, each.below) for each in cusum(values, baseline)]
    return [(each.above, each.below) for each in ewma(values, baseline)]


def as_slides(readings: Sequence[Reading], slid: frozenset[datetime]) -> list[Reading]:
    """The same readings, judged by whether the series had slid at them and not by their guard-rails."""
    judged = (Verdict.MET, Verdict.WARN, Verdict.BREACH)
    return [
        replace(one, verdict=Verdict.WARN if one.window_end in slid else Verdict.MET)
        for one in readings
        if one.verdict in judged
    ]
