"""Corrective actions by page, the earliest due first: those the reader may know of, narrowed."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import CorrectiveAction
from registry.incidents.queries.visibility import seen_by
from registry.incidents.rules.corrective import is_overdue
from registry.incidents.rules.kinds import ActionState, Pattern
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.people.models import Person
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import numbers_visible_to


class Which(StrEnum):
    """Which corrective actions a list shows."""

    UNFINISHED = "unfinished"
    OVERDUE = "overdue"
    TO_VERIFY = "to_verify"
    ALL = "all"

    @property
    def said(self) -> str:
        """The choice in words."""
        return _SAID[self]


_SAID = {
    Which.UNFINISHED: "Not finished",
    Which.OVERDUE: "Overdue",
    Which.TO_VERIFY: "Done, to be verified",
    Which.ALL: "All",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of corrective actions is narrowed to; `owner_id` is who has to do them."""

    which: Which = Which.UNFINISHED
    pattern: Pattern | None = None
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class ToDo:
    """A corrective action with its incident, system and owner."""

    action: CorrectiveAction
    incident: Incident
    system: System
    owner: Person

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed and it is not done."""
        return is_overdue(self.action.state, self.action.due_on, clock.today())


def actions_page(
    session: Session, actor: Actor, asked: Asked, *, after: tuple[date, int] | None = None, limit: int = 30
) -> Page[ToDo]:
    """One page of the corrective actions of incidents; `after` is the day and the number of the last one seen."""
    query: Any = (
        sa.select(CorrectiveAction, Incident, System, Person)
        .join(Incident, col(Incident.id) == col(CorrectiveAction.incident_id))
        .join(System, col(System.id) == col(CorrectiveAction.system_id))
        .join(Person, col(Person.id) == col(CorrectiveAction.owner_id))
        .where(*_clauses(actor, asked))
    )
    place = (col(CorrectiveAction.due_on), col(CorrectiveAction.id))
    if after is not None:
        query = query.where(sa.tuple_(*place) > after)
    found = [ToDo(*row) for row in session.execute(query.order_by(*place).limit(limit + 1))]
    return cut(found, limit, lambda each: (each.action.due_on.isoformat(), each.action.id))


def count(session: Session, actor: Actor, asked: Asked) -> int:
    """How many corrective actions that finds."""
    query = select(func.count()).select_from(CorrectiveAction)
    query = query.join(Incident, col(Incident.id) == col(CorrectiveAction.incident_id))
    return session.exec(query.where(*_clauses(actor, asked))).one()


def counts_by_pattern(session: Session, actor: Actor) -> dict[Pattern, tuple[int, int]]:
    """For each pattern how many are neither verified nor dropped, and how many of these are overdue; in one statement."""
    query = (
        sa.select(col(Incident.pattern), func.count(), func.count().filter(*_of_kind(Which.OVERDUE)))
        .join(CorrectiveAction, col(CorrectiveAction.incident_id) == col(Incident.id))
        .where(*_clauses(actor, Asked()))
        .group_by(col(Incident.pattern))
    )
    return {pattern: (unfinished, late) for pattern, unfinished, late in session.execute(query)}


def _clauses(actor: Actor, asked: Asked) -> list[Any]:
    clauses: list[Any] = [col(CorrectiveAction.system_id).in_(numbers_visible_to(actor)), seen_by(actor)]
    if asked.pattern is not None:
        clauses.append(col(Incident.pattern) == asked.pattern)
    if asked.owner_id is not None:
        clauses.append(col(CorrectiveAction.owner_id) == asked.owner_id)
    return [*clauses, *_of_kind(asked.which)]


def _of_kind(which: Which) -> list[Any]:
    state = col(CorrectiveAction.state)
    match which:
        case Which.UNFINISHED:
            return [state.in_((ActionState.OPEN, ActionState.DONE))]
        case Which.OVERDUE:
            return [state == ActionState.OPEN, col(CorrectiveAction.due_on) < clock.today()]
        case Which.TO_VERIFY:
            return [state == ActionState.DONE]
        case Which.ALL:
            return []
