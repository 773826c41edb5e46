"""What a data source states, when its record may not stand, what it lacks, and which permissions run out."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from registry.kernel.actor import Actor, Role
from registry.kernel.errors import Problem
from registry.kernel.prose import problems_with_prose
from registry.kernel.text import counted
from registry.systems.rules.record import LINE_LIMIT, TEXT_LIMIT, text_problems

NAME_LIMIT: Final = 200
KEY_LIMIT: Final = 400
WARN_DAYS: Final = 90


class Classification(StrEnum):
    """Who may see the data."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    SECRET = "secret"  # noqa: S105 - a level, not a password


class Stated(StrEnum):
    """An answer that may be missing: not knowing is recorded as such, never as no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Purpose(StrEnum):
    """What a system uses a source for."""

    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"
    OPERATIONAL_INPUT = "operational_input"
    FEEDBACK = "feedback"

    @property
    def said(self) -> str:
        """The purpose with what it means."""
        return _PURPOSE_SAID[self]


_PURPOSE_SAID: Final[Mapping[Purpose, str]] = {
    Purpose.TRAINING: "Training: the system learns from it",
    Purpose.VALIDATION: "Validation: settings and models are chosen by it",
    Purpose.TEST: "Test: final results are measured on it",
    Purpose.OPERATIONAL_INPUT: "Operational input: the system reads it in daily use",
    Purpose.FEEDBACK: "Feedback: outcomes and corrections that come back",
}


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """Everything a person may state of a data source. `allowed_purposes` empty means that none are ruled out."""

    name: str
    description: str = ""
    owner_id: int | None = None
    steward_id: int | None = None
    custodian: str = ""
    classification: Classification | None = None
    personal_data: Stated = Stated.UNKNOWN
    special_category: Stated = Stated.UNKNOWN
    lawful_basis: str = ""
    licence: str = ""
    licence_expires_on: date | None = None
    consent: str = ""
    consent_expires_on: date | None = None
    allowed_purposes: tuple[Purpose, ...] = ()
    retention: str = ""
    location: str = ""
    freshness_promised: str = ""
    schema_version: str = ""
    provenance: str = ""
    known_gaps: str = ""


LONG_TEXTS: Final = frozenset({"description", "provenance", "known_gaps"})
LINES: Final = (
    "custodian",
    "lawful_basis",
    "licence",
    "consent",
    "retention",
    "location",
    "freshness_promised",
    "schema_version",
)
_PERMISSIONS: Final = (("licence", "licence_expires_on"), ("consent", "consent_expires_on"))


def is_keeper(actor: Actor, owner_id: int | None, steward_id: int | None) -> bool:
    """Whether the actor may change a source that exists: its owner, its steward, and administrators may."""
    own = actor.person_id is not None and actor.person_id in {owner_id, steward_id}
    return own or Role.ADMINISTRATOR in actor.roles


def name_key(name: str) -> str:
    """The form in which two names of sources are compared: case, width and white space make no difference."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def problems_with_source(
    facts: SourceFacts,
    *,
    name_taken_by: str | None = None,
    owner_is_active: bool = True,
    steward_is_active: bool = True,
) -> list[Problem]:
    """Every objection to a data source. What it may still lack is told by `gaps`, not refused here.

    `name_taken_by` is the key of another source of this name.
    """
    problems = text_problems("name", facts.name, NAME_LIMIT, one_line=True)
    for name in LINES:
        problems += text_problems(name, getattr(facts, name), LINE_LIMIT, one_line=True)
    for name in sorted(LONG_TEXTS):
        problems += prose_problems(name, getattr(facts, name))
    if not name_key(facts.name):
        problems.append(Problem("name", "Give the source the name people use for it."))
    elif len(name_key(facts.name)) > KEY_LIMIT:
        # One character may stand for eighteen; the key has its own bound because it is indexed.
        problems.append(Problem("name", "Write this name with plainer characters; spelt out it is too long."))
    elif name_taken_by:
        problems.append(
            Problem("name", f"{name_taken_by} has this name. Use that one, or tell the two apart.")
        )
    if facts.owner_id is None:
        problems.append(Problem("owner_id", "Name the person who answers for this source."))
    elif not owner_is_active:
        problems.append(Problem("owner_id", "Choose somebody who is active; this person has left."))
    if not steward_is_active:
        problems.append(Problem("steward_id", "Choose somebody who is active; this person has left."))
    return [*problems, *_protection_problems(facts), *_expiry_problems(facts)]


def _protection_problems(facts: SourceFacts) -> list[Problem]:
    problems = []
    if facts.special_category is Stated.YES and facts.personal_data is not Stated.YES:
        problems.append(
            Problem("personal_data", "Special categories are personal data: answer yes here as well.")
        )
    if facts.personal_data is Stated.YES and not facts.lawful_basis:
        problems.append(
            Problem("lawful_basis", "Personal data needs a lawful basis, such as consent or a legal duty.")
        )
    return problems


def _expiry_problems(facts: SourceFacts) -> list[Problem]:
    problems = []
    for name, expiry in _PERMISSIONS:
        on: date | None = getattr(facts, expiry)
        if on is None:
            continue
        if not 1950 <= on.year <= 2200:
            problems.append(Problem(expiry, "Give a date between 1950 and 2200."))
        if not getattr(facts, name):
            problems.append(Problem(name, f"Say which {name} runs out on that day, or clear the date."))
    return problems


def prose_problems(name: str, text: str) -> list[Problem]:
    """Objections to one Markdown text: what cannot be stored, and what would be too long to read or format."""
    problems = text_problems(name, text, TEXT_LIMIT)
    return problems or [Problem(name, f"This text {reason}") for reason in problems_with_prose(text)]


@dataclass(frozen=True, slots=True)
class Expiry:
    """A licence or consent that runs out: on which day, and how many days that is from now (negative: since)."""

    what: str
    on: date
    days_left: int

    @property
    def has_passed(self) -> bool:
        """Whether it is no longer valid. It is valid up to and including its day."""
        return self.days_left < 0

    @property
    def says(self) -> str:
        """The warning in words."""
        day = f"{self.on.day} {self.on:%b %Y}"
        if self.has_passed:
            return f"The {self.what} ran out on {day}."
        when = f"in {counted(self.days_left, 'day')}" if self.days_left else "today"
        return f"The {self.what} runs out {when}, on {day}."


def expiring(facts: SourceFacts, on: date, within_days: int = WARN_DAYS) -> list[Expiry]:
    """The permissions of a source that have run out by that day or will within so many days, soonest first."""
    found = []
    for name, expiry in _PERMISSIONS:
        day: date | None = getattr(facts, expiry)
        if day is not None and (day - on).days <= within_days:
            found.append(Expiry(name, day, (day - on).days))
    return sorted(found, key=lambda each: each.days_left)


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing a source does not state: the form's field and what is missing."""

    field: str
    says: str


def gaps(facts: SourceFacts) -> list[Gap]:
    """What a reviewer will ask of a source and does not find in its record."""
    found = []
    if facts.classification is None:
        found.append(Gap("classification", "who may see it (classification)"))
    if facts.personal_data is Stated.UNKNOWN:
        found.append(Gap("personal_data", "whether it holds personal data"))
    if facts.personal_data is Stated.YES and facts.special_category is Stated.UNKNOWN:
        found.append(Gap("special_category", "whether special categories are among the personal data"))
    if facts.personal_data is Stated.YES and not facts.lawful_basis:
        found.append(Gap("lawful_basis", "the lawful basis for personal data"))
    asked = {
        "licence": "under which licence or contract it may be used",
        "retention": "how long it is kept",
        "provenance": "where it comes from",
        "known_gaps": "its known gaps and biases",
    }
    found += [Gap(name, says) for name, says in asked.items() if not getattr(facts, name)]
    if facts.steward_id is None:
        found.append(Gap("steward_id", "who looks after its quality (steward)"))
    return found
