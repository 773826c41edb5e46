"""Bring the incidents of a list onto the register."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields

from sqlmodel import Session

from registry.audit.actions import record
from registry.incidents.actions.telling import tell, touch
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.taking_up import leader_of
from registry.incidents.rules.imports import IncidentDraft
from registry.incidents.rules.kinds import EntryKind, Pattern, Status
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.events import Event
from registry.kernel.rows import Tally
from registry.systems.models import System


def import_incidents(
    session: Session,
    actor: Actor,
    *,
    file_name: str,
    source: str,
    drafts: Sequence[tuple[IncidentDraft, System]],
    tally: Tally,
    advance: Callable[[int], None] = lambda _count: None,
) -> list[Incident]:
    """Carry out what was planned, in the caller's one transaction: an incident for each of these rows.

    A closed one stays closed as its list says; its timeline tells where that is from, for nobody here agreed to it.
    """
    require(actor, Permission.INCIDENT_IMPORT)
    leads: dict[int, int | None] = {}
    for draft, system in drafts:
        if draft.status is not Status.CLOSED and system.id not in leads:
            leads[system.id or 0] = leader_of(session, system.id or 0)
    incidents = [_imported(session, actor, file_name, source, *each, leads, advance) for each in drafts]
    counted = {each.name: str(getattr(tally, each.name)) for each in fields(tally)}
    note = {"file": file_name, "source": source, **counted}
    record(session, actor, Event.INCIDENTS_IMPORTED, None, subject_kind="incident", note=note)
    return incidents


def _imported(
    session: Session,
    actor: Actor,
    file_name: str,
    source: str,
    draft: IncidentDraft,
    system: System,
    leads: Mapping[int, int | None],
    advance: Callable[[int], None],
) -> Incident:
    facts, number = draft.facts, system.id or 0
    # As with one the registry opens by itself: whoever answers for the system goes on with it.
    lead = facts.lead_id if draft.status is Status.CLOSED else facts.lead_id or leads.get(number)
    stated = asdict(facts) | {
        "lead_id": lead,
        "harms": list(facts.harms),
        "severity": int(facts.severity or 0),
    }
    incident = Incident(
        **stated,
        system_id=number,
        proposed_pattern=facts.pattern or Pattern.F1,
        status=draft.status,
        acknowledged_at=draft.acknowledged_at,
        mitigated_at=draft.mitigated_at,
        resolved_at=draft.resolved_at,
        closed_at=draft.closed_at,
        opened_at=clock.now(),
        opened_by_id=actor.person_id,
        root_cause=draft.root_cause,
        factors=draft.factors,
        source=source,
        source_ref=draft.reference,
    )
    session.add(incident)
    session.flush()
    touch(session, incident, number)
    closed = " It was closed there; nobody here has agreed to that." if draft.status is Status.CLOSED else ""
    said = f"Imported from {source}, where it is {draft.reference}: row {draft.row} of {file_name}.{closed}"
    tell(session, incident, EntryKind.STATUS, said, actor.person_id)
    record(session, actor, Event.INCIDENT_OPENED, incident, system_id=number)
    advance(1)
    return incident
