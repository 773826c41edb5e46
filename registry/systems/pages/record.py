"""One system: overview with what its record lacks, editing, history."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.annotations import queries as annotations
from registry.audit import queries as audit
from registry.declarations import queries as declarations
from registry.incidents.queries import incidents
from registry.incidents.queries.incidents import Line, Narrowing
from registry.incidents.queries.times import times_of
from registry.incidents.render import two_times_said
from registry.interchange import queries as inventories
from registry.kernel import clock
from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import Conflict
from registry.kernel.guard_rails import number_said
from registry.lifecycle.queries.gates import gate_of
from registry.lifecycle.queries.stages import held_from
from registry.lifecycle.rules import Item, Standing, gauges
from registry.lifecycle.rules.gates import Gate
from registry.lifecycle.rules.stages import next_stage
from registry.monitoring.queries.alerts import unresolved_of
from registry.monitoring.queries.five import five_numbers
from registry.people import queries as people
from registry.store.paging import Page, cursor_of, cut, parts_of
from registry.systems import actions, queries
from registry.systems.forms import RecordForm, stated, stated_then
from registry.systems.models import System
from registry.systems.pages.register import offered, pages
from registry.systems.rules.record import AUTONOMY, Stage
from registry.web.conflicts import merge
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.systemkit import frame, knowable

_PAGE = 50
_FEW_INCIDENTS = 5


@pages.get("/systems/<key>")
@needs(Permission.SYSTEM_READ)
def show(key: str) -> ResponseReturnValue:
    system = queries.by_key(session(), actor(), key)
    framed = frame(session(), actor(), system)
    metrics = framed["metrics_read"]
    return render_template(
        "systems/show.html",
        **framed,
        gauges=gauges(framed["record"]),
        checklist=_mended(system, framed["record"]),
        unit=people.unit_paths(session())[system.unit_id],
        objective=framed["objective_read"],
        metrics=metrics,
        five=five_numbers(session(), metrics),
        times=two_times_said(times_of(session(), actor(), Narrowing(system_id=system.id))),
        incidents=_not_over(system),
        alerts=unresolved_of(session(), system.id or 0),
        gate=_next_gate(system, framed),
        today=clock.today(),
        number=number_said,
        sources=inventories.records_of(session(), system.id or 0),
        kept=declarations.kept_in(session(), actor(), system),
        autonomy_said=f"{system.autonomy} — {AUTONOMY[system.autonomy]}" if system.autonomy else None,
        may_edit=may(actor(), Permission.SYSTEM_EDIT, system.id),
        **_annotated(system),
    )


def _next_gate(system: System, framed: dict[str, Any]) -> Gate | None:
    """What stands between the system and its next stage; of a live one what being live asks of it."""
    following = next_stage(system.stage, held_from(session(), system))
    asked = following or (Stage.LIVE if system.stage is Stage.LIVE else None)
    known = (framed["held"], framed["stated_read"])
    return gate_of(session(), system, asked, known=known) if asked else None


def _not_over(system: System) -> Page[Line]:
    by = Narrowing(system_id=system.id, unresolved=True)
    return incidents.incidents_page(session(), actor(), by, limit=_FEW_INCIDENTS)


def _annotated(system: System) -> dict[str, Any]:
    """Tags and the newest notes; and, for whoever may add a tag, those they know of."""
    number = system.id or 0
    known: list[str] = []
    if may_tag := may(actor(), Permission.SYSTEM_TAG, number):
        seen = queries.numbers_visible_to(actor())
        known = [tag.name for tag, _ in annotations.tag_counts(session(), seen)]
    return {
        "tags": annotations.tags_of(session(), [number]).get(number, []),
        "notes": annotations.latest_notes(session(), number),
        "may_tag": may_tag,
        "may_note": may(actor(), Permission.NOTE_WRITE, number),
        "known": known,
    }


_RECORD = "systems.edit_form", Permission.SYSTEM_EDIT
_TABS = {
    "ownership": ("ownership.system", Permission.SEAT_FILL),
    "objectives": ("objectives.edit", Permission.OBJECTIVE_EDIT),
    "data": ("data_sources.system", Permission.DATA_USE_EDIT),
}
# Metrics are parts of the objective's page, not fields of its form.
_METRICS = "metrics"


def _mending(system: System, item: Item) -> str | None:
    """Where what a line lacks is filled in; None for whoever may not, as nobody may on a past day."""
    endpoint, permission = _TABS.get(item.tab, _RECORD)
    if not may(actor(), permission, system.id):
        return None
    endpoint = "objectives.system" if item.field == _METRICS else endpoint
    return url_for(endpoint, key=system.key, _anchor=item.field or None)


def _mended(system: System, record: Standing) -> list[dict[str, Any]]:
    """The checklist with the address that mends each line."""
    return [
        {
            "holds": item.holds,
            "says": item.says,
            "pattern": item.pattern,
            "url": _mending(system, item),
        }
        for item in record.items
    ]


@pages.get("/systems/<key>/edit")
@needs(Permission.SYSTEM_EDIT)
def edit_form(key: str) -> ResponseReturnValue:
    system = queries.by_key(session(), actor(), key)
    require(actor(), Permission.SYSTEM_EDIT, system.id)
    return _edit_page(system, offered(RecordForm(data=stated(system))))


@pages.post("/systems/<key>/edit")
@needs(Permission.SYSTEM_EDIT)
def edit(key: str) -> ResponseReturnValue:
    system = queries.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.SYSTEM_EDIT, system.id)
    form = offered(RecordForm())
    try:
        saved = form.carried_out(lambda: _save(system, form))
    except Conflict:
        base = audit.state_of(session(), "system", system.id or 0, form.version.data)
        rows = merge(form, stated(system), stated_then(base))
        return make_response(_edit_page(system, form, rows), 409)
    if saved is None:
        return _edit_page(system, form)
    flash("Saved.", "good")
    return redirect(url_for("systems.show", key=system.key), 303)


def _save(system: System, form: RecordForm) -> bool:
    actions.edit(session(), actor(), system, form.facts(), version=form.version.data or 0)
    return True


def _edit_page(system: System, form: RecordForm, conflict: Any = ()) -> Response:
    framed = frame(session(), actor(), system)
    kept = declarations.file_of(session(), system.id or 0)
    return shown("systems/edit.html", form, **framed, parts=RecordForm.PARTS, conflict=conflict, kept=kept)


@pages.get("/systems/<key>/history")
@needs(Permission.SYSTEM_READ)
def history(key: str) -> ResponseReturnValue:
    system = queries.by_key(session(), actor(), key)
    before = parts_of(request.args.get("before"), (int,))
    found = audit.entries_about(
        session(), system.id or 0, before_seq=before[0] if before else None, limit=_PAGE + 1
    )
    page = cut(found, _PAGE, lambda entry: (entry.seq,))
    following = url_for(".history", key=key, before=cursor_of(*page.next_after)) if page.next_after else None
    return render_template(
        "systems/history.html",
        **frame(session(), actor(), system),
        entries=knowable(session(), actor(), page.items),
        next_url=following,
    )
