"""The lines of the desk about what went wrong: incidents, corrective actions, reports to authorities."""

from collections.abc import Sequence
from datetime import timedelta

from flask import url_for

from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import AuthorityReport
from registry.incidents.queries.corrective import OnDesk, Why, due_for
from registry.incidents.queries.reports import clock_of, end_there, unsent_for
from registry.incidents.render import left_said
from registry.incidents.rules.clocks import Standing
from registry.incidents.rules.corrective import is_overdue
from registry.incidents.rules.kinds import Severity, Status
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.kernel.text import counted, shortened
from registry.ownership.rules import end_of
from registry.portfolio.queries.incidents import INCIDENTS_SHOWN, incidents_for
from registry.portfolio.rules import Task, Urgency
from registry.systems.models import System
from registry.web.flask_app import session
from registry.web.viewkit import ago, day

_FEW = 5
_SOON = timedelta(days=3)
_TO_DO, _TO_VERIFY = "actions to do", "actions to verify"
_NEXT = {
    Status.OPEN: ("Take on", "Nobody looks into it yet.", "Look and take it on"),
    Status.INVESTIGATING: ("Go on with", "It is being looked into; the harm may go on.", "Go on with it"),
    Status.MITIGATED: ("Resolve", "The harm is stopped, the cause may still be there.", "Go on with it"),
    Status.RESOLVED: ("Have closed", "It is resolved; somebody else agrees that it is over.", "Look at it"),
}


def of_incidents(who: Actor) -> list[Task]:
    """Everything about incidents that waits for somebody, in three statements."""
    found = incidents_for(session(), who)
    close = [each for each in found if _is_to_close(who, each[0])]
    rest = [each for each in found if not _is_to_close(who, each[0])]
    led = [each for each in rest if each[0].lead_id == who.person_id]
    told = [each for each in rest if each[0].lead_id not in {None, who.person_id}]
    alone = [each for each in rest if each[0].lead_id is None]
    return [
        *([go_on_with_many(led)] if len(led) > _FEW else [go_on(*each) for each in led]),
        *([close_many(close)] if len(close) > _FEW else [agree(*each) for each in close]),
        *([find_leads(alone)] if len(alone) > _FEW else [find_lead(*each) for each in alone]),
        *([follow_many(told)] if len(told) > _FEW else [follow(*each) for each in told]),
        *map(measure, due_for(session(), who)),
        *(tell_authority(*each) for each in unsent_for(session(), who)),
    ]


def _is_to_close(who: Actor, incident: Incident) -> bool:
    others = incident.resolved_by_id not in {None, who.person_id}
    return incident.status is Status.RESOLVED and others


def go_on(incident: Incident, system: System) -> Task:
    """An incident this person leads."""
    verb, why, label = _NEXT[incident.status]
    return Task(
        Urgency.DUE if incident.status is Status.RESOLVED else _urgency(incident.severity),
        f"{verb} incident {incident.id}: {shortened(incident.title, 120)}",
        f"{_named(incident, system)}. You lead it. {why}",
        None,
        url_for("incidents.show", number=incident.id),
        label,
        incident.detected_at,
    )


def go_on_with_many(led: Sequence[tuple[Incident, System]]) -> Task:
    """Many incidents this person leads, in one line."""
    return Task(
        _urgency(max(incident.severity for incident, _ in led)),
        f"Go on with {_many(led)} you lead",
        f"The worst: {shortened(led[0][0].title, 120)}.",
        None,
        url_for("incidents.overview", lead="me", to_close=0),
        "Show them",
    )


def agree(incident: Incident, system: System) -> Task:
    """A resolved incident on which this person may say that it is over."""
    return Task(
        Urgency.DUE,
        f"Close incident {incident.id}: {shortened(incident.title, 120)}",
        f"{_named(incident, system)}. Somebody else resolved it {ago(incident.resolved_at or incident.detected_at)}; "
        "agree that it is over, or send it back.",
        None,
        url_for("incidents.show", number=incident.id),
        "Read and close",
        incident.resolved_at,
    )


def close_many(resolved: Sequence[tuple[Incident, System]]) -> Task:
    """Many resolved incidents that wait for this person, in one line."""
    return Task(
        Urgency.DUE,
        f"Close {_many(resolved)} that are resolved",
        "Others resolved them; agree that each is over, or send it back.",
        None,
        url_for("incidents.overview", status=Status.RESOLVED.value, to_close=1),
        "Show them",
    )


def find_lead(incident: Incident, system: System) -> Task:
    """An incident nobody leads."""
    return Task(
        _urgency(incident.severity),
        f"Find who leads incident {incident.id}: {shortened(incident.title, 120)}",
        f"{_named(incident, system)}. Nobody leads it.",
        None,
        url_for("incidents.edit", number=incident.id),
        "Name somebody",
        incident.detected_at,
    )


def find_leads(alone: Sequence[tuple[Incident, System]]) -> Task:
    """Many incidents nobody leads, in one line."""
    return Task(
        _urgency(max(incident.severity for incident, _ in alone)),
        f"Find who leads {_many(alone)}",
        f"The worst: {shortened(alone[0][0].title, 120)}.",
        None,
        url_for("incidents.overview", lead="nobody"),
        "Show them",
    )


def follow(incident: Incident, system: System) -> Task:
    """An incident this person is told of until it is closed."""
    return Task(
        Urgency.DUE,
        f"Follow incident {incident.id}: {shortened(incident.title, 120)}",
        f"{_named(incident, system)}. You are told of it. It stands at: {incident.status.said.lower()}.",
        None,
        url_for("incidents.show", number=incident.id),
        "Read it",
        incident.detected_at,
    )


def follow_many(told: Sequence[tuple[Incident, System]]) -> Task:
    """Many incidents this person is told of, in one line."""
    return Task(
        Urgency.DUE,
        f"Follow {_many(told)} you are told of",
        f"The worst: {shortened(told[0][0].title, 120)}.",
        None,
        url_for("incidents.overview", told=1, to_close=0),
        "Show them",
    )


def measure(one: OnDesk) -> Task:
    """A corrective action to do, to verify, or of which this person is told because it is overdue."""
    action, place = one.action, _place(one)
    title = shortened(action.title, 160)
    address = url_for("incidents.action", number=action.id)
    if one.why is Why.VERIFY:
        why = f"It was done{place}: {shortened(action.done_note, 200)}"
        done = action.done_at
        return Task(Urgency.DUE, f"Verify: {title}", why, None, address, "Read and verify", done, _TO_VERIFY)
    late = is_overdue(action.state, action.due_on, clock.today())
    if one.why is Why.TOLD:
        why = f"{one.owner.name} was to do it{place}. It is overdue, so you are told."
        return Task(
            Urgency.ESCALATED,
            f"Ask {one.owner.name} about: {title}",
            why,
            end_of(action.due_on),
            address,
            "Look at it",
            action.due_on,
            "actions that are overdue",
        )
    why = f"A corrective action of yours{place}{', overdue' if late else ''}."
    urgency = Urgency.OVERDUE if late else Urgency.DUE
    return Task(
        urgency, title, why, end_of(action.due_on), address, "Say that it is done", action.set_at, _TO_DO
    )


def tell_authority(report: AuthorityReport, incident: Incident) -> Task:
    """A report to an authority that nobody has sent yet. Its last day is the one where the authority is."""
    told, now = clock_of(report), clock.now()
    last = end_there(told, report.zone).date()
    late = told.standing(now) is Standing.OVERDUE
    by = "counsel's day" if report.override_at else counted(report.days, "calendar day")
    return Task(
        Urgency.CRITICAL if late or told.until - now < _SOON else Urgency.WARNING,
        f"Tell {report.authority} about incident {incident.id}",
        f"{shortened(incident.title, 120)}. {left_said(told.until, now).capitalize()}: {by}, to the end of "
        f"{day(last)} in {report.zone}.",
        end_there(told, report.zone),
        url_for("incidents.show", number=incident.id, _anchor="reports"),
        "Read and send",
        report.aware_at,
        "reports to authorities",
    )


def _urgency(severity: int) -> Urgency:
    if severity >= Severity.SEVERE:
        return Urgency.CRITICAL
    return Urgency.WARNING if severity == Severity.SUBSTANTIAL else Urgency.DUE


def _named(incident: Incident, system: System) -> str:
    severity = Severity(incident.severity)
    return f"Severity {severity.value} {severity.said.lower()}, {system.name}"


def _many(found: Sequence[tuple[Incident, System]]) -> str:
    return "fifty incidents or more" if len(found) >= INCIDENTS_SHOWN else counted(len(found), "incident")


def _place(one: OnDesk) -> str:
    return f" for {one.system.name}" + (f", incident {one.incident.id}" if one.incident else "")
