"""Who answered for every system on a day; and every seat one person ever held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from registry.kernel.actor import Actor, Seat
from registry.ownership import rules
from registry.ownership.models import Assignment
from registry.ownership.queries import Held
from registry.people.models import Person, Team
from registry.portfolio.queries.findings import in_units
from registry.store.paging import Page, cut, holding
from registry.systems.models import System
from registry.systems.queries import visible_to


@dataclass(frozen=True, slots=True)
class DayAsked:
    """The day somebody asks about, and what the answer is narrowed to: units (None: all), words of the owner's name."""

    day: date
    unit_ids: frozenset[int] | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """One system as it was answered for when a day ended: by whom, and since when."""

    system: System
    owner: Person
    assignment: Assignment


def answered_on(
    session: Session,
    actor: Actor,
    asked: DayAsked,
    *,
    after: tuple[str, int] | None = None,
    limit: int | None = 50,
) -> Page[Answered]:
    """One page, by name, of the systems the register knew when that day ended, each with its owner then; None: all."""
    query = _answered(actor, asked, System, Person, Assignment)
    # As the register sorts names: capitals do not count.
    name, number = func.lower(col(System.name)), col(System.id)
    if after is not None:
        last = func.lower(sa.literal(after[0]))
        query = query.where(or_(name > last, (name == last) & (number > after[1])))
    query = query.order_by(name, number)
    rows = session.execute(query if limit is None else query.limit(limit + 1)).all()
    found = [Answered(*row) for row in rows]
    return cut(found, limit or len(found), lambda each: (each.system.name, each.system.id or 0))


def answered_count(session: Session, actor: Actor, asked: DayAsked) -> int:
    """How many systems that is."""
    count: int = session.execute(_answered(actor, asked, func.count())).scalar_one()
    return count


def seats_on(session: Session, systems: Sequence[int], day: date) -> dict[int, list[Held]]:
    """Who held the other seats of several systems when that day ended, in one statement."""
    if not systems:
        return {}
    query = (
        select(Assignment, Person, Team)
        .join(Person, col(Person.id) == col(Assignment.person_id), isouter=True)
        .join(Team, col(Team.id) == col(Assignment.team_id), isouter=True)
        .where(col(Assignment.system_id).in_(systems), col(Assignment.seat) != Seat.OWNER, *_held_on(day))
    )
    order = list(Seat)
    found: dict[int, list[Held]] = {}
    for row in session.execute(query.order_by(col(Assignment.id))):
        found.setdefault(row[0].system_id, []).append(Held(*row))
    return {
        number: sorted(held, key=lambda each: order.index(each.assignment.seat))
        for number, held in found.items()
    }


def ever_held(
    session: Session, actor: Actor, person_id: int, limit: int = 100
) -> list[tuple[System, Assignment]]:
    """Every period of every seat a person held, on the systems the actor may know of, newest first."""
    query = (
        select(System, Assignment)
        .join(Assignment, col(Assignment.system_id) == col(System.id))
        .where(Assignment.person_id == person_id, visible_to(actor))
        .order_by(col(Assignment.from_at).desc(), col(Assignment.id).desc())
    )
    return [(system, assignment) for system, assignment in session.exec(query.limit(limit))]


def _answered(actor: Actor, asked: DayAsked, *columns: Any) -> Any:
    query = (
        sa.select(*columns)
        .select_from(System)
        .join(Assignment, col(Assignment.system_id) == col(System.id))
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(col(Assignment.seat) == Seat.OWNER, *_held_on(asked.day), visible_to(actor))
        .where(*in_units(asked.unit_ids))
    )
    if asked.owner:
        pattern = holding(asked.owner)
        named = func.lower(col(Person.name)).like(pattern, escape="\\")
        query = query.where(or_(named, col(Person.email).like(pattern, escape="\\")))
    return query


def _held_on(day: date) -> tuple[Any, ...]:
    at = rules.end_of(day)
    return (col(Assignment.from_at) <= at, or_(col(Assignment.to_at).is_(None), col(Assignment.to_at) > at))
