"""One version: what it states, the data it learned from, when it was live, its story; editing a candidate."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Response, make_response
from flask.typing import ResponseReturnValue

from registry.audit import queries as audit
from registry.data_sources import queries as data_sources
from registry.kernel.actor import Permission, may
from registry.kernel.errors import Conflict, Problem, RuleBroken, refuse_if
from registry.mlflow.queries import seen as mlflow
from registry.people import queries as people
from registry.systems import queries as systems
from registry.systems.models import System
from registry.systems.rules.record import is_web_address
from registry.versions import actions, queries
from registry.versions.forms import (
    ApproveForm,
    DropForm,
    SourceForm,
    VersionForm,
    version_opened,
    version_shown,
)
from registry.versions.models import ModelVersion
from registry.versions.pages.system import BOTH, PAGE, back, framed, pages, sent, version_to_change
from registry.versions.rules import standing
from registry.versions.rules.record import TrainedOn
from registry.versions.rules.standing import State
from registry.web.conflicts import merge
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown


@pages.get("/systems/<key>/versions/<int:number>")
@needs(Permission.SYSTEM_READ)
def show(key: str, number: int) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    model = queries.by_number(session(), found.id or 0, number)
    return version_page(found, model, SourceForm(formdata=None))


def version_page(found: System, model: ModelVersion, form: Form) -> Response:
    """The page of a version, with the form that was sent where one was refused."""
    number = model.id or 0
    edits = may(actor(), Permission.VERSION_EDIT, found.id)
    changes = edits and model.state is State.CANDIDATE
    named = {one for one in (model.added_by_id, model.approved_by_id, model.withdrawn_by_id) if one}
    approving = ApproveForm(formdata=None, data={"version": model.version})
    return shown(
        "versions/show.html",
        form,
        **framed(found, model),
        people=people.people_by_id(session(), named),
        learned=queries.learned_by(session(), [number])[number],
        periods=queries.periods_of(session(), number),
        hold=queries.hold_on(session(), number),
        # What MLflow says is of today; the ledger keeps nothing of it.
        told=None if actor().looks_back else mlflow.told_of(session(), number),
        story=audit.history_of(session(), "model_version", number, before_seq=None, limit=PAGE),
        is_link=is_web_address(model.artifact),
        may_edit=edits,
        changes=changes,
        known=data_sources.offered_names(session()) if changes else [],
        approving=approving,
        objection=_objection(model) if changes else None,
    )


def _objection(model: ModelVersion) -> str | None:
    """Why the reader cannot approve this candidate yet, or None."""
    needed = standing.problems_with_approval(
        model.state, significant=model.significant, evaluation=model.evaluation
    )
    if needed:
        return needed[0].message
    return standing.objection_to_approver(
        actor(), added_by_id=model.added_by_id, edited_by_id=model.edited_by_id
    )


@pages.route("/systems/<key>/versions/<int:number>/edit", methods=BOTH)
@needs(Permission.VERSION_EDIT)
def edit(key: str, number: int) -> ResponseReturnValue:
    found, model = version_to_change(key, number)
    # Said before anybody types into a form that could not be saved.
    refuse_if(standing.problems_with_edit(model.state))
    form = VersionForm(data=None if sent() else version_shown(model))
    try:
        saved = form.carried_out(
            lambda: actions.edit(
                session(), actor(), model, form.facts(_trained_on(model)), version=form.revision
            )
        )
    except Conflict:
        opened = audit.state_of(session(), "model_version", number, form.revision)
        rows = merge(form, version_shown(model), version_opened(opened))
        return make_response(_edit_page(found, model, form, rows), 409)
    return _edit_page(found, model, form) if saved is None else back(found, model, "Saved.")


def _edit_page(
    found: System, model: ModelVersion, form: VersionForm, conflict: Sequence[Any] = ()
) -> Response:
    return shown(
        "versions/edit.html", form, **framed(found, model), parts=VersionForm.PARTS, conflict=conflict
    )


def _trained_on(model: ModelVersion) -> tuple[TrainedOn, ...]:
    learned = queries.learned_by(session(), [model.id or 0])[model.id or 0]
    return tuple(queries.trained_on(row) for row, _ in learned)


@pages.post("/systems/<key>/versions/<int:number>/sources")
@needs(Permission.VERSION_EDIT)
def name_source(key: str, number: int) -> ResponseReturnValue:
    found, model = version_to_change(key, number)
    form = SourceForm()
    named = form.carried_out(lambda: _name(model, form))
    return version_page(found, model, form) if named is None else back(found, model, "Named.")


def _name(model: ModelVersion, form: SourceForm) -> ModelVersion:
    typed = form.source.data or ""
    source = data_sources.source_meant(session(), typed) if typed else None
    if source is None:
        says = "The catalogue has no source of this name or id. Choose one it offers, or add it there first."
        raise RuleBroken([Problem("source", says if typed else "Name the source, or give its id.")])
    trained = TrainedOn(source.id or 0, form.from_on.data, form.to_on.data)
    return _restated(model, (*_trained_on(model), trained))


@pages.post("/systems/<key>/versions/<int:number>/sources/drop")
@needs(Permission.VERSION_EDIT)
def drop_source(key: str, number: int) -> ResponseReturnValue:
    found, model = version_to_change(key, number)
    form = DropForm()
    dropped = form.carried_out(lambda: _drop(model, form))
    if dropped is None:
        raise RuleBroken([Problem("", says) for says in form.form_errors or ["Say which source to drop."]])
    return back(found, model, "No longer named.")


def _drop(model: ModelVersion, form: DropForm) -> ModelVersion:
    learned = queries.learned_by(session(), [model.id or 0])[model.id or 0]
    kept = [queries.trained_on(row) for row, _ in learned if row.id != form.row.data]
    if len(kept) == len(learned):
        raise RuleBroken([Problem("", "This version does not name that source any more.")])
    return _restated(model, tuple(kept))


def _restated(model: ModelVersion, trained_on: tuple[TrainedOn, ...]) -> ModelVersion:
    """The version with these sources and all else as it is."""
    stated = queries.facts_of(model, queries.learned_by(session(), [model.id or 0])[model.id or 0])
    return actions.edit(
        session(), actor(), model, replace(stated, trained_on=trained_on), version=model.version
    )
