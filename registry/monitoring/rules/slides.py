"""A slow slide as readings for an alert: which points lie where only a change for the worse would put them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Final

from registry.monitoring.rules.readings import Reading
from registry.monitoring.rules.refusals import NotMeasurable
from registry.monitoring.rules.trend import FEWEST_POINTS, Baseline, baseline_of, cusum, ewma
from registry.objectives.rules.judging import Verdict
from registry.objectives.rules.metric import Direction

# More than the charts look back: their sums have long forgotten what lies before.
MOST_POINTS: Final = 60

Point = tuple[datetime, float]

_JUDGED: Final = (Verdict.MET, Verdict.WARN, Verdict.BREACH)
_window_end: Final = attrgetter("window_end")


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
    lacking = max(0, FEWEST_POINTS - len(calm))
    good = (one for one in readings if one.verdict is Verdict.MET) if lacking else ()
    found = sorted(good, key=_window_end)[:lacking]
    return (*calm[:FEWEST_POINTS], *(float(one.value) for one in found))


def points_with(points: Sequence[Point], readings: Sequence[Reading]) -> tuple[Point, ...]:
    """The newest judged points in the order of their windows, whatever the order they arrived in.

    What a reading corrects is no point any more, whether the reading itself can be judged or not.
    """
    corrected = {one.window_end for one in readings if one.corrects}
    merged = {window: value for window, value in points if window not in corrected} | {
        one.window_end: one for one in readings if one.verdict in _JUDGED
    }
    newest = sorted(merged)[-MOST_POINTS:]
    return tuple((window, _as_float(merged[window])) for window in newest)


def _as_float(point: float | Reading) -> float:
    # Only of those that stay: a delivery holds thousands.
    return float(point.value) if isinstance(point, Reading) else point


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


def known_said(calm: Sequence[float], direction: Direction | None, *, has_rails: bool) -> str:
    """Whether the chart can find a slide yet, as a sentence: how many good values are known, or what else it lacks."""
    if direction is None:
        return "It says nothing yet: the metric does not state which way is better."
    if not has_rails and len(calm) < FEWEST_POINTS:
        return "It says nothing yet: without guard-rails no value is known to be good."
    if len(calm) < FEWEST_POINTS:
        return f"It says nothing yet: {len(calm)} of the {FEWEST_POINTS} good values it needs are known."
    try:
        baseline_of(calm)
    except NotMeasurable:
        return f"It can say nothing: the first {FEWEST_POINTS} good values are all alike."
    return f"All {FEWEST_POINTS} good values it needs are known, so a slide would be found."


def _alarms(values: Sequence[float], baseline: Baseline, chart: Chart) -> list[tuple[bool, bool]]:
    if chart is Chart.CUSUM:
        return [(each.above, each.below) for each in cusum(values, baseline)]
    return [(each.above, each.below) for each in ewma(values, baseline)]


def as_slides(readings: Sequence[Reading], slid: frozenset[datetime]) -> list[Reading]:
    """The same readings, judged by whether the series had slid at them and not by their guard-rails."""
    found, warn, met = [], Verdict.WARN, Verdict.MET
    for one in readings:
        if one.verdict in _JUDGED:
            verdict = warn if one.window_end in slid else met
            # Mostly it stays what it was, and a copy of each would be most of what this costs.
            found.append(one if one.verdict is verdict else one._replace(verdict=verdict))
    return found
