"""Incidents of the demonstration: one closed with what was learned, one with a clock that runs, those the registry opens by itself."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from sqlmodel import Session, select

from registry.accounts.queries import actor_for
from registry.demo.actions.alerting import Step
from registry.demo.actions.stage import Loaded
from registry.incidents.actions import corrective, moving, reports, timeline
from registry.incidents.actions.opening import open_alone, open_incident
from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import CorrectiveAction
from registry.incidents.queries import taking_up
from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.kinds import DetectedBy, Linked, Pattern, Severity, Status
from registry.incidents.rules.record import IncidentFacts
from registry.kernel import clock
from registry.kernel.actor import Actor, the_registry
from registry.monitoring.models.alerts import Alert
from registry.systems.models import System


def incident_steps(told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    """What happens to each incident of one system, as (days ago, what is done then)."""
    for each in told.get("incidents", ()):
        yield from _of_incident(told["name"], each, loaded)


def take_up(session: Session) -> None:
    """What the worker does once it runs: critical alerts that belong to no incident get one."""
    door = the_registry("demo")
    for system_id in session.exec(select(System.id)).all():
        for pattern, alerts in sorted(taking_up.alerts_waiting(session, system_id or 0).items()):
            lead_id = taking_up.leader_of(session, system_id or 0)
            open_alone(session, door, system_id or 0, pattern, alerts, lead_id)


def _of_incident(system: str, told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    def who(session: Session, name: str) -> Actor:
        return actor_for(session, loaded.people[name], via="session")

    def the_incident(session: Session) -> Incident:
        return session.exec(select(Incident).where(Incident.title == told["title"])).one()

    def opened(session: Session) -> None:
        found = session.exec(select(System).where(System.name == system)).one()
        alert = session.exec(
            select(Alert.id).where(Alert.system_id == found.id, Alert.kind == told["alert"])
        ).first()
        link = (Linked.ALERT, alert) if alert else None
        open_incident(session, who(session, told["by"]), found, _facts(told, loaded), link=link)

    def step(each: dict[str, Any]) -> Callable[[Session], None]:
        return lambda session: _DO[each["do"]](
            session, who(session, each["by"]), the_incident(session), each, loaded
        )

    yield told["days_ago"], opened
    for each in told["steps"]:
        yield each["days_ago"], step(each)


def _facts(told: dict[str, Any], loaded: Loaded) -> IncidentFacts:
    now = clock.now()
    return IncidentFacts(
        told["title"],
        told["summary"],
        severity=Severity(told["severity"]),
        pattern=Pattern(told["pattern"]),
        harms=tuple(told["harms"]),
        affected_count=told.get("affected_count"),
        affected_people=told.get("affected_people", ""),
        detected_by=DetectedBy(told["detected_by"]),
        started_at=now - timedelta(minutes=told["began_minutes_before"]),
        detected_at=now - timedelta(minutes=told["noticed_minutes_before"]),
        lead_id=loaded.people[told["lead"]].id,
    )


def _move(session: Session, by: Actor, incident: Incident, told: dict[str, Any], _: Loaded) -> None:
    moving.move(session, by, incident, Status(told["to"]), because=told.get("because", ""))


def _close(session: Session, by: Actor, incident: Incident, _told: dict[str, Any], _: Loaded) -> None:
    moving.close(session, by, incident)


def _note(session: Session, by: Actor, incident: Incident, told: dict[str, Any], _: Loaded) -> None:
    timeline.note(session, by, incident, None, told["text"], told.get("evidence", ""))


def _learn(session: Session, by: Actor, incident: Incident, told: dict[str, Any], _: Loaded) -> None:
    timeline.state_cause(session, by, incident, told["root_cause"], told["factors"])
    timeline.write_post_mortem(session, by, incident, told["post_mortem"])


def _set(session: Session, by: Actor, incident: Incident, told: dict[str, Any], loaded: Loaded) -> None:
    due = clock.today() + timedelta(days=told["due_in_days"])
    corrective.set_action(
        session, by, incident, ActionFacts(told["title"], "", loaded.people[told["owner"]].id, due)
    )


def _done(session: Session, by: Actor, incident: Incident, told: dict[str, Any], _: Loaded) -> None:
    corrective.done(session, by, _action(session, incident), told["note"])


def _verify(session: Session, by: Actor, incident: Incident, told: dict[str, Any], _: Loaded) -> None:
    corrective.verify(session, by, _action(session, incident), told["note"])


def _action(session: Session, incident: Incident) -> CorrectiveAction:
    return session.exec(select(CorrectiveAction).where(CorrectiveAction.incident_id == incident.id)).one()


def _report(session: Session, by: Actor, incident: Incident, told: dict[str, Any], _: Loaded) -> None:
    reports.begin(session, by, incident, told["duty"], told["authority"], told["zone"], clock.now())


_DO: dict[str, Callable[[Session, Actor, Incident, dict[str, Any], Loaded], None]] = {
    "move": _move,
    "close": _close,
    "note": _note,
    "learn": _learn,
    "set": _set,
    "done": _done,
    "verify": _verify,
    "report": _report,
}
