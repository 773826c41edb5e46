"""GET /alerts and /systems/<key>/alerts: what has to be answered, newest first."""

from datetime import date, datetime

from flask import Blueprint, Response, request

from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken
from registry.monitoring.models.alerts import Alert
from registry.monitoring.queries import alerts as queries
from registry.monitoring.queries.alerts import AlertSearch
from registry.monitoring.rules.alerts import AlertKind
from registry.monitoring.schemas import AlertOut
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web import jsonkit
from registry.web.describing import PAGED, Asked, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("alerts_api", __name__)

_NARROWING = (
    Asked("state", "unresolved unless told.", words=("unresolved", "resolved")),
    Asked("kind", "Only this kind.", words=AlertKind),
)


@api.get("/alerts")
@needs(Permission.SYSTEM_READ)
@described(Page[AlertOut], *PAGED, *_NARROWING)
def alerts() -> Response:
    """A page of the alerts on all systems one may see: those that are not over or, with state=resolved, those that are."""
    return _page(_search(None))


@api.get("/systems/<key>/alerts")
@needs(Permission.SYSTEM_READ)
@described(Page[AlertOut], *PAGED, *_NARROWING)
def alerts_of_system(key: str) -> Response:
    """The same of one system."""
    return _page(_search(systems.by_key(session(), actor(), key).id))


def _search(system_id: int | None) -> AlertSearch:
    kind, state = request.args.get("kind", ""), request.args.get("state", "")
    problems = []
    if kind and kind not in set(AlertKind):
        problems.append(Problem("kind", f"Give one of {', '.join(AlertKind)}."))
    if state not in {"", "unresolved", "resolved"}:
        problems.append(Problem("state", "Give unresolved or resolved."))
    if problems:
        raise RuleBroken(problems)
    return AlertSearch(
        resolved=state == "resolved", kind=AlertKind(kind) if kind else None, system_id=system_id
    )


def _page(search: AlertSearch) -> Response:
    limit, before = jsonkit.page_limit(), parts_of(request.args.get("cursor"), (int, int))
    page = queries.alerts_page(session(), actor(), search, before=before, limit=limit)
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": [_said(*each) for each in page.items], "next": following})


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
        "promised_on": _text(alert.promised_on),
        "snoozed_until": _text(alert.snoozed_until),
        "resolved_at": _text(alert.resolved_at),
        "resolved_because": alert.resolved_because,
        "escalated_to": alert.escalated_level.value if alert.escalated_level else None,
        "previous": alert.previous_id,
    }


def _text(value: date | datetime | None) -> str | None:
    return value.isoformat() if value else None
