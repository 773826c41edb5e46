"""Erasing what an entry said: what would go, why it may not, and the form that two people answer for."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.actions import vouch
from registry.accounts.queries import actor_for
from registry.audit.actions.erasing import erase_entry
from registry.audit.forms import EraseForm
from registry.audit.pages.shared import pages
from registry.audit.queries import entries_at
from registry.audit.queries.erasures import entry_row, hindrances
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound
from registry.second_steps.actions import Typed
from registry.store.sealing import Purpose
from registry.web.confirming import bound
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, seal, session
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
    if bound(form, lambda _at: _erased(form, number)) is None:
        return shown("audit/erase.html", form, **told)
    flash(f"What entry {number} said is erased. The ledger says who erased it, who approved and why.", "good")
    return redirect(url_for(".entry", number=number), 303)


def _erased(form: EraseForm, number: int) -> bool:
    typed = Typed(form.their_code.data or "", seal(Purpose.SECOND_STEP))
    given = (form.approved_by.data or "", form.their_password.data or "", typed)
    only_for = current_app.config["REGISTRY_PASSWORDS_ONLY_FOR"]
    second = vouch(session(), actor(), *given, only_for=only_for)
    approver = actor_for(session(), second, via="session")
    erase_entry(session(), actor(), number, basis=form.basis.data or "", approver=approver)
    return True
