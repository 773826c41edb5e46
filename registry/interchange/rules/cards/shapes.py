"""The draft that a model card becomes: the system, its objective and data, notes, and a report of every entry of the file."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from registry.data_sources.rules.sources import Purpose
from registry.kernel.errors import Problem, RuleBroken
from registry.objectives.rules.objective import ObjectiveFacts
from registry.systems.rules.record import SystemFacts

MOST_BYTES: Final = 256 * 1024
"""The largest card that is read: cards are texts, and what makes them large are pictures, which are not taken over."""


class CardRefused(RuleBroken):
    """A file that becomes no draft, and why."""

    def __init__(self, says: str) -> None:
        super().__init__([Problem("file", says)])


class Became(StrEnum):
    """What became of one entry of a card."""

    FIELD = "field"
    NOTE = "note"
    NOTHING = "nothing"

    @property
    def said(self) -> str:
        """The words under which such entries stand in the report."""
        return _SAID[self]


_SAID: Final = {
    Became.FIELD: "Understood",
    Became.NOTE: "Carried into a note",
    Became.NOTHING: "Not understood, or not taken over",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the file, by its place in it, and what became of it: the field or note, or the reason why nothing did."""

    place: str
    became: Became
    says: str


@dataclass(frozen=True, slots=True)
class CardSource:
    """Data the card names. `is_personal` is None where it does not say."""

    name: str
    purpose: Purpose
    description: str = ""
    is_personal: bool | None = None


@dataclass(frozen=True, slots=True)
class CardDraft:
    """What would be registered, of which nothing is stored yet. `facts` has no unit: that is for a person to say."""

    format: str
    file_name: str
    facts: SystemFacts
    objective: ObjectiveFacts = field(default_factory=ObjectiveFacts)
    sources: tuple[CardSource, ...] = ()
    notes: tuple[str, ...] = ()
    report: tuple[Line, ...] = ()

    def of(self, became: Became) -> tuple[Line, ...]:
        """The lines of the report that ended so, in the order of the file."""
        return tuple(line for line in self.report if line.became is became)

    def stating(self, name: str, summary: str) -> "CardDraft":
        """The draft under the name and summary a person has confirmed or put right."""
        return replace(self, facts=replace(self.facts, name=name, summary=summary))
