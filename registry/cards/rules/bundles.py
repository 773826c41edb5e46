"""Bundles: every card of a search in one ZIP. How many cards one takes, how long it is kept, what its index says."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from registry.kernel.calendar import day_in_name
from registry.kernel.errors import Problem, Refusal

MOST_CARDS: Final = 2_000
KEPT_FOR: Final = timedelta(days=7)
INDEX: Final = "index.csv"
HEADER: Final = ("key", "name", "edition", "status", "file", "sha256", "bytes", "why not")
NO_LONGER_OPEN: Final = "It is no longer on the register, or no longer open to who asked."
NOT_FORESEEN: Final = (
    "Making it failed in a way nobody foresaw. The log of the worker says more to an administrator."
)


class BundleState(StrEnum):
    """Where a bundle stands."""

    MAKING = "making"
    READY = "ready"
    CANCELLED = "cancelled"
    SWEPT = "swept"


class CardState(StrEnum):
    """Where one card of a bundle stands."""

    WAITING = "waiting"
    MADE = "made"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Line:
    """One system in the index: what its card is, or why there is none."""

    key: str
    name: str = ""
    edition: int | None = None
    """The approved edition; None for a draft."""
    sha256: str = ""
    size: int = 0
    why: str = ""
    day: date | None = None
    """The past day it is of."""

    @property
    def file_name(self) -> str:
        """What its PDF is called, as where it is downloaded by itself; empty where there is none."""
        if self.why:
            return ""
        named = "draft" if self.edition is None else self.edition
        return f"{self.key}-card-{named}{day_in_name(self.day)}.pdf"

    @property
    def status(self) -> str:
        """What the PDF is, in a word."""
        if self.why:
            return "left out"
        return "draft" if self.edition is None else "approved"

    def left_out(self, refusal: Refusal) -> "Line":
        """The same system without a card, and why."""
        return replace(self, edition=None, why=refusal.says)

    def cells(self) -> tuple[str | int | None, ...]:
        """Its row in the index, under HEADER."""
        sums = (None, None, None) if self.why else (self.file_name, self.sha256, self.size)
        return (self.key, self.name, self.edition, self.status, *sums, self.why or None)


def problems_with_asking(found: int, *, under_way: bool) -> list[Problem]:
    """Objections to making the cards of so many systems for somebody now."""
    if under_way:
        says = "The cards you asked for last are still being made. Wait for them, or cancel them first."
    elif found == 0:
        says = "No system you may see matches. There is no card to make."
    elif found > MOST_CARDS:
        says = f"{found:,} systems match; at most {MOST_CARDS:,} cards are made at once. Narrow the search first."
    else:
        return []
    return [Problem("", says)]


def problems_with_cancelling(state: BundleState) -> list[Problem]:
    """Objections to giving a bundle up."""
    if state is BundleState.MAKING:
        return []
    return [Problem("", "These cards are no longer being made. There is nothing to cancel.")]
