"""Open an incident for a tool that has a name of its own for it, so that what is sent twice is opened once."""

from dataclasses import asdict

from sqlmodel import Session

from registry.audit.actions import record
from registry.incidents.actions.telling import tell, tie, touch
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.freezing import tied_to
from registry.incidents.queries.receiving import by_source
from registry.incidents.rules.kinds import EntryKind, Linked, Pattern
from registry.incidents.rules.receiving import Source, kept_source, problems_with_source
from registry.incidents.rules.record import IncidentFacts, problems_with_incident, tidied, tidy
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import NotFound, refuse_if
from registry.kernel.events import Event
from registry.systems.models import System


def receive(
    session: Session,
    actor: Actor,
    system: System,
    facts: IncidentFacts,
    source: Source,
    *,
    link: tuple[Linked, int] | None = None,
) -> tuple[Incident, bool]:
    """The incident that has this name elsewhere, and whether it was opened now; what came before stands as it is.

    The caller holds the system's row locked, so that a name comes in once. Raises RuleBroken, or NotFound for a link to
    something that is not of this system.
    """
    require(actor, Permission.INCIDENT_OPEN, system.id)
    facts, number = tidy(facts), system.id or 0
    source = Source(tidied(source.name), tidied(source.reference))
    refuse_if([*problems_with_incident(facts, clock.now()), *problems_with_source(source, system.key)])
    kept = kept_source(system.key, source) if source else None
    if kept is not None and (known := by_source(session, kept, source.reference)):
        return known, False
    tied = tied_to(session, [number], *link) if link else []
    if link and not tied:
        raise NotFound("There is no such thing to tie to an incident of this system.")
    incident = Incident(
        **asdict(facts) | {"harms": list(facts.harms), "severity": int(facts.severity or 0)},
        system_id=number,
        proposed_pattern=tied[0].pattern if tied else (facts.pattern or Pattern.F1),
        opened_at=clock.now(),
        opened_by_id=actor.person_id,
        source=kept,
        source_ref=source.reference or None,
    )
    session.add(incident)
    session.flush()
    touch(session, incident, number)
    by = f" by {source.name}, where it is {source.reference}" if source else ""
    tell(session, incident, EntryKind.STATUS, f"Opened through the API{by}.", actor.person_id)
    tie(session, incident, tied, actor.person_id)
    record(session, actor, Event.INCIDENT_OPENED, incident, system_id=number)
    return incident, True
