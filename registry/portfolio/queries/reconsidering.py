"""What is to be reconsidered and was, in words: named as far as the reader may know of it, in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from registry.data_sources.models import DataSource
from registry.dependencies import queries as dependencies
from registry.dependencies.models import Dependency, Reconsideration
from registry.dependencies.rules.dependency import Direction
from registry.dependencies.rules.reconsider import HIDDEN, Cause, said
from registry.kernel.actor import Actor, Seat
from registry.ownership.models import Assignment
from registry.systems.models import System
from registry.systems.queries import by_numbers, visible_to
from registry.systems.queries.remembering import remembered_for


@dataclass(frozen=True, slots=True)
class Told:
    """One reconsideration with its reason in a sentence, and where one reads on: a source, or a dependency of `stated_by`."""

    asked: Reconsideration
    says: str
    source: DataSource | None
    dependency: Dependency | None
    stated_by: System | None


@dataclass(frozen=True, slots=True)
class Touched:
    """A system that has to be looked at again, with everything it is asked for, what has waited longest first."""

    system: System
    waiting: Sequence[Told]


def touched(session: Session, actor: Actor, limit: int = 50) -> tuple[list[Touched], int]:
    """Of the systems the actor answers for those a change has touched, the longest waiting first; and how many there are.

    However many they answer for: what waits is looked for first, and only then whose it is. At most four statements,
    none for somebody who answers for nothing.
    """
    if not any(Seat.OWNER in held for held in actor.seats.values()):
        return [], 0
    return remembered_for(session, actor, "touched", limit, lambda: _touched(session, actor, limit))


def _touched(session: Session, actor: Actor, limit: int) -> tuple[list[Touched], int]:
    owned = select(Assignment.system_id).where(
        Assignment.person_id == actor.person_id,
        Assignment.seat == Seat.OWNER,
        col(Assignment.to_at).is_(None),
    )
    waits = col(Reconsideration.settled_at).is_(None)
    first = func.min(col(Reconsideration.since))
    longest = (
        select(Reconsideration.system_id, first.label("first"), func.count().over().label("in_all"))
        .where(waits, col(Reconsideration.system_id).in_(owned))
        .group_by(col(Reconsideration.system_id))
        .order_by(first, col(Reconsideration.system_id))
        .limit(limit)
        .subquery()
    )
    query = (
        select(Reconsideration, System, longest.c.in_all)
        .join(System, col(System.id) == col(Reconsideration.system_id))
        .join(longest, longest.c.system_id == col(Reconsideration.system_id))
        .where(waits, visible_to(actor))
        .order_by(longest.c.first, longest.c.system_id, col(Reconsideration.since), col(Reconsideration.id))
    )
    rows = session.exec(query).all()
    systems = {system.id: system for _, system, _ in rows}
    found: dict[int, list[Told]] = {}
    for each in told(session, actor, [asked for asked, _, _ in rows]):
        found.setdefault(each.asked.system_id, []).append(each)
    in_all = rows[0][2] if rows else 0
    return [Touched(systems[number], waiting) for number, waiting in found.items()], in_all


def told(session: Session, actor: Actor, asked: Sequence[Reconsideration]) -> list[Told]:
    """These, in their order. That the actor may know of the systems they ask of is the caller's care."""
    numbers = {each.data_source_id for each in asked if each.data_source_id}
    named = select(DataSource).where(col(DataSource.id).in_(sorted(numbers)))
    sources = {source.id: source for source in session.exec(named)} if numbers else {}
    known = dependencies.known_among(
        session, actor, {each.dependency_id for each in asked if each.dependency_id}
    )
    ends = {one.other_system_id for one, _ in known.values() if one.other_system_id}
    others = by_numbers(session, actor, ends)
    found = []
    for each in asked:
        source = sources.get(each.data_source_id)
        dependency, stated_by = known.get(each.dependency_id or 0, (None, None))
        about, detail = HIDDEN, ""
        if source is not None:
            about, detail = source.name, each.detail
        elif dependency is not None and stated_by is not None:
            about, detail = _named(dependency, stated_by, others), _now(each, dependency)
        found.append(Told(each, said(each.cause, about, detail), source, dependency, stated_by))
    return found


def _named(dependency: Dependency, stated_by: System, others: dict[int, System]) -> str:
    other = others.get(dependency.other_system_id or 0)
    name = other.name if other else dependency.service or "a restricted system"
    upstream = dependency.direction is Direction.UPSTREAM
    relies, on = (stated_by.name, name) if upstream else (name, stated_by.name)
    return f"what {relies} takes from {on}"


def _now(asked: Reconsideration, dependency: Dependency) -> str:
    version = dependency.contract_version if asked.cause is Cause.CONTRACT_CHANGED else ""
    return f"its version is now {version}" if version else ""
