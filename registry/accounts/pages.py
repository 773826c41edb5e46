"""Sign-in, my account and tokens; who makes a request."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from registry.accounts import actions, queries
from registry.accounts.forms import Confirmation, PasswordForm, SignInForm, TokenForm
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission
from registry.kernel.errors import NotFound, SignInNeeded
from registry.people.queries import person_by_id
from registry.settings import Settings
from registry.web import refilling
from registry.web.confirming import SECRET, browser_secret
from registry.web.doors import keeps_refusals, needs, public
from registry.web.flask_app import actor, current_actor, database, request_id, session
from registry.web.formkit import shown

pages = Blueprint("accounts", __name__)

_SEEN_EVERY_SECONDS = 300


def actor_loader(settings: Settings) -> Callable[[Session], Actor | None]:
    """The function that says who makes a request: a bearer token on the JSON door, a session cookie elsewhere."""

    def load(store: Session) -> Actor | None:
        if request.path.startswith("/api/"):
            return _by_token(store)
        secret = cookie.get(SECRET)
        if not isinstance(secret, str):
            return None
        found = queries.actor_for_session(
            store,
            secret,
            hours=settings.session_hours,
            idle_minutes=settings.idle_minutes,
            request_id=request_id(),
        )
        if found is None:
            cookie.pop(SECRET, None)
            return None
        who, row = found
        if (clock.now() - row.seen_at).total_seconds() > _SEEN_EVERY_SECONDS:
            _see(store, row.id or 0)
        return who

    return load


def _by_token(store: Session) -> Actor | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        return None
    found = queries.actor_for_token(store, token.strip(), request_id=request_id())
    if found is None:
        raise SignInNeeded("This token is unknown, revoked or expired.")
    return found


def _see(store: Session, number: int) -> None:
    # A page that is only read has a read-only transaction; that somebody was here is noted beside it,
    # and only every few minutes. In a writing request the same row rides along.
    if request.method not in {"GET", "HEAD"}:
        row = queries.session_by_number(store, number)
        if row is not None:
            row.seen_at = clock.now()
        return
    with database().transaction() as own:
        row = queries.session_by_number(own, number)
        if row is not None:
            row.seen_at = clock.now()


@pages.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    if current_actor() is not None:
        return redirect(url_for("portfolio.desk"), 303)
    form = SignInForm(data={"next": request.args.get("next", "")})
    return render_template("accounts/sign_in.html", form=form)


@pages.post("/sign-in")
@public
@keeps_refusals
def enter() -> ResponseReturnValue:
    form = SignInForm()
    device = request.headers.get("User-Agent", "")
    entered = form.carried_out(
        lambda: actions.sign_in(
            session(), form.email.data or "", form.password.data or "", device=device, request_id=request_id()
        )
    )
    if entered is None:
        return shown("accounts/sign_in.html", form)
    # A new cookie for the signed-in browser: whatever was fixed before signing in is worth nothing after.
    cookie.clear()
    cookie[SECRET] = entered[0]
    cookie.permanent = True
    target = refilling.inside(form.next.data, url_for("portfolio.desk"))
    if fields := refilling.unpacked(form.kept.data):
        # On to the form itself, as one that has no token: its address shows it filled, and does nothing.
        return refilling.listed(target, fields, is_trusted=False)
    return redirect(target, 303)


def sign_in_again() -> Response:
    """The sign-in form for whoever sent another form and is signed in no longer; it carries what they typed."""
    form = SignInForm(formdata=None, data={"next": refilling.came_from(), "kept": refilling.kept()})
    return make_response(render_template("accounts/sign_in.html", form=form, is_again=True))


@pages.post("/sign-out")
@needs(Permission.OWN_ACCOUNT)
def sign_out() -> ResponseReturnValue:
    actions.sign_out(session(), actor(), browser_secret())
    cookie.clear()
    return redirect(url_for("accounts.sign_in"), 303)


@pages.get("/account")
@needs(Permission.OWN_ACCOUNT)
def account() -> ResponseReturnValue:
    return make_response(render_template("accounts/account.html", **_account(PasswordForm(), TokenForm())))


@pages.post("/account/password")
@needs(Permission.OWN_ACCOUNT)
def change_password() -> ResponseReturnValue:
    form, who = PasswordForm(), actor()
    person = person_by_id(session(), who.person_id or 0)

    def change() -> bool:
        actions.change_password(session(), who, person, form.current.data or "", form.password.data or "")
        return True

    if form.carried_out(change) is None:
        return shown("accounts/account.html", form, **_without_form(_account(form, TokenForm(formdata=None))))
    cookie.clear()
    flash("Your password is changed and every browser is signed out. Sign in with the new one.", "good")
    return redirect(url_for("accounts.sign_in"), 303)


@pages.post("/account/tokens")
@needs(Permission.OWN_ACCOUNT)
def issue_token() -> ResponseReturnValue:
    form, who = TokenForm(), actor()
    person = person_by_id(session(), who.person_id or 0)
    scopes = frozenset(form.scopes.data or ())
    issued = form.carried_out(
        lambda: actions.issue_token(session(), who, person, form.label.data or "", scopes)
    )
    context = _account(PasswordForm(formdata=None), form)
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


@pages.post("/account/sign-out-everywhere")
@needs(Permission.OWN_ACCOUNT)
def sign_out_everywhere() -> ResponseReturnValue:
    actions.sign_out_everywhere(session(), actor(), actor().person_id or 0)
    cookie.clear()
    flash("Every browser is signed out.", "good")
    return redirect(url_for("accounts.sign_in"), 303)


def _account(password_form: PasswordForm, token_form: TokenForm) -> dict[str, object]:
    who = actor()
    return {
        "form": password_form,
        "password_form": password_form,
        "token_form": token_form,
        "button": Confirmation(formdata=None),
        "tokens": queries.tokens_of(session(), who.person_id or 0),
        "sessions": queries.sessions_of(session(), who.person_id or 0),
        "issued": None,
        "now": clock.now(),
    }


def _without_form(context: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in context.items() if name != "form"}
