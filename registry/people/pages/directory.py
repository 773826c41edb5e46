"""The directory, and adding somebody to it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound
from registry.people import actions, queries
from registry.people.forms import NewPersonForm
from registry.people.queries import Narrowing
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import cursor_of, parts_of
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, query_number, shown

pages = Blueprint("people", __name__)

PAGE = 50
_LONGEST_SEARCH = 200


@pages.get("/people")
@needs(Permission.PEOPLE_READ)
def directory() -> ResponseReturnValue:
    unit = query_number("unit")
    narrowed = _narrowed(unit)
    after = parts_of(request.args.get("after"), (str, int))
    found = queries.people_page(session(), narrowed, after=after, limit=PAGE)
    return render_template(
        "people/directory.html",
        people=found.items,
        units=queries.unit_paths(session()),
        narrowed=narrowed,
        with_leavers=_with_leavers(),
        unit=unit,
        my_unit=queries.unit_of(session(), actor().person_id),
        total=queries.people_count(session(), narrowed),
        today=clock.today(),
        next_url=_address(after=cursor_of(*found.next_after)) if found.next_after else None,
        first_url=_address() if after else None,
    )


def _narrowed(unit: int | None) -> Narrowing:
    if unit is not None and unit > LARGEST_NUMBER:
        raise NotFound
    words = request.args.get("q", "").replace("\x00", "").strip()[:_LONGEST_SEARCH]
    units = queries.unit_with_those_below(session(), unit) if unit is not None else frozenset()
    # Whoever looks for a name wants that person: a leaver is found, and marked, rather than passed over in silence.
    return Narrowing(words=words, unit_ids=units, on=None if words or _with_leavers() else clock.today())


def _with_leavers() -> bool:
    return request.args.get("left") == "1"


def _address(**changes: Any) -> str:
    kept = {name: value for name, value in request.args.items() if name != "after" and value}
    return url_for("people.directory", **(kept | changes))


@pages.get("/people/new")
@needs(Permission.PEOPLE_EDIT)
def new() -> ResponseReturnValue:
    form = NewPersonForm(data={"unit_id": query_number("unit")})
    return shown("people/new.html", with_units(form))


@pages.post("/people/new")
@needs(Permission.PEOPLE_EDIT)
def add() -> ResponseReturnValue:
    form = NewPersonForm()
    with_units(form)
    person = form.carried_out(lambda: actions.add_person(session(), actor(), form.facts()))
    if person is None:
        return shown("people/new.html", form)
    flash(f"{person.name} is in the directory.", "good")
    return redirect(url_for("people.show", number=person.id), 303)


def with_units(form: Form, name: str = "unit_id") -> Form:
    """Offer every unit by its path in the field of that name."""
    form[name].offer(queries.unit_paths(session()))
    return form


def with_people(form: Form, *names: str) -> Form:
    """Offer everybody who is here in the fields of these names, leavers marked; whoever is named already stays on offer."""
    offered = queries.people_to_choose(session(), clock.today(), kept=[form[name].data for name in names])
    for name in names:
        form[name].offer(offered)
    return form
