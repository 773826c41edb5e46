"""A change to several systems at once: what it may set, what it would do to each, and whether that is still so."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registry.kernel.canonical import canonical, sha256_hex
from registry.kernel.errors import Problem
from registry.kernel.text import counted, listed

MOST_SYSTEMS = 500
_SEEN_LENGTH = 20
_MOST_NAMED = 4


class Task(StrEnum):
    """What is done to the selected systems."""

    FIELDS = "fields"
    TAGS = "tags"
    HAND_OVER = "hand_over"
    SEAT = "seat"


# The fields in which one value for many makes sense, with the names people know them by. Stage and tier are
# outcomes and never typed; name, summary and whatever describes one system alone is not set for many.
FIELDS: Mapping[str, str] = {
    "unit_id": "Unit",
    "kind": "Kind",
    "visibility": "Who may know of it",
    "vendor_name": "Vendor",
    "deployed_where": "Where it runs",
    "regions": "Languages and regions",
    "complaints_contact": "Contact for complaints and appeals",
}
CLEARABLE = ("kind", "vendor_name", "deployed_where", "regions", "complaints_contact")


class Outcome(StrEnum):
    """What becomes of one system."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    MOVED_ON = "moved_on"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would read differently afterwards, in words; "" for nothing stated.

    `asks` names who has to accept before it is so; empty where it is so at once.
    """

    label: str
    before: str
    after: str
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What the change does to one system: every difference, and every objection to it."""

    key: str
    name: str
    version: int
    changes: tuple[Change, ...] = ()
    problems: tuple[str, ...] = ()
    moved_on: bool = False

    @property
    def outcome(self) -> Outcome:
        """Whether it is carried out, and if not, why not."""
        if self.moved_on:
            return Outcome.MOVED_ON
        if self.problems:
            return Outcome.REFUSED
        return Outcome.CHANGED if self.changes else Outcome.UNCHANGED

    @property
    def seen(self) -> str:
        """What somebody has seen who has seen this preview: the revision, and each difference as it was shown."""
        shown = [[each.label, each.before, each.after] for each in self.changes]
        return f"{self.version}-{sha256_hex(canonical(shown))[:_SEEN_LENGTH]}"


def has_moved_on(step: Step, seen: Mapping[str, str]) -> bool:
    """Whether what would be done now is not what the person agreed to."""
    return seen.get(step.key) != step.seen


def counts(steps: Sequence[Step]) -> dict[Outcome, int]:
    """How many systems come to which outcome; every outcome is there."""
    found = Counter(step.outcome for step in steps)
    return {outcome: found[outcome] for outcome in Outcome}


def offered_said(steps: Sequence[Step]) -> str:
    """Who is asked to accept how many of the systems, the most first: "Mia (3 systems) and Ada (1 system)"."""
    asked = Counter(
        each.asks for step in steps if step.outcome is Outcome.CHANGED for each in step.changes if each.asks
    )
    ranked = sorted(asked.items(), key=lambda each: (-each[1], each[0]))
    said = [f"{name} ({counted(count, 'system')})" for name, count in ranked[:_MOST_NAMED]]
    if others := ranked[_MOST_NAMED:]:
        systems = sum(count for _, count in others)
        said.append(f"{counted(len(others), 'other')} ({counted(systems, 'system')})")
    return listed(said)


def problems_with_selection(chosen: int) -> list[Problem]:
    """Objections to how many systems are to be changed in one step."""
    if chosen > MOST_SYSTEMS:
        return [
            Problem(
                "",
                f"{chosen:,} systems are selected; at most {MOST_SYSTEMS} can be changed in one step. Narrow the selection.",
            )
        ]
    return []


def problems_with_fields(values: Mapping[str, Any], clear: Collection[str]) -> list[Problem]:
    """Objections to a set of values for many: nothing to do, or a field both filled and emptied."""
    problems = [
        Problem(name, "This field is to be emptied as well. Give a value or empty it, not both.")
        for name in FIELDS
        if name in values and name in clear
    ]
    if not values and not clear:
        problems.append(Problem("", "Choose at least one field to set."))
    return problems


def problems_with_tags(add: Collection[str], remove: Collection[str]) -> list[Problem]:
    """Objections to changing the tags of many: nothing to do."""
    return [] if add or remove else [Problem("", "Name at least one tag to add or to take off.")]


def problems_with_hand_over(reason: str, recipients: int) -> list[Problem]:
    """Objections to handing over many: no reason, nobody named."""
    problems = []
    if not recipients:
        problems.append(Problem("to_id", "Choose the person for all, or name one beside each system."))
    if not reason:
        problems.append(Problem("reason", "Say why the systems change hands; the ledger keeps it."))
    return problems


def problems_with_seat(*, person_id: int | None, team_id: int | None) -> list[Problem]:
    """Objections to naming somebody on many: nobody, or two at once."""
    if (person_id is None) == (team_id is None):
        return [Problem("person_id", "Choose one person or one team.")]
    return []
