"""The sign-in by a passkey, and how a form that binds takes one instead of a password. Each asks its question by script."""

from datetime import datetime

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission
from registry.limits.rules import Budget
from registry.passkeys import actions, queries
from registry.passkeys.actions import Asked
from registry.passkeys.forms import AnswerForm
from registry.passkeys.pages.shared import browser, offered, pages, terms
from registry.passkeys.rules import Purpose, options
from registry.web import refilling
from registry.web.confirming import Beside, browser_secret, let_in, renew
from registry.web.doors import keeps_refusals, needs, public
from registry.web.flask_app import actor, request_id, session
from registry.web.limiting import counted


@pages.post("/sign-in/passkey/question")
@public
@counted(Budget.PROVIDER, "POST")
def ask() -> ResponseReturnValue:
    site = terms().site
    return jsonify(options.to_use(actions.ask(session(), Purpose.SIGN_IN, Asked(browser())), site))


@pages.post("/sign-in/passkey")
@public
@keeps_refusals
def enter() -> ResponseReturnValue:
    on, form = terms(), AnswerForm()
    come = {
        "browser": browser(),
        "device": request.headers.get("User-Agent", ""),
        "request_id": request_id(),
        "replaces": browser_secret(),
    }
    entered = form.carried_out(lambda: actions.sign_in(session(), form.passkey.data or "", on, **come))
    if entered is None:
        return refilling.sign_in_refused(form.next.data or "", form.kept.data or "", form.form_errors)
    let_in(entered[0])
    return refilling.onward(form.next.data, form.kept.data, url_for("portfolio.desk"))


@pages.post("/account/passkeys/question")
@needs(Permission.OWN_ACCOUNT)
@counted(Budget.PROVIDER, "POST")
def ask_again() -> ResponseReturnValue:
    site, person_id = terms().site, actor().person_id
    challenge = actions.ask(session(), Purpose.CONFIRM, Asked(browser(), person_id))
    return jsonify(options.to_use(challenge, site, queries.ids_of(session(), person_id or 0)))


def _question() -> str:
    on = offered()
    if on is None or not queries.may_show_one(session(), actor().person_id or 0, on):
        return ""
    return url_for("passkeys.ask_again")


def _confirm(answer: str) -> datetime:
    at, fresh = actions.confirm(session(), actor(), browser_secret(), answer, terms(), browser=browser())
    renew(fresh)
    return at


BESIDE = Beside(_question, _confirm)
