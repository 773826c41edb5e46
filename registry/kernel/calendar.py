"""Cadences, and when the next of something is due."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from registry.kernel.errors import Problem, RuleBroken


class Cadence(StrEnum):
    """How often a value is due."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


_DAYS: Final = {Cadence.HOURLY: 1, Cadence.DAILY: 1, Cadence.WEEKLY: 7}
_MONTHS: Final = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3, Cadence.YEARLY: 12}


def day_said(day: date) -> str:
    """A day as people read it everywhere here: "23 Nov 2026"."""
    return f"{day.day} {day:%b %Y}"


def day_in_name(day: date | None) -> str:
    """What the name of a file says of the past day it is of: "-as-of-2026-10-01"; nothing of today."""
    return "" if day is None else f"-as-of-{day.isoformat()}"


def due_after(last: date, cadence: Cadence) -> date:
    """The day by which the next is due once the last was had. A month from 31 January is the last day of February."""
    if cadence in _DAYS:
        return last + timedelta(days=_DAYS[cadence])
    return months_after(last, _MONTHS[cadence])


def last_overdue(cadence: Cadence, on: date) -> date:
    """The latest day from which the next was due before `on`: whatever was had then or earlier is overdue on that day."""
    if cadence in _DAYS:
        return on - timedelta(days=_DAYS[cadence] + 1)
    return latest_due_by(on - timedelta(days=1), _MONTHS[cadence])


def months_after(day: date, months: int) -> date:
    """The same day so many months later (negative: earlier), or the last day of a month that is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def latest_due_by(day: date, months: int) -> date:
    """The latest day from which so many months later is no later than `day`: the inverse of `months_after`."""
    found = months_after(day, -months)
    while months_after(found + timedelta(days=1), months) <= day:
        found += timedelta(days=1)
    return found


def start_of(day: date) -> datetime:
    """The instant at which a day begins in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def month_days(month: str) -> tuple[date, date]:
    """The first and the last day of a month given as 2026-11."""
    first = date.fromisoformat(f"{month}-01")
    return first, months_after(first, 1) - timedelta(days=1)


def whole_days(start: datetime, end: datetime) -> tuple[date, date] | None:
    """The first and the last day of a window from midnight to midnight in UTC; None for a moment and any other window.

    Such a window ends where a day begins that it does not cover: its end alone would name the wrong day.
    """
    first, after = start.astimezone(UTC), end.astimezone(UTC)
    if first >= after or first.time() != time.min or after.time() != time.min:
        return None
    return first.date(), after.date() - timedelta(days=1)


def last_day(start: datetime, end: datetime) -> date:
    """The last day in UTC of which a window covers anything, or the day of a moment."""
    days = whole_days(start, end)
    return days[1] if days else end.astimezone(UTC).date()


def instants_between(since: str, until: str) -> tuple[datetime | None, datetime | None]:
    """A period given by its first and last day as 2026-11-03, in UTC: an instant that belongs to it, and one that does not.

    "" leaves a side open. Raises RuleBroken for what is no day, naming the field `since` or `until`.
    """
    problems: list[Problem] = []

    def midnight(name: str, text: str, later: int) -> datetime | None:
        try:
            day = date.fromisoformat(text) + timedelta(days=later) if text else None
        except (ValueError, OverflowError):
            problems.append(Problem(name, "Give a day such as 2026-11-03."))
            return None
        return start_of(day) if day else None

    period = midnight("since", since, 0), midnight("until", until, 1)
    if problems:
        raise RuleBroken(problems)
    return period
