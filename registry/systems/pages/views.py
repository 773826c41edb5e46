"""Saved views of the register: keep, rename, share, overwrite and delete them, and choose the one it opens with."""

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission
from registry.kernel.errors import Forbidden, refuse_if
from registry.people import queries as people
from registry.people.rules import chain_of
from registry.systems import actions, queries
from registry.systems.forms import ViewForm
from registry.systems.models import SavedView
from registry.systems.pages import panel
from registry.systems.pages.register import offered, pages, unit_of_reader
from registry.systems.rules.search import kept_as
from registry.systems.rules.views import ViewFacts, may_change_view
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown


@pages.get("/systems/views")
@needs(Permission.VIEW_SAVE)
def views() -> ResponseReturnValue:
    found = queries.views_for(session(), actor(), _chain())
    return render_template(
        "systems/views.html",
        views=[(view, name, _may_change(view)) for view, name in found],
        units=people.unit_paths(session()),
        open_url=lambda view: panel.view_url(view.id, view.address),
    )


@pages.route("/systems/views/new", methods=["GET", "POST"])
@needs(Permission.VIEW_SAVE)
def new_view() -> ResponseReturnValue:
    listing, problems = queries.listing_from(request.args)
    refuse_if(problems)
    form = offered(ViewForm())
    saved = form.carried_out(lambda: actions.save_view(session(), actor(), form.facts(kept_as(listing))))
    if saved is None:
        back = panel.url(listing)
        return shown("systems/view.html", form, view=None, listing=listing, back_url=back)
    flash(f"The view {saved.name} is kept.", "good")
    return redirect(panel.view_url(saved.id, saved.address), 303)


@pages.route("/systems/views/<int:number>", methods=["GET", "POST"])
@needs(Permission.VIEW_SAVE)
def edit_view(number: int) -> ResponseReturnValue:
    view = _to_change(number)
    stated = {"name": view.name, "sharing": view.sharing, "unit_id": view.unit_id}
    form = offered(ViewForm(data=stated if request.method == "GET" else None))
    done = form.carried_out(lambda: _changed(view, form.facts(view.address)))
    if done is None:
        back = panel.view_url(view.id, view.address)
        return shown("systems/view.html", form, view=view, listing=None, back_url=back)
    flash("Saved.", "good")
    return redirect(url_for(".views"), 303)


@pages.post("/systems/views/<int:number>/state")
@needs(Permission.VIEW_SAVE)
def overwrite_view(number: int) -> ResponseReturnValue:
    view = _to_change(number)
    listing, problems = queries.listing_from(request.args)
    refuse_if(problems)
    facts = ViewFacts(view.name, kept_as(replace(listing, view="")), view.sharing, view.unit_id)
    _changed(view, facts)
    flash(f"The view {view.name} now shows this.", "good")
    return redirect(panel.view_url(view.id, view.address), 303)


@pages.post("/systems/views/<int:number>/preferred")
@needs(Permission.VIEW_SAVE)
def prefer_view(number: int) -> ResponseReturnValue:
    view = queries.view_by_id(session(), actor(), number, _chain(), lock=True)
    preferred = request.form.get("preferred") == "1"
    actions.prefer_view(session(), actor(), view, preferred=preferred)
    said = f"Your register opens with {view.name}." if preferred else "Your register opens with every system."
    flash(said, "good")
    return redirect(url_for(".views"), 303)


@pages.post("/systems/views/<int:number>/delete")
@needs(Permission.VIEW_SAVE)
def delete_view(number: int) -> ResponseReturnValue:
    view = _to_change(number)
    actions.delete_view(session(), actor(), view)
    flash(f"The view {view.name} is deleted.", "good")
    return redirect(url_for(".views"), 303)


def _changed(view: SavedView, facts: ViewFacts) -> bool:
    actions.change_view(session(), actor(), view, facts)
    return True


def _chain() -> tuple[int, ...]:
    return chain_of(unit_of_reader(), people.parents(session()))


def _may_change(view: SavedView) -> bool:
    return may_change_view(view.person_id, actor().person_id, actor().roles)


def _to_change(number: int) -> SavedView:
    """The view, for those who may change it; locked while it is written."""
    view = queries.view_by_id(session(), actor(), number, _chain(), lock=request.method == "POST")
    if not _may_change(view):
        raise Forbidden("This view belongs to somebody else. Save your own under another name.")
    return view
