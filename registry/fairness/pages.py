"""A system's fairness tab: groups against their bounds, every measure, calibration; setting a bound, typing counts in."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.audit import queries as audit
from registry.fairness.actions.bounds import set_bound
from registry.fairness.actions.receiving import Receipt, record_counts
from registry.fairness.forms import BoundForm, CountsForm, on_the_form, opened_in, shown_in
from registry.fairness.models import FairnessBound
from registry.fairness.queries import reading
from registry.fairness.queries.bounds import bounds_over_time
from registry.fairness.queries.reading import facts_of
from registry.fairness.queries.standing import attribute_in
from registry.fairness.render import bound_lines, calibration_chart, groups_chart, is_compared
from registry.fairness.rules.comparing import Outcomes
from registry.fairness.rules.figures import ForecastFigures, figures_of, forecast_figures
from registry.fairness.rules.measures import Measure
from registry.fairness.rules.windows import Window
from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import Conflict, Problem, RuleBroken
from registry.kernel.text import clean
from registry.monitoring.queries.alerts import unresolved_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.conflicts import merge
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.systemkit import frame

pages = Blueprint("fairness", __name__)

_WINDOWS = 12


@pages.get("/systems/<key>/fairness")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    number = found.id or 0
    bounds = reading.bounds_of(session(), number)
    stood = bounds_over_time(session(), bounds.values())
    windows = reading.recent_windows(session(), number, most=_WINDOWS)
    attributes = sorted({each.attribute for each in windows} | bounds.keys())
    alerts = unresolved_of(session(), number)
    page = reading.forecasts_page(session(), number, before=None, limit=_WINDOWS)
    return render_template(
        "fairness/system.html",
        **frame(session(), actor(), found),
        attributes=[
            _attribute(place, name, [each for each in windows if each.attribute == name], bounds.get(name))
            | {"alerts": [each for each in alerts if attribute_in(each, attributes) == name]}
            | {"stood": bound_lines(stood[bounds[name].id or 0]) if name in bounds else []}
            for place, name in enumerate(attributes)
        ],
        forecasts=[_forecasts(place, forecast_figures(each)) for place, each in enumerate(page.items)],
        deliveries=reading.deliveries_of(session(), number),
        may_push=may(actor(), Permission.SNAPSHOT_PUSH, found.id),
        may_set=may(actor(), Permission.BASELINE_SET, found.id),
    )


def _attribute(place: int, name: str, windows: list[Window], bound: FairnessBound | None) -> dict[str, Any]:
    facts = facts_of(bound) if bound else None
    told = [figures_of(each, facts) for each in windows]
    # The newest window that says something leads; where none does, the newest says why.
    at = next((at for at, each in enumerate(told) if is_compared(each, facts)), None)
    lead = told[at or 0] if told else None
    groups = lead.groups if lead else ()
    return {
        "name": name,
        "id": f"attribute-{place}",
        "bound": facts,
        "measure": (facts.measure if facts else None) or Measure.IMPACT_RATIO,
        "lead": lead,
        "newer": told[:at] if at else [],
        "chart": groups_chart(f"groups-{place}", told[at], facts) if at is not None else None,
        "has_outcomes": any(isinstance(each.counts, Outcomes) for each in groups),
        "history": told,
    }


def _forecasts(place: int, found: ForecastFigures) -> dict[str, Any]:
    return {"figures": found, "chart": calibration_chart("calibration", found) if place == 0 else None}


@pages.route("/systems/<key>/fairness/bound", methods=("GET", "POST"))
@needs(Permission.BASELINE_SET)
def bound(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    require(actor(), Permission.BASELINE_SET, found.id)
    asked = request.args.get("attribute", "")
    standing = reading.bounds_of(session(), found.id or 0).get(asked)
    form = BoundForm(data=None if request.method == "POST" else shown_in(standing, asked))
    try:
        saved = form.carried_out(lambda: _set(form, found.id or 0, standing))
    except Conflict:
        return _meanwhile(found, form)
    if saved is None:
        return _bound_page(found, form)
    flash("The bound is set. What was counted before is held against it in a moment.", "good")
    return redirect(url_for(".system", key=found.key), 303)


def _set(form: BoundForm, system_id: int, opened: FairnessBound | None) -> FairnessBound:
    """Raises RuleBroken where the form was opened on another attribute than the one it is sent for."""
    facts = form.facts()
    if opened is not None and clean(facts.attribute).strip() != opened.attribute:
        says = f"This bound is the one on {opened.attribute}. Set one on another attribute from the Fairness page."
        raise RuleBroken([Problem("attribute", says)])
    return set_bound(session(), actor(), system_id, facts, version=form.revision)


def _meanwhile(found: System, form: BoundForm) -> ResponseReturnValue:
    """Both sides, where the form was opened without the bound on the attribute, or it has changed since."""
    current = reading.bounds_of(session(), found.id or 0)[clean(form.facts().attribute).strip()]
    opened = audit.state_of(session(), "fairness_bound", current.id or 0, form.revision)
    # Whether it was set before the form was opened or after, nobody can say.
    unseen = "" if form.revision else current.attribute
    rows = merge(form, shown_in(current), opened_in(opened))
    return make_response(_bound_page(found, form, rows, unseen), 409)


def _bound_page(found: System, form: BoundForm, conflict: Any = (), unseen: str = "") -> Response:
    framed = frame(session(), actor(), found)
    return shown("fairness/bound.html", form, **framed, conflict=conflict, unseen=unseen)


@pages.route("/systems/<key>/fairness/record", methods=("GET", "POST"))
@needs(Permission.SNAPSHOT_PUSH)
def record(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    require(actor(), Permission.SNAPSHOT_PUSH, found.id)
    asked = {"attribute": request.args.get("attribute", "")}
    form = CountsForm(data=None if request.method == "POST" else asked)
    receipt = form.carried_out(lambda: _recorded(form, found.id or 0))
    if receipt is None:
        return shown("fairness/record.html", form, **frame(session(), actor(), found))
    flash("The counts are recorded." if receipt.accepted else "These counts were held already.", "good")
    return redirect(url_for(".system", key=found.key), 303)


def _recorded(form: CountsForm, system_id: int) -> Receipt:
    """Raises RuleBroken with each objection beside its field, also where other numbers are held."""
    try:
        return record_counts(session(), actor(), system_id, form.delivery())
    except RuleBroken as refused:
        raise RuleBroken(on_the_form(refused.problems)) from refused
    except Conflict as held:
        says = "Other numbers are held for these days. To correct them, say why."
        raise RuleBroken([Problem("because", says)]) from held
