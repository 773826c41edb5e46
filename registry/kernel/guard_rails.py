"""Numbers as they are recorded and read, and the guard-rails they are held to."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from registry.kernel.errors import Problem

MOST_DECIMALS: Final = 12
_MOST_WHOLE_DIGITS: Final = 15


class Bound(StrEnum):
    """The shape of a guard-rail."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"


@dataclass(frozen=True, slots=True)
class GuardRail:
    """The values that are acceptable: from `low` up, up to `high`, or both. The ends belong to it."""

    bound: Bound
    low: Decimal | None
    high: Decimal | None

    def holds(self, value: Decimal) -> bool:
        """Whether the value is acceptable."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def allows_all_of(self, other: "GuardRail") -> bool:
        """Whether every value acceptable to the other is acceptable to this one."""
        low_fits = self.low is None or (other.low is not None and self.low <= other.low)
        return low_fits and (self.high is None or (other.high is not None and self.high >= other.high))

    def said(self, unit: str = "") -> str:
        """The guard-rail in words: "at least 0.9", "between 2 and 8 days"."""
        low, high = number_said(self.low), number_said(self.high)
        text = {
            Bound.AT_LEAST: f"at least {low}",
            Bound.AT_MOST: f"at most {high}",
            Bound.BETWEEN: f"between {low} and {high}",
        }[self.bound]
        return f"{text} {unit}".strip()


def rail_of(bound: Bound | None, low: Decimal | None, high: Decimal | None) -> GuardRail | None:
    """The guard-rail kept in three columns; none without a bound."""
    return None if bound is None else GuardRail(bound, low, high)


def rail_problems(name: str, bound: Bound | None, low: Decimal | None, high: Decimal | None) -> list[Problem]:
    """Objections to a guard-rail typed into the fields `name`_bound, `name`_low and `name`_high.

    A bound has the ends it needs and no other, and they are in order. None at all is no objection.
    """
    low_name, high_name = f"{name}_low", f"{name}_high"
    problems = [*number_problems(low_name, low), *number_problems(high_name, high)]
    if bound is None:
        loose = low is not None or high is not None
        return [*problems, Problem(f"{name}_bound", "Choose at least, at most or between.")] if loose else []
    ends = (
        (low_name, "lower", low, bound is not Bound.AT_MOST),
        (high_name, "upper", high, bound is not Bound.AT_LEAST),
    )
    for field, side, given, needed in ends:
        if needed and given is None:
            problems.append(Problem(field, f"Give the {side} bound."))
        elif given is not None and not needed:
            problems.append(Problem(field, f"Clear the {side} bound, or choose between."))
    if not problems and low is not None and high is not None and low >= high:
        problems.append(Problem(high_name, "The upper bound must be greater than the lower."))
    return problems


def number_problems(
    name: str, number: Decimal | None, *, most_decimals: int = MOST_DECIMALS
) -> list[Problem]:
    """Objections to a number: not finite, or more digits than are kept."""
    if number is None:
        return []
    if not number.is_finite():
        return [Problem(name, f"{number} is not a number that can be recorded.")]
    # By where its first digit stands: to reckon with an exponent of millions overflows.
    if number and number.adjusted() >= _MOST_WHOLE_DIGITS:
        return [Problem(name, f"Give a number with at most {_MOST_WHOLE_DIGITS} digits before the point.")]
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > most_decimals:
        return [Problem(name, f"Give at most {most_decimals} digits after the point.")]
    return []


def number_said(number: Decimal | None) -> str:
    """A number as people read it, every digit kept: "1,200.50"; "not stated" when there is none."""
    return "not stated" if number is None else f"{number:,f}"
