"""A people file read; who of it is known already; whom earlier files of its kind brought."""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from sqlmodel import Session, col, select

from registry.kernel import clock
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.kernel.rows import RowProblem
from registry.people.models import ImportedPerson, PeopleUpload, Person
from registry.people.queries.directory import units
from registry.people.rules.columns import ColumnMap, guessed, mapped, problems_with_map
from registry.people.rules.directory import PersonFacts
from registry.people.rules.drafts import RowRead, draft_of, placed
from registry.people.rules.imports import (
    Brought,
    Known,
    Leaver,
    Planned,
    Surroundings,
    absent_leavers,
    with_last_day,
)
from registry.people.rules.unit_paths import UnitIndex, chained, index_of
from registry.store.sheets import Limits, Row, SheetRefused, read
from registry.store.sheets.yaml_texts import parsed

_LARGEST_MAP = 200_000
# A statement carries so many addresses or numbers at once; both databases take far more.
_AT_ONCE = 500
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """A people file: how its columns were read, every row, and what had to be said of the file as a whole."""

    mapping: ColumnMap
    rows: Sequence[RowRead]
    warnings: tuple[str, ...]

    @property
    def emails(self) -> frozenset[str]:
        """Every address in the file, those of refused rows as well."""
        return frozenset(row.email for row in self.rows if row.email)

    def column_of(self) -> dict[str, str]:
        """The column that each field of a person comes from, for pointing at."""
        ours = {"email": "email", "unit": "unit", "active_from": "first_day", "active_to": "last_day"}
        return {name: self.mapping.column(target) for name, target in ours.items()}


def people_file(
    file: bytes | str | os.PathLike[str],
    name: str,
    *,
    map_data: bytes | None = None,
    sheet: str | None = None,
    limits: Limits | None = None,
) -> PeopleFile:
    """Read a people file whole. Raises SheetRefused for a file that is none, RuleBroken for columns that do not do."""
    opened = read(file, name, sheet=sheet, limits=limits)
    mapping = guessed(opened.columns) if map_data is None else _declared(map_data, opened.columns)
    if problems := problems_with_map(mapping, opened.columns):
        raise RuleBroken(problems)
    rows = [_read(mapping, row) for row in opened.rows]
    pairs = [(row.draft.unit, row.above) for row in rows if row.draft and row.draft.unit]
    paths = chained(pairs)
    return PeopleFile(mapping, [placed(row, paths) for row in rows], (*opened.warnings, *mapping.remarks))


def _read(mapping: ColumnMap, row: Row) -> RowRead:
    told = tuple(RowProblem(each.row, each.column, each.value, each.message) for each in row.problems)
    found = draft_of(mapping, row.number, row.cells)
    if row.refused:
        return RowRead(row.number, None, found.email, problems=told)
    return replace(found, problems=told + found.problems)


def _declared(data: bytes, columns: Sequence[str]) -> ColumnMap:
    if len(data) > _LARGEST_MAP:
        raise RuleBroken([Problem("map", f"A map file has at most {_LARGEST_MAP // 1_000} kB.")])
    try:
        document = parsed(data.decode("utf-8-sig"), Limits())
    except UnicodeDecodeError as reason:
        raise RuleBroken([Problem("map", "The map file is not UTF-8 text. Save it as such.")]) from reason
    except SheetRefused as refusal:
        raise RuleBroken([Problem("map", refusal.says)]) from refusal
    mapping, problems = mapped(document, columns)
    if mapping is None:
        raise RuleBroken(problems)
    return mapping


def unit_index(session: Session) -> UnitIndex:
    """Every unit, ready to be looked up by path; in one statement."""
    found = units(session)
    return index_of(
        {unit.id or 0: unit.parent_id for unit in found}, {unit.id or 0: unit.name for unit in found}
    )


def known_people(session: Session, kind: str, emails: Collection[str]) -> dict[str, Known]:
    """The people behind these addresses: who has the address now, else whom the last file of this kind knew by it."""
    found: dict[str, Known] = {}
    for some in _portions(sorted(emails)):
        was = select(Person, ImportedPerson.email).join(
            ImportedPerson, col(ImportedPerson.person_id) == col(Person.id)
        )
        brought = session.exec(
            was.where(ImportedPerson.kind == kind, col(ImportedPerson.email).in_(some))
        ).all()
        by_email = {email: person for person, email in brought}
        by_email |= {
            person.email: person for person in session.exec(select(Person).where(col(Person.email).in_(some)))
        }
        said = said_of(session, kind, {person.id or 0 for person in by_email.values()})
        for email, person in by_email.items():
            row = said.get(person.id or 0)
            found[email] = Known(person.id or 0, _facts_of(person), row.stated if row else None)
    return found


def surroundings(
    session: Session, file: PeopleFile, *, staying: frozenset[int], oneself: int | None
) -> Surroundings:
    """What the rows of a file are judged against. `staying` are the administrators who have no last day."""
    return Surroundings(
        known_people(session, file.mapping.kind, file.emails),
        unit_index(session),
        clock.today(),
        staying,
        oneself,
        file.column_of(),
    )


def _facts_of(person: Person) -> PersonFacts:
    return PersonFacts(
        person.name, person.email, person.job_title, person.unit_id, person.active_from, person.active_to
    )


def said_of(session: Session, kind: str, person_ids: Collection[int]) -> dict[int, ImportedPerson]:
    """What the last file of this kind said of each of these people."""
    if not person_ids:
        return {}
    query = select(ImportedPerson).where(
        ImportedPerson.kind == kind, col(ImportedPerson.person_id).in_(sorted(person_ids))
    )
    return {row.person_id: row for row in session.exec(query)}


def brought_by(session: Session, kind: str) -> list[Brought]:
    """Everybody whom files of this kind brought, by name."""
    query = (
        select(Person, ImportedPerson.email)
        .join(ImportedPerson, col(ImportedPerson.person_id) == col(Person.id))
        .where(ImportedPerson.kind == kind)
        .order_by(col(Person.name), col(Person.id))
    )
    return [
        Brought(person.id or 0, person.name, email, person.active_from, person.active_to)
        for person, email in session.exec(query)
    ]


def absent(
    session: Session, file: PeopleFile, planned: Sequence[Planned], around: Surroundings, day: date | None
) -> list[Leaver]:
    """Whom earlier files of this kind brought and this one lacks; with the day to note, where one is given."""
    there = {known.person_id for known in around.known.values()}
    gone = absent_leavers(brought_by(session, file.mapping.kind), file.emails, there)
    if day is None:
        return gone
    leaving = {one.person_id for one in planned if one.leaves and one.person_id is not None}
    return with_last_day(gone, day, around.staying - leaving, around.oneself)


def upload_by_id(session: Session, number: int, person_id: int | None, *, lock: bool = False) -> PeopleUpload:
    """One's own uploaded file. Raises NotFound, for somebody else's as well."""
    query = select(PeopleUpload).where(PeopleUpload.id == number, PeopleUpload.person_id == person_id)
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def uploads_of(session: Session, person_id: int, before: datetime) -> Sequence[PeopleUpload]:
    """What somebody uploaded before that instant."""
    query = select(PeopleUpload).where(PeopleUpload.person_id == person_id)
    return session.exec(query.where(col(PeopleUpload.uploaded_at) < before)).all()


def _portions(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
