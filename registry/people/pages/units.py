"""The tree of units, and one unit: its people, its systems, the units below it."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.audit import queries as audit
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Conflict
from registry.ownership import queries as ownership
from registry.people import actions, queries
from registry.people.forms import NewUnitForm, UnitForm, unit_stated
from registry.people.models import BusinessUnit
from registry.people.pages.directory import PAGE, pages, with_people, with_units
from registry.people.queries import Narrowing
from registry.people.rules import chain_of, outline
from registry.systems import queries as systems
from registry.systems.queries import Search
from registry.web.conflicts import merge
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, query_number, shown


@pages.get("/units")
@needs(Permission.PEOPLE_READ)
def units() -> ResponseReturnValue:
    found = {unit.id or 0: unit for unit in queries.units(session())}
    tree = {number: unit.parent_id for number, unit in found.items()}
    names = {number: unit.name for number, unit in found.items()}
    order = [(found[number], chain_of(found[number].parent_id, tree)) for number, _ in outline(tree, names)]
    return render_template(
        "people/units.html", order=order, names=names, **_heads(list(found.values())), **_unit_counts()
    )


def _heads(shown_units: list[BusinessUnit]) -> dict[str, Any]:
    heads = queries.people_by_id(session(), {unit.head_id for unit in shown_units if unit.head_id})
    return {"heads": heads, "today": clock.today()}


def _unit_counts() -> dict[str, Any]:
    return {
        "people_in": queries.people_by_unit(session(), clock.today()),
        "systems_in": systems.count_by_unit(session(), actor()),
    }


@pages.get("/units/<int:number>")
@needs(Permission.PEOPLE_READ)
def unit(number: int) -> ResponseReturnValue:
    found = queries.unit_by_id(session(), number)
    every = {each.id or 0: each for each in queries.units(session())}
    below = [each for each in every.values() if each.parent_id == number]
    tree = {each: row.parent_id for each, row in every.items()}
    listed = systems.page(session(), actor(), Search(unit_ids=frozenset({number})), limit=PAGE).items
    return render_template(
        "people/unit.html",
        unit=found,
        above=[every[each] for each in reversed(chain_of(found.parent_id, tree))],
        below=below,
        people=queries.people_page(session(), Narrowing(unit_id=number, on=clock.today()), limit=PAGE).items,
        systems=listed,
        owners=ownership.owners_of(session(), [system.id or 0 for system in listed]),
        teams=queries.teams_of_unit(session(), number),
        **_heads([found, *below]),
        **_unit_counts(),
    )


@pages.get("/units/new")
@needs(Permission.PEOPLE_EDIT)
def unit_new() -> ResponseReturnValue:
    form = NewUnitForm(data={"parent_id": query_number("parent")})
    return shown("people/unit_new.html", _offered(form))


@pages.post("/units/new")
@needs(Permission.PEOPLE_EDIT)
def unit_add() -> ResponseReturnValue:
    form = NewUnitForm()
    _offered(form)
    added = form.carried_out(
        lambda: actions.add_unit(
            session(), actor(), form.name.data or "", form.parent_id.data, form.head_id.data
        )
    )
    if added is None:
        return shown("people/unit_new.html", form)
    flash(f"{added.name} is a unit now.", "good")
    return redirect(url_for("people.unit", number=added.id), 303)


@pages.get("/units/<int:number>/edit")
@needs(Permission.PEOPLE_EDIT)
def unit_edit_form(number: int) -> ResponseReturnValue:
    found = queries.unit_by_id(session(), number)
    return _edit_page(found, UnitForm(data=unit_stated(found)))


@pages.post("/units/<int:number>/edit")
@needs(Permission.PEOPLE_EDIT)
def unit_edit(number: int) -> ResponseReturnValue:
    found = queries.unit_by_id(session(), number)
    form = UnitForm()
    _offered(form)
    try:
        saved = form.carried_out(lambda: _save(found, form))
    except Conflict:
        base = audit.state_of(session(), "business_unit", number, form.version.data)
        return make_response(_edit_page(found, form, merge(form, unit_stated(found), base)), 409)
    if saved is None:
        return _edit_page(found, form)
    flash("Saved.", "good")
    return redirect(url_for("people.unit", number=number), 303)


def _save(found: BusinessUnit, form: UnitForm) -> BusinessUnit:
    return actions.edit_unit(
        session(),
        actor(),
        found,
        form.name.data or "",
        parent_id=form.parent_id.data,
        head_id=form.head_id.data,
        version=form.version.data,
    )


def _edit_page(found: BusinessUnit, form: Form, conflict: Any = ()) -> Response:
    return shown("people/unit_edit.html", _offered(form), unit=found, conflict=conflict)


def _offered(form: Form) -> Form:
    return with_people(with_units(form, "parent_id"), "head_id")
