"""Who held a seat when: periods that follow one another, and the days people ask about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from registry.kernel.errors import Problem


@dataclass(frozen=True, slots=True)
class Period:
    """One holder of a seat from one instant up to, not including, another (None: still)."""

    holder: str
    from_at: datetime
    to_at: datetime | None


def holder_at(periods: Sequence[Period], at: datetime) -> Period | None:
    """Who held the seat at that instant; None if nobody did."""
    for period in periods:
        if period.from_at <= at and (period.to_at is None or at < period.to_at):
            return period
    return None


def end_of(day: date) -> datetime:
    """The last instant of a day in UTC: what held "on" that day is what held when it ended."""
    return datetime.combine(day, time.max, UTC)


def problems_with_day(day: date, *, registered_at: datetime, today: date) -> list[Problem]:
    """Objections to asking who answered for a system on a day: not yet come, or before the register knew the system."""
    if problems := problems_with_any_day("on", day, today):
        return problems
    if end_of(day) < registered_at:
        first = registered_at.astimezone(UTC).date()
        return [
            Problem(
                "on",
                f"The register has known this system since {first.day} {first:%B %Y}; choose that day or a later one.",
            )
        ]
    return []


def problems_with_any_day(field: str, day: date, today: date) -> list[Problem]:
    """Objections to asking who answered for anything on a day: it has not come yet."""
    if day > today:
        return [Problem(field, "This day has not come yet. Choose today or a day before.")]
    return []


def moment_of_change(since: datetime, at: datetime) -> datetime:
    """When one period ends and the next begins: now, and never before the period that ends began.

    A machine's clock can be set back. Seats then change hands at the start of the period that ends, so that
    the order of holders stays and no instant is left without one.
    """
    return max(since, at)
