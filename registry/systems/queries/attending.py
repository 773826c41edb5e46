"""What somebody has to attend to on each system: open alerts and incidents, overdue actions, feedback, reviews, empty seats.

As sets of systems the register is narrowed to and counts by, and as what its columns show. Tables of features above this
one are named, not imported, as their foreign keys name `system`; their words are held to those of their owners by tests.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from registry.kernel import clock
from registry.kernel.actor import Actor, Seat
from registry.kernel.text import worded
from registry.ownership.models import Assignment
from registry.people.models import Membership, Person
from registry.people.queries import active_clause
from registry.systems.models import System
from registry.systems.queries.visibility import numbers_visible_to


def _table(name: str, *plain: str, **typed: Any) -> Any:
    columns = [sa.column(each, sa.String) if each in _TEXTS else sa.column(each) for each in plain]
    return sa.table(name, *columns, *(sa.column(each, kind) for each, kind in typed.items()))


_TEXTS: Final = {"state", "status", "category", "comment", "contact", "kind"}
ALERT = _table("alert", "system_id", "state")
INCIDENT = _table("incident", "id", "status")
TOUCHED = _table("incident_system", "incident_id", "system_id")
ACTION = _table("corrective_action", "system_id", "incident_id", "state", due_on=sa.Date())
FEEDBACK = _table(
    "feedback", "system_id", "state", "category", "comment", "contact", looks_like_spam=sa.Boolean()
)
REVIEW = _table("review", "id", "system_id", "state", "kind", due_on=sa.Date())

RESOLVED: Final = "resolved"
UNCLOSED: Final = ("open", "investigating", "mitigated", "resolved")
TO_DO: Final = "open"
NEW: Final = "new"
TAKEN_UP: Final = ("in_triage", "escalated")
COMPLAINTS: Final = ("harmful", "unfair", "wrong")
WITH_OWNER: Final = ("wanted", "returned")
WITH_REVIEWER: Final = "submitted"


def _hidden_incidents(actor: Actor) -> Any:
    """The incidents that touch a system hidden from the actor: of those they know nothing, on no system."""
    return sa.select(TOUCHED.c.incident_id).where(TOUCHED.c.system_id.not_in(numbers_visible_to(actor)))


def _alerts(_today: date, _actor: Actor) -> Any:
    return sa.select(ALERT.c.system_id).where(ALERT.c.state != RESOLVED)


def _incidents(_today: date, actor: Actor) -> Any:
    query = sa.select(TOUCHED.c.system_id).join(INCIDENT, INCIDENT.c.id == TOUCHED.c.incident_id)
    return query.where(INCIDENT.c.status.in_(UNCLOSED), INCIDENT.c.id.not_in(_hidden_incidents(actor)))


def _overdue_actions(today: date, actor: Actor) -> Any:
    of_seen = or_(ACTION.c.incident_id.is_(None), ACTION.c.incident_id.not_in(_hidden_incidents(actor)))
    return sa.select(ACTION.c.system_id).where(ACTION.c.state == TO_DO, ACTION.c.due_on < today, of_seen)


def _feedback(_today: date, _actor: Actor) -> Any:
    says = or_(FEEDBACK.c.comment != "", FEEDBACK.c.contact != "", FEEDBACK.c.category.in_(COMPLAINTS))
    new = and_(FEEDBACK.c.state == NEW, says, FEEDBACK.c.looks_like_spam.is_(False))
    return sa.select(FEEDBACK.c.system_id).where(or_(new, FEEDBACK.c.state.in_(TAKEN_UP)))


def _to_submit(_today: date, _actor: Actor) -> Any:
    return sa.select(REVIEW.c.system_id).where(REVIEW.c.state.in_(WITH_OWNER))


def _to_decide(_today: date, _actor: Actor) -> Any:
    return sa.select(REVIEW.c.system_id).where(REVIEW.c.state == WITH_REVIEWER)


def _filled(today: date) -> Any:
    """The seats somebody who is here sits in, or a team of which somebody is."""
    here = select(Person.id).where(active_clause(today))
    teams = select(Membership.team_id).join(Person, col(Person.id) == col(Membership.person_id))
    held = or_(
        col(Assignment.person_id).in_(here), col(Assignment.team_id).in_(teams.where(active_clause(today)))
    )
    return held & col(Assignment.to_at).is_(None)


def _with_empty_seats(today: date, _actor: Actor) -> Any:
    full = (
        sa.select(col(Assignment.system_id))
        .where(_filled(today))
        .group_by(col(Assignment.system_id))
        .having(sa.func.count(sa.distinct(col(Assignment.seat))) == len(Seat))
    )
    return sa.select(col(System.id)).where(col(System.id).not_in(full))


ATTEND: Final[Mapping[str, tuple[str, Callable[[date, Actor], Any]]]] = {
    "alert": ("an open alert", _alerts),
    "incident": ("an open incident", _incidents),
    "action": ("an overdue action", _overdue_actions),
    "feedback": ("feedback to answer", _feedback),
    "to_submit": ("a review to submit", _to_submit),
    "to_decide": ("a review to decide", _to_decide),
    "seat": ("an empty seat", _with_empty_seats),
}
"""What a system may have that somebody attends to: its words, and the numbers of the systems that have it, once for each thing."""

_COUNTED: Final = {
    "alerts": _alerts,
    "incidents": _incidents,
    "actions": _overdue_actions,
    "feedback": _feedback,
}
COLUMNS_ATTENDED: Final = (*_COUNTED, "review", "seats")
"""The columns of the register that show these."""

Attended = Mapping[str, Mapping[int, int | str]]


def attended(
    session: Session, actor: Actor, columns: Collection[str], numbers: Any, on: date | None = None
) -> Attended:
    """For each of these columns what the systems have in it, by number; a statement for each column. Those with nothing are left out.

    `numbers` are the systems asked about, or a statement that finds them. Raises KeyError for no column of these.
    """
    today = on or clock.today()
    found: dict[str, Mapping[int, int | str]] = {}
    for name in columns:
        if name == "review":
            found[name] = _reviews(session, numbers)
        elif name == "seats":
            found[name] = _empty_seats(session, numbers, today)
        else:
            things = _COUNTED[name](today, actor).subquery()
            query = sa.select(things.c.system_id, sa.func.count()).where(things.c.system_id.in_(numbers))
            rows = session.execute(query.group_by(things.c.system_id)).all()
            found[name] = {row[0]: row[1] for row in rows}
    return found


def _reviews(session: Session, numbers: Any) -> dict[int, str]:
    """Where the newest review of each system stands, in words."""
    newest = sa.select(sa.func.max(REVIEW.c.id)).where(REVIEW.c.system_id.in_(numbers))
    query = sa.select(REVIEW.c.system_id, REVIEW.c.kind, REVIEW.c.state)
    rows = session.execute(query.where(REVIEW.c.id.in_(newest.group_by(REVIEW.c.system_id))))
    return {number: f"{kind}: {worded(state)}" for number, kind, state in rows}


def _empty_seats(session: Session, numbers: Any, today: date) -> dict[int, str]:
    """The seats of each system that nobody who is here sits in, in words."""
    query = sa.select(col(System.id), col(Assignment.seat)).select_from(System)
    query = query.outerjoin(Assignment, (col(Assignment.system_id) == col(System.id)) & _filled(today))
    held: dict[int, set[Any]] = {}
    for number, seat in session.execute(query.where(col(System.id).in_(numbers))):
        held.setdefault(number, set()).add(seat)
    empty = {number: [seat for seat in Seat if seat not in seats] for number, seats in held.items()}
    return {
        number: ", ".join(worded(seat.value) for seat in seats) for number, seats in empty.items() if seats
    }
