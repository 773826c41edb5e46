"""How a person signs in: the provider's accounts that are theirs, and their second step and passkeys. Linking is for the command line alone.

Whoever could link an account from a browser could link a second one of their own to anybody, and decide in their name.
"""

from flask import current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.queries import credential_of
from registry.identity.actions import linking
from registry.identity.forms import PASSKEYS, STEP, TakeAwayForm
from registry.identity.pages.shared import pages
from registry.identity.queries import known
from registry.kernel.actor import Permission
from registry.passkeys import actions as passkeys
from registry.passkeys.queries import passkeys_of
from registry.people.models import Person
from registry.people.queries import person_by_id
from registry.second_steps import actions as steps
from registry.second_steps.queries import factor_of
from registry.web.confirming import bound
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown


@pages.route("/people/<int:number>/sign-in", methods=("GET", "POST"))
@needs(Permission.ACCOUNTS_MANAGE)
@keeps_refusals
def person(number: int) -> ResponseReturnValue:
    of, form = person_by_id(session(), number), TakeAwayForm()
    identities, step = known.identities_of(session(), number), factor_of(session(), number)
    keys = passkeys_of(session(), number) if current_app.extensions["passkeys"] else []
    form.offer(identities, has_step=step is not None, has_passkeys=bool(keys))
    said = bound(form, lambda _at: _taken_away(of, form.what.data))
    if said is None:
        has_password = credential_of(session(), number) is not None
        told = {"identities": identities, "step": step, "has_password": has_password, "passkeys": keys}
        return shown("identity/person.html", form, person=of, **told)
    flash(said, "good")
    return redirect(url_for(".person", number=number), 303)


def _taken_away(of: Person, what: str) -> str:
    """Does it, and says what is so now. `what` is one of the choices that the form offered."""
    if what == STEP:
        steps.reset(session(), actor(), of)
        return f"{of.name} has no second step any more."
    if what == PASSKEYS:
        passkeys.reset(session(), actor(), of)
        return f"{of.name} has no passkeys any more, and is signed out everywhere."
    linking.unlink(session(), actor(), known.identity_by_number(session(), int(what)))
    return "The link is gone, and the browsers it had opened are signed out."
