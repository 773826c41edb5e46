"""Looking at a system again after something it relies on has changed, and saying what came of it."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from registry.dependencies import actions, queries
from registry.dependencies.forms import SettleForm
from registry.dependencies.pages.system import BOTH, pages, sent, to_edit
from registry.kernel.actor import Permission
from registry.portfolio import queries as portfolio
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.systemkit import frame


@pages.route("/systems/<key>/reconsider/<int:number>", methods=BOTH)
@needs(Permission.DEPENDENCY_EDIT)
def reconsider(key: str, number: int) -> ResponseReturnValue:
    found = to_edit(key)
    asked = queries.reconsideration_by_id(session(), found.id or 0, number, lock=sent())
    form = SettleForm(data=None if sent() else {"version": asked.version})
    settled = form.carried_out(
        lambda: actions.settle(session(), actor(), asked, form.words.data or "", version=form.revision)
    )
    if settled is None:
        # Whoever sends it again has read what the page says now.
        form.version.data, form.version.raw_data = asked.version, None
        why = portfolio.told(session(), actor(), [asked])[0]
        return shown("dependencies/reconsider.html", form, **frame(session(), actor(), found), why=why)
    flash("Settled. What you wrote stays with the system.", "good")
    return redirect(url_for(".system", key=found.key, _anchor="reconsidered"), 303)
