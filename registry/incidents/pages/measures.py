"""Corrective actions with their steps; reports to authorities with theirs."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.incidents.actions import corrective, reports
from registry.incidents.forms.measures import (
    ActionForm,
    DoneForm,
    DropForm,
    EditActionForm,
    MoveDueForm,
    ReopenForm,
    ReportForm,
    SentForm,
    VerifyForm,
)
from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import CorrectiveAction
from registry.incidents.pages.shared import BOTH, held, pages, sent, step
from registry.incidents.queries.corrective import action_by_number, deed_of
from registry.incidents.queries.reports import report_by_number
from registry.incidents.queries.visibility import desk_of, incident_by_number, systems_of
from registry.incidents.rules.corrective import is_overdue, objection_to_verifier
from registry.kernel import clock
from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import Conflict, NotFound, Problem, RuleBroken
from registry.packs.queries import reporting_on
from registry.people import queries as people
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown


@pages.route("/incidents/<int:number>/actions/new", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def set_action(number: int) -> ResponseReturnValue:
    incident, form = held(number), ActionForm()
    _offer(form, incident)
    return step(
        incident,
        form,
        lambda: corrective.set_action(session(), actor(), incident, form.facts()),
        title="Set a corrective action",
        lead="What somebody does by a day so that it does not happen again. Another person verifies that it holds.",
        label="Set it",
        said="The action is set. It stands on its owner's desk.",
        anchor="actions",
    )


def _offer(form: ActionForm, incident: Incident | None, action: CorrectiveAction | None = None) -> None:
    kept = (action.owner_id,) if action else ()
    form.owner_id.offer(people.people_to_choose(session(), clock.today(), kept=kept))
    touched = systems_of(session(), incident.id or 0) if incident else []
    form.system_id.offer({system.id or 0: f"{system.key} {system.name}" for _, system in touched})


@pages.get("/corrective-actions/<int:number>")
@needs(Permission.ACTION_ANSWER)
def action(number: int) -> ResponseReturnValue:
    found, system, incident = action_by_number(session(), actor(), number)
    named = {found.owner_id, found.set_by_id, found.done_by_id, found.verified_by_id}
    works = may(actor(), Permission.INCIDENT_WORK, _desk(found, incident))
    return render_template(
        "incidents/action.html",
        action=found,
        system=system,
        incident=_seen(incident),
        people=people.people_by_id(session(), {one for one in named if one}),
        late=is_overdue(found.state, found.due_on, clock.today()),
        works=works,
        may_do=works or actor().person_id == found.owner_id,
        objection=objection_to_verifier(deed_of(found), actor().person_id),
    )


def _desk(found: CorrectiveAction, incident: Incident | None) -> int:
    return desk_of(session(), actor(), incident) if incident else found.system_id


def _seen(incident: Incident | None) -> Incident | None:
    """The incident where the reader may know of it: whoever owns an action may know no more than that."""
    try:
        return incident_by_number(session(), actor(), incident.id or 0) if incident else None
    except NotFound:
        return None


def _worked(number: int) -> tuple[CorrectiveAction, System, Incident | None]:
    """The action, for those who work on its incident; locked while something is written."""
    found, system, incident = action_by_number(session(), actor(), number, lock=sent())
    require(actor(), Permission.INCIDENT_WORK, _desk(found, incident))
    return found, system, incident


def _action_step(
    found: CorrectiveAction,
    form: Form,
    act: Callable[[], Any],
    *,
    title: str,
    label: str,
    said: str,
    lead: str = "",
) -> ResponseReturnValue:
    try:
        done = form.carried_out(act)
    except Conflict as late:
        form.take([Problem("", f"{late.says} Look at it again before you change it.")])
        done = None
    if done is None:
        names = [field.name for field in form if field.name != "csrf_token"]
        context = {"action": found, "heading": title, "label": label, "lead": lead}
        return shown("incidents/action_step.html", form, fields=names, **context)
    flash(said, "good")
    return redirect(url_for("incidents.action", number=found.id), 303)


@pages.route("/corrective-actions/<int:number>/edit", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def edit_action(number: int) -> ResponseReturnValue:
    found, _, incident = _worked(number)
    names = ("title", "detail", "owner_id", "due_on", "system_id", "version")
    form = EditActionForm(data=None if sent() else {name: getattr(found, name) for name in names})
    _offer(form, incident, found)
    return _action_step(
        found,
        form,
        lambda: corrective.edit_action(
            session(), actor(), found, form.facts(), because=form.because.data or "", version=form.revision
        ),
        title="Change what is to be done",
        label="Save",
        said="Saved.",
    )


@pages.route("/corrective-actions/<int:number>/done", methods=BOTH)
@needs(Permission.ACTION_ANSWER)
def done(number: int) -> ResponseReturnValue:
    found, _, _ = action_by_number(session(), actor(), number, lock=sent())
    form = DoneForm()
    return _action_step(
        found,
        form,
        lambda: corrective.done(session(), actor(), found, form.note.data or ""),
        title="It is done",
        label="It is done",
        said="Done. Somebody else verifies that it holds.",
    )


@pages.route("/corrective-actions/<int:number>/verify", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def verify(number: int) -> ResponseReturnValue:
    found, _, _ = _worked(number)
    form = VerifyForm()
    return _action_step(
        found,
        form,
        lambda: corrective.verify(session(), actor(), found, form.note.data or ""),
        title="Verify that it holds",
        lead=f"What was done: {found.done_note}" if found.done_note else "",
        label="I saw that it holds",
        said="Verified.",
    )


@pages.route("/corrective-actions/<int:number>/reopen", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def reopen(number: int) -> ResponseReturnValue:
    found, _, _ = _worked(number)
    form = ReopenForm()
    return _action_step(
        found,
        form,
        lambda: corrective.reopen(session(), actor(), found, form.because.data or "", form.due_on.data),
        title="It has to be done after all",
        label="Reopen it",
        said="It is to be done again.",
    )


@pages.route("/corrective-actions/<int:number>/drop", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def drop(number: int) -> ResponseReturnValue:
    found, _, _ = _worked(number)
    form = DropForm()
    return _action_step(
        found,
        form,
        lambda: corrective.drop(session(), actor(), found, form.because.data or ""),
        title="It need not be done",
        label="Drop it",
        said="Dropped.",
    )


@pages.route("/incidents/<int:number>/reports/new", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def begin_report(number: int) -> ResponseReturnValue:
    incident, form = held(number), ReportForm()
    try:
        form.offer(reporting_on(session(), clock.today())[1])
    except LookupError as none:
        raise RuleBroken([Problem("", "No duties to tell an authority are in force yet.")]) from none
    return step(
        incident,
        form,
        lambda: reports.begin(
            session(),
            actor(),
            incident,
            form.duty.data or "",
            form.authority.data or "",
            form.zone.data or "",
            form.aware_at.data,
        ),
        title="An authority has to be told",
        lead="The clock runs in calendar days from the day after somebody became aware, where the authority is.",
        label="Start the clock",
        said="The clock runs.",
        anchor="reports",
    )


@pages.route("/authority-reports/<int:number>/move", methods=BOTH)
@needs(Permission.REPORT_MOVE)
def move_report(number: int) -> ResponseReturnValue:
    report, incident = report_by_number(session(), actor(), number, lock=sent())
    asked = desk_of(session(), actor(), incident, Permission.REPORT_MOVE)
    require(actor(), Permission.REPORT_MOVE, asked)
    form = MoveDueForm()
    return step(
        incident,
        form,
        lambda: reports.move_due(session(), actor(), report, form.at.data, form.because.data or ""),
        title=f"Another day for {report.authority}",
        lead="Counsel's day in place of the computed one; both stay on the page.",
        label="Set this day",
        said="The day is set.",
        anchor="reports",
    )


@pages.route("/authority-reports/<int:number>/sent", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def report_sent(number: int) -> ResponseReturnValue:
    report, incident = report_by_number(session(), actor(), number, lock=sent())
    require(actor(), Permission.INCIDENT_WORK, desk_of(session(), actor(), incident))
    form, full = SentForm(), request.args.get("full") == "1"
    return step(
        incident,
        form,
        lambda: reports.sent(
            session(), actor(), report, full=full, at=form.at.data, reference=form.reference.data or ""
        ),
        title=f"The {'full' if full else 'first'} report to {report.authority} was sent",
        label="Save",
        said="It is recorded.",
        anchor="reports",
    )
