"""What an incident is tied to: things, systems, people, other incidents; and what is held as evidence for it."""

from collections.abc import Mapping
from typing import Any, TypeVar

from flask.typing import ResponseReturnValue

from registry.incidents.actions import holds, linking
from registry.incidents.actions.merging import merge as merge_incidents
from registry.incidents.forms.tying import (
    BecauseForm,
    LinkForm,
    OffForm,
    OtherForm,
    PersonForm,
    SystemForm,
    UntoldForm,
)
from registry.incidents.models.incidents import Incident
from registry.incidents.pages.shared import BOTH, held, pages, step, worked
from registry.incidents.queries.incidents import involved_in
from registry.incidents.queries.recent import candidates
from registry.incidents.queries.timeline import links_of
from registry.incidents.queries.visibility import both_by_number, incident_by_number, systems_of, touched_by
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.people import queries as people
from registry.people.models import Person
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session

Offered = TypeVar("Offered")
_NO_INCIDENT = "You can see no incident of this number."


@pages.route("/incidents/<int:number>/link", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def link(number: int) -> ResponseReturnValue:
    incident, form = held(number), LinkForm()
    tied = {(each.kind, each.target_id) for each in links_of(session(), number, limit=None)}
    form.offer(
        (f"{each.kind.value}:{each.target_id}", each.says)
        for each in candidates(session(), touched_by(session(), number))
        if (each.kind, each.target_id) not in tied
    )
    return step(
        incident,
        form,
        lambda: _linked(incident, form),
        title="Tie something to it",
        lead="What it says now is kept, with its guard-rails, however it goes on. An alert brings the reading it speaks of.",
        label="Tie it",
        said="It is tied, as it stands now.",
        anchor="links",
    )


def _linked(incident: Incident, form: LinkForm) -> object:
    chosen = form.chosen()
    if chosen is None:
        half = form.kind.data is not None or form.target_id.data is not None
        missing = "kind" if form.kind.data is None else "target_id"
        raise RuleBroken(
            [Problem(missing, "Give both what it is and its number.")]
            if half
            else [Problem("thing", "Choose what has to do with it.")]
        )
    try:
        return linking.link(session(), actor(), incident, *chosen)
    except NotFound as none:
        raise RuleBroken(
            [Problem("target_id", "There is none of this number on a system it touches.")]
        ) from none


@pages.route("/incidents/<int:number>/systems", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def spread(number: int) -> ResponseReturnValue:
    incident, form = held(number), SystemForm()
    return step(
        incident,
        form,
        lambda: linking.spread(session(), actor(), incident, _system(form.key.data or "")),
        title="Add a system it touches",
        lead="Its people then work on the incident too. Whoever may not know of one of the systems no longer sees it.",
        label="Add the system",
        said="The system is added, with what was live there when it began.",
    )


def _system(key: str) -> System:
    try:
        return systems.by_key(session(), actor(), key.strip().upper(), lock=True)
    except NotFound as none:
        raise RuleBroken([Problem("key", "You can see no system of this id.")]) from none


@pages.route("/incidents/<int:number>/systems/off", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def take_off(number: int) -> ResponseReturnValue:
    incident, form = held(number), OffForm()
    touched = {system.id or 0: system for _, system in systems_of(session(), number)}
    further = {key: system for key, system in touched.items() if key != incident.system_id}
    form.system_id.offer({key: f"{system.key} {system.name}" for key, system in further.items()})
    return step(
        incident,
        form,
        lambda: linking.take_off(
            session(), actor(), incident, _one_of(further, form, "system_id"), form.because.data or ""
        ),
        title="Take a system off",
        lead="It does not touch that system after all. The timeline keeps that it was added, and why it was taken off.",
        label="Take it off",
        said="The system is taken off.",
    )


def _one_of(offered: Mapping[int, Offered], form: Any, name: str) -> Offered:
    if form[name].data not in offered:
        raise RuleBroken([Problem(name, "Choose one of the list.")])
    return offered[form[name].data]


@pages.route("/incidents/<int:number>/people/off", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def uninvolve(number: int) -> ResponseReturnValue:
    incident, form = held(number), UntoldForm()
    told = {person.id or 0: person for person in involved_in(session(), number)}
    form.person_id.offer({key: person.name for key, person in told.items()})
    return step(
        incident,
        form,
        lambda: linking.uninvolve(
            session(), actor(), incident, _one_of(told, form, "person_id"), form.because.data or ""
        ),
        title="Stop telling somebody",
        lead="It leaves their desk. The timeline keeps that they were told, and why they no longer are.",
        label="Stop telling them",
        said="They are no longer told of it.",
    )


@pages.route("/incidents/<int:number>/people", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def involve(number: int) -> ResponseReturnValue:
    incident, form = held(number), PersonForm()
    form.person_id.offer(people.people_to_choose(session(), clock.today()))
    return step(
        incident,
        form,
        lambda: linking.involve(session(), actor(), incident, _person(form.person_id.data)),
        title="Tell somebody of it",
        lead="It stands among what concerns them until it is closed.",
        label="Involve them",
        said="They are involved.",
    )


def _person(number: int | None) -> Person:
    found = session().get(Person, number) if number else None
    if found is None:
        raise RuleBroken([Problem("person_id", "Choose somebody.")])
    return found


@pages.route("/incidents/<int:number>/merge", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def merge(number: int) -> ResponseReturnValue:
    incident, form = worked(number), OtherForm()
    return step(
        incident,
        form,
        lambda: merge_incidents(session(), actor(), *_both(number, form.number.data)),
        title="Merge with another incident",
        lead="What this one is tied to, its systems, people and open actions go to the other one, which goes on for both "
        "with the graver judgement of the two. This cannot be taken back.",
        label="Merge it into the other",
        said="Merged.",
    )


def _both(number: int, other: int | None) -> tuple[Incident, Incident]:
    try:
        return both_by_number(session(), actor(), number, _asked(other))
    except NotFound as none:
        raise RuleBroken([Problem("number", _NO_INCIDENT)]) from none


@pages.route("/incidents/<int:number>/recurrence", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def recurrence(number: int) -> ResponseReturnValue:
    incident, form = held(number), OtherForm()
    return step(
        incident,
        form,
        lambda: linking.mark_recurrence(session(), actor(), incident, _earlier(form.number.data)),
        title="Mark as a recurrence",
        lead="This one is then shown as a recurrence of the earlier one.",
        label="Mark it as a recurrence",
        said="It is marked as a recurrence.",
    )


def _earlier(number: int | None) -> Incident:
    """The other incident, not held: nothing is written there, and who held both could wait in a circle."""
    try:
        return incident_by_number(session(), actor(), _asked(number))
    except NotFound as none:
        raise RuleBroken([Problem("number", _NO_INCIDENT)]) from none


def _asked(number: int | None) -> int:
    return number if number and number > 0 else 0


@pages.route("/incidents/<int:number>/hold", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def hold(number: int) -> ResponseReturnValue:
    incident, form = held(number), BecauseForm()
    return step(
        incident,
        form,
        lambda: holds.hold(session(), actor(), incident, form.because.data or ""),
        title="Hold what is evidence",
        lead="The systems it touches and the versions live when it began can then not be withdrawn or undone, until "
        "somebody releases them.",
        label="Hold them",
        said="They are held as evidence.",
    )


@pages.route("/incidents/<int:number>/release", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def release(number: int) -> ResponseReturnValue:
    incident, form = held(number), BecauseForm()
    return step(
        incident,
        form,
        lambda: _released(incident, form.because.data or ""),
        title="Release the evidence",
        lead="What was held for this incident may be withdrawn again.",
        label="Release it",
        said="Released. The timeline tells by whom and why.",
    )


def _released(incident: Incident, because: str) -> Incident:
    holds.release(session(), actor(), incident, because)
    return incident
