"""Intervals for two shares compared: made from the Wilson interval of each, so that they hold for rare cases too"""

import math
from fractions import Fraction

from registry.fairness.rules.comparing import Share

Interval = tuple[float, float]


def difference_interval(one: Share, other: Share) -> Interval:
    """The interval of the first share less the second, both of different people (Newcombe 1998, method 10)."""
    p, q = float(one.value), float(other.value)
    below = math.hypot(p - one.low, other.high - q)
    above = math.hypot(one.high - p, q - other.low)
    return max(-1.0, p - q - below), min(1.0, p - q + above)


def ratio_interval(one: Share, other: Share) -> Interval:
    """The interval of the first share by the second (Donner and Zou 2012, MOVER-R). The second is above zero.

    Written so that nothing is divided by a difference that may vanish; the interval of the inverse is the inverse.
    """
    p, q = float(one.value), float(other.value)
    product = p * q
    low = one.low * (2 * p - one.low)
    inner = max(0.0, product**2 - low * other.high * (2 * q - other.high))
    least = low / (product + math.sqrt(inner)) if low else 0.0
    under = other.low * (2 * q - other.low)
    inner = max(0.0, product**2 - one.high * (2 * p - one.high) * under)
    return least, (product + math.sqrt(inner)) / under


def mean_interval(values: tuple[Fraction, Fraction], intervals: tuple[Interval, Interval]) -> Interval:
    """The interval of the mean of two estimates from different people, from that of each (Zou and Donner 2008)."""
    middle = float(sum(values, Fraction(0))) / 2
    below = math.hypot(*(float(value) - low for value, (low, _) in zip(values, intervals, strict=True))) / 2
    above = math.hypot(*(high - float(value) for value, (_, high) in zip(values, intervals, strict=True))) / 2
    return middle - below, middle + above
