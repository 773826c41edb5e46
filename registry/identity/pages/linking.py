"""How a person signs in: the provider's accounts that are theirs, and their second step."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.queries import credential_of
from registry.identity.actions import linking
from registry.identity.forms import LinkForm, UnlinkForm
from registry.identity.pages.shared import offered, pages, provider
from registry.identity.queries import known
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound, RuleBroken
from registry.people.models import Person
from registry.people.queries import person_by_id
from registry.second_steps import actions as steps
from registry.second_steps.queries import factor_of
from registry.store.columns import LARGEST_NUMBER
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown


@pages.get("/people/<int:number>/sign-in")
@needs(Permission.ACCOUNTS_MANAGE)
def person(number: int) -> ResponseReturnValue:
    return _page(person_by_id(session(), number), LinkForm(formdata=None))


def _page(of: Person, form: Form) -> ResponseReturnValue:
    return shown(
        "identity/person.html",
        form,
        person=of,
        identities=known.identities_of(session(), of.id or 0),
        step=factor_of(session(), of.id or 0),
        has_password=credential_of(session(), of.id or 0) is not None,
        terms=found.terms if (found := offered()) else None,
    )


@pages.post("/people/<int:number>/sign-in")
@needs(Permission.ACCOUNTS_MANAGE)
def link(number: int) -> ResponseReturnValue:
    of, form, terms = person_by_id(session(), number), LinkForm(), provider().terms
    made = form.carried_out(
        lambda: linking.link(session(), actor(), of, terms.issuer, form.subject.data or "")
    )
    if made is None:
        return _page(of, form)
    flash(f"{of.name} gets in by this account from now on.", "good")
    return redirect(url_for(".person", number=number), 303)


@pages.post("/people/<int:number>/sign-in/unlink")
@needs(Permission.ACCOUNTS_MANAGE)
def unlink(number: int) -> ResponseReturnValue:
    of, text = person_by_id(session(), number), UnlinkForm().identity.data or ""
    named = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else 0
    found = known.identity_by_number(session(), named) if 0 < named <= LARGEST_NUMBER else None
    if found is None or found.person_id != of.id:
        raise NotFound
    linking.unlink(session(), actor(), found)
    flash("The link is gone, and the browsers it had opened are signed out.", "good")
    return redirect(url_for(".person", number=number), 303)


@pages.post("/people/<int:number>/sign-in/reset")
@needs(Permission.ACCOUNTS_MANAGE)
def reset(number: int) -> ResponseReturnValue:
    of = person_by_id(session(), number)
    try:
        steps.reset(session(), actor(), of)
    except RuleBroken as refused:
        flash(refused.says, "bad")
    else:
        flash(f"{of.name} has no second step any more.", "good")
    return redirect(url_for(".person", number=number), 303)
