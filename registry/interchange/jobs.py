"""What the worker does for imports: dry runs, the import itself, its undoing, and sweeping out files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Any

from registry.accounts.queries import actor_for
from registry.interchange.actions import carrying, checking, drafts, undoing
from registry.interchange.actions.checking import Findings, Outlook
from registry.interchange.actions.sweeping import note_dropped
from registry.interchange.models import InventoryImport
from registry.interchange.queries import held_from, imports
from registry.interchange.queries.differences import differences
from registry.interchange.queries.named import entries_of
from registry.interchange.queries.opening import profile_for
from registry.interchange.queries.reading import Reading
from registry.interchange.queries.records import owners_here, systems_from, versions_overwritten
from registry.interchange.rules.drafts import Draft
from registry.interchange.rules.imports import ImportState, digest_of_plan
from registry.interchange.rules.likeness import Known, Likeness, Named, likenesses
from registry.interchange.rules.mapping import How
from registry.interchange.rules.outcomes import Entry, Outcome, plan, tally_of
from registry.interchange.rules.profiles import Profile
from registry.interchange.rules.units import placed
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require, the_registry
from registry.kernel.errors import Refusal
from registry.kernel.rows import Ending
from registry.people.models import Person
from registry.people.queries import unit_index
from registry.people.rules.unit_paths import UnitIndex
from registry.settings import Settings
from registry.store.files import Files
from registry.store.progress import Board
from registry.store.session import Database

KEPT_FOR = timedelta(days=30)
_STORED_AT_ONCE = 400


@dataclass
class Work:
    """One import while the worker is at it."""

    inventory: InventoryImport
    actor: Actor
    board: Board
    reading: Reading
    profile: Profile = field(init=False)


def check(database: Database, payload: dict[str, Any]) -> None:
    """The dry run: how every row would end, what it would change, what it may be already."""
    work = _asked(database, payload, ImportState.CHECKING)
    if work is None:
        return
    with _refusals(database, work.inventory, ImportState.CHECKING, ImportState.MAPPING):
        _begin(work)
        entries, names = _first_pass(database, work)
        with database.transaction(read_only=True) as session:
            outcomes = plan(entries, held_from(session, work.profile.id))
            met = systems_from(session, work.profile.id)
            besides = {met[each.key] for each in outcomes if each.key in met}
            besides |= {each.system for each in outcomes if each.system}
            register = imports.register_names(session, work.actor, besides)
            digest = digest_of_plan(outcomes, versions_overwritten(session, work.profile.id, outcomes))
            outlook = Outlook(unit_index(session), owners_here(session))
        _keep_rows(database, work, outcomes, outlook)
        standing = _standing(names, outlook.units)
        found = _findings(work, outcomes, standing, Known(register), digest, outlook.remarks)
        with database.transaction() as session:
            current = _still(session, work, ImportState.CHECKING)
            # A second worker may have begun anew meanwhile: the one that completes the report concludes.
            if current is not None and imports.rows_counted(session, current) == len(outcomes):
                checking.conclude(session, current, found)
        work.board.clear()


def carry_out(database: Database, payload: dict[str, Any]) -> None:
    """The import itself, in one transaction: whoever comes second finds it done."""
    work = _asked(database, payload, ImportState.IMPORTING)
    if work is None:
        return
    with _refusals(database, work.inventory, ImportState.IMPORTING, ImportState.MAPPING):
        _begin(work)
        entries, _ = _first_pass(database, work)
        work.board.begin("Writing", len(entries))
        with database.transaction() as session:
            current = _still(session, work, ImportState.IMPORTING)
            if current is not None:
                outcomes, became = carrying.carry_out(
                    session,
                    work.actor,
                    current,
                    steward=session.get_one(Person, current.steward_id),
                    profile=work.profile,
                    reading=work.reading,
                    entries=entries,
                    advance=work.board.advance,
                )
                carrying.report(session, current, work.profile, outcomes, became)
        work.board.clear()


def undo(database: Database, payload: dict[str, Any]) -> None:
    """Take an import back, in one transaction."""
    with database.transaction(read_only=True) as session:
        inventory = imports.import_by_number(session, payload["subject_id"])
        actor = _asker(session, inventory)
        total = int(inventory.tally.get("created", 0)) + int(inventory.tally.get("updated", 0))
    board = _board(inventory)
    board.begin("Taking back", total)
    with _refusals(database, inventory, ImportState.UNDOING, ImportState.IMPORTED):
        with database.transaction() as session:
            current = imports.import_by_number(session, inventory.id or 0, lock=True)
            if current.state is ImportState.UNDOING:
                undoing.undo(session, actor, current, board.advance)
        board.clear()


def sweep_files(database: Database, _payload: dict[str, Any]) -> None:
    """Abandon drafts nobody has touched, and delete files that no import needs: some time after it is over."""
    since = clock.now() - KEPT_FOR
    with database.transaction(read_only=True) as session:
        stale = imports.untouched_drafts(session, since)
    for number in stale:
        with database.transaction() as session:
            inventory = imports.import_by_number(session, number, lock=True)
            if inventory.changed_at < since:
                drafts.abandon(session, the_registry("worker"), inventory)
    files = Files(Settings.from_environment().data_dir)
    with database.transaction() as session:
        needed = imports.needed_files(session, since)
        # A file that has just come may belong to a request that has not been kept yet.
        old = (clock.now() - timedelta(days=1)).timestamp()
        unneeded = [digest for digest, written in files.kept() if digest not in needed and written < old]
        note_dropped(session, unneeded)
    for digest in unneeded:
        files.drop(digest)


def _asked(database: Database, payload: dict[str, Any], state: ImportState) -> Work | None:
    """The import a job is about; None when it no longer stands where the job was asked for."""
    with database.transaction(read_only=True) as session:
        inventory = imports.import_by_number(session, payload["subject_id"])
        actor = _asker(session, inventory)
    if inventory.state is not state:
        return None
    file = Files(Settings.from_environment().data_dir).path(inventory.sha256)
    reading = Reading(file, inventory.file_name, How(**inventory.how))
    return Work(inventory, actor, _board(inventory), reading)


def _begin(work: Work) -> None:
    """Find out how the file is to be read. Raises Forbidden for somebody who may import no longer, SheetRefused."""
    require(work.actor, Permission.INVENTORY_IMPORT)
    columns = work.reading.opened().columns
    work.profile = profile_for(work.inventory, columns)


@contextmanager
def _refusals(
    database: Database, inventory: InventoryImport, state: ImportState, back: ImportState
) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        with database.transaction() as session:
            current = imports.import_by_number(session, inventory.id or 0, lock=True)
            if current.state is state and current.attempt == inventory.attempt:
                checking.give_back(current, back, refusal.says)


def _asker(session: Any, inventory: InventoryImport) -> Actor:
    """Whoever asked for it, with what they may do now."""
    person = session.get(Person, inventory.asked_by_id) if inventory.asked_by_id else None
    return actor_for(session, person, via="worker") if person else the_registry("worker")


def _board(inventory: InventoryImport) -> Board:
    return Board(Settings.from_environment().data_dir, f"import-{inventory.id}")


def _still(session: Any, work: Work, state: ImportState) -> InventoryImport | None:
    """The import, locked, if nobody has done the work meanwhile or no longer wants it."""
    current = imports.import_by_number(session, work.inventory.id or 0, lock=True)
    wanted = current.state is state and current.attempt == work.inventory.attempt
    return current if wanted else None


def _first_pass(database: Database, work: Work) -> tuple[list[Entry], dict[int, Named]]:
    """What the plan needs of each row, and the names of those that could become systems."""
    work.board.begin("Reading", 0)
    entries: list[Entry] = []
    names: dict[int, Named] = {}
    remaining = work.reading.results(work.profile)
    while some := list(islice(remaining, _STORED_AT_ONCE)):
        with database.transaction(read_only=True) as session:
            entries += entries_of(session, work.actor, some)
        drafts = (result for result in some if isinstance(result, Draft))
        names |= {draft.row: Named(draft.row, draft.name, draft.unit) for draft in drafts}
        work.board.advance(len(some))
    return entries, names


def _standing(names: dict[int, Named], units: UnitIndex) -> dict[int, Named]:
    """The names of rows with the whole paths of the units they would come to."""
    return {
        number: replace(each, unit=placed(each.unit, units).path) if each.unit else each
        for number, each in names.items()
    }


def _keep_rows(database: Database, work: Work, outcomes: list[Outcome], outlook: Outlook) -> None:
    """The report of the dry run, stored some rows at a time: a page that is asked for meanwhile need not wait."""
    with database.transaction() as session:
        current = _still(session, work, ImportState.CHECKING)
        if current is None:
            return
        checking.clear_rows(session, current.id or 0)
    work.board.begin("Comparing", len(outcomes))
    remaining = zip(outcomes, work.reading.results(work.profile), strict=True)
    store = _storing(database, work, outlook)
    rows: list[dict[str, Any]] = []
    for outcome, result in remaining:
        rows.append(checking.row_values(work.inventory, outcome, result) | {"draft": result})
        if len(rows) == _STORED_AT_ONCE:
            store(rows)
            rows = []
    store(rows)


def _storing(database: Database, work: Work, outlook: Outlook) -> Callable[[list[dict[str, Any]]], None]:
    def store(rows: list[dict[str, Any]]) -> None:
        with database.transaction(read_only=True) as session:
            drafts = [(row, row.pop("draft")) for row in rows]
            updated = {row["natural_key"]: draft for row, draft in drafts if row["ending"] is Ending.UPDATED}
            found = differences(session, outlook.units, updated)
        for row, draft in drafts:
            row["differences"] = found.get(row["natural_key"], [])
            if isinstance(draft, Draft):
                outlook.note(row, draft)
        with database.transaction() as session:
            if _still(session, work, ImportState.CHECKING) is not None:
                checking.keep_rows(session, rows)
        work.board.advance(len(rows))

    return store


def _findings(
    work: Work,
    outcomes: list[Outcome],
    names: dict[int, Named],
    register: Known,
    digest: str,
    remarks: list[str],
) -> Findings:
    new = [names[each.row] for each in outcomes if each.ending is Ending.CREATED]
    alike = likenesses(new, register)
    return Findings(
        tally_of(outcomes),
        digest,
        (*remarks, *work.profile.remarks, *work.reading.warnings),
        alike,
        _within(new),
        {number: named.name for number, named in names.items()},
    )


def _within(new: list[Named]) -> list[Likeness]:
    """Rows of one file that carry the same name in the same unit as an earlier one."""
    known, found = Known(()), []
    for each in new:
        found += [one for one in known.like(each) if one.says == "the same name in the same unit"][:1]
        known.add(each)
    return found
