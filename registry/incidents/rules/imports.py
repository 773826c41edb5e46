"""Incidents from a list: what a row says, or why it is refused, and how each row ends."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final, TypeVar

from registry.incidents.rules.columns import FIELDS, IncidentMap
from registry.incidents.rules.instants import read_instant
from registry.incidents.rules.kinds import DetectedBy, Harm, Kind, Pattern, Severity, Status
from registry.incidents.rules.receiving import Source, problems_with_source
from registry.incidents.rules.record import (
    IncidentFacts,
    problems_with_incident,
    prose_problems,
    tidied,
    tidy,
)
from registry.kernel.errors import Problem
from registry.kernel.rows import Ending, RowProblem
from registry.kernel.text import listed

Choice = TypeVar("Choice", bound=Enum)
Cells = Mapping[str, str]

_INSTANTS: Final = (
    "started_at",
    "detected_at",
    "acknowledged_at",
    "mitigated_at",
    "resolved_at",
    "closed_at",
)


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """What one row says: the facts, where it stands, and its instants; the system as the row names it."""

    row: int
    reference: str
    system: str
    facts: IncidentFacts
    status: Status
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    root_cause: str = ""
    factors: str = ""


def draft_of(row: int, cells: Cells, by: IncidentMap, now: datetime) -> IncidentDraft | list[RowProblem]:
    """What a row says, or every reason why it is refused."""
    text = {name: _text(name, cells, by) for name in FIELDS}
    problems: list[Problem] = []

    def chosen(name: str, words: Mapping[str, Choice]) -> Choice | None:
        if not text[name]:
            return None
        found = words.get(text[name].casefold())
        if found is None:
            problems.append(Problem(name, f"Give one of {listed(_offered(words), 'or')}."))
        return found

    instants: dict[str, datetime | None] = {}
    for name in _INSTANTS:
        read = read_instant(text[name], by.dates)
        instants[name] = read if isinstance(read, datetime) else None
        if isinstance(read, str):
            problems.append(Problem(name, read))
    count = text["affected_count"].replace(",", "")
    if count and not (count.isascii() and count.isdigit() and len(count) < 12):
        problems.append(Problem("affected_count", "Give a whole number."))
        count = ""
    harms = [chosen_harm(each) for each in text["harms"].replace("|", ";").split(";") if each.strip()]
    if None in harms:
        problems.append(
            Problem("harms", f"Give {listed([harm.value for harm in Harm], 'or')}, parted by semicolons.")
        )
    facts = tidy(
        IncidentFacts(
            title=text["title"],
            summary=text["summary"],
            kind=chosen("kind", _KINDS) if text["kind"] else Kind.INCIDENT,
            severity=chosen("severity", _SEVERITIES),
            pattern=chosen("pattern", _PATTERNS),
            harms=tuple(harm.value for harm in harms if harm),
            affected_count=int(count) if count else None,
            affected_people=text["affected_people"],
            detected_by=chosen("detected_by", _DETECTED),
            started_at=instants["started_at"],
            detected_at=instants["detected_at"],
        )
    )
    status = chosen("status", _STATUSES) if text["status"] else _standing(instants)
    draft = IncidentDraft(
        row,
        text["reference"],
        text["system"],
        facts,
        status or Status.OPEN,
        acknowledged_at=instants["acknowledged_at"],
        mitigated_at=instants["mitigated_at"],
        resolved_at=instants["resolved_at"],
        closed_at=instants["closed_at"],
        root_cause=text["root_cause"],
        factors=text["factors"],
    )
    told = {problem.field for problem in problems}
    problems += [each for each in _problems(draft, now) if each.field not in told]
    if problems:
        return [
            RowProblem(row, by.columns.get(each.field, ""), text.get(each.field, "")[:80], each.message)
            for each in problems
        ]
    # Whoever resolved it had stopped the harm by then.
    return replace(draft, mitigated_at=draft.mitigated_at or draft.resolved_at)


def chosen_harm(text: str) -> Harm | None:
    """The harm a word names, or None."""
    return _HARMS.get(" ".join(text.split()).casefold())


def ending_of(draft: IncidentDraft, known: Collection[str], earlier: Collection[str]) -> Ending:
    """How a row ends that can be read and whose system is there: known references stand as they are."""
    if draft.reference in earlier:
        return Ending.DUPLICATE
    return Ending.UNCHANGED if draft.reference in known else Ending.CREATED


def _text(name: str, cells: Cells, by: IncidentMap) -> str:
    cell = tidied(cells.get(by.columns.get(name, ""), ""))
    return cell or by.constants.get(name, "")


def _standing(instants: Mapping[str, datetime | None]) -> Status:
    """Where an incident stands whose list has no column that says so: as far as its instants go."""
    reached = (
        ("closed_at", Status.CLOSED),
        ("resolved_at", Status.RESOLVED),
        ("mitigated_at", Status.MITIGATED),
        ("acknowledged_at", Status.INVESTIGATING),
    )
    return next((status for name, status in reached if instants[name]), Status.OPEN)


_MUST_HAVE: Final = {
    Status.MITIGATED: ("mitigated_at",),
    Status.RESOLVED: ("resolved_at",),
    Status.CLOSED: ("resolved_at", "closed_at"),
}
_MAY_NOT_HAVE: Final = {
    Status.OPEN: ("acknowledged_at", "mitigated_at", "resolved_at", "closed_at"),
    Status.INVESTIGATING: ("mitigated_at", "resolved_at", "closed_at"),
    Status.MITIGATED: ("resolved_at", "closed_at"),
    Status.RESOLVED: ("closed_at",),
}


def _problems(draft: IncidentDraft, now: datetime) -> list[Problem]:
    problems = problems_with_incident(draft.facts, now)
    if not draft.reference:
        problems.append(Problem("reference", "Say what the incident is called in the list it comes from."))
    problems += problems_with_source(Source("list", draft.reference or "1"))
    for name in ("root_cause", "factors"):
        problems += prose_problems(name, getattr(draft, name))
    said = draft.status.said.lower()
    problems += [
        Problem(name, f"It is {said}, so say when that came about.")
        for name in _MUST_HAVE.get(draft.status, ())
        if getattr(draft, name) is None
    ]
    problems += [
        Problem(name, f"It is {said}, so this cannot have come about yet.")
        for name in _MAY_NOT_HAVE.get(draft.status, ())
        if getattr(draft, name) is not None
    ]
    return problems + _problems_with_order(draft, now)


def _problems_with_order(draft: IncidentDraft, now: datetime) -> list[Problem]:
    steps = {
        "acknowledged_at": draft.acknowledged_at,
        "mitigated_at": draft.mitigated_at,
        "resolved_at": draft.resolved_at,
        "closed_at": draft.closed_at,
    }
    problems = []
    before = draft.facts.detected_at
    for name, at in steps.items():
        if at is None:
            continue
        if at > now:
            problems.append(Problem(name, "This is still to come. Give the time at which it happened."))
        elif before is not None and at < before:
            problems.append(Problem(name, "This lies before what must have come first."))
        before = max(before, at) if before else at
    return problems


def _words(choices: type[Choice]) -> dict[str, Choice]:
    """Each choice by its stored word and by how it is said."""
    found: dict[str, Choice] = {}
    for each in choices:
        said: str = each.said  # type: ignore[attr-defined]
        found |= {str(each.value).casefold(): each, said.casefold(): each}
    return found


def _offered(words: Mapping[str, Enum]) -> list[str]:
    return list(dict.fromkeys(str(each.value) for each in words.values()))


_KINDS: Final = _words(Kind)
_SEVERITIES: Final = _words(Severity) | {f"{one.value} {one.said}".casefold(): one for one in Severity}
_PATTERNS: Final = _words(Pattern) | {one.said[3:].casefold(): one for one in Pattern}
_HARMS: Final = _words(Harm)
_DETECTED: Final = _words(DetectedBy)
_STATUSES: Final = {word: one for word, one in _words(Status).items() if one is not Status.MERGED}
