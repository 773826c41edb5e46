"""Feedback by page, of one system or of all that are somebody's to answer; what waits for them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlmodel import Session, col, func, select

from registry.feedback.models import Feedback, Reply, Theme
from registry.feedback.rules.feedback import Category
from registry.feedback.rules.surges import COMPLAINTS
from registry.feedback.rules.triage import WAITING, State
from registry.kernel.actor import GRANTS, Actor, Permission, Seat
from registry.kernel.errors import NotFound
from registry.people.models import Person
from registry.store.columns import LARGEST_NUMBER
from registry.store.numbers import among
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import visible_to


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a list of feedback is narrowed to. `waits`: somebody has to do something about it; spam is left out unless asked for."""

    state: State | None = None
    waits: bool = False
    category: Category | None = None
    theme_id: int | None = None
    spam: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of feedback with the name of its theme, and with its system in a list across several."""

    feedback: Feedback
    theme: str | None
    system: System | None = None


def _narrowed(by: Narrowing) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if by.spam:
        clauses.append(or_(col(Feedback.state) == State.SPAM, col(Feedback.looks_like_spam).is_(True)))
    elif by.state is None:
        clauses.append(col(Feedback.state) != State.SPAM)
    if by.state is not None:
        clauses.append(col(Feedback.state) == by.state)
    if by.waits:
        clauses.append(_waits())
    if by.category is not None:
        clauses.append(col(Feedback.category) == by.category)
    if by.theme_id is not None:
        merged = select(Theme.id).where(
            or_(col(Theme.id) == by.theme_id, col(Theme.merged_into_id) == by.theme_id)
        )
        clauses.append(col(Feedback.theme_id).in_(merged))
    return clauses


def _waits() -> ColumnElement[bool]:
    """What somebody has to do something about: a bare rating or outcome is counted, and there is nobody to answer."""
    says_something = or_(
        col(Feedback.comment) != "", col(Feedback.contact) != "", col(Feedback.category).in_(COMPLAINTS)
    )
    new = and_(col(Feedback.state) == State.NEW, says_something, col(Feedback.looks_like_spam).is_(False))
    taken_up = col(Feedback.state).in_([each for each in WAITING if each is not State.NEW])
    return or_(new, taken_up)


def feedback_page(
    session: Session, system_id: int, by: Narrowing, *, before: int | None = None, limit: int = 30
) -> Page[Line]:
    """One page of a system's feedback, newest first; `before` is the number of the last one seen."""
    query = select(Feedback, _theme_name()).where(Feedback.system_id == system_id)
    rows = session.exec(_listed(query, by, before, limit)).all()
    return cut([Line(feedback, theme) for feedback, theme in rows], limit, _place)


def inbox_page(
    session: Session, actor: Actor, by: Narrowing, *, before: int | None = None, limit: int = 30
) -> Page[Line]:
    """One page of the feedback on every system the actor may answer for, newest first."""
    query = select(Feedback, _theme_name(), System).join(System, col(System.id) == col(Feedback.system_id))
    query = query.where(_answers_for(actor), visible_to(actor))
    rows = session.exec(_listed(query, by, before, limit)).all()
    return cut([Line(*row) for row in rows], limit, _place)


def _theme_name() -> Any:
    """The name of the theme, or of the one that took its place."""
    theme: Any = select(Theme.id, func.coalesce(Theme.merged_into_id, Theme.id).label("place")).subquery()
    named = select(Theme.name).join(theme, theme.c.place == Theme.id)
    return named.where(theme.c.id == Feedback.theme_id).correlate(Feedback).scalar_subquery()


def _listed(query: Any, by: Narrowing, before: int | None, limit: int) -> Any:
    if before is not None:
        query = query.where(col(Feedback.id) < before)
    return query.where(*_narrowed(by)).order_by(col(Feedback.id).desc()).limit(limit + 1)


def _place(line: Line) -> tuple[int | None]:
    return (line.feedback.id,)


def _answers_for(actor: Actor) -> ColumnElement[bool]:
    grant = GRANTS[Permission.FEEDBACK_ANSWER]
    if actor.roles & grant.roles:
        return true()
    return _held(actor, grant.seats)


def _held(actor: Actor, seats: Collection[Seat]) -> ColumnElement[bool]:
    numbers = _numbers(actor, seats)
    return among(col(System.id), numbers) if numbers else false()


def _numbers(actor: Actor, seats: Collection[Seat]) -> list[int]:
    return sorted(number for number, held in actor.seats.items() if held & set(seats))


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person's answer: how much, on how many systems, since when; the system where it is one."""

    count: int
    systems: int
    since: datetime
    system: System | None


# Whoever sits in another seat may answer too, but is not chased for it.
_CHASED = (Seat.OWNER, Seat.DEPUTY)


def waiting_for(session: Session, actor: Actor) -> Waiting | None:
    """The feedback that waits on systems the actor owns or stands in for, in at most one statement; None when there is none."""
    if not _numbers(actor, _CHASED):
        return None
    query = (
        select(System, func.count(), func.min(Feedback.received_at))
        .join(Feedback, col(Feedback.system_id) == col(System.id))
        .where(_held(actor, _CHASED), visible_to(actor), _waits())
        .group_by(col(System.id))
    )
    rows = session.exec(query).all()
    if not rows:
        return None
    only = rows[0][0] if len(rows) == 1 else None
    return Waiting(sum(row[1] for row in rows), len(rows), min(row[2] for row in rows), only)


def feedback_by_id(session: Session, system_id: int, number: int, *, lock: bool = False) -> Feedback:
    """One piece of feedback on that system; with `lock`, held until the transaction ends. Raises NotFound."""
    query = select(Feedback).where(
        Feedback.id == min(number, LARGEST_NUMBER), Feedback.system_id == system_id
    )
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def replies_to(session: Session, feedback_id: int) -> Sequence[tuple[Reply, Person | None]]:
    """The answers to a piece of feedback with who wrote them, oldest first."""
    query = (
        select(Reply, Person)
        .join(Person, col(Person.id) == col(Reply.by_id), isouter=True)
        .where(Reply.feedback_id == feedback_id)
    )
    return [(reply, person) for reply, person in session.exec(query.order_by(col(Reply.id)))]


def keys_known(session: Session, system_id: int, keys: Collection[str]) -> dict[str, int]:
    """Which of these keys of a client came in already, each with the number of its feedback; in one statement."""
    if not keys:
        return {}
    query = select(Feedback.client_key, Feedback.id).where(
        Feedback.system_id == system_id, col(Feedback.client_key).in_(sorted(keys))
    )
    return {key or "": number or 0 for key, number in session.exec(query)}
