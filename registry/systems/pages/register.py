"""The register, searched and paged; registering a system."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken
from registry.ownership import queries as ownership
from registry.people import queries as people
from registry.people.rules import below
from registry.systems import actions, queries
from registry.systems.forms import RegisterForm
from registry.systems.queries import Search
from registry.systems.rules.record import Stage
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import query_number, shown
from registry.web.jsonkit import cursor_of, parts_of

pages = Blueprint("systems", __name__)

_PAGE = 50


@pages.get("/systems")
@needs(Permission.SYSTEM_READ)
def register_page() -> ResponseReturnValue:
    search = _search()
    after = parts_of(request.args.get("after"), (str, int))
    found = queries.page(session(), actor(), search, after=after, limit=_PAGE)
    numbers = [system.id or 0 for system in found.items]
    following = _address(after=cursor_of(*found.next_after)) if found.next_after else None
    return render_template(
        "systems/list.html",
        systems=found.items,
        owners=ownership.owners_of(session(), numbers),
        units=people.unit_paths(session()),
        total=queries.count(session(), actor(), search),
        everything=queries.count(session(), actor()),
        search=search,
        stages=list(Stage),
        next_url=following,
        first_url=_address() if after else None,
    )


def _search() -> Search:
    words = request.args.get("q", "").replace("\x00", "").strip()[:200]
    stage = request.args.get("stage", "")
    unit = query_number("unit")
    if stage and stage not in set(Stage):
        raise RuleBroken([Problem("stage", "There is no such stage.")])
    tree = people.parents(session()) if unit is not None else {}
    return Search(
        words=words,
        stage=Stage(stage) if stage else None,
        unit_ids=frozenset({unit}) | below(frozenset({unit}), tree) if unit is not None else frozenset(),
        owner_id=query_number("owner"),
        unconfirmed=request.args.get("unconfirmed") == "1",
    )


def _address(**changes: str) -> str:
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "after" and value}
    return url_for("systems.register_page", **(kept | changes))


@pages.get("/systems/new")
@needs(Permission.SYSTEM_REGISTER)
def new() -> ResponseReturnValue:
    form = RegisterForm(data={"owner_id": actor().person_id})
    return shown("systems/register.html", offered(form))


@pages.post("/systems/new")
@needs(Permission.SYSTEM_REGISTER)
def register() -> ResponseReturnValue:
    form = offered(RegisterForm())
    system = form.carried_out(lambda: actions.register(session(), actor(), form.registration()))
    if system is None:
        return shown("systems/register.html", form)
    flash(f"{system.name} is on the register as {system.key}. Here is what its record still lacks.", "good")
    return redirect(url_for("systems.show", key=system.key), 303)


def offered(form: Any) -> Any:
    """The form with the units and people it lets one choose from."""
    form.unit_id.offer(dict(sorted(people.unit_paths(session()).items(), key=lambda unit: unit[1])))
    if isinstance(form, RegisterForm):
        active = people.active_people(session(), clock.today())
        form.owner_id.offer({person.id or 0: f"{person.name} ({person.email})" for person in active})
    return form
