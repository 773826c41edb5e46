"""Opening an incident, from nothing or from what it was noticed by; editing what it states."""

from datetime import datetime
from typing import Any

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue

from registry.audit import queries as audit
from registry.incidents.actions.editing import edit as edit_incident
from registry.incidents.actions.opening import open_incident
from registry.incidents.forms.record import ANCHORS, MEANINGS, EditForm, OpenForm, opened_on, shown_of
from registry.incidents.models.incidents import Incident
from registry.incidents.pages.shared import BOTH, back, held, pages, sent
from registry.incidents.queries.freezing import Tied, tied_to
from registry.incidents.queries.timeline import incidents_of
from registry.incidents.queries.visibility import touched_by
from registry.incidents.rules.kinds import DetectedBy, Linked
from registry.incidents.rules.opening import OPENED_ALONE_AT, title_of
from registry.kernel import clock
from registry.kernel.actor import Permission, may
from registry.kernel.errors import Conflict, NotFound
from registry.ownership.queries import held_on_many
from registry.people.queries import people_by_id
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.conflicts import merge
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import query_number, shown
from registry.web.systemkit import frame

_NOTICED_BY = {
    Linked.ALERT: DetectedBy.MONITOR,
    Linked.SNAPSHOT: DetectedBy.MONITOR,
    Linked.FEEDBACK: DetectedBy.USER,
}


@pages.route("/systems/<key>/incidents/new", methods=BOTH)
@needs(Permission.INCIDENT_OPEN)
def new(key: str) -> ResponseReturnValue:
    system = systems.by_key(session(), actor(), key, lock=sent())
    link, tied = _noticed_by(system)
    form = OpenForm(data=None if sent() else _proposed(system, tied))
    form.lead_id.offer(_leads([system.id or 0], ()))
    incident = form.carried_out(lambda: open_incident(session(), actor(), system, form.facts(), link=link))
    if incident is None:
        framed = frame(session(), actor(), system)
        belongs = incidents_of(session(), actor(), *link) if link else []
        context = {"parts": form.PARTS, "tied": tied, "hints": _HINTS, "belongs": belongs}
        return shown("incidents/new.html", form, **framed, **context)
    return back(incident.id or 0, f"Incident {incident.id} is open. Who leads it sees it on the desk.")


_HINTS = {"severity": ANCHORS, "kind": MEANINGS}


def _noticed_by(system: System) -> tuple[tuple[Linked, int] | None, Tied | None]:
    """What the address says it is opened from, and what that says now. Raises NotFound where it is not of this system."""
    for kind in (Linked.ALERT, Linked.FEEDBACK, Linked.SNAPSHOT):
        number = query_number(kind.value)
        if number is not None:
            found = tied_to(session(), [system.id or 0], kind, number)
            if not found:
                raise NotFound
            return (kind, number), found[0]
    if any(request.args.get(kind.value) for kind in Linked):
        raise NotFound
    return None, None


def _proposed(system: System, tied: Tied | None) -> dict[str, Any]:
    """What stands in the form before anybody has typed: all there is to know from what it was noticed by."""
    now, number = clock.now(), system.id or 0
    able = may(actor(), Permission.INCIDENT_WORK, number)
    known: dict[str, Any] = {"detected_at": now, "detected_by": DetectedBy.STAFF}
    known["lead_id"] = actor().person_id if able else None
    if tied is None:
        return known
    said = tied.frozen.get("says") or tied.frozen.get("comment") or tied.says
    noticed = tied.frozen.get("opened_at") or tied.frozen.get("received_at")
    return known | {
        "title": title_of(str(said)),
        "summary": str(said) if len(str(said)) > len(title_of(str(said))) else "",
        "severity": OPENED_ALONE_AT,
        "pattern": tied.pattern,
        "detected_by": _NOTICED_BY[tied.kind],
        "started_at": tied.since,
        "detected_at": datetime.fromisoformat(str(noticed)) if noticed else now,
    }


def _leads(system_ids: list[int], kept: tuple[int | None, ...]) -> dict[int, str]:
    """Who can lead an incident of these systems: whoever holds a seat on one, the reader where they may, and who does."""
    names: dict[int, str] = {}
    for seats in held_on_many(session(), system_ids).values():
        for each in seats:
            if each.person is not None:
                names.setdefault(each.person.id or 0, each.person.name)
    if any(may(actor(), Permission.INCIDENT_WORK, number) for number in system_ids) and actor().person_id:
        names.setdefault(actor().person_id or 0, actor().name)
    missing = {number for number in kept if number is not None and number not in names}
    return names | {number: person.name for number, person in people_by_id(session(), missing).items()}


@pages.route("/incidents/<int:number>/edit", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def edit(number: int) -> ResponseReturnValue:
    incident = held(number)
    form = EditForm(data=None if sent() else shown_of(incident))
    form.lead_id.offer(_leads(touched_by(session(), number), (incident.lead_id,)))
    try:
        saved = form.carried_out(
            lambda: edit_incident(session(), actor(), incident, form.facts(incident), version=form.revision)
        )
    except Conflict:
        opened = audit.state_of(session(), "incident", number, form.revision)
        rows = merge(form, shown_of(incident), opened_on(opened))
        return make_response(_edit_page(incident, form, rows), 409)
    return _edit_page(incident, form) if saved is None else back(number, "Saved.")


def _edit_page(incident: Incident, form: EditForm, conflict: Any = ()) -> Response:
    return shown(
        "incidents/edit.html", form, incident=incident, parts=form.PARTS, conflict=conflict, hints=_HINTS
    )
