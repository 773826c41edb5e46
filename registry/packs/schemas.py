"""Frameworks, controls and statements as JSON."""

from typing_extensions import TypedDict

from registry.packs.models import ControlStatement
from registry.packs.rules import Control, Coverage, Pack
from registry.web.describing import Day, Instant


class CoverageOfFramework(TypedDict):
    """How far a framework is stated. `asked`: controls met by a system, null until a review has asked."""

    stated: int
    in_place: int
    in_part: int
    not_started: int
    not_applicable: int
    asked: int | None


class FrameworkOut(TypedDict):
    """A framework with its source, its dates and how far it is stated."""

    id: str
    edition: str
    title: str
    source: str
    as_of: Day
    effective_from: Day
    controls: int
    coverage: CoverageOfFramework


class SinceOut(TypedDict):
    """From when a control applies, and to which outcome or by which reading where not to all."""

    on: Day
    outcome: str | None
    reading: str | None


class StatementOut(TypedDict):
    """What the organisation states of a control."""

    applicable: bool
    because: str
    how: str
    status: str | None
    owner_id: int | None
    edition: str
    stated_at: Instant


class ControlOut(TypedDict):
    """A control with all its edition says of it; `statement` is null where nothing is stated."""

    id: str
    group: str
    title: str
    explains: str
    patterns: list[str]
    practices: list[str]
    applies: list[str]
    roles: list[str]
    evidence: list[str]
    since: list[SinceOut]
    statement: StatementOut | None


class FrameworkWhole(FrameworkOut):
    """A framework with its controls, in the order of the edition in force."""

    items: list[ControlOut]


def framework_brief(pack: Pack, coverage: Coverage) -> FrameworkOut:
    """A framework with its source, its dates and how far it is stated; `asked`: controls met by a system, null until a review has asked."""
    return {
        "id": pack.id,
        "edition": pack.edition,
        "title": pack.title,
        "source": pack.source,
        "as_of": pack.as_of.isoformat(),
        "effective_from": pack.effective_from.isoformat(),
        "controls": coverage.total,
        "coverage": {
            "stated": coverage.stated,
            "in_place": coverage.in_place,
            "in_part": coverage.in_part,
            "not_started": coverage.not_started,
            "not_applicable": coverage.not_applicable,
            "asked": coverage.asked,
        },
    }


def control_whole(control: Control, row: ControlStatement | None) -> ControlOut:
    """A control with all its edition says of it, and what the organisation states (null where nothing)."""
    return {
        "id": control.id,
        "group": control.group,
        "title": control.title,
        "explains": control.explains,
        "patterns": list(control.patterns),
        "practices": list(control.practices),
        "applies": list(control.applies),
        "roles": list(control.roles),
        "evidence": list(control.evidence),
        "since": [
            {"on": each.on.isoformat(), "outcome": each.outcome or None, "reading": each.reading or None}
            for each in control.since
        ],
        "statement": _statement(row) if row else None,
    }


def _statement(row: ControlStatement) -> StatementOut:
    return {
        "applicable": row.applicable,
        "because": row.because,
        "how": row.how,
        "status": row.status.value if row.status else None,
        "owner_id": row.owner_id,
        "edition": row.edition,
        "stated_at": row.stated_at.isoformat(),
    }
