"""The oversight of systems: bounds, training of overseers, drills; of one system, or of many in a statement each."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlmodel import Session, col, select

from registry.oversight.models import Drill, OverrideBounds, OverseerTraining
from registry.oversight.rules import Bounds
from registry.people.models import Person


def bounds_of(session: Session, system_id: int, *, lock: bool = False) -> OverrideBounds | None:
    """The bounds of the override rate of a system, or None where nobody has set them."""
    query = select(OverrideBounds).where(OverrideBounds.system_id == system_id)
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def bounds_facts(row: OverrideBounds) -> Bounds:
    """The bounds, as the rules read them."""
    return Bounds(row.low, row.high, row.because)


def trainings_of(session: Session, system_id: int) -> list[tuple[OverseerTraining, Person]]:
    """Every training recorded for a system with whose it was, the latest by its day first, whenever it was put down."""
    query: Any = select(OverseerTraining, Person).join(
        Person, col(Person.id) == col(OverseerTraining.person_id)
    )
    query = query.where(col(OverseerTraining.system_id) == system_id)
    order = (col(OverseerTraining.on_day).desc(), col(OverseerTraining.id).desc())
    return [(row, person) for row, person in session.exec(query.order_by(*order))]


def drills_of(session: Session, system_id: int, limit: int = 50) -> list[tuple[Drill, Person | None]]:
    """The drills of a system with who led them, the latest first."""
    query: Any = select(Drill, Person).join(Person, col(Person.id) == col(Drill.led_by_id), isouter=True)
    query = query.where(col(Drill.system_id) == system_id)
    order = (col(Drill.on_day).desc(), col(Drill.id).desc())
    return [(drill, person) for drill, person in session.exec(query.order_by(*order).limit(limit))]


def bounded_among(session: Session, system_ids: Collection[int]) -> set[int]:
    """Of these systems those whose override rate has bounds."""
    query = select(OverrideBounds.system_id).where(col(OverrideBounds.system_id).in_(sorted(system_ids)))
    return set(session.exec(query)) if system_ids else set()


def latest_trainings(
    session: Session, system_ids: Collection[int]
) -> dict[tuple[int, int], OverseerTraining]:
    """The latest training of each person for each of these systems by its day, by (system, person)."""
    query = select(OverseerTraining).where(col(OverseerTraining.system_id).in_(sorted(system_ids)))
    order = (col(OverseerTraining.on_day), col(OverseerTraining.id))
    rows = session.exec(query.order_by(*order)) if system_ids else ()
    return {(row.system_id, row.person_id): row for row in rows}


def latest_drills(session: Session, system_ids: Collection[int]) -> dict[int, Drill]:
    """The latest drill of each of these systems that has one: a later one that failed takes back what one before it showed."""
    query = select(Drill).where(col(Drill.system_id).in_(sorted(system_ids)))
    rows: Sequence[Drill] = (
        session.exec(query.order_by(col(Drill.on_day), col(Drill.id))).all() if system_ids else ()
    )
    return {row.system_id: row for row in rows}
