"""What an incident is tied to: things, systems, people, other incidents; and what is held as evidence for it."""

from flask.typing import ResponseReturnValue

from registry.incidents.actions import holds, linking
from registry.incidents.actions.merging import merge as merge_incidents
from registry.incidents.forms.tying import BecauseForm, LinkForm, OtherForm, PersonForm, SystemForm
from registry.incidents.models.incidents import Incident
from registry.incidents.pages.shared import BOTH, held, pages, step, worked
from registry.incidents.queries.visibility import both_by_number, incident_by_number
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.people import queries as people
from registry.people.models import Person
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session

_NO_INCIDENT = "You can see no incident of this number."


@pages.route("/incidents/<int:number>/link", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def link(number: int) -> ResponseReturnValue:
    incident, form = held(number), LinkForm()
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
    kind, target = form.kind.data, form.target_id.data
    if kind is None or target is None:
        lacking = [Problem("kind", "Choose what it is.")] if kind is None else []
        raise RuleBroken(lacking + ([Problem("target_id", "Give its number.")] if target is None else []))
    try:
        return linking.link(session(), actor(), incident, kind, target)
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
        title="It touches a further system",
        lead="Its people then work on the incident too. Whoever may not know of one of the systems no longer sees it.",
        label="Add the system",
        said="The system is added, with what was live there when it began.",
    )


def _system(key: str) -> System:
    try:
        return systems.by_key(session(), actor(), key.strip().upper(), lock=True)
    except NotFound as none:
        raise RuleBroken([Problem("key", "You can see no system of this id.")]) from none


@pages.route("/incidents/<int:number>/people", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def involve(number: int) -> ResponseReturnValue:
    incident, form = held(number), PersonForm()
    form.person_id.offer(people.people_to_choose(session(), clock.today()))
    return step(
        incident,
        form,
        lambda: linking.involve(session(), actor(), incident, _person(form.person_id.data)),
        title="Let somebody be told of it",
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
        title="It is the same as another",
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
        title="It has happened before",
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
