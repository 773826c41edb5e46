"""Corrective actions of an incident, of a desk, and those nobody finished in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import CorrectiveAction
from registry.incidents.queries.visibility import seen_by
from registry.incidents.rules.corrective import ActionFacts, Deed
from registry.incidents.rules.kinds import ActionState
from registry.kernel import clock
from registry.kernel.actor import Actor, Seat, the_registry
from registry.kernel.errors import NotFound
from registry.people.models import Person
from registry.people.queries import people_by_id
from registry.store.columns import LARGEST_NUMBER
from registry.store.numbers import among
from registry.systems.models import System
from registry.systems.queries import numbers_visible_to, visible_to


class Why(StrEnum):
    """Why an action is on somebody's desk."""

    YOURS = "yours"
    VERIFY = "verify"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Measure:
    """A corrective action with its system and the people it names."""

    action: CorrectiveAction
    system: System
    owner: Person
    done_by: Person | None
    verified_by: Person | None


@dataclass(frozen=True, slots=True)
class OnDesk:
    """A corrective action that waits for somebody, with its system and incident (None: it is of none), and why."""

    action: CorrectiveAction
    system: System
    incident: Incident | None
    owner: Person
    why: Why


_DESK_LIMIT = 50


def actions_of(session: Session, incident_id: int) -> Sequence[Measure]:
    """The corrective actions of an incident in the order they were set; in one statement.

    The caller has seen that the actor may know of the incident.
    """
    doer, verifier = aliased(Person), aliased(Person)
    query: Any = (
        sa.select(CorrectiveAction, System, Person, doer, verifier)
        .join(System, col(System.id) == col(CorrectiveAction.system_id))
        .join(Person, col(Person.id) == col(CorrectiveAction.owner_id))
        .join(doer, col(doer.id) == col(CorrectiveAction.done_by_id), isouter=True)
        .join(verifier, col(verifier.id) == col(CorrectiveAction.verified_by_id), isouter=True)
        .where(col(CorrectiveAction.incident_id) == incident_id)
    )
    return [Measure(*row) for row in session.execute(query.order_by(col(CorrectiveAction.id)))]


def action_by_number(
    session: Session, actor: Actor, number: int, *, lock: bool = False
) -> tuple[CorrectiveAction, System, Incident | None]:
    """One action with its system and incident, held until the transaction ends where asked.

    Raises NotFound also where the actor may not know of it. Where the action is
    held, its incident is held before it: it is not closed or merged meanwhile, and everybody waits in the same order.
    """
    query: Any = _with_surroundings().where(
        col(CorrectiveAction.id) == min(number, LARGEST_NUMBER), _is_seen(actor)
    )
    of = _hold_incident(session, number) if lock else None
    if lock:
        query = query.with_for_update(of=CorrectiveAction).execution_options(populate_existing=True)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    action, system, incident, _ = found
    if lock and action.incident_id != of:
        # It was merged into another just now.
        return action_by_number(session, actor, number, lock=True)
    return action, system, incident


def _hold_incident(session: Session, number: int) -> int | None:
    """Hold the incident of an action, before the action itself; its number."""
    of = select(CorrectiveAction.incident_id).where(CorrectiveAction.id == min(number, LARGEST_NUMBER))
    found = session.exec(of).one_or_none()
    if found is not None:
        session.exec(select(Incident.id).where(Incident.id == found).with_for_update(key_share=True)).one()
    return found


def due_for(session: Session, actor: Actor) -> Sequence[OnDesk]:
    """What waits for the actor, the earliest due first, at most fifty; in one statement.

    What they have to do themselves; what others have done and they may verify, as lead of the incident, as who set it, or
    as the system's owner or deputy; and what they were told of because it is overdue.
    """
    theirs = or_(_is_mine(actor), _is_to_verify(actor), _was_told(actor))
    query: Any = _with_surroundings().where(theirs, _is_seen(actor))
    query = query.order_by(col(CorrectiveAction.due_on), col(CorrectiveAction.id)).limit(_DESK_LIMIT)
    return [
        OnDesk(action, system, incident, owner, _why(action, actor))
        for action, system, incident, owner in session.execute(query)
    ]


def overdue(session: Session) -> Sequence[tuple[CorrectiveAction, str | None]]:
    """Every action whose day has passed, which is not done and of which nobody above was told for that day; with its tier."""
    query = (
        select(CorrectiveAction, System.tier)
        .join(System, col(System.id) == col(CorrectiveAction.system_id))
        .where(
            col(CorrectiveAction.state) == ActionState.OPEN,
            col(CorrectiveAction.due_on) < clock.today(),
            col(CorrectiveAction.escalated_for).is_distinct_from(col(CorrectiveAction.due_on)),
            col(System.id).in_(_standing()),
        )
    )
    return [(action, tier) for action, tier in session.exec(query.order_by(col(CorrectiveAction.id)))]


def deed_of(action: CorrectiveAction) -> Deed:
    """Where the action stands, as the rules read it."""
    return Deed(action.state, action.owner_id, action.due_on, action.done_by_id, action.escalated_for)


def facts_of(action: CorrectiveAction) -> ActionFacts:
    """What the action states, as the rules read it."""
    return ActionFacts(action.title, action.detail, action.owner_id, action.due_on, action.system_id)


def measure_of(session: Session, action: CorrectiveAction) -> Measure:
    """One action with its system and the people it names. The caller has seen that the actor may know of it."""
    named = (action.owner_id, action.done_by_id, action.verified_by_id)
    known = people_by_id(session, {number for number in named if number})
    return Measure(
        action,
        session.get_one(System, action.system_id),
        known[action.owner_id],
        known.get(action.done_by_id or 0),
        known.get(action.verified_by_id or 0),
    )


def _with_surroundings() -> Any:
    query: Any = select(CorrectiveAction, System, Incident, Person)
    query = query.join(System, col(System.id) == col(CorrectiveAction.system_id))
    query = query.join(Incident, col(Incident.id) == col(CorrectiveAction.incident_id), isouter=True)
    return query.join(Person, col(Person.id) == col(CorrectiveAction.owner_id))


def _is_seen(actor: Actor) -> ColumnElement[bool]:
    of_none = col(CorrectiveAction.incident_id).is_(None)
    # Asked of the system of each action: the numbers of all that the actor may know of are ten thousand.
    own = select(System.id).where(col(System.id) == col(CorrectiveAction.system_id), visible_to(actor))
    return and_(own.correlate(CorrectiveAction).exists(), or_(of_none, seen_by(actor)))


def _is_mine(actor: Actor) -> ColumnElement[bool]:
    return and_(
        col(CorrectiveAction.owner_id) == actor.person_id,
        col(CorrectiveAction.state) == ActionState.OPEN,
    )


def _is_to_verify(actor: Actor) -> ColumnElement[bool]:
    me = actor.person_id
    answering = [number for number, seats in actor.seats.items() if seats & {Seat.OWNER, Seat.DEPUTY}]
    concerned = or_(
        col(Incident.lead_id) == me,
        col(CorrectiveAction.set_by_id) == me,
        among(col(CorrectiveAction.system_id), answering),
    )
    return and_(
        col(CorrectiveAction.state) == ActionState.DONE,
        col(CorrectiveAction.owner_id) != me,
        col(CorrectiveAction.done_by_id).is_distinct_from(me),
        concerned,
    )


def _was_told(actor: Actor) -> ColumnElement[bool]:
    return and_(
        col(CorrectiveAction.state) == ActionState.OPEN,
        col(CorrectiveAction.escalated_to_id) == actor.person_id,
        col(CorrectiveAction.escalated_for) == col(CorrectiveAction.due_on),
    )


def _why(action: CorrectiveAction, actor: Actor) -> Why:
    if action.state is ActionState.DONE:
        return Why.VERIFY
    return Why.YOURS if action.owner_id == actor.person_id else Why.TOLD


def _standing() -> Any:
    """The systems that were not withdrawn from the register."""
    return numbers_visible_to(the_registry("worker"))
