"""The readings of one metric, newest first; one more typed in by a person."""

from datetime import timedelta

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import Conflict, Problem, RuleBroken
from registry.kernel.guard_rails import number_said
from registry.monitoring.actions import charts
from registry.monitoring.actions.recording import Receipt, record_snapshots
from registry.monitoring.forms.charts import ChartForm
from registry.monitoring.forms.readings import ReadingForm, UploadForm, on_the_form
from registry.monitoring.pages.tab import happened_since, pages
from registry.monitoring.queries import alerts, series
from registry.monitoring.queries.opening import batch_in
from registry.monitoring.render import metric_chart
from registry.monitoring.rules.decoding import Batch
from registry.monitoring.rules.reports.shapes import Remark
from registry.monitoring.rules.saying import group_said
from registry.monitoring.rules.slides import Chart, known_said
from registry.monitoring.rules.trend import FEWEST_POINTS
from registry.objectives.models import SuccessMetric
from registry.objectives.queries import metric_by_slug, metric_facts
from registry.store.paging import cursor_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs, takes_files
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown
from registry.web.systemkit import frame

_AT_ONCE = 50
_CHARTED = timedelta(days=365)


@pages.get("/systems/<key>/monitoring/metrics/<slug>")
@needs(Permission.SYSTEM_READ)
def readings(key: str, slug: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    metric = metric_by_slug(session(), found.id or 0, slug)
    rule = alerts.trend_rule_of(session(), metric.id or 0)
    return _readings_page(found, metric, ChartForm(formdata=None, chart=rule.chart if rule else Chart.CUSUM))


def _readings_page(found: System, metric: SuccessMetric, form: Form) -> Response:
    before = series.place_of(request.args.get("cursor"))
    page = series.page_of(session(), metric.id or 0, group=None, before=before, limit=_AT_ONCE)
    since = clock.now() - _CHARTED
    # Further down the list the chart would only stand in the way.
    recent = [] if before else series.recent_of(session(), [metric.id or 0], since)[metric.id or 0]
    return shown(
        "monitoring/readings.html",
        form,
        **frame(session(), actor(), found),
        metric=metric,
        page=page,
        alerts=alerts.unresolved_about(session(), metric.id or 0),
        today=clock.today(),
        chart=metric_chart(metric, recent, happened_since(found.id or 0, since)) if recent else None,
        next_cursor=cursor_of(*page.next_after) if page.next_after else None,
        may_push=may(actor(), Permission.SNAPSHOT_PUSH, found.id) and metric.retired_at is None,
        may_choose=may(actor(), Permission.BASELINE_SET, found.id) and metric.retired_at is None,
        fewest=FEWEST_POINTS,
        known=_known(metric),
        number=number_said,
        group_said=group_said,
    )


def _known(metric: SuccessMetric) -> str:
    if actor().looks_back:
        # What alerts remember between two readings is replaced by what they remember after the next.
        return "How many good values its chart knew on a past day is not kept."
    watch, facts = alerts.watch_of(session(), metric.id or 0), metric_facts(metric)
    has_rails = bool(facts.warn or facts.breach)
    return known_said(watch.calm if watch else (), metric.direction, has_rails=has_rails)


@pages.post("/systems/<key>/monitoring/metrics/<slug>/chart")
@needs(Permission.BASELINE_SET)
def choose_chart(key: str, slug: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    require(actor(), Permission.BASELINE_SET, found.id)
    metric = metric_by_slug(session(), found.id or 0, slug, lock=True)
    form = ChartForm()
    rule = form.carried_out(lambda: charts.choose_chart(session(), actor(), metric, form.chart.data))
    if rule is None:
        return _readings_page(found, metric, form)
    flash(f"From the next reading on, {rule.chart.name} looks for slow slides.", "good")
    return redirect(url_for(".readings", key=found.key, slug=metric.slug), 303)


@pages.route("/systems/<key>/monitoring/metrics/<slug>/record", methods=("GET", "POST"))
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


@pages.route("/systems/<key>/monitoring/upload", methods=("GET", "POST"))
@takes_files
@needs(Permission.SNAPSHOT_PUSH)
def upload(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    require(actor(), Permission.SNAPSHOT_PUSH, found.id)
    form = UploadForm()
    framed = frame(session(), actor(), found)
    done = form.carried_out(lambda: _taken(form, found.id or 0))
    if done is None:
        return shown("monitoring/upload.html", form, **framed)
    receipt, remarks = done
    return render_template("monitoring/uploaded.html", **framed, receipt=receipt, remarks=remarks)


def _taken(form: UploadForm, system_id: int) -> tuple[Receipt, tuple[Remark, ...]]:
    """Raises RuleBroken with each objection beside the file, also where other values are held."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise RuleBroken([Problem("file", "Choose a file.")])
    batch = None
    try:
        told = form.source.data or ""
        batch, remarks = batch_in(session(), system_id, sent.read(), sent.filename, clock.now(), source=told)
        batch = Batch(batch.version, batch.source, form.because.data or batch.supersedes, batch.points)
        return record_snapshots(session(), actor(), system_id, batch), remarks
    except RuleBroken as refused:
        raise RuleBroken([Problem("file", _placed(each, batch)) for each in refused.problems]) from refused
    except Conflict as held:
        says = "Other values are held for some of these windows. To correct them, say why."
        raise RuleBroken([Problem("because", f"{says} {held.says}")]) from held


def _placed(problem: Problem, batch: Batch | None) -> str:
    """The objection with the reading it is about: which in the file, counted from one, of which metric, up to when."""
    parts = problem.field.split(".")
    if len(parts) != 3 or not parts[1].isdigit():
        return problem.message
    place, field = int(parts[1]), parts[2].replace("_", " ")
    which = f"Reading {place + 1}"
    if batch is not None and place < len(batch.points):
        point = batch.points[place]
        which = f"{which} ({point.metric} up to {point.window_end:%Y-%m-%d %H:%M} UTC)"
    return f"{which}, {field}: {problem.message}"
