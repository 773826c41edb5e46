"""The verdict on a value: met, warn, breach, too few cases to say, or no guard-rail to judge by."""

from decimal import Decimal
from enum import StrEnum

from registry.kernel.guard_rails import GuardRail
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
    return judged_by(value, n, metric.warn, metric.breach, metric.minimum_sample)


def judged_by(
    value: Decimal,
    n: int | None,
    warn: GuardRail | None,
    breach: GuardRail | None,
    minimum_sample: int | None,
) -> Verdict:
    """The same, by guard-rails that are at hand: for thousands of values of one metric."""
    if not value.is_finite():
        raise ValueError(f"{value} is not a number that can be judged")
    if warn is None and breach is None:
        return Verdict.NO_GUARD_RAIL
    if minimum_sample is not None and (n is None or n < minimum_sample):
        return Verdict.TOO_FEW
    if breach is not None and not breach.holds(value):
        return Verdict.BREACH
    if warn is not None and not warn.holds(value):
        return Verdict.WARN
    return Verdict.MET
