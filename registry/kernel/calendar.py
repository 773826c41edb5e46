"""Cadences, and when the next of something is due."""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from typing import Final


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


def due_after(last: date, cadence: Cadence) -> date:
    """The day by which the next is due once the last was had. A month from 31 January is the last day of February."""
    if cadence in _DAYS:
        return last + timedelta(days=_DAYS[cadence])
    years, month = divmod(last.month - 1 + _MONTHS[cadence], 12)
    year = last.year + years
    return date(year, month + 1, min(last.day, monthrange(year, month + 1)[1]))
