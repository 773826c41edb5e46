"""The notes of a system with their authors, newest first."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from registry.annotations.models import Note
from registry.kernel.errors import NotFound
from registry.people.models import Person
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import Page, cut


@dataclass(frozen=True, slots=True)
class Written:
    """One note with the people it names; None is the registry itself."""

    note: Note
    author: Person | None
    withdrawn_by: Person | None


def notes_page(
    session: Session, system_id: int, *, before: int | None = None, limit: int = 20
) -> Page[Written]:
    """One page of a system's notes, newest first; `before` is the number of the last note seen."""
    query = _written(system_id)
    if before is not None:
        query = query.where(col(Note.id) < before)
    return cut(_found(session, query.limit(limit + 1)), limit, lambda one: (one.note.id,))


def latest_notes(session: Session, system_id: int, limit: int = 2) -> list[Written]:
    """The newest notes that were not withdrawn."""
    return _found(session, _written(system_id).where(col(Note.withdrawn_at).is_(None)).limit(limit))


def _written(system_id: int) -> Any:
    withdrawer = aliased(Person)
    query = select(Note, Person, withdrawer).join(Person, col(Person.id) == col(Note.author_id), isouter=True)
    query = query.join(withdrawer, col(withdrawer.id) == col(Note.withdrawn_by_id), isouter=True)
    return query.where(Note.system_id == system_id).order_by(col(Note.id).desc())


def _found(session: Session, query: Any) -> list[Written]:
    return [Written(*row) for row in session.exec(query)]


def note_by_id(session: Session, system_id: int, number: int, *, lock: bool = False) -> Note:
    """One note of that system; with `lock`, held until the transaction ends. Raises NotFound."""
    query = select(Note).where(Note.id == min(number, LARGEST_NUMBER), Note.system_id == system_id)
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found
