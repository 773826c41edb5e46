"""The versions of a system, what is live and what was on a day; adding one; what the pages of a version share."""

from datetime import UTC, date, datetime, time
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission, may, require
from registry.mlflow.queries import seen as mlflow
from registry.ownership.rules import end_of, problems_with_any_day
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.versions import actions, queries
from registry.versions.forms import DayForm, VersionForm
from registry.versions.models import ModelVersion
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.systemkit import frame

pages = Blueprint("versions", __name__)

PAGE = 20
BOTH = ("GET", "POST")


@pages.get("/systems/<key>/versions")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    before = parts_of(request.args.get("before"), (int,))
    page = queries.versions_page(session(), found.id or 0, before=before[0] if before else None, limit=PAGE)
    following = cursor_of(*page.next_after) if page.next_after else None
    form, asked = _day_asked()
    body = render_template(
        "versions/system.html",
        **frame(session(), actor(), found),
        versions=page.items,
        live=queries.live_now(session(), found.id or 0),
        # What MLflow says is of today; the ledger keeps nothing of it.
        proposals=[] if actor().looks_back else mlflow.proposals_for(session(), found.id or 0),
        may_edit=may(actor(), Permission.VERSION_EDIT, found.id),
        form=form,
        asked=asked,
        answered=_live_on(found, asked) if asked else [],
        next_url=url_for(".system", key=found.key, before=following) if following else None,
        first_url=url_for(".system", key=found.key) if before else None,
    )
    return make_response(body, 422 if form.on.errors else 200)


def _day_asked() -> tuple[DayForm, date | None]:
    form = DayForm(formdata=request.args)
    if not form.validate() or form.on.data is None:
        return form, None
    form.take(problems_with_any_day("on", form.on.data, clock.today()))
    return form, None if form.on.errors else form.on.data


def _live_on(found: System, day: date) -> list[queries.Live]:
    """What was live at any time of a day in UTC: a model that ran until noon decided that morning."""
    return queries.live_between(session(), found.id or 0, datetime.combine(day, time.min, UTC), end_of(day))


@pages.route("/systems/<key>/versions/new", methods=BOTH)
@needs(Permission.VERSION_EDIT)
def new(key: str) -> ResponseReturnValue:
    found = to_change(key)
    form = VersionForm()
    model = form.carried_out(lambda: actions.add_version(session(), actor(), found.id or 0, form.facts()))
    if model is None:
        return shown(
            "versions/edit.html",
            form,
            **frame(session(), actor(), found),
            model=None,
            parts=VersionForm.PARTS,
            conflict=(),
        )
    return back(found, model, f"{model.label} is added as a candidate. Name the data it was trained on.")


def sent() -> bool:
    """Whether this request writes."""
    return request.method == "POST"


def to_change(key: str) -> System:
    """The system, for those who may change its versions; locked while one of them is written."""
    found = systems.by_key(session(), actor(), key, lock=sent())
    require(actor(), Permission.VERSION_EDIT, found.id)
    return found


def version_to_change(key: str, number: int) -> tuple[System, ModelVersion]:
    """The system and one of its versions, for those who may change it."""
    found = to_change(key)
    return found, queries.by_number(session(), found.id or 0, number)


def framed(found: System, model: ModelVersion) -> dict[str, Any]:
    """What every page of one version needs."""
    return {**frame(session(), actor(), found), "model": model}


def back(found: System, model: ModelVersion, said: str) -> ResponseReturnValue:
    """To the version's page, with what was done said on top of it."""
    flash(said, "good")
    return redirect(url_for("versions.show", key=found.key, number=model.id), 303)
