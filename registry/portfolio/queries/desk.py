"""What waits for a person and what came back to them; how many systems have what; in a fixed number of statements."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from registry.data_sources.models import DataUse
from registry.kernel import clock
from registry.kernel.actor import Actor, Seat
from registry.lifecycle.queries import standings
from registry.lifecycle.rules import Standing
from registry.objectives.models import Objective, SuccessMetric
from registry.ownership import queries as ownership
from registry.ownership.models import Assignment, Handover
from registry.ownership.rules import HandoverState
from registry.people.models import Person
from registry.people.queries import active_clause, people_by_id
from registry.portfolio.rules import Coverage
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.queries.remembering import remembered, remembered_for

_MOST_SYSTEMS = 50
_RETURNED_DAYS = 30


@dataclass(frozen=True, slots=True)
class Waiting:
    """One hand-over that waits for an answer, with what the recipient may know of it."""

    handover: Handover
    system: System
    offered_by: Person | None


@dataclass(frozen=True, slots=True)
class Owned:
    """One system the person answers for."""

    system: System
    to_be_confirmed: bool
    standing: Standing
    since: datetime


@dataclass(frozen=True, slots=True)
class Owning:
    """What a person answers for: the first systems by name, how many there are, and how many of all wait to be confirmed."""

    systems: list[Owned]
    in_all: int
    to_be_confirmed: int


def waiting_for(session: Session, person_id: int) -> list[Waiting]:
    """The hand-overs this person is asked to accept. They may know of the system for that reason alone."""
    offers = ownership.handovers_for(session, person_id, at=clock.now())
    people = people_by_id(session, {offer.offered_by_id for offer in offers if offer.offered_by_id})
    numbers = [offer.system_id for offer in offers]
    query = select(System).where(col(System.id).in_(numbers))
    systems = {system.id: system for system in session.exec(query)} if numbers else {}
    return [
        Waiting(offer, systems[offer.system_id], people.get(offer.offered_by_id or 0)) for offer in offers
    ]


@dataclass(frozen=True, slots=True)
class Returned:
    """An offer that came back: nobody took the system, and its owner is still the same."""

    handover: Handover
    system: System
    to: Person


def returned_to(session: Session, actor: Actor) -> list[Returned]:
    """The offers the actor made, or that were made of their systems, which were declined or ran out in the last thirty
    days, with nothing done about it since.
    """
    again: Any = aliased(Handover)
    owner: Any = aliased(Assignment)
    later = exists().where(again.system_id == Handover.system_id, col(again.id) > col(Handover.id))
    same_owner = exists().where(
        col(owner.system_id) == col(Handover.system_id),
        col(owner.seat) == Seat.OWNER,
        col(owner.to_at).is_(None),
        col(owner.person_id) == col(Handover.from_id),
    )
    mine = or_(col(Handover.offered_by_id) == actor.person_id, col(Handover.from_id) == actor.person_id)
    query = (
        select(Handover, System, Person)
        .join(System, col(System.id) == col(Handover.system_id))
        .join(Person, col(Person.id) == col(Handover.to_id))
        .where(
            col(Handover.state).in_([HandoverState.DECLINED, HandoverState.EXPIRED]),
            col(Handover.answered_at) > clock.later(days=-_RETURNED_DAYS),
            *(mine, ~later, same_owner, visible_to(actor)),
        )
        .order_by(col(Handover.answered_at).desc())
        .limit(_MOST_SYSTEMS)
    )
    return [Returned(*row) for row in session.exec(query)]


def owned_by(session: Session, actor: Actor) -> Owning:
    """The systems the person answers for, by name whatever its case, at most fifty; and how many there are in all."""
    return remembered_for(session, actor, "owned", None, lambda: _owned_by(session, actor))


def _owned_by(session: Session, actor: Actor) -> Owning:
    open_owner = (
        Assignment.person_id == actor.person_id,
        Assignment.seat == Seat.OWNER,
        col(Assignment.to_at).is_(None),
    )
    query = select(System, Assignment).join(Assignment, col(Assignment.system_id) == col(System.id))
    query = (
        query.where(*open_owner).order_by(func.lower(col(System.name)), col(System.id)).limit(_MOST_SYSTEMS)
    )
    rows = session.exec(query).all()
    systems = [system for system, _ in rows]
    held = ownership.held_on_many(session, [system.id or 0 for system in systems])
    found = standings(session, systems, held)
    owned = [
        Owned(
            system,
            assignment.to_be_confirmed or assignment.accepted_at is None,
            found[system.id or 0],
            assignment.from_at,
        )
        for system, assignment in rows
    ]
    unconfirmed = or_(col(Assignment.to_be_confirmed), col(Assignment.accepted_at).is_(None))
    counts = select(func.count(), func.count().filter(unconfirmed)).select_from(Assignment)
    return Owning(owned, *session.exec(counts.where(*open_owner)).one())


def coverage(session: Session, actor: Actor) -> list[Coverage]:
    """Of the systems the actor can see: how many have a confirmed owner, an objective, a metric, named data."""
    return remembered(session, actor, "coverage", None, lambda: _coverage(session, actor))


def _coverage(session: Session, actor: Actor) -> list[Coverage]:
    seen = visible_to(actor)
    owner = (
        (col(Assignment.system_id) == col(System.id))
        & (col(Assignment.seat) == Seat.OWNER)
        & col(Assignment.to_at).is_(None)
    )
    confirmed = exists().where(
        owner, col(Assignment.to_be_confirmed).is_(False), col(Assignment.accepted_at).is_not(None)
    )
    present = exists().where(owner, col(Assignment.person_id) == col(Person.id), active_clause(clock.today()))
    parts = {
        "Confirmed owner": confirmed,
        "Owner still here": present,
        "Objective": exists().where(col(Objective.system_id) == col(System.id), col(Objective.problem) != ""),
        "Success metric": exists().where(
            col(SuccessMetric.system_id) == col(System.id), col(SuccessMetric.retired_at).is_(None)
        ),
        "Named data": exists().where(col(DataUse.system_id) == col(System.id), col(DataUse.to_at).is_(None)),
    }
    counts = [func.count().filter(clause) for clause in parts.values()]
    total, *having = session.execute(select(func.count(), *counts).select_from(System).where(seen)).one()
    return [Coverage(label, count, total) for label, count in zip(parts, having, strict=True)]


def left_owners(session: Session, actor: Actor, limit: int = 20) -> list[tuple[System, Person]]:
    """Systems whose accountable owner is no longer here, longest gone first."""
    return remembered_for(session, actor, "left", limit, lambda: _left_owners(session, actor, limit))


def _left_owners(session: Session, actor: Actor, limit: int) -> list[tuple[System, Person]]:
    query = (
        select(System, Person)
        .join(Assignment, col(Assignment.system_id) == col(System.id))
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(
            Assignment.seat == Seat.OWNER,
            col(Assignment.to_at).is_(None),
            col(Person.active_to) < clock.today(),
            visible_to(actor),
        )
    )
    rows = session.exec(query.order_by(col(Person.active_to), col(System.id)).limit(limit)).all()
    return [(system, person) for system, person in rows]
