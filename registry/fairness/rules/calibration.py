"""Calibration: whether what a system calls seventy per cent happens seven times in ten"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from registry.monitoring.rules.refusals import NotMeasurable, Reason, between, counted

# A calibration error computed from fewer cases is mostly noise: its size falls with the root of the cases in a bin.
FEWEST_CASES: Final = 100


class Scheme(StrEnum):
    """How forecasts are put into bins. The error depends on it, so it is kept with the number."""

    EQUAL_WIDTH = "equal_width"  # each bin an equal part of 0 to 1
    EQUAL_MASS = "equal_mass"  # each bin an equal share of the cases, equal forecasts never parted


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts that lie together: how many, how many came true, and the sum of the probabilities forecast."""

    cases: int
    came_true: int
    forecast_sum: float

    def __post_init__(self) -> None:
        cases, true = counted("number of cases", self.cases), counted("number that came true", self.came_true)
        if true > cases:
            raise NotMeasurable(Reason.OUT_OF_RANGE, f"{true} of {cases} came true, more than there are.")
        between("sum of the forecasts", self.forecast_sum, 0, cases)

    @property
    def gap(self) -> float:
        """The share that came true less the mean forecast: above zero where the system was too timid."""
        return (self.came_true - self.forecast_sum) / self.cases


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """A calibration error with what it depends on. `withheld` says why it should not be judged, empty where it may."""

    expected: float
    largest: float
    scheme: Scheme
    bins: int
    cases: int
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a Brier score: reliability (less is better), resolution (more is better), uncertainty (given)."""

    reliability: float
    resolution: float
    uncertainty: float

    @property
    def brier(self) -> float:
        """The score the parts add up to."""
        return self.reliability - self.resolution + self.uncertainty


def brier(forecasts: Sequence[float], outcomes: Sequence[bool]) -> float:
    """The Brier score: the mean of (p - y)^2, from 0 (perfect) to 1 (Brier 1950, in the form for one event).

    Raises NotMeasurable for no cases, sequences that differ in length, and forecasts that are no probability.
    """
    pairs = _pairs(forecasts, outcomes)
    return math.fsum((p - y) ** 2 for p, y in pairs) / len(pairs)


def binned(
    forecasts: Sequence[float], outcomes: Sequence[bool], scheme: Scheme, bins: int
) -> tuple[Bin, ...]:
    """The cases in bins, from low forecasts to high; bins without a case are left out.

    A bin of equal width holds forecasts above its lower end up to its upper end, the first also 0 (Guo et al.
    2017). Raises as brier does, and for fewer than one bin.
    """
    if counted("number of bins", bins) < 1:
        raise NotMeasurable(Reason.OUT_OF_RANGE, "There is at least one bin.")
    pairs = sorted(_pairs(forecasts, outcomes))
    held: dict[int, list[tuple[float, int]]] = {}
    place, last = 0, -1.0
    for rank, (p, y) in enumerate(pairs):
        if scheme is Scheme.EQUAL_WIDTH:
            place = _width_place(p, bins)
        elif p != last:
            # Equal forecasts stay together, or the bins would depend on the order in which cases are listed.
            place = rank * bins // len(pairs)
        last = p
        held.setdefault(place, []).append((p, y))
    return tuple(
        Bin(len(each), sum(y for _, y in each), min(math.fsum(p for p, _ in each), len(each)))
        for each in held.values()
    )


def calibration_error(bins: Sequence[Bin], scheme: Scheme, count: int) -> CalibrationError:
    """Expected calibration error, sum (n_b / N) |acc_b - conf_b|, and the largest gap (Naeini et al. 2015).

    Of the probability of one event, as here; Guo et al. 2017 take that of the likeliest of several classes.
    `scheme` and `count` say how the bins were made, empty ones counted too. Raises NotMeasurable for no cases, for
    more bins than `count` and for an empty bin: leave it out.
    """
    total = _cases(bins)
    if len(bins) > counted("number of bins", count):
        raise NotMeasurable(Reason.BINS_DIFFER, f"{len(bins)} bins were given of a scheme of {count}.")
    gaps = [(each.cases, abs(each.gap)) for each in bins]
    few = (
        f"There are {total} of the {FEWEST_CASES} cases that a judgement needs."
        if total < FEWEST_CASES
        else ""
    )
    expected = math.fsum(cases * gap for cases, gap in gaps) / total
    return CalibrationError(expected, max(gap for _, gap in gaps), scheme, count, total, few)


def brier_parts(bins: Sequence[Bin]) -> Parts:
    """Reliability, resolution and uncertainty (Murphy 1973).

    They add up to the Brier score exactly where every bin holds one forecast value; in wider bins they add up to
    the score of forecasts replaced by the mean of their bin. Raises NotMeasurable for no cases and an empty bin.
    """
    total = _cases(bins)
    base = sum(each.came_true for each in bins) / total
    return Parts(
        reliability=math.fsum(each.cases * each.gap**2 for each in bins) / total,
        resolution=math.fsum(each.cases * (each.came_true / each.cases - base) ** 2 for each in bins) / total,
        uncertainty=base * (1 - base),
    )


def _pairs(forecasts: Sequence[float], outcomes: Sequence[bool]) -> list[tuple[float, int]]:
    if len(forecasts) != len(outcomes):
        raise NotMeasurable(
            Reason.BINS_DIFFER, f"{len(forecasts)} forecasts cannot be held against {len(outcomes)} outcomes."
        )
    if not forecasts:
        raise NotMeasurable(Reason.NO_CASES, "There are no forecasts to judge.")
    return [(between("forecast", p, 0, 1), _outcome(y)) for p, y in zip(forecasts, outcomes, strict=True)]


def _outcome(value: bool) -> int:
    if value not in (0, 1):
        raise NotMeasurable(Reason.OUT_OF_RANGE, f"An outcome is {value!r}; it happened or it did not.")
    return int(value)


def _width_place(forecast: float, bins: int) -> int:
    """The bin of equal width that holds the forecast, decided by the same quotients a reader would compare it with."""
    place = min(bins - 1, max(0, math.ceil(forecast * bins) - 1))
    if place and forecast <= place / bins:
        return place - 1
    return place + 1 if place < bins - 1 and forecast > (place + 1) / bins else place


def _cases(bins: Sequence[Bin]) -> int:
    total = sum(each.cases for each in bins)
    if not total:
        raise NotMeasurable(Reason.NO_CASES, "The bins hold no cases.")
    if not all(each.cases for each in bins):
        raise NotMeasurable(
            Reason.EMPTY_BIN, "A bin without cases has no share that came true; leave it out."
        )
    return total
