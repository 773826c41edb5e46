"""The register, searched and paged; registering a system."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import refuse_if
from registry.people import queries as people
from registry.systems import actions, queries
from registry.systems.forms import RegisterForm
from registry.systems.pages import panel
from registry.systems.pages.panel import Organisation
from registry.systems.queries import Line, Search
from registry.systems.rules.search import COLUMNS, Listing, address_of
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown

pages = Blueprint("systems", __name__)

_PAGE = 50


@pages.get("/systems")
@needs(Permission.SYSTEM_READ)
def register_page() -> ResponseReturnValue:
    listing, problems = queries.listing_from(request.args)
    refuse_if(problems)
    place = queries.place_from(request.args, listing)
    shown_lines = queries.lines(session(), actor(), listing, place=place, limit=_PAGE)
    counted = queries.counted(session(), actor(), listing.search)
    opened = request.args.getlist("more")
    named = panel.people_named(listing, counted, opened)
    organisation = Organisation(people.units(session()), names_of(named))
    return render_template(
        "systems/list.html",
        listing=listing,
        lines=shown_lines.lines,
        counted=counted,
        units=organisation.paths,
        groups=panel.groups(listing, counted, organisation, opened),
        in_force=panel.in_force(listing, organisation),
        clear_url=panel.url(replace(listing, search=Search())),
        headings=panel.headings(listing),
        columns=COLUMNS,
        state=address_of(listing),
        deputies=deputies_of(listing, shown_lines.lines),
        bulk_url=bulk_url(),
        all_url=bulk_url(("all", "1"), *address_of(listing)),
        pager=panel.turns(listing, shown_lines),
    )


def names_of(numbers: set[int]) -> dict[int, str]:
    """The names of the people a facet shows."""
    return {number: person.name for number, person in people.people_by_id(session(), numbers).items()}


def deputies_of(listing: Listing, lines: Sequence[Line]) -> dict[int, str]:
    """The deputies of the systems on this page, where that column is shown."""
    if "deputy" not in listing.columns:
        return {}
    return queries.deputies_in(session(), actor(), [line.id for line in lines], listing.search)


def bulk_url(*parameters: tuple[str, str]) -> str | None:
    """Where a selection is edited; None while no page of the application does that."""
    if "systems.bulk" not in current_app.view_functions:
        return None
    return url_for("systems.bulk", **MultiDict(parameters).to_dict(flat=False))  # type: ignore[arg-type]


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
