"""The dependencies of a system, both ways, and stating one more; what its pages share."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.dependencies import actions, queries
from registry.dependencies.forms import AddForm, EditForm
from registry.dependencies.models import Dependency
from registry.dependencies.queries import Line
from registry.dependencies.rules.dependency import Direction, Standing, span_said, standings
from registry.kernel import clock
from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.kernel.guard_rails import number_said
from registry.kernel.text import SYSTEM_PREFIX, number_of
from registry.people import queries as people
from registry.portfolio import queries as portfolio
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.systemkit import frame

pages = Blueprint("dependencies", __name__)

BOTH = ("GET", "POST")


@pages.get("/systems/<key>/dependencies")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    number = found.id or 0
    lines = queries.lines_of(session(), actor(), found)
    ended = queries.lines_of(session(), actor(), found, ended=True)
    settled = portfolio.told(session(), actor(), queries.settled_of(session(), number))
    named = {line.dependency.owner_id for line in lines} | {each.asked.settled_by_id for each in settled}
    return render_template(
        "dependencies/system.html",
        **frame(session(), actor(), found),
        upstream=[(line, fares(line)) for line in lines if line.direction is Direction.UPSTREAM],
        downstream=[(line, fares(line)) for line in lines if line.direction is Direction.DOWNSTREAM],
        ended=ended,
        waiting=portfolio.told(session(), actor(), queries.reconsiderations_of(session(), [number])),
        settled=settled,
        people=people.people_by_id(session(), {one for one in named if one}),
        may_edit=may(actor(), Permission.DEPENDENCY_EDIT, number),
        **words(),
    )


@pages.route("/systems/<key>/dependencies/new", methods=BOTH)
@needs(Permission.DEPENDENCY_EDIT)
def add(key: str) -> ResponseReturnValue:
    found = to_edit(key)
    form = offered(AddForm())
    added = form.carried_out(lambda: _added(found, form))
    if added is None:
        return shown(
            "dependencies/edit.html", form, **frame(session(), actor(), found), line=None, conflict=()
        )
    flash("The dependency is stated. Record how it was tested, or when it will be.", "good")
    return redirect(url_for(".show", key=found.key, number=added.id), 303)


def _added(found: System, form: AddForm) -> Dependency:
    """State it: on the system whose id was typed, or on a service of that name."""
    typed = form.other.data or ""
    other, service = None, typed
    if number_of(SYSTEM_PREFIX, typed):
        try:
            other, service = systems.by_key(session(), actor(), typed).id, ""
        except NotFound as none:
            says = f"There is no system {typed.upper()} that you may see."
            raise RuleBroken([Problem("other", says)]) from none
    facts = form.facts(other_system_id=other, service=service)
    return actions.add_dependency(session(), actor(), found.id or 0, facts)


def sent() -> bool:
    """Whether this request writes."""
    return request.method == "POST"


def to_edit(key: str) -> System:
    """The system, for those who may state its dependencies; locked while one is written, so that none is stated twice."""
    found = systems.by_key(session(), actor(), key, lock=sent())
    require(actor(), Permission.DEPENDENCY_EDIT, found.id)
    return found


def fares(line: Line) -> tuple[Standing, ...]:
    """How a dependency fares, by the risk of the system that states it."""
    facts, last = queries.facts_of(line.dependency), queries.trial_facts(line.last)
    return standings(facts, last, line.stated_by.tier, clock.today())


def offered(form: EditForm, dependency: Dependency | None = None) -> Any:
    """The form with everybody who is here to choose from, and whoever is named already."""
    kept = (dependency.owner_id,) if dependency else ()
    form.owner_id.offer(people.people_to_choose(session(), clock.today(), kept=kept))
    return form


def words() -> dict[str, Any]:
    """How templates say times, and a system at the other end that is not named.

    Whoever sees every restricted system misses only those that were withdrawn.
    """
    hidden = "a system that was withdrawn" if actor().sees_everything else "a restricted system"
    return {"span": span_said, "number_said": number_said, "hidden": hidden}
