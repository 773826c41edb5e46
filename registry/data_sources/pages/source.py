"""One source: what it states, who uses it, its history; editing and retiring it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.audit import queries as audit
from registry.data_sources import actions, queries
from registry.data_sources.forms import RetireForm, SourceForm, source_opened, source_shown
from registry.data_sources.models import DataSource, QualityCheck, QualityResult
from registry.data_sources.pages.catalogue import BOTH, PAGE, back, keeps, offered, pages, sent, to_keep
from registry.data_sources.rules.quality import is_overdue
from registry.data_sources.rules.sources import expiring, gaps
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Conflict
from registry.kernel.guard_rails import number_said
from registry.people import queries as people
from registry.store.paging import cursor_of, parts_of
from registry.versions import queries as versions
from registry.web.conflicts import merge
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown


@pages.get("/data-sources/<key>")
@needs(Permission.DATA_SOURCE_READ)
def show(key: str) -> ResponseReturnValue:
    source = queries.by_key(session(), key)
    facts = queries.source_facts(source)
    today = clock.today()
    checks = queries.checks_of(session(), source.id or 0)
    return render_template(
        "data_sources/show.html",
        source=source,
        facts=facts,
        people=people.people_by_id(session(), {one for one in (source.owner_id, source.steward_id) if one}),
        gaps=gaps(facts),
        expiries=expiring(facts, today),
        used_by=queries.used_by(session(), actor(), source.id or 0),
        taught=versions.taught_by(session(), actor(), source.id or 0),
        checks=[_checked(check, last, today) for check, last in checks],
        keeps=keeps(source),
        number=number_said,
    )


def _checked(check: QualityCheck, last: QualityResult | None, today: date) -> tuple[Any, ...]:
    overdue = is_overdue(last.measured_on if last else None, check.cadence, today)
    return check, queries.check_rail(check), last, overdue


@pages.route("/data-sources/<key>/edit", methods=BOTH)
@needs(Permission.DATA_SOURCE_EDIT)
def edit(key: str) -> ResponseReturnValue:
    source = to_keep(key)
    form = offered(SourceForm(data=None if sent() else source_shown(source)), source)
    try:
        saved = form.carried_out(
            lambda: actions.edit_source(session(), actor(), source, form.facts(), version=form.revision)
        )
    except Conflict:
        opened = audit.state_of(session(), "data_source", source.id or 0, form.revision)
        rows = merge(form, source_shown(source), source_opened(opened))
        return make_response(_edit_page(source, form, rows), 409)
    return _edit_page(source, form) if saved is None else back(source, "Saved.")


def _edit_page(source: DataSource, form: SourceForm, conflict: Sequence[Any] = ()) -> Response:
    return shown("data_sources/edit.html", form, source=source, parts=SourceForm.PARTS, conflict=conflict)


@pages.route("/data-sources/<key>/retire", methods=BOTH)
@needs(Permission.DATA_SOURCE_EDIT)
def retire(key: str) -> ResponseReturnValue:
    source = to_keep(key)
    form = RetireForm()
    gone = form.carried_out(
        lambda: actions.retire_source(session(), actor(), source, form.because.data or "")
    )
    if gone is None:
        return shown("data_sources/retire.html", form, source=source)
    return back(source, f"{source.name} is retired. Systems that use it show that it was.")


@pages.post("/data-sources/<key>/restore")
@needs(Permission.DATA_SOURCE_EDIT)
def restore(key: str) -> ResponseReturnValue:
    source = actions.restore_source(session(), actor(), to_keep(key))
    return back(source, f"{source.name} is back in the catalogue.")


@pages.get("/data-sources/<key>/history")
@needs(Permission.DATA_SOURCE_READ)
def history(key: str) -> ResponseReturnValue:
    source = queries.by_key(session(), key)
    before = parts_of(request.args.get("before"), (int,))
    found = audit.history_of(
        session(), "data_source", source.id or 0, before_seq=before[0] if before else None, limit=PAGE
    )
    older = url_for(".history", key=key, before=cursor_of(found[-1].seq)) if len(found) == PAGE else None
    return render_template("data_sources/history.html", source=source, entries=found, next_url=older)
