"""Tails of the chi-square, Kolmogorov and normal distributions, and the values beyond which a given share lies."""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Final

from registry.monitoring.rules.refusals import finite, probability

_STANDARD: Final = NormalDist()


def chi_square_tail(value: float, degrees: int) -> float:
    """P(X > value) for chi-square with that many degrees of freedom, at least one (Abramowitz and Stegun 26.4.4, 26.4.5).

    The finite sums hold for whole degrees, and all their terms are positive, so nothing cancels. Raises
    NotMeasurable for a value that is not finite and ValueError for no degrees.
    """
    if degrees < 1:
        raise ValueError("chi-square has at least one degree of freedom")
    half = finite("value", value) / 2
    if half <= 0:
        return 1.0
    odd = degrees % 2
    # The shift by a half is what tells odd degrees from even ones in both sums.
    first = 0.5 if odd else 0.0
    powers = (first + step for step in range(degrees // 2))
    terms = [math.exp(power * math.log(half) - half - math.lgamma(power + 1)) for power in powers]
    return min(1.0, math.fsum([*terms, math.erfc(math.sqrt(half))] if odd else terms))


def chi_square_critical(level: float, degrees: int) -> float:
    """The value that chi-square exceeds with probability `level`. Raises as chi_square_tail does."""
    return _where(lambda value: chi_square_tail(value, degrees), level)


def kolmogorov_tail(value: float) -> float:
    """P(K > value) for Kolmogorov's distribution, the limit of sqrt(nm / (n + m)) D (Kolmogorov 1933; Smirnov 1948).

    Of its two series each is used where it converges in a few terms. Raises NotMeasurable for a value that is not
    finite.
    """
    if finite("value", value) < 0.04:
        return 1.0  # below this every term of the series is less than a float can hold
    if value < 1:
        terms = (math.exp(-(((2 * k - 1) * math.pi / value) ** 2) / 8) for k in range(1, 6))
        return 1 - math.sqrt(2 * math.pi) / value * math.fsum(terms)
    return 2 * math.fsum((-1) ** (k - 1) * math.exp(-2 * (k * value) ** 2) for k in range(1, 8))


def kolmogorov_critical(level: float) -> float:
    """The value that Kolmogorov's statistic exceeds with probability `level`: 1.3581 at 0.05."""
    return _where(kolmogorov_tail, level)


def normal_one_sided(level: float) -> float:
    """The value above which `level` of a standard normal lies: 1.645 at 0.05."""
    return -_STANDARD.inv_cdf(probability("level", level))


def normal_two_sided(level: float) -> float:
    """The distance from the mean, in standard deviations, beyond which `level` of a normal lies: 1.96 at 0.05."""
    return -_STANDARD.inv_cdf(probability("level", level) / 2)


def normal_tails(value: float) -> float:
    """P(|Z| > |value|) for a standard normal Z."""
    return math.erfc(abs(finite("value", value)) / math.sqrt(2))


def _where(tail: Callable[[float], float], level: float) -> float:
    """Where a falling tail passes `level`, by halving until two neighbouring floats are left."""
    sought = probability("level", level)
    low, high = 0.0, 1.0
    while tail(high) > sought:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if tail(middle) > sought else (low, middle)
    return high
