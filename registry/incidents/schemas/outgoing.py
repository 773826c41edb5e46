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
from registry.incidents.rules.times import By, Spread, Times
from registry.kernel import clock
from registry.people.models import Person
from registry.systems.models import System
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
    """One corrective action."""

    id: int
    title: str
    detail: str
    system: str
    owner: str
    due_on: Day
    state: Annotated[str, Words(ActionState)]
    done_at: Instant | None
    verified_at: Instant | None


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
    links: list[IncidentLinkOut]
    actions: list[CorrectiveOut]
    timeline: list[TimelineOut]
    timeline_next: str | None


class SpreadOfTimes(TypedDict):
    """How long something took, in seconds: of `n`; `open` are not there yet, of `unknown` nobody knows."""

    n: int
    open: int
    unknown: int
    mean: float | None
    median: float | None
    p90: float | None


class TimesOut(TypedDict):
    """The times of some incidents."""

    incidents: int
    noticed_by_ourselves: int
    detect: SpreadOfTimes
    acknowledge: SpreadOfTimes
    mitigate: SpreadOfTimes
    resolve: SpreadOfTimes


class TimesOfGroup(TimesOut):
    """The times of those that have one value in common."""

    value: str
    name: str


class TimesCompared(TypedDict):
    """The times of all that fit, and by the dimension asked for; `left_out` groups are beyond what is listed."""

    all: TimesOut
    by: Annotated[str, Words(By)]
    groups: list[TimesOfGroup]
    left_out: int


def line_said(line: Line) -> dict[str, Any]:
    """One incident of a list."""
    return _told(line.incident, line.system.key, line.lead) | {"other_systems": line.others}


def whole_said(
    incident: Incident,
    system: System,
    lead: Person | None,
    *,
    systems: Sequence[Touched],
    links: Sequence[IncidentLink],
    actions: Sequence[Measure],
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
        "links": [_link_said(each) for each in links],
        "actions": [_action_said(each) for each in actions],
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


def times_said(times: Times) -> dict[str, Any]:
    """The times of some incidents in seconds, each with how many say so and how many do not."""
    spreads = ("detect", "acknowledge", "mitigate", "resolve")
    return {
        "incidents": times.counted,
        "noticed_by_ourselves": times.by_ourselves,
        **{name: _spread_said(getattr(times, name)) for name in spreads},
    }


def _spread_said(spread: Spread) -> dict[str, Any]:
    said = {name: getattr(spread, name) for name in ("mean", "median", "p90")}
    seconds = {name: None if span is None else span.total_seconds() for name, span in said.items()}
    return {"n": spread.n, "open": spread.open, "unknown": spread.unknown, **seconds}


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
        "recurrence_of": incident.recurrence_of_id,
        "merged_into": incident.merged_into_id,
        "source": source,
        "source_ref": reference,
    }


def _link_said(link: IncidentLink) -> dict[str, Any]:
    return {
        "kind": link.kind.value,
        "id": link.target_id,
        "tied_at": clock.written(link.at),
        "said": link.frozen,
    }


def _action_said(measure: Measure) -> dict[str, Any]:
    action = measure.action
    return {
        "id": action.id,
        "title": action.title,
        "detail": action.detail,
        "system": measure.system.key,
        "owner": measure.owner.name,
        "due_on": action.due_on.isoformat(),
        "state": action.state.value,
        "done_at": _written(action.done_at),
        "verified_at": _written(action.verified_at),
    }


def _written(at: datetime | None) -> str | None:
    return clock.written(at) if at else None
