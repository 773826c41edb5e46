"""GET /alerts and /systems/<key>/alerts: what has to be answered, newest first; one alert, and answering it."""

from datetime import date, datetime

from flask import Blueprint, Response, request

from registry.kernel.actor import Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.monitoring.actions import alerts as actions
from registry.monitoring.models.alerts import Alert
from registry.monitoring.queries import alerts as queries
from registry.monitoring.queries.alerts import SORTS, AlertSearch
from registry.monitoring.rules.alerts import AlertKind, Severity
from registry.monitoring.schemas import AcknowledgeIn, AlertOut, SnoozeIn
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web import jsonkit
from registry.web.changing import Because
from registry.web.describing import PAGED, Asked, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.sorting import order_asked, sorted_as

api = Blueprint("alerts_api", __name__)

_ASKED = (
    sorted_as(SORTS, "the critical first and then what was opened last,"),
    Asked("state", "unresolved unless told.", words=("unresolved", "resolved")),
    Asked("kind", "Only this kind.", words=AlertKind),
    Asked("severity", "Only this severity.", words=Severity),
)


@api.get("/alerts")
@needs(Permission.SYSTEM_READ)
@described(Page[AlertOut], *PAGED, *_ASKED)
def alerts() -> Response:
    """A page of the alerts on all systems one may see: those that are not over or, with state=resolved, those that are."""
    return _page(_search(None))


@api.get("/systems/<key>/alerts")
@needs(Permission.SYSTEM_READ)
@described(Page[AlertOut], *PAGED, *_ASKED)
def alerts_of_system(key: str) -> Response:
    """The same of one system."""
    return _page(_search(systems.by_key(session(), actor(), key).id))


@api.get("/alerts/<int:number>")
@needs(Permission.SYSTEM_READ)
@described(AlertOut)
def alert(number: int) -> Response:
    """One alert."""
    return _told(*queries.alert_by_id(session(), actor(), number))


@api.post("/alerts/<int:number>/acknowledge")
@needs(Permission.ALERT_ANSWER)
@described(
    AlertOut,
    body=AcknowledgeIn,
    if_match=True,
    example={"promised_on": "2026-11-20", "note": "The feed of the north is looked at."},
)
def acknowledge(number: int) -> Response:
    """Take an alert on, dealt with by a day, if it still stands as If-Match says it was read: somebody may have taken it on
    meanwhile, and a promise takes the place of the one before it.
    """
    found, system = _to_answer(number)
    wanted = jsonkit.parsed(AcknowledgeIn)
    jsonkit.expected(jsonkit.etag_of(_said(found, system)), found.version)
    return _told(actions.acknowledge(session(), actor(), found, wanted.promised_on, wanted.note), system)


@api.post("/alerts/<int:number>/snooze")
@needs(Permission.ALERT_ANSWER)
@described(
    AlertOut, body=SnoozeIn, example={"until": "2026-12-01", "reason": "The feed is repaired by then."}
)
def snooze(number: int) -> Response:
    """Let an alert rest until a day, with the reason. It waits again on that day, or once it gets worse."""
    found, system = _to_answer(number)
    wanted = jsonkit.parsed(SnoozeIn)
    return _told(actions.snooze(session(), actor(), found, wanted.until, wanted.reason), system)


@api.post("/alerts/<int:number>/resolve")
@needs(Permission.ALERT_ANSWER)
@described(AlertOut, body=Because, example={"because": "A day was delivered twice; it is taken out."})
def resolve(number: int) -> Response:
    """Call an alert over, with what was found and done. Should the trouble come back, a new one names it."""
    found, system = _to_answer(number)
    return _told(actions.resolve(session(), actor(), found, jsonkit.parsed(Because).because), system)


def _to_answer(number: int) -> tuple[Alert, System]:
    """The alert, locked, for those who answer it."""
    found, system = queries.alert_by_id(session(), actor(), number, lock=True)
    require(actor(), Permission.ALERT_ANSWER, system.id)
    return found, system


def _search(system_id: int | None) -> AlertSearch:
    kind, state, severity = (request.args.get(name, "") for name in ("kind", "state", "severity"))
    problems = []
    if kind and kind not in set(AlertKind):
        problems.append(Problem("kind", f"Give one of {', '.join(AlertKind)}."))
    if severity and severity not in set(Severity):
        problems.append(Problem("severity", f"Give {' or '.join(Severity)}."))
    if state not in {"", "unresolved", "resolved"}:
        problems.append(Problem("state", "Give unresolved or resolved."))
    if problems:
        raise RuleBroken(problems)
    return AlertSearch(
        resolved=state == "resolved",
        kind=AlertKind(kind) if kind else None,
        severity=Severity(severity) if severity else None,
        system_id=system_id,
    )


def _page(search: AlertSearch) -> Response:
    limit, order = jsonkit.page_limit(), order_asked(SORTS)
    before = None if order else parts_of(request.args.get("cursor"), (int, int))
    page = queries.alerts_page(session(), actor(), search, before=before, order=order, limit=limit)
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": [_said(*each) for each in page.items], "next": following})


def _told(found: Alert, system: System) -> Response:
    session().flush()
    body = _said(found, system)
    return jsonkit.reply(body, etag=jsonkit.etag_of(body))


def _said(alert: Alert, system: System) -> AlertOut:
    return {
        "id": alert.id or 0,
        "system": system.key,
        "kind": alert.kind.value,
        "severity": alert.severity.value,
        "state": alert.state.value,
        "says": alert.says,
        "group": alert.group,
        "count": alert.count,
        "good_run": alert.good_run,
        "opened_at": alert.opened_at.isoformat(),
        "first_window_end": _text(alert.first_window_end),
        "last_bad_window_end": _text(alert.last_bad_window_end),
        "acknowledged_at": _text(alert.acknowledged_at),
        "acknowledged_by_id": alert.acknowledged_by_id,
        "promised_on": _text(alert.promised_on),
        "promise_note": alert.promise_note,
        "snoozed_until": _text(alert.snoozed_until),
        "snooze_reason": alert.snooze_reason,
        "resolved_at": _text(alert.resolved_at),
        "resolved_by_id": alert.resolved_by_id,
        "resolved_because": alert.resolved_because,
        "escalated_to": alert.escalated_level.value if alert.escalated_level else None,
        "previous": alert.previous_id,
    }


def _text(value: date | datetime | None) -> str | None:
    return value.isoformat() if value else None
