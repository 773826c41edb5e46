"""Retry and back-off, leases, and when a scheduled job is due."""

from datetime import datetime, timedelta
from enum import StrEnum

MOST_ATTEMPTS = 5
LEASE_SECONDS = 300
_FIRST_WAIT_SECONDS = 30


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


def next_try(attempts: int, at: datetime) -> datetime | None:
    """When a job that has failed so many times runs again: after 30 s, 2 min, 8 min, 32 min; None when it is given up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return at + timedelta(seconds=_FIRST_WAIT_SECONDS * 4 ** (attempts - 1))


def lease_end(at: datetime) -> datetime:
    """Until when a job that was just claimed is nobody else's. A worker that dies loses it after that."""
    return at + timedelta(seconds=LEASE_SECONDS)


def slot(every: timedelta, at: datetime) -> str:
    """The name of the interval an instant lies in, equal for all workers, so that a scheduled job runs once per slot."""
    return str(int(at.timestamp() // every.total_seconds()))
