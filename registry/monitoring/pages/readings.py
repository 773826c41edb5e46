"""The readings of one metric, newest first; one more typed in by a person."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import Conflict, Problem, RuleBroken
from registry.kernel.guard_rails import number_said
from registry.monitoring.actions.recording import Receipt, record_snapshots
from registry.monitoring.forms import ReadingForm, on_the_form
from registry.monitoring.pages.tab import pages
from registry.monitoring.queries import series
from registry.monitoring.rules.batches import group_said
from registry.objectives.queries import metric_by_slug, metric_facts
from registry.store.paging import cursor_of
from registry.systems import queries as systems
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.systemkit import frame

_AT_ONCE = 50


@pages.get("/systems/<key>/monitoring/<slug>")
@needs(Permission.SYSTEM_READ)
def readings(key: str, slug: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    metric = metric_by_slug(session(), found.id or 0, slug)
    before = series.place_of(request.args.get("cursor"))
    page = series.page_of(session(), metric.id or 0, group=None, before=before, limit=_AT_ONCE)
    return render_template(
        "monitoring/readings.html",
        **frame(session(), actor(), found),
        metric=metric,
        page=page,
        next_cursor=cursor_of(*page.next_after) if page.next_after else None,
        may_push=may(actor(), Permission.SNAPSHOT_PUSH, found.id) and metric.retired_at is None,
        number=number_said,
        group_said=group_said,
    )


@pages.route("/systems/<key>/monitoring/<slug>/record", methods=("GET", "POST"))
@needs(Permission.SNAPSHOT_PUSH)
def record(key: str, slug: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    require(actor(), Permission.SNAPSHOT_PUSH, found.id)
    metric = metric_by_slug(session(), found.id or 0, slug)
    form = ReadingForm()
    receipt = form.carried_out(lambda: _recorded(form, found.id or 0, slug))
    if receipt is None:
        facts = metric_facts(metric)
        framed = frame(session(), actor(), found)
        return shown("monitoring/record.html", form, **framed, metric=metric, facts=facts)
    verdict = next(iter(receipt.verdicts), None)
    said = {"breach": "It is a breach.", "warn": "It is a warning.", "met": "It is within its guard-rails."}
    held = (
        "This reading was held already."
        if verdict is None
        else f"The reading is recorded. {said.get(verdict.value, '')}"
    )
    flash(held.strip(), "good" if verdict is None or verdict.value not in {"breach", "warn"} else "warn")
    return redirect(url_for("monitoring.system", key=found.key), 303)


def _recorded(form: ReadingForm, system_id: int, slug: str) -> Receipt:
    """Raises RuleBroken with each objection beside its field, also where another value is held."""
    try:
        return record_snapshots(session(), actor(), system_id, form.batch(slug))
    except RuleBroken as refused:
        raise RuleBroken(on_the_form(refused.problems)) from refused
    except Conflict as held:
        says = "Another value is held for these days. To correct it, say why."
        raise RuleBroken([Problem("because", says)]) from held
