"""Setting out to the provider, coming back with its answer, confirming by it, and being signed out by it."""

import logging
from typing import cast

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import IntegrityError

from registry.identity.actions import signing_in
from registry.identity.pages.shared import CALLBACK, pages, provider
from registry.identity.rules.flows import Attempt, asking_url, code_in
from registry.identity.rules.terms import Distrusted
from registry.identity.rules.tokens import Said
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Conflict, RuleBroken
from registry.limits.rules import Budget
from registry.output.asking import Unanswered
from registry.store.sealing import Purpose
from registry.web import refilling
from registry.web.confirming import SECRET, browser_secret, let_in
from registry.web.doors import needs, no_database, public
from registry.web.flask_app import App, current_actor, database, request_id, seal
from registry.web.limiting import counted, failed, tried
from registry.web.refusals import said

log = logging.getLogger("registry.identity")

_ATTEMPT = "attempt"
# The cookie has room for no more; whoever came from further away begins on their desk.
_LONGEST_NEXT = 1_000
_NOT_BELIEVED = (
    "What came back is not an answer to a sign-in of this browser that can be trusted. Nothing was changed."
)
_BEGIN_AGAIN = (
    "Begin again; if it happens again, tell an administrator, who finds the reason in the audit log."
)
_SILENT = (
    "The sign-in service does not answer. Try again in a minute; an administrator can look whether it works."
)


@pages.get("/sign-in/provider")
@public
@counted(Budget.PROVIDER, "GET", "HEAD")
@no_database
def begin() -> ResponseReturnValue:
    return _set_out(confirms=False)


@pages.get("/account/confirm")
@needs(Permission.OWN_ACCOUNT)
def confirm() -> ResponseReturnValue:
    return _set_out(confirms=True)


def _set_out(*, confirms: bool) -> ResponseReturnValue:
    asked, then = provider(), refilling.inside(request.args.get("next"), "")
    try:
        places = asked.places()
    except (Unanswered, Distrusted) as silent:
        return _unanswered(silent)
    attempt = Attempt.new(then if len(then) <= _LONGEST_NEXT else "", clock.now(), confirms=confirms)
    cookie[_ATTEMPT] = attempt.as_kept()
    return redirect(asking_url(asked.terms, places, attempt), 303)


@pages.get(CALLBACK)
@public
@tried
@no_database
def answer() -> ResponseReturnValue:
    asked = provider()
    # Whatever comes of it, this answer was to this attempt, and no other is.
    begun = cookie.pop(_ATTEMPT, None)
    if begun is None:
        # Anybody can send such answers without end, so they fill the log and not the ledger.
        return _not_believed("this browser has begun no sign-in")
    try:
        attempt = Attempt.kept(begun)
        places = asked.places()
        code = code_in(request.args.to_dict(flat=False), attempt, asked.terms, places, clock.now())
        who, token = asked.who(code, attempt, clock.now)
        return _confirmed(who, attempt) if attempt.confirms else _entered(who, token, attempt)
    except Unanswered as silent:
        return _unanswered(silent)
    except Distrusted as doubt:
        return _refused(doubt.reason)


def _entered(who: Said, token: str, attempt: Attempt) -> ResponseReturnValue:
    try:
        entered = _signed_in(who, token)
    except IntegrityError as taken:
        # The same account came twice at one moment, and the other sign-in has made it known.
        raise Conflict("You were signing in twice at this moment. Sign in again.", 0) from taken
    if isinstance(entered, RuleBroken):
        failed(Budget.PROOF)
        return _said(401, entered.says, title="You are not signed in")
    let_in(entered)
    return redirect(attempt.next or url_for("portfolio.desk"), 303)


def _signed_in(who: Said, token: str) -> str | RuleBroken:
    """The cookie's secret, or the refusal: it leaves the transaction by the ordinary way, so that its entry is kept."""
    with database().transaction() as session:
        try:
            return signing_in.sign_in(
                session,
                who,
                provider().terms,
                token,
                seal=seal(Purpose.PROVIDER_TOKEN),
                device=request.headers.get("User-Agent", ""),
                request_id=request_id(),
                replaces=browser_secret(),
            )[0]
        except RuleBroken as refused:
            return refused


def _confirmed(who: Said, attempt: Attempt) -> ResponseReturnValue:
    cast("App", current_app).recognise()
    signed_in = current_actor()
    if signed_in is None:
        raise Distrusted("this browser is signed in no longer")
    with database().transaction() as session:
        cookie[SECRET] = signing_in.confirm(session, signed_in, browser_secret(), who, provider().terms)
    return redirect(url_for(".confirmed", next=attempt.next), 303)


@pages.get("/account/confirmed")
@needs(Permission.OWN_ACCOUNT)
def confirmed() -> ResponseReturnValue:
    then = refilling.inside(request.args.get("next"), "")
    return make_response(render_template("identity/confirmed.html", then=then))


def _refused(reason: str) -> Response:
    with database().transaction() as session:
        signing_in.note_refusal(session, reason, request_id())
    return _not_believed(reason)


def _not_believed(reason: str) -> Response:
    failed(Budget.PROOF)
    log.warning("request %s: not believed: %s", request_id(), reason)
    return _said(400, _NOT_BELIEVED, title="This sign-in was not accepted", to_do=_BEGIN_AGAIN)


def _unanswered(silent: Exception) -> Response:
    log.warning("request %s: the provider: %s", request_id(), silent)
    return _said(503, _SILENT, title="No answer")


def _said(status: int, says: str, *, title: str, to_do: str = "") -> Response:
    links = [{"label": "To the sign-in page", "url": url_for("accounts.sign_in")}]
    return said(status, says, title=title, to_do=to_do, links=links)


@pages.post("/sign-in/provider/logout")
@public
@tried
@no_database
def logged_out() -> ResponseReturnValue:
    """The provider tells that somebody has signed out there (OpenID Connect Back-Channel Logout 1.0)."""
    asked = provider()
    try:
        ended = asked.ended(request.form.get("logout_token"), clock.now())
    except Unanswered as silent:
        return _unanswered(silent)
    except Distrusted as doubt:
        return _not_believed(doubt.reason)
    with database().transaction() as session:
        signing_in.end_sessions(session, ended, asked.terms, request_id())
    return Response("", 200, mimetype="text/plain")


def open_to_providers(forms: CSRFProtect) -> None:
    """The logout of a provider comes without a form of ours: what it is believed for is its signature."""
    forms.exempt(logged_out)
