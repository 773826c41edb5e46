"""What went wrong in the demonstration, and what people made of it, each step on its day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlmodel import Session, select

from registry.accounts.queries import actor_for
from registry.demo.actions.stage import Loaded, Stage, Step
from registry.demo.rules.facts import incident_facts
from registry.feedback.models import Feedback
from registry.incidents.actions import corrective, editing, holds, linking, moving, opening, reports, timeline
from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import AuthorityReport, CorrectiveAction
from registry.incidents.queries import taking_up
from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.kinds import Linked, Severity, Status
from registry.kernel import clock
from registry.kernel.actor import Actor, the_registry
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertKind, AlertState
from registry.systems.models import System

Told = Mapping[str, Any]


@dataclass
class _Case:
    """One incident as it is told: where, by whom, and its number once it is open."""

    stage: Stage
    loaded: Loaded
    system: str
    number: int = 0

    def incident(self, session: Session) -> Incident:
        return session.get_one(Incident, self.number)

    def action(self, session: Session, title: str) -> CorrectiveAction:
        query = select(CorrectiveAction).where(CorrectiveAction.incident_id == self.number)
        return session.exec(query.where(CorrectiveAction.title == title)).one()


def incident_steps(stage: Stage, told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    """What happens to each incident of one system, as (days ago, what is done then)."""
    for each in told.get("incidents", ()):
        case, first = _Case(stage, loaded, told["name"]), each.get("opened") or each["taken_up"]
        yield first["days_ago"], partial(_open if "opened" in each else _take_up, case, first)
        for then in each.get("then", ()):
            yield then["days_ago"], partial(_go_on, case, then)


def _open(case: _Case, told: Told, session: Session) -> None:
    system = _system(session, case.system)
    actor = _who(session, case, told)
    link = None
    if "feedback" in told:
        said = select(Feedback.id).where(
            Feedback.system_id == system.id, Feedback.comment == told["feedback"]
        )
        link = (Linked.FEEDBACK, session.exec(said).one() or 0)
    facts = incident_facts(told, case.loaded.people, clock.now())
    case.number = opening.open_incident(session, actor, system, facts, link=link).id or 0


def _take_up(case: _Case, _told: Told, session: Session) -> None:
    """As the worker does with critical alerts that belong to no incident."""
    number = _system(session, case.system).id or 0
    lead = taking_up.leader_of(session, number)
    for pattern, alerts in taking_up.alerts_waiting(session, number).items():
        worker = the_registry("demo")
        case.number = opening.open_alone(session, worker, number, pattern, alerts, lead).id or 0


def _go_on(case: _Case, told: Told, session: Session) -> None:
    _DOES[told["does"]](case, told, session, _who(session, case, told), case.incident(session))


def _move(_case: _Case, told: Told, session: Session, actor: Actor, incident: Incident) -> None:
    at = clock.now() - timedelta(hours=told.get("hours_before", 0))
    moving.move(session, actor, incident, Status(told["to"]), at=at, because=told.get("because", ""))


def _close(_case: _Case, _told: Told, session: Session, actor: Actor, incident: Incident) -> None:
    moving.close(session, actor, incident)


def _note(_case: _Case, told: Told, session: Session, actor: Actor, incident: Incident) -> None:
    at = clock.now() - timedelta(hours=told.get("hours_before", 0))
    timeline.note(session, actor, incident, at, told["text"], told.get("evidence", ""))


def _judge(_case: _Case, told: Told, session: Session, actor: Actor, incident: Incident) -> None:
    editing.judge(
        session,
        actor,
        incident,
        severity=Severity(told["severity"]) if "severity" in told else None,
        missing_control=told.get("missing_control"),
        because=told["because"],
    )


def _cause(_case: _Case, told: Told, session: Session, actor: Actor, incident: Incident) -> None:
    timeline.state_cause(session, actor, incident, told["root_cause"], told["factors"])


def _post_mortem(_case: _Case, told: Told, session: Session, actor: Actor, incident: Incident) -> None:
    timeline.write_post_mortem(session, actor, incident, told["text"])


def _spread(_case: _Case, told: Told, session: Session, actor: Actor, incident: Incident) -> None:
    linking.spread(session, actor, incident, _system(session, told["to"]))


def _involve(case: _Case, told: Told, session: Session, actor: Actor, incident: Incident) -> None:
    linking.involve(session, actor, incident, session.merge(case.loaded.people[told["person"]]))


def _link(_case: _Case, told: Told, session: Session, actor: Actor, incident: Incident) -> None:
    query = select(Alert.id).where(
        Alert.system_id == incident.system_id,
        Alert.kind == AlertKind(told["alert"]),
        Alert.state != AlertState.RESOLVED,
    )
    linking.link(session, actor, incident, Linked.ALERT, session.exec(query).one() or 0)


def _hold(_case: _Case, told: Told, session: Session, actor: Actor, incident: Incident) -> None:
    holds.hold(session, actor, incident, told["because"])


def _set(case: _Case, told: Told, session: Session, actor: Actor, incident: Incident) -> None:
    facts = ActionFacts(
        told["title"],
        told.get("detail", ""),
        owner_id=case.loaded.people[told["owner"]].id,
        due_on=case.stage.day(told["due_days_ago"]),
    )
    corrective.set_action(session, actor, incident, facts)


def _done(case: _Case, told: Told, session: Session, actor: Actor, _incident: Incident) -> None:
    corrective.done(session, actor, case.action(session, told["title"]), told["note"])


def _verify(case: _Case, told: Told, session: Session, actor: Actor, _incident: Incident) -> None:
    corrective.verify(session, actor, case.action(session, told["title"]), told["note"])


def _report(_case: _Case, told: Told, session: Session, actor: Actor, incident: Incident) -> None:
    aware = clock.now() - timedelta(hours=told["aware_hours_before"])
    reports.begin(session, actor, incident, told["duty"], told["authority"], told["zone"], aware)


def _sent(case: _Case, told: Told, session: Session, actor: Actor, _incident: Incident) -> None:
    report = session.exec(select(AuthorityReport).where(AuthorityReport.incident_id == case.number)).one()
    reports.sent(session, actor, report, full=told["full"], at=clock.now(), reference=told["reference"])


_DOES = {
    "move": _move,
    "close": _close,
    "note": _note,
    "judge": _judge,
    "cause": _cause,
    "post_mortem": _post_mortem,
    "spread": _spread,
    "involve": _involve,
    "link": _link,
    "hold": _hold,
    "set": _set,
    "done": _done,
    "verify": _verify,
    "report": _report,
    "sent": _sent,
}


def _who(session: Session, case: _Case, told: Told) -> Actor:
    return actor_for(session, case.loaded.people[told["by"]], via="session")


def _system(session: Session, name: str) -> System:
    return session.exec(select(System).where(System.name == name)).one()
