"""The verdict on a value: met, warn, breach, too few cases to say, or no guard-rail to judge by."""

from decimal import Decimal
from enum import StrEnum

from registry.objectives.rules.metric import MetricFacts


class Verdict(StrEnum):
    """What a value of a metric means."""

    MET = "met"
    WARN = "warn"
    BREACH = "breach"
    TOO_FEW = "too_few"
    NO_GUARD_RAIL = "no_guard_rail"


def judge(value: Decimal, n: int | None, metric: MetricFacts) -> Verdict:
    """The verdict on a value computed from `n` cases (None: not told), by the metric's guard-rails.

    The ends of a guard-rail are acceptable. A value from fewer cases than the minimum sample, or from an
    untold number where a minimum is set, is never called good or bad. Raises ValueError for a value that is
    not finite: it is not a reading.
    """
    if not value.is_finite():
        raise ValueError(f"{value} is not a number that can be judged")
    if metric.warn is None and metric.breach is None:
        return Verdict.NO_GUARD_RAIL
    if metric.minimum_sample is not None and (n is None or n < metric.minimum_sample):
        return Verdict.TOO_FEW
    if metric.breach is not None and not metric.breach.holds(value):
        return Verdict.BREACH
    if metric.warn is not None and not metric.warn.holds(value):
        return Verdict.WARN
    return Verdict.MET
