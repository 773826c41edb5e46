"""The register, searched and paged; registering a system."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Problem
from registry.kernel.text import counted as days_said
from registry.kernel.text import worded
from registry.lifecycle.queries.stages import days_out, stopped_among
from registry.lifecycle.rules.stages import COUNTED
from registry.people import queries as people
from registry.people.rules import chain_of
from registry.portfolio.queries import meant_in_register
from registry.store.orders import Place
from registry.systems import actions, queries
from registry.systems.forms import RegisterForm
from registry.systems.pages import panel
from registry.systems.pages.panel import Organisation
from registry.systems.queries import Attended, Line, Search
from registry.systems.rules.record import Stage
from registry.systems.rules.search import COLUMNS, EVERY_SYSTEM, Listing, address_of, kept_as, words_of
from registry.systems.rules.views import may_change_view
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown

pages = Blueprint("systems", __name__)

_PAGE = 50


@pages.get("/systems")
@needs(Permission.SYSTEM_READ)
def register_page() -> ResponseReturnValue:
    organisation = Organisation(people.units(session()))
    listing, problems = _listing(organisation)
    views = queries.views_for(session(), actor(), chain_of(unit_of_reader(), organisation.tree))
    preferred = next(
        (view for view, _ in views if view.preferred and view.person_id == actor().person_id), None
    )
    if preferred and not request.args:
        return redirect(panel.view_url(preferred.id, preferred.address))
    current = next((view for view, _ in views if str(view.id) == listing.view), None)
    if current is None:
        listing = replace(listing, view=EVERY_SYSTEM if preferred else "")
    return render_template(
        "systems/list.html",
        **_found(listing, organisation, _place(listing, problems)),
        tabs=panel.view_tabs(views, current, actor()) if views else [],
        view=current,
        may_overwrite=current and may_change_view(current.person_id, actor().person_id, actor().roles),
        differs=kept_as(listing) != (current.address if current else ""),
        problems=problems,
    )


def _listing(organisation: Organisation) -> tuple[Listing, list[Problem]]:
    """What the address still means, and what of it is not there any more: old addresses are kept, sent and printed."""
    listing, problems = queries.listing_from(request.args)
    owners = {int(number) for number in listing.search.values("owner")}
    listing, lost = queries.still_there(listing, organisation.tree, names_of(owners) if owners else {})
    return listing, [*problems, *lost, *queries.lost_in(request.args)]


def _place(listing: Listing, problems: Sequence[Problem]) -> Place | None:
    """Where the page begins. A place in an order that is gone is none in the order shown instead: that begins anew."""
    if any(problem.field == "sort" for problem in problems):
        return None
    return queries.place_from(request.args, listing)


def _found(listing: Listing, organisation: Organisation, place: Place | None) -> dict[str, Any]:
    """What the page shows of a search: its lines, its facets with their counts, and the ways on from here."""
    shown_lines = queries.lines(session(), actor(), listing, place=place, limit=_PAGE)
    counted = queries.counted(session(), actor(), listing.search)
    opened = request.args.getlist("more")
    named = replace(organisation, people=names_of(panel.people_named(listing, counted, opened)))
    return {
        "listing": listing,
        "lines": shown_lines.lines,
        "counted": counted,
        "units": organisation.short_paths,
        "groups": panel.groups(listing, counted, named, opened),
        "in_force": panel.in_force(listing, named),
        "clear_url": panel.url(replace(listing, search=Search())),
        "headings": panel.headings(listing),
        "columns": COLUMNS,
        "filters": tuple(each.name for each in queries.FILTERS),
        "state": address_of(listing),
        "urls": {name: panel.url(listing, endpoint=f"systems.{name}") for name in ("export", "new_view")},
        "deputies": deputies_of(listing, shown_lines.lines),
        "held": held_of(shown_lines.lines),
        "attended": attended_of(listing, [line.id for line in shown_lines.lines]),
        "bulk_url": bulk_url(),
        "all_url": bulk_url(("all", "1"), *address_of(listing)),
        "pager": panel.turns(listing, shown_lines),
        "meant": _meant(listing) if not counted.found else None,
    }


def _meant(listing: Listing) -> dict[str, str] | None:
    """Where nothing is found: the words as they may have been meant, with the address that looks for those."""
    words = words_of(listing.search.words)
    meant = meant_in_register(session(), actor(), words) if words else None
    if meant is None:
        return None
    return {"words": meant, "url": panel.url(replace(listing, search=replace(listing.search, words=meant)))}


def unit_of_reader() -> int | None:
    """The unit the reader works in, if the register knows one."""
    person = actor().person_id
    return people.person_by_id(session(), person).unit_id if person is not None else None


def names_of(numbers: set[int]) -> dict[int, str]:
    """The names of the people a facet shows."""
    return {number: person.name for number, person in people.people_by_id(session(), numbers).items()}


def deputies_of(listing: Listing, lines: Sequence[Line]) -> dict[int, str]:
    """The deputies of the systems on this page, where that column is shown."""
    if "deputy" not in listing.columns:
        return {}
    return queries.deputies_in(session(), actor(), [line.id for line in lines], listing.search)


def attended_of(listing: Listing, numbers: Any) -> Attended:
    """What there is to attend to on these systems, in the columns that are shown."""
    shown_columns = [name for name in listing.columns if name in queries.COLUMNS_ATTENDED]
    return queries.attended(session(), actor(), shown_columns, numbers)


def held_of(lines: Sequence[Line]) -> dict[int, str]:
    """What is to be said of the stage of systems on this page: that they were stopped, or for how long they have been
    in use out of compliance.
    """
    stopped = stopped_among(session(), [line.id for line in lines if line.stage is Stage.SUSPENDED])
    stages = {line.id: line.stage for line in lines if line.stage in COUNTED}
    told = {
        number: f"{worded(stages[number].value)}, out of compliance for {days_said(days, 'day')}"
        for number, days in days_out(session(), stages).items()
    }
    return told | dict.fromkeys(stopped, "stopped")


def bulk_url(*parameters: tuple[str, str]) -> str:
    """Where a selection is edited."""
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
    form.unit_id.offer(people.unit_paths(session()))
    if isinstance(form, RegisterForm):
        form.owner_id.offer(people.people_to_choose(session(), clock.today()))
    return form
