"""Retry and back-off, leases, when a scheduled job is due, and how long what is over is remembered."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from registry.kernel.tries import so_far

MOST_ATTEMPTS: Final = 5
LEASE_SECONDS: Final = 6
"""After so long without a word from its worker a job is another's. Long work is renewed, so this is no limit on it."""
RENEWED_EVERY_SECONDS: Final = 1.5
"""Three renewals may be missed before the lease runs out."""
ALIVE_SECONDS: Final = 30
DONE_KEPT_FOR: Final = timedelta(days=14)
LOST_KEPT_FOR: Final = timedelta(days=1)
DROPPED_AT_ONCE: Final = 5_000
_FIRST_WAIT_SECONDS: Final = 30


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


def next_try(attempts: int, at: datetime) -> datetime | None:
    """When a job whose so-manieth attempt failed runs again: after 30 s, 2 min, 8 min, 32 min; None when it is given up.

    After MOST_ATTEMPTS, whoever has it tried again gives it as many more.
    """
    if is_spent(attempts):
        return None
    return at + timedelta(seconds=_FIRST_WAIT_SECONDS * 4 ** (so_far(attempts, MOST_ATTEMPTS) - 1))


def is_spent(attempts: int) -> bool:
    """Whether the attempt of that number is the last before somebody has to have it tried again."""
    return so_far(attempts, MOST_ATTEMPTS) == MOST_ATTEMPTS


def lease_end(at: datetime) -> datetime:
    """Until when a job that was just claimed or renewed is nobody else's. A worker that dies loses it after that."""
    return at + timedelta(seconds=LEASE_SECONDS)


def is_alive(seen_at: datetime, at: datetime) -> bool:
    """Whether a worker last seen then is taken to be at work: an idle one is seen every ten seconds, a busy one oftener."""
    return at - seen_at <= timedelta(seconds=ALIVE_SECONDS)


def slot(every: timedelta, at: datetime) -> str:
    """The name of the interval an instant lies in, equal for all workers, so that a scheduled job runs once per slot."""
    return str(int(at.timestamp() // every.total_seconds()))


def slot_key(name: str, every: timedelta, at: datetime) -> str:
    """What a scheduled job is queued under in the slot of an instant."""
    return f"{name}@{slot(every, at)}"


def next_slot(every: timedelta, at: datetime) -> datetime:
    """When the interval after the one an instant lies in begins."""
    return at + timedelta(seconds=every.total_seconds() - at.timestamp() % every.total_seconds())
