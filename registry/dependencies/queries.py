"""What a system depends on and what depends on it, as far as the reader may know; the whole graph; what is to be reconsidered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from registry.dependencies.models import Dependency, DependencyTest, Reconsideration
from registry.dependencies.rules.dependency import DependencyFacts, Direction, TrialFacts
from registry.dependencies.rules.reconsider import Ask
from registry.kernel.actor import Actor
from registry.kernel.errors import NotFound
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import by_numbers, numbers_visible_to, visible_to

Ways = dict[int, dict[int, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """One dependency as the page of a system tells it.

    `direction` is seen from that system. `stated_by` says whose record it is; `other` is the system at the other end,
    None for a named service and for a system the reader may not know of (`is_hidden` tells them apart).
    """

    dependency: Dependency
    direction: Direction
    stated_by: System
    other: System | None
    is_hidden: bool
    last: DependencyTest | None


def facts_of(dependency: Dependency) -> DependencyFacts:
    """What the dependency states, as the rules read it."""
    return DependencyFacts(**{each.name: getattr(dependency, each.name) for each in fields(DependencyFacts)})


def trial_facts(test: DependencyTest | None) -> TrialFacts | None:
    """A recorded test, as the rules read it."""
    return TrialFacts(test.tested_on, test.passed, test.tried, test.note) if test else None


def by_id(session: Session, system_id: int, number: int, *, lock: bool = False) -> Dependency:
    """One dependency that this system states. Raises NotFound also for another system's."""
    query = select(Dependency).where(Dependency.id == number, Dependency.system_id == system_id)
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def lines_of(session: Session, actor: Actor, system: System, *, ended: bool = False) -> list[Line]:
    """What the system states, and what others that the actor may know of state about it; oldest first.

    The actor must be allowed to know of the system itself. With `ended` what is over, by the same rules.
    """
    gone = col(Dependency.ended_at)
    query = select(Dependency).where(_about(actor, system), gone.is_not(None) if ended else gone.is_(None))
    return _told(session, actor, system, session.exec(query.order_by(col(Dependency.id))).all())


def lines_page(
    session: Session, actor: Actor, system: System, *, after: int | None, limit: int
) -> Page[Line]:
    """A page of the same; `after` is the number of the last dependency seen."""
    query = select(Dependency).where(_about(actor, system), col(Dependency.ended_at).is_(None))
    query = query.where(col(Dependency.id) > (after or 0)).order_by(col(Dependency.id)).limit(limit + 1)
    page = cut(session.exec(query).all(), limit, lambda each: (each.id,))
    return Page(_told(session, actor, system, page.items), page.next_after)


def _about(actor: Actor, system: System) -> Any:
    theirs = col(Dependency.system_id).in_(numbers_visible_to(actor))
    other = col(Dependency.other_system_id) == system.id
    return or_(col(Dependency.system_id) == system.id, other & theirs)


def line_of(session: Session, actor: Actor, system: System, dependency: Dependency) -> Line:
    """One dependency of the system as its page tells it."""
    return _told(session, actor, system, [dependency])[0]


def _told(session: Session, actor: Actor, system: System, found: Sequence[Dependency]) -> list[Line]:
    ends = {number for each in found for number in (each.system_id, each.other_system_id) if number}
    known = by_numbers(session, actor, ends - {system.id}) | {system.id or 0: system}
    latest = latest_trials(session, [each.id or 0 for each in found])
    return [_line(each, system, known, latest.get(each.id or 0)) for each in found]


def _line(
    dependency: Dependency, system: System, known: dict[int, System], last: DependencyTest | None
) -> Line:
    if dependency.system_id != system.id:
        turned = Direction.DOWNSTREAM if dependency.direction is Direction.UPSTREAM else Direction.UPSTREAM
        stated_by = known[dependency.system_id]
        return Line(dependency, turned, stated_by, stated_by, is_hidden=False, last=last)
    other = known.get(dependency.other_system_id or 0)
    hidden = dependency.other_system_id is not None and other is None
    return Line(dependency, dependency.direction, system, other, is_hidden=hidden, last=last)


def latest_trials(session: Session, numbers: Sequence[int]) -> dict[int, DependencyTest]:
    """The latest test of each of several dependencies that has one, in one statement."""
    if not numbers:
        return {}
    place = func.row_number().over(
        partition_by=col(DependencyTest.dependency_id),
        order_by=(col(DependencyTest.tested_on).desc(), col(DependencyTest.id).desc()),
    )
    ranked = select(col(DependencyTest.id), place.label("place"))
    newest = ranked.where(col(DependencyTest.dependency_id).in_(numbers)).subquery()
    query = select(DependencyTest).join(newest, col(DependencyTest.id) == newest.c.id)
    return {test.dependency_id: test for test in session.exec(query.where(newest.c.place == 1))}


def trials_of(session: Session, number: int, limit: int = 50) -> Sequence[DependencyTest]:
    """The tests of a dependency, newest first."""
    query = select(DependencyTest).where(DependencyTest.dependency_id == number)
    order = (col(DependencyTest.tested_on).desc(), col(DependencyTest.id).desc())
    return session.exec(query.order_by(*order).limit(limit)).all()


def is_stated(session: Session, system_id: int, facts: DependencyFacts, besides: int | None = None) -> bool:
    """Whether the system states the same already: same other end, same direction, same interface; `besides` one of them."""
    other = col(Dependency.other_system_id)
    at = facts.other_system_id
    query = select(Dependency.service, Dependency.interface).where(
        Dependency.system_id == system_id,
        Dependency.direction == facts.direction,
        other.is_(None) if at is None else other == at,
        col(Dependency.ended_at).is_(None),
        col(Dependency.id) != (besides or 0),
    )
    # Compared here: SQLite tells capitals only of the letters of ASCII.
    names = (facts.service.casefold(), facts.interface.casefold())
    return any(
        (service.casefold(), interface.casefold()) == names for service, interface in session.exec(query)
    )


def graph(session: Session, actor: Actor) -> Ways:
    """Whom each system hands something on to and through which interface, in one statement.

    Only between systems the actor may know of: no way over one that is hidden from them gives it away.
    """
    seen = numbers_visible_to(actor)
    query = select(
        Dependency.system_id, Dependency.direction, Dependency.other_system_id, Dependency.interface
    )
    query = query.where(
        col(Dependency.ended_at).is_(None),
        col(Dependency.system_id).in_(seen),
        col(Dependency.other_system_id).in_(seen),
    )
    found: Ways = {}
    for system_id, direction, other_id, interface in session.exec(query.order_by(col(Dependency.id))):
        above, below = (
            (other_id or 0, system_id) if direction is Direction.UPSTREAM else (system_id, other_id or 0)
        )
        ways = found.setdefault(above, {})
        ways[below] = ways.get(below) or interface
    return found


def receiver_of(dependency: Dependency) -> int:
    """The number of the system that relies on the other end; of a service nobody registered, whoever states it."""
    if dependency.direction is Direction.UPSTREAM or dependency.other_system_id is None:
        return dependency.system_id
    return dependency.other_system_id


def dependency_by_number(session: Session, number: int) -> Dependency | None:
    """The dependency of this number, whoever asks; for work that nobody looks at."""
    return session.get(Dependency, number)


def trial_by_number(session: Session, number: int) -> DependencyTest | None:
    """The test of this number, whoever asks; for work that nobody looks at."""
    return session.get(DependencyTest, number)


def asked_already(session: Session, system_id: int, ask: Ask) -> bool:
    """Whether this very entry of the ledger has asked for this already, settled or not."""
    query = select(Reconsideration.id).where(
        Reconsideration.system_id == system_id,
        Reconsideration.cause == ask.cause,
        Reconsideration.entry_seq >= ask.entry_seq,
        _origin(ask),
    )
    return session.exec(query).first() is not None


def open_for(session: Session, system_id: int, ask: Ask) -> Reconsideration | None:
    """The open reconsideration of this system for the same cause and the same source or dependency, or None."""
    query = select(Reconsideration).where(
        Reconsideration.system_id == system_id,
        Reconsideration.cause == ask.cause,
        col(Reconsideration.settled_at).is_(None),
        _origin(ask),
    )
    return session.exec(query.with_for_update()).one_or_none()


def _origin(ask: Ask) -> Any:
    if ask.data_source_id is not None:
        return Reconsideration.data_source_id == ask.data_source_id
    return Reconsideration.dependency_id == ask.dependency_id


def reconsideration_by_id(
    session: Session, system_id: int, number: int, *, lock: bool = False
) -> Reconsideration:
    """One reconsideration of this system. Raises NotFound also for another system's."""
    query = select(Reconsideration).where(
        Reconsideration.id == number, Reconsideration.system_id == system_id
    )
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def reconsiderations_of(session: Session, system_ids: Collection[int]) -> Sequence[Reconsideration]:
    """What these systems have to reconsider, oldest first. Which systems one may ask about is the caller's care."""
    if not system_ids:
        return []
    query = select(Reconsideration).where(
        col(Reconsideration.system_id).in_(sorted(system_ids)), col(Reconsideration.settled_at).is_(None)
    )
    return session.exec(query.order_by(col(Reconsideration.since), col(Reconsideration.id))).all()


def settled_of(session: Session, system_id: int, limit: int = 20) -> Sequence[Reconsideration]:
    """What was reconsidered of a system, newest first."""
    settled = col(Reconsideration.settled_at)
    query = select(Reconsideration).where(Reconsideration.system_id == system_id, settled.is_not(None))
    return session.exec(query.order_by(settled.desc(), col(Reconsideration.id).desc()).limit(limit)).all()


def known_among(
    session: Session, actor: Actor, numbers: Collection[int]
) -> dict[int, tuple[Dependency, System]]:
    """Of these dependencies those whose system the actor may know of, each with that system, in one statement."""
    if not numbers:
        return {}
    query = select(Dependency, System).join(System, col(System.id) == col(Dependency.system_id))
    query = query.where(col(Dependency.id).in_(sorted(numbers)), visible_to(actor))
    return {dependency.id or 0: (dependency, system) for dependency, system in session.exec(query)}
