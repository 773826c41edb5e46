"""The house a generated register is of: units with heads, people who come and go, teams, data sources, tags; by the usual actions."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlmodel import Session

from registry.accounts.actions import grant_role
from registry.annotations.models import Tag
from registry.audit.actions import record
from registry.data_sources import actions as data_sources
from registry.data_sources.models import DataSource
from registry.data_sources.rules.sources import SourceFacts
from registry.demo.rules.wanted import Wanted
from registry.kernel import clock
from registry.kernel.actor import Actor, Role, the_registry
from registry.kernel.events import Event
from registry.people import actions as people
from registry.people.models import BusinessUnit, Person, Team
from registry.people.rules import Function, PersonFacts
from registry.store.session import Database

DOOR = the_registry("benchmark")
YEARS = 3
T = TypeVar("T")
_DIVISIONS, _DEPARTMENTS, _SOURCES, _AT_ONCE = 12, 8, 60, 250
_TAGS = ("customer facing", "cost saving", "pilot 2026", "language", "vision", "forecast", "core", "legacy")
_LEAVING = 0.1
_FUNCTIONS = (Function.BUSINESS, Function.DATA, Function.ENGINEERING, Function.COMPLIANCE)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the house, and the last day they are here where that is known."""

    actor: Actor
    until: date | None

    @property
    def number(self) -> int:
        """The number of the person."""
        return self.actor.person_id or 0

    def is_here(self, on: date) -> bool:
        """Whether they work here on that day."""
        return self.until is None or on <= self.until


@dataclass(frozen=True, slots=True)
class House:
    """Whom and what the systems are dealt out to, between two instants."""

    began: datetime
    now: datetime
    units: Sequence[int]
    staff: Sequence[Colleague]
    reviewers: Sequence[Colleague]
    teams: Sequence[int]
    sources: Sequence[int]
    tags: Sequence[int]

    def somebody(self, draw: random.Random, on: date, *, but: int = 0) -> Colleague:
        """Somebody who is here on that day, the first of the list more often than the last; another than that one."""
        while True:
            found = dealt(draw, self.staff)
            if found.is_here(on) and found.number != but:
                return found


def dealt(draw: random.Random, to: Sequence[T]) -> T:
    """One of these, unevenly: the first have many, the last have few."""
    return to[int(len(to) * draw.random() ** 1.6)]


def found_house(database: Database, wanted: Wanted) -> House:
    """Everything there is before the first system, three years ago; everybody by name, nobody with a password."""
    now = clock.now()
    began = now - timedelta(days=365 * YEARS)
    draw = random.Random(f"house {wanted.seed}")  # noqa: S311 - variety, not secrecy
    with clock.frozen(began):
        with database.transaction() as session:
            units = _units(session)
        staff = _staff(database, draw, wanted.people_in_all, [unit.id or 0 for unit in units], now.date())
        with database.transaction() as session:
            _head(session, units, staff)
            reviewers = _roles(session, [each for each in staff if each.until is None])
            teams = _teams(session, draw, [each for each in staff if each.until is None], units)
            sources = _sources(session, staff)
            tags = _tags(session)
    return House(
        began + timedelta(days=7),
        now,
        [unit.id or 0 for unit in units],
        staff,
        reviewers,
        [team.id or 0 for team in teams],
        [source.id or 0 for source in sources],
        [tag.id or 0 for tag in tags],
    )


def _units(session: Session) -> list[BusinessUnit]:
    top = people.add_unit(session, DOOR, "Meridian Group")
    found = [top]
    for division in range(_DIVISIONS):
        above = people.add_unit(session, DOOR, f"Division {division + 1:02}", top.id)
        found.append(above)
        found += [
            people.add_unit(session, DOOR, f"Department {division + 1:02}-{number + 1}", above.id)
            for number in range(_DEPARTMENTS)
        ]
    return found


def _staff(
    database: Database, draw: random.Random, count: int, units: Sequence[int], today: date
) -> list[Colleague]:
    found: list[Colleague] = []
    for first in range(0, count, _AT_ONCE):
        with database.transaction() as session:
            for number in range(first, min(first + _AT_ONCE, count)):
                leaves = number >= 40 and draw.random() < _LEAVING
                until = today - timedelta(days=draw.randint(-60, 700)) if leaves else None
                facts = PersonFacts(
                    f"Person {number:04}",
                    f"person{number}@meridian.example",
                    unit_id=units[number % len(units)],
                    active_to=until,
                )
                person = people.add_person(session, DOOR, facts)
                found.append(Colleague(Actor(person.id, person.name, via="session"), until))
    return found


def _head(session: Session, units: Sequence[BusinessUnit], staff: Sequence[Colleague]) -> None:
    """Most units have somebody of the house as their head, and a few have nobody."""
    for place, unit in enumerate(units):
        if place % 9 != 8:
            head = staff[place % len(staff)].number
            people.edit_unit(session, DOOR, unit, unit.name, unit.parent_id, head, version=unit.version)


def _roles(session: Session, staff: Sequence[Colleague]) -> list[Colleague]:
    """Reviewers, executives, auditors and administrators are those of the house who come last: they own little."""
    reviewers, others = staff[-8:], staff[-14:-8]
    roles = (
        Role.EXECUTIVE,
        Role.EXECUTIVE,
        Role.AUDITOR,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
        Role.ADMINISTRATOR,
    )
    for each, role in [*((each, Role.REVIEWER) for each in reviewers), *zip(others, roles, strict=True)]:
        grant_role(session, DOOR, session.get_one(Person, each.number), role)
    return list(reviewers)


def _teams(
    session: Session, draw: random.Random, staff: Sequence[Colleague], units: Sequence[BusinessUnit]
) -> list[Team]:
    found = []
    for number in range(max(4, len(staff) // 25)):
        members = draw.sample(staff, 4)
        found.append(
            people.add_team(
                session,
                DOOR,
                f"Team {number + 1:03}",
                _FUNCTIONS[number % len(_FUNCTIONS)],
                leader_id=members[0].number,
                unit_id=units[number % len(units)].id,
                member_ids=frozenset(each.number for each in members),
            )
        )
    return found


def _sources(session: Session, staff: Sequence[Colleague]) -> list[DataSource]:
    return [
        data_sources.add_source(
            session, DOOR, SourceFacts(f"Source {number:02}", owner_id=staff[number % len(staff)].number)
        )
        for number in range(_SOURCES)
    ]


def _tags(session: Session) -> list[Tag]:
    """The words systems will be grouped by. They come to be when a system is first tagged; here nothing carries them yet."""
    found = [Tag(name=name, folded=name) for name in _TAGS]
    session.add_all(found)
    session.flush()
    record(session, DOOR, Event.SYSTEM_TAGGED, None, subject_kind="tag", note={"tags": ", ".join(_TAGS)})
    return found
