"""What needs a person's attention first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum


class Urgency(IntEnum):
    """The order of the desk: harm that goes on, what is late, what waits for this person's word, what they could improve."""

    CRITICAL = 0
    ESCALATED = 1
    OVERDUE = 2
    ANSWER = 3
    WARNING = 4
    CONFIRM = 5
    RECONSIDER = 6
    RETURNED = 7
    DUE = 8
    GAP = 9
    UNITS = 10
    COMPLETE = 11


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the desk: what to do, why, until when, where, since when it waits, and what several of its kind are called.

    Without a name for several it always stands by itself.
    """

    urgency: Urgency
    what: str
    why: str
    until: datetime | None
    url: str
    label: str
    since: datetime | date | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """A line of the desk, with those of its kind that are less pressing folded behind it."""

    task: Task
    behind: Sequence[Task] = ()


# Of one kind so many stand by themselves; once there are more than those and one, the rest is folded behind the last.
_APART = 3


def stacked(tasks: Sequence[Task]) -> list[Stack]:
    """The tasks in order, each kind showing its most pressing few, so that no kind buries the others however many it has."""
    in_order = ordered(tasks)
    counts = Counter(task.kind for task in in_order)
    shown: Counter[str] = Counter()
    found: list[Stack] = []
    for task in in_order:
        shown[task.kind] += 1
        if not task.kind or counts[task.kind] <= _APART + 1 or shown[task.kind] < _APART:
            found.append(Stack(task))
        elif shown[task.kind] == _APART:
            rest = [each for each in in_order if each.kind == task.kind][_APART:]
            found.append(Stack(task, rest))
    return found


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
        """In whole percent, where 100 means all; None where there is nothing to count."""
        if not self.total:
            return None
        return min(round(100 * self.having / self.total), 99 if self.having < self.total else 100)

    @property
    def share_said(self) -> str | None:
        """The same in digits; what is some but rounds down to nothing is said to be some."""
        if self.share is None:
            return None
        return "<1" if self.having and not self.share else str(self.share)
