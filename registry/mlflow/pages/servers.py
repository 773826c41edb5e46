"""Every server with how its last sync went; adding and changing one; one with its syncs, what was not understood, and its models."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.mlflow.actions import keeping
from registry.mlflow.forms import ServerForm, server_shown
from registry.mlflow.models import MlflowServer
from registry.mlflow.pages.shared import pages
from registry.mlflow.queries import seen
from registry.mlflow.queries import servers as queries
from registry.mlflow.rules.servers import tidy_url
from registry.notices.queries.hooks import objection_to
from registry.output.destinations import networks_from
from registry.store.paging import cursor_of, parts_of
from registry.web.doors import needs, reads_ahead
from registry.web.flask_app import actor, read, session
from registry.web.formkit import Form, shown

_PAGE = 50
_SYNCS = 10


def _objection(**_address: Any) -> str:
    """What is wrong with the address that was typed; asked before anything is held for writing, for names are looked up."""
    url = tidy_url(request.form.get("url", ""))
    return objection_to(url, networks_from(current_app.config["REGISTRY_WEBHOOK_NETWORKS"]))


@pages.get("/mlflow")
@needs(Permission.MLFLOW_MANAGE)
def servers() -> ResponseReturnValue:
    found = queries.servers(session())
    numbers = {each.id or 0 for each in found}
    return render_template(
        "mlflow/servers.html",
        servers=found,
        syncs=queries.last_syncs(session(), numbers),
        counts=seen.models_counted(session(), numbers),
    )


@pages.get("/mlflow/new")
@needs(Permission.MLFLOW_MANAGE)
def new() -> ResponseReturnValue:
    return shown("mlflow/form.html", ServerForm(), server=None)


@pages.post("/mlflow/new")
@needs(Permission.MLFLOW_MANAGE)
@reads_ahead(_objection)
def add() -> ResponseReturnValue:
    form = ServerForm()
    server = form.carried_out(lambda: keeping.add_server(session(), actor(), form.facts(), read()))
    if server is None:
        return shown("mlflow/form.html", form, server=None)
    flash("It is added. Its first sync reads everything: ask for it, or wait for the hour.", "good")
    return redirect(url_for(".server", number=server.id), 303)


@pages.get("/mlflow/<int:number>/edit")
@needs(Permission.MLFLOW_MANAGE)
def edit(number: int) -> ResponseReturnValue:
    found = queries.server_by_id(session(), number)
    form = ServerForm(data=server_shown(queries.facts_of(found), found.version))
    return shown("mlflow/form.html", form, server=found)


@pages.post("/mlflow/<int:number>/edit")
@needs(Permission.MLFLOW_MANAGE)
@reads_ahead(_objection)
def change(number: int) -> ResponseReturnValue:
    found, form = queries.server_by_id(session(), number, lock=True), ServerForm()
    kept = form.carried_out(
        lambda: keeping.edit_server(
            session(), actor(), found, form.facts(), read(), version=form.version.data or 0
        )
    )
    if kept is None:
        return shown("mlflow/form.html", form, server=found)
    flash("Saved.", "good")
    return redirect(url_for(".server", number=number), 303)


@pages.get("/mlflow/<int:number>")
@needs(Permission.MLFLOW_MANAGE)
def server(number: int) -> ResponseReturnValue:
    found, open_only = queries.server_by_id(session(), number), request.args.get("which") == "open"
    after = parts_of(request.args.get("after"), (str, int))
    page = seen.models_page(session(), actor(), number, open_only=open_only, after=after, limit=_PAGE)
    which = "open" if open_only else None
    following = cursor_of(*page.next_after) if page.next_after else None
    return render_template(
        "mlflow/server.html",
        server=found,
        syncs=queries.syncs_of(session(), number, _SYNCS),
        counts=seen.models_counted(session(), {number}).get(number, (0, 0)),
        models=page.items,
        open_only=open_only,
        next_url=url_for(".server", number=number, after=following, which=which) if following else None,
        first_url=url_for(".server", number=number, which=which) if after else None,
        now=clock.now(),
        button_form=Form(formdata=None),
    )


@pages.post("/mlflow/<int:number>/switch")
@needs(Permission.MLFLOW_MANAGE)
def switch(number: int) -> ResponseReturnValue:
    found, on = _held(number), request.args.get("to") == "on"
    keeping.switch_server(session(), actor(), found, on=on)
    flash("It is switched on." if on else "It is left alone from now on; what was taken stays.", "good")
    return redirect(url_for(".server", number=number), 303)


@pages.post("/mlflow/<int:number>/sync")
@needs(Permission.MLFLOW_MANAGE)
def sync(number: int) -> ResponseReturnValue:
    keeping.ask_sync(session(), actor(), _held(number), whole=request.args.get("all") == "yes")
    flash("A sync was asked for. How far it has come shows below.", "good")
    return redirect(url_for(".server", number=number), 303)


def _held(number: int) -> MlflowServer:
    return queries.server_by_id(session(), number, lock=True)
