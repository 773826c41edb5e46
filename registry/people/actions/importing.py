"""Carry out what was planned for a people file: units made, people added and changed, leavers marked."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.events import Event
from registry.kernel.rows import Ending, tallied
from registry.people import queries
from registry.people.actions.directory import add_unit, mark_as_left
from registry.people.models import ImportedPerson, Person
from registry.people.rules.drafts import PersonDraft
from registry.people.rules.imports import Leaver, Planned
from registry.people.rules.unit_paths import Path, UnitIndex, compared

# So many people are stored together: a statement per row and table costs several times as much.
_AT_ONCE = 200


class _Importer:
    """One import: the units it has made, so that each is made once."""

    def __init__(self, session: Session, actor: Actor, file_name: str, kind: str, units: UnitIndex) -> None:
        self.session, self.actor = session, actor
        self.file_name, self.kind = file_name[-255:], kind
        self.units = units
        self.made: dict[Path, int] = {}

    def unit_of(self, path: Path) -> int:
        """The number of the unit at this path, made with all that is missing above it."""
        same = compared(path)
        if same not in self.made:
            self.made[same] = self._found_or_made(path)
        return self.made[same]

    def _found_or_made(self, path: Path) -> int:
        if found := self.units.meant(path):
            return found[0]
        above = self.unit_of(path[:-1]) if len(path) > 1 else None
        return add_unit(self.session, self.actor, path[-1], above).id or 0

    def said(self, person_id: int, draft: PersonDraft, earlier: ImportedPerson | None) -> ImportedPerson:
        """Keep what the file says of somebody."""
        if earlier is None:
            earlier = ImportedPerson(
                person_id=person_id,
                kind=self.kind,
                email=draft.email,
                stated=draft.stated(),
                file_name=self.file_name,
                row_number=draft.row,
                imported_at=clock.now(),
            )
            self.session.add(earlier)
            return earlier
        # What an earlier file said and this one leaves blank stays known, as it stays in the directory.
        earlier.stated = earlier.stated | draft.stated()
        earlier.email, earlier.row_number = draft.email, draft.row
        earlier.file_name, earlier.imported_at = self.file_name, clock.now()
        return earlier


def import_people(
    session: Session,
    actor: Actor,
    *,
    file_name: str,
    kind: str,
    planned: Sequence[Planned],
    units: UnitIndex,
    leavers: Sequence[Leaver] = (),
    advance: Callable[[int], None] = lambda _count: None,
) -> int:
    """Carry out a plan in the caller's one transaction; the number of units that were made.

    `leavers` are people the file no longer names, each with the last day to note, or none where none may be noted.
    """
    require(actor, Permission.PEOPLE_EDIT)
    importer = _Importer(session, actor, file_name, kind, units)
    for some in _batches(planned):
        places = {one.row: importer.unit_of(one.new_unit) for one in some if one.new_unit}
        _create(importer, [one for one in some if one.ending is Ending.CREATED], places)
        known = [one for one in some if one.person_id is not None and one.news]
        _update(importer, known, places)
        advance(len(some))
    _mark(importer, leavers)
    counted = {name: str(count) for name, count in asdict(tallied(one.ending for one in planned)).items()}
    note = {"file": importer.file_name, "kind": kind, **counted}
    record(session, actor, Event.PEOPLE_IMPORTED, None, subject_kind="people", note=note)
    return len(set(importer.made.values()) - units.paths.keys())


def _mark(importer: _Importer, leavers: Iterable[Leaver]) -> None:
    for leaver in leavers:
        if leaver.last_day is not None:
            person = queries.person_by_id(importer.session, leaver.person_id)
            mark_as_left(importer.session, importer.actor, person, leaver.last_day)


def _batches(planned: Iterable[Planned]) -> Iterator[list[Planned]]:
    remaining = iter(planned)
    while some := list(islice(remaining, _AT_ONCE)):
        yield some


def _create(importer: _Importer, planned: Collection[Planned], places: dict[int, int]) -> None:
    """New people, stored together, each with a ledger entry of its own."""
    session = importer.session
    arriving = []
    for one in planned:
        person = Person(**one.changes)
        if one.row in places:
            person.unit_id = places[one.row]
        session.add(person)
        arriving.append((person, one.draft))
    session.flush()
    told = [
        (person, importer.said(person.id or 0, draft, None))
        for person, draft in arriving
        if draft is not None
    ]
    session.flush()
    for person, said in told:
        record(session, importer.actor, Event.PERSON_ADDED, person, rows=[person, said])


def _update(importer: _Importer, planned: Collection[Planned], places: dict[int, int]) -> None:
    """Write what the file says anew. Where that is no change to the person, the import's own entry tells of it."""
    session = importer.session
    ids = {one.person_id for one in planned if one.person_id is not None}
    people = queries.people_by_id(session, ids)
    earlier = queries.said_of(session, importer.kind, ids)
    told = []
    for one in planned:
        if one.person_id is None or one.draft is None:
            continue
        person = people[one.person_id]
        changes = dict(one.changes)
        if one.row in places:
            changes["unit_id"] = places[one.row]
        for name, value in changes.items():
            setattr(person, name, value)
        said = importer.said(one.person_id, one.draft, earlier.get(one.person_id))
        if one.ending is Ending.UPDATED:
            told.append((person, said, Event.PERSON_LEFT if one.leaves else Event.PERSON_EDITED))
    session.flush()
    for person, said, event in told:
        record(session, importer.actor, event, person, rows=[person, said])
