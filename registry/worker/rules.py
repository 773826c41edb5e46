"""Retry and back-off, leases, when a scheduled job is due, and how long what is over is remembered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from registry.kernel.errors import TooManyWaiting
from registry.kernel.text import counted
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


class Room(NamedTuple):
    """How many jobs of one kind may wait or run at once: those one person asked for, and those of all together."""

    of_one: int
    of_all: int
    # What each of them is to whoever asks, such as "past day".
    what: str


PAST_DAYS_ASKED: Final = Room(of_one=3, of_all=12, what="past day")
"""Of twenty past days that are kept, twelve new ones leave those alone that others are reading."""


def refuse_without_room(askers: Sequence[int | None], person: int | None, room: Room) -> None:
    """Raise TooManyWaiting where nothing more is queued for this person; `askers` are those of what waits or runs."""
    mine = sum(each == person for each in askers)
    if mine >= room.of_one:
        raise TooManyWaiting(
            f"{counted(mine, room.what).capitalize()} you asked for are still being laid out, and nobody has more than"
            f" {room.of_one} waiting. Look at one of those, or ask for this one once it is done."
        )
    if len(askers) >= room.of_all:
        raise TooManyWaiting(
            f"{counted(len(askers), room.what).capitalize()} wait to be laid out already, for you and for others."
            " Ask again in some minutes."
        )


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
