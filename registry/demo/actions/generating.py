"""Generate a register of any size, to measure on: everything in batches, every system with a ledger entry of its own."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlmodel import Session, func, select

from registry.audit.actions import record
from registry.audit.models import LedgerEntry
from registry.data_sources import actions as data_sources
from registry.data_sources.models import DataSource
from registry.data_sources.rules.sources import Purpose, SourceFacts
from registry.demo.rules.invented import Traits, invented, traits
from registry.kernel import clock
from registry.kernel.actor import Actor, Seat, the_registry
from registry.kernel.events import Event
from registry.objectives import actions as objectives
from registry.objectives.models import SuccessMetric
from registry.objectives.rules.metric import Kind as Measures
from registry.objectives.rules.objective import ObjectiveFacts
from registry.ownership.actions import seat_first_owner
from registry.ownership.models import Assignment
from registry.people import actions as people
from registry.people.rules import PersonFacts
from registry.store.columns import Row
from registry.store.session import Database
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.rules.record import SystemFacts, Visibility

_DIVISIONS, _DEPARTMENTS, _SOURCES = 12, 8, 60
_AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class Generated:
    """How much there is now."""

    systems: int
    people: int
    units: int
    entries: int


@dataclass(frozen=True, slots=True)
class _Staff:
    """Whom and what the systems are dealt out to."""

    units: list[int]
    people: list[int]
    sources: list[DataSource]


def generate(database: Database, count: int, progress: Callable[[str], None]) -> Generated:
    """Fill an empty register with so many invented systems; equal for equal counts, apart from the time of day."""
    door = the_registry("benchmark")
    with database.transaction() as session:
        staff = _staff(session, door, people_count=max(40, min(1_000, count // 15)))
    for first in range(0, count, _AT_ONCE):
        with database.transaction() as session:
            _batch(session, door, staff, range(first, min(first + _AT_ONCE, count)))
        progress(f"{min(first + _AT_ONCE, count):,} of {count:,} systems")
    with database.transaction(read_only=True) as session:
        entries = session.exec(select(func.count()).select_from(LedgerEntry)).one()
    return Generated(count, len(staff.people), len(staff.units), entries)


def _staff(session: Session, door: Actor, people_count: int) -> _Staff:
    top = people.add_unit(session, door, "Meridian Group").id
    units = [top or 0]
    for division in range(_DIVISIONS):
        above = people.add_unit(session, door, f"Division {division + 1:02}", top).id
        units.append(above or 0)
        units += [
            people.add_unit(session, door, f"Department {division + 1:02}-{number + 1}", above).id or 0
            for number in range(_DEPARTMENTS)
        ]
    here = [
        people.add_person(
            session,
            door,
            PersonFacts(
                f"Person {number:04}", f"person{number}@meridian.example", unit_id=units[number % len(units)]
            ),
        ).id
        or 0
        for number in range(people_count)
    ]
    sources = [
        data_sources.add_source(session, door, SourceFacts(f"Source {number:02}", owner_id=here[0]))
        for number in range(_SOURCES)
    ]
    return _Staff(units, here, sources)


def _batch(session: Session, door: Actor, staff: _Staff, numbers: range) -> None:
    made = [(number, traits(number), _system(door, staff, number)) for number in numbers]
    session.add_all(system for _, _, system in made)
    session.flush()
    parts = {system.id: list(_parts(session, staff, number, said, system)) for number, said, system in made}
    session.flush()
    for _, _, system in made:
        record(
            session,
            door,
            Event.SYSTEM_REGISTERED,
            system,
            system_id=system.id,
            rows=[system, *parts[system.id]],
        )


def _system(door: Actor, staff: _Staff, number: int) -> System:
    name, summary = invented(number)
    said = traits(number)
    facts = SystemFacts(
        name,
        summary,
        _dealt(staff.units, number),
        description=f"{summary} " * 8,
        kind=said.kind,
        autonomy=said.autonomy,
        vendor_name=said.vendor,
        visibility=Visibility.RESTRICTED if said.restricted else Visibility.COMPANY,
    )
    system = systems.new_row(facts, said.stage, door.person_id)
    system.tier = said.tier
    return system


def _parts(session: Session, staff: _Staff, number: int, said: Traits, system: System) -> Iterator[Row]:
    """The rows under a new system."""
    key, owner = system.id or 0, _dealt(staff.people, number)
    yield seat_first_owner(
        session,
        key,
        owner,
        accepted=said.confirmed,
        to_be_confirmed=not said.confirmed,
        at=system.registered_at,
    )
    more: list[Row] = []
    if said.has_deputy:
        deputy = staff.people[staff.people.index(owner) - 1]
        more.append(Assignment(system_id=key, seat=Seat.DEPUTY, person_id=deputy, from_at=clock.now()))
    if said.has_metric:
        more.append(SuccessMetric(system_id=key, slug="accuracy", kind=Measures.ACCURACY, name="Accuracy"))
    session.add_all(more)
    yield from more
    if said.has_objective:
        yield objectives.objective_row(session, key, ObjectiveFacts(problem="It takes too long by hand."))
    if said.has_data:
        source = staff.sources[number % len(staff.sources)]
        yield data_sources.use_row(session, key, source, Purpose.OPERATIONAL_INPUT)


def _dealt(to: list[int], number: int) -> int:
    # Unevenly: the first of a list have many systems, the last have few.
    draw = random.Random(number * 7 + 1)  # noqa: S311 - variety, not secrecy
    return to[int(len(to) * draw.random() ** 1.6)]
