"""Who may know of an incident: whoever may know of every system it touches. One clause, used by all that list, count or find them."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from registry.accounts.queries import actor_for
from registry.incidents.models.incidents import Incident, IncidentSystem
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, may
from registry.kernel.errors import NotFound
from registry.people.models import Person
from registry.people.queries import is_active_person
from registry.store.columns import LARGEST_NUMBER
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.versions.models import EvidenceHold

Touched = tuple[IncidentSystem, System]


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The incidents the actor may know of: those that touch no system hidden from them."""
    # Asked of the few systems of each incident, and under a scope of its own: the statement around it may hold systems too.
    hidden = (
        select(IncidentSystem.id)
        .join(System, col(System.id) == col(IncidentSystem.system_id))
        .where(col(IncidentSystem.incident_id) == col(Incident.id), ~visible_to(actor))
        .correlate(Incident)
        .exists()
    )
    return ~hidden


def incident_by_number(session: Session, actor: Actor, number: int, *, lock: bool = False) -> Incident:
    """One incident, held until the transaction ends where asked. Raises NotFound also where the actor may not know of it."""
    query: Any = select(Incident).where(Incident.id == min(number, LARGEST_NUMBER), seen_by(actor))
    if lock:
        # Whoever had it before may have changed it since this transaction saw it.
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found: Incident | None = session.exec(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def both_by_number(session: Session, actor: Actor, number: int, other: int) -> tuple[Incident, Incident]:
    """Two incidents the actor may know of, held, the lower number first so that nobody waits in a circle. Raises NotFound."""
    found = {each: incident_by_number(session, actor, each, lock=True) for each in sorted({number, other})}
    return found[number], found[other]


def systems_of(session: Session, incident_id: int) -> Sequence[Touched]:
    """The systems an incident touches, the one it was found at first."""
    query = (
        select(IncidentSystem, System)
        .join(System, col(System.id) == col(IncidentSystem.system_id))
        .where(IncidentSystem.incident_id == incident_id)
        .order_by(col(IncidentSystem.id))
    )
    return [(row, system) for row, system in session.exec(query)]


def touched_by(session: Session, incident_id: int) -> list[int]:
    """The numbers of the systems an incident touches, in that order."""
    query = select(IncidentSystem.system_id).where(IncidentSystem.incident_id == incident_id)
    return list(session.exec(query.order_by(col(IncidentSystem.id))))


def hold_touched(session: Session, incident_id: int) -> list[int]:
    """The numbers of the systems an incident touches, their rows held until the transaction ends, in that order."""
    query = select(System.id).where(col(System.id).in_(touched_by(session, incident_id)))
    # Rows that refer to a system may still be written meanwhile: waiting for them as well could wait in a circle.
    held = session.exec(query.order_by(col(System.id)).with_for_update(key_share=True))
    return [number or 0 for number in held]


def desk_of(
    session: Session,
    actor: Actor,
    incident: Incident,
    permission: Permission = Permission.INCIDENT_WORK,
) -> int:
    """The touched system on which the actor holds the permission, else the incident's own: what an action asks about."""
    touched = touched_by(session, incident.id or 0)
    return next((number for number in touched if may(actor, permission, number)), incident.system_id)


def may_work(session: Session, actor: Actor, incident: Incident) -> bool:
    """Whether the actor works on the incident."""
    return may(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))


def may_release(session: Session, actor: Actor, incident: Incident, held: Sequence[EvidenceHold]) -> bool:
    """Whether the actor held all of this, or is a reviewer or the compliance lead of a system it touches."""
    theirs = actor.person_id is not None and all(each.held_by_id == actor.person_id for each in held)
    return theirs or may(
        actor, Permission.REPORT_MOVE, desk_of(session, actor, incident, Permission.REPORT_MOVE)
    )


def could_work(session: Session, person_id: int, system_ids: Collection[int]) -> bool:
    """Whether a person is here and could work on an incident that touches these systems."""
    found = _as_actor(session, person_id)
    return found is not None and any(may(found, Permission.INCIDENT_WORK, number) for number in system_ids)


def could_see(session: Session, person_id: int, incident: Incident) -> bool:
    """Whether a person is here and may know of the incident."""
    found = _as_actor(session, person_id)
    if found is None:
        return False
    query = select(Incident.id).where(Incident.id == incident.id, seen_by(found))
    return session.exec(query).first() is not None


def _as_actor(session: Session, person_id: int) -> Actor | None:
    if not is_active_person(session, person_id, clock.today()):
        return None
    return actor_for(session, session.get_one(Person, person_id), via="session")
