"""Why a number is not given: what may not be measured is refused by name, never turned into a number."""

import math
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Final

# Above this a count is no longer exact as a float, and no monitored system has seen as many cases.
LARGEST_COUNT: Final = 2**53


class Reason(StrEnum):
    """Why something cannot be measured, or its verdict is withheld."""

    NOT_A_NUMBER = "not_a_number"
    INFINITE = "infinite"
    NEGATIVE = "negative"
    NOT_WHOLE = "not_whole"
    OUT_OF_RANGE = "out_of_range"
    BINS_DIFFER = "bins_differ"
    EDGES_DISORDERED = "edges_disordered"
    EMPTY_BIN = "empty_bin"
    NO_CASES = "no_cases"
    NO_SPREAD = "no_spread"
    NO_SUCH_GROUP = "no_such_group"
    TOO_FEW = "too_few"
    UNDEFINED = "undefined"


class NotMeasurable(ValueError):
    """Raised where no number can honestly be given; `reason` for programs, the message for people."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def finite(name: str, value: float | Fraction) -> float:
    """The value as a float. Raises NotMeasurable for NaN and for what is, or as a float would be, infinite."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if math.isnan(number):
        raise NotMeasurable(Reason.NOT_A_NUMBER, f"The {name} is NaN, which is not a number.")
    if math.isinf(number):
        raise NotMeasurable(Reason.INFINITE, f"The {name} is infinite.")
    return number


def between(name: str, value: float | Fraction, low: float, high: float) -> float:
    """The value, when it is finite and not outside the two ends. Raises NotMeasurable otherwise."""
    number = finite(name, value)
    if not low <= number <= high:
        raise NotMeasurable(
            Reason.OUT_OF_RANGE, f"The {name} is {number:g}; it lies from {low:g} to {high:g}."
        )
    return number


def positive(name: str, value: float | Fraction) -> float:
    """The value, when it is finite and above zero. Raises NotMeasurable otherwise: a spread of zero divides nothing."""
    number = finite(name, value)
    if number < 0:
        raise NotMeasurable(Reason.NEGATIVE, f"The {name} is {number:g}; it is never negative.")
    if number == 0:
        raise NotMeasurable(Reason.NO_SPREAD, f"The {name} is zero, so nothing can be measured by it.")
    return number


def probability(name: str, value: float | Fraction) -> float:
    """The value, when it lies strictly between 0 and 1. Raises NotMeasurable otherwise."""
    number = finite(name, value)
    if not 0 < number < 1:
        raise NotMeasurable(
            Reason.OUT_OF_RANGE, f"The {name} is {number:g}; it lies strictly between 0 and 1."
        )
    return number


def counted(name: str, value: float) -> int:
    """The value as a count of cases. Raises NotMeasurable unless it is a whole number from 0 to LARGEST_COUNT."""
    finite(name, value)
    if not isinstance(value, int):
        raise NotMeasurable(Reason.NOT_WHOLE, f"The {name} is {value:g}; cases are counted in whole numbers.")
    if value < 0:
        raise NotMeasurable(Reason.NEGATIVE, f"The {name} is {value}; a count is never negative.")
    if value > LARGEST_COUNT:
        raise NotMeasurable(Reason.OUT_OF_RANGE, f"The {name} is more than can be counted exactly.")
    return value


def paired(counts: Sequence[int], others: Sequence[int]) -> tuple[int, int]:
    """How many cases two histograms over the same bins hold. Raises NotMeasurable where they are not comparable."""
    if len(counts) != len(others):
        raise NotMeasurable(
            Reason.BINS_DIFFER,
            f"The reference has {len(counts)} bins and the current window {len(others)}; "
            "both are counted in the bins fixed from the reference.",
        )
    sizes = []
    for name, each in (("reference", counts), ("current window", others)):
        total = sum(counted(f"count in bin {place} of the {name}", one) for place, one in enumerate(each, 1))
        if not total:
            raise NotMeasurable(Reason.NO_CASES, f"The {name} holds no cases.")
        sizes.append(counted(f"number of cases in the {name}", total))
    return sizes[0], sizes[1]
