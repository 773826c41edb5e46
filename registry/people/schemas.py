"""People and units as JSON."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from typing_extensions import TypedDict

from registry.kernel.actor import Seat
from registry.people.models import BusinessUnit, Person
from registry.people.rules import is_active
from registry.web.describing import Day, Words


class PersonOut(TypedDict):
    """One line of the directory. `here` says whether they are here today."""

    number: int
    name: str
    email: str
    job_title: str
    unit_number: int | None
    unit: str | None
    active_from: Day | None
    active_to: Day | None
    here: bool
    version: int


class SeatOut(TypedDict):
    """A seat somebody holds now."""

    system: str
    name: str
    seat: Annotated[str, Words(Seat)]
    to_be_confirmed: bool


class PersonWhole(PersonOut):
    """One person with the seats they hold on systems you may see."""

    seats: list[SeatOut]


class UnitOut(TypedDict):
    """One unit with its place in the tree."""

    number: int
    name: str
    path: str
    parent_number: int | None
    head: str | None
    version: int


def person_brief(person: Person, unit: str | None, today: date) -> PersonOut:
    """One line of the directory. `here` says whether they are here today."""
    return {
        "number": person.id or 0,
        "name": person.name,
        "email": person.email,
        "job_title": person.job_title,
        "unit_number": person.unit_id,
        "unit": unit,
        "active_from": person.active_from.isoformat() if person.active_from else None,
        "active_to": person.active_to.isoformat() if person.active_to else None,
        "here": is_active(person.active_from, person.active_to, today),
        "version": person.version,
    }


def seats(held: Iterable[tuple[str, str, Seat, bool]]) -> list[SeatOut]:
    """The seats somebody holds now, as (system's key, its name, seat, to be confirmed)."""
    return [
        {"system": key, "name": name, "seat": seat.value, "to_be_confirmed": unconfirmed}
        for key, name, seat, unconfirmed in held
    ]


def unit_brief(unit: BusinessUnit, path: str, head: Person | None) -> UnitOut:
    """One unit with its place in the tree."""
    return {
        "number": unit.id or 0,
        "name": unit.name,
        "path": path,
        "parent_number": unit.parent_id,
        "head": head.email if head else None,
        "version": unit.version,
    }
