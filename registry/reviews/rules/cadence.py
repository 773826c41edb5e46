"""When the next review, attestation or sign-off of a system is due, and whom a review that is late is told to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from registry.kernel.calendar import months_after


class Standing(StrEnum):
    """Where something that has to be given again stands."""

    NEVER = "never"
    CURRENT = "current"
    DUE = "due"
    LAPSED = "lapsed"
    STALE = "stale"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Validity:
    """How long something given once holds: until which day, and whether what it was given on is still so."""

    standing: Standing
    until: date | None = None

    @property
    def holds(self) -> bool:
        """Whether it can be relied upon today."""
        return self.standing in {Standing.CURRENT, Standing.DUE}


def months_for(months: Mapping[str, int], tier: str | None) -> int:
    """The months for a system of that tier (None: not classified)."""
    return months[tier or "unclassified"]


def due_on(given: datetime, months: int) -> date:
    """The day by which it has to be given again."""
    return months_after(given.date(), months)


def validity(
    given: datetime | None, months: int, today: date, *, warn_days: int, is_stale: bool = False
) -> Validity:
    """Where something given at that instant stands today. What it was given on having changed weighs more than any day."""
    if given is None:
        return Validity(Standing.NEVER)
    until = due_on(given, months)
    if is_stale:
        return Validity(Standing.STALE, until)
    if today > until:
        return Validity(Standing.LAPSED, until)
    is_near = today >= until - timedelta(days=warn_days)
    return Validity(Standing.DUE if is_near else Standing.CURRENT, until)


def is_to_be_reminded(due: date, today: date, days_before: int, reminded_for: date | None) -> bool:
    """Whether the owner is to be told that a review is wanted by then; once per due day."""
    return reminded_for != due and today >= due - timedelta(days=days_before)


def is_to_be_escalated(due: date, today: date, days_after: int, escalated_for: date | None) -> bool:
    """Whether somebody above is to be told that nothing was submitted; once per due day."""
    return escalated_for != due and today > due + timedelta(days=days_after)
