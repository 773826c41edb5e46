"""One import as it stands: its columns to map, the work under way, what a dry run found, what came of it."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from registry.audit import queries as ledger
from registry.audit.queries import HistoryItem
from registry.interchange.forms import CarryForm, MappingForm, encodings, how_in
from registry.interchange.models import InventoryImport
from registry.interchange.pages.start import pages
from registry.interchange.queries import imports
from registry.interchange.queries.opening import Opened, offered, opened
from registry.interchange.queries.reading import Reading
from registry.interchange.queries.undoing import hindrances, undoing_of
from registry.interchange.rules.imports import ImportState
from registry.interchange.rules.mapping import FIELDS, Choices, How, from_document, respelled
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import RuleBroken
from registry.people.queries import people_by_id, people_to_choose
from registry.store.files import Files
from registry.store.paging import cursor_of, parts_of
from registry.store.progress import Board
from registry.store.sheets import SheetRefused
from registry.systems.queries import by_numbers
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown

PAGE = 25
_SHOWN_AT_ONCE = 100


@pages.get("/imports/<int:number>")
@needs(Permission.INVENTORY_IMPORT)
def show(number: int) -> ResponseReturnValue:
    inventory = imports.import_by_number(session(), number)
    return _PAGES[inventory.state](inventory)


def mapping_page(
    inventory: InventoryImport, form: MappingForm | None = None, sent: Choices | None = None
) -> Response:
    """The columns of the file with what they are read as; or why the file is not read."""
    asked: Mapping[str, Any] = request.form if form else request.args
    # The address says how to read it; without a word there, as it was read last.
    how = how_in(asked) if asked else How(**inventory.how)
    named = str(asked.get("profile", ""))
    try:
        found = opened(session(), _reading(inventory, how), named)
    except (SheetRefused, RuleBroken) as refused:
        refusal = render_template(
            "interchange/unreadable.html", inventory=inventory, says=refused.says, how=how, **_choosers()
        )
        return make_response(refusal, 422 if form else 200)
    choices = sent or (_kept(inventory, found) if not named else None) or found.choices
    form = form or MappingForm(formdata=None, data=_stated(found, how, choices))
    return shown(
        "interchange/mapping.html",
        form,
        inventory=inventory,
        found=found,
        how=how,
        choices=choices,
        fields=FIELDS,
        **_choosers(),
    )


def _reading(inventory: InventoryImport, how: How) -> Reading:
    file = Files(current_app.config["REGISTRY_DATA_DIR"]).path(inventory.sha256)
    return Reading(file, inventory.file_name, how)


def _choosers() -> dict[str, Any]:
    return {"profiles": offered(session()), "encodings": encodings()}


def _stated(found: Opened, how: How, choices: Choices) -> dict[str, Any]:
    return {
        "profile": found.starts_from,
        "sheet": how.sheet,
        "encoding": how.encoding,
        "heading_row": how.heading_row or "",
        "dates": choices.dates.value,
    }


def _kept(inventory: InventoryImport, found: Opened) -> Choices | None:
    """The mapping as it was left, for somebody who has come back to it."""
    if not inventory.mapping:
        return None
    return respelled(from_document(inventory.mapping), found.sheet.columns)


def _at_work(inventory: InventoryImport) -> Response:
    board = Board(current_app.config["REGISTRY_DATA_DIR"], f"import-{inventory.id}")
    waits = (clock.now() - inventory.changed_at).total_seconds()
    return make_response(
        render_template(
            "interchange/working.html",
            inventory=inventory,
            progress=board.read(),
            waits=waits,
            button=Form(formdata=None),
        )
    )


def checked_page(inventory: InventoryImport, form: CarryForm | None = None) -> Response:
    """What the dry run found, and the form that carries it out."""
    form = form or with_stewards(CarryForm(formdata=None, data=_proposed(inventory)))
    after = parts_of(request.args.get("after"), (int,))
    alike = imports.likenesses_page(
        session(), actor(), inventory.id or 0, after=after[0] if after else None, limit=PAGE
    )
    return shown(
        "interchange/checked.html",
        form,
        inventory=inventory,
        alike=alike.items,
        following=cursor_of(*alike.next_after) if alike.next_after else None,
        first=after is not None,
        decided=imports.likenesses_counted(session(), inventory.id or 0),
        left_out=len(imports.skipped(session(), inventory.id or 0)),
        troubled=imports.with_problems(session(), inventory),
    )


def with_stewards(form: CarryForm) -> CarryForm:
    """The form with everybody who may answer; the address tells two of one name apart."""
    form.steward_id.offer(people_to_choose(session(), clock.today()))
    return form


def _proposed(inventory: InventoryImport) -> dict[str, Any]:
    return {"attempt": inventory.attempt, "steward_id": inventory.steward_id or actor().person_id}


def _over(inventory: InventoryImport) -> Response:
    undone = inventory.undone or {}
    numbers = {*undone.get("put_back_systems", ())[:_SHOWN_AT_ONCE]}
    numbers |= {each["system"] for each in undone.get("left", ())[:_SHOWN_AT_ONCE]}
    imported = inventory.state is ImportState.IMPORTED
    hindered = hindrances(session(), inventory) if imported else []
    undoing = undoing_of(session(), inventory) if imported and not hindered else None
    left = _told(dict(list(undoing.left.items())[:_SHOWN_AT_ONCE])) if undoing else {}
    people = {inventory.uploaded_by_id, inventory.asked_by_id, inventory.steward_id}
    return make_response(
        render_template(
            "interchange/over.html",
            inventory=inventory,
            undoing=undoing,
            hindered=hindered,
            left=left,
            systems=by_numbers(session(), actor(), numbers | left.keys()),
            most=_SHOWN_AT_ONCE,
            people=people_by_id(session(), {each for each in people if each}),
            troubled=imports.with_problems(session(), inventory),
        )
    )


def _told(left: Mapping[int, int]) -> dict[int, HistoryItem]:
    """What first happened to each of these systems since."""
    told = ledger.entries_at(session(), left.values())
    return {number: told[seq] for number, seq in left.items()}


_PAGES: Mapping[ImportState, Callable[[InventoryImport], Response]] = {
    ImportState.MAPPING: mapping_page,
    ImportState.CHECKING: _at_work,
    ImportState.CHECKED: checked_page,
    ImportState.IMPORTING: _at_work,
    ImportState.IMPORTED: _over,
    ImportState.UNDOING: _at_work,
    ImportState.UNDONE: _over,
    ImportState.ABANDONED: _over,
}
