"""Corrective actions: set on an incident, read, changed, done and dropped. Another person verifies them, on their page."""

from flask import Response, url_for

from registry.incidents.actions import corrective
from registry.incidents.api.shared import api, held, named
from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import CorrectiveAction
from registry.incidents.queries.corrective import action_by_number, facts_of, measure_of
from registry.incidents.queries.visibility import desk_of, systems_of
from registry.incidents.schemas.outgoing import CorrectiveOut, action_said
from registry.incidents.schemas.working import ActionChange, ActionIn, DoneIn
from registry.kernel.actor import Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.web import jsonkit
from registry.web.changing import Because
from registry.web.describing import described
from registry.web.doors import needs
from registry.web.flask_app import actor, session


@api.post("/incidents/<int:number>/actions")
@needs(Permission.INCIDENT_WORK)
@described(
    CorrectiveOut,
    status=201,
    body=ActionIn,
    example={"title": "Sort by age as well", "owner_id": 12, "due_on": "2026-12-01"},
)
def set_action(number: int) -> Response:
    """Set what somebody does by a day so that it does not happen again. Another person verifies that it holds."""
    found, sent = held(number), jsonkit.parsed(ActionIn)
    with named(system_id="system"):
        facts = sent.facts(_number_of(found, sent.system))
        action = corrective.set_action(session(), actor(), found, facts)
    reply = _told(action, 201)
    reply.headers["Location"] = url_for("incidents_api.action", number=action.id)
    return reply


@api.get("/corrective-actions/<int:number>")
@needs(Permission.SYSTEM_READ)
@described(CorrectiveOut)
def action(number: int) -> Response:
    """One corrective action."""
    return _told(action_by_number(session(), actor(), number)[0])


@api.patch("/corrective-actions/<int:number>")
@needs(Permission.INCIDENT_WORK)
@described(
    CorrectiveOut,
    body=ActionChange,
    if_match=True,
    example={"due_on": "2026-12-15", "because": "The vendor delivers a week later."},
)
def change_action(number: int) -> Response:
    """Change the given parts of what is to be done, if it still stands as If-Match says it was read."""
    found, incident = _worked(number)
    wanted = jsonkit.parsed(ActionChange)
    jsonkit.expected(jsonkit.etag_of(_said(found)), found.version)
    with named(system_id="system"):
        where = _number_of(incident, wanted.system) if wanted.system else found.system_id
        facts = wanted.applied_to(facts_of(found), where)
        corrective.edit_action(
            session(), actor(), found, facts, because=wanted.because, version=found.version
        )
    return _told(found)


@api.post("/corrective-actions/<int:number>/done")
@needs(Permission.ACTION_ANSWER)
@described(CorrectiveOut, body=DoneIn, example={"note": "Sorted by age too since release 2.2."})
def done(number: int) -> Response:
    """Say that it is done, and what was done. For its owner and those who work on the incident."""
    found, _, _ = action_by_number(session(), actor(), number, lock=True)
    return _told(corrective.done(session(), actor(), found, jsonkit.parsed(DoneIn).note))


@api.post("/corrective-actions/<int:number>/drop")
@needs(Permission.INCIDENT_WORK)
@described(CorrectiveOut, body=Because, example={"because": "The system is taken out of use."})
def drop(number: int) -> Response:
    """Say that it need not be done."""
    found, _ = _worked(number)
    return _told(corrective.drop(session(), actor(), found, jsonkit.parsed(Because).because))


def _worked(number: int) -> tuple[CorrectiveAction, Incident | None]:
    """The action, locked, for those who work on its incident."""
    found, system, incident = action_by_number(session(), actor(), number, lock=True)
    desk = desk_of(session(), actor(), incident) if incident else system.id
    require(actor(), Permission.INCIDENT_WORK, desk)
    return found, incident


def _number_of(incident: Incident | None, key: str) -> int | None:
    """The number of a system the incident touches; None where no system is named. Raises RuleBroken."""
    if not key:
        return None
    touched = systems_of(session(), incident.id or 0) if incident else []
    numbers = {system.key: system.id for _, system in touched}
    if key not in numbers:
        raise RuleBroken([Problem("system", "Name one of the systems its incident touches.")])
    return numbers[key]


def _told(found: CorrectiveAction, status: int = 200) -> Response:
    session().flush()
    body = _said(found)
    return jsonkit.reply(body, status, etag=jsonkit.etag_of(body))


def _said(found: CorrectiveAction) -> CorrectiveOut:
    return action_said(measure_of(session(), found))
