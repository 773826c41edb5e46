"""Work on an incident: change what it states, move it on, hold what is evidence and release it."""

from flask import Response

from registry.incidents.actions import holds, moving
from registry.incidents.actions.editing import edit
from registry.incidents.api.shared import api, held, told, whole
from registry.incidents.queries.incidents import facts_of
from registry.incidents.rules.moves import goes_back
from registry.incidents.schemas.outgoing import IncidentWhole
from registry.incidents.schemas.working import IncidentChange, MoveIn
from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken
from registry.web import jsonkit
from registry.web.changing import Because
from registry.web.describing import described
from registry.web.doors import needs
from registry.web.flask_app import actor, session


@api.patch("/incidents/<int:number>")
@needs(Permission.INCIDENT_WORK)
@described(
    IncidentWhole,
    body=IncidentChange,
    if_match=True,
    example={"started_at": "2026-10-31T22:00:00Z", "affected_count": 31},
)
def change(number: int) -> Response:
    """Change the given fields of an incident, if it still stands as If-Match says it was read. People judge, explain and close it."""
    found = held(number)
    wanted = jsonkit.parsed(IncidentChange)
    jsonkit.expected(jsonkit.etag_of(whole(found)), found.version)
    facts = wanted.applied_to(facts_of(found))
    return told(edit(session(), actor(), found, facts, version=found.version))


@api.post("/incidents/<int:number>/move")
@needs(Permission.INCIDENT_WORK)
@described(
    IncidentWhole,
    body=MoveIn,
    example={"status": "mitigated", "at": "2026-11-01T09:40:00Z", "because": "Sorting is switched off."},
)
def move(number: int) -> Response:
    """Say that somebody has taken it on, that the harm is stopped, that it is resolved, or that it is not over after all."""
    found = held(number)
    sent = jsonkit.parsed(MoveIn)
    if sent.at is not None and goes_back(found.status, sent.status):
        raise RuleBroken([Problem("at", "Going back is of now. Leave this out.")])
    moved = moving.move(
        session(),
        actor(),
        found,
        sent.status,
        at=sent.at,
        because=sent.because,
        taken_on_by_then=sent.taken_on_by_then,
    )
    return told(moved)


@api.post("/incidents/<int:number>/hold")
@needs(Permission.INCIDENT_WORK)
@described(IncidentWhole, body=Because, example={"because": "The insurer's expert looks at it in December."})
def hold(number: int) -> Response:
    """Hold the systems it touches, and the versions live when it began, as evidence: they are neither withdrawn nor undone."""
    found = held(number)
    holds.hold(session(), actor(), found, jsonkit.parsed(Because).because)
    return told(found)


@api.post("/incidents/<int:number>/release")
@needs(Permission.INCIDENT_WORK)
@described(IncidentWhole, body=Because, example={"because": "The expert has what she needs."})
def release(number: int) -> Response:
    """Release what is held for it, by the token of whoever had it held. What others held, people release who answer for the law."""
    found = held(number)
    holds.release(session(), actor(), found, jsonkit.parsed(Because).because)
    return told(found)
