"""When owners last spoke for their systems, what each of them said, and who was told that they did not."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from registry.ownership import rules
from registry.ownership.models import Assignment, Confirmation, ConfirmationNotice
from registry.ownership.rules import Step


def last_word_at(assignment: Any = Assignment) -> ColumnElement[datetime]:
    """When the holder of an assignment last said that the system is theirs, as a column; NULL if they never did."""
    confirmed = select(func.max(Confirmation.at)).where(col(Confirmation.assignment_id) == assignment.id)
    return func.coalesce(confirmed.correlate(assignment).scalar_subquery(), assignment.accepted_at)


def last_word_of(session: Session, owner: Assignment) -> datetime | None:
    """When this owner last said that the system is theirs; None if they never did."""
    query = select(Confirmation.at).where(Confirmation.assignment_id == owner.id)
    return rules.last_word(owner.accepted_at, session.exec(query).all())


def confirmations_of(session: Session, system_id: int) -> Sequence[Confirmation]:
    """Every time an owner of this system confirmed it, newest first."""
    query = select(Confirmation).where(Confirmation.system_id == system_id)
    return session.exec(query.order_by(col(Confirmation.at).desc(), col(Confirmation.id).desc())).all()


def notices_of(session: Session, system_id: int) -> Sequence[ConfirmationNotice]:
    """Everybody who was told of a confirmation of this system that was due, newest first."""
    query = select(ConfirmationNotice).where(ConfirmationNotice.system_id == system_id)
    return session.exec(query.order_by(col(ConfirmationNotice.id).desc())).all()


def steps_noted(session: Session, assignment_ids: Collection[int]) -> dict[int, set[tuple[date, Step]]]:
    """The steps already taken for each of several assignments, as (due day, step), in one statement."""
    if not assignment_ids:
        return {}
    wanted = col(ConfirmationNotice.assignment_id).in_(sorted(assignment_ids))
    found: dict[int, set[tuple[date, Step]]] = {}
    for notice in session.exec(select(ConfirmationNotice).where(wanted)):
        found.setdefault(notice.assignment_id, set()).add((notice.due_on, notice.step))
    return found
