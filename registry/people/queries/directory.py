"""Find people, units and teams."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, literal, or_
from sqlmodel import Session, col, func, select

from registry.kernel.errors import NotFound
from registry.people import rules
from registry.people.models import BusinessUnit, Membership, Person, Team
from registry.store.columns import LARGEST_NUMBER
from registry.store.folding import name_holds
from registry.store.orders import Order, Sort, plain, rows_in
from registry.store.paging import Page, cut, holding

Kind = TypeVar("Kind", Person, BusinessUnit, Team)


def person_by_id(session: Session, person_id: int) -> Person:
    """One person. Raises NotFound."""
    return _one(session, Person, person_id)


def unit_by_id(session: Session, unit_id: int, *, lock: bool = False) -> BusinessUnit:
    """One unit; with `lock`, held until the transaction ends, so that nothing is put in it meanwhile. Raises NotFound."""
    found = _one(session, BusinessUnit, unit_id)
    # Read again under the lock: whoever held it before may have changed the unit, or removed it.
    if lock and session.get(BusinessUnit, unit_id, populate_existing=True, with_for_update=True) is None:
        raise NotFound
    return found


def team_by_id(session: Session, team_id: int) -> Team:
    """One team. Raises NotFound."""
    return _one(session, Team, team_id)


def _one(session: Session, kind: type[Kind], number: int) -> Kind:
    found = session.get(kind, number) if number <= LARGEST_NUMBER else None
    if found is None:
        raise NotFound
    return found


def active_clause(on: date) -> ColumnElement[bool]:
    """The people who are here on that day."""
    started = or_(col(Person.active_from).is_(None), col(Person.active_from) <= on)
    return started & or_(col(Person.active_to).is_(None), col(Person.active_to) >= on)


def is_active_person(session: Session, person_id: int | None, on: date) -> bool:
    """Whether the number names a person who is here on that day."""
    # Numbers past the column's range would be an error of the database, not a person nobody knows.
    known = person_id is not None and 0 < person_id <= LARGEST_NUMBER
    person = session.get(Person, person_id) if known else None
    return person is not None and rules.is_active(person.active_from, person.active_to, on)


def active_people(session: Session, on: date) -> Sequence[Person]:
    """Everybody who is here on that day, by name; for the choices of a form."""
    return session.exec(select(Person).where(active_clause(on)).order_by(Person.name, col(Person.id))).all()


def people_to_choose(session: Session, on: date, kept: Collection[int | None] = ()) -> dict[int, str]:
    """Everybody who is here that day, by number, as a form offers them: those who leave are marked with their last day.

    `kept` are people who are named already: they stay on offer after leaving, so that the rest can still be edited.
    """
    here = {person.id or 0: person for person in active_people(session, on)}
    named = {number for number in kept if number is not None and number > 0 and number not in here}
    everybody = here | people_by_id(session, named)
    return {
        number: rules.choice_said(person.name, person.email, person.active_to, on)
        for number, person in everybody.items()
    }


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the directory is narrowed to. Empty fields do not narrow; `on` leaves out who is not here that day."""

    words: str = ""
    unit_ids: frozenset[int] = frozenset()
    on: date | None = None


SORTS: Mapping[str, Sort] = {
    "number": Sort(plain(lambda: col(Person.id)), int, always=True),
    "name": Sort(plain(lambda: col(Person.name)), always=True),
    "email": Sort(plain(lambda: col(Person.email)), always=True),
    "active_from": Sort(plain(lambda: col(Person.active_from)), date),
    "active_to": Sort(plain(lambda: col(Person.active_to)), date),
}


def people_page(
    session: Session,
    narrowed: Narrowing,
    *,
    after: tuple[str, int] | None = None,
    order: Order | None = None,
    limit: int = 50,
) -> Page[Person]:
    """One page of the directory by name; `after` is the name and number of the last one seen. With `order` in that one."""
    query = select(Person).where(*_narrowing(narrowed))
    if order is not None:
        return rows_in(session, query, Person.id, order, limit, lambda row: row[0])
    if after is not None:
        name, number = after
        query = query.where(
            or_(col(Person.name) > name, (col(Person.name) == name) & (col(Person.id) > number))
        )
    found = session.exec(query.order_by(Person.name, col(Person.id)).limit(limit + 1)).all()
    return cut(found, limit, lambda person: (person.name, person.id))


def people_count(session: Session, narrowed: Narrowing) -> int:
    """How many people the directory holds in that narrowing."""
    return session.exec(select(func.count()).select_from(Person).where(*_narrowing(narrowed))).one()


def _narrowing(narrowed: Narrowing) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [
        or_(name_holds(Person.name, word), col(Person.email).like(holding(word), escape="\\"))
        for word in narrowed.words.split()
    ]
    if narrowed.unit_ids:
        clauses.append(col(Person.unit_id).in_(sorted(narrowed.unit_ids)))
    if narrowed.on is not None:
        clauses.append(active_clause(narrowed.on))
    return clauses


def people_by_id(session: Session, ids: set[int]) -> dict[int, Person]:
    """Several people in one statement."""
    if not ids:
        return {}
    return {person.id or 0: person for person in session.exec(select(Person).where(col(Person.id).in_(ids)))}


def people_by_email(session: Session, emails: Collection[str]) -> dict[str, int]:
    """The numbers of the people with these e-mail addresses (written as `same_email` writes them)."""
    query = select(Person.email, Person.id).where(col(Person.email).in_(sorted(emails)))
    return {email: number for email, number in session.exec(query) if number} if emails else {}


def email_taken(session: Session, email: str, besides: int | None = None) -> bool:
    """Whether another person has this e-mail address."""
    query = select(Person.id).where(Person.email == rules.same_email(email))
    if besides is not None:
        query = query.where(Person.id != besides)
    return session.exec(query).first() is not None


def units(session: Session) -> Sequence[BusinessUnit]:
    """Every unit, by name. An organisation has hundreds, not millions; the tree is put together from them."""
    return session.exec(select(BusinessUnit).order_by(BusinessUnit.name, col(BusinessUnit.id))).all()


def units_page(
    session: Session, *, after: tuple[str, int] | None = None, limit: int = 50
) -> Page[BusinessUnit]:
    """One page of the units by name; `after` is the name and number of the last one seen."""
    query = select(BusinessUnit)
    if after is not None:
        name, number = after
        same = (col(BusinessUnit.name) == name) & (col(BusinessUnit.id) > number)
        query = query.where(or_(col(BusinessUnit.name) > name, same))
    found = session.exec(query.order_by(BusinessUnit.name, col(BusinessUnit.id)).limit(limit + 1)).all()
    return cut(found, limit, lambda unit: (unit.name, unit.id))


def unit_exists(session: Session, unit_id: int) -> bool:
    """Whether there is a unit of this number."""
    return 0 < unit_id <= LARGEST_NUMBER and session.get(BusinessUnit, unit_id) is not None


def parents(session: Session, *, lock: bool = False) -> dict[int, int | None]:
    """The tree: each unit's number with that of the unit above it; with `lock`, held until the transaction ends."""
    query = select(BusinessUnit.id, BusinessUnit.parent_id).order_by(col(BusinessUnit.id))
    found = session.exec(query.with_for_update() if lock else query)
    return {unit_id: above for unit_id, above in found if unit_id}


def unit_paths(session: Session) -> dict[int, str]:
    """Every unit's number with its full path, such as "Bank / Retail / Cards", by path whatever its capitals."""
    found = units(session)
    tree = {unit.id or 0: unit.parent_id for unit in found}
    names = {unit.id or 0: unit.name for unit in found}
    said = {number: rules.path_said(number, tree, names) for number in tree}
    return dict(sorted(said.items(), key=lambda unit: (unit[1].casefold(), unit[0])))


def unit_with_those_below(session: Session, unit_id: int) -> frozenset[int]:
    """The unit and every unit below it; itself alone where there is no such unit."""
    return frozenset({unit_id}) | rules.below(frozenset({unit_id}), parents(session))


def unit_of(session: Session, person_id: int | None) -> int | None:
    """The unit somebody belongs to."""
    return session.exec(select(Person.unit_id).where(Person.id == person_id)).first()


def headed_now(kind: Any, person_id: Any) -> Any:
    """The rows of (kind, nothing, unit number) a person is named head of, as a part of a larger question."""
    return select(kind, literal(""), BusinessUnit.id).where(BusinessUnit.head_id == person_id)


def and_below(session: Session, unit_ids: Collection[int]) -> frozenset[int]:
    """These units and all units below them; no statement where there are none."""
    return rules.below(frozenset(unit_ids), parents(session)) if unit_ids else frozenset()


def unit_named(session: Session, name: str, parent_id: int | None) -> BusinessUnit | None:
    """The unit of this name under that one."""
    above = (
        col(BusinessUnit.parent_id).is_(None) if parent_id is None else BusinessUnit.parent_id == parent_id
    )
    return session.exec(select(BusinessUnit).where(BusinessUnit.name == name, above)).one_or_none()


def headed_by(session: Session, person_id: int) -> Sequence[BusinessUnit]:
    """The units this person is named head of, by name."""
    query = select(BusinessUnit).where(BusinessUnit.head_id == person_id)
    return session.exec(query.order_by(BusinessUnit.name, col(BusinessUnit.id))).all()


def people_by_unit(session: Session, on: date) -> dict[int, int]:
    """How many people each unit has on that day, its sub-units not counted; in one statement."""
    query = select(Person.unit_id, func.count()).where(active_clause(on), col(Person.unit_id).is_not(None))
    return {unit_id: count for unit_id, count in session.exec(query.group_by(col(Person.unit_id))) if unit_id}


def teams(session: Session) -> Sequence[Team]:
    """Every team, by name."""
    return session.exec(select(Team).order_by(Team.name)).all()


def team_exists(session: Session, team_id: int) -> bool:
    """Whether the number names a team."""
    return session.get(Team, team_id) is not None


def team_named(session: Session, name: str) -> Team | None:
    """The team of this name."""
    return session.exec(select(Team).where(Team.name == name)).one_or_none()


def teams_of(session: Session, person_id: int) -> Sequence[Team]:
    """The teams this person is in, by name."""
    query = select(Team).join(Membership, col(Membership.team_id) == col(Team.id))
    return session.exec(query.where(Membership.person_id == person_id).order_by(Team.name)).all()


def teams_of_unit(session: Session, unit_id: int) -> Sequence[Team]:
    """The teams that belong to a unit, by name."""
    return session.exec(select(Team).where(Team.unit_id == unit_id).order_by(Team.name)).all()


def team_members(session: Session, team_id: int) -> Sequence[Person]:
    """The people of one team, by name, leavers included."""
    query = select(Person).join(Membership, col(Membership.person_id) == col(Person.id))
    return session.exec(
        query.where(Membership.team_id == team_id).order_by(Person.name, col(Person.id))
    ).all()


def members_by_team(session: Session, on: date, team_ids: Collection[int] | None = None) -> dict[int, int]:
    """How many people who are here that day each team has (those with none are left out); in one statement."""
    query = select(Membership.team_id, func.count()).join(Person, col(Person.id) == col(Membership.person_id))
    query = query.where(active_clause(on))
    if team_ids is not None:
        query = query.where(col(Membership.team_id).in_(sorted(team_ids)))
    return dict(session.exec(query.group_by(col(Membership.team_id))).all())


def memberships(session: Session, team_id: int) -> Sequence[Membership]:
    """The rows that put people in a team."""
    return session.exec(select(Membership).where(Membership.team_id == team_id)).all()
