"""My account: the addresses at which calendar programs and feed readers read for oneself."""

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.forms import PasswordForm, TokenForm
from registry.accounts.pages.account import told_of_account
from registry.accounts.pages.shared import pages
from registry.feeds import actions
from registry.feeds.rules import FeedKind
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound
from registry.web.addresses import whole_url
from registry.web.doors import needs
from registry.web.flask_app import actor, session

_READ_AT = {FeedKind.CALENDAR: "feeds.calendar", FeedKind.CHANGES: "feeds.changes"}


@pages.post("/account/feeds/<kind>")
@needs(Permission.OWN_ACCOUNT)
def make_feed(kind: str) -> ResponseReturnValue:
    made = _kind(kind)
    secret = actions.make_address(session(), actor(), made)
    # Shown on this one page and never again: only its hash is kept.
    address = {"kind": made, "url": whole_url(_READ_AT[made], secret=secret)}
    context = told_of_account(PasswordForm(formdata=None), TokenForm(formdata=None))
    return make_response(render_template("accounts/account.html", **context | {"made": address}))


@pages.post("/account/feeds/<kind>/withdraw")
@needs(Permission.OWN_ACCOUNT)
def withdraw_feed(kind: str) -> ResponseReturnValue:
    actions.withdraw_address(session(), actor(), _kind(kind))
    flash(f"The address of your {_kind(kind).said.lower()} no longer works.", "good")
    return redirect(url_for("accounts.account", _anchor="feeds"), 303)


def _kind(named: str) -> FeedKind:
    if named not in set(FeedKind):
        raise NotFound
    return FeedKind(named)
