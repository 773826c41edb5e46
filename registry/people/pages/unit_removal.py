"""Removing a unit that was made by mistake; what stands in the way where it is more than that."""

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission
from registry.kernel.errors import RuleBroken
from registry.people import actions, queries
from registry.people.models import BusinessUnit
from registry.people.pages.directory import pages
from registry.people.rules.unit_removal import hindrances
from registry.web.doors import needs
from registry.web.flask_app import actor, session


@pages.get("/units/<int:number>/remove")
@needs(Permission.PEOPLE_EDIT)
def unit_remove_form(number: int) -> ResponseReturnValue:
    return _page(queries.unit_by_id(session(), number))


@pages.post("/units/<int:number>/remove")
@needs(Permission.PEOPLE_EDIT)
def unit_remove(number: int) -> ResponseReturnValue:
    found = queries.unit_by_id(session(), number, lock=True)
    name, above = found.name, found.parent_id
    try:
        actions.remove_unit(session(), actor(), found)
    except RuleBroken:
        return make_response(_page(found), 422)
    flash(f"{name} is removed. The ledger keeps that it was there.", "good")
    back = url_for("people.unit", number=above) if above else url_for("people.units")
    return redirect(back, 303)


def _page(found: BusinessUnit) -> str:
    number = found.id
    # Where the things in the way are shown, and moved one by one.
    places = {
        "person": url_for("people.directory", unit=number, left=1),
        "system": url_for("systems.register_page", unit=number),
        "business_unit": url_for("people.unit", number=number),
        "team": url_for("people.unit", number=number),
    }
    in_the_way = hindrances(queries.traces_of(session(), found))
    return render_template("people/unit_remove.html", unit=found, in_the_way=in_the_way, places=places)
