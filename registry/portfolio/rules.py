"""What needs a person's attention first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Urgency(IntEnum):
    """The order of the desk: what waits for this person's word comes before what they could improve."""

    ANSWER = 0
    ESCALATED = 1
    OVERDUE = 2
    CONFIRM = 3
    RETURNED = 4
    DUE = 5
    GAP = 6
    UNITS = 7
    COMPLETE = 8


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the desk: what to do, why, until when, and where."""

    urgency: Urgency
    what: str
    why: str
    until: datetime | None
    url: str
    label: str


def ordered(tasks: Sequence[Task]) -> list[Task]:
    """Most urgent first; among equals the one due first, then by name."""
    return sorted(tasks, key=lambda task: (task.urgency, task.until is None, task.until, task.what))


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many systems have something, out of how many."""

    label: str
    having: int
    total: int

    @property
    def share(self) -> int | None:
        """In whole percent, rounded down so that 100 means all; None where there is nothing to count."""
        return self.having * 100 // self.total if self.total else None
