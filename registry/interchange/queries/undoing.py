"""What undoing an import would do: which systems would be withdrawn or put back, and which people have built on since."""

from dataclasses import dataclass

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from registry.annotations.models import Tagging
from registry.audit import queries as ledger
from registry.data_sources.models import DataSource, DataUse
from registry.incidents.queries.taking_up import touched_among
from registry.interchange.models import ImportRow, InventoryImport
from registry.interchange.queries.imports import report_is_whole, systems_of
from registry.interchange.rules.imports import ImportState, problems_with_order, problems_with_report
from registry.kernel.errors import Problem
from registry.kernel.events import Event
from registry.kernel.rows import Ending
from registry.ownership.models import Assignment
from registry.versions.queries import held_among

# A later import that was itself undone is in nobody's way.
_BY_AN_UNDO = (Event.SYSTEM_REIMPORTED, Event.SYSTEM_PUT_BACK)


@dataclass(frozen=True, slots=True)
class Undoing:
    """The systems to withdraw and to put back, and those left as they are with the entry that first changed each."""

    since: int
    created: list[int]
    updated: list[int]
    left: dict[int, int]


def undoing_of(session: Session, inventory: InventoryImport) -> Undoing:
    """What undoing would do now. The ledger says what has changed since; raises LookupError without its entry."""
    since = ledger.last_entry(session, Event.INVENTORY_IMPORTED, "inventory_import", inventory.id or 0)
    if since is None:
        raise LookupError(f"the ledger knows nothing of import {inventory.id}")
    created = systems_of(session, inventory, Ending.CREATED)
    updated = systems_of(session, inventory, Ending.UPDATED)
    left = _kept_as_evidence(session, created, updated)
    left |= ledger.changed_since(session, [*created, *updated], since, taken_back=_BY_AN_UNDO)
    return Undoing(
        since,
        [number for number in created if number not in left],
        [number for number in updated if number not in left],
        left,
    )


def _kept_as_evidence(session: Session, created: list[int], updated: list[int]) -> dict[int, int]:
    """The systems that are held as evidence, and those to be withdrawn that an incident touches; with the entry that says so.

    The entries of an incident stand in the history of one of its systems, so that the other ones' does not tell of it.
    """
    found: dict[int, int] = {}
    for kind, rows in (
        ("incident_system", touched_among(session, created)),
        ("evidence_hold", held_among(session, [*created, *updated])),
    ):
        told = ledger.told_of(session, kind, rows.values())
        found |= {system_id: told[row][0] for system_id, row in rows.items() if row in told}
    return found


def later_import(session: Session, inventory: InventoryImport) -> InventoryImport | None:
    """The last import that has updated systems of this one since and stands; one that cannot be undone is passed over."""
    theirs = aliased(ImportRow)
    overwritten = (
        select(theirs.import_id)
        .join(ImportRow, col(ImportRow.system_id) == theirs.system_id)
        .where(
            ImportRow.import_id == inventory.id,
            ImportRow.attempt == inventory.attempt,
            col(ImportRow.ending).in_((Ending.CREATED, Ending.UPDATED)),
            theirs.import_id == InventoryImport.id,
            theirs.attempt == InventoryImport.attempt,
            theirs.ending == Ending.UPDATED,
        )
    )
    query = select(InventoryImport).where(
        col(InventoryImport.state).in_((ImportState.IMPORTED, ImportState.UNDOING)),
        col(InventoryImport.imported_at) > inventory.imported_at,
        overwritten.exists(),
    )
    found = session.exec(query.order_by(col(InventoryImport.imported_at).desc()))
    return next((each for each in found.all() if report_is_whole(session, each)), None)


def hindrances(session: Session, inventory: InventoryImport) -> list[Problem]:
    """Why this import cannot be undone now."""
    if not report_is_whole(session, inventory):
        return problems_with_report(whole=False)
    later = later_import(session, inventory)
    return problems_with_order(later.id, later.file_name) if later else []


def open_seats_on(session: Session, system_ids: list[int]) -> list[Assignment]:
    """Everybody who holds a seat on these systems now."""
    query = select(Assignment).where(
        col(Assignment.system_id).in_(system_ids), col(Assignment.to_at).is_(None)
    )
    return list(session.exec(query))


def taggings_on(session: Session, system_ids: list[int]) -> list[Tagging]:
    """What puts tags on these systems."""
    return list(session.exec(select(Tagging).where(col(Tagging.system_id).in_(system_ids))))


def open_uses_of(session: Session, system_ids: list[int]) -> list[DataUse]:
    """The data these systems use now."""
    query = select(DataUse).where(col(DataUse.system_id).in_(system_ids), col(DataUse.to_at).is_(None))
    return list(session.exec(query))


def orphaned_sources(session: Session, source_ids: set[int], first: int, last: int) -> list[DataSource]:
    """Of these sources, those that came between two entries, were not touched since, and nothing uses any more."""
    told = ledger.told_of(session, "data_source", source_ids)
    ours = sorted(number for number, (came, changed) in told.items() if first <= came and changed <= last)
    found: list[DataSource] = []
    for start in range(0, len(ours), 500):
        some = ours[start : start + 500]
        used = select(DataUse.data_source_id).where(col(DataUse.to_at).is_(None))
        query = select(DataSource).where(
            col(DataSource.id).in_(some),
            col(DataSource.id).not_in(used),
            col(DataSource.retired_at).is_(None),
        )
        found += session.exec(query)
    return found
