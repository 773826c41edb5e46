"""Carry out an import that was checked: once, whole, and exactly as it was shown, or not at all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from sqlmodel import Session, col, update

from registry.interchange.actions.importing import import_rows
from registry.interchange.models import ImportRow, InventoryImport
from registry.interchange.queries import held_from
from registry.interchange.queries.imports import rows_counted, skipped
from registry.interchange.queries.reading import Reading
from registry.interchange.queries.records import hold_systems, systems_from, versions_overwritten
from registry.interchange.rules.imports import ImportState, digest_of_plan, with_skipped
from registry.interchange.rules.outcomes import Entry, Outcome, plan, tally_of
from registry.interchange.rules.profiles import Profile
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, refuse_if
from registry.kernel.rows import Ending
from registry.people.models import Person
from registry.systems.queries import by_numbers

_CHANGED = "The register or the file is no longer as it was when this was checked. Check it again."


def carry_out(
    session: Session,
    actor: Actor,
    inventory: InventoryImport,
    *,
    steward: Person,
    profile: Profile,
    reading: Reading,
    entries: Sequence[Entry],
    advance: Callable[[int], None],
) -> tuple[list[Outcome], dict[int, int]]:
    """Import every row in the caller's one transaction: how each ended, and the system it became, by row.

    `entries` are the file's rows, read beforehand.

    The caller holds the import's row locked. Raises RuleBroken when rows would end otherwise than was shown, or would
    overwrite what nobody was shown.
    """
    require(actor, Permission.INVENTORY_IMPORT)
    planned = plan(entries, held_from(session, profile.id))
    known = systems_from(session, profile.id)
    # Nobody may edit what is about to be overwritten between the question and the answer.
    updated = {each.key for each in planned if each.ending is Ending.UPDATED}
    named = {each.system for each in planned if each.system and each.ending is Ending.UPDATED}
    hold_systems(session, {known[key] for key in updated & known.keys()} | named)
    shown = rows_counted(session, inventory) == len(planned)
    versions = versions_overwritten(session, profile.id, planned)
    same = digest_of_plan(planned, versions) == inventory.plan_digest
    # A withdrawal leaves the system's own row as it is, so its revision does not tell of one that came in between.
    stand = by_numbers(session, actor, named).keys() == named
    refuse_if([] if shown and same and stand else [Problem("", _CHANGED)])
    outcomes = with_skipped(planned, skipped(session, inventory.id or 0))
    tally = tally_of(outcomes)
    _settle(inventory, tally=asdict(tally))
    return outcomes, import_rows(
        session,
        actor,
        file_name=inventory.file_name,
        steward=steward,
        outcomes=outcomes,
        drafts=reading.drafts(profile),
        tally=tally,
        advance=advance,
        subject=inventory,
    )


def _settle(inventory: InventoryImport, tally: dict[str, int]) -> None:
    inventory.tally, inventory.state, inventory.trouble = tally, ImportState.IMPORTED, ""
    inventory.imported_at = inventory.changed_at = clock.now()


def report(
    session: Session,
    inventory: InventoryImport,
    profile: Profile,
    outcomes: Sequence[Outcome],
    became: Mapping[int, int],
) -> None:
    """Add to each row of the report how it ended and the system it belongs to."""
    known = systems_from(session, profile.id)
    rows = col(ImportRow.import_id) == inventory.id, col(ImportRow.attempt) == inventory.attempt
    numbers = session.exec(
        ImportRow.__table__.select().with_only_columns(ImportRow.id, ImportRow.row_number).where(*rows)  # type: ignore[attr-defined]
    )
    number_of = {row: number for number, row in numbers}
    values = [
        {
            "id": number_of[each.row],
            "ending": each.ending,
            "says": each.says,
            "system_id": became.get(each.row) or each.system or known.get(each.key),
        }
        for each in outcomes
        if each.row in number_of
    ]
    if values:
        session.execute(update(ImportRow), values)
