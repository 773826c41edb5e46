"""Incidents by page, of one system or of all the reader may know of; how many there are; who else is told of one."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import eq, ge, lt
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, not_, or_, true, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from registry.incidents.models.incidents import Incident, IncidentSystem, Involved
from registry.incidents.queries.visibility import seen_by
from registry.incidents.rules.joining import One
from registry.incidents.rules.kinds import UNRESOLVED, Kind, Pattern, Severity, Status
from registry.incidents.rules.record import IncidentFacts
from registry.incidents.rules.times import TIMED
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, may
from registry.kernel.errors import Problem, RuleBroken
from registry.people.models import Person
from registry.store.columns import LARGEST_NUMBER
from registry.store.numbers import among
from registry.store.orders import Order, rows_in
from registry.store.paging import Page, cut, holding, parts_of
from registry.systems.models import System
from registry.systems.rules.record import Stage


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a list of incidents is narrowed to. `system_id`: it touches that system; `unit_ids`: it touches one of theirs;
    with `exactly` it was found at that system, or at one of those units' systems.

    `detected_from` and `detected_to` are instants, the first included and the second not. `mine`: the reader leads it,
    is involved, or holds a seat on a system it touches. `told`: they are told of it and do not lead it. `unled`: nobody leads it. `to_close`: somebody else resolved it and the reader may close it.
    `unmerged`: without those that another one stands for. `missing_control` "" means that nobody has said which control
    was missing, `tier` "" that the system it was found at is not classified; `stage` and `vendor` ("" stated by nobody) are
    of that system too. `timed`: only kinds that have times.
    """

    system_id: int | None = None
    status: Status | None = None
    unclosed: bool = False
    unresolved: bool = False
    severity_from: int | None = None
    pattern: Pattern | None = None
    kind: Kind | None = None
    lead_id: int | None = None
    unled: bool = False
    unit_ids: Collection[int] | None = None
    detected_from: datetime | None = None
    detected_to: datetime | None = None
    words: str = ""
    mine: bool = False
    told: bool = False
    to_close: bool | None = None
    unmerged: bool = False
    tier: str | None = None
    stage: Stage | None = None
    vendor: str | None = None
    timed: bool = False
    exactly: bool = False
    missing_control: str | None = None


EVERYTHING = Narrowing()
# When an incident was noticed, and its number: its place in a list.
Noticed = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One incident of a list: the system it was found at, who leads it, and how many further systems it touches."""

    incident: Incident
    system: System
    lead: Person | None
    others: int


def narrowed(actor: Actor, by: Narrowing) -> list[ColumnElement[bool]]:
    """The clauses on Incident for what the reader may know of and asked for. Every list and every number uses them."""
    clauses = [seen_by(actor), *_by_columns(by)]
    if by.system_id is not None:
        clauses.append(_at([by.system_id], exactly=by.exactly))
    if by.unit_ids is not None:
        theirs = select(System.id).where(col(System.unit_id).in_(sorted(by.unit_ids)))
        clauses.append(_at(theirs, exactly=by.exactly))
    found_at = _of_system(by)
    if found_at:
        clauses.append(col(Incident.system_id).in_(select(System.id).where(*found_at)))
    if by.mine:
        clauses.append(_is_mine(actor))
    if by.told:
        clauses.append(and_(is_told(actor), col(Incident.lead_id).is_distinct_from(actor.person_id)))
    if by.to_close is not None:
        theirs_to_close = is_theirs_to_close(actor)
        clauses.append(theirs_to_close if by.to_close else not_(theirs_to_close))
    return clauses


def _of_system(by: Narrowing) -> list[ColumnElement[bool]]:
    """The clauses on the system an incident was found at."""
    told: list[ColumnElement[bool]] = []
    if by.tier is not None:
        told.append(col(System.tier).is_(None) if by.tier == "" else col(System.tier) == by.tier)
    if by.stage is not None:
        told.append(col(System.stage) == by.stage)
    if by.vendor is not None:
        told.append(col(System.vendor_name) == by.vendor)
    return told


def _by_columns(by: Narrowing) -> list[ColumnElement[bool]]:
    status = col(Incident.status)
    told: list[ColumnElement[bool]] = []
    if by.unclosed:
        # In the words of the index on what is not over.
        told.append(status.not_in((Status.CLOSED, Status.MERGED)))
    if by.unresolved:
        told.append(status.in_([each for each in Status if each in UNRESOLVED]))
    if by.timed and by.kind is None:
        told.append(col(Incident.kind).in_(TIMED))
    if by.unled:
        told.append(col(Incident.lead_id).is_(None))
    if by.unmerged:
        told.append(status != Status.MERGED)
    if by.words:
        told.append(func.lower(col(Incident.title)).like(holding(by.words), escape="\\"))
    asked: list[tuple[Any, Any, Callable[[Any, Any], Any]]] = [
        (status, by.status, eq),
        (Incident.severity, by.severity_from, ge),
        (Incident.pattern, by.pattern, eq),
        (Incident.kind, by.kind, eq),
        (Incident.lead_id, by.lead_id, eq),
        (Incident.detected_at, by.detected_from, ge),
        (Incident.detected_at, by.detected_to, lt),
        (Incident.missing_control, by.missing_control, eq),
    ]
    return [*told, *(holds(column, value) for column, value, holds in asked if value is not None)]


def _at(systems: Any, *, exactly: bool) -> ColumnElement[bool]:
    found = col(Incident.system_id).in_(systems)
    return found if exactly else _touches(col(IncidentSystem.system_id).in_(systems))


def _touches(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(col(IncidentSystem.incident_id) == col(Incident.id), which)


def _is_mine(actor: Actor) -> ColumnElement[bool]:
    seated = _touches(among(col(IncidentSystem.system_id), actor.seats))
    return or_(col(Incident.lead_id) == actor.person_id, is_told(actor), seated)


def is_told(actor: Actor) -> ColumnElement[bool]:
    """Whether somebody has said that the actor is to be told of it."""
    return exists().where(
        col(Involved.incident_id) == col(Incident.id), col(Involved.person_id) == actor.person_id
    )


def is_theirs_to_close(actor: Actor) -> ColumnElement[bool]:
    """Whether it is resolved, by a person other than the actor, who may close what they can see there."""
    if may(actor, Permission.INCIDENT_CLOSE):
        allowed: ColumnElement[bool] = true()
    else:
        there = [number for number in actor.seats if may(actor, Permission.INCIDENT_CLOSE, number)]
        allowed = _touches(among(col(IncidentSystem.system_id), there))
    # Where nobody is named, as in an import, there is nobody that another could be told from.
    by_another = and_(
        col(Incident.resolved_by_id).is_not(None), col(Incident.resolved_by_id) != actor.person_id
    )
    return and_(col(Incident.status) == Status.RESOLVED, by_another, allowed)


def incidents_page(
    session: Session,
    actor: Actor,
    by: Narrowing = EVERYTHING,
    *,
    before: Noticed | None = None,
    order: Order | None = None,
    limit: int = 30,
) -> Page[Line]:
    """One page of incidents, those noticed last first; `before` is the place of the last one seen. With `order` in that one."""
    further = aliased(IncidentSystem)
    others: Any = (
        select(func.count())
        .select_from(further)
        .where(
            col(further.incident_id) == col(Incident.id), col(further.system_id) != col(Incident.system_id)
        )
        .correlate(Incident)
        .scalar_subquery()
    )
    query: Any = select(Incident, System, Person, others)
    query = query.join(System, col(System.id) == col(Incident.system_id))
    query = query.join(Person, col(Person.id) == col(Incident.lead_id), isouter=True)
    query = query.where(*narrowed(actor, by))
    if order is not None:
        return rows_in(session, query, Incident.id, order, limit, lambda row: Line(*row))
    place = (col(Incident.detected_at), col(Incident.id))
    if before is not None:
        query = query.where(tuple_(*place) < before)
    query = query.order_by(*(each.desc() for each in place)).limit(limit + 1)
    found = [Line(*row) for row in session.execute(query)]
    return cut(found, limit, lambda line: (clock.written(line.incident.detected_at), line.incident.id))


def place_noticed(cursor: str | None) -> Noticed | None:
    """The place in a list of incidents that a cursor names. Raises RuleBroken for any text that is none."""
    parts = parts_of(cursor, (str, int))
    if parts is None:
        return None
    try:
        at = datetime.fromisoformat(parts[0]).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RuleBroken([Problem("cursor", "This cursor was not issued here.")]) from error
    return at, min(parts[1], LARGEST_NUMBER)


def count(session: Session, actor: Actor, by: Narrowing = EVERYTHING) -> int:
    """How many incidents that finds."""
    return session.exec(select(func.count()).select_from(Incident).where(*narrowed(actor, by))).one()


def of_system(session: Session, actor: Actor, system_id: int, limit: int = 30) -> Sequence[Line]:
    """The newest incidents that touch a system and that the actor may know of."""
    return incidents_page(session, actor, Narrowing(system_id=system_id), limit=limit).items


def facts_of(incident: Incident) -> IncidentFacts:
    """What the incident states, as the rules read it."""
    return IncidentFacts(
        title=incident.title,
        summary=incident.summary,
        kind=incident.kind,
        severity=Severity(incident.severity),
        pattern=incident.pattern,
        harms=tuple(incident.harms),
        affected_count=incident.affected_count,
        affected_people=incident.affected_people,
        detected_by=incident.detected_by,
        started_at=incident.started_at,
        detected_at=incident.detected_at,
        lead_id=incident.lead_id,
    )


def one_of(incident: Incident) -> One:
    """The incident as far as joining it to another one goes."""
    return One(
        incident.id or 0,
        incident.status,
        incident.detected_at,
        incident.started_at,
        incident.recurrence_of_id,
        incident.acknowledged_at,
        incident.mitigated_at,
        incident.resolved_at,
    )


def involved_rows(session: Session, incident_id: int) -> Sequence[Involved]:
    """Who is involved, since when and by whom, in that order."""
    query = select(Involved).where(Involved.incident_id == incident_id)
    return session.exec(query.order_by(col(Involved.id))).all()


def involvement(session: Session, incident_id: int, person_id: int) -> Involved | None:
    """Since when and by whom this person is told of it; None where they are not."""
    query = select(Involved).where(Involved.incident_id == incident_id, Involved.person_id == person_id)
    return session.exec(query).one_or_none()


def touching(session: Session, incident_id: int, system_id: int) -> IncidentSystem | None:
    """That the incident touches this system; None where it does not."""
    query = select(IncidentSystem).where(
        IncidentSystem.incident_id == incident_id, IncidentSystem.system_id == system_id
    )
    return session.exec(query).one_or_none()


def involved_in(session: Session, incident_id: int) -> Sequence[Person]:
    """Who is told of an incident beside its lead, by name."""
    query = (
        select(Person)
        .join(Involved, col(Involved.person_id) == col(Person.id))
        .where(Involved.incident_id == incident_id)
    )
    return session.exec(query.order_by(col(Person.name), col(Person.id))).all()
