"""Lists of incidents, one with all it states, its timeline; opening one, adding to a timeline."""

from flask import Response, request, url_for

from registry.incidents.actions.receiving import receive
from registry.incidents.actions.timeline import note
from registry.incidents.api.shared import api, entries_said, held, told
from registry.incidents.queries import incidents as queries
from registry.incidents.queries.exporting import exported
from registry.incidents.queries.incidents import Narrowing
from registry.incidents.queries.sorts import SORTS
from registry.incidents.queries.timeline import Told, entries_page, place_of
from registry.incidents.queries.times import compared, times_of
from registry.incidents.queries.visibility import incident_by_number
from registry.incidents.render import incidents_csv
from registry.incidents.rules.times import By, dimension_named
from registry.incidents.schemas import (
    EntryIn,
    IncidentIn,
    entry_said,
    line_said,
    narrowing_of,
    times_said,
)
from registry.incidents.schemas.incoming import NARROWING, SORTED
from registry.incidents.schemas.outgoing import IncidentLine, IncidentWhole, TimelineOut
from registry.incidents.schemas.times import TimesCompared
from registry.kernel.actor import Permission, require
from registry.people.models import Person
from registry.store.paging import cursor_of
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.describing import PAGED, Asked, Page, described
from registry.web.doors import needs
from registry.web.downloads import fetched, name_of_day
from registry.web.flask_app import actor, session
from registry.web.past import day_asked
from registry.web.sorting import order_asked


@api.get("/incidents")
@needs(Permission.SYSTEM_READ)
@described(Page[IncidentLine], *PAGED, SORTED, *NARROWING)
def incidents() -> Response:
    """A page of the incidents one may know of, newest first or as `sort` says; narrowed by status, severity, pattern, kind, since, until."""
    return _page(narrowing_of(request.args))


@api.get("/incidents.csv")
@needs(Permission.SYSTEM_READ)
@described(None, *NARROWING, status=(200, 304), media=("text/csv",))
def incidents_csv_file() -> Response:
    """The same as a table, whole, and no text in it acts as a formula; narrowed as the list is."""
    body = incidents_csv(exported(session(), actor(), narrowing_of(request.args)), day_asked())
    return fetched(body, "text/csv", name_of_day("incidents", "csv"))


@api.get("/incidents/times")
@needs(Permission.SYSTEM_READ)
@described(
    TimesCompared, Asked("by", "By what they are compared; by pattern unless told.", words=By), *NARROWING
)
def times() -> Response:
    """How long they took, in seconds: of all that fit and by pattern, tier, unit, system or month; narrowed as the list is."""
    by, dimension = narrowing_of(request.args), dimension_named(request.args.get("by", ""))
    groups, beyond = compared(session(), actor(), by, dimension)
    told = [{"value": each.value, "name": each.said, **times_said(each.times)} for each in groups]
    whole = times_said(times_of(session(), actor(), by))
    return jsonkit.reply({"all": whole, "by": dimension.value, "groups": told, "left_out": beyond})


@api.get("/systems/<key>/incidents")
@needs(Permission.SYSTEM_READ)
@described(Page[IncidentLine], *PAGED, SORTED, *NARROWING)
def incidents_of_system(key: str) -> Response:
    """The same of one system."""
    return _page(narrowing_of(request.args, systems.by_key(session(), actor(), key).id))


@api.post("/systems/<key>/incidents")
@needs(Permission.INCIDENT_OPEN)
@described(
    IncidentWhole,
    status=(200, 201),
    body=IncidentIn,
    example={
        "title": "Claims of minors were sorted last",
        "severity": 3,
        "pattern": "F1",
        "detected_by": "monitor",
        "detected_at": "2026-11-01T09:00:00Z",
        "source": "pager",
        "source_ref": "P-7",
    },
)
def open_one(key: str) -> Response:
    """Open an incident; 200 with the one there is where the same `source` and `source_ref` came before, else 201."""
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.INCIDENT_OPEN, system.id)
    sent = jsonkit.parsed(IncidentIn)
    link = (sent.link.kind, sent.link.id) if sent.link else None
    found, is_new = receive(session(), actor(), system, sent.facts(), sent.named(), link=link)
    if not is_new:
        # It may have spread since to a system that is hidden from whoever sends it again.
        found = incident_by_number(session(), actor(), found.id or 0)
    reply = told(found, 201 if is_new else 200)
    reply.headers["Location"] = url_for("incidents_api.incident", number=found.id)
    return reply


@api.get("/incidents/<int:number>")
@needs(Permission.SYSTEM_READ)
@described(IncidentWhole)
def incident(number: int) -> Response:
    """One incident: what it states, its systems, what it is tied to as that was, its corrective actions, its newest entries."""
    return told(incident_by_number(session(), actor(), number))


@api.get("/incidents/<int:number>/timeline")
@needs(Permission.SYSTEM_READ)
@described(Page[TimelineOut], *PAGED)
def timeline(number: int) -> Response:
    """A page of an incident's timeline, the latest first."""
    found = incident_by_number(session(), actor(), number)
    before = place_of(request.args.get("cursor"))
    page = entries_page(session(), found.id or 0, before=before, limit=jsonkit.page_limit())
    return jsonkit.reply(entries_said(page))


@api.post("/incidents/<int:number>/timeline")
@needs(Permission.INCIDENT_WORK)
@described(
    TimelineOut,
    status=201,
    body=EntryIn,
    example={"text": "Sorting switched off.", "at": "2026-11-01T09:20:00Z"},
)
def add_entry(number: int) -> Response:
    """Add what happened to the timeline."""
    found = held(number)
    sent = jsonkit.parsed(EntryIn)
    entry = note(session(), actor(), found, sent.at, sent.text, sent.evidence)
    by = session().get(Person, entry.by_id) if entry.by_id else None
    return jsonkit.reply(entry_said(Told(entry, by)), 201)


def _page(by: Narrowing) -> Response:
    limit, order = jsonkit.page_limit(), order_asked(SORTS)
    before = None if order else queries.place_noticed(request.args.get("cursor"))
    page = queries.incidents_page(session(), actor(), by, before=before, order=order, limit=limit)
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": [line_said(each) for each in page.items], "next": following})
