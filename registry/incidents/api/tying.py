"""What an incident is tied to: things it was noticed by, systems, people, other incidents."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response

from registry.incidents.actions import linking
from registry.incidents.actions.merging import merge as merge_incidents
from registry.incidents.api.shared import api, held, named, told
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.visibility import (
    both_by_number,
    desk_of,
    incident_by_number,
    systems_of,
)
from registry.incidents.schemas.incoming import LinkIn
from registry.incidents.schemas.outgoing import IncidentLinkOut, IncidentWhole, link_said
from registry.incidents.schemas.working import (
    MergeIn,
    RecurrenceIn,
    TellIn,
    TellNoMore,
    TouchesIn,
    TouchesNot,
)
from registry.kernel.actor import Permission, require
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.people.models import Person
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web import jsonkit
from registry.web.describing import described
from registry.web.doors import needs
from registry.web.flask_app import actor, session


@api.post("/incidents/<int:number>/links")
@needs(Permission.INCIDENT_WORK)
@described(IncidentLinkOut, status=201, body=LinkIn, example={"kind": "alert", "id": 91})
def link(number: int) -> Response:
    """Tie something of a system it touches to an incident, with what that says now. An alert brings the reading it speaks of."""
    found, sent = held(number), jsonkit.parsed(LinkIn)
    try:
        row = linking.link(session(), actor(), found, sent.kind, sent.id)
    except NotFound as none:
        says = "There is none of this number on a system the incident touches."
        raise RuleBroken([Problem("id", says)]) from none
    return jsonkit.reply(link_said(row), 201)


@api.post("/incidents/<int:number>/systems")
@needs(Permission.INCIDENT_WORK)
@described(IncidentWhole, status=201, body=TouchesIn, example={"system": "AI-0042"})
def spread(number: int) -> Response:
    """Say that it touches a further system, with what was live there when it began. Whoever may not know of one of the
    systems no longer sees it.
    """
    found, sent = held(number), jsonkit.parsed(TouchesIn)
    linking.spread(session(), actor(), found, _system(sent.system))
    return told(found, 201)


@api.post("/incidents/<int:number>/systems/off")
@needs(Permission.INCIDENT_WORK)
@described(
    IncidentWhole, body=TouchesNot, example={"system": "AI-0042", "because": "It has a feed of its own."}
)
def take_off(number: int) -> Response:
    """Say that it does not touch a further system after all. The one it was found at stays."""
    found, sent = held(number), jsonkit.parsed(TouchesNot)
    with named(system_id="system"):
        linking.take_off(session(), actor(), found, _touched(found, sent.system), sent.because)
    return told(found)


@api.post("/incidents/<int:number>/people")
@needs(Permission.INCIDENT_WORK)
@described(IncidentWhole, status=201, body=TellIn, example={"person_id": 12})
def involve(number: int) -> Response:
    """Let somebody be told of it who may know of every system it touches: it stands on their desk until it is closed."""
    found, sent = held(number), jsonkit.parsed(TellIn)
    linking.involve(session(), actor(), found, _person(sent.person_id))
    return told(found, 201)


@api.post("/incidents/<int:number>/people/off")
@needs(Permission.INCIDENT_WORK)
@described(
    IncidentWhole, body=TellNoMore, example={"person_id": 12, "because": "She has moved to another team."}
)
def uninvolve(number: int) -> Response:
    """Let somebody no longer be told of it."""
    found, sent = held(number), jsonkit.parsed(TellNoMore)
    linking.uninvolve(session(), actor(), found, _person(sent.person_id), sent.because)
    return told(found)


@api.post("/incidents/<int:number>/merge")
@needs(Permission.INCIDENT_WORK)
@described(IncidentWhole, body=MergeIn, example={"into": 7})
def merge(number: int) -> Response:
    """Merge it into another one, which goes on for both and is the answer. This cannot be taken back."""
    # Not locked yet: of two that are held, the lower number comes first.
    seen = incident_by_number(session(), actor(), number)
    require(actor(), Permission.INCIDENT_WORK, desk_of(session(), actor(), seen))
    into = jsonkit.parsed(MergeIn).into
    with _there("into"):
        one, other = both_by_number(session(), actor(), number, into)
    return told(merge_incidents(session(), actor(), one, other))


@api.post("/incidents/<int:number>/recurrence")
@needs(Permission.INCIDENT_WORK)
@described(IncidentWhole, body=RecurrenceIn, example={"earlier": 7})
def recurrence(number: int) -> Response:
    """Say that it is an earlier one come back."""
    found, sent = held(number), jsonkit.parsed(RecurrenceIn)
    # Not held: nothing is written there, and who held both could wait in a circle.
    with _there("earlier"):
        earlier = incident_by_number(session(), actor(), sent.earlier)
    return told(linking.mark_recurrence(session(), actor(), found, earlier))


def _system(key: str) -> System:
    try:
        return systems.by_key(session(), actor(), key, lock=True)
    except NotFound as none:
        raise RuleBroken([Problem("system", "You can see no system of this id.")]) from none


def _touched(found: Incident, key: str) -> System:
    for _, system in systems_of(session(), found.id or 0):
        if system.key == key:
            return system
    raise RuleBroken([Problem("system", "Name one of the systems it touches.")])


def _person(number: int) -> Person:
    found = session().get(Person, number)
    if found is None:
        raise RuleBroken([Problem("person_id", "There is nobody of this number.")])
    return found


@contextmanager
def _there(field: str) -> Iterator[None]:
    """The other incident is one the actor may know of, or the refusal names the field."""
    try:
        yield
    except NotFound as none:
        raise RuleBroken([Problem(field, "You can see no incident of this number.")]) from none
