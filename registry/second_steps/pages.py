"""Setting up one's second step; of which roles one is asked."""

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission, Role
from registry.people.queries import person_by_id
from registry.second_steps import actions, queries, rules
from registry.second_steps.actions import Typed
from registry.second_steps.forms import EnrolForm, RolesForm
from registry.second_steps.render import picture
from registry.store.sealing import Purpose
from registry.web.confirming import bound
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, seal, session
from registry.web.formkit import shown

pages = Blueprint("second_steps", __name__)

_BOTH = ("GET", "POST")


@pages.route("/account/second-step", methods=_BOTH)
@needs(Permission.OWN_ACCOUNT)
@keeps_refusals
def enrol() -> ResponseReturnValue:
    who, now = actor(), clock.now()
    person = person_by_id(session(), who.person_id or 0)
    form = EnrolForm()
    secret = queries.offered(seal(Purpose.ENROLMENT), person.id or 0, form.offer.data or "", now)
    if not secret:
        form.offer.data = queries.offer(seal(Purpose.ENROLMENT), person.id or 0, now)
        secret = queries.offered(seal(Purpose.ENROLMENT), person.id or 0, form.offer.data, now)
    typed = Typed(form.code.data or "", seal(Purpose.SECOND_STEP))
    codes = bound(form, lambda _at: actions.enrol(session(), who, person, secret, typed))
    if codes is not None:
        # Shown on this one page and never again: only their hashes are kept.
        page = render_template("second_steps/codes.html", codes=codes, then=url_for("accounts.account"))
        return make_response(page)
    address = rules.enrolment_uri(secret, person.email, current_app.config["ORGANISATION"])
    return shown(
        "second_steps/enrol.html",
        form,
        picture=picture(address),
        secret=rules.grouped(secret),
        has_one=queries.factor_of(session(), person.id or 0) is not None,
    )


@pages.route("/people/second-steps", methods=_BOTH)
@needs(Permission.ACCOUNTS_MANAGE)
@keeps_refusals
def roles() -> ResponseReturnValue:
    kept = sorted(role.value for role in queries.asked_roles(session()))
    form = RolesForm(data=None if request.method == "POST" else {"roles": kept})

    def keep() -> bool:
        actions.ask_of(session(), actor(), frozenset(Role(role) for role in form.roles.data or ()))
        return True

    if bound(form, lambda _at: keep()) is None:
        return shown("second_steps/roles.html", form)
    flash("Saved. It counts from the next sign-in of each of them on.", "good")
    return redirect(url_for(".roles"), 303)
