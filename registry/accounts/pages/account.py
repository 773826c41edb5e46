"""My account: password, tokens, and where one is signed in."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import actions, queries
from registry.accounts.forms import EVERYWHERE, BrowsersForm, Confirmation, PasswordForm, TokenForm
from registry.accounts.pages.shared import pages
from registry.accounts.rules import browser_named
from registry.feeds.queries import addresses_of
from registry.feeds.rules import FeedKind
from registry.identity.queries.known import identities_of
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound
from registry.passkeys.queries import passkeys_of
from registry.people.queries import person_by_id
from registry.second_steps import queries as steps
from registry.second_steps.actions import Typed
from registry.store.sealing import Purpose
from registry.web.confirming import bound, browser_secret, let_out
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, seal, session
from registry.web.formkit import shown
from registry.web.security import emptied


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser somebody is signed in with, by the number of its session; no name where it gave none that is known."""

    number: int
    name: str
    is_here: bool
    created_at: datetime
    seen_at: datetime

    @property
    def said(self) -> str:
        """As one of several to choose from."""
        since = f"{self.created_at.day} {self.created_at:%b %Y, %H:%M} UTC"
        return (
            f"{self.name or 'A browser not known'}, since {since}{' (this browser)' if self.is_here else ''}"
        )


@pages.get("/account")
@needs(Permission.OWN_ACCOUNT)
def account() -> ResponseReturnValue:
    return make_response(
        render_template("accounts/account.html", **told_of_account(PasswordForm(), TokenForm()))
    )


@pages.post("/account/password")
@needs(Permission.OWN_ACCOUNT)
@keeps_refusals
def change_password() -> ResponseReturnValue:
    form, who = PasswordForm(), actor()
    person = person_by_id(session(), who.person_id or 0)

    def change() -> bool:
        typed = Typed(form.own_code.data or "", seal(Purpose.SECOND_STEP))
        given = (form.current.data or "", form.password.data or "")
        guessed = current_app.config["REGISTRY_GUESSED"]
        actions.change_password(session(), who, person, *given, typed, guessed)
        return True

    if form.carried_out(change) is None:
        return shown(
            "accounts/account.html", form, **_without_form(told_of_account(form, TokenForm(formdata=None)))
        )
    let_out()
    flash("Your password is changed and every browser is signed out. Sign in with the new one.", "good")
    return emptied(redirect(url_for("accounts.sign_in"), 303))


@pages.post("/account/tokens")
@needs(Permission.OWN_ACCOUNT)
def issue_token() -> ResponseReturnValue:
    form, who = TokenForm(), actor()
    person = person_by_id(session(), who.person_id or 0)
    scopes = frozenset(form.scopes.data or ())
    issued = form.carried_out(
        lambda: actions.issue_token(session(), who, person, form.label.data or "", scopes)
    )
    context = told_of_account(PasswordForm(formdata=None), form)
    if issued is None:
        return shown("accounts/account.html", form, **_without_form(context))
    # Shown on this one page and never again: only its hash is kept.
    return make_response(render_template("accounts/account.html", **context | {"issued": issued[0]}))


@pages.post("/account/tokens/<int:number>/revoke")
@needs(Permission.OWN_ACCOUNT)
def revoke_token(number: int) -> ResponseReturnValue:
    token = queries.token_by_id(session(), number)
    if token is None or token.person_id != actor().person_id:
        raise NotFound
    actions.revoke_token(session(), actor(), token)
    flash(f"The token “{token.label}” no longer works.", "good")
    return redirect(url_for("accounts.account"), 303)


@pages.route("/account/browsers", methods=("GET", "POST"))
@needs(Permission.OWN_ACCOUNT)
@keeps_refusals
def browsers() -> ResponseReturnValue:
    form, signed_in = BrowsersForm(), _signed_in(actor().person_id or 0)
    form.offer({each.number: each.said for each in signed_in})
    said = bound(form, lambda _at: _signed_out(form.which.data))
    if said is None:
        return shown("accounts/browsers.html", form)
    ends_here = form.which.data in {EVERYWHERE, *(str(each.number) for each in signed_in if each.is_here)}
    if not ends_here:
        flash(said, "good")
        return redirect(url_for("accounts.account"), 303)
    let_out()
    flash(said, "good")
    return emptied(redirect(url_for("accounts.sign_in"), 303))


def _signed_out(which: str) -> str:
    """Does it, and says what is so now. `which` is one of the choices that the form offered."""
    if which == EVERYWHERE:
        actions.sign_out_everywhere(session(), actor(), actor().person_id or 0)
        return "Every browser is signed out."
    actions.end_session(session(), actor(), int(which))
    return "The browser is signed out."


def told_of_account(password_form: PasswordForm, token_form: TokenForm) -> dict[str, object]:
    """What the page shows: the account of whoever asks, and its forms."""
    who = actor()
    feeds = addresses_of(session(), who.person_id or 0)
    return {
        "form": password_form,
        "password_form": password_form,
        "token_form": token_form,
        "button": Confirmation(formdata=None),
        "tokens": queries.tokens_of(session(), who.person_id or 0),
        "sessions": _signed_in(who.person_id or 0),
        "issued": None,
        "made": None,
        "feeds": [(kind, feeds.get(kind)) for kind in FeedKind],
        "has_password": queries.credential_of(session(), who.person_id or 0) is not None,
        "has_step": steps.factor_of(session(), who.person_id or 0) is not None,
        "codes_left": steps.codes_left(session(), who.person_id or 0),
        "passkeys": passkeys_of(session(), who.person_id or 0)
        if current_app.extensions["passkeys"]
        else None,
        "identities": identities_of(session(), who.person_id or 0),
        "now": clock.now(),
    }


def _signed_in(person_id: int) -> list[Browser]:
    here = queries.digest_of(browser_secret())
    return [
        Browser(
            each.id or 0,
            browser_named(each.device),
            each.secret_sha256 == here,
            each.created_at,
            each.seen_at,
        )
        for each in queries.sessions_of(session(), person_id)
    ]


def _without_form(context: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in context.items() if name != "form"}
