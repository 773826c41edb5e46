"""The links of a system, one at a time and in place; the same edit underneath as the long form."""

from dataclasses import replace

from flask import Response, flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission, require
from registry.kernel.errors import Conflict, Problem, RuleBroken
from registry.systems import actions, queries
from registry.systems.forms import LinkForm, UnlinkForm
from registry.systems.models import System
from registry.systems.pages.register import pages
from registry.systems.rules.record import Link
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.systemkit import frame


@pages.post("/systems/<key>/links")
@needs(Permission.SYSTEM_EDIT)
def add_link(key: str) -> ResponseReturnValue:
    system = queries.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.SYSTEM_EDIT, system.id)
    form = LinkForm()
    try:
        added = form.carried_out(lambda: _add(system, form))
    except Conflict as conflict:
        form.form_errors.append(f"{conflict.says} Add the link again to put it beside their change.")
        form.version.data, form.version.raw_data = system.version, None
        return make_response(_link_page(system, form), 409)
    if added is None:
        return _link_page(system, form)
    flash("The link is added.", "good")
    return redirect(url_for("systems.show", key=system.key, _anchor="links"), 303)


def _add(system: System, form: LinkForm) -> bool:
    facts, url = queries.facts_of(system), form.url.data or ""
    if any(link.url == url for link in facts.links):
        raise RuleBroken([Problem("url", "This address is among the links already.")])
    try:
        links = (*facts.links, Link(form.label.data or url, url))
        facts = replace(facts, links=links)
        actions.edit(session(), actor(), system, facts, version=form.version.data or 0)
    except RuleBroken as refused:
        # The record speaks of its links; here there is one field for the address.
        raise RuleBroken([Problem("url", each.message) for each in refused.problems]) from refused
    return True


def _link_page(system: System, form: LinkForm) -> Response:
    return shown("systems/link.html", form, **frame(session(), actor(), system))


@pages.post("/systems/<key>/links/remove")
@needs(Permission.SYSTEM_EDIT)
def remove_link(key: str) -> ResponseReturnValue:
    system = queries.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.SYSTEM_EDIT, system.id)
    form = UnlinkForm()
    gone = Link(form.label.data or "", form.url.data or "")
    facts = queries.facts_of(system)
    if gone in facts.links:
        facts = replace(facts, links=tuple(link for link in facts.links if link != gone))
        form.carried_out(
            lambda: actions.edit(session(), actor(), system, facts, version=form.version.data or 0)
        )
        flash("The link is removed.", "good")
    return redirect(url_for("systems.show", key=system.key, _anchor="links"), 303)
