"""When a metric has been silent for too long."""

from datetime import date, timedelta

from registry.kernel.calendar import Cadence, due_after


def due_by(last: date | None, stated: date, cadence: Cadence, grace_days: int) -> date:
    """The last day on which the next reading is in time; a metric never heard of counts from the day it was stated."""
    return due_after(last or stated, cadence) + timedelta(days=grace_days)


def is_silent(last: date | None, stated: date, cadence: Cadence, grace_days: int, today: date) -> bool:
    """Whether a reading should have come by now."""
    return due_by(last, stated, cadence, grace_days) < today
