"""What charts are made of and give back: readings, bands, verdicts, and the drawing with its table."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from markupsafe import Markup


class Verdict(StrEnum):
    """How a reading stands to its target and guard-rails. Each has a word and a shape of its own, not only a colour."""

    MET = "met"
    WARN = "warn"
    BREACH = "breach"
    TOO_FEW = "too_few"
    NO_GUARD_RAIL = "no_guard_rail"

    @property
    def word(self) -> str:
        """The verdict as it is written beside the drawing."""
        return {
            "met": "within guard-rails",
            "warn": "warning",
            "breach": "breach",
            "too_few": "too few cases",
            "no_guard_rail": "no guard rail",
        }[self.value]


class Severity(StrEnum):
    """What it means for a reading to lie inside a band."""

    WARN = "warn"
    BREACH = "breach"

    @property
    def word(self) -> str:
        """The band's name as it is written."""
        return "breach" if self is Severity.BREACH else "warning"


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of values in which a guard rail speaks; None leaves that side open."""

    severity: Severity
    low: float | None = None
    high: float | None = None


class Rail(Protocol):
    """What is acceptable: from `low` up, up to `high`, or both."""

    @property
    def low(self) -> Decimal | None: ...

    @property
    def high(self) -> Decimal | None: ...


def outside(severity: Severity, rail: Rail | None) -> list[Band]:
    """Where a guard-rail speaks: everything outside of what it accepts."""
    if rail is None:
        return []
    below = [Band(severity, high=float(rail.low))] if rail.low is not None else []
    above = [Band(severity, low=float(rail.high))] if rail.high is not None else []
    return below + above


@dataclass(frozen=True, slots=True)
class Reading:
    """One value, when it held, and what was made of it. `note` says what else matters, such as the sample size."""

    value: float
    when: date | datetime | None = None
    verdict: Verdict = Verdict.NO_GUARD_RAIL
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, its title and description in words, and the same figures as a table."""

    svg: Markup
    title: str
    description: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
