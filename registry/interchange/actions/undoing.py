"""Undo an import: withdraw what it created, put back what it updated, and leave what people have built on since."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from registry.annotations.models import Tagging
from registry.audit import queries as ledger
from registry.audit.actions import record
from registry.audit.queries import HistoryItem, ObjectChange
from registry.audit.queries.state import audited_tables, value_of
from registry.data_sources.models import DataSource, DataUse
from registry.interchange.actions.importer import UNDONE_BECAUSE
from registry.interchange.models import InventoryImport
from registry.interchange.queries.imports import systems_of
from registry.interchange.queries.records import hold_systems, records_of_all
from registry.interchange.queries.undoing import (
    Undoing,
    hindrances,
    open_seats_on,
    open_uses_of,
    orphaned_sources,
    taggings_on,
    undoing_of,
)
from registry.interchange.rules.imports import ImportState
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import refuse_if
from registry.kernel.events import Event
from registry.kernel.rows import Ending
from registry.lifecycle.models import StageChange
from registry.objectives.models import Objective
from registry.ownership.rules import moment_of_change
from registry.store.columns import Row
from registry.systems.actions import withdrawal_row
from registry.systems.models import System

_AT_ONCE = 100
_NATURAL_KEY_LIMIT = 480


def undo(session: Session, actor: Actor, inventory: InventoryImport, advance: Callable[[int], None]) -> None:
    """Take the whole import back in the caller's one transaction. The caller holds the import's row locked.

    What stood before an update is read from the ledger. Units stay: people may have come to use them. Raises RuleBroken
    when the report does not name every system the import wrote, or a later import that stands has written over it.
    """
    require(actor, Permission.INVENTORY_IMPORT)
    # Nobody may build on the systems between the question and the answer.
    written = [systems_of(session, inventory, ending) for ending in (Ending.CREATED, Ending.UPDATED)]
    hold_systems(session, {number for numbers in written for number in numbers})
    refuse_if(hindrances(session, inventory))
    found = undoing_of(session, inventory)
    sources: set[int] = set()
    for some in _batches(found.created):
        sources |= _withdraw(session, actor, some, inventory)
        advance(len(some))
    first = [ledger.first_entry(session, found.created)] if found.created else []
    for some in _batches(found.updated):
        first += [_put_back(session, actor, number, found.since, sources) for number in some]
        advance(len(some))
    retired = _retire(session, found, sources, [seq for seq in first if seq is not None])
    _settle(inventory, found, ledger.entries_at(session, found.left.values()), retired)
    note = {name: str(inventory.undone[name]) for name in ("withdrawn", "put_back", "retired")}
    note |= {"file": inventory.file_name, "left": str(len(found.left))}
    record(session, actor, Event.INVENTORY_UNDONE, inventory, note=note)


def _batches(numbers: Sequence[int]) -> list[list[int]]:
    return [list(numbers[start : start + _AT_ONCE]) for start in range(0, len(numbers), _AT_ONCE)]


def _withdraw(session: Session, actor: Actor, numbers: list[int], inventory: InventoryImport) -> set[int]:
    """Take systems off the register: seats and uses end, the key stays taken; the sources they used are returned."""
    because = f"The import of {inventory.file_name} was undone."
    at = clock.now()
    touched: dict[int, list[Row]] = {number: [] for number in numbers}
    for seat in open_seats_on(session, numbers):
        seat.to_at = moment_of_change(seat.from_at, at)
        touched[seat.system_id].append(seat)
    uses = open_uses_of(session, numbers)
    for use in uses:
        _end(use, because)
        touched[use.system_id].append(use)
    for tagging in taggings_on(session, numbers):
        # A tag that only withdrawn systems carry could never be removed.
        session.delete(tagging)
        touched[tagging.system_id].append(tagging)
    for read in records_of_all(session, numbers):
        # The next import of this file starts afresh: its row must not meet a system nobody can see.
        read.natural_key = f"withdrawn {read.system_id}: {read.natural_key}"[:_NATURAL_KEY_LIMIT]
        touched[read.system_id].append(read)
    systems = session.exec(select(System).where(col(System.id).in_(numbers)).order_by(col(System.id))).all()
    for system in systems:
        touched[system.id or 0].append(withdrawal_row(session, system, because))
    session.flush()
    for system in systems:
        rows = touched[system.id or 0]
        record(session, actor, Event.SYSTEM_WITHDRAWN, system, system_id=system.id, rows=rows)
    return {use.data_source_id for use in uses}


def _end(use: DataUse, because: str) -> None:
    use.to_at, use.ended_because = moment_of_change(use.from_at, clock.now()), because


def _put_back(session: Session, actor: Actor, number: int, before: int, sources: set[int]) -> int | None:
    """Write back what stood before the import updated this system; the number of the entry that says so."""
    told = ledger.entries(
        session, system_id=number, event=Event.SYSTEM_REIMPORTED, before_seq=before, limit=1
    )
    for item in told:
        _take_back(session, actor, item, sources)
    system = session.get_one(System, number)
    record(session, actor, Event.SYSTEM_PUT_BACK, system, system_id=number)
    return told[0].seq if told else None


def _take_back(session: Session, actor: Actor, item: HistoryItem, sources: set[int]) -> None:
    for one in item.objects:
        row = session.get(audited_tables()[one.kind], one.object_id)
        if one.verb == "changed" and not isinstance(row, DataSource):
            _restore(row, one)
        elif isinstance(row, DataUse):
            _end(row, UNDONE_BECAUSE)
            sources.add(row.data_source_id)
        elif isinstance(row, Tagging):
            session.delete(row)
        elif isinstance(row, Objective):
            row.problem = ""
        elif isinstance(row, StageChange):
            session.add(_moved_back(row, actor))


def _moved_back(row: StageChange, actor: Actor) -> StageChange:
    """The change that takes back what a list said of a stage; the system's own row is restored as every other."""
    return StageChange(
        system_id=row.system_id,
        move=row.move,
        from_stage=row.to_stage,
        to_stage=row.from_stage,
        changed_at=clock.now(),
        changed_by_id=actor.person_id,
        reason=UNDONE_BECAUSE,
    )


def _restore(row: Any, one: ObjectChange) -> None:
    for change in one.changes:
        if change.column != "version":
            setattr(row, change.column, value_of(type(row), change.column, change.before))


def _retire(session: Session, found: Undoing, sources: set[int], first: list[int]) -> int:
    """Take the sources the import brought out of the catalogue, where nothing uses them any more."""
    if not sources or not first:
        return 0
    session.flush()
    orphaned = orphaned_sources(session, sources, min(first), found.since)
    for source in orphaned:
        source.retired_at, source.retired_because = clock.now(), UNDONE_BECAUSE
    return len(orphaned)


def _settle(
    inventory: InventoryImport, found: Undoing, told: Mapping[int, HistoryItem], retired: int
) -> None:
    inventory.undone = {
        "withdrawn": len(found.created),
        "put_back": len(found.updated),
        "retired": retired,
        "withdrawn_systems": found.created,
        "put_back_systems": found.updated,
        "left": [
            {
                "system": number,
                "event": told[seq].event,
                "actor": told[seq].actor,
                "at": clock.written(told[seq].at),
            }
            for number, seq in sorted(found.left.items())
        ],
    }
    inventory.state, inventory.trouble = ImportState.UNDONE, ""
    inventory.undone_at = inventory.changed_at = clock.now()
