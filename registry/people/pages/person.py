"""A person and everything they hold; editing, leaving, and the roles an administrator gives."""

from datetime import datetime
from typing import Any

from flask import Response, flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import actions as accounts
from registry.accounts.queries import open_roles
from registry.audit import queries as audit
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Role, may
from registry.kernel.errors import Conflict
from registry.ownership import queries as ownership
from registry.ownership.models import Handover
from registry.ownership.rules import SEAT_SAID
from registry.people import actions, queries
from registry.people.forms import LeavingForm, PersonForm, RoleForm, WithdrawalForm, person_stated
from registry.people.models import Person
from registry.people.pages.directory import pages, with_units
from registry.people.rules import is_active, same_email
from registry.portfolio import queries as portfolio
from registry.systems import queries as systems
from registry.web.confirming import bound
from registry.web.conflicts import merge
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown


@pages.get("/people/<int:number>")
@needs(Permission.PEOPLE_READ)
def show(number: int) -> ResponseReturnValue:
    return _person_page(queries.person_by_id(session(), number), RoleForm(formdata=None))


def _person_page(person: Person, form: Form) -> Response:
    manages = may(actor(), Permission.ACCOUNTS_MANAGE)
    return shown(
        "people/person.html",
        form,
        person=person,
        here=is_active(person.active_from, person.active_to, clock.today()),
        unit=queries.unit_paths(session()).get(person.unit_id or 0),
        headed=queries.headed_by(session(), person.id or 0),
        teams=queries.teams_of(session(), person.id or 0),
        held=systems.held_by(session(), actor(), person.id or 0),
        seat_said=SEAT_SAID,
        offers=_offers_to(person, actor()),
        load=portfolio.load_of(session(), actor(), person),
        ever=portfolio.ever_held(session(), actor(), person.id or 0),
        roles=open_roles(session(), person.id or 0) if manages else None,
    )


def _offers_to(person: Person, reader: Actor) -> list[tuple[Handover, Any]]:
    """What waits for this person's answer: all of it for themselves, else what the reader may know of."""
    waiting = ownership.handovers_for(session(), person.id or 0, at=clock.now())
    known = systems.by_numbers(session(), reader, {offer.system_id for offer in waiting})
    if reader.person_id == person.id:
        return [(offer, systems.by_number(session(), offer.system_id)) for offer in waiting]
    return [(offer, known[offer.system_id]) for offer in waiting if offer.system_id in known]


@pages.get("/people/<int:number>/edit")
@needs(Permission.PEOPLE_EDIT)
def edit_form(number: int) -> ResponseReturnValue:
    person = queries.person_by_id(session(), number)
    form = PersonForm(data=person_stated(person))
    del form.password
    return _edit_page(person, form)


@pages.post("/people/<int:number>/edit")
@needs(Permission.PEOPLE_EDIT)
@keeps_refusals
def edit(number: int) -> ResponseReturnValue:
    person = queries.person_by_id(session(), number)
    form = PersonForm()
    with_units(form)
    try:
        saved = _edited(person, form)
    except Conflict:
        base = audit.state_of(session(), "person", number, form.version.data)
        return make_response(_edit_page(person, form, merge(form, person_stated(person), base)), 409)
    if saved is None:
        return _edit_page(person, form)
    flash("Saved.", "good")
    return redirect(url_for("people.show", number=number), 303)


def _edited(person: Person, form: PersonForm) -> Person | None:
    def act(_at: datetime | None = None) -> Person:
        return actions.edit_person(session(), actor(), person, form.facts(), version=form.version.data)

    if same_email(form.email.data or "") != person.email:
        # Whoever has the address is who signs in as this person: it takes more than a desk that was left open.
        return bound(form, act)
    del form.password
    return form.carried_out(act)


def _edit_page(person: Person, form: Form, conflict: Any = ()) -> Response:
    return shown("people/edit.html", with_units(form), person=person, conflict=conflict)


@pages.get("/people/<int:number>/leaving")
@needs(Permission.PEOPLE_EDIT)
def leaving_form(number: int) -> ResponseReturnValue:
    person = queries.person_by_id(session(), number)
    return _leaving_page(person, LeavingForm(data={"active_to": person.active_to or clock.today()}))


@pages.post("/people/<int:number>/leaving")
@needs(Permission.PEOPLE_EDIT)
def leave(number: int) -> ResponseReturnValue:
    person = queries.person_by_id(session(), number)
    form = LeavingForm()
    done = form.carried_out(lambda: actions.mark_as_left(session(), actor(), person, form.active_to.data))
    if done is None:
        return _leaving_page(person, form)
    held = systems.held_by(session(), actor(), number)
    flash(f"The last day of {person.name} is noted." + (" Now move what they hold." if held else ""), "good")
    return redirect(url_for("ownership.transfer_form" if held else "people.show", number=number), 303)


def _leaving_page(person: Person, form: Form) -> Response:
    held = systems.held_by(session(), actor(), person.id or 0)
    return shown("people/leaving.html", form, person=person, held=held, seat_said=SEAT_SAID)


@pages.post("/people/<int:number>/here")
@needs(Permission.PEOPLE_EDIT)
def here(number: int) -> ResponseReturnValue:
    person = actions.mark_as_here(session(), actor(), queries.person_by_id(session(), number))
    flash(f"{person.name} has no last day any more.", "good")
    return redirect(url_for("people.show", number=number), 303)


@pages.post("/people/<int:number>/roles")
@needs(Permission.ACCOUNTS_MANAGE)
def grant(number: int) -> ResponseReturnValue:
    person = queries.person_by_id(session(), number)
    form = RoleForm()
    given = form.carried_out(lambda: _grant(person, form))
    if given is None:
        return _person_page(person, form)
    flash(f"{person.name} is now {given.value}. The ledger shows who gave the role.", "good")
    return redirect(url_for("people.show", number=number), 303)


def _grant(person: Person, form: RoleForm) -> Role:
    role = form.role.data or Role.MEMBER
    accounts.grant_role(session(), actor(), person, role)
    return role


@pages.post("/people/<int:number>/roles/withdraw")
@needs(Permission.ACCOUNTS_MANAGE)
def withdraw(number: int) -> ResponseReturnValue:
    person = queries.person_by_id(session(), number)
    held = {grant.role for grant in open_roles(session(), number)}
    role = next((each for each in held if each == WithdrawalForm().role.data), None)
    if role is None:
        flash(f"{person.name} does not hold this role any more.", "info")
    else:
        accounts.withdraw_role(session(), actor(), person, role)
        flash(f"{person.name} is no longer {role.value}.", "good")
    return redirect(url_for("people.show", number=number), 303)
