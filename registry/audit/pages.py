"""The log, filtered; newest first."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.audit import queries
from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.events import Event
from registry.store.paging import cursor_of, cut, parts_of
from registry.web.doors import needs
from registry.web.flask_app import session
from registry.web.formkit import query_number

pages = Blueprint("audit", __name__)

_PAGE = 50


@pages.get("/audit")
@needs(Permission.AUDIT_READ)
def log() -> ResponseReturnValue:
    event = request.args.get("event", "")
    if event and event not in set(Event):
        raise RuleBroken([Problem("event", "There is no such event.")])
    before = parts_of(request.args.get("before"), (int,))
    found = queries.entries(
        session(),
        event=Event(event) if event else None,
        actor_id=query_number("actor"),
        system_id=query_number("system"),
        before_seq=before[0] if before else None,
        limit=_PAGE + 1,
    )
    page = cut(found, _PAGE, lambda entry: (entry.seq,))
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "before" and value}
    following = (
        url_for(".log", **(kept | {"before": cursor_of(*page.next_after)})) if page.next_after else None
    )
    return render_template(
        "audit/list.html", entries=page.items, events=list(Event), chosen=event, next_url=following
    )
