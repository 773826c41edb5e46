"""GET and POST /systems/<key>/risks: what could go wrong with a system."""

from flask import Blueprint, Response, request

from registry.kernel import clock
from registry.kernel.actor import Permission, require
from registry.risks import actions, queries
from registry.risks.schemas import RiskIn, RiskOut, said
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.describing import PAGED, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("risks_api", __name__)


@api.get("/systems/<key>/risks")
@needs(Permission.SYSTEM_READ)
@described(Page[RiskOut], *PAGED)
def risks(key: str) -> Response:
    """A page of a system's risks in the order they were added, each as it stands today."""
    system = systems.by_key(session(), actor(), key)
    limit, after = jsonkit.page_limit(), parts_of(request.args.get("cursor"), (int,))
    page = queries.lines_page(
        session(), system.id or 0, clock.today(), after=after[0] if after else None, limit=limit
    )
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": [said(line) for line in page.items], "next": following})


@api.post("/systems/<key>/risks")
@needs(Permission.RISK_EDIT)
@described(
    RiskOut,
    status=201,
    body=RiskIn,
    example={
        "title": "Sorted too late",
        "cause": "Free text it was not trained on",
        "event": "A claim waits",
        "likelihood": 2,
        "impact": 4,
        "owner_id": 12,
        "review_on": "2027-05-01",
    },
)
def add(key: str) -> Response:
    """Put a risk on the register."""
    system = systems.by_key(session(), actor(), key)
    require(actor(), Permission.RISK_EDIT, system.id)
    risk = actions.add_risk(session(), actor(), system.id or 0, jsonkit.parsed(RiskIn).facts())
    return jsonkit.reply(said(queries.line_of(session(), risk, clock.today())), 201)
