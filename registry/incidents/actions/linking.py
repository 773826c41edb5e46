"""What an incident is tied to and whom it concerns: links, further systems, people, the incident it repeats."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.incidents.actions.holds import SUBJECT, extend
from registry.incidents.actions.merging import merge
from registry.incidents.actions.telling import lead_problem, tell, tie, touch
from registry.incidents.models.incidents import Incident, IncidentLink, IncidentSystem, Involved
from registry.incidents.queries.closing import has_actions
from registry.incidents.queries.freezing import tied_to
from registry.incidents.queries.incidents import involvement, one_of, touching
from registry.incidents.queries.timeline import link_to
from registry.incidents.queries.visibility import could_see, could_work, desk_of, systems_of, touched_by
from registry.incidents.rules.joining import (
    problems_with_recurrence,
    problems_with_spreading,
    problems_with_taking_off,
)
from registry.incidents.rules.kinds import EntryKind, Linked
from registry.incidents.rules.moves import final_problems
from registry.incidents.rules.record import reason_problems, tidied
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import NotFound, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.people.models import Person
from registry.systems.models import System
from registry.versions.queries import holds_for

__all__ = ["assign", "involve", "link", "mark_recurrence", "merge", "spread", "take_off", "uninvolve"]

_NOT_THERE = "There is no such thing on a system this incident touches."


def link(session: Session, actor: Actor, incident: Incident, kind: Linked, target_id: int) -> IncidentLink:
    """Tie an alert, a reading, feedback, a dependency or a data source to an incident, with what it says now.

    An alert brings the reading it speaks of. Raises RuleBroken where it is tied already, NotFound where it is of no
    system the incident touches.
    """
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    number = incident.id or 0
    refuse_if(final_problems(incident.status))
    tied = tied_to(session, touched_by(session, number), kind, target_id)
    if not tied:
        raise NotFound(_NOT_THERE)
    if link_to(session, number, kind, target_id) is not None:
        raise RuleBroken([Problem("", "It is tied to this incident already.")])
    new = [one for one in tied if link_to(session, number, one.kind, one.target_id) is None]
    rows = tie(session, incident, new, actor.person_id)
    record(session, actor, Event.INCIDENT_LINKED, incident, system_id=incident.system_id)
    return rows[0]


def spread(session: Session, actor: Actor, incident: Incident, system: System) -> IncidentSystem:
    """Say that the incident touches a further system, which the actor may know of. Raises RuleBroken.

    Where evidence is held for the incident, what is evidence there is held too. A restricted system stands alone: whoever may read of the others must not learn of it.
    """
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    touched = [each for _, each in systems_of(session, incident.id or 0)]
    there = {each.id for each in touched}
    visible = [each.visibility for each in touched]
    refuse_if(
        final_problems(incident.status)
        or problems_with_spreading(visible, system.visibility, is_touched=system.id in there)
    )
    row = touch(session, incident, system.id or 0)
    tell(session, incident, EntryKind.SYSTEMS, f"It touches {system.key} {system.name} too.", actor.person_id)
    extend(session, incident, actor.person_id)
    record(session, actor, Event.INCIDENT_SPREAD, incident, system_id=incident.system_id)
    return row


def involve(session: Session, actor: Actor, incident: Incident, person: Person) -> Involved:
    """Let somebody be told of the incident beside its lead. They must be able to see it. Raises RuleBroken."""
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    refuse_if(final_problems(incident.status))
    if involvement(session, incident.id or 0, person.id or 0) is not None:
        raise RuleBroken([Problem("person_id", f"{person.name} is involved already.")])
    if not could_see(session, person.id or 0, incident):
        raise RuleBroken([Problem("person_id", "Choose somebody who is here and may know of this incident.")])
    row = Involved(
        incident_id=incident.id or 0, person_id=person.id or 0, at=clock.now(), by_id=actor.person_id
    )
    session.add(row)
    tell(session, incident, EntryKind.PEOPLE, f"{person.name} is involved now.", actor.person_id)
    record(session, actor, Event.INCIDENT_ASSIGNED, incident, system_id=incident.system_id)
    return row


def uninvolve(session: Session, actor: Actor, incident: Incident, person: Person, because: str) -> Incident:
    """Let somebody no longer be told of the incident, with the reason; the timeline keeps both. Raises RuleBroken."""
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    because = tidied(because)
    row = involvement(session, incident.id or 0, person.id or 0)
    refuse_if(final_problems(incident.status) or reason_problems(because, "Say why they need not be told."))
    if row is None:
        raise RuleBroken([Problem("person_id", "Choose somebody who is told of it.")])
    session.delete(row)
    said = f"{person.name} is no longer told of it: {because}"
    tell(session, incident, EntryKind.PEOPLE, said, actor.person_id)
    record(session, actor, Event.INCIDENT_ASSIGNED, incident, system_id=incident.system_id)
    return incident


def take_off(session: Session, actor: Actor, incident: Incident, system: System, because: str) -> Incident:
    """Say that the incident does not touch a further system after all, with the reason; the timeline keeps both.

    The system it was found at stays, and so does one that something of the incident belongs to. Raises RuleBroken.
    """
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    because = tidied(because)
    row = touching(session, incident.id or 0, system.id or 0)
    refuse_if(
        final_problems(incident.status)
        or reason_problems(because, "Say why it does not touch it.")
        or problems_with_taking_off(
            is_touched=row is not None,
            is_its_own=system.id == incident.system_id,
            has_actions=has_actions(session, incident.id or 0, system.id or 0),
            is_held=bool(holds_for(session, SUBJECT, incident.id or 0)),
        )
    )
    session.delete(row)
    said = f"It does not touch {system.key} {system.name} after all: {because}"
    tell(session, incident, EntryKind.SYSTEMS, said, actor.person_id)
    record(session, actor, Event.INCIDENT_SPREAD, incident, system_id=incident.system_id)
    return incident


def assign(session: Session, actor: Actor, incident: Incident, person: Person) -> Incident:
    """Let somebody lead the incident who can work on it. Raises RuleBroken."""
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    refuse_if(final_problems(incident.status))
    if incident.lead_id == person.id:
        raise RuleBroken([Problem("lead_id", f"{person.name} leads it already.")])
    able = could_work(session, person.id or 0, touched_by(session, incident.id or 0))
    refuse_if(lead_problem(is_able=able))
    incident.lead_id = person.id
    tell(session, incident, EntryKind.PEOPLE, f"{person.name} leads it now.", actor.person_id)
    record(session, actor, Event.INCIDENT_ASSIGNED, incident, system_id=incident.system_id)
    return incident


def mark_recurrence(session: Session, actor: Actor, incident: Incident, earlier: Incident) -> Incident:
    """Say that the incident is an earlier one come back, which the actor may know of. Raises RuleBroken.

    A closed one too: that it had happened before is often found out late.
    """
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    refuse_if(problems_with_recurrence(one_of(incident), one_of(earlier)))
    incident.recurrence_of_id = earlier.id
    says = f"It is incident {earlier.id} come back."
    tell(session, incident, EntryKind.LINK, says, actor.person_id)
    record(session, actor, Event.INCIDENT_LINKED, incident, system_id=incident.system_id)
    return incident
