"""Which feeds somebody has at addresses of their own, and what a day by which something is due says."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

AHEAD_DAYS: Final = 366
"""So many days ahead a calendar tells of what is due."""


class FeedKind(StrEnum):
    """What an address is for. Each is withdrawn by itself: who shares a calendar shares nothing else."""

    CALENDAR = "calendar"
    CHANGES = "changes"

    @property
    def said(self) -> str:
        """What it is called."""
        return {FeedKind.CALENDAR: "Calendar of due dates", FeedKind.CHANGES: "Feed of what happened"}[self]

    @property
    def says(self) -> str:
        """What is in it, and what reads it."""
        return {
            FeedKind.CALENDAR: "What waits for you with a day to it, a year ahead. For calendar programs (iCalendar).",
            FeedKind.CHANGES: "What happened on the systems you may see, newest first. For feed readers (Atom).",
        }[self]


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due from one person: by the end of a day, or by an instant.

    `uid` stays the same as long as it is the same duty. `rests_on` names the records it follows from, each as the ledger names
    it: (kind, number). What is said has no "today" in it: it is the same until one of those records changes.
    """

    uid: str
    on: date | datetime
    what: str
    why: str
    url: str
    category: str
    rests_on: tuple[tuple[str, int], ...]
