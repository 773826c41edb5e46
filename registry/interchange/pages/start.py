"""The imports there have been, uploading a file, and the mappings people saved."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.interchange.actions import drafts, saving
from registry.interchange.forms import UploadForm
from registry.interchange.models import InventoryImport
from registry.interchange.queries import imports, saved_profiles
from registry.interchange.queries.profiles import saved_profile
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.people.queries import people_by_id
from registry.store.files import Files, FileTooLarge, Stored
from registry.store.paging import cursor_of, parts_of
from registry.web.doors import needs, takes_files
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown

pages = Blueprint("interchange", __name__)

_PAGE = 30


@pages.get("/imports")
@needs(Permission.INVENTORY_IMPORT)
def imports_list() -> ResponseReturnValue:
    before = parts_of(request.args.get("before"), (int,))
    found = imports.imports_page(session(), before=before[0] if before else None, limit=_PAGE)
    following = url_for(".imports_list", before=cursor_of(*found.next_after)) if found.next_after else None
    saved = saved_profiles(session())
    people = {each.uploaded_by_id for each in found.items} | {each.saved_by_id for each in saved}
    return render_template(
        "interchange/list.html",
        imports=found.items,
        saved=saved,
        people=people_by_id(session(), {each for each in people if each}),
        next_url=following,
        first_url=url_for(".imports_list") if before else None,
        button=Form(formdata=None),
    )


@pages.get("/imports/new")
@needs(Permission.INVENTORY_IMPORT)
def new() -> ResponseReturnValue:
    return shown("interchange/new.html", UploadForm(), limit=_limit())


@pages.post("/imports/new")
@needs(Permission.INVENTORY_IMPORT)
@takes_files
def upload() -> ResponseReturnValue:
    form = UploadForm()
    inventory = form.carried_out(_taken_in)
    if inventory is None:
        return shown("interchange/new.html", form, limit=_limit())
    return redirect(url_for(".show", number=inventory.id), 303)


def _taken_in() -> InventoryImport:
    sent = request.files.get("file")
    if sent is None:
        return drafts.upload(session(), actor(), "", Stored("", 0))
    try:
        stored = Files(current_app.config["REGISTRY_DATA_DIR"]).keep(sent.stream, limit=_limit())
    except FileTooLarge as refused:
        raise RuleBroken([Problem("file", refused.says)]) from refused
    return drafts.upload(session(), actor(), sent.filename or "", stored)


def _limit() -> int:
    return int(current_app.config["REGISTRY_MAX_UPLOAD"])


@pages.post("/imports/profiles/<int:number>/remove")
@needs(Permission.INVENTORY_IMPORT)
def remove_profile(number: int) -> ResponseReturnValue:
    saved = saved_profile(session(), number)
    if saved is None:
        raise NotFound
    saving.remove_profile(session(), actor(), saved)
    flash(f"The mapping “{saved.name}” is no longer offered.", "good")
    return redirect(url_for(".imports_list"), 303)
