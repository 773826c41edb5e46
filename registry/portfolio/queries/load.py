"""How much each person carries: systems answered for, other seats, offers that wait, confirmations that are late."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Subquery, or_, tuple_
from sqlmodel import Session, col, func

from registry.kernel import clock
from registry.kernel.actor import Actor, Seat
from registry.ownership.models import Assignment, Handover
from registry.ownership.rules import HandoverState
from registry.people.models import Person
from registry.portfolio.queries.confirming import overdue, rule_in_force
from registry.portfolio.queries.findings import in_units
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import visible_to


class LoadOrder(StrEnum):
    """By what the list of people is sorted, the most first; by name, the first letter first."""

    OWNED = "owned"
    SEATS = "seats"
    OFFERS = "offers"
    OVERDUE = "overdue"
    NAME = "name"


_COUNTED = tuple(order.value for order in LoadOrder if order is not LoadOrder.NAME)


@dataclass(frozen=True, slots=True)
class Load:
    """What one person carries, on the systems the reader may know of."""

    person: Person
    owned: int
    seats: int
    offers: int
    overdue: int


def load_page(
    session: Session,
    actor: Actor,
    unit_ids: frozenset[int] | None,
    order: LoadOrder,
    *,
    after: tuple[int, str, int] | None = None,
    limit: int = 50,
) -> Page[Load]:
    """One page of everybody who carries something; `after` is the count, name and number of the last one seen."""
    found = _loads(session, actor, unit_ids)
    name, number = col(Person.name), col(Person.id)
    count = sa.literal(0) if order is LoadOrder.NAME else -found.c[order.value]
    query = _told(found).order_by(count, name, number).limit(limit + 1)
    if after is not None:
        query = query.where(tuple_(count, name, number) > tuple_(*(sa.literal(each) for each in after)))

    def place(load: Load) -> tuple[int, str, int]:
        counted = 0 if order is LoadOrder.NAME else -getattr(load, order.value)
        return counted, load.person.name, load.person.id or 0

    return cut([Load(*row) for row in session.execute(query)], limit, place)


def load_of(session: Session, actor: Actor, person: Person) -> Load:
    """What one person carries; nothing where they hold no seat and no offer waits for them."""
    query = _told(_loads(session, actor, None)).where(Person.id == person.id)
    row = session.execute(query).one_or_none()
    return Load(*row) if row else Load(person, 0, 0, 0, 0)


def _told(found: Subquery) -> Any:
    return sa.select(Person, *(found.c[name] for name in _COUNTED)).join(
        found, found.c.person_id == col(Person.id)
    )


def _loads(session: Session, actor: Actor, unit_ids: frozenset[int] | None) -> Subquery:
    """The four counts per person: seats and offers told apart, then added up."""
    seen = (visible_to(actor), *in_units(unit_ids))
    owner = col(Assignment.seat) == Seat.OWNER
    stays = or_(col(Person.active_to).is_(None), col(Person.active_to) >= clock.today())
    held = (
        sa.select(
            col(Assignment.person_id).label("person_id"),
            *_counts(owned=owner, seats=~owner, overdue=owner & stays & overdue(rule_in_force(session))),
        )
        .join(System, col(System.id) == col(Assignment.system_id))
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(col(Assignment.to_at).is_(None), *seen)
    )
    offered = (
        sa.select(col(Handover.to_id).label("person_id"), *_counts(offers=sa.true()))
        .join(System, col(System.id) == col(Handover.system_id))
        .where(col(Handover.state) == HandoverState.OFFERED, col(Handover.expires_at) > clock.now(), *seen)
    )
    both = sa.union_all(held, offered).subquery("part")
    sums = [func.sum(both.c[name]).label(name) for name in _COUNTED]
    return sa.select(both.c.person_id, *sums).group_by(both.c.person_id).subquery("load")


def _counts(**clauses: ColumnElement[bool]) -> list[Any]:
    """A column of ones and zeros per count, in their order; what is not named counts nothing."""
    return [sa.case((clauses.get(name, sa.false()), 1), else_=0).label(name) for name in _COUNTED]
