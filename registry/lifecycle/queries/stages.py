"""How a system came to its stage; stops, spells out of compliance, requests for autonomy: of one system, or of many at once."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import exists, or_
from sqlmodel import Session, col, func, select

from registry.accounts.models import RoleGrant
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Role, may
from registry.kernel.errors import NotFound
from registry.lifecycle.models import (
    AutonomyLowering,
    AutonomyRequest,
    ComplianceSpell,
    EmergencyStop,
    StageChange,
)
from registry.lifecycle.rules.stages import HELD, Move
from registry.ownership.models import Assignment
from registry.people.models import Person
from registry.store.columns import LARGEST_NUMBER
from registry.store.numbers import among
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.rules.record import Stage

_MOST = 50


def changes_of(
    session: Session, system_id: int, *, before: int | None = None, limit: int = _MOST
) -> list[tuple[StageChange, Person | None]]:
    """How a system came from stage to stage and by whom, the latest first; `before` is the last number seen."""
    query: Any = select(StageChange, Person)
    query = query.join(Person, col(Person.id) == col(StageChange.changed_by_id), isouter=True)
    query = query.where(col(StageChange.system_id) == system_id)
    if before is not None:
        query = query.where(col(StageChange.id) < before)
    return [
        (row, person) for row, person in session.exec(query.order_by(col(StageChange.id).desc()).limit(limit))
    ]


def held_from(session: Session, system: System) -> Stage | None:
    """The stage a restricted or suspended system was in before it was held, or None where nobody recorded it: of one that
    was brought over as held only where it stood here is known.
    """
    if system.stage not in HELD:
        return None
    query: Any = select(StageChange.from_stage).where(
        StageChange.system_id == system.id,
        col(StageChange.to_stage).in_(sorted(HELD)),
        col(StageChange.from_stage).not_in(sorted(HELD)),
        col(StageChange.move) != Move.BROUGHT,
    )
    found: Stage | None = session.exec(query.order_by(col(StageChange.id).desc()).limit(1)).one_or_none()
    return found


def held_by_reviewer(session: Session, system: System) -> StageChange | None:
    """The step by which a reviewer who had no seat on it restricted or suspended the system, where it has been held ever
    since, whatever else held it; or None.
    """
    if system.stage not in HELD:
        return None
    entered = select(func.max(StageChange.id)).where(
        StageChange.system_id == system.id, col(StageChange.from_stage).not_in(sorted(HELD))
    )
    by, at = col(StageChange.changed_by_id), col(StageChange.changed_at)
    seated = exists().where(
        col(Assignment.person_id) == by,
        col(Assignment.system_id) == system.id,
        col(Assignment.from_at) <= at,
        or_(col(Assignment.to_at).is_(None), col(Assignment.to_at) > at),
    )
    query: Any = select(StageChange).join(RoleGrant, col(RoleGrant.person_id) == by)
    query = query.where(
        StageChange.system_id == system.id,
        col(StageChange.id) >= entered.scalar_subquery(),
        col(StageChange.move).in_([Move.RESTRICTED, Move.SUSPENDED]),
        RoleGrant.role == Role.REVIEWER,
        col(RoleGrant.from_at) <= at,
        or_(col(RoleGrant.to_at).is_(None), col(RoleGrant.to_at) > at),
        ~seated,
    )
    found: StageChange | None = session.exec(query.order_by(col(StageChange.id).desc()).limit(1)).first()
    return found


def moved_among(session: Session, system_ids: Collection[int]) -> set[int]:
    """Of these systems those that people have moved or stopped here: for them an inventory no longer says where they stand.

    What was only brought over, from an inventory too, leaves the word with the inventory.
    """
    numbers = sorted(system_ids)
    moved = select(StageChange.system_id).where(
        col(StageChange.system_id).in_(numbers), col(StageChange.move) != Move.BROUGHT
    )
    # One that was suspended already is stopped without a change of its stage.
    stopped = select(EmergencyStop.system_id).where(col(EmergencyStop.system_id).in_(numbers))
    return set(session.execute(moved.union(stopped)).scalars()) if numbers else set()


def stop_of(session: Session, system_id: int, *, lock: bool = False) -> EmergencyStop | None:
    """The stop that stands, or None."""
    query = select(EmergencyStop).where(
        EmergencyStop.system_id == system_id, col(EmergencyStop.lifted_at).is_(None)
    )
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def stops_of(session: Session, system_id: int) -> list[tuple[EmergencyStop, Person | None]]:
    """Every stop of a system and who stopped it, the latest first, at most fifty."""
    query: Any = select(EmergencyStop, Person)
    query = query.join(Person, col(Person.id) == col(EmergencyStop.stopped_by_id), isouter=True)
    query = query.where(col(EmergencyStop.system_id) == system_id).order_by(col(EmergencyStop.id).desc())
    return [(stop, person) for stop, person in session.exec(query.limit(_MOST))]


def stopped_among(session: Session, system_ids: Collection[int]) -> set[int]:
    """Of these systems those that were stopped and may not go on yet."""
    query = select(EmergencyStop.system_id).where(
        col(EmergencyStop.system_id).in_(sorted(system_ids)), col(EmergencyStop.lifted_at).is_(None)
    )
    return set(session.exec(query)) if system_ids else set()


def stops_told_to(session: Session, actor: Actor) -> list[tuple[EmergencyStop, System]]:
    """The stops that stand and concern the actor: on systems they hold a seat on or head the unit of; of a reviewer
    all, for they decide whether it goes on. The longest standing first, at most fifty.
    """
    mine = or_(among(col(System.id), actor.seats), among(col(System.unit_id), actor.headed_units))
    query: Any = select(EmergencyStop, System).join(System, col(System.id) == col(EmergencyStop.system_id))
    query = query.where(col(EmergencyStop.lifted_at).is_(None), visible_to(actor))
    if Role.REVIEWER not in actor.roles:
        query = query.where(mine)
    return [
        (stop, system) for stop, system in session.exec(query.order_by(col(EmergencyStop.id)).limit(_MOST))
    ]


def spell_of(session: Session, system_id: int, *, lock: bool = False) -> ComplianceSpell | None:
    """Since when a system has been below what its stage asks, or None where it is not."""
    query = select(ComplianceSpell).where(
        ComplianceSpell.system_id == system_id, col(ComplianceSpell.ended_at).is_(None)
    )
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def spells_among(session: Session, system_ids: Collection[int]) -> dict[int, ComplianceSpell]:
    """The spells that last, of these systems."""
    query = select(ComplianceSpell).where(
        col(ComplianceSpell.system_id).in_(sorted(system_ids)), col(ComplianceSpell.ended_at).is_(None)
    )
    return {row.system_id: row for row in session.exec(query)} if system_ids else {}


def days_out(session: Session, used: Collection[int]) -> dict[int, int]:
    """For how many days, this one included, each of these systems in use has been out of compliance; in one statement."""
    found = spells_among(session, used)
    return {number: (clock.today() - row.since).days + 1 for number, row in found.items()}


def system_numbers_to_check(session: Session, *, after: int, limit: int) -> list[int]:
    """The next systems that are live or have a spell that lasts, by number: what the daily check walks through."""
    lasting = select(ComplianceSpell.system_id).where(col(ComplianceSpell.ended_at).is_(None))
    query = select(System.id).where(
        or_(col(System.stage) == Stage.LIVE, col(System.id).in_(lasting)), col(System.id) > after
    )
    return [number or 0 for number in session.exec(query.order_by(col(System.id)).limit(limit))]


def request_open(session: Session, system_id: int, *, lock: bool = False) -> AutonomyRequest | None:
    """The request for a level more that waits for a decision, or None."""
    query = select(AutonomyRequest).where(
        AutonomyRequest.system_id == system_id, col(AutonomyRequest.decided_at).is_(None)
    )
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def request_by_number(
    session: Session, system_id: int, number: int, *, lock: bool = False
) -> AutonomyRequest:
    """One request of this system. Raises NotFound also for another system's."""
    query = select(AutonomyRequest).where(
        AutonomyRequest.id == min(number, LARGEST_NUMBER), AutonomyRequest.system_id == system_id
    )
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def requests_of(session: Session, system_id: int) -> Sequence[AutonomyRequest]:
    """Every request for a level more, the latest first, at most fifty."""
    query = select(AutonomyRequest).where(AutonomyRequest.system_id == system_id)
    return session.exec(query.order_by(col(AutonomyRequest.id).desc()).limit(_MOST)).all()


def lowerings_of(session: Session, system_id: int) -> Sequence[AutonomyLowering]:
    """Every time a system was let decide less, the latest first, at most fifty."""
    query = select(AutonomyLowering).where(AutonomyLowering.system_id == system_id)
    return session.exec(query.order_by(col(AutonomyLowering.id).desc()).limit(_MOST)).all()


def requests_waiting(session: Session, actor: Actor) -> list[tuple[AutonomyRequest, System]]:
    """The requests that a reviewer may decide who holds no seat on the system, for their desk: of systems they may know of; at
    most fifty. That they have held none since it was asked for either is looked at when they decide.
    """
    if not may(actor, Permission.AUTONOMY_DECIDE):
        return []
    query: Any = select(AutonomyRequest, System).join(
        System, col(System.id) == col(AutonomyRequest.system_id)
    )
    query = query.where(
        col(AutonomyRequest.decided_at).is_(None),
        col(AutonomyRequest.asked_by_id) != actor.person_id,
        ~among(col(System.id), actor.seats),
        visible_to(actor),
    )
    return [
        (row, system) for row, system in session.exec(query.order_by(col(AutonomyRequest.id)).limit(_MOST))
    ]
