"""GET and POST /systems/<key>/risks, GET and PATCH /risks/<number>: what could go wrong with a system."""

from flask import Blueprint, Response, request

from registry.kernel import clock
from registry.kernel.actor import Permission, require
from registry.risks import actions, queries
from registry.risks.models import Risk
from registry.risks.schemas import RiskChange, RiskIn, RiskOut, said
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.describing import PAGED, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.sorting import order_asked, sorted_as

api = Blueprint("risks_api", __name__)


@api.get("/systems/<key>/risks")
@needs(Permission.SYSTEM_READ)
@described(Page[RiskOut], *PAGED, sorted_as(queries.SORTS, "in the order they were added"))
def risks(key: str) -> Response:
    """A page of a system's risks in the order they were added or as `sort` says, each as it stands today."""
    system = systems.by_key(session(), actor(), key)
    limit, order = jsonkit.page_limit(), order_asked(queries.SORTS)
    after = None if order else parts_of(request.args.get("cursor"), (int,))
    page = queries.lines_page(
        session(), system.id or 0, clock.today(), after=after[0] if after else None, order=order, limit=limit
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
    return _told(risk, 201)


@api.get("/risks/<int:number>")
@needs(Permission.SYSTEM_READ)
@described(RiskOut)
def risk(number: int) -> Response:
    """One risk as it stands today."""
    return _told(queries.by_number(session(), actor(), number)[0])


@api.patch("/risks/<int:number>")
@needs(Permission.RISK_EDIT)
@described(
    RiskOut,
    body=RiskChange,
    if_match=True,
    example={"controls": "A person looks at every tenth.", "residual_likelihood": 1},
)
def change(number: int) -> Response:
    """Change the given fields of a risk, if it still stands as If-Match says it was read. People accept and close risks."""
    found, _ = queries.by_number(session(), actor(), number, lock=True)
    require(actor(), Permission.RISK_EDIT, found.system_id)
    wanted = jsonkit.parsed(RiskChange)
    stands = said(queries.line_of(session(), found, clock.today()))
    jsonkit.expected(jsonkit.etag_of(stands), found.version)
    facts = wanted.applied_to(queries.facts_of(found))
    return _told(actions.edit_risk(session(), actor(), found, facts, version=found.version))


def _told(found: Risk, status: int = 200) -> Response:
    session().flush()
    body = said(queries.line_of(session(), found, clock.today()))
    return jsonkit.reply(body, status, etag=jsonkit.etag_of(body))
