"""Erasing what an entry said: what would go, why it may not, and the form that two people answer for."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.actions import confirm_identity, vouch
from registry.accounts.queries import actor_for, confirmed_at
from registry.accounts.rules import is_confirmed
from registry.audit.actions.erasing import erase_entry
from registry.audit.forms import EraseForm
from registry.audit.pages.shared import pages
from registry.audit.queries import entries_at
from registry.audit.queries.erasures import entry_row, hindrances
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound
from registry.web import confirming
from registry.web.confirming import browser_secret
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown


@pages.route("/audit/<int:number>/erase", methods=("GET", "POST"))
@needs(Permission.ENTRY_ERASE)
@keeps_refusals
def erase(number: int) -> ResponseReturnValue:
    row = entry_row(session(), number)
    if row is None:
        raise NotFound
    told = {
        "entry": entries_at(session(), [number])[number],
        "hindrances": hindrances(session(), number, row["event"]),
    }
    if told["hindrances"] and request.method == "GET":
        return render_template("audit/erase.html", form=None, **told)
    form = EraseForm()
    if _bound(form, number) is None:
        return shown("audit/erase.html", form, **told)
    flash(f"What entry {number} said is erased. The ledger says who erased it, who approved and why.", "good")
    return redirect(url_for(".entry", number=number), 303)


def _bound(form: EraseForm, number: int) -> bool | None:
    given = confirmed_at(session(), browser_secret())
    return confirming.bound(
        form,
        lambda _at: _erased(form, number),
        given=given if is_confirmed(given, clock.now()) else None,
        confirm=_confirmed,
    )


def _confirmed(password: str) -> datetime:
    return confirm_identity(session(), actor(), browser_secret(), password)


def _erased(form: EraseForm, number: int) -> bool:
    second = vouch(session(), actor(), form.approved_by.data or "", form.their_password.data or "")
    approver = actor_for(session(), second, via="session")
    erase_entry(session(), actor(), number, basis=form.basis.data or "", approver=approver)
    return True
