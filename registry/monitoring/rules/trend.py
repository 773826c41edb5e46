"""Trends over a metric's snapshots: CUSUM and EWMA charts, which notice a slow slide that no single value shows"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev, stdev
from typing import Final

from registry.monitoring.rules.refusals import NotMeasurable, Reason, between, counted, finite, positive

# Fewer points leave mean and deviation so uncertain that false alarms come far more often than the charts promise.
FEWEST_POINTS: Final = 20

# For independent normal values and a known baseline, both sides heeded, 465 points pass on average between false alarms,
# twice as many where one side is; a shift of one deviation is found after ten.
ALLOWANCE: Final = 0.5
DECISION: Final = 5.0

# As rare as the CUSUM above and as quick: about 500 points and ten, under the same conditions.
WEIGHT: Final = 0.2
WIDTH: Final = 2.962


@dataclass(frozen=True, slots=True)
class Baseline:
    """Mean and standard deviation of the metric while all was well, frozen, with the number of points behind them."""

    mean: float
    deviation: float
    points: int

    def __post_init__(self) -> None:
        finite("mean of the baseline", self.mean)
        positive("standard deviation of the baseline", self.deviation)
        counted("number of points in the baseline", self.points)

    @property
    def withheld(self) -> str:
        """Why alarms measured by this baseline should not be believed, as a sentence; empty where they may."""
        if self.points >= FEWEST_POINTS:
            return ""
        return f"The baseline holds {self.points} of the {FEWEST_POINTS} points that an alarm needs."


@dataclass(frozen=True, slots=True)
class CusumPoint:
    """One snapshot on a CUSUM chart, sums in standard deviations of the baseline.

    `up_for` and `down_for` count the points since the sum last stood at zero: a shift began about that long ago.
    """

    up: float
    down: float
    up_for: int
    down_for: int
    above: bool
    below: bool


@dataclass(frozen=True, slots=True)
class EwmaPoint:
    """One snapshot on an EWMA chart, in the unit of the metric, with the limits that hold at this point."""

    average: float
    low: float
    high: float

    @property
    def above(self) -> bool:
        """Whether the average lies beyond its upper limit."""
        return self.average > self.high

    @property
    def below(self) -> bool:
        """Whether the average lies beyond its lower limit."""
        return self.average < self.low


def baseline_of(values: Sequence[float]) -> Baseline:
    """The baseline these values make: their mean and sample standard deviation (n - 1).

    Raises NotMeasurable for fewer than two values, values without spread and values that are not finite.
    """
    numbers = _two_or_more(values)
    return Baseline(fmean(numbers), finite("standard deviation", stdev(numbers)), len(numbers))


def reference_limits(values: Sequence[float], *, times: float = 3.0) -> tuple[float, float]:
    """The mean less and plus `times` standard deviations of the reference, taken whole (n): NannyML's default threshold.

    For single values (Shewhart 1931), where the charts below are for slides. Raises NotMeasurable for fewer than
    two values and for what is not finite.
    """
    numbers = _two_or_more(values)
    middle = fmean(numbers)
    reach = positive("number of deviations", times) * finite("standard deviation", pstdev(numbers))
    return finite("lower limit", middle - reach), finite("upper limit", middle + reach)


def cusum(
    values: Sequence[float],
    baseline: Baseline,
    *,
    allowance: float = ALLOWANCE,
    decision: float = DECISION,
) -> tuple[CusumPoint, ...]:
    """The tabular two-sided CUSUM (Page 1954; Montgomery): S+ = max(0, S+ + z - k), S- = max(0, S- - z - k), alarm above h.

    z is the value in standard deviations from the baseline's mean; k, the `allowance`, is half the shift to find,
    and h is the `decision`. Sums run on after an alarm. Heed the side that is worse for the metric. Raises
    NotMeasurable for a value that is not finite.
    """
    slack = between("allowance", allowance, 0, math.inf)
    limit = positive("decision interval", decision)
    points = []
    up, down, up_for, down_for = 0.0, 0.0, 0, 0
    for place, value in enumerate(values, 1):
        z = _standing(place, value, baseline)
        up = finite("upper sum", max(0.0, up + z - slack))
        down = finite("lower sum", max(0.0, down - z - slack))
        up_for, down_for = up_for + 1 if up else 0, down_for + 1 if down else 0
        points.append(CusumPoint(up, down, up_for, down_for, up > limit, down > limit))
    return tuple(points)


def ewma(
    values: Sequence[float],
    baseline: Baseline,
    *,
    weight: float = WEIGHT,
    width: float = WIDTH,
) -> tuple[EwmaPoint, ...]:
    """The EWMA chart (Roberts 1959; NIST/SEMATECH 6.3.2.4): z_t = w x_t + (1 - w) z_(t-1), begun at the baseline's mean.

    The limits are exact at each t: mean +/- L s sqrt(w / (2 - w) (1 - (1 - w)^(2t))), with L the `width`; the
    first points stand under narrower ones than the last. Raises NotMeasurable for a value that is not finite and a
    weight not above 0 and up to 1.
    """
    w = between("weight", positive("weight", weight), 0, 1)
    reach = finite("width of the limits", positive("width of the limits", width) * baseline.deviation)
    points = []
    average = baseline.mean
    for place, value in enumerate(values, 1):
        average = w * finite(f"value {place}", value) + (1 - w) * average
        # 1 - (1 - w)^(2t), written so that a small weight does not lose its digits.
        grown = -math.expm1(2 * place * math.log1p(-w)) if w < 1 else 1.0
        now = reach * math.sqrt(w / (2 - w) * grown)
        points.append(EwmaPoint(average, baseline.mean - now, baseline.mean + now))
    return tuple(points)


def _two_or_more(values: Sequence[float]) -> list[float]:
    numbers = [finite(f"value {place}", value) for place, value in enumerate(values, 1)]
    if len(numbers) < 2:
        raise NotMeasurable(Reason.TOO_FEW, "A baseline needs two values or more.")
    return numbers


def _standing(place: int, value: float, baseline: Baseline) -> float:
    distance = finite(f"value {place}", value) - baseline.mean
    return finite(f"distance of value {place}", distance / baseline.deviation)
