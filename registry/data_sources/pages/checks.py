"""Checks on a source's quality: setting one up, recording results, stopping it."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from registry.data_sources import actions, queries
from registry.data_sources.forms import CheckForm, ResultForm
from registry.data_sources.pages.catalogue import BOTH, back, keeps, pages, sent, to_keep
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.guard_rails import number_said
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown


@pages.route("/data-sources/<key>/checks/new", methods=BOTH)
@needs(Permission.DATA_SOURCE_EDIT)
def add_check(key: str) -> ResponseReturnValue:
    source = to_keep(key)
    form = CheckForm()
    check = form.carried_out(lambda: actions.add_check(session(), actor(), source, form.facts()))
    if check is None:
        return shown("data_sources/new_check.html", form, source=source)
    return back(source, "The check is set up. Record its first result.")


@pages.route("/data-sources/<key>/checks/<int:number>", methods=BOTH)
@needs(Permission.DATA_SOURCE_READ)
def check(key: str, number: int) -> ResponseReturnValue:
    source = queries.by_key(session(), key, lock=sent())
    found = queries.check_by_id(session(), source.id or 0, number, lock=sent())
    form = ResultForm(data=None if sent() else {"measured_on": clock.today()})
    result = form.carried_out(lambda: actions.record_result(session(), actor(), source, found, form.facts()))
    if result is not None:
        flash("The result is recorded.", "good")
        return redirect(url_for(".check", key=source.key, number=number), 303)
    return shown(
        "data_sources/check.html",
        form,
        source=source,
        check=found,
        rail=queries.check_rail(found),
        results=queries.results_of(session(), number),
        keeps=keeps(source) and found.retired_at is None,
        number=number_said,
    )


@pages.post("/data-sources/<key>/checks/<int:number>/stop")
@needs(Permission.DATA_SOURCE_EDIT)
def stop_check(key: str, number: int) -> ResponseReturnValue:
    source = to_keep(key)
    found = queries.check_by_id(session(), source.id or 0, number, lock=True)
    actions.retire_check(session(), actor(), source, found)
    return back(source, "The check is stopped. Its results stay.")
