"""Adding a unit, renaming it, giving it another head; moving it, with a look at what that changes."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.audit import queries as audit
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Conflict, Problem
from registry.people import actions, queries, rules
from registry.people.forms import NewUnitForm, UnitForm, unit_stated
from registry.people.models import BusinessUnit
from registry.people.pages.directory import pages, with_people, with_units
from registry.people.queries import Narrowing
from registry.people.rules import below
from registry.people.rules.moving import sight_after
from registry.systems import queries as systems
from registry.systems.queries import Search
from registry.web.conflicts import merge
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, query_number, shown


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
    if form.moves(found.parent_id) and form.validate_on_submit():
        return _move_page(found, form)
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


def _move_page(found: BusinessUnit, form: UnitForm) -> ResponseReturnValue:
    """What the move changes, to be looked at before it is made."""
    number, every = found.id or 0, {unit.id or 0: unit for unit in queries.units(session())}
    tree = {each: unit.parent_id for each, unit in every.items()}
    inside = below(frozenset({number}), tree)
    if form.parent_id.data in inside:
        form.take([Problem("parent_id", "A unit cannot stand below itself.")])
        return _edit_page(found, form)
    sight = sight_after(
        number,
        tree,
        {each: unit.head_id for each, unit in every.items()},
        form.parent_id.data,
        form.head_id.data,
    )
    search = Search(unit_ids=inside)
    return render_template(
        "people/unit_move.html",
        unit=found,
        form=form,
        places={
            each: rules.path_said(each, tree, {one: unit.name for one, unit in every.items()})
            for each in tree
        },
        inside=inside,
        sight=sight,
        heads=queries.people_by_id(session(), set(sight.keep | sight.gain | sight.lose)),
        people=queries.people_count(session(), Narrowing(unit_ids=inside, on=clock.today())),
        systems=systems.count(session(), actor(), search),
        restricted=systems.restricted_count(session(), actor(), inside),
    )


def _edit_page(found: BusinessUnit, form: Form, conflict: Any = ()) -> Response:
    return shown("people/unit_edit.html", _offered(form), unit=found, conflict=conflict)


def _offered(form: Form) -> Form:
    return with_people(with_units(form, "parent_id"), "head_id")
