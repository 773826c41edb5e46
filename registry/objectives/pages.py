"""A system's objective, metrics and value; editing each of them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.audit import queries as audit
from registry.kernel import clock
from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import Conflict
from registry.kernel.guard_rails import number_said
from registry.lifecycle.rules import Standing
from registry.objectives import actions, queries
from registry.objectives.forms import (
    MetricForm,
    ObjectiveForm,
    RetireForm,
    ValueForm,
    metric_opened,
    metric_shown,
    objective_shown,
)
from registry.objectives.models import Objective, SuccessMetric
from registry.objectives.rules.gaps import advisable_gaps, measurable_gaps
from registry.objectives.rules.objective import TEXTS, ObjectiveFacts, realised_by_currency
from registry.people import queries as people
from registry.people.models import Person
from registry.people.rules import is_active
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.conflicts import merge
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown
from registry.web.systemkit import frame

pages = Blueprint("objectives", __name__)

_BOTH = ("GET", "POST")


@pages.get("/systems/<key>/objectives")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    number = found.id or 0
    metrics = queries.metrics_of(session(), number)
    values = queries.values_of(session(), number)
    named = people.people_by_id(session(), {each.number_owner_id for each in metrics if each.number_owner_id})
    framed = frame(session(), actor(), found)
    return render_template(
        "objectives/system.html",
        **framed,
        asked=_asked(found, framed["record"], has_metrics=bool(metrics)),
        objective=queries.objective_of(session(), number),
        texts=TEXTS,
        metrics=[_told(metric, named) for metric in metrics],
        retired=queries.metrics_of(session(), number, retired=True),
        values=values,
        realised=realised_by_currency((entry.amount, entry.currency) for entry in values),
        may_edit=may(actor(), Permission.OBJECTIVE_EDIT, number),
        number=number_said,
    )


def _asked(found: System, record: Standing, *, has_metrics: bool) -> list[dict[str, Any]]:
    """The objective's part of the checklist, each line with the place that mends it for those who may."""
    mends = may(actor(), Permission.OBJECTIVE_EDIT, found.id)
    metrics = "#metrics" if has_metrics else url_for(".add_metric", key=found.key)
    return [
        {
            "holds": item.holds,
            "says": item.says,
            "pattern": item.pattern,
            "url": (url_for(".edit", key=found.key, _anchor=item.field) if item.field else metrics)
            if mends
            else None,
        }
        for item in record.items
        if item.tab == "objectives"
    ]


def _told(metric: SuccessMetric, named: dict[int, Person]) -> dict[str, Any]:
    """One metric as the table shows it: what it states, who answers for it, what it lacks."""
    facts = queries.metric_facts(metric)
    owner = named.get(metric.number_owner_id or 0)
    here = owner is None or is_active(owner.active_from, owner.active_to, clock.today())
    return {
        "metric": metric,
        "warn": facts.warn,
        "breach": facts.breach,
        "owner": owner,
        "owner_left": not here,
        "lacks": measurable_gaps(facts, owner_is_active=here),
        "advice": advisable_gaps(facts),
    }


@pages.route("/systems/<key>/objectives/edit", methods=_BOTH)
@needs(Permission.OBJECTIVE_EDIT)
def edit(key: str) -> ResponseReturnValue:
    found = _to_change(key)
    objective = queries.objective_of(session(), found.id or 0)
    form = ObjectiveForm(data=None if _sent() else objective_shown(objective))
    try:
        saved = form.carried_out(
            lambda: actions.set_objective(
                session(), actor(), found.id or 0, form.facts(), version=form.revision
            )
        )
    except Conflict:
        return make_response(_objective_page(found, form, _merged_objective(form, objective)), 409)
    return _back(found, "The objective is saved.") if saved else _objective_page(found, form)


def _merged_objective(form: ObjectiveForm, objective: Objective | None) -> list[dict[str, Any]]:
    number = objective.id or 0 if objective else 0
    # Who began before there was an objective had an empty one before them.
    base = (
        audit.state_of(session(), "objective", number, form.revision)
        if form.revision
        else asdict(ObjectiveFacts())
    )
    return merge(form, objective_shown(objective), base)


def _objective_page(found: System, form: ObjectiveForm, conflict: Sequence[Any] = ()) -> Response:
    return _form_page("objectives/edit.html", found, form, conflict=conflict, texts=TEXTS)


@pages.route("/systems/<key>/objectives/metrics/new", methods=_BOTH)
@needs(Permission.OBJECTIVE_EDIT)
def add_metric(key: str) -> ResponseReturnValue:
    found = _to_change(key)
    form = _offered(MetricForm(data=None if _sent() else {"number_owner_id": actor().person_id}))
    metric = form.carried_out(lambda: actions.add_metric(session(), actor(), found.id or 0, form.facts()))
    if metric is None:
        return _form_page("objectives/metric.html", found, form, metric=None, conflict=())
    return _back(found, f"{metric.name} is added. Values are delivered to it as “{metric.slug}”.")


@pages.route("/systems/<key>/objectives/metrics/<slug>/edit", methods=_BOTH)
@needs(Permission.OBJECTIVE_EDIT)
def edit_metric(key: str, slug: str) -> ResponseReturnValue:
    found = _to_change(key)
    metric = queries.metric_by_slug(session(), found.id or 0, slug, lock=_sent())
    form = _offered(MetricForm(data=None if _sent() else metric_shown(metric)), metric.number_owner_id)
    try:
        saved = form.carried_out(
            lambda: actions.edit_metric(session(), actor(), metric, form.facts(), version=form.revision)
        )
    except Conflict:
        opened = audit.state_of(session(), "success_metric", metric.id or 0, form.revision)
        rows = merge(form, metric_shown(metric), metric_opened(opened))
        return make_response(
            _form_page("objectives/metric.html", found, form, metric=metric, conflict=rows), 409
        )
    if saved is None:
        return _form_page("objectives/metric.html", found, form, metric=metric, conflict=())
    return _back(found, f"{metric.name} is saved.")


@pages.route("/systems/<key>/objectives/metrics/<slug>/retire", methods=_BOTH)
@needs(Permission.OBJECTIVE_EDIT)
def retire_metric(key: str, slug: str) -> ResponseReturnValue:
    found = _to_change(key)
    metric = queries.metric_by_slug(session(), found.id or 0, slug, lock=_sent())
    form = RetireForm()
    gone = form.carried_out(
        lambda: actions.retire_metric(session(), actor(), metric, form.because.data or "")
    )
    if gone is None:
        return _form_page("objectives/retire.html", found, form, metric=metric)
    return _back(found, f"{metric.name} is retired. What was measured with it stays readable.")


@pages.route("/systems/<key>/objectives/values/new", methods=_BOTH)
@needs(Permission.OBJECTIVE_EDIT)
def record_value(key: str) -> ResponseReturnValue:
    found = _to_change(key)
    objective = queries.objective_of(session(), found.id or 0)
    form = ValueForm(data=None if _sent() or objective is None else {"currency": objective.currency})
    entry = form.carried_out(lambda: actions.record_value(session(), actor(), found.id or 0, form.facts()))
    if entry is None:
        return _form_page("objectives/value.html", found, form)
    return _back(found, "The value is recorded.")


def _sent() -> bool:
    return request.method == "POST"


def _to_change(key: str) -> System:
    """The system, locked while something of it is written: a slug or a first objective is taken only once."""
    found = systems.by_key(session(), actor(), key, lock=_sent())
    require(actor(), Permission.OBJECTIVE_EDIT, found.id)
    return found


def _offered(form: MetricForm, known_owner: int | None = None) -> MetricForm:
    form.number_owner_id.offer(people.people_to_choose(session(), clock.today(), kept=[known_owner]))
    return form


def _form_page(template: str, found: System, form: Form, **context: Any) -> Response:
    return shown(template, form, **frame(session(), actor(), found), **context)


def _back(found: System, said: str) -> ResponseReturnValue:
    flash(said, "good")
    return redirect(url_for("objectives.system", key=found.key), 303)
