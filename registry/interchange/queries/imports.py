"""Imports and how they stand; their rows and the problems in them; what new rows may be already."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from registry.interchange.models import ImportLikeness, ImportRow, InventoryImport
from registry.interchange.rules.imports import DRAFTS, OVER, Choice, skipped_says
from registry.interchange.rules.likeness import Named
from registry.kernel.actor import Actor
from registry.kernel.errors import NotFound
from registry.kernel.rows import Ending
from registry.people.queries import unit_paths
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import visible_to

_AT_ONCE = 1_000


def import_by_number(session: Session, number: int, *, lock: bool = False) -> InventoryImport:
    """One import; with `lock`, held until the transaction ends. Raises NotFound."""
    if number > LARGEST_NUMBER:
        raise NotFound
    query = select(InventoryImport).where(InventoryImport.id == number)
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def imports_page(session: Session, *, before: int | None, limit: int) -> Page[InventoryImport]:
    """Imports, newest first."""
    query = select(InventoryImport)
    if before is not None:
        query = query.where(col(InventoryImport.id) < before)
    found = session.exec(query.order_by(col(InventoryImport.id).desc()).limit(limit + 1)).all()
    return cut(found, limit, lambda each: (each.id,))


@dataclass(frozen=True, slots=True)
class Shown:
    """Which rows of an import are looked at: one ending, or those with problems; all of them by default."""

    ending: Ending | None = None
    problems: bool = False


def rows_page(
    session: Session, inventory: InventoryImport, shown: Shown, *, after: int | None, limit: int
) -> Page[ImportRow]:
    """One page of the rows by number; `after` is the last row seen."""
    query = _rows_of(inventory)
    if shown.ending is not None:
        query = query.where(ImportRow.ending == shown.ending)
    if shown.problems:
        query = query.where(col(ImportRow.problem_count) > 0)
    if after is not None:
        query = query.where(col(ImportRow.row_number) > after)
    found = session.exec(query.order_by(col(ImportRow.row_number)).limit(limit + 1)).all()
    return cut(found, limit, lambda row: (row.row_number,))


def every_row(session: Session, inventory: InventoryImport) -> Iterator[ImportRow]:
    """All rows by number, read in stretches."""
    after: int | None = None
    while True:
        page = rows_page(session, inventory, Shown(), after=after, limit=_AT_ONCE)
        yield from page.items
        if page.next_after is None:
            return
        after = page.next_after[0]
        session.expunge_all()


def _rows_of(inventory: InventoryImport) -> Any:
    return select(ImportRow).where(
        ImportRow.import_id == inventory.id, ImportRow.attempt == inventory.attempt
    )


def with_problems(session: Session, inventory: InventoryImport) -> int:
    """How many rows have problems."""
    query = select(func.count()).select_from(ImportRow).where(ImportRow.import_id == inventory.id)
    query = query.where(ImportRow.attempt == inventory.attempt, col(ImportRow.problem_count) > 0)
    return session.exec(query).one()


def rows_counted(session: Session, inventory: InventoryImport) -> int:
    """How many rows of the report are stored of the check that counts."""
    query = select(func.count()).select_from(ImportRow).where(ImportRow.import_id == inventory.id)
    return session.exec(query.where(ImportRow.attempt == inventory.attempt)).one()


def report_is_whole(session: Session, inventory: InventoryImport) -> bool:
    """Whether the report names a system for every row that the import says it created or updated."""
    query = (
        select(func.count())
        .select_from(ImportRow)
        .where(
            ImportRow.import_id == inventory.id,
            ImportRow.attempt == inventory.attempt,
            col(ImportRow.ending).in_((Ending.CREATED, Ending.UPDATED)),
            col(ImportRow.system_id).is_not(None),
        )
    )
    written = int(inventory.tally.get("created", 0)) + int(inventory.tally.get("updated", 0))
    return session.exec(query).one() == written


def systems_of(session: Session, inventory: InventoryImport, ending: Ending) -> list[int]:
    """The systems this import created, or updated, by number."""
    query = select(ImportRow.system_id).where(
        ImportRow.import_id == inventory.id,
        ImportRow.attempt == inventory.attempt,
        ImportRow.ending == ending,
        col(ImportRow.system_id).is_not(None),
    )
    return sorted({number for number in session.exec(query) if number is not None})


def likenesses_page(
    session: Session, actor: Actor, import_id: int, *, after: int | None = None, limit: int
) -> Page[tuple[ImportLikeness, System | None]]:
    """What rows may be already, with the system where the actor may know of it; others are left out."""
    query = (
        select(ImportLikeness, System)
        .join(System, (col(System.id) == col(ImportLikeness.system_id)) & visible_to(actor), isouter=True)
        .where(ImportLikeness.import_id == import_id)
        .where(col(ImportLikeness.other_row).is_not(None) | col(System.id).is_not(None))
    )
    if after is not None:
        query = query.where(col(ImportLikeness.id) > after)
    found = session.execute(query.order_by(col(ImportLikeness.id)).limit(limit + 1)).all()
    return cut([(each, system) for each, system in found], limit, lambda pair: (pair[0].id,))


def likenesses_counted(session: Session, import_id: int) -> dict[Choice, int]:
    """How many likenesses stand at each choice."""
    query = select(ImportLikeness.choice, func.count()).where(ImportLikeness.import_id == import_id)
    found = session.exec(query.group_by(col(ImportLikeness.choice))).all()
    return dict.fromkeys(Choice, 0) | {Choice(choice): count for choice, count in found}


def likenesses_of(session: Session, import_id: int) -> Sequence[ImportLikeness]:
    """Every likeness of an import."""
    query = select(ImportLikeness).where(ImportLikeness.import_id == import_id)
    return session.exec(query.order_by(col(ImportLikeness.id))).all()


def skipped(session: Session, import_id: int) -> dict[int, str]:
    """The rows that were left out by choice, each with why."""
    query = select(ImportLikeness).where(
        ImportLikeness.import_id == import_id, ImportLikeness.choice == Choice.SKIP
    )
    return {one.row_number: skipped_says(one.system_id, one.other_row) for one in session.exec(query)}


def register_names(session: Session, actor: Actor, besides: Collection[int]) -> list[Named]:
    """Every system the actor may know of by number, name and unit, apart from some; in two statements."""
    units = {number: tuple(path.split(" / ")) for number, path in unit_paths(session).items()}
    query = select(System.id, System.name, System.unit_id).where(visible_to(actor))
    return [
        Named(number, name, units[unit_id])
        for number, name, unit_id in session.exec(query)
        if number is not None and number not in besides
    ]


def untouched_drafts(session: Session, since: datetime) -> Sequence[int]:
    """The drafts nobody has touched since then."""
    query = select(InventoryImport.id).where(
        col(InventoryImport.state).in_(DRAFTS), col(InventoryImport.changed_at) < since
    )
    return [number for number in session.exec(query) if number is not None]


def needed_files(session: Session, since: datetime) -> set[str]:
    """The digests of the files still needed: of every import that is not over, or was until then."""
    query = select(InventoryImport.sha256).where(
        col(InventoryImport.state).not_in(OVER) | (col(InventoryImport.changed_at) >= since)
    )
    return set(session.exec(query))


def imports_of_file(session: Session, sha256: str) -> Sequence[InventoryImport]:
    """Every import of a file whose bytes were not noted as deleted."""
    query = select(InventoryImport).where(
        InventoryImport.sha256 == sha256, col(InventoryImport.file_dropped_at).is_(None)
    )
    return session.exec(query).all()
