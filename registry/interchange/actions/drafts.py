"""What a person asks of an import: upload, map, check, choose, carry out, undo, abandon. The worker does the work."""

from collections.abc import Mapping
from dataclasses import asdict

from sqlmodel import Session

from registry.audit.actions import record
from registry.interchange import queries
from registry.interchange.actions.checking import clear_rows
from registry.interchange.models import InventoryImport
from registry.interchange.queries.imports import likenesses_of
from registry.interchange.queries.undoing import hindrances
from registry.interchange.rules.imports import (
    Choice,
    ImportState,
    Step,
    problems_with_step,
)
from registry.interchange.rules.mapping import Choices, How, as_document, problems_with
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Problem, refuse_if
from registry.kernel.events import Event
from registry.people.queries import is_active_person
from registry.store.files import Stored

_NAME_LIMIT = 255


def upload(session: Session, actor: Actor, file_name: str, stored: Stored) -> InventoryImport:
    """Take a file in. Raises RuleBroken for one without a name or without content."""
    require(actor, Permission.INVENTORY_IMPORT)
    name = " ".join("".join(sign for sign in file_name if sign.isprintable()).split())
    missing = [Problem("file", "Choose the file that holds the inventory.")] if not name else []
    refuse_if(missing or _emptiness(stored))
    at = clock.now()
    inventory = InventoryImport(
        # The end of a name says what kind of file it is.
        file_name=name[-_NAME_LIMIT:],
        sha256=stored.sha256,
        size=stored.size,
        uploaded_by_id=actor.person_id,
        asked_by_id=actor.person_id,
        uploaded_at=at,
        changed_at=at,
    )
    session.add(inventory)
    session.flush()
    note = {"file": inventory.file_name, "sha256": stored.sha256}
    record(session, actor, Event.INVENTORY_UPLOADED, inventory, note=note)
    return inventory


def _emptiness(stored: Stored) -> list[Problem]:
    if stored.size:
        return []
    return [Problem("file", "The file is empty. Check that the export finished and choose the file again.")]


def request_check(
    session: Session,
    actor: Actor,
    inventory: InventoryImport,
    how: How,
    choices: Choices,
    saved_profile_id: int | None = None,
) -> None:
    """Keep how the file is to be read and ask for a dry run. Raises RuleBroken."""
    require(actor, Permission.INVENTORY_IMPORT)
    base = queries.profile_named(choices.profile)
    refuse_if(problems_with_step(Step.CHECK, inventory.state))
    refuse_if(problems_with(choices, constants=base.constants if base else ()))
    inventory.how, inventory.mapping = asdict(how), as_document(choices)
    inventory.saved_profile_id = saved_profile_id
    inventory.attempt += 1
    _moved(inventory, actor, ImportState.CHECKING)
    record(session, actor, Event.INVENTORY_CHECK_REQUESTED, inventory, note={"file": inventory.file_name})


def remap(actor: Actor, inventory: InventoryImport) -> None:
    """Go back to the columns; whatever the worker is still finding out is not kept. Raises RuleBroken."""
    require(actor, Permission.INVENTORY_IMPORT)
    refuse_if(problems_with_step(Step.REMAP, inventory.state))
    _moved(inventory, actor, ImportState.MAPPING)


def choose(session: Session, actor: Actor, inventory: InventoryImport, chosen: Mapping[int, Choice]) -> None:
    """Decide what becomes of rows that may be systems there are already. `chosen` is by the likeness's number."""
    require(actor, Permission.INVENTORY_IMPORT)
    refuse_if(problems_with_step(Step.CHOOSE, inventory.state))
    for each in likenesses_of(session, inventory.id or 0):
        each.choice = chosen.get(each.id or 0, each.choice)
    inventory.changed_at = clock.now()


def choose_for_all(session: Session, actor: Actor, inventory: InventoryImport, choice: Choice) -> None:
    """Decide alike for every likeness that nobody has decided yet."""
    require(actor, Permission.INVENTORY_IMPORT)
    refuse_if(problems_with_step(Step.CHOOSE, inventory.state))
    for each in likenesses_of(session, inventory.id or 0):
        if each.choice is Choice.OPEN:
            each.choice = choice
    inventory.changed_at = clock.now()


def request_import(
    session: Session, actor: Actor, inventory: InventoryImport, steward_id: int | None, *, attempt: int
) -> None:
    """Ask that what was checked is carried out. `attempt` is the check the person had before them.

    Raises RuleBroken, or Conflict when the file has been checked anew since.
    """
    require(actor, Permission.INVENTORY_IMPORT)
    refuse_if(problems_with_step(Step.IMPORT, inventory.state))
    if attempt != inventory.attempt:
        raise Conflict(
            "Somebody has checked this file anew. Look at what it would do now.", inventory.attempt
        )
    here = is_active_person(session, steward_id, clock.today())
    refuse_if(
        [] if here else [Problem("steward_id", "Choose a person who is here to answer for the systems.")]
    )
    inventory.steward_id = steward_id
    _moved(inventory, actor, ImportState.IMPORTING)
    record(session, actor, Event.INVENTORY_IMPORT_REQUESTED, inventory, note={"file": inventory.file_name})


def request_undo(session: Session, actor: Actor, inventory: InventoryImport) -> None:
    """Ask that the whole import is taken back. Raises RuleBroken."""
    require(actor, Permission.INVENTORY_IMPORT)
    refuse_if(problems_with_step(Step.UNDO, inventory.state))
    refuse_if(hindrances(session, inventory))
    _moved(inventory, actor, ImportState.UNDOING)
    record(session, actor, Event.INVENTORY_UNDO_REQUESTED, inventory, note={"file": inventory.file_name})


def abandon(session: Session, actor: Actor, inventory: InventoryImport) -> None:
    """Give a draft up; its file is deleted with the next sweep. Raises RuleBroken."""
    require(actor, Permission.INVENTORY_IMPORT)
    refuse_if(problems_with_step(Step.ABANDON, inventory.state))
    clear_rows(session, inventory.id or 0)
    _moved(inventory, actor, ImportState.ABANDONED)
    record(session, actor, Event.INVENTORY_ABANDONED, inventory, note={"file": inventory.file_name})


def _moved(inventory: InventoryImport, actor: Actor, state: ImportState) -> None:
    inventory.state, inventory.trouble, inventory.changed_at = state, "", clock.now()
    inventory.asked_by_id = actor.person_id
