"""Keeping a system's public door, and its themes."""

from flask import Response, make_response, url_for
from flask.typing import ResponseReturnValue

from registry.feedback import actions, queries
from registry.feedback.forms import DoorForm, MergeThemeForm, RenameThemeForm
from registry.feedback.models import FeedbackDoor, Theme
from registry.feedback.pages.public import pages
from registry.feedback.pages.shared import back_to_all, held
from registry.kernel.actor import Permission
from registry.kernel.errors import Conflict, NotFound, Problem, RuleBroken
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown
from registry.web.systemkit import frame


@pages.get("/systems/<key>/feedback/door")
@needs(Permission.SYSTEM_EDIT)
def door(key: str) -> ResponseReturnValue:
    system = held(key, Permission.SYSTEM_EDIT)
    found = queries.door_of(session(), system.id or 0)
    stated = (
        {"version": found.version, "title": found.title, "words": found.words, "is_open": found.is_open}
        if found
        else {"version": 0, "is_open": True}
    )
    return _door_page(system, found, DoorForm(formdata=None, data=stated))


@pages.post("/systems/<key>/feedback/door")
@needs(Permission.SYSTEM_EDIT)
def set_door(key: str) -> ResponseReturnValue:
    system, form = held(key, Permission.SYSTEM_EDIT), DoorForm()
    found = queries.door_of(session(), system.id or 0, lock=True)
    try:
        done = form.carried_out(
            lambda: actions.set_door(
                session(), actor(), system.id or 0, form.facts(), version=form.version.data or 0
            )
        )
    except Conflict as conflict:
        form.form_errors.append(f"{conflict.says} Save again to put what stands in this form in its place.")
        form.version.data, form.version.raw_data = conflict.current_version, None
        return make_response(_door_page(system, found, form), 409)
    if done is None:
        return _door_page(system, found, form)
    said = "The door is open. Its address is below." if done.is_open else "The door is closed."
    return back_to_all(system, said, "door")


@pages.post("/systems/<key>/feedback/door/replace")
@needs(Permission.SYSTEM_EDIT)
def replace_code(key: str) -> ResponseReturnValue:
    system = held(key, Permission.SYSTEM_EDIT)
    found = queries.door_of(session(), system.id or 0, lock=True)
    if found is None:
        raise NotFound
    actions.replace_code(session(), actor(), found)
    return back_to_all(system, "The door has a new address. The old one leads nowhere.", "door")


def _door_page(system: System, found: FeedbackDoor | None, form: Form) -> Response:
    address = url_for(".give", code=found.public_code, _external=True) if found else None
    return shown("feedback/door.html", form, **frame(session(), actor(), system), door=found, address=address)


@pages.get("/systems/<key>/feedback/themes/<int:number>")
@needs(Permission.FEEDBACK_ANSWER)
def theme(key: str, number: int) -> ResponseReturnValue:
    system = held(key)
    found = queries.theme_by_id(session(), system.id or 0, number)
    return _theme_page(system, found, None)


@pages.post("/systems/<key>/feedback/themes/<int:number>/rename")
@needs(Permission.FEEDBACK_ANSWER)
def rename_theme(key: str, number: int) -> ResponseReturnValue:
    system = held(key)
    found, form = queries.theme_by_id(session(), system.id or 0, number, lock=True), RenameThemeForm()
    done = form.carried_out(
        lambda: actions.rename_theme(
            session(), actor(), found, form.name.data or "", version=form.version.data or 0
        )
    )
    if done is None:
        return _theme_page(system, found, form)
    return back_to_all(system, f"The theme is now called {found.name}.", "themes")


@pages.post("/systems/<key>/feedback/themes/<int:number>/merge")
@needs(Permission.FEEDBACK_ANSWER)
def merge_theme(key: str, number: int) -> ResponseReturnValue:
    system = held(key)
    found = queries.theme_by_id(session(), system.id or 0, number, lock=True)
    form = _offered(MergeThemeForm(), system, found)
    done = form.carried_out(lambda: actions.merge_themes(session(), actor(), found, _chosen(system, form)))
    if done is None:
        return _theme_page(system, found, form)
    return back_to_all(system, f"{found.name} is now part of {done.name}.", "themes")


def _chosen(system: System, form: MergeThemeForm) -> Theme:
    if form.into_id.data is None:
        raise RuleBroken([Problem("into_id", "Choose the theme that takes its place.")])
    return queries.theme_by_id(session(), system.id or 0, form.into_id.data, lock=True)


def _offered(form: MergeThemeForm, system: System, found: Theme) -> MergeThemeForm:
    others = [each for each in queries.themes_of(session(), system.id or 0) if each.id != found.id]
    form.into_id.offer({each.id or 0: each.name for each in others})
    return form


def _theme_page(system: System, found: Theme, sent: Form | None) -> Response:
    rename = RenameThemeForm(formdata=None, data={"version": found.version, "name": found.name})
    merge = _offered(MergeThemeForm(formdata=None), system, found)
    return shown(
        "feedback/theme.html",
        sent or rename,
        **frame(session(), actor(), system),
        theme=found,
        rename=sent if isinstance(sent, RenameThemeForm) else rename,
        merge=sent if isinstance(sent, MergeThemeForm) else merge,
    )
