"""What a person does with an import: check it, go back, decide about duplicates, carry it out, undo it, give it up."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry.interchange.actions import drafts, saving
from registry.interchange.forms import (
    CarryForm,
    MappingForm,
    choices_in,
    decision_for_all,
    decisions_in,
    how_in,
)
from registry.interchange.models import InventoryImport
from registry.interchange.pages.show import checked_page, mapping_page, with_stewards
from registry.interchange.pages.start import pages
from registry.interchange.queries import imports, profile_named
from registry.interchange.queries.opening import saved_number
from registry.interchange.queries.profiles import generic, saved_profile
from registry.interchange.rules.imports import Step, problems_with_step
from registry.interchange.rules.mapping import Choices
from registry.kernel.actor import Permission
from registry.kernel.errors import refuse_if
from registry.web.doors import needs
from registry.web.flask_app import actor, session


@pages.post("/imports/<int:number>/check")
@needs(Permission.INVENTORY_IMPORT)
def check(number: int) -> ResponseReturnValue:
    inventory = _locked(number)
    refuse_if(problems_with_step(Step.CHECK, inventory.state))
    form = MappingForm()
    base, saved_id, key = _start(form.profile.data or "")
    choices = choices_in(request.form, base, form.dates.data or "")
    keeps = saved_id if choices.key == key else None
    if form.carried_out(lambda: _check(inventory, form, choices, keeps)) is None:
        return mapping_page(inventory, form, choices)
    return redirect(url_for(".show", number=number), 303)


def _start(starts_from: str) -> tuple[str, int | None, tuple[str, ...] | None]:
    """The shipped profile below, the saved one's number, and the columns that identify a row with it."""
    saved = saved_profile(session(), saved_number(starts_from))
    if saved is not None and saved.removed_at is None:
        return saved.mapping["profile"], saved.id, tuple(saved.mapping["key"])
    return (profile_named(starts_from) or generic()).id, None, None


def _check(inventory: InventoryImport, form: MappingForm, choices: Choices, keeps: int | None) -> bool:
    if form.save_as.data:
        keeps = saving.save_profile(session(), actor(), form.save_as.data, choices).id
    drafts.request_check(session(), actor(), inventory, how_in(request.form), choices, keeps)
    return True


@pages.post("/imports/<int:number>/columns")
@needs(Permission.INVENTORY_IMPORT)
def remap(number: int) -> ResponseReturnValue:
    drafts.remap(actor(), _locked(number))
    return redirect(url_for(".show", number=number), 303)


@pages.post("/imports/<int:number>/duplicates")
@needs(Permission.INVENTORY_IMPORT)
def decide(number: int) -> ResponseReturnValue:
    inventory = _locked(number)
    drafts.choose(session(), actor(), inventory, decisions_in(request.form))
    if (choice := decision_for_all(request.form)) is not None:
        drafts.choose_for_all(session(), actor(), inventory, choice)
    flash("Your decisions are kept. Nothing is imported yet.", "good")
    after = request.form.get("after", "")
    return redirect(url_for(".show", number=number, after=after or None, _anchor="duplicates"), 303)


@pages.post("/imports/<int:number>/apply")
@needs(Permission.INVENTORY_IMPORT)
def apply(number: int) -> ResponseReturnValue:
    inventory = _locked(number)
    refuse_if(problems_with_step(Step.IMPORT, inventory.state))
    form = with_stewards(CarryForm())
    if form.carried_out(lambda: _apply(inventory, form)) is None:
        return checked_page(inventory, form)
    return redirect(url_for(".show", number=number), 303)


def _apply(inventory: InventoryImport, form: CarryForm) -> bool:
    drafts.request_import(session(), actor(), inventory, form.steward_id.data, attempt=form.attempt.data or 0)
    return True


@pages.post("/imports/<int:number>/undo")
@needs(Permission.INVENTORY_IMPORT)
def undo(number: int) -> ResponseReturnValue:
    drafts.request_undo(session(), actor(), _locked(number))
    return redirect(url_for(".show", number=number), 303)


@pages.post("/imports/<int:number>/abandon")
@needs(Permission.INVENTORY_IMPORT)
def abandon(number: int) -> ResponseReturnValue:
    drafts.abandon(session(), actor(), _locked(number))
    flash("The import is abandoned. Nothing of the file came onto the register.", "good")
    return redirect(url_for(".imports_list"), 303)


def _locked(number: int) -> InventoryImport:
    return imports.import_by_number(session(), number, lock=True)
