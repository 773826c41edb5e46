"""One dependency: what is stated of it, its tests, editing it, ending it."""

from typing import Any

from flask import Response, flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from registry.audit import queries as audit
from registry.dependencies import actions, queries
from registry.dependencies.forms import EditForm, EndForm, TrialForm, opened_in, shown_in
from registry.dependencies.models import Dependency
from registry.dependencies.pages.system import BOTH, fares, offered, pages, sent, to_edit, words
from registry.kernel import clock
from registry.kernel.actor import Permission, may
from registry.kernel.errors import Conflict
from registry.people import queries as people
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.conflicts import merge
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.systemkit import frame


@pages.route("/systems/<key>/dependencies/<int:number>", methods=BOTH)
@needs(Permission.SYSTEM_READ)
def show(key: str, number: int) -> ResponseReturnValue:
    system = systems.by_key(session(), actor(), key)
    found = queries.by_id(session(), system.id or 0, number, lock=sent())
    form = TrialForm(data=None if sent() else {"tested_on": clock.today()})
    test = form.carried_out(lambda: actions.record_test(session(), actor(), found, form.facts()))
    if test is not None:
        flash("The test is recorded.", "good")
        return redirect(url_for(".show", key=system.key, number=number), 303)
    trials = queries.trials_of(session(), number)
    named = {found.owner_id, *(each.recorded_by_id for each in trials)}
    return shown(
        "dependencies/show.html",
        form,
        **_about(system, found),
        trials=trials,
        people=people.people_by_id(session(), {one for one in named if one}),
        may_edit=may(actor(), Permission.DEPENDENCY_EDIT, system.id) and found.ended_at is None,
    )


def _about(system: System, found: Dependency) -> dict[str, Any]:
    line = queries.line_of(session(), actor(), system, found)
    return {**frame(session(), actor(), system), "line": line, "standings": fares(line), **words()}


@pages.route("/systems/<key>/dependencies/<int:number>/edit", methods=BOTH)
@needs(Permission.DEPENDENCY_EDIT)
def edit(key: str, number: int) -> ResponseReturnValue:
    system = to_edit(key)
    found = queries.by_id(session(), system.id or 0, number, lock=sent())
    form = offered(EditForm(data=None if sent() else shown_in(found)), found)
    try:
        saved = form.carried_out(
            lambda: actions.edit_dependency(session(), actor(), found, form.facts(), version=form.revision)
        )
    except Conflict:
        opened = audit.state_of(session(), "dependency", number, form.revision)
        rows = merge(form, shown_in(found), opened_in(opened))
        return make_response(_edit_page(system, found, form, rows), 409)
    if saved is None:
        return _edit_page(system, found, form)
    flash("Saved.", "good")
    return redirect(url_for(".show", key=system.key, number=number), 303)


def _edit_page(system: System, found: Dependency, form: EditForm, conflict: Any = ()) -> Response:
    return shown("dependencies/edit.html", form, **_about(system, found), conflict=conflict)


@pages.route("/systems/<key>/dependencies/<int:number>/end", methods=BOTH)
@needs(Permission.DEPENDENCY_EDIT)
def end(key: str, number: int) -> ResponseReturnValue:
    system = to_edit(key)
    found = queries.by_id(session(), system.id or 0, number, lock=sent())
    form = EndForm()
    ended = form.carried_out(
        lambda: actions.end_dependency(session(), actor(), found, form.because.data or "")
    )
    if ended is None:
        return shown("dependencies/end.html", form, **_about(system, found))
    flash("The dependency has ended. It stays readable, with its tests.", "good")
    return redirect(url_for(".system", key=system.key), 303)
