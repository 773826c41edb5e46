"""Incident JSON, out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from typing_extensions import TypedDict

from registry.incidents.models.incidents import Incident, IncidentLink
from registry.incidents.queries.corrective import Measure
from registry.incidents.queries.incidents import Line
from registry.incidents.queries.timeline import Told
from registry.incidents.queries.visibility import Touched
from registry.incidents.rules.kinds import (
    ActionState,
    DetectedBy,
    EntryKind,
    Harm,
    Kind,
    Linked,
    Pattern,
    Status,
)
from registry.incidents.rules.receiving import shown_source
from registry.kernel import clock
from registry.people.models import Person
from registry.systems.models import System
from registry.versions.models import EvidenceHold, ModelVersion
from registry.web.describing import Day, Instant, Words


class IncidentTold(TypedDict):
    """What is said of an incident wherever it is named. `severity` is from 1 to 5, 5 the worst."""

    id: int
    system: str
    title: str
    summary: str
    kind: Annotated[str, Words(Kind)]
    severity: int
    pattern: Annotated[str, Words(Pattern)]
    harms: list[Annotated[str, Words(Harm)]]
    affected_count: int | None
    detected_by: Annotated[str, Words(DetectedBy)]
    status: Annotated[str, Words(Status)]
    started_at: Instant | None
    detected_at: Instant
    acknowledged_at: Instant | None
    mitigated_at: Instant | None
    resolved_at: Instant | None
    closed_at: Instant | None
    opened_at: Instant
    lead: str | None
    lead_id: int | None
    recurrence_of: int | None
    merged_into: int | None
    source: str | None
    source_ref: str | None


class IncidentLine(IncidentTold):
    """One incident of a list, and how many systems it touches besides."""

    other_systems: int


class TouchedOut(TypedDict):
    """A system an incident touches, and the versions that were live then."""

    key: str
    versions: Any


class IncidentLinkOut(TypedDict):
    """What an incident is tied to, as that was when it was tied."""

    kind: Annotated[str, Words(Linked)]
    id: int
    tied_at: Instant
    said: Any


class CorrectiveOut(TypedDict):
    """One corrective action. `because`: the last reason it was moved, reopened or dropped for."""

    id: int
    incident: int | None
    title: str
    detail: str
    system: str
    owner: str
    owner_id: int
    due_on: Day
    state: Annotated[str, Words(ActionState)]
    done_at: Instant | None
    done_by: str | None
    done_note: str
    verified_at: Instant | None
    verified_by: str | None
    verified_note: str
    because: str


class InvolvedOut(TypedDict):
    """Somebody who is told of it beside its lead, by number."""

    id: int
    name: str


class HeldOut(TypedDict):
    """What is held as evidence: a system, or one version of it."""

    system: str
    version: str | None
    because: str
    held_at: Instant


class TimelineOut(TypedDict):
    """One entry of a timeline. Where nobody is named, the registry itself says so."""

    id: int
    kind: Annotated[str, Words(EntryKind)]
    at: Instant
    written_at: Instant
    by: str | None
    text: str
    evidence: str


class IncidentWhole(IncidentTold):
    """Everything an incident states, with the newest entries of its timeline."""

    affected_people: str
    proposed_pattern: Annotated[str, Words(Pattern)]
    pattern_because: str
    missing_control: str | None
    root_cause: str
    factors: Any
    post_mortem: str
    systems: list[TouchedOut]
    involved: list[InvolvedOut]
    links: list[IncidentLinkOut]
    actions: list[CorrectiveOut]
    held: list[HeldOut]
    timeline: list[TimelineOut]
    timeline_next: str | None


def line_said(line: Line) -> dict[str, Any]:
    """One incident of a list."""
    return _told(line.incident, line.system.key, line.lead) | {"other_systems": line.others}


def whole_said(
    incident: Incident,
    system: System,
    lead: Person | None,
    *,
    systems: Sequence[Touched],
    involved: Sequence[Person],
    links: Sequence[IncidentLink],
    actions: Sequence[Measure],
    holds: Sequence[tuple[EvidenceHold, System, ModelVersion | None]],
) -> dict[str, Any]:
    """Everything an incident states but its timeline, which comes by page."""
    return _told(incident, system.key, lead) | {
        "affected_people": incident.affected_people,
        "proposed_pattern": incident.proposed_pattern.value,
        "pattern_because": incident.pattern_because,
        "missing_control": incident.missing_control,
        "root_cause": incident.root_cause,
        "factors": incident.factors,
        "post_mortem": incident.post_mortem,
        "systems": [{"key": each.key, "versions": row.versions_said} for row, each in systems],
        "involved": [{"id": each.id, "name": each.name} for each in involved],
        "links": [link_said(each) for each in links],
        "actions": [action_said(each) for each in actions],
        "held": [_held_said(*each) for each in holds],
    }


def entry_said(told: Told) -> dict[str, Any]:
    """One entry of a timeline. Where nobody is named, the registry itself says so."""
    entry = told.entry
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "at": clock.written(entry.at),
        "written_at": clock.written(entry.written_at),
        "by": told.by.name if told.by else None,
        "text": entry.text,
        "evidence": entry.evidence,
    }


def _told(incident: Incident, key: str, lead: Person | None) -> dict[str, Any]:
    instants = ("started", "detected", "acknowledged", "mitigated", "resolved", "closed", "opened")
    source, reference = shown_source(key, incident.source, incident.source_ref)
    return {
        "id": incident.id,
        "system": key,
        "title": incident.title,
        "summary": incident.summary,
        "kind": incident.kind.value,
        "severity": incident.severity,
        "pattern": incident.pattern.value,
        "harms": incident.harms,
        "affected_count": incident.affected_count,
        "detected_by": incident.detected_by.value,
        "status": incident.status.value,
        **{f"{name}_at": _written(getattr(incident, f"{name}_at")) for name in instants},
        "lead": lead.name if lead else None,
        "lead_id": incident.lead_id,
        "recurrence_of": incident.recurrence_of_id,
        "merged_into": incident.merged_into_id,
        "source": source,
        "source_ref": reference,
    }


def _held_said(hold: EvidenceHold, system: System, version: ModelVersion | None) -> HeldOut:
    return {
        "system": system.key,
        "version": version.label if version else None,
        "because": hold.because,
        "held_at": clock.written(hold.held_at),
    }


def link_said(link: IncidentLink) -> IncidentLinkOut:
    """What an incident is tied to, as that was then."""
    return {
        "kind": link.kind.value,
        "id": link.target_id,
        "tied_at": clock.written(link.at),
        "said": link.frozen,
    }


def action_said(measure: Measure) -> CorrectiveOut:
    """One corrective action with the people it names."""
    action = measure.action
    return {
        "id": action.id or 0,
        "incident": action.incident_id,
        "title": action.title,
        "detail": action.detail,
        "system": measure.system.key,
        "owner": measure.owner.name,
        "owner_id": action.owner_id,
        "due_on": action.due_on.isoformat(),
        "state": action.state.value,
        "done_at": _written(action.done_at),
        "done_by": measure.done_by.name if measure.done_by else None,
        "done_note": action.done_note,
        "verified_at": _written(action.verified_at),
        "verified_by": measure.verified_by.name if measure.verified_by else None,
        "verified_note": action.verified_note,
        "because": action.because,
    }


def _written(at: datetime | None) -> str | None:
    return clock.written(at) if at else None
