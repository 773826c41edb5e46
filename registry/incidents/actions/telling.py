"""What the actions on incidents share: an entry of the timeline, a system that is touched, what it is tied to."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from registry.incidents.models.incidents import Incident, IncidentEntry, IncidentLink, IncidentSystem
from registry.incidents.queries.freezing import Tied
from registry.incidents.queries.visibility import systems_of
from registry.incidents.rules.kinds import EntryKind
from registry.incidents.rules.record import ENTRY_LIMIT, versions_said
from registry.kernel import clock
from registry.kernel.errors import Conflict, Difference, Problem
from registry.kernel.text import shortened
from registry.versions.queries import live_on


def tell(
    session: Session,
    incident: Incident,
    kind: EntryKind,
    text: str,
    by: int | None,
    *,
    at: datetime | None = None,
    evidence: str = "",
) -> IncidentEntry:
    """Add an entry to the timeline, of now where nothing else is said. Part of an action, which records."""
    now = clock.now()
    entry = IncidentEntry(
        incident_id=incident.id or 0,
        kind=kind,
        at=at or now,
        written_at=now,
        by_id=by,
        text=text if len(text) <= ENTRY_LIMIT else shortened(text, ENTRY_LIMIT),
        evidence=evidence,
    )
    session.add(entry)
    return entry


def touch(session: Session, incident: Incident, system_id: int) -> IncidentSystem:
    """Add a system to those the incident touches, with what was live there when it began."""
    row = IncidentSystem(incident_id=incident.id or 0, system_id=system_id)
    row.version_id, row.versions_said = _live(session, incident, system_id)
    session.add(row)
    return row


def look_again(session: Session, incident: Incident, by: int | None) -> None:
    """Let what was live follow from when the incident is now said to have begun, each change told in the timeline."""
    for row, system in systems_of(session, incident.id or 0):
        live = _live(session, incident, row.system_id)
        if live == (row.version_id, row.versions_said):
            continue
        row.version_id, row.versions_said = live
        says = f"Live on {system.key} {system.name} when it began: {row.versions_said or 'no version'}."
        tell(session, incident, EntryKind.SYSTEMS, says, by)


def _live(session: Session, incident: Incident, system_id: int) -> tuple[int | None, str]:
    live = live_on(session, system_id, incident.started_at or incident.detected_at)
    said = versions_said([(model.label, share) for model, share in live])
    return live[0][0].id if live else None, said


def tie(session: Session, incident: Incident, tied: Iterable[Tied], by: int | None) -> list[IncidentLink]:
    """Keep what these things say now, each with an entry of the timeline."""
    found = []
    for one in tied:
        row = IncidentLink(
            incident_id=incident.id or 0,
            kind=one.kind,
            target_id=one.target_id,
            frozen=one.frozen,
            at=clock.now(),
            by_id=by,
        )
        session.add(row)
        tell(session, incident, EntryKind.LINK, f"Tied to it: {one.says}", by)
        found.append(row)
    return found


def stale(incident: Incident, version: int | None, changes: dict[str, object]) -> Conflict | None:
    """Both sides of a change that came too late, or None. `version` None: whoever writes has the row held since reading it."""
    if version is None or version == incident.version:
        return None
    differences = [
        Difference(name, getattr(incident, name), value)
        for name, value in changes.items()
        if getattr(incident, name) != value
    ]
    says = "Somebody else changed this incident while you were editing."
    return Conflict(says, incident.version, differences)


def lead_problem(*, is_able: bool) -> list[Problem]:
    """The objection to a lead who could not work on the incident."""
    if is_able:
        return []
    says = "Choose somebody who is here and holds a seat on a system it touches: others could not work on it."
    return [Problem("lead_id", says)]
