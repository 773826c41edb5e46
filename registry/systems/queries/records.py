"""Systems by key or number; the seats of a person on them; how many a unit has."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlmodel import Session, col, func, select

from registry.kernel.actor import Actor, Seat
from registry.kernel.errors import NotFound
from registry.kernel.text import SYSTEM_PREFIX, number_of
from registry.ownership.models import Assignment
from registry.systems.models import System
from registry.systems.queries.visibility import is_withdrawn, visible_to, withdrawn_among
from registry.systems.rules.record import Link, SystemFacts, Visibility

_WITHDRAWN = "This system was withdrawn when an import was undone. Its history is in the audit log."


def by_key(session: Session, actor: Actor, key: str, *, lock: bool = False) -> System:
    """The system of this public id. Raises NotFound when there is none the actor may know of; both look the same."""
    number = number_of(SYSTEM_PREFIX, key)
    query = select(System).where(System.id == number, visible_to(actor))
    found = list(session.exec(_held(query) if lock else query)) if number else []
    standing = _still_standing(session, found) if lock else found
    if not standing:
        raise _not_found(session, actor, number)
    return standing[0]


def number_by_key(session: Session, actor: Actor, key: str) -> int:
    """The number of the system by_key finds, for who wants to know nothing else of it. Raises NotFound as by_key does."""
    number = number_of(SYSTEM_PREFIX, key)
    query = select(System.id).where(System.id == number, visible_to(actor))
    # Past the session, which would make ready for objects.
    found = session.connection().execute(query).scalar_one_or_none() if number else None
    if found is None:
        raise _not_found(session, actor, number)
    return int(found)


def _not_found(session: Session, actor: Actor, number: int | None) -> NotFound:
    # Why it is not found is told only to those who may read every history.
    gone = bool(number) and actor.sees_everything and is_withdrawn(session, number or 0)
    return NotFound(_WITHDRAWN) if gone else NotFound()


def _held(query: Any) -> Any:
    # Rows that refer to it may still be written meanwhile: waiting for them as well could wait in a circle.
    return query.with_for_update(key_share=True)


def _still_standing(session: Session, found: Sequence[System]) -> list[System]:
    """Those of the locked systems that nobody withdrew while their lock was waited for.

    A withdrawal leaves the system's own row as it is, so PostgreSQL, which looks again only at a row that has
    changed, hands it over all the same. A statement of its own sees what was committed meanwhile.
    """
    gone = set(session.exec(withdrawn_among([system.id or 0 for system in found]))) if found else set()
    return [system for system in found if system.id not in gone]


def every_system(session: Session, actor: Actor) -> Sequence[System]:
    """Every system the actor may know of, in the order they were registered."""
    return session.exec(select(System).where(visible_to(actor)).order_by(col(System.id))).all()


def by_number(session: Session, number: int) -> System:
    """The system of this number, whoever asks; for work that the actor's own check precedes. Raises NotFound."""
    found = session.get(System, number)
    if found is None:
        raise NotFound
    return found


def by_keys(session: Session, actor: Actor, keys: Sequence[str], *, lock: bool = False) -> list[System]:
    """The systems of these public ids that the actor may know of, by name, in one statement; locked where asked."""
    numbers = {number for key in keys if (number := number_of(SYSTEM_PREFIX, key))}
    if not numbers:
        return []
    query = select(System).where(col(System.id).in_(sorted(numbers)), visible_to(actor))
    # Locked in the order of numbers, as everywhere, so that two selections never wait for each other.
    found = list(session.exec(_held(query.order_by(col(System.id))) if lock else query))
    standing = _still_standing(session, found) if lock else found
    return sorted(standing, key=lambda system: (system.name, system.id))


def facts_of(system: System) -> SystemFacts:
    """What the record states, as the rules read it."""
    values: dict[str, Any] = {each.name: getattr(system, each.name) for each in fields(SystemFacts)}
    values["links"] = tuple(Link(link["label"], link["url"]) for link in system.links)
    return SystemFacts(**values)


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


def restricted_count(session: Session, actor: Actor, unit_ids: frozenset[int]) -> int:
    """How many restricted systems of these units the actor can see."""
    query = select(func.count()).select_from(System).where(visible_to(actor))
    query = query.where(col(System.unit_id).in_(sorted(unit_ids)), System.visibility == Visibility.RESTRICTED)
    return session.exec(query).one()
