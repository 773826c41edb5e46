"""Every alert one may see; one alert with what to do, its answers and its history."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.audit import queries as audit
from registry.drift.models import Feature
from registry.drift.queries.checking import feature_of
from registry.fairness.queries.standing import attribute_of
from registry.incidents.queries.timeline import incidents_of, tied_among
from registry.incidents.rules.kinds import Linked, Pattern
from registry.incidents.rules.pointing import alerts_pointing_to
from registry.kernel import clock
from registry.kernel.actor import Permission, may, require
from registry.kernel.calendar import instants_between
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.guard_rails import number_said
from registry.kernel.text import counted
from registry.monitoring.actions import alerts as actions
from registry.monitoring.forms.alerts import AcknowledgeForm, ResolveForm, SnoozeForm
from registry.monitoring.models.alerts import Alert
from registry.monitoring.models.snapshots import LatestSnapshot
from registry.monitoring.pages.timeline import happened
from registry.monitoring.queries import alerts as queries
from registry.monitoring.queries import series
from registry.monitoring.queries.alerts import AlertSearch
from registry.monitoring.rules.alerts import GOOD_NEEDED, AlertKind, AlertState, Severity
from registry.objectives.models import SuccessMetric
from registry.objectives.queries import metric_facts
from registry.ownership.queries import owners_of
from registry.people.queries import people_by_id
from registry.store.paging import cursor_of, parts_of
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown
from registry.web.viewkit import day

pages = Blueprint("alerts", __name__)

PAGE = 50
_NAMES = ("state", "mine", "kind", "severity", "pattern", "since", "until")
_STATES = {"resolved": True, "all": None}


@pages.get("/alerts")
@needs(Permission.SYSTEM_READ)
def overview() -> ResponseReturnValue:
    search = _search()
    before = parts_of(request.args.get("before"), (int, int))
    page = queries.alerts_page(session(), actor(), search, before=before, limit=PAGE)
    total = queries.alerts_count(session(), actor(), search)
    return render_template(
        "monitoring/alerts.html",
        found=page.items,
        owners=owners_of(session(), sorted({system.id or 0 for _, system in page.items})),
        incidents=tied_among(session(), actor(), Linked.ALERT, [alert.id or 0 for alert, _ in page.items]),
        search=search,
        narrowed=any(request.args.get(name) for name in _NAMES if name != "state"),
        period=_period_said(search),
        pattern=request.args.get("pattern", ""),
        severities=list(Severity),
        kinds=list(AlertKind),
        today=clock.today(),
        said=counted(total, "alert"),
        next_url=_address(before=cursor_of(*page.next_after)) if page.next_after else None,
        first_url=_address() if before else None,
    )


def _search() -> AlertSearch:
    kind = request.args.get("kind", "")
    severity, pattern = request.args.get("severity", ""), request.args.get("pattern", "")
    allowed = (("kind", kind, AlertKind), ("severity", severity, Severity), ("pattern", pattern, Pattern))
    if wrong := [
        Problem(name, "Choose one of the list.") for name, text, of in allowed if text and text not in set(of)
    ]:
        raise RuleBroken(wrong)
    opened_from, opened_to = instants_between(request.args.get("since", ""), request.args.get("until", ""))
    return AlertSearch(
        resolved=_STATES.get(request.args.get("state", ""), False),
        mine=request.args.get("mine") == "1",
        kind=AlertKind(kind) if kind else None,
        severity=Severity(severity) if severity else None,
        about=alerts_pointing_to(Pattern(pattern)) if pattern else None,
        opened_from=opened_from,
        opened_to=opened_to,
    )


def _period_said(search: AlertSearch) -> str:
    begin = f" from {day(search.opened_from.date())}" if search.opened_from else ""
    end = f" up to {day((search.opened_to - timedelta(days=1)).date())}" if search.opened_to else ""
    return f"Opened{begin}{end} (UTC)." if begin or end else ""


def _address(**changes: str) -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in _NAMES if request.args.get(name)}
    return url_for(".overview", **(kept | changes))


@pages.get("/alerts/<int:number>")
@needs(Permission.SYSTEM_READ)
def show(number: int) -> ResponseReturnValue:
    return _alert_page(*queries.alert_by_id(session(), actor(), number))


@pages.post("/alerts/<int:number>/acknowledge")
@needs(Permission.ALERT_ANSWER)
def acknowledge(number: int) -> ResponseReturnValue:
    alert, system = _to_answer(number)
    form = AcknowledgeForm()
    done = form.carried_out(lambda: _acknowledged(alert, form))
    if done is None:
        return _alert_page(alert, system, acknowledging=form)
    return _back(number, "It is yours until that day. The others see that somebody looks after it.")


def _acknowledged(alert: Alert, form: AcknowledgeForm) -> Alert:
    """Taken on, unless somebody else has answered since the form was opened: then they are named first."""
    if form.seen.data not in {None, "", alert.answered}:
        form.seen.data = alert.answered
        raise RuleBroken([Problem("", f"{_who_answered(alert)} Send this again to take it over.")])
    return actions.acknowledge(session(), actor(), alert, form.promised_on.data, form.note.data or "")


def _who_answered(alert: Alert) -> str:
    number = alert.acknowledged_by_id
    name = people_by_id(session(), {number})[number].name if number else "Somebody"
    if alert.state is AlertState.ACKNOWLEDGED and alert.promised_on:
        return f"{name} has taken it on meanwhile, by {day(alert.promised_on)}."
    return f"It was answered meanwhile: {alert.state.value}."


@pages.post("/alerts/<int:number>/snooze")
@needs(Permission.ALERT_ANSWER)
def snooze(number: int) -> ResponseReturnValue:
    alert, system = _to_answer(number)
    form = SnoozeForm()
    done = form.carried_out(
        lambda: actions.snooze(session(), actor(), alert, form.until.data, form.reason.data or "")
    )
    if done is None:
        return _alert_page(alert, system, snoozing=form)
    return _back(number, "It rests until that day, unless it gets worse.")


@pages.post("/alerts/<int:number>/resolve")
@needs(Permission.ALERT_ANSWER)
def resolve(number: int) -> ResponseReturnValue:
    alert, system = _to_answer(number)
    form = ResolveForm()
    done = form.carried_out(lambda: actions.resolve(session(), actor(), alert, form.because.data or ""))
    if done is None:
        return _alert_page(alert, system, resolving=form)
    return _back(number, "Resolved. What was found stays with it.")


def _to_answer(number: int) -> tuple[Alert, System]:
    alert, system = queries.alert_by_id(session(), actor(), number, lock=True)
    require(actor(), Permission.ALERT_ANSWER, system.id)
    return alert, system


def _back(number: int, said: str) -> ResponseReturnValue:
    flash(said, "good")
    return redirect(url_for(".show", number=number), 303)


def _alert_page(
    alert: Alert,
    system: System,
    *,
    acknowledging: Form | None = None,
    snoozing: Form | None = None,
    resolving: Form | None = None,
) -> Response:
    metric = session().get(SuccessMetric, alert.metric_id) if alert.metric_id else None
    notices = queries.notices_of(session(), alert.id or 0)
    feature = feature_of(session(), alert)
    named = {alert.acknowledged_by_id, alert.resolved_by_id, *(notice.person_id for notice in notices)}
    return shown(
        "monitoring/alert.html",
        acknowledging or snoozing or resolving or Form(formdata=None),
        alert=alert,
        system=system,
        metric=metric,
        feature=feature,
        rails=metric_facts(metric) if metric else None,
        newest=_newest(alert),
        number=number_said,
        places=_places(alert, system.key, feature),
        owner=owners_of(session(), [alert.system_id]).get(alert.system_id),
        incidents=incidents_of(session(), actor(), Linked.ALERT, alert.id or 0),
        notices=notices,
        people=people_by_id(session(), {number for number in named if number}),
        following=queries.following(session(), alert.id or 0),
        lines=happened(audit.history_of(session(), "alert", alert.id or 0, limit=PAGE)),
        good_needed=GOOD_NEEDED,
        today=clock.today(),
        answers=may(actor(), Permission.ALERT_ANSWER, system.id),
        acknowledging=acknowledging or AcknowledgeForm(formdata=None, data={"seen": alert.answered}),
        snoozing=snoozing or SnoozeForm(formdata=None),
        resolving=resolving or ResolveForm(formdata=None),
    )


def _newest(alert: Alert) -> LatestSnapshot | None:
    """The newest reading of what the alert is about: its own words tell of the one it opened with."""
    if alert.metric_id is None or not alert.kind.by_readings:
        return None
    held = series.latest_of(session(), [alert.metric_id])[alert.metric_id]
    return next((each for each in held if each.group_key == alert.group), None)


def _places(alert: Alert, key: str, feature: Feature | None) -> list[tuple[str, str]]:
    """Where to look, as words and addresses: the page of the system where what the alert is about stands, then its versions."""
    about = {
        AlertKind.QUALITY: ("The data it uses", url_for("data_sources.system", key=key)),
        AlertKind.DEPENDENCY: ("Its dependencies", url_for("dependencies.system", key=key)),
        AlertKind.FEEDBACK_SURGE: ("What people said", url_for("feedback.system", key=key)),
    }
    first = about.get(alert.kind, ("Its readings", url_for("monitoring.system", key=key)))
    if feature is not None:
        first = ("How it moved", url_for("drift.show", key=key, number=feature.id))
    elif attribute_of(session(), alert) is not None:
        first = ("Its groups", url_for("fairness.system", key=key))
    return [first, ("Its versions", url_for("versions.system", key=key))]
