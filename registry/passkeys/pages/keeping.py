"""One's own passkeys: add one, rename it, remove it."""

import json

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission
from registry.passkeys import actions, queries
from registry.passkeys.forms import BeginForm, MadeForm, RemoveForm, RenameForm
from registry.passkeys.models import Passkey
from registry.passkeys.pages.shared import browser, pages, terms
from registry.people.models import Person
from registry.people.queries import person_by_id
from registry.web.confirming import bound, posed
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown

_BOTH = ("GET", "POST")


@pages.route("/account/passkeys/new", methods=_BOTH)
@needs(Permission.OWN_ACCOUNT)
@keeps_refusals
def begin() -> ResponseReturnValue:
    on, form = terms(), BeginForm()
    name = form.name.data or ""
    asked = bound(form, lambda at: actions.begin(session(), actor(), _oneself(), name, on, browser(), at))
    if asked is None:
        return shown("passkeys/begin.html", form)
    made = MadeForm(formdata=None, data={"name": name})
    page = render_template("passkeys/make.html", form=made, name=name, options=json.dumps(asked))
    return make_response(page)


@pages.post("/account/passkeys")
@needs(Permission.OWN_ACCOUNT)
@keeps_refusals
def add() -> ResponseReturnValue:
    on, form = terms(), MadeForm()
    given = (form.name.data or "", on, browser(), form.passkey.data or "")
    added = form.carried_out(lambda: actions.add(session(), actor(), _oneself(), *given))
    if added is None:
        return _begun_again(form)
    flash(f"The passkey “{added.name}” opens your account from now on.", "good")
    return redirect(url_for("accounts.account"), 303)


def _begun_again(made: MadeForm) -> Response:
    """The question is used up, so the page before it is shown again, with what was objected to."""
    form = BeginForm(formdata=None, data={"name": made.name.data})
    posed(form)
    form.name.errors = [*form.name.errors, *made.name.errors]
    form.form_errors += made.form_errors
    return shown("passkeys/begin.html", form)


@pages.route("/account/passkeys/<int:number>/name", methods=_BOTH)
@needs(Permission.OWN_ACCOUNT)
def rename(number: int) -> ResponseReturnValue:
    passkey = _own(number)
    form = RenameForm(data={"name": passkey.name})

    def keep() -> bool:
        actions.rename(session(), actor(), _oneself(), passkey, form.name.data or "")
        return True

    if form.carried_out(keep) is None:
        return shown("passkeys/rename.html", form, passkey=passkey)
    flash(f"The passkey is called “{passkey.name}” now.", "good")
    return redirect(url_for("accounts.account"), 303)


@pages.route("/account/passkeys/<int:number>/remove", methods=_BOTH)
@needs(Permission.OWN_ACCOUNT)
@keeps_refusals
def remove(number: int) -> ResponseReturnValue:
    on, passkey, form = terms(), _own(number), RemoveForm()

    def take_away() -> bool:
        actions.remove(session(), actor(), _oneself(), passkey, on)
        return True

    if bound(form, lambda _at: take_away()) is None:
        return shown("passkeys/remove.html", form, passkey=passkey)
    flash(f"The passkey “{passkey.name}” opens nothing here any more.", "good")
    return redirect(url_for("accounts.account"), 303)


def _own(number: int) -> Passkey:
    """A passkey of whoever asks. Raises NotFound for those of others, and where none are offered."""
    terms()
    return queries.passkey_of(session(), actor().person_id or 0, number)


def _oneself() -> Person:
    return person_by_id(session(), actor().person_id or 0)
