"""The steps an incident goes on by: judged, taken on, stopped, resolved, closed; its timeline, its cause, its post-mortem."""

from typing import Any

from flask import make_response, request
from flask.typing import ResponseReturnValue

from registry.incidents.actions import moving, timeline
from registry.incidents.actions.editing import judge as judge_incident
from registry.incidents.forms.record import ANCHORS, BackForm, ConfirmForm, JudgeForm, MoveForm
from registry.incidents.forms.story import CauseForm, NoteForm, PostMortemForm
from registry.incidents.pages.shared import BOTH, held, pages, sent, step
from registry.incidents.rules.kinds import Severity, Status
from registry.incidents.rules.moves import goes_back, ways_on
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Conflict, Problem, RuleBroken
from registry.packs.queries import current
from registry.web.conflicts import merge
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form

_MOVES = {
    Status.INVESTIGATING: ("Take it on", "Somebody is looking into it from then on."),
    Status.MITIGATED: ("The harm is stopped", "It does no more harm, though the cause may still be there."),
    Status.RESOLVED: ("It is resolved", "It works as it should. Another person than you then closes it."),
}


@pages.route("/incidents/<int:number>/judge", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def judge(number: int) -> ResponseReturnValue:
    incident = held(number)
    form = JudgeForm(data=None if sent() else _judged(incident))
    form.offer({one.id: one.says for one in current(session(), "baseline", clock.today()).record})
    return step(
        incident,
        form,
        lambda: judge_incident(
            session(),
            actor(),
            incident,
            severity=form.severity.data,
            pattern=form.pattern.data,
            missing_control=form.missing_control.data or "",
            because=form.because.data or "",
        ),
        title="Judge it anew",
        lead="How bad it is and which pattern of failure it shows; who thought otherwise stays in the timeline.",
        label="Save the judgement",
        said="Judged anew. The timeline tells why.",
        hints={"severity": ANCHORS},
    )


def _judged(incident: Any) -> dict[str, Any]:
    return {
        "severity": Severity(incident.severity),
        "pattern": incident.pattern,
        "missing_control": incident.missing_control,
    }


@pages.route("/incidents/<int:number>/move", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def move(number: int) -> ResponseReturnValue:
    incident = held(number)
    to = _where_to(incident.status)
    back = goes_back(incident.status, to)
    form: Any = BackForm() if back else MoveForm()
    title, lead = _MOVES.get(to, (to.said, ""))
    return step(
        incident,
        form,
        lambda: moving.move(
            session(),
            actor(),
            incident,
            to,
            at=None if back else form.at.data,
            because=form.because.data or "",
        ),
        title="It is not over after all" if back else title,
        lead="It is looked into again. What was said before stays in the timeline." if back else lead,
        label="Look into it again" if back else title,
        said=f"It stands at: {to.said.lower()}.",
    )


def _where_to(status: Status) -> Status:
    """Where the address says it goes, else the next step there is; the rules say whether that is a way."""
    text = request.args.get("to", "")
    if text and text not in set(Status):
        raise RuleBroken([Problem("to", "There is no such step.")])
    onward = (each for each in ways_on(status) if not goes_back(status, each))
    return Status(text) if text else next(onward, Status.INVESTIGATING)


@pages.route("/incidents/<int:number>/close", methods=BOTH)
@needs(Permission.INCIDENT_CLOSE)
def close(number: int) -> ResponseReturnValue:
    incident = held(number, Permission.INCIDENT_CLOSE)
    return step(
        incident,
        ConfirmForm(),
        lambda: moving.close(session(), actor(), incident),
        title="Close it",
        lead="For good: should it come back, that is a new incident, marked as a recurrence of this one. Corrective "
        "actions that are not finished stay on their owners' desks.",
        label="I agree that it is over",
        said="Closed.",
    )


@pages.route("/incidents/<int:number>/note", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def note(number: int) -> ResponseReturnValue:
    incident, form = held(number), NoteForm()
    return step(
        incident,
        form,
        lambda: timeline.note(
            session(), actor(), incident, form.at.data, form.text.data or "", form.evidence.data or ""
        ),
        title="Add to the timeline",
        label="Add it",
        said="It stands in the timeline.",
        anchor="timeline",
    )


@pages.route("/incidents/<int:number>/cause", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def cause(number: int) -> ResponseReturnValue:
    incident = held(number)
    shown = {name: getattr(incident, name) for name in ("root_cause", "factors", "version")}
    form = CauseForm(data=None if sent() else shown)
    return _kept_apart(
        incident,
        form,
        shown,
        lambda: timeline.state_cause(
            session(),
            actor(),
            incident,
            form.root_cause.data or "",
            form.factors.data or "",
            version=form.version.data,
        ),
        title="State the cause",
        label="Save the cause",
        said="The cause is stated.",
        anchor="cause",
    )


@pages.route("/incidents/<int:number>/post-mortem", methods=BOTH)
@needs(Permission.INCIDENT_WORK)
def post_mortem(number: int) -> ResponseReturnValue:
    incident = held(number)
    shown = {"post_mortem": incident.post_mortem, "version": incident.version}
    # The outline stands there until somebody has written.
    begun = {name: value for name, value in shown.items() if value}
    form = PostMortemForm(data=None if sent() else begun)
    return _kept_apart(
        incident,
        form,
        shown,
        lambda: timeline.write_post_mortem(
            session(), actor(), incident, form.post_mortem.data or "", version=form.version.data
        ),
        title="Write the post-mortem",
        lead="What happened and what is learned from it, without blame. From severity 3 up it is needed before closing.",
        label="Save the post-mortem",
        said="The post-mortem is saved.",
        anchor="post-mortem",
    )


def _kept_apart(
    incident: Any, form: Form, shown: dict[str, Any], act: Any, **words: Any
) -> ResponseReturnValue:
    """The page of a step on a text that two may write at once: what the other wrote meanwhile stands beside it."""
    try:
        return step(incident, form, act, **words)
    except Conflict:
        rows = merge(form, shown, None)
        page = step(incident, form, lambda: None, **words, conflict=rows)
        return make_response(page, 409)
