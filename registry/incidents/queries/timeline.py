"""The timeline of an incident by page; what it is tied to, which incidents a thing belongs to, and those of a chart's axis."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, func, select

from registry.incidents.models.incidents import Incident, IncidentEntry, IncidentLink
from registry.incidents.queries.incidents import Narrowing, narrowed
from registry.incidents.queries.visibility import seen_by
from registry.incidents.rules.kinds import Linked
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.kernel.errors import Problem, RuleBroken
from registry.people.models import Person
from registry.store.paging import Page, cut, parts_of


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a timeline and who wrote it (None: the registry itself)."""

    entry: IncidentEntry
    by: Person | None


def entries_page(
    session: Session, incident_id: int, *, before: tuple[datetime, int] | None = None, limit: int = 50
) -> Page[Told]:
    """One page of a timeline, the latest first; `before` is the time and number of the last entry seen.

    The next page's place is the same two, the time as text (registry.store.paging.cursor_of; place_of reads it).
    """
    query: Any = select(IncidentEntry, Person).join(
        Person, col(Person.id) == col(IncidentEntry.by_id), isouter=True
    )
    query = query.where(col(IncidentEntry.incident_id) == incident_id)
    if before is not None:
        at, number = before
        same = and_(col(IncidentEntry.at) == at, col(IncidentEntry.id) < number)
        query = query.where(or_(col(IncidentEntry.at) < at, same))
    order = (col(IncidentEntry.at).desc(), col(IncidentEntry.id).desc())
    found = [Told(entry, by) for entry, by in session.exec(query.order_by(*order).limit(limit + 1))]
    return cut(found, limit, lambda told: (clock.written(told.entry.at), told.entry.id))


def place_of(cursor: str | None) -> tuple[datetime, int] | None:
    """The place in a timeline that a cursor names. Raises RuleBroken for one that was not issued here."""
    parts = parts_of(cursor, (str, int))
    if parts is None:
        return None
    try:
        at = datetime.fromisoformat(parts[0])
    except ValueError as error:
        raise RuleBroken([Problem("cursor", "This cursor was not issued here.")]) from error
    if at.tzinfo is None:
        raise RuleBroken([Problem("cursor", "This cursor was not issued here.")])
    return at, parts[1]


def entries_counted(session: Session, incident_id: int) -> int:
    """How many entries the timeline of an incident has."""
    query = select(func.count()).select_from(IncidentEntry)
    return session.exec(query.where(col(IncidentEntry.incident_id) == incident_id)).one()


def links_of(session: Session, incident_id: int, limit: int | None = 500) -> Sequence[IncidentLink]:
    """What an incident is tied to, with what each said at the time, in the order they were tied."""
    query = select(IncidentLink).where(IncidentLink.incident_id == incident_id)
    return session.exec(query.order_by(col(IncidentLink.id)).limit(limit)).all()


def link_to(session: Session, incident_id: int, kind: Linked, target_id: int) -> IncidentLink | None:
    """The link of an incident to this thing, or None."""
    query = select(IncidentLink).where(
        IncidentLink.incident_id == incident_id,
        IncidentLink.kind == kind,
        IncidentLink.target_id == target_id,
    )
    return session.exec(query).one_or_none()


def incidents_of(session: Session, actor: Actor, kind: Linked, target_id: int) -> Sequence[Incident]:
    """The incidents something is tied to, as far as the actor may know of them, newest first."""
    query = (
        select(Incident)
        .join(IncidentLink, col(IncidentLink.incident_id) == col(Incident.id))
        .where(IncidentLink.kind == kind, IncidentLink.target_id == target_id, seen_by(actor))
    )
    return session.exec(query.order_by(col(Incident.id).desc())).all()


def tied_among(session: Session, actor: Actor, kind: Linked, target_ids: Collection[int]) -> dict[int, int]:
    """Of these things those tied to an incident the actor may know of, with its number (the newest); in one statement."""
    if not target_ids:
        return {}
    query = (
        select(IncidentLink.target_id, func.max(IncidentLink.incident_id))
        .join(Incident, col(Incident.id) == col(IncidentLink.incident_id))
        .where(
            IncidentLink.kind == kind,
            col(IncidentLink.target_id).in_(sorted(target_ids)),
            seen_by(actor),
        )
        .group_by(col(IncidentLink.target_id))
    )
    return {target: number for target, number in session.exec(query) if number}


def noticed_since(
    session: Session, actor: Actor, system_id: int, since: datetime, limit: int = 20
) -> Sequence[Incident]:
    """The incidents that touch a system and were noticed since then, those noticed last first; for the axis of a chart."""
    by = Narrowing(system_id=system_id, detected_from=since, unmerged=True)
    last_first = (col(Incident.detected_at).desc(), col(Incident.id).desc())
    query = select(Incident).where(*narrowed(actor, by)).order_by(*last_first)
    return session.exec(query.limit(limit)).all()
