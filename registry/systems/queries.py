"""By key; the one visible_to clause; search, filter and page the register."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true
from sqlmodel import Session, col, func, select

from registry.kernel.actor import Actor, Seat
from registry.kernel.errors import NotFound
from registry.kernel.text import SYSTEM_PREFIX, number_of
from registry.ownership.models import Assignment
from registry.store.paging import Page, cut, holding
from registry.systems.models import System, Withdrawal
from registry.systems.rules.record import Link, Stage, SystemFacts, Visibility

_WITHDRAWN = "This system was withdrawn when an import was undone. Its history is in the audit log."


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The systems the actor may know of. Every list, count and look-up of systems goes through this clause.

    A restricted system is visible to those who hold a seat on it, to the heads of its unit and of the
    units above, and to reviewers, auditors and administrators (product.md section 2). A token issued for
    one system sees only that one. A withdrawn system is visible to nobody: only its history can be read.
    """
    return _stands() & _known_to(actor)


def _stands() -> ColumnElement[bool]:
    return col(System.id).not_in(select(Withdrawal.system_id))


def _known_to(actor: Actor) -> ColumnElement[bool]:
    if actor.token is not None and actor.token.system_id is not None:
        only = col(System.id) == actor.token.system_id
        return only & _open_or_ours(actor)
    return _open_or_ours(actor)


def _open_or_ours(actor: Actor) -> ColumnElement[bool]:
    if actor.sees_everything:
        return true()
    seated = col(System.id).in_(sorted(actor.seats)) if actor.seats else false()
    headed = col(System.unit_id).in_(sorted(actor.headed_units)) if actor.headed_units else false()
    return or_(col(System.visibility) == Visibility.COMPANY, seated, headed)


def by_key(session: Session, actor: Actor, key: str, *, lock: bool = False) -> System:
    """The system of this public id. Raises NotFound when there is none the actor may know of; both look the same."""
    number = number_of(SYSTEM_PREFIX, key)
    query = select(System).where(System.id == number, visible_to(actor))
    found = session.exec(query.with_for_update() if lock else query).one_or_none() if number else None
    if found is None:
        raise NotFound(_WITHDRAWN) if number and _is_withdrawn(session, actor, number) else NotFound()
    return found


def _is_withdrawn(session: Session, actor: Actor, number: int) -> bool:
    """Whether that is why it is not found; told only to those who may read every history."""
    query = select(Withdrawal.id).where(Withdrawal.system_id == number)
    return actor.sees_everything and session.exec(query).first() is not None


def by_number(session: Session, number: int) -> System:
    """The system of this number, whoever asks; for work that the actor's own check precedes. Raises NotFound."""
    found = session.get(System, number)
    if found is None:
        raise NotFound
    return found


def facts_of(system: System) -> SystemFacts:
    """What the record states, as the rules read it."""
    values: dict[str, Any] = {each.name: getattr(system, each.name) for each in fields(SystemFacts)}
    values["links"] = tuple(Link(link["label"], link["url"]) for link in system.links)
    return SystemFacts(**values)


@dataclass(frozen=True, slots=True)
class Search:
    """What the register is narrowed to. Empty fields do not narrow."""

    words: str = ""
    stage: Stage | None = None
    unit_ids: frozenset[int] = frozenset()
    owner_id: int | None = None
    unconfirmed: bool = False


def _narrowed(actor: Actor, search: Search) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [visible_to(actor)]
    if search.words:
        number = number_of(SYSTEM_PREFIX, search.words)
        pattern = holding(search.words)
        clauses.append(
            or_(
                func.lower(col(System.name)).like(pattern, escape="\\"),
                func.lower(col(System.summary)).like(pattern, escape="\\"),
                col(System.id) == number if number else false(),
            )
        )
    if search.stage is not None:
        clauses.append(col(System.stage) == search.stage)
    if search.unit_ids:
        clauses.append(col(System.unit_id).in_(sorted(search.unit_ids)))
    if search.owner_id is not None or search.unconfirmed:
        clauses.append(col(System.id).in_(_owned(search)))
    return clauses


def _owned(search: Search) -> Any:
    query = select(Assignment.system_id).where(Assignment.seat == Seat.OWNER, col(Assignment.to_at).is_(None))
    if search.owner_id is not None:
        query = query.where(Assignment.person_id == search.owner_id)
    if search.unconfirmed:
        query = query.where(col(Assignment.to_be_confirmed).is_(True))
    return query


def page(
    session: Session, actor: Actor, search: Search, *, after: tuple[str, int] | None = None, limit: int = 50
) -> Page[System]:
    """One page of the register by name; `after` is the name and number of the last system seen."""
    query = select(System).where(*_narrowed(actor, search))
    if after is not None:
        name, number = after
        query = query.where(
            or_(col(System.name) > name, (col(System.name) == name) & (col(System.id) > number))
        )
    found = session.exec(query.order_by(System.name, col(System.id)).limit(limit + 1)).all()
    return cut(found, limit, lambda system: (system.name, system.id))


def count(session: Session, actor: Actor, search: Search | None = None) -> int:
    """How many systems the actor can see in that search."""
    clauses = _narrowed(actor, search or Search())
    return session.exec(select(func.count()).select_from(System).where(*clauses)).one()


def held_by(session: Session, actor: Actor, person_id: int) -> Sequence[tuple[System, Seat, bool]]:
    """The systems on which a person holds a seat now, as (system, seat, to be confirmed), by name."""
    query = (
        select(System, Assignment.seat, Assignment.to_be_confirmed)
        .join(Assignment, col(Assignment.system_id) == col(System.id))
        .where(Assignment.person_id == person_id, col(Assignment.to_at).is_(None), visible_to(actor))
    )
    rows = session.exec(query.order_by(System.name, col(System.id)))
    return [(system, Seat(seat), unconfirmed) for system, seat, unconfirmed in rows]


def by_numbers(session: Session, actor: Actor, numbers: set[int]) -> dict[int, System]:
    """Several systems by number, those the actor may see, in one statement."""
    if not numbers:
        return {}
    query = select(System).where(col(System.id).in_(sorted(numbers)), visible_to(actor))
    return {system.id or 0: system for system in session.exec(query)}


def count_by_unit(session: Session, actor: Actor) -> dict[int, int]:
    """How many systems the actor can see in each unit, its sub-units not counted; in one statement."""
    query = select(System.unit_id, func.count()).where(visible_to(actor))
    return dict(session.exec(query.group_by(col(System.unit_id))).all())
