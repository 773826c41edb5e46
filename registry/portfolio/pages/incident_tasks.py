"""The lines of the desk on incidents: those I lead or may close, actions of mine or to be verified, authorities to be told."""

from collections.abc import Sequence

from flask import url_for
from sqlmodel import Session

from registry.incidents.queries import corrective
from registry.incidents.queries import incidents as queries
from registry.incidents.queries.corrective import OnDesk, Why
from registry.incidents.queries.incidents import Line, Narrowing
from registry.incidents.queries.reports import clock_of, unsent_for
from registry.incidents.rules.kinds import Severity, Status
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, may
from registry.kernel.text import counted
from registry.ownership.rules import end_of
from registry.portfolio.rules import Task, Urgency

_FEW = 5


def of_incidents(session: Session, who: Actor) -> list[Task]:
    """Every line, in no order; of each kind many are put into one where they would bury the rest."""
    led = queries.led_by(session, who)
    return [
        *_led([line for line in led if line.incident.status is not Status.RESOLVED]),
        *_to_close(
            queries.incidents_page(session, who, Narrowing(status=Status.RESOLVED, mine=True)).items, who
        ),
        *_actions(corrective.due_for(session, who)),
        *_reports(session, who),
    ]


def _led(led: Sequence[Line]) -> list[Task]:
    if len(led) > _FEW:
        return [
            Task(
                Urgency.WARNING,
                f"See to {counted(len(led), 'incident')}",
                "You lead them, and they are not resolved.",
                None,
                url_for("incidents.overview", mine=1),
                "Show them",
            )
        ]
    return [
        Task(
            Urgency.CRITICAL if line.incident.severity >= Severity.SUBSTANTIAL else Urgency.WARNING,
            f"Incident {line.incident.id}: {line.incident.title}",
            f"You lead it. On {line.system.name}, severity {line.incident.severity}; "
            f"{line.incident.status.said.lower()}.",
            None,
            url_for("incidents.show", number=line.incident.id),
            "Go on with it",
        )
        for line in led
    ]


def _to_close(resolved: Sequence[Line], who: Actor) -> list[Task]:
    return [
        Task(
            Urgency.DUE,
            f"Close incident {line.incident.id}, or say why not: {line.incident.title}",
            "It is resolved; somebody else than who resolved it agrees that it is over.",
            None,
            url_for("incidents.show", number=line.incident.id),
            "Look at it",
        )
        for line in resolved[:_FEW]
        if line.incident.resolved_by_id != who.person_id
        and may(who, Permission.INCIDENT_CLOSE, line.incident.system_id)
    ]


def _actions(waiting: Sequence[OnDesk]) -> list[Task]:
    return [_action(one) for one in waiting[: 2 * _FEW]]


def _action(one: OnDesk) -> Task:
    until = end_of(one.action.due_on)
    url = url_for("incidents.action", number=one.action.id)
    # Its owner may know no more of the incident than that.
    on = f"On {one.system.name}."
    if one.why is Why.YOURS:
        late = until < clock.now()
        words = f"So that it does not happen again. {on}"
        return Task(
            Urgency.OVERDUE if late else Urgency.DUE, one.action.title, words, until, url, "Say it is done"
        )
    if one.why is Why.VERIFY:
        words = f"{one.owner.name} has done it; somebody else verifies that it holds. {on}"
        return Task(Urgency.DUE, f"Verify: {one.action.title}", words, None, url, "Look and verify")
    words = f"{one.owner.name} has not finished it. {on}"
    return Task(Urgency.ESCALATED, f"Overdue: {one.action.title}", words, until, url, "Look at it")


def _reports(session: Session, who: Actor) -> list[Task]:
    return [
        Task(
            Urgency.CRITICAL,
            f"Tell {report.authority} of incident {incident.id}",
            f"{counted(report.days, 'day')} after awareness, by {report.pack}: {incident.title}",
            clock_of(report).until,
            url_for("incidents.show", number=incident.id, _anchor="reports"),
            "See what is due",
        )
        for report, incident in unsent_for(session, who)
    ]
